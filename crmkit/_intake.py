"""From a stranger's columns to canonical rows: types, flaws, and the scale of money.

`typed` gives every row the same columns, whatever came in: customer_id, day (whole days since 1970), amount (float),
and the optional roles; where dates came as text also `flaw`, what is wrong with the date; where rows are chosen
`kept`; where money is taken off the amount `taken` (refunds) and `withheld` (tax, shipping). `profile` reads them once
and tells what the door has to decide: which flaws there are, when the data start and end, and in which unit money is a
whole number.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import narwhals.stable.v2 as nw
import numpy as np

from crmkit import _date_text, _where
from crmkit._frame import engines, texts
from crmkit._frame.engines import AnyFrame, LazyFrame
from crmkit._types import Floats
from crmkit.errors import ArgumentError, ColumnError, DataError, Words, shown

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
    "quantity": "quantity",
    "price": "price",
    "discount": "discount",
    "refund": "refund",
}
REQUIRED = ("customer", "date", "amount")
# Roles that are played only by a column that is named: they make or change the amount.
TOLD_ONLY = ("quantity", "price", "discount", "refund")
# Roles whose columns travel with the rows.
TRAVELLING = ("order", "product", "category", "channel", "cost")
_FACTORS = ("quantity", "price", "discount")

# Reasons for a row to leave, in the order in which they apply: a row leaves at the first that fits.
LEAVING = (
    "filtered", "no_customer", "no_date", "unreadable_date", "ambiguous_date", "no_amount", "after_as_of",
    "zero_amount", "refund",
)  # fmt: skip
USED = len(LEAVING)
DATE_FLAWS = ("no_date", "unreadable_date", "ambiguous_date")

_PLAIN_INTEGER = r"^(0|-?[1-9]\d{0,17})$"

LARGEST_EXACT = 2.0**53  # floats count whole numbers exactly up to here
MOST_UNITS = 2**62  # of money in all: what 64 bits hold, and a bit to spare for differences
_USUAL_SCALE = 100
_SMALL = 2**44  # units that floats hold with some digits to spare
_FINER_SCALES = (1_000, 10_000, 100_000, 1_000_000, 10**7, 10**8, 10**9)
# Units, and results rounded to so many of them, for amounts without an exact decimal form: three thirds are one. They
# are the same whatever the amounts add up to, so that nobody's digits depend on what others spend.
_INEXACT = (10**9, 1_000)


@dataclass(frozen=True, slots=True)
class Policy:
    """How doubtful rows are read: the settings of `Transactions` apart from the columns' roles."""

    refunds: Refunds = "net"
    zeros: Literal["keep", "drop"] = "keep"
    duplicates: Literal["keep", "drop"] = "keep"
    timezone: str | None = None
    date_format: str | None = None
    decimal: Literal[".", ","] | None = None
    where: _where.Condition | None = None
    without: tuple[str, ...] = ()  # columns of money inside the amount that are left out: tax, shipping
    rates: Mapping[str, float] | None = None  # of one unit of each currency, in the currency of the results
    day_end: int = 0  # hour of the next day at which a business day ends
    same: Mapping[str, Sequence[Any]] | None = None  # ids (`customer_id`) and whom they belong to (`person`)


@dataclass(frozen=True, slots=True)
class Profile:
    """What one pass over all rows tells, before anything is decided."""

    counts: Mapping[str, int]  # rows, and rows with each flaw, whatever else they have
    first_day: int
    last_day: int
    scale: int  # units of money per 1 of the data's currency
    guard: int  # results are rounded to this many units: 1 where amounts are exact decimals
    whole_ids: bool  # ids are whole numbers kept as floats or text
    vast: bool = False  # money that is not used is more than 64 bits of units hold
    small: bool = False  # the product of any amount and the scale has all its digits as a float
    most_units: float = math.inf  # that the money of any rows adds up to, signs left aside


# --- types ------------------------------------------------------------------------------------------------------


