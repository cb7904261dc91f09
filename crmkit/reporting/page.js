(function () {
  "use strict";
  var sides = Array.prototype.slice.call(document.querySelectorAll("[data-side]"));
  function show(code, keep) {
    sides.forEach(function (side) {
      side.hidden = side.dataset.side !== code;
      if (!side.hidden) { document.documentElement.lang = side.lang; document.title = side.dataset.title; }
    });
    if (keep) {
      var hash = location.hash.replace(/-(en|zh)$/, "-" + code);
      if (hash !== location.hash && document.querySelector(hash)) { location.replace(hash); }
      var next = document.querySelector("[data-side=" + code + "] .switch");
      if (next) { next.focus(); }
    }
  }
  sides.forEach(function (side) {
    var button = side.querySelector(".switch");
    button.hidden = sides.length < 2;
    button.addEventListener("click", function () { show(button.dataset.to, true); });
  });
  function value(row, at) {
    var cell = row.cells[at], number = cell.dataset.v;
    return number === undefined || number === "" ? null : isNaN(number) ? number : Number(number);
  }
  document.querySelectorAll("table[data-sortable]").forEach(function (table) {
    var body = table.tBodies[0];
    Array.prototype.forEach.call(table.tHead.rows[0].cells, function (head, at) {
      if (!head.textContent.trim()) { return; }
      var button = document.createElement("button");
      button.type = "button";
      button.textContent = head.textContent;
      head.textContent = "";
      head.appendChild(button);
      head.setAttribute("aria-sort", "none");
      button.addEventListener("click", function () {
        var down = head.classList.contains("n") ? head.getAttribute("aria-sort") !== "descending"
                                                : head.getAttribute("aria-sort") === "ascending";
        Array.prototype.forEach.call(table.tHead.rows[0].cells, function (other) {
          if (other.hasAttribute("aria-sort")) { other.setAttribute("aria-sort", "none"); }
        });
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        Array.prototype.slice.call(body.rows).sort(function (a, b) {
          var x = value(a, at), y = value(b, at);
          if (x === null || y === null) { return (x === null) - (y === null); }
          var less = typeof x === "number" && typeof y === "number" ? x - y : String(x).localeCompare(String(y));
          return down ? -less : less;
        }).forEach(function (row) { body.appendChild(row); });
      });
    });
  });
  document.querySelectorAll(".filter input").forEach(function (input) {
    var table = document.getElementById(input.dataset.table);
    input.parentNode.parentNode.hidden = false;
    input.addEventListener("input", function () {
      var words = input.value.toLowerCase();
      Array.prototype.forEach.call(table.tBodies[0].rows, function (row) {
        row.hidden = row.textContent.toLowerCase().indexOf(words) < 0;
      });
    });
  });
})();
