"""Where the rows and the money went: the lines of the ledger, as plain columns.

Every row that came in has one step: the first reason to leave that fits it, or "used". Counting rows,
money and each customer's last step gives a table whose columns add up exactly.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np

from crmkit._frame import engines, texts
from crmkit._frame.engines import LazyFrame
from crmkit._intake import LEAVING, USED
from crmkit._types import Table

Book = dict[str, Any]


# What is taken off the amount of a row that is used, and its line in the ledger.
_PARTS = {"taken": "refund_column", "withheld": "left_out_of_amount"}


def book(
    rows: LazyFrame,
    scale: int,
    *,
    ignore_refunds: bool,
    duplicates: tuple[int, int] = (0, 0),
    parts: Sequence[str] = (),
) -> Book:
    """The ledger of `rows` (customer_id, step, money, bought): step, rows, customers, amount.

    `duplicates` are the rows and the money that were dropped before, as repeated rows; `parts` the columns of money
    (units) that is taken off the rows' amounts, which came in with them. Rows that leave may have money `beyond` what
    units can count, as floats.
    """
    by_step = _by_step(rows, scale, parts)
    n_customers, only_returned = _customers(rows)
    lines = [
        _line("input", by_step["rows"].sum() + duplicates[0], n_customers.sum(), by_step["money"].sum() + duplicates[1])
    ]
    lines.append(_line("duplicate", -duplicates[0], 0, -duplicates[1]))
    lines += [
        _line(name, -by_step["rows"][step], -n_customers[step], -by_step["money"][step])
        for step, name in enumerate(LEAVING)
    ]
    lines += [_line(_PARTS[part], 0, 0, -by_step[part][USED]) for part in parts]
    lines.append(_line("no_purchase", -only_returned["rows"], -only_returned["customers"], -only_returned["money"]))
    if ignore_refunds:
        lines.append(_line("refund_money", 0, 0, by_step["refunded"][USED] + only_returned["money"]))
    lines = lines[:1] + [line for line in lines[1:] if any(line[1:])]
    lines.append(_line("used", *(sum(amounts) for amounts in list(zip(*lines, strict=True))[1:])))
    step, n_rows, customers, money = (list(column) for column in zip(*lines, strict=True))
    return {"step": np.array(step), "rows": np.array(n_rows), "customers": np.array(customers),
            "amount": np.array([units / scale for units in money])}  # fmt: skip


def _line(name: str, rows: Any, customers: Table, money: Any) -> tuple[str, int, int, int]:
    return name, int(rows), int(customers), int(money)


def _by_step(rows: LazyFrame, scale: int, parts: Sequence[str]) -> dict[str, np.ndarray[Any, Any]]:
    """Rows, money (with its parts) and refunded money of each step, indexed by step; whole numbers of any size."""
    refunded = nw.when((nw.col("money") < 0) & (nw.col("bought") == 0)).then(-nw.col("money")).otherwise(0)
    beyond = [nw.col("beyond")] if "beyond" in engines.names_of(rows) else []
    filled = [nw.col(name).fill_null(0) for name in ("money", *parts)]
    marked = rows.select("step", *filled, *beyond, refunded=refunded)
    sums = {name: nw.col(name).sum().cast(nw.Int64) for name in ("money", "refunded", *parts)}
    sums |= {"beyond": nw.col("beyond").sum()} if beyond else {}
    found = engines.collect(marked.group_by("step").agg(nw.len().cast(nw.Int64).alias("rows"), **sums))
    dense = {name: np.array([0] * (USED + 1), dtype=object) for name in ("rows", "money", "refunded", *parts)}
    at = found["step"].astype(int)
    for name, values in dense.items():
        values[at] = [int(value) for value in found[name]]
    if beyond:
        for step, value in zip(at, found["beyond"], strict=True):
            dense["money"][step] += int(value) * scale if np.isfinite(value) else 0
    for part in parts:
        dense["money"] = dense["money"] + dense[part]
    return dense


def _customers(rows: LazyFrame) -> tuple[np.ndarray[Any, Any], dict[str, int]]:
    """Customers by the last step that a row of theirs reached, and what those who only returned things have."""
    used = nw.col("step") == USED
    marked = rows.filter(~nw.col("customer_id").is_null()).select(
        "customer_id",
        "step",
        rows=nw.when(used).then(1).otherwise(0),
        money=nw.when(used).then(nw.col("money")).otherwise(0),
        bought=nw.when(used).then(nw.col("bought")).otherwise(0),
    )
    sums = {name: nw.col(name).sum().cast(nw.Int64) for name in ("rows", "money")}
    each = marked.group_by("customer_id").agg(
        nw.col("step").max().cast(nw.Int64), nw.col("bought").max().cast(nw.Int64), **sums
    )
    counted = each.group_by("step", "bought").agg(nw.len().cast(nw.Int64).alias("customers"), **sums)
    found = engines.collect(counted)
    last = np.zeros(USED + 1, dtype=np.int64)
    np.add.at(last, found["step"].astype(int), found["customers"].astype(int))
    returned = (found["step"] == USED) & (found["bought"] == 0)
    return last, {name: int(found[name][returned].sum()) for name in ("rows", "customers", "money")}


def findings(used: LazyFrame, scale: int, *, refunds: str, repeated: tuple[int, int], same: int = 0) -> Book:
    """What is inside the used rows (customer_id, money, bought): note, rows, customers, amount.

    `repeated` are the rows (and their money) of the input that repeat another row exactly; `same` is how many ids
    count for another one. What merely looks wrong has a line only where it is found.
    """
    refund_note = {"net": "refund_netted", "ignore": "refund_kept"}.get(refunds, "refund_netted")
    refund, zero = _part(used.filter(nw.col("bought") == 0)), _part(used.filter(nw.col("money") == 0))
    lines = [("zero_amount_kept", *zero), (refund_note, *refund), ("refunded_beyond_spend", *_overdrawn(used)),
             ("exact_duplicate", repeated[0], 0, repeated[1])]  # fmt: skip
    lines += [("ids_joined", 0, same, 0)] if same else []
    lines += [line for line in (*_odd_ids(used), *_odd_orders(used)) if line[1]]
    note, rows, customers, money = (list(column) for column in zip(*lines, strict=True))
    return {"note": np.array(note), "rows": np.array(rows), "customers": np.array(customers),
            "amount": np.array(money) / scale}  # fmt: skip


# Ids that are no customers, in the words of exports and reports; of the whole id, without case and blanks.
_TOTALS = (
    r"^(?:grand)?(?:sub)?"
    r"(?:total|totals|sum|summe|gesamt|gesamtsumme|totalgénéral|итого|合计|总计|小计|合計|總計|小計)[:：]?$"
)
_NOBODY = (
    r"^(?:null|none|nan|n/?a|#n/a|nil|undefined|unknown|missing|guest|anonymous|anon|walk-?in|cash|test|-1|0+|-|\?+|"
    r"游客|匿名|散客|未知|无|空|测试|ゲスト|gast|inconnu)$"
)
_ROUNDED = r"^\d(?:[.,]\d+)?[eE]\+?\d{2,3}$"  # 1.23457E+14


def _odd_ids(used: LazyFrame) -> list[tuple[str, int, int, int]]:
    """Ids that look like a total, like nobody's, like what a spreadsheet rounded, or like one another."""
    sums = {"rows": nw.len().cast(nw.Int64), "money": nw.col("money").sum().cast(nw.Int64)}
    each = used.group_by("customer_id").agg(**sums)
    kind = used.collect_schema()["customer_id"]
    if kind.is_integer():  # of these only two look like nobody's
        return [("nobody_as_id", *_totals(each.filter(nw.col("customer_id").is_in([0, -1]))))]
    text = nw.col("customer_id").cast(nw.String)
    each = texts.narrow(each.with_columns(plain=text), "plain")
    each = each.with_columns(plain=nw.col("plain").str.to_lowercase().str.replace_all(r"\s+", ""), text=text)
    patterns = {"total_as_id": ("plain", _TOTALS), "nobody_as_id": ("plain", _NOBODY), "rounded_id": ("text", _ROUNDED)}
    seen = {name: nw.col(column).str.contains(pattern) for name, (column, pattern) in patterns.items()}
    lines = [(name, *totals) for name, totals in _totals_where(each, seen).items()]
    if kind == nw.String:
        alike = each.group_by("plain").agg(n=nw.len()).filter(nw.col("n") > 1).select("plain")
        lines.append(("ids_alike", *_totals(each.join(alike, on="plain", how="inner"))))
    return lines


