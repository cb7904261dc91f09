"""How one customer's numbers came about, and what would change them.

`explain` tells for one customer the measures, the cuts around them, the rule that fired, the cheapest ways to a better
segment and the day of the next drop; `ways_up` lists the cheapest way for all customers at once. These are
counterfactuals: apply one to the data, score with the same cuts, and the customer is in the segment that was named.
The cuts are held fixed, and a purchase is judged on its own day, when recency is 0.

Source: Wachter, Mittelstadt & Russell (2018), Counterfactual explanations without opening the black box, Harvard
Journal of Law & Technology 31(2), for the idea; scores being steps, the least change is found exactly.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import groupby
from typing import Any, TypeAlias

import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import NDArray

from crmkit import _checks, _frame, _ids, ageing, customers, labels, pyramid, rfm
from crmkit._frame import engines, outputs
from crmkit.ageing import NEVER, NOBODY, Yardstick
from crmkit.errors import ArgumentError
from crmkit.labels import Language
from crmkit.transactions import Transactions, open_transactions

Ints: TypeAlias = NDArray[np.int64]

LAST_ROWS = 5  # of purchases, and of refunds, that are listed
TOMORROW = 1  # the next day on which anything can be done; what ends then comes too late
ANY = 0  # level of a way that asks for no particular spend
MEASURED = {"recency": ("recency",), "frequency": ("frequency", "orders"), "monetary": ("monetary",)}

# --- one customer -------------------------------------------------------------------------------------------------


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
    >>> from crmkit import datasets
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
class Way:
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
        is the `slip_date`, for who orders on that day does not drop. Later orders lead to the same segment, but from a
        lower one. Of an addition: on which it still leads to `to`. None if the day does not matter.

    Examples
    --------
    >>> from crmkit import datasets
    >>> explain(datasets.load_ten_customers(), "C06").ways[0]
    Way(to='champions', orders=1, money=0.0, by=datetime.date(2025, 1, 1))
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
    slip_date, slip_to : datetime.date and str, or None
        When the segment next drops if nothing is bought, and to which.
    ways : tuple of Way
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

    Examples
    --------
    >>> from crmkit import datasets
    >>> told = explain(datasets.load_ten_customers(), "C06")
    >>> told.segment, told.rule, told.slip_to
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
    slip_date: dt.date | None
    slip_to: str | None
    ways: tuple[Way, ...]
    tier: str
    customers: int
    customers_ahead: int
    next_tier: str | None
    next_tier_money: float | None
    purchases: Any
    refund_rows: Any
    own_labels: Mapping[str, str]
    own_cuts: bool
    money_digits: int
    language: Language

    def text(self, language: Language | None = None) -> str:
        """The explanation as lines of text.

        Examples
        --------
        >>> from crmkit import datasets
        >>> print(explain(datasets.load_ten_customers(), "C06").text("zh").splitlines()[1])
        客户群：潜在忠诚客户（R 4-5，F 与 M 的均值 2-3）
        """
        return "\n".join(_lines(self, language or self.language))

    def __repr__(self) -> str:
        """The text in the explanation's language."""
        return self.text()