def money_roles(roles: Mapping[str, str], policy: Policy) -> dict[str, str]:
    """Names of the columns of money (and of what makes it) in typed rows, and the table's own names."""
    found = {role: roles[role] for role in ("amount", "cost", *TOLD_ONLY) if role in roles}
    return found | {f"without_{k}": column for k, column in enumerate(policy.without)}


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
    money = money_roles(roles, policy)
    asked = _asked_columns(source, policy)
    own = {NAMES[role]: column for role, column in roles.items()} | money
    frame = engines.lift(source, own | {f"where_{k}": column for k, column in enumerate(asked.values())})
    frame = _with_kept(frame, policy.where, list(asked))
    frame = _typed_date(frame, policy, roles["date"], until)
    for name, column in money.items():
        frame = _money_as_number(frame, name, column, policy.decimal, plain_text=plain_text)
    columns = {"customer_id": _typed_id(frame, whole_ids=whole_ids)} | {name: _not_nan(name) for name in money}
    frame = frame.with_columns(**columns)
    return _with_persons(_with_amount(frame, roles, policy), policy.same)


def _asked_columns(source: AnyFrame, policy: Policy) -> dict[str, str]:
    """Columns of the filter: as they are written there, and as the table names them."""
    return {} if policy.where is None else _where.resolve(policy.where, engines.names_of(source))


def _with_kept(frame: LazyFrame, condition: _where.Condition | None, asked: Sequence[str]) -> LazyFrame:
    """Add `kept`: 1 where the filter is true, 0 where it is false or unknown."""
    if condition is None:
        return frame
    schema = frame.collect_schema()
    known = {name: (f"where_{k}", schema[f"where_{k}"]) for k, name in enumerate(asked)}
    keeps = _where.expression(condition, known)
    frame = frame.with_columns(kept=nw.when(keeps).then(1).otherwise(0))
    return frame.drop(*(name for name, _ in known.values()))


def _typed_date(frame: LazyFrame, policy: Policy, column: str, until: dt.date | None) -> LazyFrame:
    """Add `day`, of text also `flaw` and `zoned`; the column itself is a date or a naive stamp afterwards."""
    dtype = frame.collect_schema()["date"]
    if dtype == nw.String or (dtype.is_numeric() and policy.date_format is not None):
        return _day_of_text(frame, policy)
    if dtype == nw.Datetime and dtype.time_zone is not None:  # type: ignore[attr-defined]
        zone = dtype.time_zone  # type: ignore[attr-defined]
        if policy.timezone is None or policy.timezone == texts.AS_WRITTEN:
            raise DataError("zoned_stamps", column=column, zone=zone)
        frame = engines.to_local(frame, "date", policy.timezone)
    elif dtype not in (nw.Date, nw.Datetime):
        raise _not_a_date(frame, column, dtype)
    elif until is not None and until < dt.date.max:
        end = until + dt.timedelta(days=1)
        last = dt.datetime.combine(end, dt.time(policy.day_end))
        # on the raw column, so that the filter reaches the Parquet reader
        frame = frame.filter(nw.col("date") < (end if dtype == nw.Date else last))
    return engines.to_day(_with_business_day(frame, policy), "date", into="day")


def _with_business_day(frame: LazyFrame, policy: Policy) -> LazyFrame:
    """Time stamps as many hours earlier as the business day ends after midnight."""
    if not policy.day_end or frame.collect_schema()["date"] == nw.Date:
        return frame
    return frame.with_columns(nw.col("date").dt.offset_by(f"-{policy.day_end}h"))


def _not_a_date(frame: LazyFrame, column: str, dtype: nw.dtypes.DType) -> ColumnError | DataError:
    values = engines.collect(frame.filter(~nw.col("date").is_null()).select("date").head(200))["date"].tolist()
    if not values:
        return engines.no_rows()
    formats = _date_text.propose([_written(value) for value in values]) if dtype.is_numeric() else []
    key = "date_numbers" if formats else "no_dates"
    return ColumnError(key, column=column, kind=str(dtype), values=shown(values[:4]), formats=offered(formats))


def _written(value: Any) -> str:
    return str(int(value)) if float(value).is_integer() else repr(value)


def offered(formats: Sequence[str]) -> Words:
    """Formats as arguments to paste."""
    said = " / ".join(f'date_format="{form}"' for form in formats[:2])
    return Words((said, said))