def _odd_orders(used: LazyFrame) -> list[tuple[str, int, int, int]]:
    """Orders of several customers, and orders of several days."""
    if "order_id" not in engines.names_of(used):
        return []
    known = used.filter(~nw.col("order_id").is_null() & (nw.col("bought") == 1))
    lines = []
    for name, column in (("order_of_several", "customer_id"), ("order_of_several_days", "day")):
        pairs = known.group_by("order_id", column).agg(n=nw.len())
        several = pairs.group_by("order_id").agg(n=nw.len()).filter(nw.col("n") > 1).select("order_id")
        lines.append((name, *_part(known.join(several, on="order_id", how="inner"))))
    return lines


def breaches(book: Book, limits: Mapping[str, float]) -> list[tuple[str, float, float]]:
    """Limits that a ledger goes beyond: the step, its share of rows or of money (the greater), and the limit.

    `limits` are shares of what came in by step: "no_customer", "no_amount" ..., or "left_out" for all that is not used.

    >>> book = {"step": ["input", "no_customer", "used"], "rows": [4, -1, 3], "amount": [10.0, -5.0, 5.0]}
    >>> breaches(book, {"no_customer": 0.3, "left_out": 0.6})
    [('no_customer', 0.5, 0.3)]
    """
    steps = list(book["step"])
    rows, money = dict(zip(steps, book["rows"], strict=True)), dict(zip(steps, book["amount"], strict=True))
    found = []
    for step, limit in limits.items():
        gone = [sum(-counts[name] for name in counts if name == step or (step == "left_out" and name not in
                    ("input", "used"))) for counts in (rows, money)]  # fmt: skip
        shares = [float(part / whole["input"]) if whole["input"] else 0.0 for part, whole in zip(gone, (rows, money),
                  strict=True)]  # fmt: skip
        if max(shares) > limit:
            found.append((step, max(shares), limit))
    return found


