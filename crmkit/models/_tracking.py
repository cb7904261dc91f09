"""How a model and the data compare, as tables: week by week, by frequency, by number of purchases.

Each function gives a small table that `crmkit.plotting` draws and a test can read. The last two show what a
model believes: over recency and frequency, and about one customer day by day.

Sources: Fader, Hardie & Lee (2005), Marketing Science 24(2), figures 1 to 4 (the same comparisons).
"""

from __future__ import annotations

from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import NDArray

from crmkit import _checks, _frame
from crmkit._frame import engines
from crmkit._types import Date, Duration, Floats, Id, Table
from crmkit.errors import ArgumentError, DataError, shown
from crmkit.models._base import DAYS_IN, Period
from crmkit.models._holdout import holdouts, purchase_days
from crmkit.models._purchases import PurchaseModel, purchase_model
from crmkit.models._repeats import distinct, read_cells
from crmkit.transactions import Transactions, open_transactions


def tracking(
    model: PurchaseModel, transactions: Table, *, origin: Date | None = None, period: Period = "week"
) -> Table:
    """Repeat purchases of all customers together, period by period: expected and actual.

    Periods of equal length count from the first day in the data; only complete ones are shown. A customer is
    expected to buy from the day of the first purchase on.

    Parameters
    ----------
    model : model of purchases, with parameters
    transactions : Transactions, or table with customer_id, date, amount
        All of them, those that the model has not seen included.
    origin : date, optional
        The day on which the past that the model was fitted to ended. Customers acquired later are left out, and later
        periods are marked.
    period : {"day", "week", "month", "year"}, default "week"
        A month is 30.4 days.

    Returns
    -------
    table, one row per period, of the kind of the transactions
        `period` (1, 2, ...), `end_date` (its last day), `expected`, `actual` (in the period), `expected_cumulative`,
        `actual_cumulative` (from the start), `holdout` (whether it ends after the origin).

    Examples
    --------
    >>> import crmkit as crm
    >>> tx = crm.Transactions(crm.datasets.load_cdnow(sample=True))
    >>> model = crm.clv.ParetoNBD.from_params(r=0.553, alpha=10.578, s=0.606, beta=11.669, period="week")
    >>> weeks = crm.clv.tracking(model, tx, origin="1997-09-30")
    >>> weeks[["period", "expected_cumulative", "actual_cumulative", "holdout"]].iloc[[19, 77]].round(1)
        period  expected_cumulative  actual_cumulative  holdout
    19      20               1308.4             1359.0    False
    77      78               4274.3             4339.0     True
    """
    model = purchase_model("model", model)
    tx = open_transactions(transactions)
    _checks.choice("period", period, DAYS_IN)
    cut = tx.as_of if origin is None else _checks.date_of(origin, "origin")
    births, born, days, bought = _purchases(tx, _checks.day_number(cut))
    start = int(np.min(births))
    n_periods = int((_checks.day_number(tx.as_of) - start + 1) / DAYS_IN[period])
    if n_periods < 1:
        raise ArgumentError("models_data_do_cover_whole", period=period)
    ends = np.asarray(start + DAYS_IN[period] * np.arange(1, n_periods + 1), dtype=np.float64)
    expected = _expected(model, ends, births, born)
    actual = np.array([bought[days < end].sum() for end in ends]) - np.array([born[births < end].sum() for end in ends])
    last_day = np.ceil(ends).astype(np.int64) - 1
    columns: dict[str, NDArray[Any]] = {
        "period": np.arange(1, n_periods + 1),
        "end_date": last_day.astype("datetime64[D]"),
        "expected": np.diff(expected, prepend=0.0),
        "actual": np.diff(actual, prepend=0.0),
        "expected_cumulative": expected,
        "actual_cumulative": actual,
        "holdout": last_day > _checks.day_number(cut),
    }
    return engines.build(columns, tx.like)


def _purchases(tx: Transactions, cut: int) -> tuple[Floats, Floats, Floats, Floats]:
    """Customers by first day, and purchase days by day, of customers acquired up to `cut`."""
    rows = purchase_days(tx)
    first = rows.group_by("customer_id").agg(first=nw.col("day").min()).filter(nw.col("first") <= cut)
    kept = rows.join(first, on="customer_id", how="inner")
    born = engines.collect(first.group_by("first").agg(n=nw.len()))
    bought = engines.collect(kept.group_by("day").agg(n=nw.len()))
    if len(born["n"]) == 0:
        raise ArgumentError("models_customer_had_bought_later", cut=_checks.date_of_day(cut))
    return tuple(np.asarray(one, dtype=float) for one in (born["first"], born["n"], bought["day"], bought["n"]))  # type: ignore[return-value]


