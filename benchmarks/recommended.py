"""Does the model that `clv.compare` recommends forecast best afterwards? Several origins and data sets.

Usage: python benchmarks/recommended.py FOLDER      (FOLDER holds the data of the README there)

At each origin the data after it are taken away and `clv.compare` recommends a model by the holdouts before it. Then all
models learn up to the origin and forecast the time after it. The recommendation is right if it has the smallest squared
error there, or one that exceeds it by less than the standard error of the difference.
"""

from __future__ import annotations

import argparse
import warnings
from pathlib import Path

import pandas as pd
from totals import read_sets

import crmkit as crm
from crmkit import clv

# Set, weeks of the holdouts and of the time after, origins in weeks before the end of the data.
CHOSE = (
    ("CDNOW", 13, (13, 26)), ("CDNOW", 26, (26,)), ("grocery", 13, (13, 26, 39)), ("grocery", 26, (26, 39)),
    ("apparel", 26, (26, 78, 130)), ("apparel", 52, (52, 104)), ("Online Retail", 13, (13, 20)),
    ("Online Retail", 8, (8,)),
)  # fmt: skip
TESTED = (
    ("CDNOW", 8, (8, 18)), ("CDNOW", 20, (20,)), ("grocery", 8, (8, 32)), ("grocery", 20, (20, 42)),
    ("apparel", 13, (13, 39, 91)), ("apparel", 39, (39, 117)), ("Online Retail", 6, (6, 12)),
    ("Online Retail", 10, (10, 16)),
)  # fmt: skip
# Drawn up when other rules had been tried on both of these.
TESTED_AGAIN = (
    ("CDNOW", 10, (10, 20)), ("CDNOW", 16, (16,)), ("CDNOW", 30, (30,)), ("CDNOW", 12, (30,)),
    ("grocery", 10, (10, 25, 45)), ("grocery", 17, (17, 34)), ("grocery", 30, (30,)), ("apparel", 10, (30, 100)),
    ("apparel", 20, (20, 60, 150)), ("apparel", 30, (45, 90)), ("apparel", 65, (65,)), ("Online Retail", 7, (7, 14)),
    ("Online Retail", 9, (11,)), ("Online Retail", 12, (17,)),
)  # fmt: skip
CASES = {"chose the rule": CHOSE, "tested it": TESTED, "tested it again": TESTED_AGAIN}


def main() -> None:
    """Recommend, wait, count."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    sets, rows = read_sets(given.folder), []
    cases = [(part, *case) for part, those in CASES.items() for case in those]
    for part, name, weeks, backs in cases:
        table = sets[name]
        for back in backs:
            end = table["date"].max().normalize() - pd.Timedelta(weeks=back)
            before = crm.Transactions(table, as_of=str(end.date()))
            after = crm.Transactions(table, as_of=str((end + pd.Timedelta(weeks=weeks)).date()))
            said = clv.compare(before, holdout=f"{weeks}W", level=None).recommended
            found = clv.compare(after, holdout=f"{weeks}W", origins=1, level=None)
            best, close = closest(found)
            errors = found.table.set_index("model")["rmse"]
            rows.append({"part": part, "data": name, "weeks": weeks, "origin": end.date(), "recommended": said,
                         "best": best, "right": said in close, "more": errors[said] / errors[best] - 1})  # fmt: skip
            print(rows[-1], flush=True)
    told = pd.DataFrame(rows)
    print(told.to_markdown(index=False, floatfmt=".4f"))
    print()
    print(told.groupby("part", sort=False)["right"].agg(["sum", "count"]).to_markdown())


def closest(found: clv.Comparison) -> tuple[str, list[str]]:
    """The forecast of the smallest squared error, and those within a standard error of it."""
    table = found.table.set_index("model")
    best = table["rmse"].idxmin()
    return best, [best, *table.index[table["close"]]]


if __name__ == "__main__":
    main()
