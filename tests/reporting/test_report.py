"""The report: complete in itself, aggregates only, its numbers those of the library, hostile names only text."""

import hashlib
import html
import json
import re
import stat

import duckdb
import matplotlib.pyplot as plt
import pytest

import crmkit as crm
from crmkit import customers
from crmkit.errors import ArgumentError, InputFileError

EVIL = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def shop():
    return crm.Transactions(crm.datasets.load_cdnow(sample=True))


@pytest.fixture(scope="module")
def page(shop, tmp_path_factory):
    path = tmp_path_factory.mktemp("report") / "report.html"
    assert crm.report(shop, path, sections=["overview", "data", "revenue", "segments"]) == path
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    return path.read_text(encoding="utf-8")


def test_the_page_asks_the_network_for_nothing(page):
    assert not re.search(r"""(?:src|href|action)=["'](?!#|data:)""", page)
    assert "@import" not in page
    assert "default-src 'none'" in html.unescape(page)


def test_the_policy_allows_no_inline_style_or_handler(page):
    assert " style=" not in page
    assert not re.search(r"\son\w+=", page)


def test_both_languages_are_inside(page):
    assert '<div class="page" data-side="en" lang="en"' in page
    assert '<div class="page" data-side="zh" lang="zh-Hans"' in page
    assert "客户金字塔" in page


def test_titles_say_what_the_library_says(shop, page):
    tiers = crm.pyramid.describe_tiers(crm.pyramid.assign_tiers(shop))
    share = f"{100 * tiers['value_share'][0]:.0f}\u00a0%"
    assert f"1\u00a0% of the customers bring {share} of the revenue" in page


def test_a_name_that_is_a_script_stays_text(tmp_path):
    sales = {"customer_id": [EVIL, EVIL, "b"], "date": ["2025-01-05", "2025-03-01", "2025-02-01"], "amount": [9, 5, 4]}
    crm.report(sales, tmp_path / "r.html", name=EVIL, sections=["data", "revenue"])
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert EVIL not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_a_section_that_fails_says_why_and_the_others_stand(tmp_path):
    sales = {"customer_id": ["a"], "date": ["2025-01-06"], "amount": [9]}
    crm.report(sales, tmp_path / "r.html", sections=["overview", "data", "revenue", "segments"])
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert "This section could not be made" in page
    assert "All 1 rows are used" in page


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"path": "r.pdf"}, "html, xlsx, ipynb, json"),
        ({"sections": ["nonsense"]}, "sections"),
        ({"sections": "data"}, "list of sections"),
        ({"ids": True, "least": 5}, "withholds nothing"),
        ({"compare": "2031-01-01"}, "a day before"),
        ({"compare": {"a": 1}}, "earlier date"),
    ],
)
def test_what_cannot_be_asked_is_said_before_any_work(shop, tmp_path, options, words):
    told = {"path": tmp_path / "r.html"} | options
    with pytest.raises(ArgumentError, match=words):
        crm.report(shop, **told)


def test_a_folder_that_is_not_there(shop, tmp_path):
    with pytest.raises(InputFileError):
        crm.report(shop, tmp_path / "no" / "r.html")
    assert not list(tmp_path.iterdir())


# --- for machines and spreadsheets ----------------------------------------------------------------------------------


def test_the_numbers_for_machines_are_those_of_the_library(shop, tmp_path):
    crm.report(shop, tmp_path / "r.json", sections=["data", "revenue", "segments"])
    found = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))
    scored = crm.score_customers(shop, horizon=None)
    segments = crm.rfm.describe_segments(scored)
    told = {row["segment"]: row["value"] for row in found["segments"]["tables"]["segments"]}
    assert told == dict(zip(segments["segment"], segments["value"], strict=True))  # every bit
    assert found["revenue"]["figures"]["gini"] == crm.pyramid.concentration(scored).gini
    assert found["report"]["customers"] == len(scored)


