"""Workbooks about value: lifetime value by formula and by cash flows, brand switching, the audit's product."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from crmkit import clv, labels
from crmkit._frame import open_table
from crmkit._types import Table
from crmkit.labels import Language
from crmkit.teaching._sheets import Sheet, absolute

PERCENT, MONEY, FACTOR = "0.0%", "#,##0.00", "0.0000"
PERIODS = 20


def _read(table: Table) -> dict[str, Any]:
    opened = open_table(table)
    return opened.collect(opened.frame)


def clv_sheets(_: Any, language: Language) -> list[Sheet]:
    """Three textbook formulas, the cash-flow table, and what one point more or less is worth."""
    m, r, d, cost = 100.0, 0.8, 0.1, 150.0
    page = Sheet(labels.text("sheet_clv", language), language)
    M, R = page.given(0, "margin", m, digits=MONEY), page.given(1, "retention_rate", r, digits=PERCENT)
    D, C = page.given(2, "discount_rate", d, digits=PERCENT), page.given(3, "acquisition_cost", cost, digits=MONEY)
    start = clv.constant_retention(m, r, d)
    page.found(5, "ws_clv_at_start", start, f"={M}*(1+{D})/(1+{D}-{R})", digits=MONEY)
    page.found(6, "ws_clv_at_end", clv.constant_retention(m, r, d, timing="end"), f"={M}*{R}/(1+{D}-{R})", digits=MONEY)
    page.found(7, "ws_clv_always_first", m / (1 + d - r), f"={M}/(1+{D}-{R})", digits=MONEY)
    page.found(8, "ws_mean_lifetime", 1 / (1 - r), f"=1/(1-{R})", digits="0.00")
    page.found(9, "ws_max_acquisition_cost", clv.max_acquisition_cost(start), "=B6", digits=MONEY)
    page.found(10, "ws_clv_to_cac", clv.clv_to_cac(start, cost), f"=B6/{C}", digits="0.00")
    shifted = _read(clv.elasticities(m, r, d))
    more = dict(zip(shifted["lever"].tolist(), shifted["change"].tolist(), strict=True))
    page.found(11, "ws_point_of_retention", more["retention_rate"], f"={M}*(1+{D})/(1+{D}-{R}-0.01)-B6", digits=MONEY)
    page.found(
        12, "ws_point_of_discount", more["discount_rate"], f"={M}*(1+{D}-0.01)/(1+{D}-0.01-{R})-B6", digits=MONEY
    )
    table = _flows(Sheet(labels.text("sheet_cash_flows", language), language), page, (m, r, d, cost))
    return [page, table]


def _flows(sheet: Sheet, page: Sheet, terms: tuple[float, float, float, float]) -> Sheet:
    """The discounted cash flows as they are taught, row by row, and the same by NPV."""
    m, r, d, cost = terms
    found = _read(clv.cash_flows(m, r, d, n_periods=PERIODS, acquisition_cost=cost))
    M, R, D, C = (f"'{page.name}'!$B${row}" for row in (1, 2, 3, 4))
    n = np.arange(PERIODS)
    sheet.column(0, 0, "ws_period_number", n + 1)
    sheet.column(0, 1, "survival", found["survival"], lambda row: f"={R}^(A{row}-1)", digits=FACTOR)
    sheet.column(0, 2, "margin", m * r**n, lambda row: f"={M}*B{row}", digits=MONEY)
    sheet.column(0, 3, "discount_factor", found["discount_factor"], lambda row: f"=1/(1+{D})^(A{row}-1)", digits=FACTOR)
    sheet.column(0, 4, "present_value", found["present_value"], lambda row: f"=C{row}*D{row}", digits=MONEY)
    sheet.column(0, 5, "cumulative", found["cumulative"], lambda row: f"=SUM(E$2:E{row})-{C}", digits=MONEY)
    last = PERIODS + 1
    total = float(found["cumulative"][-1])
    sheet.word(last + 1, 0, "ws_by_npv")
    sheet.put(last + 1, 1, total, f"=C2+NPV({D},C3:C{last})-{C}", digits=MONEY)
    return sheet


MATRIX = np.array([[0.8, 0.2], [0.3, 0.7]])


def equity_sheets(_: Any, language: Language) -> list[Sheet]:
    """A switching matrix of two brands: purchases ahead, value per customer, long-run shares."""
    per_year, margin, rate, ahead = 2.0, 30.0, 0.1, 60
    page, years = (Sheet(labels.text(key, language), language) for key in ("sheet_switching", "sheet_purchases_ahead"))
    page.word(0, 0, "ws_switching_corner")
    for place, brand in enumerate(("A", "B")):
        page.put(0, place + 1, brand)
        page.put(place + 1, 0, brand)
        for to in range(2):
            page.put(place + 1, to + 1, MATRIX[place, to], digits=FACTOR)
    for place in range(2):
        page.put(place + 1, 3, 1.0, f"=B{place + 2}+C{place + 2}", digits=FACTOR)
    F, m, d = (
        page.given(4, "ws_purchases_per_year", per_year),
        page.given(5, "ws_margin_per_purchase", margin),
        page.given(6, "discount_rate", rate),
    )
    g = (1 + rate) ** (-1 / per_year)
    G = page.found(7, "ws_discount_per_purchase", g, f"=1/(1+{d})^(1/{F})", digits=FACTOR)
    stay = MATRIX[1, 0] / (MATRIX[0, 1] + MATRIX[1, 0])
    page.found(8, "ws_long_run_share", stay, "=B3/(C2+B3)", digits=PERCENT, brand="A")
    # (I - gP)^-1 - I of two brands, written out.
    value = _values_of_two(g, margin)
    determinant = f"((1-{G}*$B$2)*(1-{G}*$C$3)-{G}^2*$C$2*$B$3)"
    inside = (f"((1-{G}*$C$3)/{determinant}-1)", f"({G}*$C$2/{determinant})", f"({G}*$B$3/{determinant})",
              f"((1-{G}*$B$2)/{determinant}-1)")  # fmt: skip
    page.word(10, 0, "ws_value_corner")
    for place in range(2):
        page.put(10, place + 1, ("A", "B")[place])
        page.put(11 + place, 0, ("A", "B")[place])
        for to in range(2):
            page.put(11 + place, to + 1, value[place, to], f"={m}*{inside[2 * place + to]}", digits=MONEY)
    _purchases_ahead(years, page, ahead, g, margin, (G, m))
    return [page, years]


def _values_of_two(g: float, margin: float) -> np.ndarray[Any, Any]:
    return np.asarray(margin * (np.linalg.inv(np.eye(2) - g * MATRIX) - np.eye(2)))


def _purchases_ahead(sheet: Sheet, page: Sheet, n: int, g: float, margin: float, terms: tuple[str, str]) -> None:
    """Chance of each brand purchase by purchase, of a customer who bought A last, and the value so far."""
    G, m = (f"'{page.name}'!{address}" for address in terms)
    P = [f"'{page.name}'!{absolute(row, column)}" for row in (1, 2) for column in (1, 2)]
    shares = [np.array([1.0, 0.0])]
    for _ in range(n):
        shares.append(shares[-1] @ MATRIX)
    ahead = np.array(shares)
    sheet.column(0, 0, "purchase", np.arange(n + 1))
    for brand in range(2):

        def formula(row: int, brand: int = brand) -> str:
            return f"={'10'[brand]}" if row == 2 else f"=B{row - 1}*{P[brand]}+C{row - 1}*{P[2 + brand]}"

        sheet.column(0, brand + 1, ("ws_brand_a", "ws_brand_b")[brand], ahead[:, brand], formula, digits=FACTOR)
    worth = margin * ahead[:, 0] * g ** np.arange(n + 1)
    sheet.column(0, 3, "present_value", worth, lambda row: f"={m}*B{row}*{G}^A{row}", digits=MONEY)
    sheet.column(0, 4, "cumulative", np.cumsum(worth) - worth[0], lambda row: f"=SUM(D$2:D{row})-D$2", digits=MONEY)


def satisfaction_sheets(_: Any, language: Language) -> list[Sheet]:
    """Answers of a survey: net promoter score and its error, gap and ratio, top boxes, delivered value."""
    page = Sheet(labels.text("sheet_survey", language), language)
    scores = [10] * 30 + [9] * 20 + [8] * 20 + [7] * 10 + [6] * 8 + [4] * 7 + [0] * 5
    expected = [100, 80, 90, 70, 100] * 20
    perceived = [80, 80, 99, 77, 110] * 20
    page.column(0, 0, "nps_score", scores)
    page.column(0, 1, "expected", expected)
    page.column(0, 2, "perceived", perceived)
    given, seen = np.array(expected, float), np.array(perceived, float)
    page.column(0, 3, "ws_gap", seen - given, lambda r: f"=C{r}-B{r}")
    page.column(0, 4, "ratio", seen / given, lambda r: f"=C{r}/B{r}", digits="0.00")
    counts = Sheet(labels.text("sheet_survey_results", language), language)
    answers = f"'{page.name}'!$A$2:$A${len(scores) + 1}"
    n, plus, minus = len(scores), 50, 20
    counts.found(0, "answers", n, f"=COUNT({answers})")
    counts.found(1, "promoters", plus, f'=COUNTIF({answers},">=9")')
    counts.found(2, "passives", n - plus - minus, "=B1-B2-B4")
    counts.found(3, "detractors", minus, f'=COUNTIF({answers},"<=6")')
    nps = (plus - minus) / n
    counts.found(4, "nps", nps, "=(B2-B4)/B1", digits="0.000")
    counts.found(
        5,
        "standard_error",
        math.sqrt(((plus + minus) / n - nps**2) / n),
        "=SQRT(((B2+B4)/B1-B5^2)/B1)",
        digits="0.00000",
    )
    ratios = f"'{page.name}'!$E$2:$E${n + 1}"
    counts.found(
        6,
        "ws_satisfied_share",
        float((seen / given > 1).mean()),
        f'=COUNTIF({ratios},">1")/COUNT({ratios})',
        digits=PERCENT,
    )
    counts.found(
        7, "ws_mean_gap", float((seen - given).mean()), f"=AVERAGE('{page.name}'!$D$2:$D${n + 1})", digits="0.00"
    )
    _delivered(counts, 9)
    return [page, counts]


def _delivered(sheet: Sheet, row: int) -> None:
    """Delivered value of one offer: the values less the costs."""
    names = (
        "ws_value_product",
        "ws_value_service",
        "ws_value_personnel",
        "ws_value_image",
        "ws_cost_money",
        "ws_cost_time",
        "ws_cost_energy",
        "ws_cost_mind",
    )
    numbers = (20.0, 8.0, 5.0, 4.0, 18.0, 3.0, 2.0, 1.0)
    for at, (name, number) in enumerate(zip(names, numbers, strict=True)):
        sheet.given(row + at, name, number)
    first = row + 1
    sheet.found(row + 8, "delivered_value", 13.0, f"=SUM(B{first}:B{first + 3})-SUM(B{first + 4}:B{first + 7})")


def wallet_sheets(_: Any, language: Language) -> list[Sheet]:
    """Share of wallet, and the Wallet Allocation Rule by rank and number of brands."""
    from crmkit import wallet

    page = Sheet(labels.text("sheet_wallet", language), language)
    own, total = [30.0, 80.0, 12.0, 45.0], [60.0, 100.0, 48.0, 45.0]
    page.column(0, 0, "ws_own_spend", own)
    page.column(0, 1, "ws_category_spend", total)
    page.column(0, 2, "share_of_wallet", np.asarray(wallet.share(own, total)), lambda r: f"=A{r}/B{r}", digits=PERCENT)
    ranks = [(1, 2), (2, 2), (1, 3), (2, 3), (3, 3), (1, 4), (2, 4), (3, 4), (4, 4)]
    page.column(7, 0, "rank", [rank for rank, _ in ranks])
    page.column(7, 1, "ws_brands", [n for _, n in ranks])
    shares = np.asarray(wallet.allocation([rank for rank, _ in ranks], [n for _, n in ranks]))
    page.column(7, 2, "ws_allocated_share", shares, lambda r: f"=(1-A{r}/(B{r}+1))*2/B{r}", digits=PERCENT)
    return [page]
