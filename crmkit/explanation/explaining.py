"""One customer, explained."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np

from crmkit import _checks, _frame, _ids, customers, labels, loyalty, pyramid, rfm
from crmkit._frame import engines, outputs
from crmkit._rfm.measures import MEASURES
from crmkit._types import Bools, Floats, Id, Ints, Table
from crmkit.basket.recommending import next_products
from crmkit.downgrades import NEVER, NOBODY, FrozenScheme
from crmkit.explanation._cuts import (
    ANY,
    TOMORROW,
    edge,
    frozen_scheme_of,
    order_ways,
    points_of,
    refuse_settings,
    spend_levels,
    spends_of,
    units_per_money,
)
from crmkit.explanation._told import Explanation, Measure, UpgradePath
from crmkit.labels import Language
from crmkit.transactions import Transactions, open_transactions

LAST_ROWS = 5  # of purchases, and of refunds, that are listed


def explain(
    transactions: Table,
    customer_id: Id,
    *,
    bins: int = 5,
    scheme: str | rfm.Rules = "eleven",
    tiers: str | Mapping[str, float] = "textbook",
    scorer: rfm.Scorer | None = None,
    survey: Table = None,
    next_product: bool = False,
    language: Language | None = None,
) -> Explanation:
    """Tell how one customer's scores, segment and tier came about, and what would change them.

    With the same settings it says what `crmkit.score_customers` lists. All ways up and down hold the cuts fixed.

    Parameters
    ----------
    transactions : Transactions, or table with customer_id, date, amount (and order_id ...)
        Nothing after its `as_of` is seen.
    customer_id : str or int
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
    survey : table, optional
        Tells also what the customer last answered, and the type of loyalty, as `crmkit.loyalty.add_loyalty` finds it.
    next_product : bool, default False
        Tells also what the customer is likeliest to buy next, as `crmkit.basket.recommend` finds it.
    language : {"en", "zh"}, optional
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
    Upgrade to Champions: one more order of any amount by 2025-01-01
    Upgrade to Loyal: 150.00 more on the orders placed so far by 2025-01-20
    Downgrade: Need attention on 2025-01-01 if nothing is bought (days left: 1)
    Last purchases: 2024-12-01 50.00, 2024-11-01 50.00, ...
    The cuts are those of all 10 customers and are held fixed; a purchase is judged on its own day.
    """
    language = labels.resolve(language)
    refuse_settings(bins, scheme, tiers, scorer, language)
    tx = open_transactions(transactions)
    listed = outputs.keep(customers.summarize(tx))
    own = _own_row(listed, customer_id)
    frozen = frozen_scheme_of(listed, bins, scheme, scorer)
    facts = _Facts.of(frozen, tx, own)
    table = _frame.open_table(listed, numbers=["monetary"])
    (spends,) = table.arrays("monetary")
    days, code = frozen.next_change([facts.recency], [facts.f], [facts.m])
    rows = _own_rows(tx, own["customer_id"])
    refund = rows["bought"] == 0
    segment, rule = rfm.rule_of((facts.r, facts.f, facts.m), scheme=scheme, bins=frozen.bins)
    tier, next_tier, more = _tiers(spends, facts, tiers)
    return Explanation(
        customer_id=own["customer_id"],
        as_of=tx.as_of,
        first_date=_checks.date_of(own["first_date"]),
        last_date=_checks.date_of(own["last_date"]),
        measures=tuple(_measure(frozen.scorer, name, value, facts.per) for name, value in facts.values().items()),
        orders_by="order" if "order" in tx.roles else "day",
        refunds=tx.policy.refunds if refund.any() or tx.policy.refunds == "drop" else None,
        refunded=-float(tx.money(rows["money"][refund].sum())),
        segment=segment,
        best=segment == frozen.segments[0],
        rule=rule,
        downgrade_date=_date_after(tx.as_of, int(days[0])),
        next_segment=None if code[0] == NOBODY else frozen.segments[code[0]],
        upgrade_paths=_upgrade_paths(frozen, facts, tx.as_of, int(days[0])),
        tier=tier,
        customers=len(spends),
        customers_ahead=int((spends > own["monetary"]).sum()),
        next_tier=next_tier,
        next_tier_money=more,
        purchases=engines.build(_last_of(tx, rows, ~refund), tx.like),
        refund_rows=engines.build(_last_of(tx, rows, refund & (tx.policy.refunds == "net")), tx.like),
        own_labels={key: word for key, word in frozen.words().items() if word != labels.segment(key)},
        own_cuts=scorer is None,
        money_digits=len(str(facts.per)) - 1 if tx.guard == 1 else 2,
        language=language,
        **_loyalty(listed, survey, own["customer_id"]),
        next_product=next_products(tx).get(own["customer_id"]) if next_product else None,
    )


def _loyalty(listed: Any, survey: Table, customer: Any) -> dict[str, Any]:
    """What the customer last answered, and their type of loyalty; nothing without a survey."""
    if survey is None:
        return {}
    table = _frame.open_table(loyalty.add_loyalty(listed, survey))
    found = table.collect(table.frame.filter(nw.col("customer_id") == customer).select("satisfaction", "loyalty_type"))
    answer = float(found["satisfaction"][0]) if found["satisfaction"][0] is not None else float("nan")
    return {"satisfaction": answer if answer == answer else None, "loyalty_type": str(found["loyalty_type"][0])}


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
    def of(cls, frozen: FrozenScheme, tx: Transactions, own: Mapping[str, Any]) -> _Facts:
        per = units_per_money(tx)
        values = {name: [float(own[name])] for name in MEASURES}
        r, f, m = (int(frozen.scorer.points(name, value)[0]) for name, value in values.items())
        return cls(int(own["recency"]), int(own["frequency"]), round(own["monetary"] * per), per, r, f, m)

    def values(self) -> dict[str, int]:
        return {"recency": self.recency, "frequency": self.orders, "monetary": self.units}


def _own_row(listed: Any, customer: Any) -> dict[str, Any]:
    """The summary of one customer."""
    table = _frame.open_table(listed)
    rows = table.frame.filter(nw.col("customer_id") == _ids.plain_id(table.frame, customer))
    found = table.collect(rows.select("customer_id", "first_date", "last_date", *MEASURES))
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


def _last_of(tx: Transactions, rows: Mapping[str, Any], chosen: Bools) -> dict[str, Any]:
    """The last of the rows that are chosen, ready to be read."""
    kept = {name: column[chosen][:LAST_ROWS] for name, column in rows.items()}
    ids = {"order_id": kept["order_id"]} if "order_id" in kept else {}
    date = kept["day"].astype("datetime64[D]")
    return {"date": date, **ids, "amount": tx.money(kept["money"])}


def _measure(scorer: rfm.Scorer, name: str, steps: int, per: int) -> Measure:
    """A measure with the cuts around it; `steps` are whole days, orders or units of money."""
    per = per if name == "monetary" else 1
    (score,) = scorer.points(name, [steps / per]).tolist()
    levels = len(scorer.cutpoints_[name][()].cuts) + 1
    better = edge(scorer, name, score + 1, per) if score < levels else None
    lower = edge(scorer, name, score, per) if score > 1 else None
    if lower is not None:
        lower += 1 if name == "recency" else -1
    least = {"recency": 0, "frequency": 1, "monetary": None}[name]
    better, lower = (None if edge is None or (least is not None and edge < least) else edge for edge in (better, lower))
    return Measure(
        name=name,
        value=steps / per,
        score=score,
        levels=levels,
        next_score=points_of(scorer, name, better, per),
        next_value=None if better is None else better / per,
        lower_score=points_of(scorer, name, lower, per),
        lower_value=None if lower is None else lower / per,
    )


def _upgrade_paths(frozen: FrozenScheme, facts: _Facts, as_of: dt.date, days_left: int) -> tuple[UpgradePath, ...]:
    """Every least change of one customer that leads to a better segment."""
    spends = spends_of(frozen.scorer, facts.per)
    now = int(frozen.code(facts.r, facts.f, facts.m))
    orders, m = np.array([facts.orders]), np.array([facts.m])
    by_orders = {
        (int(code[0]), int(more[0]), _missing(spends, int(level[0]), facts.units)): days_left
        for more, level, code in order_ways(frozen, orders, m, spends, facts.per)
    }
    additions = {}
    for level, after in spend_levels(frozen.scorer, m, spends, facts.per):
        code = int(frozen.code(facts.r, facts.f, after)[0])
        change, _ = frozen.next_change([facts.recency], [facts.f], after)
        if change[0] != TOMORROW:
            last = NEVER if change[0] == NEVER else int(change[0]) - 1
            additions[code, 0, _missing(spends, int(level[0]), facts.units)] = last
    found = [
        UpgradePath(frozen.segments[code], orders, units / facts.per, _date_after(as_of, by))
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


def _tiers(spends: Floats, facts: _Facts, tiers: Table) -> tuple[str, str | None, float | None]:
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
