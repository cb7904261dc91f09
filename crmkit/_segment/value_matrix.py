"""Value matrix: customers sorted by what they bring now and by what they may still bring.

Two axes, each cut in two, give four quadrants with a strategy each (客户价值细分矩阵): lead 铅质, iron 铁质, gold 黄金,
platinum 白金客户. `value_matrix` takes transactions, whose current value and potential it computes, or any table of
customers with two columns of numbers.

Sources: the matrix and its strategies are those of Chinese CRM courses, after the names of Zeithaml, Rust & Lemon
(2001), The Customer Pyramid, California Management Review 43(4), 118-142; the default potential is the lifetime value
of Schmittlein, Morrison & Colombo (1987) and Fader, Hardie & Lee (2005).
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import narwhals.stable.v2 as nw
import numpy as np

from crmkit import _checks, _frame, labels
from crmkit._frame import engines, outputs
from crmkit._frame.engines import AnyFrame
from crmkit._results import Result
from crmkit._segment._given import column_name
from crmkit._statistics import ROUNDING, shares_of
from crmkit._types import Duration, Table
from crmkit.customers import recent_value
from crmkit.errors import ArgumentError, DataError, NoLifetimeValueWarning, OneMeanSpendWarning, Words
from crmkit.labels import Language
from crmkit.models._default import add_lifetime_value
from crmkit.models._valuation import Valuation
from crmkit.schemes import QUADRANTS
from crmkit.transactions import Transactions

AXES = ("current", "potential")
RULES = ("median", "mean", "quantile")

HINT = Words("hint_value_matrix")


@dataclass(frozen=True, slots=True)
class Cut:
    r"""Where an axis is cut in two.

    Attributes
    ----------
    column : str
        The column that is the axis.
    rule : {"median", "mean", "quantile", "given"}
        How the threshold came about.
    threshold : float
        In units of the column.
    share : float
        Of rule "quantile" the share of customers that are not above the threshold; otherwise not a number.
    measured : mapping
        Of a current value that was computed from transactions: `measure` ("margin" or "revenue"), and the `first` and
        `last` day of the window.

    Examples
    --------
    >>> Cut("monetary", "median", 35.0).words()
    'spend\nhigh: above 35 (the median)'
    """

    column: str
    rule: str
    threshold: float
    share: float = math.nan
    measured: Mapping[str, str] = field(default_factory=dict)

    def words(self, language: Language | None = None, *, equal: str = "low") -> str:
        r"""What is measured and from where on it is high, on two lines.

        >>> Cut("monetary", "quantile", 35.5, 0.8).words("zh", equal="high")
        '消费金额\n高：不低于 35.5（80% 分位数）'
        """
        what = labels.text(self.column, language)
        if self.measured:
            measure = labels.text(self.measured["measure"], language)
            what = labels.phrase("value_of_days", language, **{**self.measured, "measure": measure})
        elif self.column == "current_value":
            what = labels.text("value_as_listed", language)
        rule = labels.phrase(f"value_rule_{self.rule}", language, share=f"{100 * self.share:g}%")
        key = "value_cut_above" if equal == "low" else "value_cut_from"
        return labels.phrase(key, language, what=what, threshold=_in_short(self.threshold), rule=rule)


def _in_short(threshold: float) -> str:
    """A threshold with cents, or three digits where it is below 1.

    >>> _in_short(1234.5678), _in_short(35.5), _in_short(0.012345)
    ('1,234.57', '35.5', '0.0123')
    """
    return f"{round(threshold, 2):,.10g}" if abs(threshold) >= 1 else f"{threshold:.3g}"


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class ValueMatrix(Result):
    """Customers by current value and potential; given by `value_matrix`.

    Attributes
    ----------
    customers : table, n_customers rows
        The caller's customers in their own kind and row order (of transactions: the summary by customer_id with
        `current_value` and the potential), with `quadrant` ("value_platinum", "value_gold", "value_iron",
        "value_lead") and `quadrant_label`.
    table : table
        One row per quadrant, always all four, the best first: `quadrant`, `quadrant_label`; `current` and
        `potential` ("high" or "low"); `strategy`; `customers`, `customer_share`; `current_value` and
        `potential_value` (sums of the two columns) and their shares (missing where they add up to 0 or less).
    current, potential : Cut
        The column, cut and threshold of each axis.
    equal : {"low", "high"}
        The side of a value equal to the threshold.
    """

    main: ClassVar[str] = "customers"

    customers: Table
    table: Table
    current: Cut
    potential: Cut
    equal: str

    def describe_cuts(self, language: Language | None = None) -> str:
        """What the axes measure and where they are cut, for the foot of a table.

        Examples
        --------
        >>> listed = {"monetary": [10.0, 20.0, 60.0], "residual_clv": [5.0, 1.0, 9.0]}
        >>> print(value_matrix(listed).describe_cuts())
        current value: spend
        high: above 20 (the median)
        growth potential: lifetime value still to come
        high: above 5 (the median)
        """
        axes = {"current_value": self.current, "potential": self.potential}
        return "\n".join(
            labels.phrase("plot_named_number", language, what=labels.text(name, language),
                          amount=cut.words(language, equal=self.equal))
            for name, cut in axes.items()
        )  # fmt: skip

    def shown(self) -> tuple[Any, ...]:
        """The quadrants and where they are cut."""
        return self.table, self.describe_cuts()


def value_matrix(
    customers: Table,
    *,
    current: str | None = None,
    potential: str = "residual_clv",
    cut: str | Mapping[str, Any] = "median",
    share: float | None = None,
    equal: str = "low",
    window: Duration | None = None,
    valuation: Valuation | None = None,
    language: Language | None = None,
) -> ValueMatrix:
    """Sort customers into four quadrants by current value and growth potential, each cut in two.

    Parameters
    ----------
    customers : Transactions, or table with one row per customer
        Of transactions (a `crmkit.Transactions`) current value and potential are computed; a table, such as the list
        of `crmkit.score_customers`, has them as columns.
    current : str, optional
        Column of the current value. By default, of transactions `current_value`: the margin of the last 12 months where
        the cost of all their rows is known, otherwise the revenue. Of a table `current_value` if it has such a
        column, otherwise `monetary`, which is all spend so far. The result says which.
    potential : str, default "residual_clv"
        Column of the growth potential. Of transactions the residual lifetime value is computed by the model that
        `crmkit.clv.choose_model` takes and `crmkit.clv.SpendMean`, in the same kind of money as current value (see
        `valuation`); any other name is a column of `crmkit.summarize`. The list of `crmkit.score_customers` has the
        share of margin that it was told there, 1 by default: where its `current_value` is margin, give it margin_rate=
        too, or both axes are not of one kind.
    cut : {"median", "mean", "quantile"} or mapping, default "median"
        Where both axes are cut: the median halves the customers, the mean asks for more than the average (few customers
        do). A mapping names a rule or a value for each axis, such as ``{"current": 500, "potential": "mean"}``.
    share : float, optional
        For "quantile": the share of customers not above the cut; 0.8 leaves the best fifth high. The cut is the
        smallest value that so many do not exceed.
    equal : {"low", "high"}, default "low"
        The side of a value equal to the cut, the same for all such customers. "low" because in many lists more than
        half of the customers have a value of 0, which is then the median and must not be high; "high" suits
        given values ("500 or more").
    window : duration, optional
        Transactions only: how far back from `as_of` current value goes, as in `crmkit.customers.recent_value`. By
        default "12M": the last 12 months of the calendar.
    valuation : crmkit.clv.Valuation, optional
        Transactions only: horizon, discount rate and margin rate of the lifetime value. Without a margin rate it is
        that of the window where current value is margin, and 1 where it is revenue, so that both axes are of one kind.
    language : {"en", "zh"}, optional
        Language of `quadrant_label` and `strategy`.

    Returns
    -------
    ValueMatrix

    Raises
    ------
    ColumnError
        A column is absent, not numeric, or missing for some customers.
    DataError
        There are no customers, or their lifetime value cannot be computed.
    ArgumentError
        A setting is unknown or would change nothing (a window for a table, whose values are there already), or `share`
        and `cut` contradict each other.

    Warns
    -----
    OneMeanSpendWarning
        The lifetime value rests on one mean spend for all customers.

    Examples
    --------
    >>> listed = {"customer_id": list("abcd"), "monetary": [90.0, 80.0, 10.0, 5.0],
    ...           "residual_clv": [30.0, 2.0, 25.0, 1.0]}
    >>> found = value_matrix(listed)
    >>> found.customers[["customer_id", "quadrant"]]
      customer_id        quadrant
    0           a  value_platinum
    1           b      value_gold
    2           c      value_iron
    3           d      value_lead
    >>> found.table[["quadrant", "customers", "current_value", "potential_value"]]
             quadrant  customers  current_value  potential_value
    0  value_platinum          1           90.0             30.0
    1      value_gold          1           80.0              2.0
    2      value_iron          1           10.0             25.0
    3      value_lead          1            5.0              1.0
    >>> found.current.column, found.current.threshold
    ('monetary', 45.0)
    """
    language = labels.resolve(language)
    current = current if current is None else column_name("current", current, "monetary")
    column_name("potential", potential, "residual_clv")
    rules = _rules(cut, share)
    _checks.choice("equal", equal, ("low", "high"))
    language = labels.resolve(language)
    _refuse_idle(customers, {current, potential}, {"window": window, "valuation": valuation})
    measured: Mapping[str, str] = {}
    if isinstance(customers, Transactions):
        valuation = Valuation() if valuation is None else valuation
        customers, measured = _valued(customers, {current, potential}, window, valuation)
    current = _default_current(customers) if current is None else current
    table = _frame.open_table(customers, numbers=[current, potential], hint=HINT)
    cuts = [_cut(table, column, rule) for column, rule in zip((current, potential), rules, strict=True)]
    if current == "current_value":
        cuts[0] = replace(cuts[0], measured=measured)
    quadrant = _quadrant(cuts, equal)
    return ValueMatrix(
        customers=table.give_back(_with_quadrant(table, quadrant, language)),
        table=table.build(_described(table, current, potential, quadrant, language)),
        current=cuts[0],
        potential=cuts[1],
        equal=equal,
    )


# --- from transactions ------------------------------------------------------------------------------------------


def _refuse_idle(customers: Table, needed: set[str | None], settings: Mapping[str, Any]) -> None:
    """Settings of what is not computed here, which somebody who gives them expects to count."""
    idle = "idle_for_a_table"
    if isinstance(customers, Transactions):
        if "residual_clv" in needed:
            return
        settings = {name: value for name, value in settings.items() if name != "window"}
        idle = "idle_without_lifetime_value"
    for name, value in settings.items():
        if value is not None:
            raise ArgumentError(name, value, idle)


def _valued(
    tx: Transactions, needed: set[str | None], window: Any, valuation: Valuation
) -> tuple[Any, Mapping[str, str]]:
    """The customers of the transactions with current value and, if needed, lifetime value; and what the former is."""
    recent = recent_value(tx) if window is None else recent_value(tx, window=window)
    measured = {"measure": recent.measure, "first": str(recent.first_date), "last": str(recent.last_date)}
    customers = outputs.keep(recent.customers)
    if "residual_clv" not in needed:
        return customers, measured
    rate = recent.margin_rate if valuation.margin_rate is None else valuation.margin_rate
    if not 0 <= rate <= 1:
        raise DataError(
            "segment_margin_revenue_lifetime_value", first_date=recent.first_date, last_date=recent.last_date, rate=rate
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", NoLifetimeValueWarning)
            warnings.simplefilter("default", OneMeanSpendWarning)
            valued = add_lifetime_value(
                customers, tx, horizon=valuation.horizon, discount_rate=valuation.discount_rate, margin_rate=rate
            )
    except NoLifetimeValueWarning as reason:
        raise DataError("segment_name_column_stands_growth", reason=reason) from None
    return valued, measured


# --- the axes ---------------------------------------------------------------------------------------------------


def _default_current(customers: Table) -> str:
    return "current_value" if "current_value" in _frame.open_table(customers).columns else "monetary"


def _rules(cut: Any, share: float | None) -> list[tuple[str, float]]:
    """Rule of each axis and its number: the share of a quantile, or the value that was given."""
    if isinstance(cut, Mapping):
        if set(cut) != set(AXES):
            raise ArgumentError("cut", dict(cut), "segment_name_both_axes_cut")
        listed = [cut[axis] for axis in AXES]
    else:
        listed = [_rule(cut)] * 2
    by_share = any(isinstance(rule, str) and rule == "quantile" for rule in listed)
    if by_share != (share is not None):
        raise ArgumentError("cut", cut, "segment_share_do_go_together", share=share)
    part = math.nan if share is None else _checks.share("share", share, above_zero=True)
    return [
        (_rule(rule), part if rule == "quantile" else math.nan)
        if isinstance(rule, str)
        else ("given", _checks.finite("cut", rule))
        for rule in listed
    ]


def _rule(cut: Any) -> str:
    """The name of a rule, if it is one."""
    if isinstance(cut, str) and cut in RULES:
        return cut
    value = cut if isinstance(cut, int | float) and math.isfinite(cut) else 500
    raise ArgumentError("cut", cut, "segment_known_choose_each_axis", join=", ".join(map(repr, RULES)), value=value)


def _cut(table: _frame.Table, column: str, rule: tuple[str, float]) -> Cut:
    """The threshold, from the distinct values and how many customers have them."""
    name, number = rule
    # Under a name of ours: the caller's own may be "n".
    values = _frame.Table(table.frame.select(value=_number(column)))
    total = engines.n_rows(values.frame)
    if not total:
        raise DataError("segment_table_rows_nobody_sort", hint=HINT)
    if name == "given":
        return Cut(column, name, number)
    if name == "quantile":  # the smallest value that so many customers do not exceed
        place = max(math.ceil(number * total * (1 - 1e-9)) - 1, 0)
        return Cut(column, name, values.ranked("value", [place])[0], number)
    if name == "median":
        return Cut(column, name, sum(values.ranked("value", [(total - 1) // 2, total // 2])) / 2)
    return Cut(column, name, _mean(values, total))


def _mean(values: _frame.Table, total: int) -> float:
    """The mean; that of equal values may come out a hair beside them, and would then put all of them above itself."""
    value = nw.col("value")
    sums = values.collect(values.frame.select(sum=value.sum(), most=value.abs().max()))
    mean = float(sums["sum"][0]) / total
    near = values.collect(
        values.frame.select(below=nw.when(value <= mean).then(value), above=nw.when(value >= mean).then(value)).select(
            nw.col("below").max(), nw.col("above").min()
        )
    )
    known = [float(near[name][0]) for name in near if near[name][0] is not None and not math.isnan(near[name][0])]
    nearest = min(known, key=lambda one: abs(one - mean))
    return nearest if abs(mean - nearest) <= ROUNDING * float(sums["most"][0]) else mean


def _number(column: str) -> nw.Expr:
    return nw.col(column).cast(nw.Float64)


def add_quadrant(table: _frame.Table, known: _frame.Table, language: Language) -> AnyFrame:
    """A table of customers with the quadrant of each, cut at the medians; `known` is the same before it was valued."""
    pairs = ((known, "current_value"), (table, "residual_clv"))
    cuts = [_cut(whole, column, ("median", math.nan)) for whole, column in pairs]
    return _with_quadrant(table, _quadrant(cuts, "low"), language)


def _with_quadrant(table: _frame.Table, quadrant: nw.Expr, language: Language) -> AnyFrame:
    """The table with the words of each customer's quadrant."""
    frame = table.frame.with_columns(crmkit_quadrant=quadrant)
    for into, words in (("quadrant", QUADRANTS), ("quadrant_label", labels.texts(QUADRANTS, language))):
        frame = table.worded(frame, into, "crmkit_quadrant", dict(enumerate(words)))
    return frame.drop("crmkit_quadrant")