def _part(rows: LazyFrame) -> tuple[int, int, int]:
    """Rows, customers and money of some used rows."""
    sums = {"rows": nw.len().cast(nw.Int64), "money": nw.col("money").sum().cast(nw.Int64)}
    each = rows.group_by("customer_id").agg(**sums)
    return _totals(each)


def _overdrawn(used: LazyFrame) -> tuple[int, int, int]:
    """Customers with a purchase whose refunds are larger than all their purchases."""
    sums = {"rows": nw.len().cast(nw.Int64), "money": nw.col("money").sum().cast(nw.Int64)}
    each = used.group_by("customer_id").agg(nw.col("bought").max().cast(nw.Int64), **sums)
    return _totals(each.filter((nw.col("bought") == 1) & (nw.col("money") < 0)))


def _totals_where(each: LazyFrame, marks: Mapping[str, nw.Expr]) -> dict[str, tuple[int, int, int]]:
    """The totals of the customers with each mark, by one pass."""
    marked = each.select("rows", "money", **{name: nw.when(mark).then(1).otherwise(0) for name, mark in marks.items()})
    sums = {
        f"{name}_{part}": (nw.col(name) * (1 if part == "customers" else nw.col(part))).sum().cast(nw.Int64)
        for name in marks
        for part in ("rows", "customers", "money")
    }
    found = {
        name: int(np.nan_to_num(values[0] or 0)) for name, values in engines.collect(marked.select(**sums)).items()
    }
    return {name: (found[f"{name}_rows"], found[f"{name}_customers"], found[f"{name}_money"]) for name in marks}


def _totals(each: LazyFrame) -> tuple[int, int, int]:
    total = {name: nw.col(name).sum().cast(nw.Int64) for name in ("rows", "money")}
    found = engines.collect(each.select(nw.len().cast(nw.Int64).alias("customers"), **total))
    return tuple(int(np.nan_to_num(found[name][0] or 0)) for name in ("rows", "customers", "money"))  # type: ignore[return-value]
