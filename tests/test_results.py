"""Results of several parts: used like their main table, printed with what they mean, in text and in notebooks."""

from __future__ import annotations

import copy
import datetime as dt
import json

import pytest

import crmkit as crm
from conftest import as_columns
from crmkit import errors

SALES = {
    "customer_id": ["a", "b", "a", "c", "b", "<b>d</b>"],
    "date": [dt.date(2025, month, day) for month, day in ((1, 5), (1, 9), (2, 28), (2, 1), (4, 2), (4, 30))],
    "amount": [5.0, 7.0, 2.0, 9.0, 4.0, 6.0],
}


@pytest.fixture
def sales(make_table):
    return make_table(SALES)


def test_they_print_as_table_and_card(sales):
    for found in (crm.retention.rates(sales), crm.retention.revenue_movements(sales)):
        assert str(found) == repr(found)
        assert str(found).endswith(str(found.definition))
        assert all(name in str(found) for name in as_columns(found.table) if not name.endswith(("_low", "_high")))


def test_they_go_where_their_main_table_goes(sales):
    matrix = crm.segment.value_matrix(crm.summarize(sales), potential="frequency", cut="mean")
    both = [crm.segment.migration(before, before, column="quadrant")
            for before in (matrix, matrix.customers)]  # fmt: skip
    assert as_columns(both[0].moves) == as_columns(both[1].moves)


def test_columns_rows_and_length_are_those_of_the_main_table(sales):
    found = crm.retention.rates(sales)
    table = as_columns(found.table)
    assert "churn_rate" in found
    assert "retention" not in found
    assert len(found) == len(table["period"])
    assert [row["period"] for row in found] == table["period"]
    matrix = crm.segment.value_matrix(crm.summarize(SALES), potential="frequency")
    assert matrix["quadrant"].equals(matrix.customers["quadrant"])
    assert matrix[["quadrant"]].equals(matrix.customers[["quadrant"]])
    assert matrix.table is not matrix.customers


def test_nothing_is_looked_for_in_the_table_in_silence():
    """`cohorts(tx).plot()` drew eleven columns of a table against the row number once."""
    found = crm.retention.rates(SALES)
    with pytest.raises(errors.UnknownNameError, match=r"Rates has no 'query'.* \.to_pandas\(\)\.query") as caught:
        found.query("complete")
    assert isinstance(caught.value, AttributeError)
    with pytest.raises(errors.UnknownNameError, match=r"Did you mean \.definition"):
        _ = found.definitions
    with pytest.raises(errors.ColumnError, match=r"no column 'retention' in this Rates.*retention_rate"):
        found["retention"]
    assert not hasattr(found, "shape")


def test_their_names_are_parts_and_what_can_be_done():
    found = crm.retention.rates(SALES)
    made = ["to_arrow", "to_dict", "to_excel", "to_pandas", "to_polars"]
    assert dir(found) == ["definition", "plot", "table", "text", *made]


# --- where they go --------------------------------------------------------------------------------------------------


def test_other_packages_take_them_as_their_main_table(sales):
    pd, pl, pa = (pytest.importorskip(name) for name in ("pandas", "polars", "pyarrow"))
    found = crm.retention.rates(sales)
    table = as_columns(found.table)
    for taken in (pd.DataFrame(found), pl.DataFrame(found), pa.table(found), found.to_pandas(), found.to_polars(),
                  found.to_arrow()):  # fmt: skip
        assert as_columns(taken) == table
    other = pd.DataFrame({"period": table["period"], "budget": 1.0})
    assert len(other.merge(found.to_pandas(), on="period")) == len(found)


def test_duckdb_and_narwhals_take_them(sales):
    duckdb, nw = pytest.importorskip("duckdb"), pytest.importorskip("narwhals")
    found = crm.retention.rates(sales)
    table = as_columns(found.table)
    assert duckdb.sql("SELECT period FROM found ORDER BY 1").fetchall() == [(period,) for period in table["period"]]
    assert nw.from_native(found).columns == list(table)
    assert as_columns(nw.from_arrow(found, backend="pyarrow").to_native()) == table


def test_all_parts_are_ready_for_json(sales):
    said = json.loads(json.dumps(crm.retention.revenue_movements(sales).to_dict(), allow_nan=False))
    assert set(said) == {"table", "customers", "definition"}
    assert said["table"][0]["period"] == "2025-01"
    assert said["table"][0]["start"] is None
    assert said["definition"]["past ends"] == "2025-04-30"
    scored = crm.rfm.segment(crm.rfm.score(sales, bins=2), scheme="eight", bins=2)
    moved = crm.segment.migration(scored, scored)
    assert json.dumps(moved.to_dict(), allow_nan=False)


