"""The picture of ways up, read back: customers of each segment by what their way asks for."""

import matplotlib
import pytest

import crmkit as crm
from conftest import as_columns
from crmkit.errors import ColumnError, DataError

matplotlib.use("Agg")

PATHS = {
    "segment": ["lost", "lost", "lost", "loyal", "champions"],
    "upgrade_orders": [1.0, 1.0, 2.0, 1.0, None],
    "upgrade_money": [0.0, 20.0, 0.0, 5.0, None],
}


def test_bars_are_customers_by_what_the_way_asks_for(make_table):
    ax = crm.plotting.plot_upgrade_paths(make_table(PATHS), language="en")
    assert [tick.get_text() for tick in ax.get_yticklabels()] == ["Lost", "Loyal", "Champions"]
    widths = [[bar.get_width() for bar in bars] for bars in ax.containers]
    # any order, an order of some money, more orders, none
    assert widths == [[1, 0, 0], [1, 1, 0], [1, 0, 0], [0, 0, 1]]
    assert [text.get_text() for text in ax.texts] == [
        "3, 67% by one order",
        "1, 100% by one order",
        "1, 0% by one order",
    ]
    assert ax.get_title() == "60% of customers are one order away from a better segment"


def test_it_counts_what_upgrade_paths_lists(make_table):
    rows = {name: list(column) for name, column in crm.datasets.load_ten_customers().items()}
    found = crm.explanation.upgrade_paths(make_table(rows))
    orders = as_columns(found)["upgrade_orders"]
    ax = crm.plotting.plot_upgrade_paths(found)
    drawn = sum(bar.get_width() for bars in ax.containers[:2] for bar in bars)
    assert drawn == sum(each == 1 for each in orders)


def test_what_cannot_be_drawn_is_said():
    with pytest.raises(ColumnError, match="upgrade_paths"):
        crm.plotting.plot_upgrade_paths({"customer_id": ["a"]})
    with pytest.raises(ColumnError, match="upgrade_orders"):
        crm.plotting.plot_upgrade_paths({"segment": ["lost"]})
    with pytest.raises(DataError, match="no rows"):
        crm.plotting.plot_upgrade_paths({"segment": [], "upgrade_orders": [], "upgrade_money": []})
