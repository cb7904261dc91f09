"""`customer_base_audit`: five lenses and the depth of repeat in one call, with a headline for each.

Sources: Fader, Hardie & Ross (2022), The Customer-Base Audit, Wharton School Press (the five lenses); Fourt & Woodlock
(1960), Early prediction of market success for new grocery products, Journal of Marketing 25(2), 31-38 (depth of
repeat); Shapley (1953), A value for n-person games (the change of a product shared among its factors).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np

from crmkit import labels
from crmkit._frame import engines, outputs
from crmkit._periods import Calendar, Period
from crmkit._results import Result
from crmkit._types import Array, Ints, Table
from crmkit.definitions import Definition
from crmkit.errors import ArgumentError, shown
from crmkit.labels import Language
from crmkit.lenses import _counts, _exhibits
from crmkit.lenses._counts import Terms
from crmkit.transactions import open_transactions

_MOST_ORDERS = 10
_MOST_REACHED = 20


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class CustomerBaseAudit(Result):
    """Five lenses on the customers; given by `customer_base_audit`.

    Profit is revenue less cost where every cost is known, and revenue x margin rate otherwise. In every table `revenue`
    and `profit` are those of customers with a purchase in the period; what refunds take from others are `returns`, so
    that total = profit + returns. Tables are in the kind of the transactions.

    Attributes
    ----------
    distribution : table
        Lens 1, the last complete period: a row per tenth of its customers, the best first: `tenth`, `customers`,
        `orders`, `revenue`, `profit`, `profit_share`. Customers of equal profit are in the same tenth.
    by_orders : table
        Lens 1: a row per number of `orders` (10 stands for all above too): `customers`, `revenue`, `profit`.
    change : table
        Lens 2, the last two complete periods: a row per `factor`: `before`, `after`, and `contribution`, its part of
        the change in profit; the parts add up to that change.
    moves : table
        Lens 2: customers "in_both", "only_before", "new" in the second one, or "returned" to it after a pause: `move`,
        `customers`, `profit_before`, `profit_after`.
    cohort : table
        Lens 3: one cohort by period: `period`, `age`, `customers` (the whole cohort), `active`, `active_share`,
        `orders_per_customer` (per active one), `order_value`, `margin_rate`, `profit` = customers x active_share x
        orders_per_customer x order_value x margin_rate, `cumulative_profit` (returns included) per customer,
        `complete`.
    cohorts : table
        Lens 4: the same of every `cohort`.
    whole : table
        Lens 5: `period`, `cohort`, `active`, `orders`, `revenue`, `profit`, `returns`, `total`.
    table : table
        Lens 5 by period: `new`, `customers` (active), `orders_per_customer`, `order_value`, `margin_rate`, `orders`,
        `revenue`, `profit`, `returns`, `total`, `complete`.
    depth : table
        `period`, `depth` ("trial", "first_repeat", "second_repeat", "later_repeats"), `customers`, `purchases` (days),
        `revenue` of these days.
    reached : table
        Depth of repeat so far: `purchase` (1, 2 ... 20), `customers` who got there, `went_on` (share of them who got to
        the next one; those who came lately have had less time).
    definition : Definition
        What profit is, and what is left out.
    findings : mapping
        What the headlines say, by lens.
    """

    distribution: Table
    by_orders: Table
    change: Table
    moves: Table
    cohort: Table
    cohorts: Table
    whole: Table
    table: Table
    depth: Table
    reached: Table
    definition: Definition
    findings: Mapping[str, Mapping[str, Any]]

    def headlines(self, language: Language | None = None) -> list[str]:
        """A sentence per lens with what it found."""
        said = {name: {key: labels.text(value, language) for key, value in places.items()}
                for name, places in self.findings.items()}  # fmt: skip
        return [labels.phrase(f"lens_{name}", language, **places) for name, places in said.items()]

    def text(self, language: Language | None = None) -> str:
        """The headlines, the periods and the definition, as text."""
        return "\n".join(self.headlines(language)) + "\n\n" + Result.text(self, language)


def customer_base_audit(
    transactions: Table,
    *,
    period: Period | Calendar | None = None,
    margin_rate: float | None = None,
    cohort: str | None = None,
) -> CustomerBaseAudit:
    """Audit the customer base: five lenses, each an exact product or sum, with a headline for each.

    Parameters
    ----------
    transactions : Transactions, or table with customer_id, date, amount (and cost)
        Nothing after its `as_of` is seen.
    period : {"year", "quarter", "month"} or Calendar, optional
        Length of the periods and cohorts; by default the longest of which the data hold two complete ones.
    margin_rate : float, optional
        Share of revenue that is profit. By default profit is revenue less cost where every row has one, and revenue
        (margin rate 1) otherwise.
    cohort : str, optional
        The cohort of lens 3, named by its period, such as "2024-Q1"; by default the largest that has
        been followed for a period.

    Returns
    -------
    CustomerBaseAudit
        `distribution`, `by_orders`, `change`, `moves`, `cohort`, `cohorts`, `whole`, `table`, `depth`, `reached`,
        `definition`, and `headlines(language)`.

    Raises
    ------
    ArgumentError
        `period`, `margin_rate` or `cohort` cannot be used.
    DataError
        The data do not hold two complete periods.

    Examples
    --------
    >>> import crmkit as crm
    >>> audit = crm.customer_base_audit(crm.datasets.load_cdnow())
    >>> print(audit.headlines("en")[0])
    In 1998-Q2, 3,317 customers brought 213,330.48; the best tenth of them brought 41.3 % of the profit.
    >>> audit.change.round(2)
                    factor   before    after  contribution
    0            customers  3817.00  3317.00     -33288.45
    1  orders_per_customer     1.73     1.71      -3266.38
    2          order_value    39.77    37.66     -12938.58
    3          margin_rate     1.00     1.00          0.00
    """
    tx = open_transactions(transactions)
    terms, periods = _counts.terms_of(tx, margin_rate), _counts.periods_of(tx, period)
    before, now = (int(place) for place in np.flatnonzero(periods.complete)[-2:])
    with outputs.kept(_counts.customer_periods(tx, periods, terms)) as rows:
        cells = _counts.cells(rows, len(periods))
        current = rows.filter((nw.col("period") == now) & (nw.col("bought") == 1))
        gains, orders = _counts.by_gain(current), _counts.by_orders(current, _MOST_ORDERS)
        moves = _exhibits.moved(_counts.moves(rows, before, now), terms)
    names, complete = periods.names, periods.complete
    depths, reach = _counts.depths(tx, periods, len(_exhibits.DEPTHS))
    table = _exhibits.by_period(cells, names, complete, terms)
    all_cohorts = _exhibits.cohorts(cells, names, complete, terms)
    chosen = all_cohorts["cohort"] == names[_cohort(cells, names, now, cohort)]
    exhibits = {
        "distribution": _exhibits.tenths(gains, terms),
        "by_orders": _by_orders(orders, terms),
        "change": _exhibits.change(_row(table, before), _row(table, now)),
        "moves": moves,
        "cohort": {name: values[chosen] for name, values in all_cohorts.items()},
        "cohorts": all_cohorts,
        "whole": _exhibits.whole(cells, names, terms),
        "table": table,
        "depth": _exhibits.depth(depths, names, terms),
        "reached": _exhibits.reached(reach, _MOST_REACHED),
    }
    basis = "lens_cost" if terms.has_cost else "lens_revenue" if terms.rate == 1 else "lens_rate"
    kept = {"first": names[0], "basis": basis, "rate": f"{terms.rate:g}"}
    definition = Definition("customer_base_audit", tx.as_of, kept)
    findings = _findings(exhibits, names, before, now)
    return CustomerBaseAudit(
        **{name: engines.build(columns, tx.like) for name, columns in exhibits.items()},
        definition=definition,
        findings=findings,
    )


def _cohort(cells: Mapping[str, Ints], names: Any, now: int, asked: str | None) -> int:
    """Place of the cohort that is asked for, or of the largest of those that have been followed."""
    sizes = np.diagonal(cells["n"][1])
    if asked is None:
        return int(np.argmax(sizes[:now]))
    there = [name for name, size in zip(names, sizes, strict=True) if size]
    if asked not in there:
        raise ArgumentError("lens_no_cohort", cohort=asked, cohorts=shown(there, most=8))
    return list(names).index(asked)


def _row(table: Mapping[str, Array], place: int) -> dict[str, float]:
    """The factors of a period and its profit; where nobody bought, the factors are 0."""
    found = {name: float(table[name][place]) for name in (*_exhibits.FACTORS, "profit")}
    return {name: 0.0 if value != value else value for name, value in found.items()}


def _by_orders(found: Mapping[str, Ints], terms: Terms) -> dict[str, Array]:
    return {
        "orders": np.arange(1, _MOST_ORDERS + 1),
        "customers": found["n"],
        "revenue": terms.money(found["money"]),
        "profit": terms.profit(found["money"], found["cost"]),
    }


Places = dict[str, str]


def _findings(exhibits: Mapping[str, Mapping[str, Array]], names: Any, before: int, now: int) -> dict[str, Places]:
    """What each headline says."""
    table, change, reached = exhibits["table"], exhibits["change"], exhibits["reached"]
    profit = table["profit"]
    largest = int(np.argmax(np.abs(change["contribution"])))
    single, places = _compared(exhibits["cohorts"])
    new = exhibits["whole"]
    fresh = new["profit"][(new["period"] == names[now]) & (new["cohort"] == names[now])].sum()
    return {
        "distribution": {
            "period": names[now], "customers": f"{int(table['customers'][now]):,}", "profit": _money(profit[now]),
            "share": _share(exhibits["distribution"]["profit_share"][0]),
        },
        "change": {
            "before": names[before], "after": names[now], "change": f"{profit[now] - profit[before]:+,.2f}",
            "factor": f"factor_{change['factor'][largest]}", "part": f"{change['contribution'][largest]:+,.2f}",
            "both": f"{int(exhibits['moves']['customers'][0]):,}",
        },
        "cohort": _of_cohort(exhibits["cohort"]),
        "one_cohort" if single else "cohorts": places,
        "whole": {"period": names[now], "share": _share(_part(profit[now] - fresh, profit[now]))},
        "depth": {
            "customers": f"{int(reached['customers'][0]):,}", "second": _share(reached["went_on"][0]),
            "third": _share(reached["went_on"][1] if len(reached["went_on"]) > 1 else np.nan),
        },
    }  # fmt: skip


def _of_cohort(cohort: Mapping[str, Array]) -> Places:
    later, whole = cohort["profit"][1:].sum(), cohort["profit"].sum()
    return {
        "cohort": str(cohort["cohort"][0]), "customers": f"{int(cohort['customers'][0]):,}",
        "later": _share(_part(later, whole)),
    }  # fmt: skip


def _compared(cohorts: Mapping[str, Array]) -> tuple[bool, Places]:
    """The first and the last cohort whose first period is over; whether they are one."""
    first = np.flatnonzero((cohorts["age"] == 0) & cohorts["complete"])
    at, to = int(first[0]), int(first[-1])
    value = [_money(cohorts["profit"][place] / cohorts["customers"][place]) for place in (at, to)]
    names = [str(cohorts["cohort"][place]) for place in (at, to)]
    return at == to, {"first": names[0], "last": names[1], "value_first": value[0], "value_last": value[1]}


def _part(part: float, whole: float) -> float:
    return part / whole if whole > 0 else np.nan


def _money(amount: float) -> str:
    return f"{amount:,.2f}"


def _share(part: float) -> str:
    return "-" if part != part else f"{100 * part:.1f} %"
