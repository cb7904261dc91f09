"""Pictures of the ledger and of win-back: bars, curve and titles are the numbers of the results."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import crmkit as crm
from crmkit.errors import ColumnError, DataError

pytest.importorskip("matplotlib").use("Agg")

SALES = pd.DataFrame({
    "customer_id": ["a", "a", "b", None], "date": ["2025-01-05", "2025-02-01", "2025-03-01", "2025-03-02"],
    "amount": [20.0, 5.5, 9.0, 3.0],
})  # fmt: skip


@pytest.mark.parametrize(("language", "title"), [
    ("en", "75% of the rows and 92% of the money are used"), ("zh", "实际使用了 75% 的记录和 92% 的金额"),
])  # fmt: skip
def test_the_ledger_is_drawn_in_rows_and_money(language, title):
    ax = crm.plotting.plot_ledger(crm.Transactions(SALES).ledger, language=language)
    assert [bar.get_width() for bar in ax.patches] == pytest.approx(
        [1, -1 / 4, 3 / 4, 1, -3 / 37.5, 34.5 / 37.5], abs=1e-12
    )
    assert ax.get_title() == title
    assert [text.get_text() for text in ax.texts] == ["100.0%", "-25.0%", "75.0%", "100.0%", "-8.0%", "92.0%"]


def test_a_ledger_without_money_has_bars_of_rows_alone():
    ax = crm.plotting.plot_ledger(crm.Transactions(SALES, amount=None).ledger)
    assert len(ax.patches) == 3
    assert ax.get_title() == "75% of the rows are used"
    with pytest.raises(ColumnError, match="step"):
        crm.plotting.plot_ledger({"rows": [1], "amount": [1.0]})
    with pytest.raises(DataError, match="nothing to draw"):
        crm.plotting.plot_ledger({"step": ["input"], "rows": [0], "amount": [0.0]})


def test_the_curve_of_win_back_is_highest_where_contacting_ends_to_pay():
    found = crm.outreach.win_back(crm.datasets.load_cdnow(sample=True), contact_cost=2, margin_rate=0.3)
    ax = found.plot()
    curve = ax.lines[1].get_ydata()
    assert int(np.argmax(curve)) == found.contacted
    assert curve.max() == pytest.approx(found.profit, abs=1e-6)
    assert curve[-1] == pytest.approx(found.table["expected_profit"].sum(), abs=1e-6)
