"""Workbooks about a list of customers: RFM scores and groups, the pyramid, what a mailing must bring."""

from __future__ import annotations

from typing import Any

import numpy as np

from crmkit import labels, pyramid, rfm
from crmkit._frame import open_table
from crmkit._types import Table
from crmkit.labels import Language
from crmkit.teaching._sheets import Sheet, letters, on

PERCENT, MONEY = "0.0%", "#,##0.00"
_MEASURES = (("recency", ">"), ("frequency", "<"), ("monetary", "<"))  # which customers stand behind this one
BINS = 5


def rfm_sheets(customers: Table, language: Language) -> list[Sheet]:
    """Scores by the share of customers behind, codes, the eight groups, the grid and what each group holds."""
    scores = rfm.score(customers)
    halves = rfm.segment(rfm.score(customers, method="median"), scheme="eight", language=language)
    own, two = _columns(scores), _columns(halves)
    n = len(own["recency"])
    page = Sheet(labels.text("sheet_rfm", language), language)
    page.column(0, 0, "customer_id", own["customer_id"])
    ranges = {}
    for at, (name, _) in enumerate(_MEASURES, start=1):
        ranges[name] = page.column(0, at, name, own[name])
    for at, (name, behind) in enumerate(_MEASURES, start=1):
        page.column(0, at + 3, f"{name[0]}_score", own[f"{name[0]}_score"], _scored(letters(at), ranges[name], behind))
    page.column(0, 7, "rfm", own["rfm"], lambda r: f"=E{r}&F{r}&G{r}")
    for at, (name, behind) in enumerate(_MEASURES, start=1):
        page.column(0, at + 7, f"ws_half_{name[0]}", two[f"{name[0]}_score"],
                    _half(letters(at), ranges[name], "<" if behind == ">" else ">"))  # fmt: skip
    groups = _groups(language, two, n, page)
    listed = on(groups, "$A$2:$A$9"), on(groups, "$B$2:$B$9")
    page.column(
        0, 11, "segment", two["segment_label"], lambda r: f"=INDEX({listed[1]},MATCH(I{r}&J{r}&K{r},{listed[0]},0))"
    )
    return [page, groups, _grid(own, n, page, language)]


def _columns(table: Table) -> dict[str, Any]:
    opened = open_table(table)
    return opened.collect(opened.frame)


def _scored(column: str, whole: str, behind: str) -> Any:
    """1 + the whole part of 5 x the share of customers behind, equal ones standing together in the middle."""

    def formula(row: int) -> str:
        here = f"{column}{row}"
        place = f'COUNTIF({whole},"{behind}"&{here})+COUNTIF({whole},{here})/2'
        return f"=MIN({BINS},1+INT({BINS}*({place})/COUNT({whole})))"

    return formula


def _half(column: str, whole: str, better: str) -> Any:
    return lambda row: f"=IF({column}{row}{better}MEDIAN({whole}),2,1)"


def _groups(language: Language, two: dict[str, Any], n: int, page: Sheet) -> Sheet:
    """The eight groups by code of halves, with their customers and money."""
    sheet = Sheet(labels.text("sheet_segments", language), language)
    codes = [f"{r}{f}{m}" for r in (2, 1) for f in (2, 1) for m in (2, 1)]
    names = _eight(language)
    sheet.column(0, 0, "ws_code", codes)
    sheet.column(0, 1, "segment", [names[code] for code in codes])
    held = [two["segment_label"] == names[code] for code in codes]
    segment, money = on(page, f"$L$2:$L${n + 1}"), on(page, f"$D$2:$D${n + 1}")
    customers = [int(rows.sum()) for rows in held]
    value = [float(two["monetary"][rows].sum()) for rows in held]
    sheet.column(0, 2, "customers", customers, lambda r: f"=COUNTIF({segment},B{r})")
    sheet.column(0, 3, "customer_share", np.array(customers) / n, lambda r: f"=C{r}/SUM(C$2:C$9)", digits=PERCENT)
    sheet.column(0, 4, "value", value, lambda r: f"=SUMIF({segment},B{r},{money})", digits=MONEY)
    sheet.column(0, 5, "value_share", np.array(value) / sum(value), lambda r: f"=E{r}/SUM(E$2:E$9)", digits=PERCENT)
    return sheet


