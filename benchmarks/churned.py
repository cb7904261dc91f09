"""Do chances of churn come true, and does the predictor that `churn.ChurnModel` recommends do best?

Usage: python benchmarks/churned.py FOLDER      (FOLDER holds the data of the README there)

At each date the data after it are taken away, the model is fitted, and who bought nothing within the horizon is read
off. Printed are, for dates that were looked at while the model was built and for those that were drawn up afterwards,
the classes of purchases (1, 2, 3-4, 5+) of at least 20 customers: how many lie beyond two and 3.5 standard errors of
chance, the same once all odds of a date are multiplied by the one factor that makes its total what came, the log-loss
beside that of the single predictor that was best afterwards, and the error of calibration (ten bins) promised and seen.
"""

from __future__ import annotations

import argparse
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from returns import BOUNDS, LEAST, NAMES, log_losses, scaled
from totals import read_sets

import crmkit as crm

# Set, days of the horizon, dates in days before the end of the data.
DEVELOPED = (
    ("CDNOW", 60, (242, 181, 122, 61)), ("grocery", 90, (364, 274, 183, 91)),
    ("apparel", 180, (1269, 1085, 903, 719, 538, 354, 183)), ("Online Retail", 60, (131, 100, 62)),
)  # fmt: skip
TESTED = (
    ("CDNOW", 90, (91,)), ("CDNOW", 45, (50, 150)), ("grocery", 60, (61, 240)), ("grocery", 120, (121,)),
    ("apparel", 90, (91, 700)), ("apparel", 270, (300,)), ("apparel", 365, (366,)), ("Online Retail", 45, (46, 100)),
)  # fmt: skip
SINGLE = ("p_boosting", "p_lifetime_model", "p_recency_only")


def judged(table: pd.DataFrame, name: str, days: int, back: int) -> dict[str, Any]:
    """What the model of a date said, and what came."""
    end = table["date"].max().normalize() - pd.Timedelta(days=back)
    tx = crm.Transactions(table, as_of=str(end.date()))
    model = crm.churn.ChurnModel(horizon=days).fit(tx)
    scored = model.score(tx).merge(crm.summarize(tx)[["customer_id", "x"]], on="customer_id")
    day = table["date"].dt.normalize()
    after = (table["amount"] > 0) & (day > end) & (day <= end + pd.Timedelta(days=days))
    away = ~scored["customer_id"].isin(table["customer_id"][after].unique()).to_numpy()
    said = scored["p_churn"].to_numpy()
    at = pd.cut(scored["x"] + 1, BOUNDS, labels=NAMES)
    beyond = {}
    for which, p in (("chance", said), ("one factor", scaled(said, away))):
        own = [(at == label).to_numpy() for label in NAMES if (at == label).sum() >= LEAST]
        beyond[which] = np.array([abs((away - p)[k].sum()) / np.sqrt((p * (1 - p))[k].sum()) for k in own])
    order = np.array_split(np.argsort(said, kind="stable"), 10)
    promised = model.validation_.table.set_index("predictor")["calibration_error"][model.recommended_]
    return {
        "data": name, **beyond, "log-loss": log_losses(said, away).mean(),
        "best single": min(log_losses(scored[one].to_numpy(), away).mean() for one in SINGLE),
        "promised": promised, "seen": np.mean([abs((said - away)[rows].mean()) for rows in order]),
    }  # fmt: skip


def main() -> None:
    """Fit, wait, count."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    sets, lines = read_sets(given.folder), []
    for dates, cases in (("developed", DEVELOPED), ("tested", TESTED)):
        rows = [judged(sets[name], name, days, back) for name, days, backs in cases for back in backs]
        for name in (*dict.fromkeys(row["data"] for row in rows), "all"):
            part = [row for row in rows if name in (row["data"], "all")]
            counts = {which: np.concatenate([row[which] for row in part]) for which in ("chance", "one factor")}
            lines.append({
                "dates": f"{dates}, {len(part)}", "data": name, "classes": counts["chance"].size,
                **{f"{which} > {most}": int((z > most).sum()) for which, z in counts.items() for most in (2, 3.5)},
                **{what: np.mean([row[what] for row in part])
                   for what in ("log-loss", "best single", "promised", "seen")},
            })  # fmt: skip
    print(pd.DataFrame(lines).to_markdown(index=False, floatfmt=".3f"))


if __name__ == "__main__":
    main()