def explain(
    transactions: Any,
    customer: Any,
    *,
    bins: int = 5,
    scheme: str | rfm.Rules = "eleven",
    tiers: str | Mapping[str, float] = "textbook",
    scorer: rfm.Scorer | None = None,
    language: Language = "en",
) -> Explanation:
    """Tell how one customer's scores, segment and tier came about, and what would change them.

    With the same settings it says what `crmkit.score_customers` lists. All ways up and down hold the cuts fixed.

    Parameters
    ----------
    transactions : Transactions, or table with customer_id, date, amount (and order_id ...)
        Nothing after its `as_of` is seen.
    customer : str or int
        The customer's id, as it stands in the data.
    bins : int, default 5
        Levels of the scores, cut by quantiles of all customers.
    scheme : "eleven", "eight", or rules, default "eleven"
        Segments, as in `crmkit.rfm.segment`, a table of rules included. For ways up, rules of your own count as written
        best segment first.
    tiers : name, or mapping of tier to share, default "textbook"
        Tiers of the customer pyramid by spend, as in `crmkit.pyramid.assign_tiers`.
    scorer : crmkit.rfm.Scorer, optional
        A fitted scorer, whose cuts are used in place of those of `bins`: of methods "quantile", "bands", "mean",
        "median", or with cuts of your own.
    language : {"en", "zh"}, default "en"
        Language of the text.

    Returns
    -------
    Explanation
        Print it, or read its fields.

    Raises
    ------
    DataError
        No purchase has this customer id; the message names ids near to it.
    ArgumentError
        A setting is unknown, or settings contradict each other; before any row is read.
    ColumnError
        As `Transactions` raises it for a plain table.

    Examples
    --------
    >>> from crmkit import datasets
    >>> print(explain(datasets.load_ten_customers(), "C06"))
    Customer C06, as of 2024-12-31
    Segment: Potential loyalists (R 4-5, mean of F and M 2-3)
    Recency: 30 (days since 2024-12-01): R 4 of 5; R 5 up to 10; R 3 from 2025-01-01 on if nothing is bought
    Frequency: 5 (distinct orders): F 4 of 5; F 5 from 6 on (1 more); F 3 up to 4
    Spend: 250.00 (no refunds): M 3 of 5; M 4 from 400.00 on (150.00 more); M 2 up to 249.99
    Tier: Small; 5 of 10 customers spent more, 50.00 more would make it Ordinary
    Way up to Champions: one more order of any amount by 2025-01-01
    Way up to Loyal: 150.00 more on the orders placed so far by 2025-01-20
    Way down: Need attention on 2025-01-01 if nothing is bought (days left: 1)
    Last purchases: 2024-12-01 50.00, 2024-11-01 50.00, ...
    The cuts are those of all 10 customers and are held fixed; a purchase is judged on its own day.
    """
    _refuse_settings(bins, scheme, tiers, scorer, language)
    tx = open_transactions(transactions)
    listed = outputs.keep(customers.summarize(tx))
    own = _own_row(listed, customer)
    yardstick = _yardstick(listed, bins, scheme, scorer)
    facts = _Facts.of(yardstick, tx, own)
    table = _frame.open_table(listed, numbers=["monetary"])
    (spends,) = table.arrays("monetary")
    days, code = yardstick.next_change([facts.recency], [facts.f], [facts.m])
    rows = _own_rows(tx, own["customer_id"])
    refund = rows["bought"] == 0
    segment, rule = rfm.rule_of((facts.r, facts.f, facts.m), scheme=scheme, bins=yardstick.bins)
    tier, next_tier, more = _tiers(spends, facts, tiers)
    return Explanation(
        customer_id=own["customer_id"],
        as_of=tx.as_of,
        first_date=_checks.date_of(own["first_date"]),
        last_date=_checks.date_of(own["last_date"]),
        measures=tuple(_measure(yardstick.scorer, name, value, facts.per) for name, value in facts.values().items()),
        orders_by="order" if "order" in tx.roles else "day",
        refunds=tx.policy.refunds if refund.any() or tx.policy.refunds == "drop" else None,
        refunded=-float(rows["money"][refund].sum()) / tx.scale,
        segment=segment,
        best=segment == yardstick.segments[0],
        rule=rule,
        slip_date=_date_after(tx.as_of, int(days[0])),
        slip_to=None if code[0] == NOBODY else yardstick.segments[code[0]],
        ways=_ways(yardstick, facts, tx.as_of, int(days[0])),
        tier=tier,
        customers=len(spends),
        customers_ahead=int((spends > own["monetary"]).sum()),
        next_tier=next_tier,
        next_tier_money=more,
        purchases=engines.build(_last_of(tx, rows, ~refund), tx.like),
        refund_rows=engines.build(_last_of(tx, rows, refund & (tx.policy.refunds == "net")), tx.like),
        own_labels={key: word for key, word in yardstick.words().items() if word != labels.text(key)},
        own_cuts=scorer is None,
        money_digits=len(str(facts.per)) - 1 if tx.guard == 1 else 2,
        language=language,
    )