def _day_of_text(frame: LazyFrame, policy: Policy) -> LazyFrame:
    dtype = frame.collect_schema()["date"]
    date = nw.col("date")
    if dtype.is_float():  # 20240105.0 where other rows are missing
        whole = nw.when((date == date.floor()) & (date.abs() < 1e15)).then(date).cast(nw.Int64).cast(nw.String)
        date = nw.coalesce(whole, date.cast(nw.String))
    frame = frame.with_columns(date.cast(nw.String).alias("date"), date_text=date.cast(nw.String))
    frame = texts.read_dates(frame, "date", policy.date_format, policy.timezone)
    frame = engines.to_day(_with_business_day(frame, policy), "date", into="day")
    text = nw.col("date_text").str.strip_chars(_date_text.BLANKS)
    unread = nw.lit(LEAVING.index("unreadable_date"))
    if policy.date_format is None:
        doubtful = nw.lit(LEAVING.index("ambiguous_date"))
        unread = nw.when(text.str.contains(_date_text.AMBIGUOUS)).then(doubtful).otherwise(unread)
    blank = text.is_null() | (text == "")
    flaw = nw.when(blank).then(nw.lit(LEAVING.index("no_date"))).otherwise(unread)
    flaw = nw.when(~nw.col("day").is_null()).then(nw.lit(USED)).otherwise(flaw)
    return frame.with_columns(flaw.alias("flaw"))


def _money_as_number(
    frame: LazyFrame, name: str, column: str, decimal: Literal[".", ","] | None, *, plain_text: bool
) -> LazyFrame:
    """The column as numbers; `unread_` marks text that is none."""
    dtype = frame.collect_schema()[name]
    if dtype == nw.String:
        return _money_of_text(frame, name, column, decimal, plain_text=plain_text)
    if not dtype.is_numeric():
        values = engines.collect(frame.select(name).head(4))[name].tolist()
        raise ColumnError("no_money", column=column, kind=str(dtype), values=shown(values))
    return frame


def _not_nan(column: str) -> nw.Expr:
    """As float, missing where it is missing or not a number."""
    number = nw.col(column).cast(nw.Float64)
    return nw.when(~number.is_nan()).then(number)


def _money_of_text(
    frame: LazyFrame, name: str, column: str, decimal: Literal[".", ","] | None, *, plain_text: bool
) -> LazyFrame:
    text = nw.col(name)
    if name == "discount":  # a share may be written as 20 %
        percent = text.str.contains(r"^\s*[\d.,]+\s*%\s*$")
        frame = frame.with_columns(text.str.replace_all(r"\s*%\s*$", "").alias(name), crmkit_percent=percent)
    elif decimal is None and not plain_text:
        values = engines.collect(frame.filter(~text.is_null()).select(name).head(4))[name].tolist()
        raise DataError("money_text", column=column, values=shown(values), how=Words((DECIMAL_REMEDY, DECIMAL_REMEDY)))
    frame = texts.read_money(frame, name, decimal)
    if name == "discount":
        share = nw.when(nw.col("crmkit_percent")).then(nw.col(name) / 100).otherwise(nw.col(name))
        frame = frame.with_columns(share.alias(name)).drop("crmkit_percent")
    return frame


def _with_amount(frame: LazyFrame, roles: Mapping[str, str], policy: Policy) -> LazyFrame:
    """The amount of each row, from what it is made of, with `taken` and `withheld` where money is taken off it."""
    amount = _base_amount(roles)
    factor = _rate(policy.rates) if policy.rates is not None else None
    parts: dict[str, nw.Expr] = {}
    if "refund" in roles:
        refund = nw.coalesce(nw.col("refund").abs(), nw.lit(0.0))
        parts["taken"] = refund if policy.refunds == "net" else nw.lit(0.0) * refund
    if policy.without:
        withheld: nw.Expr = nw.lit(0.0)
        for k in range(len(policy.without)):
            withheld = withheld + nw.coalesce(nw.col(f"without_{k}"), nw.lit(0.0))
        parts["withheld"] = withheld
    if factor is not None:
        parts = {name: part * factor for name, part in parts.items()}
        amount = amount * factor
    if "discount" in roles:
        share = nw.col("discount")
        parts["bad_discount"] = nw.when((share < 0) | (share > 1)).then(1).otherwise(0)
    frame = frame.with_columns(amount=amount, **parts)
    if "cost" in roles and factor is not None:
        frame = frame.with_columns(cost=nw.col("cost") * factor)
    made = [name for name in (*TOLD_ONLY, *(f"without_{k}" for k in range(len(policy.without)))) if name in
            frame.collect_schema().names()]  # fmt: skip
    return frame.drop(*made) if made else frame


