"""RFM: a test mailing read cell by cell: response, break-even, and the profit of a roll-out (Hughes 1994)."""

from __future__ import annotations

import narwhals.stable.v2 as nw

from crmkit import _checks, _frame
from crmkit._frame.engines import FrameT
from crmkit._rfm.measures import number
from crmkit._statistics import z_of
from crmkit.errors import ArgumentError, DataError, shown


def break_even_rate(contact_cost: float, margin: float) -> float:
    """The share of people contacted who must respond for a campaign to pay.

    Parameters
    ----------
    contact_cost : float
        Cost of contacting one person, in money.
    margin : float
        Margin of one response before that cost, in the same money.

    Returns
    -------
    float
        A fraction; above 1 no response rate can pay.

    Raises
    ------
    ArgumentError
        One of them is not above 0.

    Examples
    --------
    >>> break_even_rate(0.50, 40)
    0.0125
    """
    cost, gain = _checks.finite("contact_cost", contact_cost), _checks.finite("margin", margin)
    if cost <= 0 or gain <= 0:
        raise ArgumentError("contact_cost", contact_cost, "rfm_margin_above", margin=margin)
    return cost / gain


def break_even(
    cells: FrameT,
    *,
    contact_cost: float,
    margin: float,
    mailed: str = "mailed",
    responses: str = "responses",
    customers: str | None = None,
    level: float = 0.95,
) -> FrameT:
    """Read a test mailing: which RFM cells pay, and what a roll-out to them would bring (Hughes 1994).

    Parameters
    ----------
    cells : table, one row per cell
        People mailed in the test and responses, in each cell (of RFM codes, segments or anything else).
    contact_cost : float
        Cost of contacting one person, in money.
    margin : float
        Margin of one response before that cost, in the same money.
    mailed, responses : str
        Names of these columns.
    customers : str, optional
        Column of people to contact in the roll-out; without it, as many as in the test.
    level : float, default 0.95
        Confidence of the interval.

    Returns
    -------
    table, one row per cell
        `cells`, in its own kind and row order, with `response_rate`; `rate_low` and `rate_high`, its interval
        (Wilson), which shows how little a small cell says; `break_even_rate`; `index`, 100 x (response rate -
        break-even rate) / break-even rate; `roll_out`, whether the index is above 0; and `expected_profit` of the
        roll-out in money, after the cost of contact, also for cells where it is a loss.

    Raises
    ------
    ColumnError
        A column is absent, not numeric or missing.
    DataError
        A cell was mailed to nobody, or has more responses than people mailed.
    ArgumentError
        The cost or the margin is not above 0.

    Examples
    --------
    >>> import pandas as pd
    >>> test = pd.DataFrame({"rfm": ["555", "111"], "mailed": [1000, 1000], "responses": [22, 11]})
    >>> break_even(test, contact_cost=0.55, margin=40)[["rfm", "response_rate", "index", "roll_out", "expected_profit"]]
       rfm  response_rate  index  roll_out  expected_profit
    0  555          0.022   60.0      True            330.0
    1  111          0.011  -20.0     False           -110.0
    """
    needed = break_even_rate(contact_cost, margin)
    table = _frame.open_table(cells, numbers=[mailed, responses, *([customers] if customers else [])])
    _refuse_impossible_tests(table, mailed, responses)
    n, answers = number(mailed), number(responses)
    people = number(customers) if customers else n
    cost, gain = n * float(contact_cost), answers * float(margin)
    low, high = _wilson(n, answers, _checks.level_of(level))
    read: FrameT = table.give_back(
        table.frame.with_columns(
            (answers / n).alias("response_rate"),
            low.alias("rate_low"),
            high.alias("rate_high"),
            nw.lit(needed).alias("break_even_rate"),
            ((gain - cost) / cost * 100).alias("index"),
            (gain > cost).alias("roll_out"),
            ((gain - cost) / n * people).alias("expected_profit"),
        )
    )
    return read


def _refuse_impossible_tests(table: _frame.Table, mailed: str, responses: str) -> None:
    impossible = (number(mailed) <= 0) | (number(responses) < 0) | (number(responses) > number(mailed))
    found = table.collect(table.frame.filter(impossible).select(mailed, responses).head(4))
    if len(found[mailed]):
        pairs = [f"{n:g} mailed, {answers:g} responses" for n, answers in zip(*found.values(), strict=True)]
        raise DataError("rfm_cells_test_need_people", pairs=shown(pairs))


def _wilson(n: nw.Expr, successes: nw.Expr, level: float) -> tuple[nw.Expr, nw.Expr]:
    """The interval of `_statistics.wilson`, in the table's own engine."""
    z2 = z_of(level) ** 2
    middle = (successes + z2 / 2) / (n + z2)
    half = (z2 * (successes * (n - successes) / n + z2 / 4)).sqrt() / (n + z2)
    # Rounding would carry the ends of 0 of n and n of n a hair across.
    low = nw.when(successes == 0).then(nw.lit(0.0)).otherwise(middle - half)
    return low, nw.when(successes == n).then(nw.lit(1.0)).otherwise(middle + half)
