"""Workbooks: every formula computed by an engine that is not ours, what the library says, and changed inputs."""

import inspect
import shutil
import subprocess

import numpy as np
import pytest

import crmkit as crm
from conftest import as_columns
from crmkit import teaching
from crmkit.errors import ArgumentError, DataError

formualizer = pytest.importorskip("formualizer")
pytest.importorskip("xlsxwriter")

BG_NBD = "bg_nbd"
RATE = {"margin_rate" if "margin_rate" in inspect.signature(crm.clv.lifetime_value).parameters else "margin": 0.3}
LIGHT = [topic for topic in teaching.TOPICS if topic != BG_NBD]


def computed(book, path):
    """The workbook as the other engine computes it, from the file."""
    book.save(path)
    engine = formualizer.Workbook.from_path(str(path))
    engine.evaluate_all()
    return engine


def value_of(engine, sheet, row, column):
    return engine.get_value(sheet.name, row + 1, column + 1)


def same(got, value):
    if isinstance(value, str):
        return (got or "") == value
    return isinstance(got, int | float) and got == pytest.approx(value, rel=1e-9, abs=1e-9)


def differing(book, engine):
    return [
        (sheet.name, row, column, cell.formula, cell.value)
        for sheet in book.sheets
        for (row, column), cell in sheet.cells.items()
        if cell.formula is not None and not same(value_of(engine, sheet, row, column), cell.value)
    ]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("topic", LIGHT)
def test_every_formula_gives_the_value_beside_it(topic, language, tmp_path):
    book = teaching.workbook(topic, language=language)
    assert book.n_formulas > 10
    assert differing(book, computed(book, tmp_path / "book.xlsx")) == []
    words = [cell.value for sheet in book.sheets for cell in sheet.cells.values() if isinstance(cell.value, str)]
    assert any("\u4e00" <= letter <= "\u9fff" for word in words for letter in word) == (language == "zh")
    assert not [word for word in words if word.startswith(("ws_", "sheet_", "workbook_", "forecast_", "factor_"))]


@pytest.fixture(scope="module")
def histories():
    tx = crm.Transactions(crm.datasets.load_cdnow(sample=True), as_of="1997-09-30")
    return crm.summarize(tx).head(250)


def check_the_model(customers, path):
    book = teaching.workbook(BG_NBD, customers)
    assert differing(book, computed(book, path)) == []
    fit, forecast = book.sheets[2], book.sheets[-1]
    last = max(column for row, column in fit.cells if row == 1)
    params = [fit.cells[1 + at, last].value for at in range(4)]
    fitted = crm.clv.BGNBD(period="week").fit(customers)
    ours = [getattr(fitted.params_, name) for name in ("r", "alpha", "a", "b")]
    assert params == pytest.approx(ours, rel=2e-8, abs=0)
    assert fit.cells[5, last - 1].value == pytest.approx(fitted.log_likelihood_, rel=1e-9, abs=0)
    model = crm.clv.BGNBD.from_params(period="week", **dict(zip(("r", "alpha", "a", "b"), params, strict=True)))
    spend = crm.clv.GammaGamma().fit(customers)
    valued = as_columns(
        crm.clv.lifetime_value(customers, purchases=model, spend=spend, horizon="13W", discount_rate=0.0, **RATE)
    )
    top = 6
    for column, name in {1: "p_alive", 4: "expected_purchases", 5: "expected_spend", 6: "residual_clv"}.items():
        got = [forecast.cells[top + 1 + at, column].value for at in range(len(valued[name]))]
        assert got == pytest.approx(valued[name], rel=1e-9, abs=1e-12), name


def test_the_fit_of_bg_nbd_in_cells_is_that_of_the_library(histories, tmp_path):
    check_the_model(histories, tmp_path / "model.xlsx")


@pytest.mark.slow  # a thousand customers: some 110,000 formulas
def test_a_thousand_customers_fitted_in_cells(tmp_path):
    tx = crm.Transactions(crm.datasets.load_cdnow(sample=True), as_of="1997-09-30")
    check_the_model(crm.summarize(tx).head(1000), tmp_path / "model.xlsx")


