"""crmkit against lifetimes, clvkit and pymc-marketing (MAP), in one command: accuracy in holdouts, coverage, time.

Usage: python benchmarks/peers.py FOLDER [--json FILE]      (FOLDER holds the data of the README there)

Every package learns from the same past (distinct purchase days until the origin, one row per customer) and forecasts
every customer of the holdout: mean absolute and root mean squared error, Gini of ranks (1 as by the future itself),
bias of the total; money as counts times the package's own expected spend. `total` says whether a stated 90 % interval
of the total held what came; packages that state none have none. CPU seconds are those of fit and forecast together,
after a first run for what is compiled. Peers that are not installed are left out.
"""

from __future__ import annotations

import argparse
import json
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import rankdata
from totals import read_sets

import crmkit as crm
from crmkit import clv

# Set, end of the past (None: a horizon before the end of the data), weeks of holdout.
CASES = (
    ("CDNOW", "1997-09-30", 39),
    ("grocery", "2006-12-31", 52),
    ("apparel", "2006-12-31", 52),
    ("apparel", "2006-12-31", 207),
    ("Online Retail", None, 26),
)
COVARIATES = ["Gender", "Channel"]  # of the apparel customers
Forecast = tuple[np.ndarray, np.ndarray | None, tuple[float, float] | None]


def crmkit_model(name: str) -> Callable[[crm.Transactions, pd.DataFrame, int], Forecast]:
    """A model of crmkit, with SpendMean, and the interval of the total from past errors."""

    def run(tx: crm.Transactions, customers: pd.DataFrame, weeks: int) -> Forecast:
        model = getattr(clv, name)().fit(customers)
        spend = clv.SpendMean(horizon=f"{weeks}W").fit(tx).expected_spend(customers)
        return model.predict(customers, horizon=f"{weeks}W"), spend, None

    return run


def crmkit_default(tx: crm.Transactions, customers: pd.DataFrame, weeks: int) -> Forecast:
    """What score_customers takes: chosen at earlier origins."""
    model = clv.choose_model(tx, horizon=f"{weeks}W").model
    total = clv.total_interval(tx, horizon=f"{weeks}W", purchases=model)
    fitted = type(model)(**{name: getattr(model, name) for name in model.settings}).fit(customers)
    spend = clv.SpendMean(horizon=f"{weeks}W").fit(tx).expected_spend(customers)
    return fitted.predict(customers, horizon=f"{weeks}W"), spend, (total.low, total.high)


def crmkit_mean(tx: crm.Transactions, customers: pd.DataFrame, weeks: int) -> Forecast:
    """The mean of that model and trees."""
    scored = clv.Boosted(horizon=f"{weeks}W").fit(tx).score(tx).set_index("customer_id").loc[customers["customer_id"]]
    return scored["expected_purchases"].to_numpy(), scored["expected_spend"].to_numpy(), None


def crmkit_covariates(tx: crm.Transactions, customers: pd.DataFrame, weeks: int) -> Forecast:
    """Pareto/NBD with the covariates of the table."""
    model = clv.ParetoNBD(covariates=COVARIATES).fit(customers)
    return (
        model.predict(customers, horizon=f"{weeks}W"),
        clv.SpendMean(horizon=f"{weeks}W").fit(tx).expected_spend(customers),
        None,
    )


def of_peers(customers: pd.DataFrame) -> pd.DataFrame:
    """Customers in the columns and the unit of the peers: weeks."""
    return pd.DataFrame(
        {
            "customer_id": customers["customer_id"], "frequency": customers["x"], "recency": customers["t_x"] / 7,
            "T": customers["T"] / 7, "monetary_value": customers["m_x"].fillna(0),
        }
    )  # fmt: skip


def lifetimes_model(name: str) -> Callable[[crm.Transactions, pd.DataFrame, int], Forecast]:
    """BG/NBD or Pareto/NBD of lifetimes, with its Gamma-Gamma model."""
    import lifetimes

    def run(_: crm.Transactions, customers: pd.DataFrame, weeks: int) -> Forecast:
        table = of_peers(customers)
        past = [table[column].to_numpy() for column in ("frequency", "recency", "T")]
        fitter = getattr(lifetimes, name)()
        fitter.fit(*past)
        expected = np.asarray(fitter.conditional_expected_number_of_purchases_up_to_time(weeks, *past), dtype=float)
        again = table[(table["frequency"] > 0) & (table["monetary_value"] > 0)]
        spend = lifetimes.GammaGammaFitter()
        spend.fit(again["frequency"], again["monetary_value"])
        money = spend.conditional_expected_average_profit(table["frequency"], table["monetary_value"])
        return expected, np.asarray(money, dtype=float), None

    return run


def clvkit_model(_: crm.Transactions, customers: pd.DataFrame, weeks: int) -> Forecast:
    """BG/NBD of clvkit."""
    import clvkit

    table = of_peers(customers)
    base = clvkit.CustomerBase(
        table.drop(columns=["customer_id", "monetary_value"]), time_unit="W", has_monetary=False, on_negative="net",
        observation_period_end=pd.Timestamp("2025-01-01"),
    )  # fmt: skip
    said = clvkit.BGNBD().fit(base).predict(weeks).to_pandas()
    return said.select_dtypes("number").iloc[:, -1].to_numpy(dtype=float), None, None