def _expected(model: PurchaseModel, ends: Floats, births: Floats, born: Floats) -> Floats:
    """Expected repeat purchases up to each end, of `born` customers first seen on each of the days `births`."""
    ages = np.maximum(ends[:, None] - births, 0.0)
    distinct_ages, place = np.unique(ages, return_inverse=True)
    each = np.array([model.expected_purchases_new(horizon=float(age)) for age in distinct_ages])
    return np.asarray(each[place.reshape(ages.shape)] @ born)


def holdout_by_frequency(
    model: PurchaseModel, transactions: Table, *, holdout: Duration = "39W", most: int = 7
) -> Table:
    """Mean purchases in the holdout by repeat purchases before it: expected and actual.

    Parameters
    ----------
    model : model of purchases
        Fitted to the past before the holdout: `transactions.until(...)`, or one of `crmkit.clv.compare(...).models`.
    transactions : Transactions, or table with customer_id, date, amount
        Its last part is the holdout.
    holdout : duration, default "39W"
    most : int, default 7
        Customers with this many repeat purchases or more form the last class.

    Returns
    -------
    table, one row per class, of the kind of the transactions
        `repeat_purchases` ("0", "1", ... "7+"), `customers`, `expected`, `actual` (means per customer).

    Examples
    --------
    >>> import crmkit as crm
    >>> tx = crm.Transactions(crm.datasets.load_cdnow(sample=True))
    >>> model = crm.clv.ParetoNBD.from_params(r=0.553, alpha=10.578, s=0.606, beta=11.669, period="week")
    >>> crm.clv.holdout_by_frequency(model, tx, holdout="39W", most=3).round(3)
      repeat_purchases  customers  expected  actual
    0                0     1411.0     0.138   0.237
    1                1      439.0     0.600   0.697
    2                2      214.0     1.196   1.393
    3               3+      293.0     3.246   3.222
    """
    model = purchase_model("model", model)
    tx = open_transactions(transactions)
    past = holdouts(tx, holdout, 1)[0]
    top = _checks.count("most", most)
    forecast = model.predict(past.past, horizon=past.days)
    place = np.minimum(past.x, top).astype(np.intp)
    size, expected, actual = (
        np.bincount(place, weights=past.n * values, minlength=top + 1) for values in (1.0, forecast, past.future)
    )
    seen = size > 0
    columns: dict[str, NDArray[Any]] = {
        "repeat_purchases": _classes(top)[seen],
        "customers": size[seen],
        "expected": expected[seen] / size[seen],
        "actual": actual[seen] / size[seen],
    }
    return engines.build(columns, tx.like)


def _classes(most: int) -> NDArray[Any]:
    """Names of the classes 0, 1, ... and `most` or more."""
    return np.array([*(str(count) for count in range(most)), f"{most}+"], dtype=object)


def distribution_fit(model: PurchaseModel, customers: Table, *, most: int = 7) -> Table:
    """Customers by their number of repeat purchases, each observed for the own T: expected and actual.

    Parameters
    ----------
    model : model of purchases, with parameters
    customers : table
        With `x`, `t_x` and `T`, as `crmkit.summarize` makes them; mostly those that the model was fitted to.
    most : int, default 7
        Customers with this many repeat purchases or more form the last class.

    Returns
    -------
    table, one row per class, of the kind of the customers
        `repeat_purchases` ("0", "1", ... "7+"), `expected`, `actual` (customers).

    Examples
    --------
    >>> import crmkit as crm
    >>> tx = crm.Transactions(crm.datasets.load_cdnow(sample=True), as_of="1997-09-30")
    >>> model = crm.clv.BGNBD.from_params(r=0.243, alpha=4.414, a=0.793, b=2.426, period="week")
    >>> crm.clv.distribution_fit(model, crm.summarize(tx), most=3).round(1)
      repeat_purchases  expected  actual
    0                0    1406.5  1411.0
    1                1     460.8   439.0
    2                2     192.7   214.0
    3               3+     297.0   293.0
    """
    model = purchase_model("model", model)
    table = _frame.open_table(customers)
    cells = read_cells(customers)
    top = _checks.count("most", most)
    (ages,), place = distinct(cells.T)
    n = np.bincount(place, weights=cells.n)
    counts = np.arange(top)
    below = np.array([model.pmf(counts, horizon=float(age)) for age in ages])
    expected = n @ np.column_stack([below, 1 - below.sum(axis=1)])
    actual = np.bincount(np.minimum(cells.x, top).astype(np.intp), weights=cells.n, minlength=top + 1)
    return table.build({"repeat_purchases": _classes(top), "expected": expected, "actual": actual})