@dataclass(frozen=True, slots=True)
class _Facts:
    """The measures of one customer in whole steps (money in units of 1 / per), and the scores."""

    recency: int
    orders: int
    units: int
    per: int
    r: int
    f: int
    m: int

    @classmethod
    def of(cls, yardstick: Yardstick, tx: Transactions, own: Mapping[str, Any]) -> _Facts:
        per = _units_per_money(tx)
        values = {name: [float(own[name])] for name in rfm.MEASURES}
        r, f, m = (int(yardstick.scorer.points(name, value)[0]) for name, value in values.items())
        return cls(int(own["recency"]), int(own["frequency"]), round(own["monetary"] * per), per, r, f, m)

    def values(self) -> dict[str, int]:
        return {"recency": self.recency, "frequency": self.orders, "monetary": self.units}


def _refuse_settings(bins: int, scheme: Any, tiers: Any, scorer: rfm.Scorer | None, language: Language) -> None:
    """A wrong setting comes to light before any work."""
    _checks.count("bins", bins, least=2)
    _checks.choice("language", language, labels.LANGUAGES)
    pyramid.assign_tiers({"monetary": [1.0]}, scheme=tiers)
    if scorer is None:
        measures = {name: [1.0] for name in rfm.MEASURES}
        Yardstick.of(rfm.Scorer(bins=bins).fit(measures), scheme)
        return
    Yardstick.of(scorer, scheme)
    for measure, known in MEASURED.items():
        scorer.points(measure, [])
        if scorer.columns[measure] not in known:
            raise ArgumentError(
                f"the scorer reads {measure} from {scorer.columns[measure]!r}, which a purchase does not change as it "
                f"changes {known[0]!r}. Fit one with {measure}={known[0]!r}."
            )
    if bins not in (5, scorer.bins):
        raise ArgumentError(f"bins={bins} and the scorer given (bins={scorer.bins}) contradict. Give one of them.")


def _yardstick(listed: Any, bins: int, scheme: str | rfm.Rules, scorer: rfm.Scorer | None) -> Yardstick:
    return Yardstick.of(scorer or rfm.Scorer(bins=bins).fit(listed), scheme)


def _units_per_money(tx: Transactions) -> int:
    """Units per 1 of currency in which spend is whole."""
    return tx.scale // tx.guard


def _own_row(listed: Any, customer: Any) -> dict[str, Any]:
    """The summary of one customer."""
    table = _frame.open_table(listed)
    rows = table.frame.filter(nw.col("customer_id") == _ids.plain_id(table.frame, customer))
    found = table.collect(rows.select("customer_id", "first_date", "last_date", *rfm.MEASURES))
    if not len(found["customer_id"]):
        raise _ids.unknown(table.frame, customer)
    return {name: column.tolist()[0] if name == "customer_id" else column[0] for name, column in found.items()}


def _own_rows(tx: Transactions, customer: Any) -> dict[str, Any]:
    """The customer's rows, added up to orders (or days), the latest first; refunds apart."""
    keys = ["day", "bought", *(["order_id"] if "order" in tx.roles else [])]
    rows = tx.rows().filter(nw.col("customer_id") == customer)
    found = engines.collect(rows.group_by(*keys).agg(nw.col("money").sum().cast(nw.Int64)))
    by = (
        [found["bought"], found["day"]]
        if len(keys) == 2
        else [found["order_id"].astype(str), found["bought"], found["day"]]
    )
    order = np.lexsort(by)[::-1]
    return {name: column[order] for name, column in found.items()}


