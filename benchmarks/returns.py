"""Do chances of coming back come true, and do the intervals of `outreach.expected_returns` hold?

Usage: python benchmarks/returns.py FOLDER      (FOLDER holds the data of the README there)

At each date the data after it are taken away, customers without a purchase for 90 days are lost, and who came back
within the horizon is read off. Printed are, for the lists on which the intervals were developed and for those that were
drawn up afterwards to test them, the classes of at least 20 customers: share covered by the 90 % interval, classes
beyond two and 3.5 standard errors by chance alone, and with the spread that the interval states.
"""

from __future__ import annotations

import argparse
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
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


def judged(table: pd.DataFrame, name: str, days: int, back: int) -> list[dict[str, Any]]:
    """One row per class of the list of a date."""
    end = table["date"].max().normalize() - pd.Timedelta(days=back)
    tx = crm.Transactions(table, as_of=str(end.date()))
    said = crm.outreach.expected_returns(tx, rule=RULE, horizon=days).table
    won = crm.outreach.win_back(tx, contact_cost=0, rule=RULE, horizon=days, value=1).table
    day = table["date"].dt.normalize()
    after = (table["amount"] > 0) & (day > end) & (day <= end + pd.Timedelta(days=days))
    came = won["customer_id"].isin(table["customer_id"][after].unique())
    at = pd.cut(won["purchases"], BOUNDS, labels=NAMES)
    rows = []
    for row in said.itertuples():
        p, back_ = won["p_reactivation"][at == row.purchases], came[at == row.purchases]
        chance = np.sqrt((p * (1 - p)).sum())
        stated = max(row.high - row.low, 1) / 2 / norm.ppf(0.95)
        rows.append({
            "set": name, "customers": row.customers, "covered": row.low <= back_.sum() <= row.high,
            "half": np.log(max(row.high, 1) / max(row.low, 0.5)) / 2,
            "chance": abs(back_.sum() - p.sum()) / chance,
            "stated": abs(back_.sum() - (row.low + row.high) / 2) / stated,
            "log_loss": -np.log(np.where(back_, p, 1 - p)).sum(),
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
                   for which in ("chance", "stated") for most in (2, 3.5)},
            })  # fmt: skip
        print(lists, "log-loss", round(rows["log_loss"].sum() / rows["customers"].sum(), 4))
    print(pd.DataFrame(lines).to_markdown(index=False, floatfmt=".2f"))


if __name__ == "__main__":
    main()
