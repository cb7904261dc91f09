"""Results of several parts: used like their main table, printed with what they mean, in text and in notebooks."""

from __future__ import annotations

import copy
import datetime as dt

import pytest

import crmkit as crm
from conftest import as_columns
from crmkit._results import as_text

SALES = {
    "customer_id": ["a", "b", "a", "c", "b", "<b>d</b>"],
    "date": [dt.date(2025, month, day) for month, day in ((1, 5), (1, 9), (2, 28), (2, 1), (4, 2), (4, 30))],
    "amount": [5.0, 7.0, 2.0, 9.0, 4.0, 6.0],
}


@pytest.fixture
def sales(make_table):
    return make_table(SALES)


def test_a_table_of_any_kind_is_printed_whole_with_missing_values_as_dashes(make_table):
    columns = {f"a_column_with_a_long_name_{at}": [None, float(at)] for at in range(9)}
    table = as_text(make_table(columns))
    assert all(name in table for name in columns)
    assert table.split().count("-") == 9
    assert "8" in table.split()


def test_they_print_as_table_and_card(sales):
    for found in (crm.retention.rates(sales), crm.retention.movements(sales)):
        assert str(found) == repr(found)
        assert str(found).endswith(str(found.definition))
        assert all(name in str(found) for name in as_columns(found.table))


def test_they_go_where_their_main_table_goes(sales):
    matrix = crm.segment.value_matrix(crm.summarize(sales), potential="frequency", cut="mean")
    both = [crm.segment.migration(before, before, column="quadrant")
            for before in (matrix, matrix.customers)]  # fmt: skip
    assert as_columns(both[0].moves) == as_columns(both[1].moves)


def test_columns_and_methods_are_those_of_the_main_table():
    found = crm.retention.rates(SALES)
    assert found["churn_rate"].equals(found.table["churn_rate"])
    assert found.query("complete").equals(found.table.query("complete"))
    assert (len(found), list(found), found.shape) == (len(found.table), list(found.table), found.table.shape)
    matrix = crm.segment.value_matrix(crm.summarize(SALES), potential="frequency")
    assert matrix["quadrant"].equals(matrix.customers["quadrant"])
    assert matrix.table is not matrix.customers


def test_what_neither_has_is_named():
    with pytest.raises(AttributeError, match=r"a Rates has no 'retention', nor has its table, \.table"):
        crm.retention.rates(SALES).retention  # noqa: B018
    with pytest.raises(KeyError, match="retention"):
        crm.retention.rates(SALES)["retention"]


def test_they_can_be_copied_and_compared_without_a_word_of_pandas():
    found = crm.retention.rates(SALES)
    assert copy.copy(found).table is found.table
    assert copy.deepcopy(found).table.equals(found.table)
    assert found == found
    assert found != crm.retention.rates(SALES)
    assert len({found, found}) == 1


def test_notebooks_show_the_table_and_the_card_with_text_from_data_escaped():
    won = crm.outreach.win_back(crm.Transactions(SALES, as_of="2025-12-31"), cost=0, rule={"inactive": "90D"},
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


def test_a_result_does_not_become_an_array_of_the_names_of_its_columns():
    pd, np = pytest.importorskip("pandas"), pytest.importorskip("numpy")
    found = crm.retention.rates(crm.Transactions(SALES))
    for make in (pd.DataFrame, np.asarray):
        with pytest.raises(TypeError, match=r"is no array\. Its rows are the table \.table"):
            make(found)