def _last_of(tx: Transactions, rows: Mapping[str, Any], chosen: NDArray[np.bool_]) -> dict[str, Any]:
    """The last of the rows that are chosen, ready to be read."""
    kept = {name: column[chosen][:LAST_ROWS] for name, column in rows.items()}
    ids = {"order_id": kept["order_id"]} if "order_id" in kept else {}
    date = kept["day"].astype("datetime64[D]")
    return {"date": date, **ids, "amount": kept["money"].astype(float) / tx.scale}


# --- cuts ---------------------------------------------------------------------------------------------------------


def _edge(scorer: rfm.Scorer, measure: str, level: int, per: int) -> int | None:
    """The worst whole number of steps (days, orders, 1 / per of money) that earns a score; None if nothing does."""
    cut = scorer.ladders_[measure][()].cuts[level - 2]
    if not np.isfinite(cut):
        return None
    near = int(np.floor(cut * per)) + np.arange(-2, 4)
    earned = near[scorer.points(measure, near / per) >= level].tolist()
    return int(max(earned) if measure == "recency" else min(earned))


def _measure(scorer: rfm.Scorer, name: str, steps: int, per: int) -> Measure:
    """A measure with the cuts around it; `steps` are whole days, orders or units of money."""
    per = per if name == "monetary" else 1
    (score,) = scorer.points(name, [steps / per]).tolist()
    levels = len(scorer.ladders_[name][()].cuts) + 1
    better = _edge(scorer, name, score + 1, per) if score < levels else None
    lower = _edge(scorer, name, score, per) if score > 1 else None
    if lower is not None:
        lower += 1 if name == "recency" else -1
    least = {"recency": 0, "frequency": 1, "monetary": None}[name]
    better, lower = (None if edge is None or (least is not None and edge < least) else edge for edge in (better, lower))
    return Measure(
        name=name,
        value=steps / per,
        score=score,
        levels=levels,
        next_score=_points(scorer, name, better, per),
        next_value=None if better is None else better / per,
        lower_score=_points(scorer, name, lower, per),
        lower_value=None if lower is None else lower / per,
    )


def _points(scorer: rfm.Scorer, measure: str, steps: int | None, per: int) -> int | None:
    return None if steps is None else int(scorer.points(measure, [steps / per])[0])


# --- ways up ------------------------------------------------------------------------------------------------------


def _order_ways(yardstick: Yardstick, orders: Ints, m: Ints, spends: Sequence[int | None], per: int) -> Iterator[Any]:
    """All changes by further orders that can matter: orders, level of spend (or ANY), segment reached; arrays.

    Scores are steps, so the least change is at the foot of one: the orders that reach a level of F and the spend that
    reaches a level of M. They come by fewest orders, then by least spend, for each customer alike.
    """
    scorer = yardstick.scorer
    (fresh,) = scorer.points("recency", [0.0])
    feet = [_edge(scorer, "frequency", level, 1) for level in range(2, len(scorer.ladders_["frequency"][()].cuts) + 2)]
    for foot in [0, *(foot for foot in feet if foot is not None)]:
        more = np.maximum(foot - orders, 1)
        f = scorer.points("frequency", orders + more)
        for level, after in _spend_levels(scorer, m, spends, per):
            yield more, level, yardstick.code(fresh, f, after)


def _spend_levels(scorer: rfm.Scorer, m: Ints, spends: Sequence[int | None], per: int) -> Iterator[tuple[Ints, Ints]]:
    """Levels of spend to aim at, the least first, and the score of M that each gives."""
    yield np.full(len(m), ANY), m
    for level, units in enumerate(spends, start=2):
        if units is not None:
            above = level > m
            (earned,) = scorer.points("monetary", [units / per])
            yield np.where(above, level, ANY), np.where(above, earned, m)