@pytest.mark.slow  # starts an office program
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
@pytest.mark.parametrize("topic", teaching.TOPICS)
def test_libreoffice_computes_the_same(topic, tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    book = teaching.workbook(topic)
    book.save(tmp_path / "book.xlsx")
    command = ["soffice", f"-env:UserInstallation=file://{tmp_path}/office", "--headless", "--convert-to", "ods",
               "--outdir", str(tmp_path), str(tmp_path / "book.xlsx")]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    # Only a file of another kind is computed anew when it is loaded and written.
    command[4:5] = ["xlsx:Calc MS Excel 2007 XML"]
    command[-2:] = [str(tmp_path / "again"), str(tmp_path / "book.ods")]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    found = openpyxl.load_workbook(tmp_path / "again" / "book.xlsx", data_only=True)
    for sheet in book.sheets:
        page = found[sheet.name]
        for (row, column), cell in sheet.cells.items():
            if cell.formula is not None:
                got = page.cell(row + 1, column + 1).value
                assert same(got, cell.value), (sheet.name, row, column, cell.formula, cell.value, got)


# --- what the library says, also when a row changes ------------------------------------------------------------------


def column(book, sheet, at, *, top=1):
    """The values of a column of a workbook as it is made."""
    cells = book.sheets[sheet].cells
    rows = sorted(row for row, place in cells if place == at and row >= top)
    return [cells[row, at].value for row in rows]


def changed(book, path, sheet, row, at, value):
    """The other engine's workbook after one cell has changed."""
    engine = computed(book, path)
    engine.set_value(book.sheets[sheet].name, row + 1, at + 1, value)
    engine.evaluate_all()
    return engine


def test_a_changed_order_changes_scores_and_groups_as_the_library_says(tmp_path):
    customers = crm.summarize(crm.datasets.load_ten_customers())
    book = teaching.workbook("rfm", customers)
    assert column(book, 1, 7) == crm.rfm.score(customers)["rfm"].tolist()
    engine = changed(book, tmp_path / "rfm.xlsx", 1, 4, 3, 9000.0)  # the fourth customer spends 9,000
    other = customers.assign(monetary=customers["monetary"].where(customers["customer_id"] != "C04", 9000.0))
    got = [value_of(engine, book.sheets[1], row, 7) for row in range(1, 11)]
    assert got == crm.rfm.score(other)["rfm"].tolist()
    groups = crm.rfm.segment(crm.rfm.score(other, method="median"), scheme="eight", language="en")["segment_label"]
    assert [value_of(engine, book.sheets[1], row, 11) for row in range(1, 11)] == groups.tolist()


def test_a_changed_customer_changes_tiers_and_gini_as_the_library_says(tmp_path):
    customers = crm.summarize(crm.datasets.load_ten_customers())
    book = teaching.workbook("pyramid", customers)
    tiers, sums = book.sheets[1], book.sheets[2]
    engine = changed(book, tmp_path / "pyramid.xlsx", 1, 7, 1, 7000.0)
    other = customers.copy()
    other.loc[6, "monetary"] = 7000.0
    named = crm.pyramid.assign_tiers(other)["tier"]
    assert [value_of(engine, tiers, row, 3) for row in range(1, 11)] == [crm.labels.segment(t, "en") for t in named]
    measured = crm.pyramid.concentration(other)
    assert value_of(engine, sums, 6, 1) == pytest.approx(measured.top_share(0.2))
    assert value_of(engine, sums, 7, 1) == pytest.approx(measured.gini)


def test_a_changed_retention_rate_changes_lifetime_value_as_the_library_says(tmp_path):
    book = teaching.workbook("clv")
    engine = changed(book, tmp_path / "clv.xlsx", 1, 1, 1, 0.9)
    page, flows = book.sheets[1], book.sheets[2]
    assert value_of(engine, page, 5, 1) == pytest.approx(crm.clv.constant_retention(100, 0.9, 0.1))
    assert value_of(engine, page, 6, 1) == pytest.approx(crm.clv.constant_retention(100, 0.9, 0.1, timing="end"))
    table = crm.clv.cash_flows(100, 0.9, 0.1, n_periods=20, acquisition_cost=150)
    got = [value_of(engine, flows, row, 5) for row in range(1, 21)]
    assert got == pytest.approx(table["cumulative"].tolist())


def test_a_changed_basket_changes_the_rules_as_the_library_says(tmp_path):
    made = crm.datasets.make_baskets(30).transactions
    book = teaching.workbook("basket", made)
    page, pairs = book.sheets[1], book.sheets[2]
    items = [page.cells[0, at].value for at in range(1, 7)]
    at = next(row for row in range(1, 40) if page.cells[row, 1].value == 0)
    engine = changed(book, tmp_path / "basket.xlsx", 1, at, 1, 1)
    held = {(row, place): page.cells[row, place].value for row, place in page.cells if row and place}
    held[at, 1] = 1
    n = max(row for row, _ in held)
    rows = [(row, items[place - 1]) for (row, place), value in held.items() if value]
    empty = [(row, "none") for row in range(1, n + 1) if row not in {number for number, _ in rows}]
    ids, names = (list(part) for part in zip(*rows, *empty, strict=True))
    table = {"customer_id": ids, "order_id": ids, "product": names, "date": ["2025-01-01"] * len(ids),
             "amount": [1.0] * len(ids)}  # fmt: skip
    found = crm.basket.rules(table, min_orders=1, min_confidence=0, left=1).table.set_index(
        ["antecedent", "consequent"]
    )
    for row in range(1, 16):
        pair = tuple(pairs.cells[row, place].value for place in (0, 1))
        if value_of(engine, pairs, row, 2):
            lift = found.loc[pair, ["confidence", "lift"]].tolist()
            assert [value_of(engine, pairs, row, place) for place in (6, 7)] == pytest.approx(lift)


def test_equity_and_satisfaction_give_the_published_figures():
    page = teaching.workbook("equity").sheets[1]
    assert [page.cells[row, at].value for row in (11, 12) for at in (1, 2)] == pytest.approx(
        [379.718361, 234.924293, 352.386440, 262.256214], abs=1e-6
    )
    results = teaching.workbook("satisfaction").sheets[2]
    assert (results.cells[4, 1].value, round(results.cells[5, 1].value, 5)) == (0.3, 0.0781)
    assert results.cells[17, 1].value == 13


def test_text_that_looks_like_a_formula_stays_text(tmp_path):
    customers = crm.summarize(crm.datasets.load_ten_customers())
    customers["customer_id"] = ["=1+1", "http://a.b", *customers["customer_id"][2:]]
    engine = computed(teaching.workbook("rfm", customers), tmp_path / "rfm.xlsx")
    assert value_of(engine, teaching.workbook("rfm", customers).sheets[1], 1, 0) == "=1+1"


def test_what_cannot_be_made_is_named():
    with pytest.raises(ArgumentError, match="topic='astrology'"):
        teaching.workbook("astrology")
    many = {"customer_id": np.arange(6000), "recency": np.ones(6000), "frequency": np.ones(6000),
            "monetary": np.ones(6000)}  # fmt: skip
    with pytest.raises(DataError, match="6,000 rows are too many"):
        teaching.workbook("rfm", many)