def test_the_workbook_computes_what_it_shows(shop, tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    crm.report(shop, tmp_path / "r.xlsx", sections=["revenue", "segments"], language="zh")
    book, shown = (openpyxl.load_workbook(tmp_path / "r.xlsx", data_only=only) for only in (False, True))
    segments = crm.rfm.describe_segments(crm.score_customers(shop, horizon=None))
    keys = [cell.value for cell in book["segments"][2]]
    assert keys == list(segments.columns)
    column = keys.index("value_share")
    rows = range(3, 3 + len(segments))
    assert [shown["segments"][row][column].value for row in rows] == segments["value_share"].tolist()
    assert all(str(book["segments"][row][column].value).startswith("=D") for row in rows)
    total = shown["segments"][3 + len(segments)][keys.index("customers")]
    assert total.value == len(crm.summarize(shop))
    assert book["segments"]["A1"].value == "客户群"


def test_formulas_give_the_stored_values_in_another_engine(shop, tmp_path):
    formualizer = pytest.importorskip("formualizer")
    crm.report(shop, tmp_path / "r.xlsx", sections=["segments"])
    book = formualizer.load_workbook(str(tmp_path / "r.xlsx"))
    stored = pytest.importorskip("openpyxl").load_workbook(tmp_path / "r.xlsx", data_only=True)["segments"]
    column = [cell.value for cell in stored[2]].index("value_share") + 1
    for row in range(3, 3 + stored.max_row - 3):
        assert book.evaluate_cell("segments", row, column) == pytest.approx(stored.cell(row, column).value, rel=1e-12)


def test_the_notebook_is_valid_and_runs(tmp_path):
    nbformat = pytest.importorskip("nbformat")
    shop = crm.Transactions(crm.datasets.load_ten_customers())
    crm.report(shop, tmp_path / "r.ipynb", sections=["revenue", "segments"], language="zh")
    notebook = nbformat.read(tmp_path / "r.ipynb", as_version=4)
    nbformat.validate(notebook)
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    names = {"table": crm.datasets.load_ten_customers()}
    for cell in code:
        exec(cell, names)
    plt.close("all")
    assert len(names["customers"]) == 10


# --- persons --------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_no_customer_is_named_unless_asked_for(tmp_path):
    sales = crm.datasets.load_cdnow(sample=True)
    sales["customer_id"] = "person-" + sales["customer_id"].astype(str)
    crm.report(sales, tmp_path / "r.html", sections=["actions", "segments", "movement"])
    assert "person-" not in (tmp_path / "r.html").read_text(encoding="utf-8")
    crm.report(sales, tmp_path / "ids.html", sections=["actions"], ids=True)
    page = (tmp_path / "ids.html").read_text(encoding="utf-8")
    assert "person-" in page
    assert "data:text/csv" in page


def test_small_groups_are_withheld(shop, tmp_path):
    crm.report(shop, tmp_path / "r.json", sections=["segments", "revenue"], least=400)
    found = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))
    shown = [row["customers"] for row in found["segments"]["tables"]["segments"]]
    assert None in shown
    assert all(n is None or n >= 400 for n in shown)


def test_two_days_and_two_shops_are_compared(shop, tmp_path):
    then = shop.until("1997-12-31")
    for name, compare in {"day": "1997-12-31", "shop": {"then": then}}.items():
        path = tmp_path / f"{name}.json"
        crm.report(shop, path, sections=["comparison"], compare=compare)
        rows = json.loads(path.read_text(encoding="utf-8"))["comparison"]["tables"]["comparison"]
        found = {row["measure"]: (row["before"], row["now"]) for row in rows}
        spent = [float(crm.summarize(one)["monetary"].sum()) for one in (then, shop)]
        assert found["revenue"] == pytest.approx(tuple(spent))


def test_the_whole_page_of_every_section(shop, tmp_path):
    crm.report(shop, tmp_path / "r.html", compare=("1997-12-31", "1998-05-31"), ids=True, name="CDNOW", language="zh")
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert "This section could not be made" not in page
    assert len(page.encode()) <= 2_000_000
    assert page.index('data-side="zh"') < page.index('data-side="en"')


def test_the_currency_stands_at_the_head_and_no_small_count_in_any_form(tmp_path):
    sales = crm.datasets.load_cdnow(sample=True)
    sales["currency"] = "USD"
    crm.report(sales, tmp_path / "r.html", sections=["data", "movement"])
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert "money in USD" in page
    assert any("USD" in picture for picture in re.findall(r"<svg[\s\S]*?</svg>", page))
    crm.report(sales, tmp_path / "r.json", sections=["retention", "revenue", "movement"], least=30)
    found = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))
    tables = [table for key in ("retention", "revenue", "movement") for table in found[key]["tables"].items()]
    for _, rows in tables:
        assert all(row.get("customers") is None or row["customers"] >= 30 for row in rows)


def test_of_very_many_customers_some_are_judged_and_the_page_says_so(tmp_path, monkeypatch):
    sales = crm.datasets.load_cdnow(sample=True)
    whole = crm.Transactions(sales)
    monkeypatch.setattr(customers, "MANY", 1_000)
    monkeypatch.setattr(customers, "ASKED", 700)
    crm.report(whole, tmp_path / "r.json", sections=["trust"])
    found = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))["trust"]
    share = f"{int(700 / 2357 * 16**8):08x}"
    digests = sales["customer_id"].astype(str).map(lambda one: hashlib.md5(one.encode()).hexdigest())
    drawn = sales[digests < share]
    assert found["figures"]["sample"] == drawn["customer_id"].nunique()
    assert found["figures"]["among"] == 2357
    judged = crm.backtest(crm.Transactions(drawn, as_of=whole.as_of))
    assert [row["rebuyers"] for row in found["tables"]["backtest"]] == judged.pooled["rebuyers"].tolist()
    assert found["figures"]["grade"] == crm.sensitivity(crm.Transactions(drawn, as_of=whole.as_of)).grade
    crm.report(whole, tmp_path / "r.html", sections=["trust"])
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert f"looks at {drawn['customer_id'].nunique()} of the 2,357" in page
    assert "按客户编号抽取" in page


def test_what_an_engine_holds_is_told_alike(tmp_path):
    sales = crm.datasets.load_cdnow(sample=True)
    told = []
    for table in (sales, duckdb.sql("SELECT * FROM sales")):
        crm.report(crm.Transactions(table), tmp_path / "r.json", sections=["segments", "actions"], name="CDNOW")
        told.append(json.loads((tmp_path / "r.json").read_text(encoding="utf-8")))
        told[-1]["report"].pop("engine")
    assert told[0] == told[1]