def recency_frequency_grid(
    model: PurchaseModel, *, age: Duration = "52W", horizon: Duration = "52W", most: int = 20, steps: int = 26
) -> Table:
    """What a model believes of customers of one age: P(alive) and expected purchases, by frequency and last purchase.

    Parameters
    ----------
    model : model of purchases, with parameters
    age : duration, default "52W"
        T of all customers of the grid.
    horizon : duration, default "52W"
        Of the expected purchases.
    most : int, default 20
        Highest number of repeat purchases; the lowest is 1, for without one there is no last.
    steps : int, default 26
        The days of the last purchase are this many, evenly spaced over the age.

    Returns
    -------
    table, one row per pair, a pandas table
        `x` (repeat purchases), `t_x` (days from the first purchase to the last), `recency` (days since the last),
        `p_alive`, `expected_purchases`.

    Examples
    --------
    >>> import crmkit as crm
    >>> model = crm.clv.BGNBD.from_params(r=0.243, alpha=4.414, a=0.793, b=2.426, period="week")
    >>> crm.clv.recency_frequency_grid(model, age=273, horizon="39W", most=2, steps=2).round(3)
       x    t_x  recency  p_alive  expected_purchases
    0  1  136.5    136.5    0.593               0.567
    1  1  273.0      0.0    0.754               0.720
    2  2  136.5    136.5    0.531               0.894
    3  2  273.0      0.0    0.812               1.366
    """
    model = purchase_model("model", model)
    T, n_steps = _checks.days_of(age, "age"), _checks.count("steps", steps)
    if T <= 0:
        raise ArgumentError("age", age, "models_leaves_time_buy_again")
    x, t_x = np.meshgrid(
        np.arange(1, _checks.count("most", most) + 1), T * np.arange(1, n_steps + 1) / n_steps, indexing="ij"
    )
    cells = {"x": x.ravel(), "t_x": t_x.ravel(), "T": np.full(x.size, T)}
    table = _frame.open_table(
        {
            "x": cells["x"],
            "t_x": cells["t_x"],
            "recency": T - cells["t_x"],
            "p_alive": model.p_alive(cells),
            "expected_purchases": model.predict(cells, horizon=horizon),
        }
    )
    return table.give_back(table.frame)


def alive_history(model: PurchaseModel, transactions: Table, customer_id: Id) -> Table:
    """P(alive) of one customer on each day from the first purchase to the end of the data, as it looked on that day.

    Parameters
    ----------
    model : model of purchases, with parameters
    transactions : Transactions, or table with customer_id, date, amount
    customer_id : id of the customer

    Returns
    -------
    table, one row per day, of the kind of the transactions
        `date`, `p_alive`, `purchase` (1 on days with a purchase).

    Raises
    ------
    DataError
        There is no such customer.

    Examples
    --------
    >>> import crmkit as crm
    >>> model = crm.clv.MBGNBD.from_params(r=0.525, alpha=6.183, a=0.891, b=1.614, period="week")
    >>> sales = {"customer_id": ["a", "a"], "date": ["2025-01-01", "2025-01-05"], "amount": [5.0, 5.0]}
    >>> days = crm.clv.alive_history(model, crm.Transactions(sales, as_of="2025-01-06"), "a")
    >>> days["p_alive"].round(3).tolist(), days["purchase"].tolist()
    ([0.644, 0.642, 0.639, 0.636, 0.746, 0.74], [1, 0, 0, 0, 1, 0])
    """
    model = purchase_model("model", model)
    tx = open_transactions(transactions)
    own = purchase_days(tx).filter(nw.col("customer_id").cast(nw.String) == str(customer_id)).select("day")
    bought = np.unique(np.asarray(engines.collect(own)["day"], dtype=np.int64))
    if bought.size == 0:
        some = engines.collect(purchase_days(tx).select("customer_id").head(4))["customer_id"].tolist()
        raise DataError(
            "models_customer_bought_customers_table", customer_id=customer_id, as_of=tx.as_of, some=shown(some)
        )
    day = np.arange(bought[0], _checks.day_number(tx.as_of) + 1)
    x = np.searchsorted(bought, day, side="right") - 1
    cells = {"x": x, "t_x": bought[x] - bought[0], "T": day - bought[0]}
    columns: dict[str, NDArray[Any]] = {
        "date": day.astype("datetime64[D]"),
        "p_alive": model.p_alive(cells),
        "purchase": np.isin(day, bought).astype(np.int64),
    }
    return engines.build(columns, tx.like)
