"""What an explanation holds, and how it reads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import groupby
from typing import Any

import numpy as np

from crmkit import _frame, _reading, labels
from crmkit._types import Table
from crmkit.labels import Language


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure of a customer and the cuts around it; a part of `Explanation`.

    Attributes
    ----------
    name : "recency", "frequency" or "monetary"
    value : float
        Days, orders, or money.
    score, levels : int
        The score, and the highest there is.
    next_score, next_value : int and float, or None
        The next better score that can be had, and the value from which on it is given: at most so many days, at least
        so many orders or so much money.
    lower_score, lower_value : int and float, or None
        The score below, and the value at which it is given: so many days, so many orders or so much money.

    Examples
    --------
    >>> from crmkit import datasets, explain
    >>> orders = explain(datasets.load_ten_customers(), "C06").measures[1]
    >>> orders.name, orders.value, orders.score, orders.next_score, orders.next_value
    ('frequency', 5.0, 4, 5, 6.0)
    """

    name: str
    value: float
    score: int
    levels: int
    next_score: int | None
    next_value: float | None
    lower_score: int | None
    lower_value: float | None


@dataclass(frozen=True, slots=True)
class UpgradePath:
    """A least change that brings a customer into a better segment; a part of `Explanation`.

    Attributes
    ----------
    to : str
        The segment reached on the day of the last further order (`orders` above 0), or of the addition.
    orders : int
        Further orders; without order ids each on a day of its own. 0: money is added to orders already placed, so that
        recency goes on.
    money : float
        The least that the further orders must bring together (0: any amount), or the least addition.
    by : datetime.date or None
        The last day on which this can be done. Of orders: for the first of them, to come before the customer drops; it
        is the `downgrade_date`, for who orders on that day does not drop. Later orders lead to the same segment, but
        from a lower one. Of an addition: on which it still leads to `to`. None if the day does not matter.

    Examples
    --------
    >>> from crmkit import datasets, explain
    >>> explain(datasets.load_ten_customers(), "C06").upgrade_paths[0]
    UpgradePath(to='champions', orders=1, money=0.0, by=datetime.date(2025, 1, 1))
    """

    to: str
    orders: int
    money: float
    by: dt.date | None


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Explanation:
    """How one customer's numbers came about, and what would change them; given by `explain`. Print it to read it.

    Attributes
    ----------
    customer_id : str or int
    as_of : datetime.date
        The day on which the past ends.
    first_date, last_date : datetime.date
        Of a purchase.
    measures : tuple of Measure
        Recency, frequency and monetary value, their scores and the cuts around them.
    orders_by : "order" or "day"
        Whether frequency counts order ids, or days with a purchase.
    refunds : {"net", "ignore", "drop"} or None
        How refunds are treated, as `Transactions` says; None if the customer has none.
    refunded : float
        Money that was taken off for them.
    segment : str
        Its stable key.
    best : bool
        Whether there is no better segment.
    rule : mapping of axis to (lowest, highest)
        The rule that fired: scores on "r", "f", "m" and "fm", the mean of F and M.
    downgrade_date, next_segment : datetime.date and str, or None
        When the segment next drops if nothing is bought, and to which.
    upgrade_paths : tuple of UpgradePath
        The least changes that lead to a better segment, the fewest orders first, then the least money. A way is left
        out if another leads at least as high for no more orders and no more money.
    tier : str
        Tier of the customer pyramid by spend.
    customers, customers_ahead : int
        All customers, and those who spent more.
    next_tier, next_tier_money : str and float, or None
        The tier above that more spend would reach, and the least money for it if all others stay as they are.
    purchases, refund_rows : table, in the caller's kind
        The last five purchases, and the last five refunds, each the latest first: `date`, `order_id` (if there are
        order ids), `amount` (below 0 for a refund). By order ids, or by day; a refund is never a purchase. No refunds
        are listed where the transactions ignore or drop them.
    own_labels : mapping of segment to label
        What rules of your own call their segments, where they have a `label`; others have crmkit's words.
    own_cuts : bool
        Whether the cuts are those of these customers, not of a scorer given.
    money_digits : int
        Digits after the decimal point with which the text shows money: as many as the data have, or 2 where amounts
        have no exact decimal form.
    language : {"en", "zh"}
        Language that `text` uses unless told otherwise.
    satisfaction, loyalty_type : float and str, or None
        With a survey, the customer's last answer (None: did not answer) and the key of the type of loyalty.
    next_product : (item, kind), or None
        On request, what the customer is likeliest to buy next, and whether it is "repeat", "new" or "popular".

    Examples
    --------
    >>> from crmkit import datasets, explain
    >>> told = explain(datasets.load_ten_customers(), "C06")
    >>> told.segment, told.rule, told.next_segment
    ('potential_loyalist', {'r': (4, 5), 'fm': (2, 3)}, 'needs_attention')
    """

    customer_id: Any
    as_of: dt.date
    first_date: dt.date
    last_date: dt.date
    measures: tuple[Measure, ...]
    orders_by: str
    refunds: str | None
    refunded: float
    segment: str
    best: bool
    rule: Mapping[str, tuple[int, int]]
    downgrade_date: dt.date | None
    next_segment: str | None
    upgrade_paths: tuple[UpgradePath, ...]
    tier: str
    customers: int
    customers_ahead: int
    next_tier: str | None
    next_tier_money: float | None
    purchases: Table
    refund_rows: Table
    own_labels: Mapping[str, str]
    own_cuts: bool
    money_digits: int
    language: Language
    satisfaction: float | None = None
    loyalty_type: str | None = None
    next_product: tuple[Any, str] | None = None

    def text(self, language: Language | None = None) -> str:
        """The explanation as lines of text.

        Examples
        --------
        >>> from crmkit import datasets, explain
        >>> print(explain(datasets.load_ten_customers(), "C06").text("zh").splitlines()[1])
        客户群：潜在忠诚客户（R 4-5，F 与 M 的均值 2-3）
        """
        return "\n".join(_lines(self, language or self.language))

    def __repr__(self) -> str:
        """The text in the explanation's language."""
        return self.text()

    def _repr_html_(self) -> str:
        """The same for a notebook, what the first line says in bold."""
        return _reading.preformatted(self.text())


