"""The lifetime models against lifetimes, clvkit and pymc-marketing (MAP), on the same customers in one run.

Each fit starts from a table with one row per customer, so the time to make cells is in ours; standard errors and
verdict are in it too, which the others do not give. Customers are simulated: light buyers (as in CDNOW), acquired
over a year, observed by the day for two years. Peers sit out sizes that would take them minutes.

Run one group, by CPU time, with the peers that are installed:
    python -m pytest benchmarks/bench_lifetime.py -o python_files='bench_*.py' -o python_functions='bench_*' \\
        --benchmark-group-by=group --benchmark-timer=time.process_time
"""

from __future__ import annotations

import warnings
from functools import cache

import numpy as np
import pandas as pd
import pytest

import crmkit as crm
from crmkit import clv

SIZES = {"CDNOW": 2_357, "10k": 10_000, "100k": 100_000, "1M": 1_000_000}
# The largest number of customers that each peer is asked for.
LARGEST = {
    ("lifetimes", "BGNBD"): 1_000_000,
    ("lifetimes", "ParetoNBD"): 10_000,
    ("clvkit", "BGNBD"): 100_000,
    ("pymc_marketing", "BGNBD"): 10_000,
    ("pymc_marketing", "ParetoNBD"): 2_357,
}


@cache
def customers(size: str) -> pd.DataFrame:
    """x, t_x and T in days, m_x in money; one row per customer."""
    if size == "CDNOW":
        return crm.summarize(crm.Transactions(crm.datasets.load_cdnow(sample=True), as_of="1997-09-30"))
    rng = np.random.default_rng(1)
    ages = 730 - rng.integers(0, 365, SIZES[size])
    model = clv.ParetoNBD.from_params(r=0.55, alpha=10.6, s=0.61, beta=11.7, period="week")
    drawn = model.simulate(ages, seed=2)
    # By the day: purchases of one day are one, and none falls on the first day.
    t_x = np.where(drawn["x"] > 0, np.maximum(np.ceil(drawn["t_x"]), 1), 0)
    spend = np.where(drawn["x"] > 0, rng.gamma(6, 1 / rng.gamma(3.7, 1 / 15.4, ages.size)), 0).round(2)
    return pd.DataFrame({"x": drawn["x"].astype(int), "t_x": t_x.astype(int), "T": ages, "m_x": spend})


def in_weeks(size: str) -> pd.DataFrame:
    """The same in the columns and the unit of the peers."""
    table = customers(size)
    return pd.DataFrame({"frequency": table["x"], "recency": table["t_x"] / 7, "T": table["T"] / 7})


def by_lifetimes(model: str, size: str):
    lifetimes = pytest.importorskip("lifetimes")
    table = in_weeks(size)
    fitter = {"BGNBD": lifetimes.BetaGeoFitter, "ParetoNBD": lifetimes.ParetoNBDFitter}[model]
    columns = [table[name].to_numpy() for name in ("frequency", "recency", "T")]
    return lambda: fitter().fit(*columns)


def by_clvkit(_: str, size: str):
    clvkit = pytest.importorskip("clvkit")
    base = clvkit.CustomerBase(
        in_weeks(size), time_unit="W", observation_period_end=pd.Timestamp("2025-01-01"), has_monetary=False,
        on_negative="net",
    )  # fmt: skip
    return lambda: clvkit.BGNBD().fit(base)


def by_pymc_marketing(model: str, size: str):
    pymc = pytest.importorskip("pymc_marketing.clv")
    table = in_weeks(size).reset_index(names="customer_id")
    kind = {"BGNBD": pymc.BetaGeoModel, "ParetoNBD": pymc.ParetoNBDModel}[model]
    return lambda: kind(data=table).fit(method="map")


PEERS = {"lifetimes": by_lifetimes, "clvkit": by_clvkit, "pymc_marketing": by_pymc_marketing}


def fits():
    for model in ("BGNBD", "ParetoNBD"):
        for size, n in SIZES.items():
            yield pytest.param(model, size, "crmkit", marks=pytest.mark.benchmark(group=f"{model} fit, {size}"))
            for peer in PEERS:
                if n <= LARGEST.get((peer, model), 0):
                    yield pytest.param(model, size, peer, marks=pytest.mark.benchmark(group=f"{model} fit, {size}"))


@pytest.mark.parametrize(("model", "size", "package"), list(fits()))
def bench_fit(benchmark, model, size, package):
    table = customers(size)
    if package == "crmkit":
        benchmark.pedantic(lambda: getattr(clv, model)(period="week").fit(table), rounds=5, warmup_rounds=1)
        return
    # The peers' own warnings and errors are theirs.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        run = PEERS[package](model, size)
        benchmark.pedantic(run, rounds=1 if SIZES[size] > 50_000 else 3)


@pytest.mark.parametrize("model", ["BGNBD", "ParetoNBD"])
@pytest.mark.benchmark(group="1,000,000 customers: P(alive) and expected purchases")
def bench_two_forecasts(benchmark, model):
    table = customers("1M")
    fitted = getattr(clv, model)(period="week").fit(table)
    benchmark.pedantic(lambda: (fitted.p_alive(table), fitted.predict(table, horizon="52W")), rounds=3)


@pytest.mark.parametrize("model", ["BGNBD", "ParetoNBD"])
@pytest.mark.benchmark(group="1,000,000 customers: P(alive) and expected purchases")
def bench_two_forecasts_by_lifetimes(benchmark, model):
    lifetimes = pytest.importorskip("lifetimes")
    few, table = in_weeks("CDNOW"), in_weeks("1M")
    fitter = {"BGNBD": lifetimes.BetaGeoFitter, "ParetoNBD": lifetimes.ParetoNBDFitter}[model]
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        fitted = fitter().fit(few["frequency"], few["recency"], few["T"])
        past = (table["frequency"], table["recency"], table["T"])
        alive = fitted.conditional_probability_alive
        expected = fitted.conditional_expected_number_of_purchases_up_to_time
        benchmark.pedantic(lambda: (alive(*past), expected(52, *past)), rounds=1)


@pytest.mark.parametrize("model", ["BGNBD", "MBGNBD", "ParetoNBD"])
@pytest.mark.benchmark(group="1,000,000 customers: all columns of lifetime_value")
def bench_lifetime_value(benchmark, model):
    table = customers("1M")
    purchases, spend = getattr(clv, model)(period="week").fit(table), clv.GammaGamma().fit(table)
    run = lambda: clv.lifetime_value(table, purchases=purchases, spend=spend, horizon="52W", margin_rate=0.3)  # noqa: E731
    valued = benchmark.pedantic(run, rounds=2)
    assert np.isfinite(valued["residual_clv"]).all()


@pytest.mark.benchmark(group="CDNOW: compare four models")
def bench_compare(benchmark):
    tx = crm.Transactions(crm.datasets.load_cdnow(sample=True))
    benchmark.pedantic(lambda: clv.compare(tx, holdout="39W"), rounds=3)