def pymc_model(name: str) -> Callable[[crm.Transactions, pd.DataFrame, int], Forecast]:
    """BG/NBD or Pareto/NBD of pymc-marketing, by MAP."""
    from pymc_marketing import clv as theirs

    def run(_: crm.Transactions, customers: pd.DataFrame, weeks: int) -> Forecast:
        table = of_peers(customers)
        model = getattr(theirs, name)(data=table)
        model.fit(method="map")
        said = model.expected_purchases(table, future_t=weeks).mean(("chain", "draw"))
        return said.to_numpy(), None, None

    return run


def contenders() -> dict[str, Callable[..., Forecast]]:
    """What is installed."""
    found: dict[str, Callable[..., Forecast]] = {
        "crmkit default": crmkit_default, "crmkit mean with trees": crmkit_mean,
        **{f"crmkit {name}": crmkit_model(name) for name in ("ParetoNBD", "BGNBD", "MBGNBD", "MBGCNBD")},
    }  # fmt: skip
    for package, names, make in (
        ("lifetimes", ("ParetoNBDFitter", "BetaGeoFitter"), lifetimes_model),
        ("clvkit", ("BGNBD",), lambda _: clvkit_model),
        ("pymc_marketing", ("ParetoNBDModel", "BetaGeoModel"), pymc_model),
    ):
        try:
            __import__(package)
        except ImportError:
            continue
        found |= {f"{package} {name}": make(name) for name in names}
    return found


def gini(actual: np.ndarray, forecast: np.ndarray) -> float:
    """How well a forecast ranks: 1 as by the future itself, 0 as by chance."""
    by, own = rankdata(forecast), rankdata(actual)
    return float((actual * (by - by.mean())).mean() / (actual * (own - own.mean())).mean())


def judged(
    table: pd.DataFrame, name: str, origin: str | None, weeks: int, covariates: pd.DataFrame | None, who: str
) -> list[dict[str, Any]]:
    """One row for each contender."""
    days = pd.Timedelta(weeks=weeks)
    end = pd.Timestamp(origin) if origin else table["date"].max().normalize() - days
    tx = crm.Transactions(table, as_of=str(end.date()))
    customers = crm.summarize(tx, log_gaps=True)
    day = table["date"].dt.normalize()
    after = table[(day > end) & (day <= end + days)]
    visits = after[after["amount"] > 0].assign(day=day).groupby("customer_id")["day"].nunique()
    actual = visits.reindex(customers["customer_id"]).fillna(0).to_numpy(dtype=float)
    later = after.groupby("customer_id")["amount"].sum().reindex(customers["customer_id"]).fillna(0).to_numpy()
    rows = []
    running = contenders()
    if covariates is not None:
        customers = customers.merge(covariates, on="customer_id")
        running["crmkit ParetoNBD with covariates"] = crmkit_covariates
    for named, run in running.items():
        if not named.startswith(who):
            continue
        try:
            start = time.process_time()
            said, spend, interval = run(tx, customers, weeks)
            seconds = time.process_time() - start
        except Exception as error:
            rows.append({"data": name, "weeks": weeks, "who": named, "failed": f"{type(error).__name__}"})
            continue
        error = said - actual
        row = {
            "data": name, "weeks": weeks, "who": named, "MAE": np.abs(error).mean(),
            "RMSE": np.sqrt((error**2).mean()), "Gini": gini(actual, said),
            "bias %": 100 * (said.sum() / actual.sum() - 1),
            "total": "" if interval is None else "held" if interval[0] <= actual.sum() <= interval[1] else "missed",
            "CPU s": seconds,
        }  # fmt: skip
        if spend is not None and table["amount"].nunique() > 1:
            money = said * spend
            row |= {
                "money RMSE": np.sqrt(((money - later) ** 2).mean()),
                "money bias %": 100 * (money.sum() / later.sum() - 1),
            }
        rows.append(row)
        print(row, flush=True)
    return rows


def main() -> None:
    """Read, judge, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--only", nargs="*", help="data sets")
    parser.add_argument("--who", default="", help="how the names of the forecasts begin")
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    sets = read_sets(given.folder)
    covariates = pd.read_csv(given.folder / "clvtools_apparelStaticCov.csv").rename(columns={"Id": "customer_id"})
    first = True
    rows: list[dict[str, Any]] = []
    for name, origin, weeks in CASES:
        if given.only and name not in given.only:
            continue
        if first:  # what is compiled at the first call is not timed
            judged(sets["CDNOW"].head(2000), "warm-up", "1997-09-30", 13, None, given.who)
            first = False
        rows += judged(sets[name], name, origin, weeks, covariates if name == "apparel" else None, given.who)
    found = pd.DataFrame(rows)
    print(found.to_markdown(index=False, floatfmt=".3f"))
    if given.json:
        given.json.write_text(json.dumps(found.to_dict("records"), indent=1, default=str))


if __name__ == "__main__":
    main()