def _eight(language: Language) -> dict[str, str]:
    """The name of each of the eight groups by its code of halves."""
    every = [(r, f, m) for r in (1, 2) for f in (1, 2) for m in (1, 2)]
    table = {
        "customer_id": list(range(8)),
        **{f"{s}_score": [code[at] for code in every] for at, s in enumerate("rfm")},
    }
    named = _columns(rfm.segment(table, scheme="eight", bins=2, language=language))
    return {"".join(map(str, code)): str(label) for code, label in zip(every, named["segment_label"], strict=True)}


def _grid(own: dict[str, Any], n: int, page: Sheet, language: Language) -> Sheet:
    """Customers by R and F, counted by COUNTIFS."""
    sheet = Sheet(labels.text("sheet_grid", language), language)
    sheet.word(0, 0, "ws_grid_corner")
    for f in range(1, BINS + 1):
        sheet.put(0, f, f)
    for at, r in enumerate(range(BINS, 0, -1), start=1):
        sheet.put(at, 0, r)
        for f in range(1, BINS + 1):
            count = int(((own["r_score"] == r) & (own["f_score"] == f)).sum())
            ranges = on(page, f"$E$2:$E${n + 1}"), on(page, f"$F$2:$F${n + 1}")
            sheet.put(at, f, count, f"=COUNTIFS({ranges[0]},$A{at + 1},{ranges[1]},{letters(f)}$1)")
    return sheet


def pyramid_sheets(customers: Table, language: Language) -> list[Sheet]:
    """Tiers of 1, 19, 30 and 50 %, what each holds, the share of the top fifth and the Gini coefficient."""
    named = pyramid.assign_tiers(customers)
    own, tiers = _columns(named), _columns(pyramid.describe_tiers(named))
    measured = pyramid.concentration(customers)
    shares = pyramid.TEXTBOOK
    value = own["monetary"].astype(float)
    n, last = len(value), len(value) + 1
    page, sums = (Sheet(labels.text(key, language), language) for key in ("sheet_pyramid", "sheet_tiers"))
    page.column(0, 0, "customer_id", own["customer_id"])
    whole = page.column(0, 1, "monetary", value, digits=MONEY)
    ahead = (value[None, :] > value[:, None]).sum(axis=1)
    page.column(0, 2, "ws_customers_ahead", ahead, lambda r: f'=COUNTIF({whole},">"&B{r})')
    keys = list(shares)
    ends = [on(sums, f"$C${at}") for at in range(2, 1 + len(keys))]
    names = [on(sums, f"$A${at}") for at in range(2, 2 + len(keys))]
    page.column(0, 3, "tier", [labels.segment(str(tier), language) for tier in own["tier"]],
                lambda r: "=" + "".join(f"IF(C{r}<{end},{name}," for end, name in zip(ends, names, strict=False))
                + names[-1] + ")" * len(ends))  # fmt: skip
    place = (value[None, :] < value[:, None]).sum(axis=1) + ((value[None, :] == value[:, None]).sum(axis=1) + 1) / 2
    page.column(0, 4, "ws_place_from_below", place, lambda r: f'=COUNTIF({whole},"<"&B{r})+(COUNTIF({whole},B{r})+1)/2')
    _tier_table(sums, shares, tiers, page, n, language)
    row = len(keys) + 2
    counted, places = on(page, whole), on(page, f"$E$2:$E${last}")
    first = f"ROUNDUP(0.2*COUNT({counted})-0.000000001,0)"
    top = f'=SUMIF({on(page, f"$C$2:$C${last}")},"<"&{first},{counted})/SUM({counted})'
    sums.found(row, "ws_top_fifth", measured.top_share(0.2), top, digits=PERCENT)
    n_of, total = f"COUNT({counted})", f"SUM({counted})"
    sums.found(row + 1, "gini", measured.gini,
               f"=(2*SUMPRODUCT({places},{counted})-({n_of}+1)*{total})/({n_of}*{total})", digits="0.0000")  # fmt: skip
    return [page, sums]


