"""After an erasure every public function gives what it gives of data which never held the person."""

from __future__ import annotations

import dataclasses
import datetime as dt
import inspect
import warnings

import hostile
import numpy as np
import pandas as pd
import pytest

import crmkit as crm

TAKES = ("transactions", "customers_or_tx", "customers", "frame")
# What these functions must be given besides; one that needs something new is to be added here.
BESIDE = {
    "horizon": "60D", "contact_cost": 0.5, "ids": "c05", "customer_id": "c07", "discount_rate": 0.1,
    "model": crm.clv.NBD.from_params(r=0.6, alpha=9.0), "purchases": crm.clv.NBD.from_params(r=0.6, alpha=9.0),
    "complaints": pd.DataFrame({"customer_id": ["c07", "c09"], "opened": ["2024-03-01 10:00", "2024-06-05 09:00"],
                                "answered": ["2024-03-02 10:00", "2024-06-06 09:00"]}),
}  # fmt: skip
# And settings without which they would only say that something is missing.
SETTINGS = {
    "cohort_value": {"margin_rate": 0.3}, "historical": {"margin_rate": 0.3}, "flag_lost": {"inactive": "90D"},
    "compare_repurchase": {"by": "channel"}, "value_by_decile": {"value": "monetary"},
    "growth_matrix": {"base": ("2023-01-01", "2023-09-30"), "current": ("2024-01-01", "2024-09-30")},
    "revenue_bridge": {"base": ("2023-01-01", "2023-09-30"), "current": ("2024-01-01", "2024-09-30")},
}  # fmt: skip
# Their tables hold something else than purchases or summaries of them, or they write files.
OTHER = {
    "from_lifetimes", "restore", "pseudonymise", "panel_switching", "add_loyalty", "add_answers", "add_share",
    "true_concentration", "take_off_costs", "response_bias", "matrix", "report", "to_sql", "workbook",
}  # fmt: skip
# Seconds each: they fit models, or look back from many days.
HEAVY = {
    "backtest", "next_purchase", "recommend", "sequences", "choose_model", "compare", "distribution_fit",
    "portfolio_value", "total_interval", "tracking", "customer_base_audit", "history", "win_back", "score_customers",
    "cluster", "value_matrix", "sensitivity", "compare_lost_rules", "pairs", "rules", "explain", "upgrade_paths",
}  # fmt: skip


def functions():
    """Name, function, the argument for transactions, and what else is needed."""
    for name, function in hostile.functions():
        short = name.rpartition(".")[2]
        if not inspect.isfunction(function) or short in OTHER or name.startswith("crmkit.plotting"):
            continue
        parameters = inspect.signature(function).parameters.values()
        needed = [each.name for each in parameters if each.default is each.empty and each.kind is not each.VAR_KEYWORD]
        took = next((each for each in needed if each in TAKES), None)
        if took is not None:
            yield short, function, took, [each for each in needed if each != took]


def purchases(seed, n=80):
    """Two years of a shop; one row per purchase."""
    draw = np.random.default_rng(seed)
    rows = []
    for customer in range(n):
        rate, at, life = draw.gamma(1.0, 1 / 40), float(draw.integers(0, 400)), draw.exponential(400)
        begun = at
        while at < 700 and at - begun <= life:
            rows.append(
                (f"c{customer:02d}", dt.date(2023, 1, 1) + dt.timedelta(days=int(at)), round(draw.gamma(3, 10), 2) + 1,
                 f"p{draw.integers(6)}", f"k{draw.integers(3)}", "web" if draw.random() < 0.5 else "shop")
            )  # fmt: skip
            at += draw.exponential(1 / max(rate, 1e-3))
    return pd.DataFrame(rows, columns=["customer_id", "date", "amount", "product", "category", "channel"])


def found_by(short, function, took, needed, tx):
    given = {took: tx} | {name: BESIDE[name] for name in needed} | SETTINGS.get(short, {})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return plain(function(**given))
        except crm.errors.CrmkitError as error:
            return [error.key, str(error)]


def plain(found):
    """A result of any kind as lists of numbers and texts."""
    if isinstance(found, crm.Transactions):
        return [plain(found.ledger), plain(crm.summarize(found))]
    if dataclasses.is_dataclass(found):
        return [[each.name, plain(getattr(found, each.name))] for each in dataclasses.fields(found)]
    if isinstance(found, pd.DataFrame):
        return [[str(name), plain(found[name].tolist())] for name in found.columns]
    if isinstance(found, dict):
        return [[str(name), plain(value)] for name, value in found.items()]
    if isinstance(found, list | tuple | np.ndarray | pd.Series):
        return [plain(value) for value in found]
    if isinstance(found, bool | np.bool_ | str | bytes | type(None)):
        return found
    if isinstance(found, int | float | np.number):
        return float(found)
    return str(found) if " at 0x" not in repr(found) else type(found).__name__


def difference(one, other, at=""):
    """Where two results differ by more than the last digits of an optimiser; empty if they do not."""
    if isinstance(one, list) and isinstance(other, list):
        if len(one) != len(other):
            return f"{at}: {len(one)} and {len(other)}"
        inside = (difference(a, b, f"{at}/{k}") for k, (a, b) in enumerate(zip(one, other, strict=True)))
        return next((found for found in inside if found), "")
    if isinstance(one, float) and isinstance(other, float):
        return "" if np.isclose(one, other, rtol=1e-6, atol=1e-9, equal_nan=True) else f"{at}: {one} and {other}"
    return "" if one == other else f"{at}: {one!r:.80} and {other!r:.80}"


def remembered(seed, gone, *, heavy):
    """Functions whose result still holds the person, and those that could not answer."""
    frame = purchases(seed)
    never = crm.Transactions(frame[frame["customer_id"] != gone].reset_index(drop=True))
    erased = crm.privacy.erase(crm.Transactions(frame), gone)
    different, silent = {}, {}
    for short, function, took, needed in functions():
        if (short in HEAVY) != heavy:
            continue
        one, other = (found_by(short, function, took, needed, tx) for tx in (erased, never))
        if found := difference(one, other):
            different[short] = found
        if isinstance(one[0] if isinstance(one, list) and one else None, str):
            silent[short] = one[1]
    return different, silent


@pytest.mark.slow  # some forty functions, twice
def test_every_light_function_forgets():
    different, silent = remembered(1, "c03", heavy=False)
    assert (different, silent) == ({}, {})


@pytest.mark.slow  # a minute or two each: models are fitted
@pytest.mark.parametrize(("seed", "gone"), [(2, "c00"), (3, "c41")])
def test_every_function_forgets(seed, gone):
    for heavy in (False, True):
        assert remembered(seed, gone, heavy=heavy) == ({}, {})


@pytest.mark.slow  # the same functions
def test_the_comparison_sees_a_difference():
    """Somebody who is still there makes nearly every result another one."""
    frame = purchases(1)
    tx, fewer = crm.Transactions(frame), crm.Transactions(frame[frame["customer_id"] != "c03"])
    seen = [short for short, *rest in functions() if short not in HEAVY and difference(
        found_by(short, *rest, tx), found_by(short, *rest, fewer))]  # fmt: skip
    assert {"summarize", "rates", "cohorts", "score", "stages", "measures", "curve"} <= set(seen)
