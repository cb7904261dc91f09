"""Workbooks that count transactions: retention and revenue by period, cohorts, baskets, moves between groups."""

from __future__ import annotations

import itertools
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np

from crmkit import labels
from crmkit._customer_periods import periods_of
from crmkit._frame import engines, open_table
from crmkit._types import Table
from crmkit.basket import pairs
from crmkit.errors import DataError
from crmkit.labels import Language
from crmkit.retention import cohorts, rates, revenue_movements
from crmkit.teaching._sheets import Sheet, absolute, letters, on
from crmkit.transactions import open_transactions

PERCENT, MONEY = "0.0%", "#,##0.00"
ITEMS, LIMIT = 6, 3000  # items of the basket workbook, and most rows of a sheet that is counted by COUNTIFS


def _read(table: Table, order: str | None = None) -> dict[str, Any]:
    opened = open_table(table)
    found = opened.collect(opened.frame)
    if order is None:
        return found
    rows = np.argsort(found[order].astype(str), kind="stable")
    return {name: values[rows] for name, values in found.items()}


def retention_sheets(transactions: Table, language: Language) -> list[Sheet]:
    """Retention and churn of customers with Wilson's interval, gross and net retention of revenue."""
    tx = open_transactions(transactions)
    people, revenue = _read(rates(tx).table, "period"), _read(revenue_movements(tx).table, "period")
    rows = np.flatnonzero(people["complete"] & ~np.isnan(people["start"].astype(float)) & (people["start"] > 0))
    if not len(rows):
        raise DataError("teaching_too_little")
    people, revenue = ({name: values[rows] for name, values in table.items()} for table in (people, revenue))
    page, money = (Sheet(labels.text(key, language), language) for key in ("sheet_retention", "sheet_revenue"))
    for at, name in enumerate(("period", "start", "new", "reactivated", "end")):
        page.column(0, at, name, people[name])
    z = "NORMSINV(0.975)"
    page.column(0, 5, "lost", people["lost"], lambda r: f"=B{r}+C{r}+D{r}-E{r}")
    page.column(0, 6, "retention_rate", people["retention_rate"], lambda r: f"=(B{r}-F{r})/B{r}", digits=PERCENT)
    page.column(0, 7, "churn_rate", people["churn_rate"], lambda r: f"=1-G{r}", digits=PERCENT)

    def end(sign: str) -> Any:
        half = "{z}*SQRT((B{r}-F{r})*F{r}/B{r}+{z}^2/4)"
        text = "=MAX(0,MIN(1,((B{r}-F{r})+{z}^2/2" + sign + half + ")/(B{r}+{z}^2)))"
        return lambda r: text.format(r=r, z=z)

    page.column(0, 8, "retention_low", people["retention_low"], end("-"), digits=PERCENT)
    page.column(0, 9, "retention_high", people["retention_high"], end("+"), digits=PERCENT)
    page.column(
        0, 10, "ws_mean_lifetime", _inverse(people["churn_rate"]), lambda r: f'=IF(H{r}=0,"",1/H{r})', digits="0.00"
    )
    for at, name in enumerate(("period", "start", "new", "reactivated", "expansion", "contraction", "churned")):
        money.column(0, at, name, revenue[name], digits=MONEY if at else None)
    money.column(0, 7, "end", revenue["end"], lambda r: f"=B{r}+C{r}+D{r}+E{r}-F{r}-G{r}", digits=MONEY)
    money.column(0, 8, "grr", revenue["grr"], lambda r: f"=(B{r}-G{r}-F{r})/B{r}", digits=PERCENT)
    money.column(0, 9, "nrr", revenue["nrr"], lambda r: f"=(B{r}-G{r}-F{r}+E{r})/B{r}", digits=PERCENT)
    return [page, money]


def _inverse(churn: Any) -> list[float | str]:
    return ["" if rate == 0 else float(1 / rate) for rate in churn]