def _tier_table(sums: Sheet, shares: Any, tiers: dict[str, Any], page: Sheet, n: int, language: Language) -> None:
    """A row per tier: its share, where it ends, and what it holds."""
    keys, cumulative = list(shares), np.cumsum(list(shares.values()))
    at = {str(tier): place for place, tier in enumerate(tiers["tier"])}
    last = n + 1
    tier, counted = on(page, f"$D$2:$D${last}"), on(page, f"$B$2:$B${last}")
    customers = [int(tiers["customers"][at[key]]) if key in at else 0 for key in keys]
    value = [float(tiers["value"][at[key]]) if key in at else 0.0 for key in keys]
    end = len(keys) + 1
    sums.column(0, 0, "tier", [labels.segment(key, language) for key in keys])
    sums.column(0, 1, "customer_share", list(shares.values()), digits="0%")
    sums.column(0, 2, "ws_ends_before", np.ceil(n * cumulative - 1e-9),
                lambda r: f"=ROUNDUP(COUNT({counted})*SUM(B$2:B{r})-0.000000001,0)")  # fmt: skip
    sums.column(0, 3, "customers", customers, lambda r: f"=COUNTIF({tier},A{r})")
    sums.column(0, 4, "value", value, lambda r: f"=SUMIF({tier},A{r},{counted})", digits=MONEY)
    sums.column(0, 5, "value_share", np.array(value) / sum(value), lambda r: f"=E{r}/SUM(E$2:E${end})", digits=PERCENT)


def break_even_sheets(_: Any, language: Language) -> list[Sheet]:
    """A test mailing: the rate at which it pays, the index of each cell, and Wilson's interval."""
    page = Sheet(labels.text("sheet_break_even", language), language)
    cost, margin = page.given(0, "ws_contact_cost", 0.55), page.given(1, "ws_margin_of_response", 40.0)
    rate = page.found(
        2, "break_even_rate", rfm.break_even_rate(contact_cost=0.55, margin=40), f"={cost}/{margin}", digits="0.000%"
    )
    test: dict[str, list[Any]] = {
        "rfm": ["555", "544", "322", "111"],
        "mailed": [1000] * 4,
        "responses": [60, 22, 14, 5],
    }
    found = _columns(rfm.break_even(test, contact_cost=0.55, margin=40))
    page.column(4, 0, "rfm", test["rfm"])
    page.column(4, 1, "mailed", test["mailed"])
    page.column(4, 2, "responses", test["responses"])
    page.column(4, 3, "response_rate", found["response_rate"], lambda r: f"=C{r}/B{r}", digits="0.0%")
    page.column(4, 4, "index", found["index"], lambda r: f"=(D{r}-{rate})/{rate}*100", digits="0.0")
    page.column(
        4, 5, "expected_profit", found["expected_profit"], lambda r: f"=C{r}*{margin}-B{r}*{cost}", digits=MONEY
    )
    z = "NORMSINV(0.975)"

    def end(sign: str) -> Any:
        middle, half = f"(C{{r}}+{z}^2/2)", f"{z}*SQRT(C{{r}}*(B{{r}}-C{{r}})/B{{r}}+{z}^2/4)"
        text = f"=({middle}{sign}{half})/(B{{r}}+{z}^2)"
        return lambda r: text.format(r=r)

    page.column(4, 6, "rate_low", found["rate_low"], end("-"), digits="0.00%")
    page.column(4, 7, "rate_high", found["rate_high"], end("+"), digits="0.00%")
    return [page]
