"""Complaints: how many per 1,000 orders, how fast they are answered and closed, and who comes back after one.

A complaint that is still open has a time to close that is not known yet; leaving it out makes a slow desk look quick,
so the time to close is estimated from all of them (Kaplan-Meier). Who complains is not like the others: they have just
bought. Repurchase after a complaint is therefore compared with customers who did not complain, after purchases alike:
of the same number, after a gap of the same length, in the same quarter, and as many days later.

Sources: Kaplan & Meier (1958), JASA 53, 457-481; Garwood (1936), Biometrika 28, 437-442 (interval of a count); Newcombe
(1998), Statistics in Medicine 17, 873-890; Hart, Heskett & Sasser (1990), The profitable art of service recovery,
Harvard Business Review 68(4), 148-156.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np

from crmkit import _checks, _frame
from crmkit._frame import engines, texts
from crmkit._results import Result
from crmkit._statistics import wilson
from crmkit._types import Array, Duration, Floats, Table
from crmkit.definitions import Definition
from crmkit.errors import ArgumentError, DataError, shown
from crmkit.loyalty import _recovery
from crmkit.survival._km import curve
from crmkit.transactions import Transactions, open_transactions

HINT = (
    "It takes one row per complaint: customer_id, opened, answered, closed, channel (answered and closed may be "
    "missing)."
)
ALL = "all"
STAMPS = ("opened", "answered", "closed")
_DAY = 86_400_000_000  # microseconds


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Complaints(Result):
    """Complaints, their handling and what followed; given by `complaints`.

    Attributes
    ----------
    table : table
        One row per channel, all first: `channel`, `complaints`, `customers` (who complained);
        `per_1000_orders` with its interval `rate_low`, `rate_high` (Garwood; all orders, whatever the channel of the
        complaint); `answered`; `promises_due` (complaints whose promise is over or kept), `in_time` (share of these
        answered within it) with `in_time_low`, `in_time_high` (Wilson; missing without a promise); `median_days` until
        closed (missing while less than half are) and `closed`.
    closing : table
        `days` since opened, `open_share` still open, with its interval `open_low`, `open_high` (Kaplan-Meier).
    recovery : table
        `group` ("all", and with a promise "in_time" and "late"), `customers` (who complained, each by the first
        complaint, with alike ones to compare), `repurchase_rate` within the time given after the complaint,
        `alike_rate` of those who did not complain, and their `difference` with its interval `difference_low`,
        `difference_high`.
    unmatched : int
        Customers who complained without a purchase before, or with nobody alike.
    definition : Definition
        What is counted.
    """

    table: Table
    closing: Table
    recovery: Table
    unmatched: int
    definition: Definition

    def shown(self) -> tuple[Any, ...]:
        """Handling, what followed, and what they mean."""
        return self.table, self.recovery, self.definition


def complaints(
    complaints: Table,
    transactions: Table,
    *,
    promise: Duration | None = None,
    within: Duration = "90D",
    level: float = 0.95,
    customer: str = "customer_id",
) -> Complaints:
    """Complaints per 1,000 orders, share answered in time, time to close, and repurchase after a complaint.

    Parameters
    ----------
    complaints : table, one row per complaint
        Of any supported kind: `customer_id`, `opened`, and as far as there are `answered`, `closed` (dates or time
        stamps, missing while not yet) and `channel`. Complaints opened after the past ends are not seen; answers after
        it are not yet given.
    transactions : Transactions, or table with customer_id, date, amount
        Orders that the rate is of, and repurchases. Complaints opened before its first day do not count.
    promise : duration, or mapping of channel to duration, optional
        In what time complaints are to be answered, such as ``{"phone": "24H", "mail": "2D"}``; of the clock, nights and
        weekends included.
    within : duration, default "90D"
        Time after the complaint in which a purchase is a repurchase.
    level : float, default 0.95
        Confidence of the intervals (that of the difference is 0.95).
    customer : str, default "customer_id"
        Column of ids in `complaints`.

    Returns
    -------
    Complaints

    Raises
    ------
    ColumnError, DataError
        A column is absent, dates cannot be read, something is answered or closed before it was opened, or ids are of
        two kinds.
    ArgumentError
        A duration cannot be read.

    Examples
    --------
    >>> sales = {"customer_id": [1, 1, 2, 2, 3], "amount": [5.0] * 5,
    ...          "date": ["2025-01-01", "2025-02-01", "2025-01-02", "2025-03-01", "2025-04-01"]}
    >>> desk = {"customer_id": [1, 2], "channel": ["phone", "mail"], "opened": ["2025-01-03 10:00", "2025-01-05 09:00"],
    ...         "answered": ["2025-01-03 18:00", "2025-01-09 09:00"], "closed": ["2025-01-04 10:00", None]}
    >>> found = complaints(desk, sales, promise={"phone": "24H", "mail": "48H"})
    >>> found.table[["channel", "complaints", "per_1000_orders", "in_time"]]
      channel  complaints  per_1000_orders  in_time
    0     all           2            400.0      0.5
    1    mail           1            200.0      0.0
    2   phone           1            200.0      1.0
    """
    share = _checks.level_of(level)
    days = _checks.days_of(within, "within")
    if days < 1:
        raise ArgumentError("within", within, "a_day_or_more", example="90D")
    tx = open_transactions(transactions)
    desk = read_desk(complaints, tx, customer)
    promised = _promised(promise, desk["channel"])
    desk["late"] = _late(desk, promised)
    n_orders = _orders(tx)
    names = [ALL, *(sorted(set(desk["channel"].tolist())) if "channel" in desk["has"] else [])]
    rows = [_handled(_of(desk, name), name, n_orders, share) for name in names]
    table = {
        name: np.array([row[name] for row in rows], dtype=object if name == "channel" else None) for name in rows[0]
    }
    recovery, unmatched = _recovery.compared(tx, desk, days, with_promise=promise is not None)
    whole = curve(*_durations(desk), np.ones(desk["opened"].size))
    closing = {"days": whole.time, "open_share": whole.survival, "open_low": whole.low, "open_high": whole.high}
    values = {"within": f"{days:g}", "level": f"{100 * share:g}"}
    return Complaints(
        table=engines.build(table, tx.like),
        closing=engines.build(closing, tx.like),
        recovery=engines.build(recovery, tx.like),
        unmatched=unmatched,
        definition=Definition("complaint_handling", tx.as_of, values),
    )


def read_desk(complaints: Table, tx: Transactions, customer: str) -> dict[str, Any]:
    """Complaints as arrays: times in days since 1970 with fractions, missing where not yet; those that can be seen.

    >>> tx = open_transactions({"customer_id": [1], "date": ["2025-01-02"], "amount": [5.0]})
    >>> read_desk({"customer_id": [1], "opened": ["2025-01-02 12:00"]}, tx, "customer_id")["opened"].tolist()
    [20090.5]
    """
    table = _frame.open_table(complaints, keys=[customer, "opened"], hint=HINT)
    has = [name for name in ("answered", "closed", "channel") if name in table.columns]
    roles = {"customer_id": customer, "opened": "opened"} | dict(zip(has, has, strict=True))
    frame = engines.lift(table.frame, roles)
    schema = frame.collect_schema()
    for name in STAMPS:
        if name in roles and schema[name] == nw.String:
            frame = texts.read_dates(frame, name, None, None).drop("zoned")
    found = engines.collect(frame)
    n = len(found["opened"])
    desk: dict[str, Any] = {"has": has, "customer_id": found["customer_id"]}
    for name in STAMPS:
        desk[name] = _days(found[name], name) if name in found else np.full(n, np.nan)
    channel = found.get("channel", np.full(n, ALL, dtype=object))
    desk["channel"] = np.array([ALL if "channel" not in found else "ungrouped" if value is None or value != value
                                else str(value) for value in channel], dtype=object)  # fmt: skip
    _refuse_times(desk, read=found["opened"])
    end = _checks.day_number(tx.as_of) + 1.0
    seen = (desk["opened"] < end) & (desk["opened"] >= tx.first_day)
    if not seen.any():
        raise DataError("no_complaints", first=_checks.date_of_day(tx.first_day), last=tx.as_of)
    for name in ("answered", "closed"):  # what came later is not known yet
        desk[name] = np.where(desk[name] < end, desk[name], np.nan)
    kept: dict[str, Any] = {name: values[seen] for name, values in desk.items() if name != "has"}
    kept.update(has=has, end=end)
    return kept


def _days(values: Array, name: str) -> Floats:
    """Days since 1970 of dates and time stamps, with the fraction of the day."""
    if values.dtype.kind == "O":  # dates of Python
        values = np.array([None if value is None else np.datetime64(value) for value in values], dtype="datetime64[us]")
    if values.dtype.kind != "M":
        raise DataError("complaint_dates", column=name, values=shown(values[:3].tolist()))
    stamps = values.astype("datetime64[us]")
    return np.where(np.isnat(stamps), np.nan, stamps.astype(np.int64) / _DAY)


def _refuse_times(desk: Mapping[str, Any], *, read: Array) -> None:
    if np.isnan(desk["opened"]).any():
        raise DataError("complaint_dates", column="opened", values=shown(read[np.isnan(desk["opened"])][:3].tolist()))
    for name in ("answered", "closed"):
        early = desk[name] < desk["opened"]
        if early.any():
            raise DataError("before_opened", column=name, n=int(early.sum()))


def _promised(promise: Any, channel: Array) -> Floats:
    """Days promised for each complaint; not a number without a promise."""
    if promise is None:
        return np.full(channel.size, np.nan)
    if not isinstance(promise, Mapping):
        return np.full(channel.size, _span(promise))
    listed = {str(name): _span(value) for name, value in promise.items()}
    return np.array([listed.get(str(name), np.nan) for name in channel])


def _span(duration: Duration) -> float:
    hours = str(duration).strip().upper() if isinstance(duration, str) else ""
    if hours.endswith("H"):
        try:
            return _checks.days_of(float(hours[:-1]) / 24, "promise")
        except ValueError:
            raise ArgumentError("promise", duration, "promise", example="24H") from None
    return _checks.days_of(duration, "promise")


def _late(desk: Mapping[str, Any], promised: Floats) -> Floats:
    """1 where the promise was broken, 0 where it was kept, not a number where that is not known (yet)."""
    took = desk["answered"] - desk["opened"]
    waiting = np.isnan(took)
    over = desk["end"] - desk["opened"] > promised
    late = np.where(waiting, np.where(over, 1.0, np.nan), (took > promised + 1e-9).astype(float))
    return np.where(np.isnan(promised), np.nan, late)


def _orders(tx: Transactions) -> int:
    rows = tx.rows()
    bought = tx.purchases(rows)
    keys = ["order_id"] if "order" in tx.roles else ["day"]
    each = bought.group_by("customer_id", *keys).agg(n=nw.len())
    return int(engines.collect(each.select(n=nw.len()))["n"][0])


def _of(desk: Mapping[str, Any], channel: str) -> dict[str, Any]:
    if channel == ALL:
        return dict(desk)
    own = desk["channel"] == channel
    return {name: values[own] if isinstance(values, np.ndarray) else values for name, values in desk.items()}


def _durations(desk: Mapping[str, Any]) -> tuple[Floats, Floats]:
    """Days until closed, or so far; and whether closed."""
    closed = ~np.isnan(desk["closed"])
    return np.where(closed, desk["closed"], desk["end"]) - desk["opened"], closed.astype(float)


def _handled(desk: Mapping[str, Any], channel: str, n_orders: int, level: float) -> dict[str, Any]:
    """A row of the table."""
    from scipy.stats import chi2

    n = int(desk["opened"].size)
    tail = (1 - level) / 2
    low = chi2.ppf(tail, 2 * n) / 2 if n else 0.0
    high = chi2.isf(tail, 2 * n + 2) / 2
    late = desk["late"]
    due, kept = int((~np.isnan(late)).sum()), int((late == 0).sum())
    in_time_low, in_time_high = wilson(kept, due, level)
    time, closed = _durations(desk)
    return {
        "channel": channel,
        "complaints": n,
        "customers": len(np.unique(desk["customer_id"])),
        "per_1000_orders": 1000 * n / n_orders,
        "rate_low": 1000 * float(low) / n_orders,
        "rate_high": 1000 * float(high) / n_orders,
        "answered": int((~np.isnan(desk["answered"])).sum()),
        "promises_due": due,
        "in_time": kept / due if due else np.nan,
        "in_time_low": float(in_time_low),
        "in_time_high": float(in_time_high),
        "closed": int(closed.sum()),
        "median_days": curve(time, closed, np.ones(n)).median,
    }
