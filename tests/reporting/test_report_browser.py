"""The page in a real browser: silent console, no request, sorting, filters, languages, axe-core, widths, print.

Needs Debian's chromium and chromium-driver, the package selenium, and npm for axe-core; without them it says so.
"""

import base64
import json
import shutil
import subprocess

import pytest

import crmkit as crm

pytestmark = pytest.mark.slow

CHROMIUM, DRIVER = "/usr/bin/chromium", "/usr/bin/chromedriver"
EVIL = "<script>alert(1)</script>"
A4 = 703  # pixels of a page less its margins


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    sales = crm.datasets.load_cdnow(sample=True)
    sales["customer_id"] = sales["customer_id"].astype(str)
    spend = sales.groupby("customer_id")["amount"].sum()
    sales["customer_id"] = sales["customer_id"].replace({spend.idxmax(): EVIL})
    path = tmp_path_factory.mktemp("browser") / "report.html"
    crm.report(sales, path, ids=True, name=EVIL, compare="1997-12-31")
    return path


@pytest.fixture(scope="module")
def browser():
    webdriver = pytest.importorskip("selenium.webdriver")
    if not (shutil.which(CHROMIUM) and shutil.which(DRIVER)):
        pytest.skip("chromium and chromium-driver are not installed")
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
                     "--disable-component-update", "--no-first-run", "--window-size=1440,1000"):  # fmt: skip
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    yield driver
    driver.quit()


@pytest.fixture(scope="module")
def axe(tmp_path_factory):
    """The source of axe-core, from npm."""
    if not shutil.which("npm"):
        pytest.skip("npm is not installed")
    folder = tmp_path_factory.mktemp("axe")
    subprocess.run(["npm", "install", "--silent", "--no-audit", "--no-fund", "axe-core@4"], cwd=folder, check=True)
    return (folder / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")


def opened(browser, page, *, width=1440, language="en", dark=False, print_=False):
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                            {"width": width, "height": 1000, "deviceScaleFactor": 1, "mobile": False})  # fmt: skip
    scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme], "media": "print" if print_ else ""})
    browser.get(page.as_uri())
    if language != "en":
        browser.execute_script("document.querySelector('[data-side=en] .switch').click()")


def visible(browser, selector):
    return [each for each in browser.find_elements("css selector", selector) if each.is_displayed()]


def test_nothing_is_said_on_the_console_and_nothing_asked_of_the_network(browser, page):
    browser.get_log("performance")
    browser.get_log("browser")
    opened(browser, page, language="zh")
    assert [entry["message"] for entry in browser.get_log("browser")] == []
    sent = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    urls = [one["params"]["request"]["url"] for one in sent if one["method"] == "Network.requestWillBeSent"]
    assert [url for url in urls if not url.startswith((page.as_uri(), "data:", "chrome:"))] == []


def test_a_customer_named_like_a_script_stays_text(browser, page):
    opened(browser, page)
    assert browser.title == f"Customers of {EVIL}"
    assert visible(browser, "h1")[0].text == f"Customers of {EVIL}"
    named = browser.execute_script("return [...document.querySelectorAll('tbody th')].map(one => one.textContent)")
    assert EVIL in named
    assert browser.execute_script("return document.scripts.length") == 1


def test_tables_are_sorted_by_their_heads_and_filtered(browser, page):
    opened(browser, page)
    table = "#segments-en table[data-sortable]"
    values = f"return [...document.querySelectorAll('{table} tbody tr')].map(row => Number(row.cells[1].dataset.v))"
    head = visible(browser, f"{table} thead th")[1]
    browser.execute_script("arguments[0].click()", head.find_element("css selector", "button"))
    falling = browser.execute_script(values)
    assert falling == sorted(falling, reverse=True)
    assert head.get_attribute("aria-sort") == "descending"
    head.find_element("css selector", "button").send_keys("\ue007")  # Enter
    assert browser.execute_script(values) == falling[::-1]
    visible(browser, "#segments-en .filter input")[0].send_keys("champ")
    assert [row.text.split()[0] for row in visible(browser, f"{table} tbody tr")] == ["Champions"]