def cohort_sheets(transactions: Table, language: Language) -> list[Sheet]:
    """Customers by month of first purchase and by age, counted by COUNTIFS, and the triangle of rates."""
    tx = open_transactions(transactions)
    periods = periods_of(tx, "month")
    found = engines.collect(
        periods.join(tx.rows()).filter(nw.col("bought") == 1).group_by("customer_id", "period").agg(n=nw.len())
    )
    refuse_more(len(found["n"]), LIMIT)
    order = np.lexsort([found["period"], found["customer_id"].astype(str)])
    ids, period = found["customer_id"][order], found["period"][order].astype(int)
    first = {who: int(period[ids == who].min()) for who in set(ids.tolist())}
    cohort = np.array([first[who] for who in ids.tolist()])
    page, triangle, shares = (
        Sheet(labels.text(key, language), language)
        for key in ("sheet_active_months", "sheet_cohorts", "sheet_cohort_rates")
    )
    last = len(ids) + 1
    page.column(0, 0, "customer_id", ids)
    page.column(0, 1, "ws_month_number", period)
    page.column(0, 2, "cohort", cohort, lambda r: f"=MINIFS($B$2:$B${last},$A$2:$A${last},A{r})")
    page.column(0, 3, "cohort_age", period - cohort, lambda r: f"=B{r}-C{r}")
    n = len(periods)
    for sheet in (triangle, shares):
        sheet.word(0, 0, "cohort")
        sheet.word(0, 1, "ws_month_number")
        for age in range(n):
            sheet.put(0, age + 2, age)
    ranges = on(page, f"$C$2:$C${last}"), on(page, f"$D$2:$D${last}")
    seen = _read(cohorts(tx, period="month").table)
    rate = {
        (c, int(a)): share
        for c, a, share in zip(seen["cohort"], seen["cohort_age"], seen["retention_rate"], strict=True)
    }
    for place, name in enumerate(periods.names):
        for sheet in (triangle, shares):
            sheet.put(place + 1, 0, str(name))
            sheet.put(place + 1, 1, place)
        size = int(((cohort == place) & (period == place)).sum())
        for age in range(n - place if size else 0):
            count = int(((cohort == place) & (period - cohort == age)).sum())
            column = letters(age + 2)
            triangle.put(place + 1, age + 2, count, f"=COUNTIFS({ranges[0]},$B{place + 2},{ranges[1]},{column}$1)")
            share = rate.get((str(name), age), count / size)
            parts = on(triangle, f"{column}{place + 2}"), on(triangle, f"$C{place + 2}")
            shares.put(place + 1, age + 2, share, f"={parts[0]}/{parts[1]}", digits=PERCENT)
    return [page, triangle, shares]


def basket_sheets(transactions: Table, language: Language) -> list[Sheet]:
    """Baskets as rows of 0 and 1 for the most bought items, and the measures of each pair of them."""
    tx = open_transactions(transactions)
    sets = _read(pairs(tx, min_orders=1).itemsets)
    single = sets["items"] == 1
    order = np.lexsort([sets["itemset"][single].astype(str), -sets["baskets"][single]])[:ITEMS]
    names = sorted(sets["itemset"][single][order].tolist())
    held = _held(tx, names)
    refuse_more(len(held), LIMIT)
    page, table = (Sheet(labels.text(key, language), language) for key in ("sheet_baskets", "sheet_pairs"))
    page.word(0, 0, "ws_basket_number")
    for row in range(len(held)):
        page.put(row + 1, 0, row + 1)
        for column in range(len(names)):
            page.put(row + 1, column + 1, int(held[row, column]))
    for column, name in enumerate(names):
        page.put(0, column + 1, name)
    last, n = len(held) + 1, len(held)
    both_of = list(itertools.combinations(range(len(names)), 2))
    sums = held.sum(axis=0)
    left = [(a, b) if (sums[a], a) <= (sums[b], b) else (b, a) for a, b in both_of]
    columns = [tuple(on(page, f"${letters(side + 1)}$2:${letters(side + 1)}${last}") for side in pair) for pair in left]
    table.column(0, 0, "antecedent", [names[a] for a, _ in left])
    table.column(0, 1, "consequent", [names[b] for _, b in left])
    counts = (
        [int((held[:, a] & held[:, b]).sum()) for a, b in left], [int(sums[a]) for a, _ in left],
        [int(sums[b]) for _, b in left],
    )  # fmt: skip
    table.column(0, 2, "baskets", counts[0], lambda r: f"=SUMPRODUCT({columns[r - 2][0]},{columns[r - 2][1]})")
    table.column(0, 3, "antecedent_baskets", counts[1], lambda r: f"=SUM({columns[r - 2][0]})")
    table.column(0, 4, "consequent_baskets", counts[2], lambda r: f"=SUM({columns[r - 2][1]})")
    _measures(table, tuple(np.array(each, float) for each in counts), n, on(page, f"$A$2:$A${last}"))
    return [page, table]


