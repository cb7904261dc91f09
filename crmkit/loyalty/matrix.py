"""Loyalty matrix: what customers do against what they feel (忠诚矩阵), and the kinds of loyalty that only look like it.

Repeat purchases alone do not tell loyalty. Who buys often without liking it stays from inertia (惰性), for the price
(势利), or because there is no alternative (垄断), and goes when that changes; who likes it and buys seldom could be
won.

Sources: Dick & Basu (1994), Customer loyalty: toward an integrated conceptual framework, Journal of the Academy of
Marketing Science 22(2), 99-113 (the four types); the flags are those of Chinese CRM courses.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import narwhals.stable.v2 as nw
import numpy as np

from crmkit import _checks, _frame, labels
from crmkit._frame import engines
from crmkit._results import Result
from crmkit._statistics import centre
from crmkit._types import Table
from crmkit.definitions import Definition
from crmkit.errors import ArgumentError, ColumnError, DataError, shown
from crmkit.labels import Language

AXES = ("behaviour", "attitude")
RULES = ("median", "mean")
# Type -> whether behaviour and attitude are high; the most loyal first.
TYPES: Mapping[str, tuple[str, str]] = {
    "true_loyalty": ("high", "high"),
    "spurious_loyalty": ("high", "low"),
    "latent_loyalty": ("low", "high"),
    "no_loyalty": ("low", "low"),
}
NOT_ASKED = "not_asked"
FLAGS = ("inertia", "price_bought", "locked_in", "trust")
MOSTLY = 0.5  # share of purchases on discount above which loyalty is bought
HINT = (
    "Build it with crmkit.summarize(transactions) and join the survey's answers, such as "
    "matrix(customers, behaviour='frequency', attitude='satisfaction')."
)


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class LoyaltyMatrix(Result):
    """Customers by behaviour and attitude; given by `matrix`.

    Attributes
    ----------
    customers : table, n_customers rows
        The caller's customers, in their own kind and row order, with `loyalty_type` ("true_loyalty",
        "spurious_loyalty", "latent_loyalty", "no_loyalty", or "not_asked" where there is no answer), `loyalty_label`,
        and flags (true or false) as far as their columns were given: `price_bought` and `locked_in` (of those who buy
        often), `inertia` (spurious loyalty without these two), `trust` (true loyalty that recommends).
    table : table
        One row per type: `loyalty_type`, `loyalty_label`; `behaviour` and `attitude` ("high" or "low"); `customers`,
        `customer_share`; and how many have each flag.
    cuts : mapping of axis to float
        From where on behaviour and attitude are high.
    definition : Definition
        What is counted.
    """

    main: ClassVar[str] = "customers"

    customers: Table
    table: Table
    cuts: Mapping[str, float]
    definition: Definition

    def shown(self) -> tuple[Any, ...]:
        """The types and what they mean."""
        return self.table, self.definition


def matrix(
    customers: Table,
    *,
    behaviour: str = "frequency",
    attitude: str = "attitude",
    cut: str | Mapping[str, Any] = "median",
    discount_share: str | None = None,
    locked_in: str | None = None,
    recommends: str | None = None,
    language: Language | None = None,
) -> LoyaltyMatrix:
    """Sort customers into four types of loyalty by behaviour and attitude, with flags for what only looks like it.

    Parameters
    ----------
    customers : table, one row per customer
        Of any supported kind.
    behaviour : str, default "frequency"
        Column of what they do: purchases, or share of wallet.
    attitude : str, default "attitude"
        Column of what they feel: satisfaction, recommendation ... Missing where a customer was not asked or did not
        answer: such customers are "not_asked", whatever they buy.
    cut : {"median", "mean"} or mapping, default "median"
        Where both axes are cut: above the median (or mean) of the customers is high. A mapping names a rule or a value
        for each axis, such as ``{"behaviour": 5, "attitude": 9}``; from a given value on is high.
    discount_share : str, optional
        Column with the share of a customer's purchases on discount; above one half, loyalty is bought by price.
    locked_in : str, optional
        Column that is true (or 1) where a customer has no alternative.
    recommends : str, optional
        Column that is true (or 1) where a customer recommends.
    language : {"en", "zh"}, optional
        Language of `loyalty_label`; by default the one that is set.

    Returns
    -------
    LoyaltyMatrix

    Raises
    ------
    ColumnError
        A column is absent or not numeric, or behaviour is missing for some.
    DataError
        Nobody answered, or shares of discount are not between 0 and 1.
    ArgumentError
        `cut` is not known.

    Examples
    --------
    >>> listed = {"customer_id": list("abcde"), "frequency": [9, 8, 1, 2, 7], "attitude": [9, 3, 10, 2, None]}
    >>> found = matrix(listed, cut={"behaviour": 5, "attitude": 8})
    >>> found.customers["loyalty_type"].tolist()
    ['true_loyalty', 'spurious_loyalty', 'latent_loyalty', 'no_loyalty', 'not_asked']
    """
    said = labels.resolve(language)
    rules = _rules(cut)
    table = _frame.open_table(customers, numbers=[behaviour], hint=HINT)
    given = {"discount_share": discount_share, "locked_in": locked_in, "recommends": recommends}
    flags = {name: column for name, column in given.items() if column is not None}
    _refuse_columns(table, [attitude, *flags.values()])
    if discount_share is not None:
        _refuse_shares(table, discount_share)
    cuts = {axis: _cut(table, column, rule) for (axis, rule), column in
            zip(rules.items(), (behaviour, attitude), strict=True)}  # fmt: skip
    high = {axis: _high(column, cuts[axis], given=not isinstance(rules[axis], str)) for axis, column in
            zip(AXES, (behaviour, attitude), strict=True)}  # fmt: skip
    kind = _type(high["behaviour"], high["attitude"], _answer(attitude))
    words = [labels.text(name, said) for name in (*TYPES, NOT_ASKED)]
    label = kind.replace_strict([*TYPES, NOT_ASKED], words, default=nw.lit(None), return_dtype=nw.String)
    typed = table.frame.with_columns(loyalty_type=kind, loyalty_label=label)
    marked = typed.with_columns(**_flags(flags, high["behaviour"]))
    values = {"behaviour": behaviour, "attitude": attitude, **{f"{axis}_cut": _cut_words(rules[axis], cuts[axis])
                                                              for axis in AXES}}  # fmt: skip
    return LoyaltyMatrix(
        customers=table.give_back(marked),
        table=table.build(_described(table, marked, said)),
        cuts=cuts,
        definition=Definition("loyalty_type", None, values),
    )


def _rules(cut: Any) -> dict[str, Any]:
    """The rule, or the value, of each axis."""
    if isinstance(cut, Mapping):
        if set(cut) != set(AXES):
            raise ArgumentError("cut", dict(cut), "loyalty_cut", example={"behaviour": 5, "attitude": 9})
        return {axis: _rule(cut[axis]) for axis in AXES}
    if not isinstance(cut, str):
        raise ArgumentError("cut", cut, "loyalty_cut", example={"behaviour": 5, "attitude": 9})
    return dict.fromkeys(AXES, _rule(cut))


def _rule(rule: Any) -> Any:
    return _checks.choice("cut", rule, RULES) if isinstance(rule, str) else _checks.finite("cut", rule)


def _refuse_columns(table: _frame.Table, columns: list[str]) -> None:
    absent = [name for name in columns if name not in table.columns]
    if absent:
        raise ColumnError("loyalty_columns", column=shown(absent), has=shown(table.columns, most=15))
    schema = table.frame.collect_schema()
    for name in columns:
        if not (schema[name].is_numeric() or schema[name] == nw.Boolean or schema[name] == nw.Unknown):
            values = table.collect(table.frame.select(name).head(4))[name].tolist()
            raise ColumnError("survey_text", column=name, values=shown(values))


def _refuse_shares(table: _frame.Table, column: str) -> None:
    off = (nw.col(column) < 0) | (nw.col(column) > 1)
    found = table.collect(table.frame.filter(off).select(column).head(4))[column].tolist()
    if found:
        raise DataError("discount_shares", column=column, values=shown(found))


def _answer(column: str) -> nw.Expr:
    """The column as a number, missing where it is not one."""
    number = nw.col(column).cast(nw.Float64)
    return nw.when(~number.is_nan()).then(number)


def _cut(table: _frame.Table, column: str, rule: Any) -> float:
    if not isinstance(rule, str):
        return float(rule)
    answers = table.frame.select(value=_answer(column)).filter(~nw.col("value").is_null())
    counted = engines.collect(answers.group_by("value").agg(n=nw.len()))
    if not counted["value"].size:
        raise DataError("no_answers", column=column)
    order = np.argsort(counted["value"])
    return centre(counted["value"][order].astype(float), counted["n"][order].astype(np.int64), rule)


def _high(column: str, cut: float, *, given: bool) -> nw.Expr:
    return _answer(column) >= cut if given else _answer(column) > cut


def _type(behaviour: nw.Expr, attitude: nw.Expr, answer: nw.Expr) -> nw.Expr:
    true, spurious, latent, none = (nw.lit(name) for name in TYPES)
    liked = nw.when(behaviour).then(true).otherwise(latent)
    other = nw.when(behaviour).then(spurious).otherwise(none)
    return nw.when(answer.is_null()).then(nw.lit(NOT_ASKED)).otherwise(nw.when(attitude).then(liked).otherwise(other))


def _flags(columns: Mapping[str, str], often: nw.Expr) -> dict[str, nw.Expr]:
    """The flags whose columns are there, true or false."""
    kind = nw.col("loyalty_type")
    found = {}
    if "discount_share" in columns:
        found["price_bought"] = often & (_answer(columns["discount_share"]) > MOSTLY)
    if "locked_in" in columns:
        found["locked_in"] = often & (nw.col(columns["locked_in"]).cast(nw.Int64) == 1)
    inert = kind == "spurious_loyalty"
    for other in found.values():
        inert = inert & ~_known(other)
    found = {"inertia": inert, **found}
    if "recommends" in columns:
        found["trust"] = (kind == "true_loyalty") & (nw.col(columns["recommends"]).cast(nw.Int64) == 1)
    return {name: _known(flag) for name, flag in found.items()}


def _known(flag: nw.Expr) -> nw.Expr:
    """False where a column has nothing to say."""
    return nw.when(flag).then(nw.lit(True)).otherwise(nw.lit(False))


def _described(table: _frame.Table, marked: Any, language: Language) -> dict[str, Any]:
    flags = [name for name in FLAGS if name in engines.names_of(marked)]
    ones = {name: nw.when(nw.col(name)).then(1).otherwise(0) for name in flags}
    rows = marked.select("loyalty_type", **ones)
    found = table.collect(rows.group_by("loyalty_type").agg(nw.len().alias("customers"), nw.col(*flags).sum()))
    listed = [*TYPES, *([NOT_ASKED] if NOT_ASKED in found["loyalty_type"].tolist() else [])]
    at = [listed.index(name) for name in found["loyalty_type"]]
    counts = {name: np.zeros(len(listed), dtype=np.int64) for name in ("customers", *flags)}
    for name, column in counts.items():
        column[at] = found[name]
    sides = [TYPES.get(name, ("any", "none")) for name in listed]
    return {
        "loyalty_type": np.array(listed, dtype=object),
        "loyalty_label": np.array([labels.text(name, language) for name in listed], dtype=object),
        **{axis: np.array([side[position] for side in sides], dtype=object) for position, axis in enumerate(AXES)},
        "customers": counts["customers"],
        "customer_share": counts["customers"] / max(int(counts["customers"].sum()), 1),
        **{name: counts[name] for name in flags},
    }


def _cut_words(rule: Any, cut: float) -> str:
    """Where an axis is high, in signs."""
    return f"> {cut:g}" if isinstance(rule, str) else f">= {cut:g}"