def test_the_page_speaks_both_languages_and_the_keyboard_reaches_the_switch(browser, page):
    opened(browser, page)
    assert browser.execute_script("return document.documentElement.lang") == "en"
    button = visible(browser, ".switch")[0]
    button.send_keys("\ue007")
    assert browser.execute_script("return document.documentElement.lang") == "zh-Hans"
    assert "客户分析报告" in browser.title
    assert visible(browser, "nav p")[0].text == "目录"
    assert browser.execute_script("return document.activeElement.className") == "switch"
    visible(browser, ".switch")[0].click()
    assert visible(browser, "nav p")[0].text == "Contents"


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_axe_finds_no_serious_fault(browser, page, axe, language, dark):
    opened(browser, page, language=language, dark=dark)
    browser.execute_script("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    browser.execute_script(axe)
    browser.set_script_timeout(120)
    found = browser.execute_async_script(
        "const done = arguments[0]; axe.run(document, {resultTypes: ['violations']}).then(r => done(r.violations))"
    )
    grave = {one["id"]: [node["html"][:200] for node in one["nodes"][:3]] for one in found
             if one["impact"] in ("serious", "critical")}  # fmt: skip
    assert grave == {}


# Texts that leave their picture or the page, and texts of a picture that lie on each other.
MISFITS = """
const wide = document.documentElement.clientWidth, found = [];
for (const one of document.querySelectorAll('h1, h2, p, li, dd, summary, figcaption, .tile, .alert, caption, code')) {
  if (one.offsetParent === null || one.closest('.scroll') || one.classList.contains('skip')) continue;
  const box = one.getBoundingClientRect();
  if (box.right > wide + 1 || box.left < -1 || one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 0)
    found.push('cut: ' + one.textContent.slice(0, 60));
}
for (const plot of document.querySelectorAll('svg.plot')) {
  const frame = plot.getBoundingClientRect();
  if (!frame.width) continue;
  const texts = [...plot.querySelectorAll('text')].filter(one => one.textContent.trim());
  const boxes = texts.map(one => one.getBoundingClientRect());
  const upright = texts.map(one => { const m = one.getCTM(); return Math.abs(m.b) < 1e-6 || Math.abs(m.a) < 1e-6; });
  boxes.forEach((box, i) => {
    if (box.left < frame.left - 2 || box.right > frame.right + 2 || box.top < frame.top - 2
        || box.bottom > frame.bottom + 2)
      found.push('outside: ' + texts[i].textContent + ' in ' + plot.getAttribute('aria-labelledby'));
    boxes.slice(i + 1).forEach((other, k) => {
      const across = Math.min(box.right, other.right) - Math.max(box.left, other.left);
      const down = Math.min(box.bottom, other.bottom) - Math.max(box.top, other.top);
      const small = 0.3 * Math.min(box.height, other.height);
      if (upright[i] && upright[i + 1 + k] && across > small && down > small + 1)
        found.push('overlap: ' + texts[i].textContent + ' | ' + texts[i + 1 + k].textContent + ' in '
                   + plot.getAttribute('aria-labelledby'));
    });
  });
}
return found;
"""


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("width", [390, 800, 1440])
def test_no_text_is_cut_and_none_lies_on_another(browser, page, width, language):
    opened(browser, page, width=width, language=language)
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width
    assert browser.execute_script(MISFITS) == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_printed_page_is_complete(browser, page, language):
    opened(browser, page, width=A4, language=language, print_=True)
    assert browser.execute_script("return document.documentElement.scrollWidth") <= A4
    wide = (
        "return [...document.querySelectorAll('table')].filter(one => one.getBoundingClientRect().right > arguments[0])"
    )
    assert [table.get_attribute("id") for table in browser.execute_script(wide, A4 + 1)] == []
    assert visible(browser, "nav") == []
    printed = browser.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True, "printBackground": True})
    assert base64.b64decode(printed["data"]).startswith(b"%PDF")
