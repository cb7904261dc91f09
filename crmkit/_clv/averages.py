"""The value of one customer from averages: one margin, one retention rate, what attracting and keeping may cost.

The formulas are right where their assumptions hold, which each docstring states. Rates are per period of the margin: a
yearly margin goes with a yearly retention and discount rate.

Sources: Berger & Nasr (1998), Customer lifetime value: marketing models and applications, Journal of Interactive
Marketing 12(1), 17-30; Gupta, Lehmann & Stuart (2004), Valuing customers, Journal of Marketing Research 41(1), 7-18
(elasticities); Fader & Hardie (2012), Reconciling and clarifying CLV formulas, brucehardie.com/notes/024 (when the
first margin comes).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike

from crmkit import _checks, _frame
from crmkit._clv.numbers import TIMINGS, Timing, at_least_zero, numbers_of, rates_of
from crmkit._types import Array, Floats, Table
from crmkit.errors import ArgumentError


def average(*, order_value: float, orders_per_period: float, lifetime: float, margin_rate: float) -> float:
    """Lifetime value from averages: order value x orders per period x lifetime x margin rate.

    Assumes that orders come at a constant rate for exactly `lifetime` periods and that money keeps its value:
    nothing is discounted.

    Parameters
    ----------
    order_value : float
        Mean money per order.
    orders_per_period : float
        Mean orders per period.
    lifetime : float
        Mean length of a relation, in the same periods; under a constant churn rate, 1 / churn rate.
    margin_rate : float
        Share of the order value that is margin.

    Returns
    -------
    float
        Undiscounted margin over the lifetime, in money.

    Raises
    ------
    ArgumentError
        A value is not a finite number, or negative where that makes no sense.

    Examples
    --------
    >>> average(order_value=50, orders_per_period=4, lifetime=5, margin_rate=0.3)
    300.0
    """
    money = _checks.finite("order_value", order_value)
    orders = at_least_zero("orders_per_period", orders_per_period)
    periods = at_least_zero("lifetime", lifetime)
    return money * orders * periods * _checks.finite("margin_rate", margin_rate)


def constant_retention(
    margin: float, retention_rate: float, discount_rate: float, *, timing: Timing = "start"
) -> float:
    """Lifetime value under a constant margin and retention rate, without end (Berger & Nasr 1998).

    Assumes that every customer stays from one period to the next with the same probability, however long
    they have been there. Real cohorts lose their weaker customers first, so this undervalues customers who
    have stayed; compare `SBG`.

    Parameters
    ----------
    margin : float
        Money per period, while a customer.
    retention_rate : float
        Probability of staying from one period to the next, between 0 and 1.
    discount_rate : float
        Effective, per period (annual if the margin is annual); 0.1 is 10 %.
    timing : {"start", "end", "arrears"}, default "start"
        The three formulas of the textbooks differ in nothing else. "start": the margin comes at the start of each
        period, the first at once: m (1 + d) / (1 + d - r). "end": the first margin comes after one period, if the
        customer was retained: m r / (1 + d - r). "arrears": the margin comes at the end of each period from all who
        were there at its start, the first after one period for certain: m / (1 + d - r).

    Returns
    -------
    float
        Expected discounted margin, in money; acquisition cost is not taken off.

    Raises
    ------
    ArgumentError
        A rate is out of range, or customers never leave and nothing is discounted: the sum has no limit.

    Examples
    --------
    >>> [round(constant_retention(100, 0.8, 0.1, timing=timing), 2) for timing in ("start", "end", "arrears")]
    [366.67, 266.67, 333.33]
    """
    m = _checks.finite("margin", margin)
    r, d = rates_of(retention_rate, discount_rate)
    _checks.choice("timing", timing, TIMINGS)
    return m * {"start": 1 + d, "end": r, "arrears": 1.0}[timing] / (1 + d - r)


def cash_flows(
    margin: float | Sequence[float] | Floats,
    retention: float | Sequence[float] | Floats,
    discount_rate: float,
    *,
    n_periods: int | None = None,
    growth: float = 0.0,
    acquisition_cost: float = 0.0,
    timing: Timing = "start",
) -> Table:
    """Discounted cash-flow table of one customer, a row per payment.

    Assumes that the margin of a period does not depend on how long the customer will stay. The horizon is
    finite: what comes after the last row counts nothing.

    Parameters
    ----------
    margin : float, or sequence (n_periods,)
        Money per period, while a customer: the first one, growing by `growth`; or one value per period.
    retention : float, or sequence
        Probability of staying from one period to the next: one for all, or one per step. With "start" n
        payments need n - 1 steps, with "end" n steps (such as a model's `retention_rate`).
    discount_rate : float
        Effective, per period.
    n_periods : int, optional
        Number of payments. Needed unless `margin` or `retention` is a sequence, which tell it.
    growth : float, default 0
        Growth of the margin per period; 0.05 is 5 %.
    acquisition_cost : float, default 0
        Money spent before the first payment; `cumulative` starts from minus this.
    timing : {"start", "end", "arrears"}, default "start"
        Margins come at the start of each period, the first at once; at its end, from those retained; or at its end,
        from all who were there at its start.

    Returns
    -------
    table, n_periods rows (pandas)
        period (1, 2, ...), time (periods from now to the payment), survival (probability of still being a
        customer then), margin, discount_factor, present_value (the product of the three), cumulative.

    Raises
    ------
    ArgumentError
        A rate is out of range, or the number of periods is missing or contradicts a sequence.

    Examples
    --------
    >>> cash_flows(100, 0.8, 0.1, n_periods=3, acquisition_cost=150).round(2)
       period  time  survival  margin  discount_factor  present_value  cumulative
    0       1     0      1.00   100.0             1.00         100.00      -50.00
    1       2     1      0.80   100.0             0.91          72.73       22.73
    2       3     2      0.64   100.0             0.83          52.89       75.62
    """
    flows = _flows(margin, retention, discount_rate, n_periods, growth, acquisition_cost, timing)
    return _as_table(flows)


def payback(
    margin: float,
    retention_rate: float,
    discount_rate: float,
    *,
    acquisition_cost: float,
    timing: Timing = "start",
) -> float:
    """Periods from now until the expected discounted margins cover the acquisition cost.

    Assumes a constant margin and retention rate, as `constant_retention` does; for anything else read
    the column `cumulative` of `cash_flows`.

    Returns
    -------
    float
        Time of the payment that covers the cost: a whole number of periods, 0 where the first margin comes at
        once and suffices; infinite if the cost is never covered.

    Raises
    ------
    ArgumentError
        A rate is out of range, or the cost is negative.

    Examples
    --------
    >>> payback(100, 0.8, 0.1, acquisition_cost=150), payback(100, 0.8, 0.1, acquisition_cost=400)
    (1.0, inf)
    """
    cost = at_least_zero("acquisition_cost", acquisition_cost)
    m = _checks.finite("margin", margin)
    r, d = rates_of(retention_rate, discount_rate, with_limit=False)
    _checks.choice("timing", timing, TIMINGS)
    delay = 0 if timing == "start" else 1
    first = m * {"start": 1.0, "end": r / (1 + d), "arrears": 1 / (1 + d)}[timing]
    if cost == 0:
        return 0.0
    n = _payments_to_cover(cost / first, r / (1 + d)) if first > 0 else math.inf
    return n - 1 + delay


def with_costs(
    margin: float,
    retention_rate: float,
    discount_rate: float,
    *,
    n_periods: int,
    attracting: float = 0.0,
    selling: float = 0.0,
    serving: float = 0.0,
    selling_at: float = 0.5,
) -> float:
    """Lifetime value after the costs of attracting, selling to and serving the customer (Berger & Nasr 1998, case 1).

    All revenue of the relation less the cost of attracting, selling and serving, discounted: the definition that is
    taught. Margins come at the start of each period, the first at once; selling takes place within the period, to those
    who are customers in it, and is what makes them stay.

    Parameters
    ----------
    margin : float
        Money per period before these costs, while a customer.
    retention_rate, discount_rate : float
        Of one period to the next, and effective per period.
    n_periods : int
        Periods of selling; the last margin comes when they are over, so that there are n_periods + 1 of it.
    attracting : float, default 0
        Money spent once, before the first margin.
    selling : float, default 0
        Money per period spent on keeping the customer buying.
    serving : float, default 0
        Money per margin, spent when it comes.
    selling_at : float, default 0.5
        When in the period the selling takes place: 0.5 is its middle.

    Returns
    -------
    float
        Expected discounted money.

    Raises
    ------
    ArgumentError
        A rate is out of range, or a cost is negative.

    Examples
    --------
    >>> round(with_costs(260, 0.75, 0.2, n_periods=10, selling=50), 2)
    568.78
    """
    n = _checks.count("n_periods", n_periods)
    costs = {"attracting": attracting, "selling": selling, "serving": serving}
    once, each, per_margin = (at_least_zero(name, cost) for name, cost in costs.items())
    r, d = rates_of(retention_rate, discount_rate, with_limit=False)
    when = _checks.share("selling_at", selling_at)
    step = np.arange(n + 1, dtype=float)
    margins = (_checks.finite("margin", margin) - per_margin) * (r / (1 + d)) ** step
    sold = each * r ** step[:-1] / (1 + d) ** (step[:-1] + when)
    return float(margins.sum() - sold.sum() - once)


def max_acquisition_cost(clv: float, *, ratio: float = 1.0) -> float:
    """Most that may be spent to acquire a customer worth `clv` before that cost.

    Parameters
    ----------
    clv : float
        Expected discounted margin from acquisition on, before the acquisition cost.
    ratio : float, default 1
        Lifetime value that each unit of acquisition cost must bring; at 1 nothing is lost, 3 is a common rule.

    Examples
    --------
    >>> max_acquisition_cost(366.67), max_acquisition_cost(366, ratio=3)
    (366.67, 122.0)
    """
    if _checks.finite("ratio", ratio) <= 0:
        raise ArgumentError("ratio", ratio, "clv_above_value_asked_per")
    return max(_checks.finite("clv", clv), 0.0) / ratio


def clv_to_cac(clv: float, acquisition_cost: float) -> float:
    """Lifetime value per unit of customer acquisition cost (CAC).

    Examples
    --------
    >>> clv_to_cac(366, 122)
    3.0
    """
    if _checks.finite("acquisition_cost", acquisition_cost) <= 0:
        raise ArgumentError("acquisition_cost", acquisition_cost, "clv_above_mean_cost_new")
    return _checks.finite("clv", clv) / acquisition_cost


def elasticities(
    margin: float,
    retention_rate: float,
    discount_rate: float,
    *,
    acquisition_cost: float = 0.0,
    timing: Timing = "start",
) -> Table:
    """What one point of each lever is worth: retention, margin, discount rate, acquisition cost.

    Lifetime value is that of `constant_retention` less the acquisition cost. Each row improves one lever and
    leaves the others: one percentage point of a rate, one per cent of an amount of money.

    Returns
    -------
    table, 4 rows (pandas)
        lever; value and improved (before and after the step); clv (after the step); change (money per
        customer); change_share (as a fraction of the lifetime value); elasticity (per cent of lifetime value per
        per cent of the lever, for small changes; Gupta, Lehmann & Stuart 2004).

    Raises
    ------
    ArgumentError
        A rate is out of range, or the lifetime value after acquisition cost is 0, so that shares of it say nothing.

    Examples
    --------
    >>> elasticities(100, 0.8, 0.1, acquisition_cost=50).round(3)
                  lever  value  improved      clv  change  change_share  elasticity
    0    retention_rate    0.8      0.81  329.310  12.644         0.040       3.088
    1            margin  100.0    101.00  320.333   3.667         0.012       1.158
    2     discount_rate    0.1      0.09  325.862   9.195         0.029      -0.281
    3  acquisition_cost   50.0     49.50  317.167   0.500         0.002      -0.158
    """
    cost = at_least_zero("acquisition_cost", acquisition_cost)
    now = constant_retention(margin, retention_rate, discount_rate, timing=timing) - cost
    if now == 0:
        raise ArgumentError("clv_lifetime_value_after_acquisition", acquisition_cost=acquisition_cost)
    r, d = rates_of(retention_rate, discount_rate)
    value = {"retention_rate": r, "margin": float(margin), "discount_rate": d, "acquisition_cost": cost}
    improved = {
        "retention_rate": min(r + 0.01, 1.0),
        "margin": value["margin"] * 1.01,
        "discount_rate": max(d - 0.01, 0.0),
        "acquisition_cost": cost * 0.99,
    }
    late = timing == "arrears"  # the other two differ by one margin, for certain
    slope = {  # of the lifetime value
        "retention_rate": margin * (1.0 if late else 1 + d) / (1 + d - r) ** 2,
        "margin": (now + cost) / margin if margin else 0.0,
        "discount_rate": -margin * (1.0 if late else r) / (1 + d - r) ** 2,
        "acquisition_cost": -1.0,
    }
    after = np.array([_net_value({**value, lever: improved[lever]}, timing) for lever in value])
    levers = list(value)
    before = np.array([value[lever] for lever in levers])
    return _as_table(
        {
            "lever": np.array(levers, dtype=object),
            "value": before,
            "improved": np.array([improved[lever] for lever in levers]),
            "clv": after,
            "change": after - now,
            "change_share": (after - now) / now,
            "elasticity": before * np.array([slope[lever] for lever in levers]) / now,
        }
    )


def _flows(
    margin: float | Sequence[float] | Floats,
    retention: float | Sequence[float] | Floats,
    discount_rate: float,
    n_periods: int | None,
    growth: float,
    acquisition_cost: float,
    timing: Timing,
) -> dict[str, Array]:
    """Columns of the cash-flow table."""
    _checks.choice("timing", timing, TIMINGS)
    d = at_least_zero("discount_rate", discount_rate)
    cost = at_least_zero("acquisition_cost", acquisition_cost)
    margins, rates = numbers_of("margin", margin), numbers_of("retention", retention, least=0.0, most=1.0)
    delay = 0 if timing == "start" else 1
    renewed = 1 if timing == "end" else 0  # who pays first has been retained once
    n = _n_payments(n_periods, margin, margins.size, retention, rates.size + 1 - renewed)
    steps = n - 1 + renewed
    period = np.arange(1, n + 1)
    time = period - 1 + delay
    if np.ndim(margin) == 0:
        margins = margins[0] * (1 + _checks.finite("growth", growth)) ** (period - 1)
    rates = np.full(steps, rates[0]) if np.ndim(retention) == 0 else rates[:steps]
    survival = np.cumprod(np.append(1.0, rates))[renewed:]
    discount_factor = (1 + d) ** -time.astype(float)
    present_value = survival * margins[:n] * discount_factor
    return {
        "period": period,
        "time": time,
        "survival": survival,
        "margin": margins[:n],
        "discount_factor": discount_factor,
        "present_value": present_value,
        "cumulative": np.cumsum(present_value) - cost,
    }


def _n_payments(
    n_periods: int | None, margin: ArrayLike, n_margins: int, retention: ArrayLike, n_survivals: int
) -> int:
    """The number of payments asked for, which sequences must be long enough to give."""
    given = [n for value, n in ((margin, n_margins), (retention, n_survivals)) if np.ndim(value) > 0]
    if n_periods is None and not given:
        raise ArgumentError("clv_n_periods_missing_say")
    n = min(given) if n_periods is None else _checks.count("n_periods", n_periods)
    if n < 1 or (given and n > min(given)):
        raise ArgumentError("n_periods", n, "clv_payments_need_many_margins", min=min(given), max=max(min(given), 1))
    return n


def _payments_to_cover(payments: float, ratio: float) -> float:
    """Smallest n with 1 + ratio + ... + ratio^(n-1) >= payments; infinite if there is none."""
    if ratio == 1:
        return float(math.ceil(payments * (1 - 1e-12)))
    left = 1 - payments * (1 - ratio)
    if left <= 0 and payments > 1:
        return math.inf
    # The margin keeps a cost that is met exactly, up to rounding, from asking for one payment more.
    return max(float(math.ceil(math.log(left) / math.log(ratio) - 1e-9)), 1.0) if payments > 1 else 1.0


def _net_value(lever: Mapping[str, float], timing: Timing) -> float:
    gross = constant_retention(lever["margin"], lever["retention_rate"], lever["discount_rate"], timing=timing)
    return gross - lever["acquisition_cost"]


def _as_table(columns: Mapping[str, Array]) -> Table:
    """A small table that no table of the caller's stands behind."""
    table = _frame.open_table(columns)
    return table.give_back(table.frame)