def _spends(scorer: rfm.Scorer, per: int) -> list[int | None]:
    """The least units of money that earn score 2, 3, ... of M."""
    return [_edge(scorer, "monetary", level, per) for level in range(2, len(scorer.ladders_["monetary"][()].cuts) + 2)]


def _ways(yardstick: Yardstick, facts: _Facts, as_of: dt.date, days_left: int) -> tuple[Way, ...]:
    """Every least change of one customer that leads to a better segment."""
    spends = _spends(yardstick.scorer, facts.per)
    now = int(yardstick.code(facts.r, facts.f, facts.m))
    orders, m = np.array([facts.orders]), np.array([facts.m])
    by_orders = {
        (int(code[0]), int(more[0]), _missing(spends, int(level[0]), facts.units)): days_left
        for more, level, code in _order_ways(yardstick, orders, m, spends, facts.per)
    }
    additions = {}
    for level, after in _spend_levels(yardstick.scorer, m, spends, facts.per):
        code = int(yardstick.code(facts.r, facts.f, after)[0])
        change, _ = yardstick.next_change([facts.recency], [facts.f], after)
        if change[0] != TOMORROW:
            last = NEVER if change[0] == NEVER else int(change[0]) - 1
            additions[code, 0, _missing(spends, int(level[0]), facts.units)] = last
    found = [
        Way(yardstick.segments[code], orders, units / facts.per, _date_after(as_of, by))
        for ways in (by_orders, additions)
        for (code, orders, units), by in ways.items()
        if code < now and not any(_beats(other, (code, orders, units)) for other in ways)
    ]
    return tuple(sorted(found, key=lambda way: (way.orders == 0, way.orders, way.money)))


def _beats(other: tuple[int, int, int], way: tuple[int, int, int]) -> bool:
    """Whether another way leads at least as high for no more orders and no more money."""
    return other != way and all(theirs <= ours for theirs, ours in zip(other, way, strict=True))


def _missing(spends: Sequence[int | None], level: int, units: int) -> int:
    """Units of money that are missing to a level of spend."""
    target = None if level == ANY else spends[level - 2]
    return 0 if target is None else target - units


def _date_after(as_of: dt.date, days: int) -> dt.date | None:
    return None if days == NEVER else as_of + dt.timedelta(days=days)


def ways_up(
    transactions: Any,
    *,
    bins: int = 5,
    scheme: str | rfm.Rules = "eleven",
    scorer: rfm.Scorer | None = None,
    language: Language = "en",
) -> Any:
    """List for every customer the cheapest way to a better segment: orders, money, and by when.

    Cheapest is the fewest further orders, at least one, and of these the least money. The cuts are held fixed, and the
    customer is scored on the day of the last of these orders, when recency is 0. A second way adds money to orders
    already placed (a larger basket, an extra delivered with it): orders and recency stay as they are.

    Parameters
    ----------
    transactions : Transactions, or table with customer_id, date, amount (and order_id ...)
        Nothing after its `as_of` is seen.
    bins, scheme, scorer, language
        As for `explain`. Of the segments of your own rules, those written first count as better.

    Returns
    -------
    table, n_customers rows
        In the kind that came in, sorted by customer_id where the kind has an order: `customer_id`, `recency`,
        `frequency`, `monetary`, `segment`, `segment_label`;
        by orders: `up_to` and `up_to_label` (the segment reached), `up_orders` (further orders; without order ids each
        on a day of its own), `up_money` (the least that they must bring together; 0: any amount will do) and `up_by`
        (the last day for the first of them: on that day the customer drops without it, see `ageing.slip_dates`);
        by an addition: `add_to`, `add_to_label`, `add_money`, and `add_by` (the last day on which it leads there).
        Missing where there is no such way, dates also where no day matters.

    Raises
    ------
    ArgumentError
        A setting is unknown, or settings contradict each other; before any row is read.
    ColumnError, DataError
        As `Transactions` raises them for a plain table.

    Examples
    --------
    >>> from crmkit import datasets
    >>> ways = ways_up(datasets.load_ten_customers())
    >>> ways[["customer_id", "up_to", "up_orders", "up_money", "up_by"]].iloc[[3, 5, 9]]
      customer_id      up_to  up_orders  up_money      up_by
    3         C04  champions        2.0    2600.0 2025-01-11
    5         C06  champions        1.0       0.0 2025-01-01
    9         C10        new        1.0       0.0 2025-01-01
    """
    _refuse_settings(bins, scheme, "textbook", scorer, language)
    tx = open_transactions(transactions)
    listed = outputs.keep(customers.summarize(tx))
    yardstick = _yardstick(listed, bins, scheme, scorer)
    table = _frame.open_table(yardstick.segment(listed, language=language))
    keys = ["recency", "frequency", "m_score"]
    cells = _frame.Table(table.frame.select(*keys)).cells(keys)
    found = {name: cells[name] for name in keys} | _cheapest(yardstick, cells, _units_per_money(tx))
    frame = ageing.look_up(
        table,
        keys,
        found,
        yardstick.words(language),
        tx.as_of,
        dates=["up_by", "add_by"],
        to=["up_to", "add_to"],
    )
    own = ["customer_id", *rfm.MEASURES, "segment", "segment_label"]
    spends = _spends(yardstick.scorer, _units_per_money(tx))
    return table.give_back(
        frame.select(
            *own,
            *("up_to", "up_to_label", "up_orders", _money("up", spends, tx), "up_by"),
            *("add_to", "add_to_label", _money("add", spends, tx), "add_by"),
        )
    )