def _base_amount(roles: Mapping[str, str]) -> nw.Expr:
    """The amount as it is given, or quantity x price (x (1 - discount)); 0 where events have no money."""
    if "amount" in roles:
        return nw.col("amount")
    if "price" not in roles:
        return nw.lit(0.0)
    made = nw.col("quantity") * nw.col("price")
    return made * (1 - nw.coalesce(nw.col("discount"), nw.lit(0.0))) if "discount" in roles else made


def _rate(rates: Mapping[str, float]) -> nw.Expr:
    """What one unit of the row's currency is worth; missing where that is not said."""
    code = nw.col("currency").cast(nw.String).str.strip_chars()
    worth: nw.Expr = nw.lit(None).cast(nw.Float64)
    for name, rate in rates.items():
        worth = nw.when(code == name).then(nw.lit(float(rate))).otherwise(worth)
    return worth


def _with_persons(frame: LazyFrame, same: Mapping[str, Sequence[Any]] | None) -> LazyFrame:
    """Ids that belong to somebody under that one's id."""
    if same is None:
        return frame
    dtype = frame.collect_schema()["customer_id"]
    looked_up = engines.upload(_persons(same, dtype), frame).lazy()
    found = frame.join(looked_up, on="customer_id", how="left")
    return found.with_columns(customer_id=nw.coalesce("person", "customer_id")).drop("person")


def _persons(same: Mapping[str, Sequence[Any]], dtype: nw.dtypes.DType) -> dict[str, np.ndarray[Any, Any]]:
    """The table of ids in the type of the ids of the data."""
    try:
        if dtype.is_integer():
            return {name: np.array([int(value) for value in values], dtype=np.int64) for name, values in same.items()}
        if dtype.is_float():
            return {name: np.array([float(value) for value in values]) for name, values in same.items()}
    except (TypeError, ValueError):
        raise ArgumentError("same", "...", "same_ids", ids=str(dtype)) from None
    return {name: np.array([str(value) for value in values], dtype=object) for name, values in same.items()}


DECIMAL_REMEDY = 'decimal="." for 1,234.50 or decimal="," for 1.234,50'


def _typed_id(frame: LazyFrame, *, whole_ids: bool) -> nw.Expr:
    """The id, missing where it is null, NaN or blank text; whole floats and plain integers of a CSV as integers."""
    dtype = frame.collect_schema()["customer_id"]
    own = nw.col("customer_id")
    if dtype.is_integer():
        return own
    if dtype.is_float():
        finite = nw.when(~own.is_nan() & (own.abs() < LARGEST_EXACT)).then(own)
        return finite.cast(nw.Int64) if whole_ids else finite
    text = own.cast(nw.String)
    named = nw.when(text.str.strip_chars() != "").then(text)
    return named.cast(nw.Int64) if whole_ids else named


# --- one pass over all rows -------------------------------------------------------------------------------------


