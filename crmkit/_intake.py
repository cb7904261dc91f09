"""From a stranger's columns to canonical rows: types, flaws, and the scale of money.

`typed` gives every row the same columns, whatever came in: customer_id, day (whole days since 1970),
amount (float), and the optional roles; where dates came as text also `flaw`,
what is wrong with the date. `profile` reads them once and tells what the door has
to decide: which flaws there are, when the data start and end, and in which unit money is a whole number.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import narwhals.stable.v2 as nw

from crmkit._frame import engines
from crmkit._frame.engines import AnyFrame, LazyFrame
from crmkit.errors import ColumnError, DataError, shown

Refunds: TypeAlias = Literal["net", "drop", "ignore"]

# Role of a column -> its canonical name, which is also the name that a plain frame may carry.
NAMES: Mapping[str, str] = {
    "customer": "customer_id",
    "date": "date",
    "amount": "amount",
    "order": "order_id",
    "product": "product",
    "category": "category",
    "channel": "channel",
    "cost": "cost",
    "currency": "currency",
}
REQUIRED = ("customer", "date", "amount")

# Reasons for a row to leave, in the order in which they apply: a row leaves at the first that fits.
LEAVING = (
    "no_customer", "no_date", "unreadable_date", "ambiguous_date", "no_amount", "after_as_of", "zero_amount", "refund",
)  # fmt: skip
USED = len(LEAVING)
DATE_FLAWS = ("no_date", "unreadable_date", "ambiguous_date")

_AMBIGUOUS = r"^\s*\d{1,2}[-/.]\d{1,2}[-/.](\d{4}|\d{2})([ T].*)?$"
_AWARE = r"\d:\d.*\d([Zz]|[+-]\d{2}:?\d{2})\s*$"
_PLAIN_NUMBER = r"^\s*[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,2})?\s*$"
_PLAIN_INTEGER = r"^(0|-?[1-9]\d{0,17})$"

_LARGEST_EXACT = 2.0**53  # floats count whole numbers exactly up to here
_USUAL_SCALE = 100
_FINER_SCALES = (1_000, 10_000, 100_000, 1_000_000, 10**7, 10**8, 10**9)
_GUARD = 1_000


@dataclass(frozen=True, slots=True)
class Policy:
    """How doubtful rows are read: the settings of `Transactions` apart from the columns' roles."""

    refunds: Refunds = "net"
    zeros: Literal["keep", "drop"] = "keep"
    duplicates: Literal["keep", "drop"] = "keep"
    timezone: str | None = None
    date_format: str | None = None
    decimal: Literal[".", ","] | None = None


@dataclass(frozen=True, slots=True)
class Profile:
    """What one pass over all rows tells, before anything is decided."""

    counts: Mapping[str, int]  # rows, and rows with each flaw, whatever else they have
    first_day: int
    last_day: int
    scale: int  # units of money per 1 of the data's currency
    guard: int  # results are rounded to this many units: 1 where amounts are exact decimals
    whole_ids: bool  # ids are whole numbers kept as floats or text


# --- types ------------------------------------------------------------------------------------------------------


def typed(
    source: AnyFrame,
    roles: Mapping[str, str],
    policy: Policy,
    *,
    plain_text: bool = False,
    whole_ids: bool = False,
    until: dt.date | None = None,
) -> LazyFrame:
    """All rows with canonical names and types; only those up to `until` where that saves reading.

    `plain_text` says that all columns are text because the source has no types (CSV).
    """
    frame = engines.lift(source, {NAMES[role]: column for role, column in roles.items()})
    frame = _typed_date(frame, policy, roles["date"], until)
    money = [role for role in ("amount", "cost") if role in roles]
    for role in money:
        frame = _money_as_number(frame, role, roles[role], policy.decimal, plain_text=plain_text)
    columns = {"customer_id": _typed_id(frame, whole_ids=whole_ids)} | {role: _not_nan(role) for role in money}
    return frame.with_columns(**columns)


def _typed_date(frame: LazyFrame, policy: Policy, column: str, until: dt.date | None) -> LazyFrame:
    """Add `day`, of text also `flaw` and `aware`; the column itself is a date or a naive stamp afterwards."""
    dtype = frame.collect_schema()["date"]
    if dtype == nw.String or (dtype.is_integer() and policy.date_format is not None):
        return _day_of_text(frame, policy)
    if dtype == nw.Datetime and dtype.time_zone is not None:  # type: ignore[attr-defined]
        if policy.timezone is None:
            raise DataError(
                f"column {column!r} has time stamps with a time zone ({dtype.time_zone}). "  # type: ignore[attr-defined]
                'Say whose days count, such as timezone="Europe/Berlin" or timezone="Asia/Shanghai".'
            )
        frame = engines.to_local(frame, "date", policy.timezone)
    elif dtype not in (nw.Date, nw.Datetime):
        raise _not_a_date(frame, column, dtype)
    elif until is not None and until < dt.date.max:
        end = until + dt.timedelta(days=1)
        # on the raw column, so that the filter reaches the Parquet reader
        frame = frame.filter(nw.col("date") < (end if dtype == nw.Date else dt.datetime.combine(end, dt.time())))
    return engines.to_day(frame, "date", into="day")