# --- in words -----------------------------------------------------------------------------------------------------


def _lines(found: Explanation, language: Language) -> Iterator[str]:
    """The explanation, line by line."""

    def say(key: str, **values: object) -> str:
        return labels.phrase(key, language, **values)

    comma = "，" if language == "zh" else ", "
    yield say("explain_title", customer=found.customer_id, date=found.as_of)
    yield say("explain_segment", segment=_called(found, found.segment, language), rule=_rule_in_words(found, language))
    for measure in found.measures:
        yield _measure_in_words(found, measure, language)
    ahead = say(
        "explain_tier_alone" if found.customers == 1 else "explain_tier",
        tier=labels.segment(found.tier, language),
        ahead=f"{found.customers_ahead:,}",
        customers=f"{found.customers:,}",
    )
    if found.next_tier is not None and found.next_tier_money is not None:
        tier = labels.segment(found.next_tier, language)
        ahead += comma + say("explain_tier_up", money=_needed(found, found.next_tier_money), tier=tier)
    yield ahead
    yield from _ways_in_words(found, language)
    if found.downgrade_date is None or found.next_segment is None:
        yield say("way_stays")
    else:
        days = (found.downgrade_date - found.as_of).days
        yield say("way_down", to=_called(found, found.next_segment, language), date=found.downgrade_date, days=days)
    if found.loyalty_type is not None:
        answer = "-" if found.satisfaction is None else f"{found.satisfaction:g}"
        yield say("explain_loyalty", answer=answer, loyalty=labels.text(found.loyalty_type, language))
    if found.next_product is not None:
        item, kind = found.next_product
        yield say("explain_next_product", item=item, kind=labels.text(f"kind_{kind}", language))
    yield say("explain_purchases", purchases=_rows_in_words(found, found.purchases, comma))
    refunds = _rows_in_words(found, found.refund_rows, comma)
    if refunds:
        yield say("explain_refunds", refunds=refunds)
    own = "explain_cuts_alone" if found.customers == 1 else "explain_cuts_own"
    yield say(own if found.own_cuts else "explain_cuts_given", customers=f"{found.customers:,}")


def _called(found: Explanation, segment: str, language: Language) -> str:
    """What people read for a segment."""
    return labels.segment(segment, language, found.own_labels)