def _cheapest(yardstick: Yardstick, cells: Mapping[str, Any], per: int) -> dict[str, Ints]:
    """Of each cell of recency, orders and score of M: the first way by orders, and by an addition; -1 for none."""
    scorer, spends = yardstick.scorer, _spends(yardstick.scorer, per)
    orders, m = (np.asarray(cells[name], dtype=np.int64) for name in ("frequency", "m_score"))
    f, r = scorer.points("frequency", orders), scorer.points("recency", cells["recency"])
    now = yardstick.code(r, f, m)
    up_to, up_orders, up_level, add_to, add_level, add_by = (np.full(len(m), -1) for _ in range(6))
    for more, level, code in _order_ways(yardstick, orders, m, spends, per):
        first = (code < now) & (up_to == NOBODY)
        up_to[first], up_orders[first], up_level[first] = code[first], more[first], level[first]
    for level, after in _spend_levels(scorer, m, spends, per):
        code = yardstick.code(r, f, after)
        change, _ = yardstick.next_change(cells["recency"], f, after)
        first = (code < now) & (change != TOMORROW) & (add_to == NOBODY)
        add_to[first], add_level[first] = code[first], level[first]
        add_by[first] = np.where(change == NEVER, NEVER, change - 1)[first]
    slip, _ = yardstick.next_change(cells["recency"], f, m)
    return {
        "up_to": up_to,
        "up_orders": up_orders,
        "up_level": up_level,
        "up_by": np.where(up_to == NOBODY, NEVER, slip),
        "add_to": add_to,
        "add_level": add_level,
        "add_by": add_by,
    }


def _money(way: str, spends: Sequence[int | None], tx: Transactions) -> nw.Expr:
    """Money that is missing to a way's level of spend, from the customer's own."""
    per = _units_per_money(tx)
    units = (nw.col("monetary") * per + 0.5).floor().cast(nw.Int64)
    known = {ANY: 0, **{level: units for level, units in enumerate(spends, start=2) if units is not None}}
    level = nw.col(f"{way}_level")
    target = level.replace_strict(list(known), list(known.values()), default=nw.lit(None), return_dtype=nw.Int64)
    missing = nw.when(level == ANY).then(0).otherwise(target - units)
    # By a column, as in customers.money_of: polars multiplies by 1 / number instead.
    return (missing / (units * 0 + per)).alias(f"{way}_money")