def _held(tx: Any, names: list[str]) -> Any:
    """Which of the items are in which order, in the order of customers and orders."""
    from crmkit.basket._baskets import distinct_lines, keys_of

    keys = keys_of(tx, "order")
    found = engines.collect(distinct_lines(tx, "product", keys)[0])
    every = list(zip(*(found[key].tolist() for key in keys), strict=True))
    baskets = {key: place for place, key in enumerate(sorted(set(every), key=str))}
    held = np.zeros((len(baskets), len(names)), dtype=bool)
    at = {name: place for place, name in enumerate(names)}
    for key, item in zip(every, found["item"].tolist(), strict=True):
        if item in at:
            held[baskets[key], at[item]] = True
    return held


def _measures(table: Sheet, counts: tuple[Any, ...], n: int, every: str) -> None:
    from crmkit.basket._measures import measures

    together, left, right = counts
    values = measures(together, left, right, n, 0.95)
    N = f"COUNT({every})"
    formulas = {
        "support": lambda r: f"=C{r}/{N}",
        "confidence": lambda r: f"=C{r}/D{r}",
        "lift": lambda r: f"=G{r}/(E{r}/{N})",
        "leverage": lambda r: f"=F{r}-D{r}/{N}*E{r}/{N}",
        "conviction": lambda r: f'=IF(G{r}=1,"",(1-E{r}/{N})/(1-G{r}))',
        "jaccard": lambda r: f"=C{r}/(D{r}+E{r}-C{r})",
    }
    for column, (name, formula) in enumerate(formulas.items(), start=5):
        shown = np.where(np.isfinite(values[name]), values[name], np.nan)
        table.column(0, column, "column_lift" if name == "lift" else name, shown, formula, digits="0.0000")


def migration_sheets(transactions: Table, language: Language) -> list[Sheet]:
    """Tiers of the customers at two dates, the transition matrix in customers and in shares."""
    import datetime as dt

    from crmkit import pyramid
    from crmkit.customers import summarize

    tx = open_transactions(transactions)
    half = tx.as_of - dt.timedelta(days=182)
    lists = [_read(pyramid.assign_tiers(summarize(each))) for each in (tx.until(half), tx)]
    before, after = (dict(zip(each["customer_id"].tolist(), each["tier"].tolist(), strict=True)) for each in lists)
    everyone = sorted(set(before) | set(after), key=str)
    refuse_more(len(everyone), LIMIT)
    kinds = [*pyramid.TEXTBOOK, "absent"]
    words = {kind: labels.segment(kind, language) for kind in kinds}
    page, matrix = (Sheet(labels.text(key, language), language) for key in ("sheet_two_dates", "sheet_migration"))
    page.column(0, 0, "customer_id", everyone)
    pairs_of = [(before.get(who, "absent"), after.get(who, "absent")) for who in everyone]
    page.column(0, 1, "before", [words[one] for one, _ in pairs_of])
    page.column(0, 2, "after", [words[other] for _, other in pairs_of])
    last = len(everyone) + 1
    ranges = on(page, f"$B$2:$B${last}"), on(page, f"$C$2:$C${last}")
    for block, top in (("customers", 0), ("customer_share", len(kinds) + 2)):
        matrix.word(top, 0, block)
        for place, kind in enumerate(kinds):
            matrix.put(top, place + 1, words[kind])
            matrix.put(top + place + 1, 0, words[kind])
    counts = np.array([[pairs_of.count((one, other)) for other in kinds] for one in kinds])
    width = len(kinds)
    for row in range(width):
        for column in range(width):
            cell = f"=COUNTIFS({ranges[0]},$A{row + 2},{ranges[1]},{letters(column + 1)}$1)"
            matrix.put(row + 1, column + 1, counts[row, column], cell)
            whole = counts[row].sum()
            line = f"SUM($B{row + 2}:${letters(width)}{row + 2})"
            matrix.put(width + 3 + row, column + 1, counts[row, column] / whole if whole else 0,
                       f"=IF({line}=0,0,{absolute(row + 1, column + 1)}/{line})", digits=PERCENT)  # fmt: skip
    return [page, matrix]


