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
CASES = (
    ("CDNOW", 13, (13, 26)),
    ("CDNOW", 26, (26,)),
    ("grocery", 13, (13, 26, 39)),
    ("grocery", 26, (26, 39)),
    ("apparel", 26, (26, 78, 130)),
    ("apparel", 52, (52, 104)),
    ("Online Retail", 13, (13, 20)),
    ("Online Retail", 8, (8,)),
    # Those above chose the rule of `compare`, those below test it.
    ("CDNOW", 8, (8, 18)),
    ("CDNOW", 20, (20,)),
    ("grocery", 8, (8, 32)),
    ("grocery", 20, (20, 42)),
    ("apparel", 13, (13, 39, 91)),
    ("apparel", 39, (39, 117)),
    ("Online Retail", 6, (6, 12)),
    ("Online Retail", 10, (10, 16)),
)


def main() -> None:
    """Recommend, wait, count."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    sets, rows = read_sets(given.folder), []
    for name, weeks, backs in CASES:
        table = sets[name]
        for back in backs:
            end = table["date"].max().normalize() - pd.Timedelta(weeks=back)
            before = crm.Transactions(table, as_of=str(end.date()))
            after = crm.Transactions(table, as_of=str((end + pd.Timedelta(weeks=weeks)).date()))
            said = clv.compare(before, holdout=f"{weeks}W", level=None).recommended
            found = clv.compare(after, holdout=f"{weeks}W", origins=1, level=None)
            best, close = closest(found)
            rows.append({"data": name, "weeks": weeks, "origin": end.date(), "recommended": said, "best": best,
                         "right": said in close})  # fmt: skip
            print(rows[-1], flush=True)
    told = pd.DataFrame(rows)
    print(told.to_markdown(index=False))
    print(f"\nright in {told['right'].sum()} of {len(told)}")


def closest(found: clv.Comparison) -> tuple[str, list[str]]:
    """The forecast of the smallest squared error, and those within a standard error of it."""
    table = found.table.set_index("model")
    best = table["rmse"].idxmin()
    return best, [best, *table.index[table["close"]]]


if __name__ == "__main__":
    main()