# --- tiers --------------------------------------------------------------------------------------------------------


def _tiers(spends: NDArray[np.float64], facts: _Facts, tiers: Any) -> tuple[str, str | None, float | None]:
    """The customer's tier, the better one that more spend would reach, and the least money for it."""
    names = list(pyramid.SCHEMES[tiers] if isinstance(tiers, str) else map(str, tiers))
    others = np.delete(spends, int(np.argmax(spends == facts.units / facts.per)))

    def ranks_with(more: int) -> Ints:
        """Positions of all tiers, the customer's own last, if he had spent so many units more."""
        spend: Any = {"monetary": np.append(others, (facts.units + more) / facts.per)}
        assigned = pyramid.assign_tiers(spend, scheme=tiers)["tier"]
        return np.array([names.index(name) for name in np.asarray(assigned).tolist()])

    ranks = ranks_with(0)
    now = int(ranks[-1])
    # As much as the least of those in a better tier, or more than everybody.
    above = others[ranks[:-1] < now]
    enough = round(float(np.min(above)) * facts.per) if len(above) else round(float(np.max(spends)) * facts.per) + 1
    enough, too_little = max(enough - facts.units, 1), 0
    if ranks_with(enough)[-1] >= now:
        return names[now], None, None
    middle = enough - 1  # mostly that is the least; where shares are of value, a little less may do
    while enough - too_little > 1:  # more spend never means a worse tier
        if ranks_with(middle)[-1] < now:
            enough = middle
        else:
            too_little = middle
        middle = (too_little + enough) // 2
    return names[now], names[ranks_with(enough)[-1]], enough / facts.per


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
        tier=labels.text(found.tier, language),
        ahead=f"{found.customers_ahead:,}",
        customers=f"{found.customers:,}",
    )
    if found.next_tier is not None and found.next_tier_money is not None:
        tier = labels.text(found.next_tier, language)
        ahead += comma + say("explain_tier_up", money=_needed(found, found.next_tier_money), tier=tier)
    yield ahead
    yield from _ways_in_words(found, language)
    if found.slip_date is None or found.slip_to is None:
        yield say("way_stays")
    else:
        days = (found.slip_date - found.as_of).days
        yield say("way_down", to=_called(found, found.slip_to, language), date=found.slip_date, days=days)
    yield say("explain_purchases", purchases=_rows_in_words(found, found.purchases, comma))
    refunds = _rows_in_words(found, found.refund_rows, comma)
    if refunds:
        yield say("explain_refunds", refunds=refunds)
    own = "explain_cuts_alone" if found.customers == 1 else "explain_cuts_own"
    yield say(own if found.own_cuts else "explain_cuts_given", customers=f"{found.customers:,}")


def _called(found: Explanation, segment: str, language: Language) -> str:
    """What people read for a segment."""
    return found.own_labels.get(segment) or labels.text(segment, language)


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
    if not found.ways:
        yield labels.text("way_best" if found.best else "way_none", language)
    by_segment: dict[str, list[Way]] = {}
    for way in found.ways:
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


def _way_in_words(found: Explanation, way: Way, language: Language) -> str:
    money = _needed(found, way.money)
    if way.orders == 0:
        return labels.phrase("way_addition", language, money=money)
    several = "days" if found.orders_by == "day" else "orders"
    key = "way_order" if way.orders == 1 else f"way_{several}"
    return labels.phrase(key if way.money == 0 else f"{key}_money", language, orders=way.orders, money=money)


def _rows_in_words(found: Explanation, table: Any, comma: str) -> str:
    """Purchases or refunds, each with its date."""
    rows = _frame.open_table(table)
    listed = rows.collect(rows.frame)
    dates = listed["date"].astype("datetime64[D]").tolist()
    return comma.join(f"{day} {_amount(found, money)}" for day, money in zip(dates, listed["amount"], strict=True))