def profile(frame: LazyFrame, *, plain_text: bool = False, float32: bool = False, as_of: int | None = None) -> Profile:
    """Read the typed rows once: flaws, first and last day, the scale of money, the kind of ids.

    `float32` says that amounts came with seven digits only, so that more are noise. Money after the day `as_of`, or of
    rows that the filter leaves out, is not looked at, so that it changes nothing.
    """
    columns = engines.names_of(frame)
    noise = 1e-6 if float32 else 1e-14
    kept = nw.col("kept") == 1 if "kept" in columns else None
    flags = _flags(columns) | _id_flags(frame, plain_text=plain_text)
    day = _among(nw.col("day"), kept)
    n_kept = nw.len() if kept is None else _among(nw.lit(1), kept).count()
    general = {"rows": nw.len(), "kept": n_kept, "first": day.min(), "last": day.max()}
    general |= {name: _among(nw.lit(1), _both(flag, kept)).count() for name, flag in flags.items()}
    absent = {name: column for name, column in _ABSENT.items() if column in columns}
    general |= {name: _among(nw.col(column), kept).count() for name, column in absent.items()}  # those that are there
    money = _money_columns(columns)
    one = _one(frame, general | _of_money(columns, noise, None))
    everything, largest = (max(one[f"{kind}_{name}"] for name in money) for kind in ("total", "largest"))
    small = not one["odd"] and not float32 and largest * _USUAL_SCALE < _SMALL
    later = as_of is not None and one["last"] > as_of
    seen = _both(~nw.coalesce(nw.col("day") > as_of, nw.lit(False)), kept) if later else kept
    if seen is not None and (_is_doubtful(one, columns) or everything * _USUAL_SCALE >= MOST_UNITS):
        one |= _one(frame, _of_money(columns, noise, seen))
    total = max(one[f"total_{name}"] for name in money)
    scale, guard = _scale(frame if seen is None else frame.filter(seen), money, noise, total, odd=one["odd"] > 0)
    counts = dict.fromkeys(DATE_FLAWS, 0) | {name: int(one[name]) for name in ("rows", "kept", *flags)}
    counts |= {name: int(one["kept"] - one[name]) for name in absent}
    counts["dated"] = counts["kept"] - counts.pop("undated")
    if "flaw" not in columns:
        counts["no_date"] = counts["kept"] - counts["dated"]
    counts |= {"filtered": counts["rows"] - counts["kept"]} | _money_counts(one, columns)
    whole = "odd_id" in flags and not counts["odd_id"] and counts["kept"] > counts["no_customer"]
    vast = everything * scale >= MOST_UNITS
    # Sums of money differ by rounding, and so does each row; twice as much is more than all of it.
    most = 2 * everything * len(money) * scale + one["rows"]
    return Profile(counts, int(one["first"]), int(one["last"]), scale, guard, whole, vast, small, most)


def _one(frame: LazyFrame, aggregates: Mapping[str, nw.Expr]) -> dict[str, float]:
    """Aggregates of all rows, 0 where there is nothing to aggregate."""
    found = engines.collect(frame.select(**aggregates))
    one = {name: float(values[0] or 0) for name, values in found.items()}
    return {name: 0.0 if value != value else value for name, value in one.items()}


def _money_columns(columns: Sequence[str]) -> list[str]:
    return [name for name in ("amount", "taken", "withheld", "cost") if name in columns]


def _of_money(columns: list[str], noise: float, mask: nw.Expr | None) -> dict[str, nw.Expr]:
    """What is looked at of money, in the rows of the mask: flaws, digits, the largest amounts and their sums."""
    money = _money_columns(columns)
    flags = _money_flags(columns) | {"odd": _any([_is_odd(name, _USUAL_SCALE, noise) for name in money])}
    found = {name: _among(nw.lit(1), _both(flag, mask)).count() for name, flag in flags.items()}
    for name in money:
        size = _among(nw.col(name).abs(), mask)
        found |= {f"largest_{name}": size.max(), f"total_{name}": nw.when(size < float("inf")).then(size).sum()}
    return found


def _is_doubtful(one: Mapping[str, float], columns: list[str]) -> bool:
    """Whether something about money may depend on which rows are looked at."""
    return one["odd"] > 0 or any(_money_counts(one, columns).values())


def _money_counts(one: Mapping[str, float], columns: list[str]) -> dict[str, int]:
    """Rows with each flaw of money; of infinite and huge amounts, whether there are any."""
    counts = {name: int(one[name]) for name in _money_flags(columns)}
    for name in ("amount", "cost"):
        if name in columns:
            largest = one[f"largest_{name}"]
            counts[f"infinite_{name}"] = int(largest == float("inf"))
            counts[f"huge_{name}"] = int(LARGEST_EXACT <= largest < float("inf"))
    return counts


def _among(values: nw.Expr, mask: nw.Expr | None) -> nw.Expr:
    return values if mask is None else nw.when(mask).then(values)


# Rows without a value, and the column; values that are there are counted, which costs an engine least.
_ABSENT = {"no_customer": "customer_id", "undated": "day", "no_amount": "amount", "no_cost": "cost"}


def _both(flag: nw.Expr, mask: nw.Expr | None) -> nw.Expr:
    return flag if mask is None else flag & mask