def _not_a_date(frame: LazyFrame, column: str, dtype: nw.dtypes.DType) -> ColumnError | DataError:
    values = engines.collect(frame.select("date").head(4))["date"].tolist()
    if not values:
        return engines.no_rows()
    remedy = 'date_format="%Y%m%d"' if dtype.is_integer() else "a column of dates, such as date=..."
    return ColumnError(f"column {column!r} does not hold dates but {dtype}: {shown(values)}. Say {remedy}.")


def _day_of_text(frame: LazyFrame, policy: Policy) -> LazyFrame:
    frame = frame.with_columns(nw.col("date").cast(nw.String).alias("date")).with_columns(date_text=nw.col("date"))
    frame = engines.parse_dates(frame, "date", policy.date_format, policy.timezone)
    frame = engines.to_day(frame, "date", into="day")
    text = nw.col("date_text")
    unread = nw.lit(LEAVING.index("unreadable_date"))
    if policy.date_format is None:
        doubtful = nw.lit(LEAVING.index("ambiguous_date"))
        unread = nw.when(text.str.contains(_AMBIGUOUS)).then(doubtful).otherwise(unread)
    blank = text.is_null() | (text.str.strip_chars() == "")
    flaw = nw.when(blank).then(nw.lit(LEAVING.index("no_date"))).otherwise(unread)
    flaw = nw.when(~nw.col("day").is_null()).then(nw.lit(USED)).otherwise(flaw)
    aware = nw.when(text.str.contains(_AWARE)).then(1).otherwise(0)
    return frame.with_columns(flaw.alias("flaw"), aware.alias("aware"))


def _money_as_number(
    frame: LazyFrame, name: str, column: str, decimal: Literal[".", ","] | None, *, plain_text: bool
) -> LazyFrame:
    """The column as numbers; `unread_` marks text that is none."""
    dtype = frame.collect_schema()[name]
    if dtype == nw.String:
        return _money_of_text(frame, name, column, decimal, plain_text=plain_text)
    if not dtype.is_numeric():
        values = engines.collect(frame.select(name).head(4))[name].tolist()
        raise ColumnError(f"column {column!r} does not hold money but {dtype}: {shown(values)}. Name a numeric column.")
    return frame


def _not_nan(column: str) -> nw.Expr:
    """As float, missing where it is missing or not a number."""
    number = nw.col(column).cast(nw.Float64)
    return nw.when(~number.is_nan()).then(number)


def _money_of_text(
    frame: LazyFrame, name: str, column: str, decimal: Literal[".", ","] | None, *, plain_text: bool
) -> LazyFrame:
    text = nw.col(name)
    if decimal is None and not plain_text:
        values = engines.collect(frame.filter(~text.is_null()).select(name).head(4))[name].tolist()
        raise DataError(f"column {column!r} holds money as text: {shown(values)}. {DECIMAL_REMEDY}")
    frame = frame.with_columns(nw.when(text.str.strip_chars() != "").then(text).alias(name))
    frame = frame.with_columns(text.alias(f"{name}_text"))
    if decimal is not None:
        frame = engines.parse_money(frame, name, decimal)
    else:
        plain = nw.when(text.str.contains(_PLAIN_NUMBER)).then(text.str.strip_chars())
        frame = frame.with_columns(plain.cast(nw.Float64).alias(name))
    unread = nw.col(name).is_null() & ~nw.col(f"{name}_text").is_null()
    return frame.with_columns(nw.when(unread).then(1).otherwise(0).alias(f"unread_{name}"))


DECIMAL_REMEDY = 'Say how to read it: decimal="." for 1,234.50 or decimal="," for 1.234,50.'


def _typed_id(frame: LazyFrame, *, whole_ids: bool) -> nw.Expr:
    """The id, missing where it is null, NaN or blank text; whole floats and plain integers of a CSV as integers."""
    dtype = frame.collect_schema()["customer_id"]
    own = nw.col("customer_id")
    if dtype.is_integer():
        return own
    if dtype.is_float():
        finite = nw.when(~own.is_nan() & (own.abs() < _LARGEST_EXACT)).then(own)
        return finite.cast(nw.Int64) if whole_ids else finite
    text = own.cast(nw.String)
    named = nw.when(text.str.strip_chars() != "").then(text)
    return named.cast(nw.Int64) if whole_ids else named


# --- one pass over all rows -------------------------------------------------------------------------------------