def audit_sheets(transactions: Table, language: Language) -> list[Sheet]:
    """Profit of each period as a product, and what each factor contributed to its change."""
    from crmkit.lenses import customer_base_audit

    audit = customer_base_audit(transactions)
    found = _read(audit.table, "period")
    rows = found["complete"].astype(bool)
    found = {name: values[rows] for name, values in found.items()}
    page, change = (Sheet(labels.text(key, language), language) for key in ("sheet_audit", "sheet_change"))
    for at, name in enumerate(("period", "customers", "orders", "revenue", "profit")):
        page.column(0, at, name, found[name], digits=MONEY if at > 2 else None)
    page.column(0, 5, "orders_per_customer", found["orders_per_customer"], lambda r: f"=C{r}/B{r}", digits="0.000")
    page.column(0, 6, "order_value", found["order_value"], lambda r: f"=D{r}/C{r}", digits=MONEY)
    page.column(0, 7, "margin_rate", found["margin_rate"], lambda r: f"=E{r}/D{r}", digits=PERCENT)
    page.column(0, 8, "ws_product", found["profit"], lambda r: f"=B{r}*F{r}*G{r}*H{r}", digits=MONEY)
    last = len(found["period"]) + 1
    lens = _read(audit.change)
    names = ("customers", "orders_per_customer", "order_value", "margin_rate")
    sources = dict(zip(names, "BFGH", strict=True))
    order = [lens["factor"].tolist().index(name) for name in names]
    change.column(0, 0, "ws_factor", [labels.text(f"factor_{name}", language) for name in names])
    for column, (key, line) in enumerate((("before", last - 1), ("after", last)), start=1):
        addresses = [on(page, f"${sources[name]}${line}") for name in names]
        change.column(0, column, key, lens[key][order], _listed(addresses))
    change.column(0, 3, "contribution", lens["contribution"][order], _shapley, digits=MONEY)
    change.word(5, 0, "change")
    change.put(5, 3, float(lens["contribution"].sum()), "=SUM(D2:D5)", digits=MONEY)
    return [page, change]


def _listed(addresses: list[str]) -> Any:
    """Formulas that take over cells one after another, from the second row on."""
    return lambda row: f"={addresses[row - 2]}"


def _shapley(row: int) -> str:
    """A factor's part in the change of a product of four: the mean over the orders in which they may change."""
    others = [place for place in range(2, 6) if place != row]
    weights = {0: 6, 1: 2, 2: 2, 3: 6}
    terms = [
        f"{weights[len(chosen)]}*" + "*".join(f"{'C' if place in chosen else 'B'}{place}" for place in others)
        for size in range(4)
        for chosen in itertools.combinations(others, size)
    ]
    return f"=(C{row}-B{row})*({'+'.join(terms)})/24"


def refuse_more(n: int, most: int) -> None:
    """Formulas that count every row for every row grow with the square of the rows."""
    if n > most:
        raise DataError("teaching_too_many", rows=n, most=most)
