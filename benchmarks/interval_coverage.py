"""Do stated 95 % intervals hold 95 % of the time? Rates of repurchase, gaps, retention of revenue, back-tests.

Usage: python benchmarks/interval_coverage.py [--shops 100] [--json FILE]

Shops of 100 and of 400 customers are drawn again and again from one distribution (gamma purchase rates and lives, half
of the customers are gone after a year); what is true is what the same function says of a shop of 40,000 of them. A row
says how often the interval held it, how wide it is on the mean, and in how many shops there was one at all. Customers
of a segment at an origin, and purchases of one customer, are not independent: this is what the table is to show.
"""

from __future__ import annotations

import argparse
import json
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import crmkit as crm

DAYS, LARGE = 540, 40_000
Interval = tuple[float, float, float]


def shop(n: int, seed: int) -> pd.DataFrame:
    """Purchases of n customers by the day."""
    rng = np.random.default_rng(seed)
    rate, life = rng.gamma(1.0, 1 / 30, n), rng.exponential(1 / rng.gamma(1.5, 1 / 400, n))
    first = rng.integers(0, 180, n)
    count = rng.poisson(rate * np.minimum(life, DAYS - first))
    who = np.concatenate([np.arange(n), np.repeat(np.arange(n), count)])
    later = first[who[n:]] + rng.random(who.size - n) * np.minimum(life, DAYS - first)[who[n:]]
    day = np.concatenate([first, later.astype(int)])
    own = rng.gamma(4, 10, n)
    sales = pd.DataFrame({"customer_id": who, "day": day}).drop_duplicates()
    sales["amount"] = (own[sales["customer_id"]] * rng.gamma(3, 1 / 3, len(sales))).round(2) + 0.01
    sales["date"] = pd.Timestamp("2024-01-01") + pd.to_timedelta(sales["day"], unit="D")
    return sales.drop(columns="day")


def figures(sales: pd.DataFrame) -> Iterator[tuple[str, Interval]]:
    """What crmkit says of a shop: name, and value with interval."""
    tx = crm.Transactions(sales, as_of=str((pd.Timestamp("2024-01-01") + pd.Timedelta(days=DAYS)).date()))
    again = crm.survival.repurchase(tx, within="60D").table.set_index("order_number")
    for number in (1, 2, 5):
        if number in again.index:
            row = again.loc[number]
            yield f"repurchase within 60 days, order {number}", tuple(row[["rate_within", "within_low", "within_high"]])
    gaps = crm.survival.inactivity_threshold(tx).table
    for days in (14, 60, 180):
        row = gaps[gaps["days"] <= days].iloc[-1]
        yield f"gap curve at {days} days", tuple(row[["returned_share", "returned_low", "returned_high"]])
    for period in ("month", "quarter"):
        stayed = crm.retention.rates(tx, period=period).table
        row = stayed[stayed["complete"]].iloc[-1]
        yield f"retention rate, last {period}", tuple(row[["retention_rate", "retention_low", "retention_high"]])
    moved = crm.retention.revenue_movements(tx, period="quarter").table
    row = moved[moved["complete"]].iloc[-1]
    for name in ("grr", "nrr"):
        yield f"{name.upper()}, last quarter", tuple(row[[name, f"{name}_low", f"{name}_high"]])
    tested = crm.validation.backtest(tx, horizon=90)
    alone = tested.segments[tested.segments["origin"] == tested.segments["origin"].max()].set_index("segment")
    pooled = tested.pooled.set_index("segment")
    for segment in ("champions", "hibernating", "all_customers"):
        for where, table in (("one origin", alone), ("pooled", pooled)):
            if segment in table.index:
                row = table.loc[segment]
                yield f"back-test, {where}: {segment}", tuple(row[["rebuy_rate", "rate_low", "rate_high"]])


def main() -> None:
    """Draw, ask, count."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shops", type=int, default=100)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    truth = {name: value for name, (value, *_) in figures(shop(LARGE, 0))}
    rows: list[dict[str, Any]] = []
    for n in (100, 400):
        for seed in range(1, given.shops + 1):
            for name, (value, low, high) in figures(shop(n, seed)):
                held = np.nan if np.isnan(low) else float(low <= truth[name] <= high)
                rows.append({"interval": name, "customers": n, "held": held, "width": high - low, "value": value})
    found = pd.DataFrame(rows)
    by = found.groupby(["interval", "customers"], sort=False)
    table = by.agg(covers=("held", "mean"), width=("width", "mean"), given=("held", "count")).reset_index()
    table.insert(2, "true", table["interval"].map(truth))
    print(table.to_markdown(index=False, floatfmt=".3f"))
    if given.json:
        given.json.write_text(json.dumps(table.to_dict("records"), indent=1))


if __name__ == "__main__":
    main()