def _amount(found: Explanation, money: float) -> str:
    return f"{money:,.{found.money_digits}f}"


def _needed(found: Explanation, money: float) -> str:
    """Money that will do: rounded up where the text has fewer digits than the money."""
    steps = 10**found.money_digits
    return _amount(found, float(np.ceil(round(money * steps, 4))) / steps)


def _rule_in_words(found: Explanation, language: Language) -> str:
    parts = []
    for axis, (low, high) in found.rule.items():
        scores = str(low) if low == high else f"{low}-{high}"
        if axis == "fm":
            parts.append(labels.phrase("explain_fm", language, scores=scores))
        else:
            parts.append(f"{axis.upper()} {scores}")
    return ("，" if language == "zh" else ", ").join(parts) or labels.text("explain_any", language)


def _measure_in_words(found: Explanation, measure: Measure, language: Language) -> str:
    """One line: the value, how it was counted, its score, and the nearest cuts."""
    name, value = measure.name, measure.value

    def shown_as(number: float, form: Callable[[Explanation, float], str] = _amount) -> str:
        return form(found, number) if name == "monetary" else f"{number:,.0f}"

    told: dict[str, dict[str, object]] = {
        "recency": {"days": shown_as(value), "date": found.last_date},
        "frequency": {"orders": shown_as(value), "how": labels.text(f"by_{found.orders_by}", language)},
        "monetary": {"money": shown_as(value), "how": _refunds_in_words(found, language)},
    }
    said = [labels.phrase(f"explain_{name}", language, **told[name], score=measure.score, levels=measure.levels)]
    unit = {"recency": "days", "frequency": "orders", "monetary": "money"}[name]
    if measure.next_value is not None:
        cut = {unit: shown_as(measure.next_value, _needed), "more": shown_as(measure.next_value - value, _needed)}
        said.append(labels.phrase(f"explain_{name}_up", language, score=measure.next_score, **cut))
    if measure.lower_value is not None:
        cut = {unit: shown_as(measure.lower_value)}
        if name == "recency":
            cut["date"] = str(found.last_date + dt.timedelta(days=int(measure.lower_value)))
        said.append(labels.phrase(f"explain_{name}_down", language, score=measure.lower_score, **cut))
    return ("；" if language == "zh" else "; ").join(said)


def _refunds_in_words(found: Explanation, language: Language) -> str:
    key = "no_refunds" if found.refunds is None else f"refunds_{found.refunds}"
    return labels.phrase(key, language, refunded=_amount(found, found.refunded))


def _ways_in_words(found: Explanation, language: Language) -> Iterator[str]:
    """One line per segment that can be reached, the cheapest first."""
    if not found.upgrade_paths:
        yield labels.text("way_best" if found.best else "way_none", language)
    by_segment: dict[str, list[UpgradePath]] = {}
    for way in found.upgrade_paths:
        by_segment.setdefault(way.to, []).append(way)
    for to, ways in by_segment.items():
        said = []
        for by, together in groupby(ways, key=lambda way: way.by):
            listed = _either([_way_in_words(found, way, language) for way in together], language)
            if by is not None:
                listed = labels.phrase("way_by", language, way=listed, date=by)
            said.append(listed)
        yield labels.phrase("way_to", language, to=_called(found, to, language), ways=_either(said, language))


def _either(ways: Sequence[str], language: Language) -> str:
    return reduce(lambda one, other: labels.phrase("way_or", language, one=one, other=other), ways)


def _way_in_words(found: Explanation, way: UpgradePath, language: Language) -> str:
    money = _needed(found, way.money)
    if way.orders == 0:
        return labels.phrase("way_addition", language, money=money)
    several = "days" if found.orders_by == "day" else "orders"
    key = "way_order" if way.orders == 1 else f"way_{several}"
    return labels.phrase(key if way.money == 0 else f"{key}_money", language, orders=way.orders, money=money)


def _rows_in_words(found: Explanation, table: Table, comma: str) -> str:
    """Purchases or refunds, each with its date."""
    rows = _frame.open_table(table)
    listed = rows.collect(rows.frame)
    dates = listed["date"].astype("datetime64[D]").tolist()
    return comma.join(f"{day} {_amount(found, money)}" for day, money in zip(dates, listed["amount"], strict=True))