def visit(columns: Sequence[str]) -> nw.Expr:
    """The amount by which a row is a purchase (0 or more) or a return: before refunds that stand beside it."""
    return nw.col("amount") - nw.col("withheld") if "withheld" in columns else nw.col("amount")


def _flags(columns: list[str]) -> dict[str, nw.Expr]:
    flags = {"negative": visit(columns) < 0, "zero": visit(columns) == 0}
    if "zoned" in columns:
        flags["zoned"] = nw.col("zoned") == 1
    return flags | (date_flaws(columns) if "flaw" in columns else {})


def _money_flags(columns: list[str]) -> dict[str, nw.Expr]:
    """What can be wrong with money, but for its size."""
    flags = {name: nw.col(name) == 1 for name in columns if name.startswith("unread_")}
    if "bad_discount" in columns:
        flags["bad_discount"] = nw.col("bad_discount") == 1
    return flags


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
    found = flags[0]
    for flag in flags[1:]:
        found = nw.coalesce(found, nw.lit(False)) | nw.coalesce(flag, nw.lit(False))
    return found


def _is_odd(column: str, scale: int, noise: float) -> nw.Expr:
    """Whether the amount is not a whole number of units, beyond what floats and a product or sum of them lose."""
    units = nw.col(column).abs() * scale
    return ((units - (units + 0.5).floor()).abs() > 1e-9 + noise * units) & (units < float("inf"))


def _scale(frame: LazyFrame, money: list[str], noise: float, total: float, *, odd: bool) -> tuple[int, int]:
    """Units per 1 of currency that hold every amount exactly, and the guard digits where none does.

    The digits of the amounts decide, never their size: nobody's cents depend on what others spend. What 64 bits cannot
    count at that scale is refused.
    """
    finer = list(_FINER_SCALES) if odd else []
    tries = {f"s{k}": _any([_is_odd(name, scale, noise) for name in money]) for k, scale in enumerate(finer)}
    if tries:
        flags = {name: nw.when(flag).then(1).otherwise(0) for name, flag in tries.items()}
        found = engines.collect(frame.select(**flags).select(nw.all().sum()))
        finer = [scale for k, scale in enumerate(finer) if not found[f"s{k}"][0]]
    exact = finer[0] if finer else _USUAL_SCALE if not odd else None
    scale, guard = _INEXACT if exact is None else (exact, 1)
    if total * scale < MOST_UNITS:
        return scale, guard
    if exact == _USUAL_SCALE and total < MOST_UNITS and _all_whole(frame, money):
        return 1, 1
    largest = engines.collect(frame.select(nw.col(money[0]).abs().alias("size")).select(nw.col("size").max()))["size"]
    key = "beyond_counting" if exact == _USUAL_SCALE else "beyond_counting_digits"
    raise DataError(key, total=f"{total:.3g}", largest=f"{float(largest[0]):.15g}")


def _all_whole(frame: LazyFrame, money: list[str]) -> bool:
    odd = _any([nw.col(name) != nw.col(name).floor() for name in money])
    return not engines.collect(frame.select(odd=nw.when(odd).then(1).otherwise(0)).select(nw.col("odd").sum()))["odd"][
        0
    ]


def units(column: str, profile: Profile) -> nw.Expr:
    """Money as a whole number of units; half a unit goes up on every engine, which `round` would not do.

    Whole part and decimals apart, because the product of a large amount and the scale has more digits than a float;
    where all are `small` it has not, and the answer is the same. Missing where 64 bits do not hold it.
    """
    amount, scale = nw.col(column), profile.scale
    if profile.small:
        return (amount * scale + 0.5).floor().cast(nw.Int64)
    counted = nw.when(amount.abs() < min(LARGEST_EXACT, MOST_UNITS / scale)).then(amount)
    whole = counted.floor()
    return whole.cast(nw.Int64) * scale + ((counted - whole) * scale + 0.5).floor().cast(nw.Int64)


def as_money(whole: Any, scale: int, guard: int) -> Floats:
    """Units as money: rounded to the guard where amounts have no exact decimal form; missing stays missing.

    >>> as_money([1437, 5], 100, 1).tolist()
    [14.37, 0.05]
    """
    exact = np.asarray(whole, dtype=float)
    return np.asarray((exact if guard == 1 else np.floor(exact / guard + 0.5)) / (scale // guard), dtype=float)