def profile(frame: LazyFrame, *, plain_text: bool, float32: bool) -> Profile:
    """Read the typed rows once: flaws, first and last day, the scale of money, the kind of ids.

    `float32` says that amounts came with seven digits only, so that more are noise.
    """
    columns = engines.names_of(frame)
    money: list[str] = [name for name in ("amount", "cost") if name in columns]
    noise = 1e-6 if float32 else 1e-14
    flags = _flags(columns) | {"odd": _any([_is_odd(name, _USUAL_SCALE, noise) for name in money])}
    flags |= _id_flags(frame, plain_text=plain_text)
    totals = {f"total_{name}": nw.when(nw.col(name).abs() < float("inf")).then(nw.col(name).abs()) for name in money}
    ones = {name: nw.when(flag).then(1).otherwise(0) for name, flag in flags.items()}
    passed = frame.select(day=nw.col("day"), rows=nw.lit(1), **ones, **totals)
    sums = [nw.col(name).sum() for name in ["rows", *flags, *totals]]
    found = engines.collect(passed.select(*sums, nw.col("day").min().alias("first"), nw.col("day").max().alias("last")))
    one = {name: float(values[0] or 0) for name, values in found.items()}  # nothing to sum: None
    one = {name: 0.0 if value != value else value for name, value in one.items()}
    total = max(one[f"total_{name}"] for name in money)
    scale, guard = _scale(frame, money, noise, total, span=int(one["last"] - one["first"]), odd=one["odd"] > 0)
    whole = "odd_id" in flags and one["odd_id"] == 0 and one["rows"] > one["no_customer"]
    counts = dict.fromkeys(DATE_FLAWS, 0) | {name: int(one[name]) for name in ("rows", *flags)}
    return Profile(counts, int(one["first"]), int(one["last"]), scale, guard, whole)


def _flags(columns: list[str]) -> dict[str, nw.Expr]:
    amount = nw.col("amount")
    flags = {
        "no_customer": nw.col("customer_id").is_null(),
        "dated": ~nw.col("day").is_null(),
        "no_amount": amount.is_null(),
        "negative": amount < 0,
        "zero": amount == 0,
        "infinite_amount": amount.abs() == float("inf"),
    }
    flags |= date_flaws(columns)
    if "cost" in columns:
        flags["infinite_cost"] = nw.col("cost").abs() == float("inf")
        flags["no_cost"] = nw.col("cost").is_null()
    return flags | {name: nw.col(name) == 1 for name in ("aware", "unread_amount", "unread_cost") if name in columns}


def date_flaws(columns: Sequence[str]) -> dict[str, nw.Expr]:
    """What can be wrong with the date of typed rows, and which rows it fits."""
    if "flaw" in columns:
        return {name: nw.col("flaw") == LEAVING.index(name) for name in DATE_FLAWS}
    return {"no_date": nw.col("day").is_null()}


def _id_flags(frame: LazyFrame, *, plain_text: bool) -> dict[str, nw.Expr]:
    dtype, own = frame.collect_schema()["customer_id"], nw.col("customer_id")
    if dtype.is_float():
        return {"odd_id": own != own.floor()}
    if dtype == nw.String and plain_text:
        return {"odd_id": ~own.str.contains(_PLAIN_INTEGER)}
    return {}


def _any(flags: list[nw.Expr]) -> nw.Expr:
    return flags[0] if len(flags) == 1 else flags[0] | flags[1]


def _is_odd(column: str, scale: int, noise: float) -> nw.Expr:
    """Whether the amount is not a whole number of units, beyond what floats and a product or sum of them lose."""
    units = nw.col(column).abs() * scale
    return ((units - (units + 0.5).floor()).abs() > 1e-9 + noise * units) & (units < float("inf"))


def _scale(frame: LazyFrame, money: list[str], noise: float, total: float, *, span: int, odd: bool) -> tuple[int, int]:
    """Units per 1 of currency that hold every amount exactly, and the guard digits where none does."""
    # A customer's first day is found as min(day * 2^k + money): both must fit into 62 bits.
    most = min(_LARGEST_EXACT, 2.0 ** (61 - max(span, 1).bit_length()))
    finer = list(_FINER_SCALES) if odd else []
    tries = {f"s{k}": _any([_is_odd(name, scale, noise) for name in money]) for k, scale in enumerate(finer)}
    if tries:
        flags = {name: nw.when(flag).then(1).otherwise(0) for name, flag in tries.items()}
        found = engines.collect(frame.select(**flags).select(nw.all().sum()))
        finer = [scale for k, scale in enumerate(finer) if not found[f"s{k}"][0]]
    exact = finer[0] if finer else _USUAL_SCALE if not odd else None
    if exact is not None and total * exact < most:
        return exact, 1
    fitting = [scale for scale in (1, 10, *(10**k for k in range(2, 13))) if total * scale < most]
    if not fitting:
        raise DataError(f"amounts add up to {total:.3g}, more than can be counted exactly. Give them in thousands.")
    return (fitting[-1], _GUARD) if fitting[-1] > _GUARD else (fitting[-1], 1)


def units(column: str, scale: int) -> nw.Expr:
    """Money as a whole number of units; half a unit goes up on every engine, which `round` would not do."""
    return (nw.col(column) * scale + 0.5).floor().cast(nw.Int64)