def test_a_book_has_a_sheet_per_table_with_labels_then_keys(tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    found = crm.retention.revenue_movements(SALES)
    found.to_excel(tmp_path / "movements.xlsx", language="zh")
    book = openpyxl.load_workbook(tmp_path / "movements.xlsx")
    assert book.sheetnames == ["table", "customers", "definition"]
    labels, keys, first = list(book["table"].iter_rows(values_only=True))[:3]
    assert keys[0] == "period"
    assert labels[0] == "期间"
    assert first[0] == "2025-01"


def test_each_is_drawn_by_its_own_drawer():
    pytest.importorskip("matplotlib")
    cohorts = crm.retention.cohorts(SALES)
    drawn, same = cohorts.plot(), crm.plotting.plot_cohorts(cohorts)
    assert drawn.get_title() == same.get_title()
    assert [t.get_text() for t in drawn.texts] == [t.get_text() for t in same.texts]
    assert crm.retention.rates(SALES).plot(language="zh").get_ylabel()
    asked = crm.teaching.quiz("rfm")
    with pytest.raises(errors.ArgumentError, match="there is no chart for Quiz"):
        asked.plot()


# --- read -----------------------------------------------------------------------------------------------------------


def test_they_can_be_copied_and_compared_without_a_word_of_pandas():
    found = crm.retention.rates(SALES)
    assert copy.copy(found).table is found.table
    assert copy.deepcopy(found).table.equals(found.table)
    assert found == found
    assert found != crm.retention.rates(SALES)
    assert len({found, found}) == 1


def test_notebooks_show_the_table_and_the_card_with_text_from_data_escaped():
    won = crm.outreach.win_back(crm.Transactions(SALES, as_of="2025-12-31"), contact_cost=0, rule={"inactive": "90D"},
                                 response=0.5, value=3.0)  # fmt: skip
    page = won._repr_html_()
    assert "&lt;b&gt;d&lt;/b&gt;" in page
    assert "<b>" not in page
    assert page.count("<table") == 1
    assert "numerator: " in page


def test_each_prints_without_the_names_of_its_fields(sales):
    spans = {"base": ("2025-01-01", "2025-02-28"), "current": ("2025-03-01", "2025-04-30")}
    bridge = crm.growth.revenue_bridge(sales, **spans)
    cohorts = crm.retention.cohorts(sales)
    matrix = crm.segment.value_matrix(crm.summarize(sales), potential="frequency")
    said = [bridge, cohorts, matrix, crm.survival.repurchase(sales),
            crm.backtest(sales, "eight", origins="2025-02-28", horizon="30D")]  # fmt: skip
    for found in said:
        assert not repr(found).startswith(type(found).__name__)
        assert "<table" in found._repr_html_()
    assert repr(cohorts) == cohorts.text()
    assert all(step in repr(bridge) for step in ("lost", "contracted", "expanded", "new", "reactivated"))


def test_figures_are_written_for_reading():
    from crmkit._reading import as_text

    table = {"period": ["a", "b"], "retention_rate": [0.386, None], "retention_low": [0.36, None],
             "retention_high": [0.413, None], "revenue": [1234.5, None], "customers": [1234, None]}  # fmt: skip
    assert as_text(table).splitlines() == [
        "period      retention_rate   revenue  customers",
        "a       38.6 % (36.0-41.3)  1,234.50      1,234",
        "b                        -         -          -",
    ]
    assert "1,235" in as_text({"revenue": [1235.0, 7.0]})


def test_headings_are_in_the_language_that_is_set():
    found = crm.retention.rates(SALES)
    assert repr(found).splitlines()[0].split()[0] == "period"
    crm.set_language("zh")
    try:
        assert repr(found).splitlines()[0].split()[:2] == ["期间", "期初"]
        assert "指标：" in repr(found)
        assert ">期间<" in found._repr_html_()
    finally:
        crm.set_language(None)


def test_a_long_table_says_how_much_more_there_is(make_table):
    from crmkit._reading import ROWS, as_text

    said = as_text(make_table({"n": list(range(1000))})).splitlines()
    assert len(said) == ROWS + 2
    assert said[-1] == "... 940 more rows, 1,000 in all"


def test_text_of_the_data_moves_no_cursor_and_is_no_markup():
    from crmkit._reading import as_html, as_text

    table = {"product": ["\x1b[2Jtea", "<img src=x>", "a\u202eb", "two\nlines"]}
    assert not {"\x1b", "\u202e", "\t"} & set(as_text(table))
    assert len(as_text(table).splitlines()) == 5
    assert "<img" not in as_html(table)
    assert "&lt;img src=x&gt;" in as_html(table)


def test_shares_have_bars_in_a_notebook():
    from crmkit._reading import as_html

    assert "rgba(0, 114, 178, 0.18) 25%" in as_html({"share": [0.25]})
    assert "rgba" not in as_html({"share": [1.25]})
