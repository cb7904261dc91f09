"""Do chances of coming back come true, and do the intervals of `outreach.expected_returns` hold?

Usage: python benchmarks/returns.py FOLDER      (FOLDER holds the data of the README there)

At each date the data after it are taken away, customers without a purchase for 90 days are lost, and who came back
within the horizon is read off. Printed are, for the lists on which the intervals were developed and for those that were
drawn up afterwards to test them, the classes of at least 20 customers: share covered by the 90 % interval, classes
beyond two and 3.5 standard errors by chance alone, with the spread that the interval states, and by chance alone once
all odds of a list are multiplied by the one factor that makes its total what came (which nobody knows beforehand). The
log-loss stands beside that of the two parts of the chance: the rate of returns alone, and Pareto/NBD alone.
"""

from __future__ import annotations

import argparse
import warnings
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.special import expit, logit
from scipy.stats import norm
from totals import read_sets

import crmkit as crm

# Set, days of the horizon, date in days before the end of the data.
DEVELOPED = (
    ("CDNOW", 90, 90), ("CDNOW", 90, 180), ("CDNOW", 180, 180), ("CDNOW", 120, 240),
    ("grocery", 90, 90), ("grocery", 180, 180), ("grocery", 364, 365), ("grocery", 90, 270),
    ("apparel", 90, 90), ("apparel", 180, 365), ("apparel", 365, 365), ("apparel", 365, 800), ("apparel", 180, 1000),
    ("apparel", 90, 1300), ("Online Retail", 90, 90), ("Online Retail", 90, 120), ("Online Retail", 120, 120),
    ("Online Retail", 150, 150),
)  # fmt: skip
TESTED = (
    ("CDNOW", 60, 60), ("CDNOW", 150, 150), ("CDNOW", 60, 240), ("grocery", 60, 60), ("grocery", 120, 200),
    ("grocery", 270, 270), ("apparel", 90, 500), ("apparel", 180, 180), ("apparel", 270, 700), ("apparel", 365, 1200),
    ("Online Retail", 60, 60), ("Online Retail", 60, 150), ("Online Retail", 75, 100),
)  # fmt: skip
RULE, LEAST = {"inactive": "90D"}, 20
NAMES, BOUNDS = ["1", "2", "3-4", "5+"], [0, 1, 2, 4, np.inf]
CHANCES = import_module("crmkit.outreach.win_back")  # the module; `crm.outreach.win_back` is the function
PARTS = {"rate alone": 1.0, "Pareto/NBD alone": 0.0, "both": CHANCES.RATE_SHARE}


def scaled(p: np.ndarray, came: np.ndarray) -> np.ndarray:
    """The chances with all odds multiplied by the one factor that makes their sum what came."""
    at, total = logit(p), np.clip(came.sum(), 0.5, came.size - 0.5)
    return expit(at + brentq(lambda shift: expit(at + shift).sum() - total, -20, 20))


def log_losses(p: np.ndarray, came: np.ndarray) -> np.ndarray:
    """Of each customer; no chance is surer than a millionth."""
    return -np.log(np.clip(np.where(came, p, 1 - p), 1e-6, 1.0))


def judged(table: pd.DataFrame, name: str, days: int, back: int) -> list[dict[str, Any]]:
    """One row per class of the list of a date."""
    end = table["date"].max().normalize() - pd.Timedelta(days=back)
    tx = crm.Transactions(table, as_of=str(end.date()))
    said = crm.outreach.expected_returns(tx, rule=RULE, horizon=days).table
    day = table["date"].dt.normalize()
    after = (table["amount"] > 0) & (day > end) & (day <= end + pd.Timedelta(days=days))
    ids = table["customer_id"][after].unique()
    losses = {}
    for part, share in PARTS.items():
        CHANCES.RATE_SHARE = share
        won = crm.outreach.win_back(tx, contact_cost=0, rule=RULE, horizon=days, value=1).table
        losses[part] = log_losses(won["p_reactivation"], won["customer_id"].isin(ids)).mean()
    came, p_all = won["customer_id"].isin(ids).to_numpy(), won["p_reactivation"].to_numpy()
    p_known = scaled(np.clip(p_all, 1e-6, 1 - 1e-6), came)
    at = pd.cut(won["purchases"], BOUNDS, labels=NAMES)
    rows = []
    for row in said.itertuples():
        own = (at == row.purchases).to_numpy()
        p, known, back_ = p_all[own], p_known[own], came[own]
        stated = max(row.high - row.low, 1) / 2 / norm.ppf(0.95)
        rows.append({
            "set": name, "customers": row.customers, "covered": row.low <= back_.sum() <= row.high,
            "half": np.log(max(row.high, 1) / max(row.low, 0.5)) / 2,
            "chance": abs(back_.sum() - p.sum()) / np.sqrt((p * (1 - p)).sum()),
            "stated": abs(back_.sum() - (row.low + row.high) / 2) / stated,
            "one factor": abs(back_.sum() - known.sum()) / np.sqrt((known * (1 - known)).sum()),
            **losses,
        })  # fmt: skip
    return rows


def main() -> None:
    """Draw up, wait, count."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    sets = read_sets(given.folder)
    sets["CDNOW"] = crm.datasets.load_cdnow()  # all 23,570 customers
    sets["CDNOW"]["date"] = pd.to_datetime(sets["CDNOW"]["date"])
    lines = []
    for lists, cases in (("developed", DEVELOPED), ("tested", TESTED)):
        rows = pd.DataFrame([row for name, days, back in cases for row in judged(sets[name], name, days, back)])
        told = rows[rows["customers"] >= LEAST]
        for name, part in [*told.groupby("set"), ("all", told)]:
            lines.append({
                "lists": lists, "data": name, "classes": len(part), "covered": part["covered"].mean(),
                "half width": part["half"].median(),
                **{f"{which} > {most}": int((part[which] > most).sum())
                   for which in ("chance", "stated", "one factor") for most in (2, 3.5)},
            })  # fmt: skip
        means = {part: round(float(np.average(rows[part], weights=rows["customers"])), 4) for part in PARTS}
        print(lists, "log-loss", means)
    print(pd.DataFrame(lines).to_markdown(index=False, floatfmt=".2f"))


if __name__ == "__main__":
    main()
