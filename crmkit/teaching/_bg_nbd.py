"""The BG/NBD model in a spreadsheet: its fit by Newton's method, step by step, P(alive), purchases and value.

Every sum of the log-likelihood and of its first and second derivatives is a cell. Differences of gamma functions at
whole numbers are sums of logarithms, so that no special function is needed: of the i-th factor there are as many as
customers with more than i repeat purchases. Newton's step is taken in the logarithms of the parameters, and its four
equations are solved by elimination.

Source: Fader, Hardie & Lee (2005), Marketing Science 24(2), 275-284; the series of the hypergeometric function after
Euler's transformation, which makes it short.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from crmkit import clv, labels
from crmkit._frame import open_table
from crmkit._types import Floats, Table
from crmkit.errors import DataError
from crmkit.labels import Language
from crmkit.teaching._sheets import NOTE, Sheet, absolute, letters, on, rows_of

PARAMETERS = ("r", "alpha", "a", "b")
WEEKS = 13  # how far the forecast looks
STEPS, TERMS = 8, 250
_PAIRS = [(i, j) for i in range(4) for j in range(i, 4)]
_EXACT = 1e-16


def bg_nbd_sheets(customers: Table, language: Language) -> list[Sheet]:
    """Customers, the fit, one sheet per Newton step, and what follows for each customer."""
    opened = open_table(customers, numbers=["x", "t_x", "T", "m_x"], keys=["customer_id"])
    own = opened.collect(opened.frame.select("customer_id", "x", "t_x", "T", "m_x"))
    x, t, T = own["x"].astype(float), own["t_x"] / 7, own["T"] / 7
    fitted = clv.BGNBD(period="week").fit({name: own[name] for name in ("x", "t_x", "T")}).params_
    start = np.array([float(f"{getattr(fitted, name):.1g}") for name in PARAMETERS])
    page = Sheet(labels.text("sheet_customers", language), language)
    for at, (name, values) in enumerate(
        {"customer_id": own["customer_id"], "x": x, "ws_t_x_weeks": t, "ws_T_weeks": T, "m_x": own["m_x"]}.items()
    ):
        page.column(0, at, name, values)
    fit = Sheet(labels.text("sheet_fit", language), language)
    counts = _counts(fit, page, x, len(x))
    sheets, u = [page, fit], start
    for name, value in zip(PARAMETERS, start, strict=True):
        fit.put(1 + PARAMETERS.index(name), 1, value, digits="0.000000")
    for step in range(STEPS):
        sheet = Sheet(f"{labels.text('sheet_step', language)} {step + 1}", language)
        u = _step(fit, sheet, page, step, u, (x, t, T), counts)
        sheets.append(sheet)
    _labels(fit)
    sheets.append(_forecast(page, fit, u, own, language))
    return sheets


# --- the fit ----------------------------------------------------------------------------------------------------

_TABLE = 60  # first row of the table of counts on the sheet of the fit


def _counts(fit: Sheet, page: Sheet, x: Floats, n: int) -> tuple[Floats, Floats, str, str]:
    """How many customers have more than i repeat purchases; the numbers and their ranges."""
    i = np.arange(int(x.max()) + 3, dtype=float)
    c = np.array([(x > each).sum() for each in i], dtype=float)
    ranges = on(page, f"$B$2:$B${n + 1}")
    places = fit.column(_TABLE, 0, "ws_more_than", i)
    counted = fit.column(_TABLE, 1, "customers", c, lambda r: f'=COUNTIF({ranges},">"&A{r})')
    return i, c, places, counted


def _labels(fit: Sheet) -> None:
    fit.word(0, 0, "ws_fit_parameters")
    for at, name in enumerate(PARAMETERS):
        fit.put(1 + at, 0, name, style=NOTE)
        fit.put(6 + at, 0, f"d/d {name}", style=NOTE)
        fit.put(42 + at, 0, f"step ln {name}", style=NOTE)
    for at, (i, j) in enumerate(_PAIRS):
        fit.put(11 + at, 0, f"d2/d {PARAMETERS[i]} d {PARAMETERS[j]}", style=NOTE)
    fit.put(5, 0, "log-likelihood", style=NOTE)
    for step in range(STEPS + 1):
        fit.put(0, step + 1, step)


def _step(
    fit: Sheet, sheet: Sheet, page: Sheet, step: int, u: Floats, data: tuple[Floats, ...], counts: tuple[Any, ...]
) -> Floats:
    """One Newton step: columns of the customers, sums, the solution, and the next parameters."""
    x, t, T = data
    P = {name: on(fit, absolute(1 + at, step + 1)) for at, name in enumerate(PARAMETERS)}
    xs, ts, Ts = (rows_of(page, letter) for letter in "BCD")
    shown = _customers(u, x, t, T)
    formulas: dict[str, Callable[[int], str]] = {
        "P": lambda row: f"=LN({P['alpha']}+{Ts(row)})",
        "Q": lambda row: f"=LN({P['alpha']}+{ts(row)})",
        "U": lambda row: f"=1/({P['alpha']}+{Ts(row)})",
        "V": lambda row: f"=1/({P['alpha']}+{ts(row)})",
        "w": lambda row: (
            f"=IF({xs(row)}=0,0,1/(1+EXP(({P['r']}+{xs(row)})*(B{row}-A{row})+LN(({P['b']}+{xs(row)}-1)/{P['a']}))))"
        ),
        "D_alpha": lambda row: f"=({P['r']}+{xs(row)})*(C{row}-D{row})",
        "D_b": lambda row: f"=IF({xs(row)}=0,0,-1/({P['b']}+{xs(row)}-1))",
        "n": lambda row: f"={P['r']}+{xs(row)}",
        "l": lambda row: f"=-H{row}*A{row}-IF(E{row}=1,LN(1-E{row}+1E-300),LN(1-E{row}))",
    }
    for column, (name, formula) in enumerate(formulas.items()):
        sheet.put(0, column, name, style=NOTE)
        for at, value in enumerate(shown[name], start=1):
            sheet.put(at, column, value, formula(at + 1))
    last = len(x) + 1
    R = {name: on(sheet, f"${letters(at)}$2:${letters(at)}${last}") for at, name in enumerate(formulas)}
    return _solve(fit, step, u, (shown, x), (P, R), counts)


def _customers(u: Floats, x: Floats, t: Floats, T: Floats) -> dict[str, Floats]:
    """What each customer adds to the sums."""
    r, alpha, a, b = u
    P, Q, U, V = np.log(alpha + T), np.log(alpha + t), 1 / (alpha + T), 1 / (alpha + t)
    safe = np.where(x == 0, 1.0, b + x - 1)
    w = np.where(x == 0, 0.0, 1 / (1 + np.exp((r + x) * (Q - P) + np.log(safe / a))))
    return {
        "P": P, "Q": Q, "U": U, "V": V, "w": w, "D_alpha": (r + x) * (U - V), "D_b": np.where(x == 0, 0.0, -1 / safe),
        "n": r + x, "l": -(r + x) * P - np.log(1 - w),
    }  # fmt: skip


def _sums(
    u: Floats, shown: Mapping[str, Floats], P: Mapping[str, str], R: Mapping[str, str], counts: tuple[Any, ...]
) -> tuple[list[tuple[float, str]], list[tuple[float, str]], tuple[float, str]]:
    """Gradient, second derivatives and log-likelihood: each a number and its formula."""
    i, c, places, C = counts
    r, alpha, a, b = u
    s, n = dict(shown), len(shown["P"])
    w, v, U, V, N = s["w"], s["w"] * (1 - s["w"]), s["U"], s["V"], s["n"]
    D_r = s["P"] - s["Q"]
    dr, v_, both = f"({R['P']}-{R['Q']})", f"{R['w']}*(1-{R['w']})", f"((1-{R['w']})*{R['U']}+{R['w']}*{R['V']})"
    squares = f"((1-{R['w']})*{R['U']}^2+{R['w']}*{R['V']}^2)"
    n_ = f"COUNT({R['P']})"
    ab = f"({P['a']}+{P['b']}+{places})"
    S = "SUMPRODUCT"
    gradient = [
        ((c / (r + i)).sum() + n * np.log(alpha) - ((1 - w) * s["P"] + w * s["Q"]).sum(),
         f"{S}({C}/({P['r']}+{places}))+{n_}*LN({P['alpha']})-{S}((1-{R['w']})*{R['P']}+{R['w']}*{R['Q']})"),
        (n * r / alpha - (N * ((1 - w) * U + w * V)).sum(), f"{n_}*{P['r']}/{P['alpha']}-{S}({R['n']}*{both})"),
        (-(c / (a + b + i)).sum() + w.sum() / a, f"-{S}({C}/{ab})+SUM({R['w']})/{P['a']}"),
        ((c / (b + i) - c / (a + b + i)).sum() + (w * s["D_b"]).sum(),
         f"{S}({C}/({P['b']}+{places})-{C}/{ab})+{S}({R['w']},{R['D_b']})"),
    ]  # fmt: skip
    second = [
        (-(c / (r + i) ** 2).sum() + (v * D_r**2).sum(), f"-{S}({C}/({P['r']}+{places})^2)+{S}({v_}*{dr}^2)"),
        (n / alpha - ((1 - w) * U + w * V).sum() + (v * D_r * s["D_alpha"]).sum(),
         f"{n_}/{P['alpha']}-{S}({both})+{S}({v_}*{dr}*{R['D_alpha']})"),
        ((v * D_r).sum() / a, f"{S}({v_}*{dr})/{P['a']}"),
        ((v * D_r * s["D_b"]).sum(), f"{S}({v_}*{dr}*{R['D_b']})"),
        (-n * r / alpha**2 + (N * ((1 - w) * U**2 + w * V**2)).sum() + (v * s["D_alpha"] ** 2).sum(),
         f"-{n_}*{P['r']}/{P['alpha']}^2+{S}({R['n']}*{squares})+{S}({v_}*{R['D_alpha']}^2)"),
        ((v * s["D_alpha"]).sum() / a, f"{S}({v_}*{R['D_alpha']})/{P['a']}"),
        ((v * s["D_alpha"] * s["D_b"]).sum(), f"{S}({v_}*{R['D_alpha']}*{R['D_b']})"),
        ((c / (a + b + i) ** 2).sum() + (v - w).sum() / a**2,
         f"{S}({C}/{ab}^2)+({S}({v_})-SUM({R['w']}))/{P['a']}^2"),
        ((c / (a + b + i) ** 2).sum() + (v * s["D_b"]).sum() / a, f"{S}({C}/{ab}^2)+{S}({v_}*{R['D_b']})/{P['a']}"),
        ((c / (a + b + i) ** 2 - c / (b + i) ** 2).sum() + ((w + v) * s["D_b"] ** 2).sum(),
         f"{S}({C}/{ab}^2-{C}/({P['b']}+{places})^2)+{S}(({R['w']}+{v_})*{R['D_b']}^2)"),
    ]  # fmt: skip
    logs = c * (np.log(r + i) + np.log(b + i) - np.log(a + b + i))
    likelihood = (
        float(logs.sum() + n * r * np.log(alpha) + s["l"].sum()),
        f"LOGS+{n_}*{P['r']}*LN({P['alpha']})+SUM({R['l']})",
    )
    return gradient, second, likelihood


def _solve(
    fit: Sheet, step: int, u: Floats, given: tuple[Any, ...], names: tuple[Any, ...], counts: tuple[Any, ...]
) -> Floats:
    """Write the sums of a step, eliminate, and write the next parameters."""
    (shown, _), (P, R), column = given, names, step + 1
    gradient, second, likelihood = _sums(u, shown, P, R, counts)
    logs = _logs(fit, step, u, P, counts)
    fit.put(5, column, likelihood[0], "=" + likelihood[1].replace("LOGS", logs), digits="0.000000")
    g = [fit.put(6 + at, column, value, "=" + text) for at, (value, text) in enumerate(gradient)]
    H = {
        pair: fit.put(11 + at, column, value, "=" + text)
        for at, (pair, (value, text)) in enumerate(zip(_PAIRS, second, strict=True))
    }
    p = [absolute(1 + at, column) for at in range(4)]
    # In logarithms: K = u u' H + diag(u g), and the right side is u g.
    row, A, values = 22, [["0"] * 5 for _ in range(4)], np.zeros((4, 5))
    hessian = {pair: value for pair, (value, _) in zip(_PAIRS, second, strict=True)}
    for i in range(4):
        for j in range(i, 5):
            if j == 4:
                values[i, 4], text = u[i] * gradient[i][0], f"={p[i]}*{g[i]}"
            else:
                values[i, j] = u[i] * u[j] * hessian[i, j] + (u[i] * gradient[i][0] if i == j else 0)
                text = f"={p[i]}*{p[j]}*{H[i, j]}" + (f"+{p[i]}*{g[i]}" if i == j else "")
                values[j, i] = values[i, j]
            address = fit.put(row, column, values[i, j], text)
            A[i][j] = address
            if j < 4:
                A[j][i] = address
            row += 1
    moves = _eliminate(fit, column, A, values)
    following = u * np.exp(-moves)
    for at in range(4):
        fit.put(1 + at, column + 1, following[at], f"={p[at]}*EXP(-{absolute(42 + at, column)})", digits="0.000000")
    return following


def _logs(fit: Sheet, step: int, u: Floats, P: Mapping[str, str], counts: tuple[Any, ...]) -> str:
    """The logarithms of the table of counts, a column per step beside it; gives their sum as a formula."""
    i, c, _, _ = counts
    r, _, a, b = u
    column = 3 + step
    values = c * (np.log(r + i) + np.log(b + i) - np.log(a + b + i))
    own = {name: P[name] for name in ("r", "a", "b")}
    for at, value in enumerate(values, start=_TABLE + 1):
        here = f"$A{at + 1}"
        text = f"=$B{at + 1}*(LN({own['r']}+{here})+LN({own['b']}+{here})-LN({own['a']}+{own['b']}+{here}))"
        fit.put(at, column, value, text)
    letter = letters(column)
    return f"SUM({letter}{_TABLE + 2}:{letter}{_TABLE + 1 + len(values)})"


def _eliminate(fit: Sheet, column: int, A: list[list[str]], values: Floats) -> Floats:
    """Solve the four equations by elimination, every number of it in a cell below; the solution in rows 43 to 46."""
    row, M = 47, values.copy()
    cells = [list(line) for line in A]
    for k in range(3):
        for i in range(k + 1, 4):
            factor = f"{cells[i][k]}/{cells[k][k]}"
            ratio = M[i, k] / M[k, k]
            for j in range(k + 1, 5):
                M[i, j] -= ratio * M[k, j]
                # Kept to the right of the steps, so that they do not fill the page.
                place = 40 + 25 * (column - 1) + (row - 47)
                cells[i][j] = fit.put(_TABLE - 2, place, M[i, j], f"={cells[i][j]}-{factor}*{cells[k][j]}")
                row += 1
    solution = np.zeros(4)
    for i in range(3, -1, -1):
        rest = "".join(f"-{cells[i][j]}*{absolute(42 + j, column)}" for j in range(i + 1, 4))
        solution[i] = (M[i, 4] - sum(M[i, j] * solution[j] for j in range(i + 1, 4))) / M[i, i]
        fit.put(42 + i, column, solution[i], f"=({cells[i][4]}{rest})/{cells[i][i]}")
    return solution


# --- what follows -----------------------------------------------------------------------------------------------


def _forecast(page: Sheet, fit: Sheet, u: Floats, own: Mapping[str, Any], language: Language) -> Sheet:
    """P(alive), purchases in 13 weeks, spend per purchase and value of each customer."""
    spend = clv.GammaGamma().fit({name: own[name] for name in ("x", "m_x")}).params_
    sheet = Sheet(labels.text("sheet_forecast", language), language)
    x, t, T, m = own["x"].astype(float), own["t_x"] / 7, own["T"] / 7, own["m_x"].astype(float)
    given = {"weeks": float(WEEKS), "p": spend.p, "q": spend.q, "v": spend.v, "margin_rate": 0.3}
    at = {}
    for row, (name, value) in enumerate(given.items()):
        sheet.word(row, 0, f"forecast_{name}")
        at[name] = sheet.put(row, 1, value)
    P = {name: on(fit, absolute(1 + place, STEPS + 1)) for place, name in enumerate(PARAMETERS)}
    top = len(given) + 1
    terms = _terms(u, x, T)
    _, alpha, a, b = u
    w = _customers(u, x, t, T)["w"]
    z = WEEKS / (alpha + T + WEEKS)
    series = _series(u, x, z, terms)
    total = series.sum(axis=1)
    purchases = (a + b + x - 1) / (a - 1) * (1 - (1 - z) ** (a - 1) * total) * (1 - w)
    amount = spend.p * (spend.v + x * m) / (spend.p * x + spend.q - 1)
    xs, ts, Ts, ms = (rows_of(page, letter, above=top) for letter in "BCDE")
    first = 7  # column of the first term of the series
    last = letters(first + terms)
    alive = lambda row: (  # noqa: E731
        f"=IF({xs(row)}=0,1,1/(1+{P['a']}/({P['b']}+{xs(row)}-1)"
        f"*(({P['alpha']}+{Ts(row)})/({P['alpha']}+{ts(row)}))^({P['r']}+{xs(row)})))"
    )
    sheet.column(top, 0, "customer_id", own["customer_id"], lambda row: f"={on(page, f'$A{row - top}')}")
    sheet.column(top, 1, "p_alive", 1 - w, alive, digits="0.0000")
    sheet.column(
        top, 2, "ws_series_z", z, lambda row: f"={at['weeks']}/({P['alpha']}+{Ts(row)}+{at['weeks']})", digits="0.0000"
    )
    sheet.column(
        top, 3, "ws_series_sum", total, lambda row: f"=SUM({letters(first)}{row}:{last}{row})", digits="0.0000"
    )
    sheet.column(top, 4, "expected_purchases", purchases,
                 lambda row: f"=({P['a']}+{P['b']}+{xs(row)}-1)/({P['a']}-1)*(1-(1-C{row})^({P['a']}-1)*D{row})*B{row}",
                 digits="0.0000")  # fmt: skip
    sheet.column(top, 5, "expected_spend", amount,
                 lambda row: f"={at['p']}*({at['v']}+{xs(row)}*{ms(row)})/({at['p']}*{xs(row)}+{at['q']}-1)",
                 digits="#,##0.00")  # fmt: skip
    sheet.column(top, 6, "residual_clv", given["margin_rate"] * purchases * amount,
                 lambda row: f"={at['margin_rate']}*E{row}*F{row}", digits="#,##0.00")  # fmt: skip
    _write_series(sheet, series, (top, first), P, xs)
    return sheet


def _terms(u: Floats, x: Floats, T: Floats) -> int:
    """How many terms of the series are needed where it converges most slowly."""
    z = WEEKS / (u[1] + T + WEEKS)
    for terms in range(20, TERMS + 1, 10):
        tail = np.abs(_series(u, x, z, terms))
        if (tail[:, -1] <= _EXACT * np.abs(tail).max(axis=1)).all():
            return terms
    raise DataError("teaching_slow_series", weeks=WEEKS)


def _series(u: Floats, x: Floats, z: Floats, terms: int) -> Floats:
    """Terms of 2F1(a + b - 1 - r, a - 1; a + b + x - 1; z), shape (n_customers, terms + 1)."""
    r, _, a, b = u
    out = np.ones((len(x), terms + 1))
    for k in range(1, terms + 1):
        out[:, k] = out[:, k - 1] * (a + b - 2 - r + k) * (a - 2 + k) / ((a + b + x - 2 + k) * k) * z
    return out


def _write_series(sheet: Sheet, series: Floats, at: tuple[int, int], P: Mapping[str, str], xs: Any) -> None:
    top, first = at
    for k in range(series.shape[1]):
        sheet.put(top, first + k, k, style=NOTE)
        before, number = letters(first + k - 1), f"{letters(first + k)}${top + 1}"
        for place, value in enumerate(series[:, k], start=top + 1):
            row = place + 1
            text = "=1" if k == 0 else (
                f"={before}{row}*({P['a']}+{P['b']}-2-{P['r']}+{number})*({P['a']}-2+{number})"
                f"/(({P['a']}+{P['b']}+{xs(row)}-2+{number})*{number})*$C{row}"
            )  # fmt: skip
            sheet.put(place, first + k, value, text)