def _quadrant(cuts: list[Cut], equal: str) -> nw.Expr:
    """The place of each customer's quadrant among them."""
    current, potential = (
        _number(cut.column) > cut.threshold if equal == "low" else _number(cut.column) >= cut.threshold for cut in cuts
    )
    platinum, gold, iron, lead = (nw.lit(place) for place in range(len(QUADRANTS)))
    high = nw.when(potential).then(platinum).otherwise(gold)
    return nw.when(current).then(high).otherwise(nw.when(potential).then(iron).otherwise(lead))


# --- the 2 x 2 table --------------------------------------------------------------------------------------------


def _described(
    table: _frame.Table, current: str, potential: str, quadrant: nw.Expr, language: Language
) -> dict[str, Any]:
    sides = table.frame.select(quadrant=quadrant, current=_number(current), potential=_number(potential))
    found = table.collect(
        sides.group_by("quadrant").agg(nw.len().alias("customers"), nw.col("current", "potential").sum())
    )
    at = found["quadrant"].astype(np.int64)
    n, worth, promise = np.zeros(4, dtype=np.int64), np.zeros(4), np.zeros(4)
    n[at], worth[at], promise[at] = found["customers"], found["current"], found["potential"]
    return {
        "quadrant": np.array(list(QUADRANTS), dtype=object),
        "quadrant_label": np.array(labels.texts(QUADRANTS, language), dtype=object),
        "current": np.array([side for side, _ in QUADRANTS.values()], dtype=object),
        "potential": np.array([side for _, side in QUADRANTS.values()], dtype=object),
        "strategy": np.array([labels.text(f"strategy_{name}", language) for name in QUADRANTS], dtype=object),
        "customers": n,
        "customer_share": n / n.sum(),
        "current_value": worth,
        "current_value_share": shares_of(worth),
        "potential_value": promise,
        "potential_value_share": shares_of(promise),
    }
