"""Do 90 % intervals of totals hold 90 % of the time? Rolling origins on real and simulated shops.

Usage: python benchmarks/totals.py FOLDER [--json FILE] [--quick]      (FOLDER holds the data of the README there)

At each origin the data after it are taken away, `clv.total_interval` and `clv.portfolio_value` say what will come
within the horizon, and what came is read off. Printed is a table in Markdown: cases, share covered, half width of the
interval in logarithms (median), share with basis "backtested", P(so many misses or more) of the origins that lie a
horizon apart (largest over the horizons), and ln(actual / value). Simulated shops are drawn afresh for each case;
"needed" is the half width of whoever knows the true distribution and calendar (not of regular gaps, which have none in
closed form): that of the model with the true parameters, on the customers as they were.
"""

from __future__ import annotations

import argparse
import json
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import binom

import crmkit as crm
from crmkit import clv

DAY = np.timedelta64(1, "D")
# Simulated shops: when they begin, and the Pareto/NBD distribution of their customers, by the day.
START, TRUE = pd.Timestamp("2020-01-01"), {"r": 0.9, "alpha": 25.0, "s": 0.8, "beta": 300.0}


def read_sets(folder: Path) -> dict[str, pd.DataFrame]:
    """The real tables, by name: customer_id, date, amount."""
    named = {"Id": "customer_id", "cust": "customer_id", "Date": "date", "Price": "amount"}
    files = {
        "CDNOW": "clvtools_cdnow.csv",
        "grocery": "btydplus_groceryElog.csv",
        "apparel": "clvtools_apparelTrans.csv",
    }
    sets = {name: pd.read_csv(folder / file).rename(columns=named) for name, file in files.items()}
    sets["grocery"]["amount"] = 1.0
    retail = pd.read_parquet(folder / "online_retail.parquet")
    sets["Online Retail"] = pd.DataFrame(
        {"customer_id": retail["CustomerID"], "date": retail["InvoiceDate"], "amount": retail["amount"]}
    ).dropna()
    for table in sets.values():
        table["date"] = pd.to_datetime(table["date"])
    return {name: table[["customer_id", "date", "amount"]] for name, table in sets.items()}


def simulated(kind: str, seed: int) -> tuple[pd.DataFrame, np.ndarray]:
    """A shop whose distribution is known: plain, small, seasonal, promotions, regular; two to four years. Its clock."""
    rng = np.random.default_rng(seed)
    n, days = (100 if kind == "small" else 1000), {"seasonal": 1460, "promotions": 900}.get(kind, 730)
    rate = rng.gamma(TRUE["r"], 1 / TRUE["alpha"], n)
    life = rng.exponential(1 / rng.gamma(TRUE["s"], 1 / TRUE["beta"], n))
    first = rng.integers(0, 180 if kind != "seasonal" else 900, n)
    promo = np.zeros(days)
    promo[rng.choice(days, days // 30, replace=False)] = 1
    c = np.ones(days)
    if kind == "seasonal":
        c = 1 + 0.6 * np.sin(2 * np.pi * (np.arange(days) - 200) / 365.25)
    if kind == "promotions":
        c = 0.85 + 5 * promo
    clock = np.concatenate([[0.0], np.cumsum(c)])
    rows = []
    for customer in range(n):
        now, end = clock[first[customer]], clock[min(days, int(first[customer] + life[customer]))]
        rows.append((customer, first[customer]))
        while True:
            gap = rng.gamma(3, 1 / 3) if kind == "regular" else rng.exponential()
            now += gap / max(rate[customer], 1e-6)
            if now >= end:
                break
            rows.append((customer, int(np.searchsorted(clock, now, side="right") - 1)))
    table = pd.DataFrame(rows, columns=["customer_id", "day"]).drop_duplicates()
    table["date"] = START + pd.to_timedelta(table["day"], unit="D")
    table["amount"] = rng.gamma(4, rng.gamma(6, 1, n)[table["customer_id"]]).round(2)
    return table[["customer_id", "date", "amount"]], clock


def needed(table: pd.DataFrame, clock: np.ndarray, origin: pd.Timestamp, weeks: int) -> float:
    """Half width of the interval of purchases that the true distribution gives, in the time of a clock."""
    past = table[table["date"] <= origin].groupby("customer_id")["date"].agg(["min", "max", "count"])
    first, last = (clock[(past[name] - START).dt.days] for name in ("min", "max"))
    now, end = (clock[min((origin - START).days + 7 * later, clock.size - 1)] for later in (0, weeks))
    customers = {"x": past["count"].to_numpy() - 1.0, "t_x": last - first, "T": now - first}
    found = clv.total_interval(customers, horizon=float(end - now), purchases=clv.ParetoNBD.from_params(**TRUE))
    return float(np.log(found.high / found.low) / 2)


def origins(table: pd.DataFrame, weeks: int, *, gap: int = 28, least: int = 91) -> Iterator[pd.Timestamp]:
    """Ends of the past, the latest first, `gap` days apart, whose horizon lies in the data."""
    first, last = table["date"].min().normalize(), table["date"].max().normalize()
    origin = last - pd.Timedelta(weeks=weeks)
    while origin >= first + pd.Timedelta(days=least):
        yield origin
        origin -= pd.Timedelta(days=gap)


def came(table: pd.DataFrame, origin: pd.Timestamp, weeks: int) -> tuple[int, float]:
    """Purchase days and money of the customers known by then, within so many weeks."""
    day = table["date"].dt.normalize()
    bought = table["amount"] > 0
    known = table["customer_id"][bought & (day <= origin)].unique()
    later = table["customer_id"].isin(known) & (day > origin) & (day <= origin + pd.Timedelta(weeks=weeks))
    visits = pd.DataFrame({"c": table["customer_id"], "d": day})[later & bought].drop_duplicates()
    return len(visits), float(table["amount"][later].sum())


def judged(name: str, table: pd.DataFrame, origin: pd.Timestamp, weeks: int) -> Iterator[dict[str, Any]]:
    """One row for counts, one for money."""
    tx = crm.Transactions(table, as_of=str(origin.date()))
    count, money = came(table, origin, weeks)
    asked = {"counts": (clv.total_interval, {}, count)}
    if table["amount"].nunique() > 1:
        asked["money"] = (clv.portfolio_value, {}, money)
    for what, (function, settings, actual) in asked.items():
        start = time.process_time()
        found = function(tx, horizon=f"{weeks}W", **settings)
        low, high = max(found.low, 0.5), max(found.high, 1.0)
        yield {
            "set": name, "what": what, "origin": str(origin.date()), "weeks": weeks, "actual": actual,
            "value": found.value, "low": found.low, "high": found.high, "basis": found.basis, "origins": found.origins,
            "covered": bool(found.low <= actual <= found.high), "half": float(np.log(high / low) / 2),
            "error": float(np.log((actual + 0.5) / (found.value + 0.5))), "seconds": time.process_time() - start,
        }  # fmt: skip


def refuted(rows: pd.DataFrame) -> float:
    """Smallest P(so many misses or more) over horizons, of origins a horizon apart; simulated shops are all apart."""
    if rows["set"].str.startswith("simulated").all():
        return float(binom.sf(int((~rows["covered"]).sum()) - 1, len(rows), 0.1))
    found = 1.0
    for weeks, group in rows.groupby("weeks"):
        dates = pd.to_datetime(group["origin"]).to_numpy()
        order, kept_, last = np.argsort(dates)[::-1], [], None
        for place in order:
            if last is None or last - dates[place] >= weeks * 7 * DAY:
                kept_.append(place)
                last = dates[place]
        misses = int((~group["covered"].to_numpy()[kept_]).sum())
        found = min(found, float(binom.sf(misses - 1, len(kept_), 0.1)))
    return found


def summary(rows: pd.DataFrame) -> pd.DataFrame:
    """One line per set and what, and one for all."""
    lines = []
    for what, part in rows.groupby("what"):
        for name, group in [*part.groupby("set"), ("all", part)]:
            lines.append(
                {
                    "what": what, "set": name, "cases": len(group), "covered": group["covered"].mean(),
                    "half width": group["half"].median(), "needed": group["needed"].median(),
                    "backtested": (group["basis"] == "backtested").mean(),
                    "P(misses)": refuted(group) if name != "all" else np.nan,
                    "mean error": group["error"].mean(), "rms error": np.sqrt((group["error"] ** 2).mean()),
                    "seconds": group["seconds"].mean(),
                }
            )  # fmt: skip
    return pd.DataFrame(lines)


def main() -> None:
    """Read, judge, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--quick", action="store_true", help="every third origin")
    parser.add_argument("--only", nargs="*")
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    rows: list[dict[str, Any]] = []
    for name, table in read_sets(given.folder).items():
        if given.only and name not in given.only:
            continue
        gap = {"apparel": 119, "Online Retail": 21}.get(name, 28) * (3 if given.quick else 1)
        for weeks in (13, 26, 39, 52):
            for origin in origins(table, weeks, gap=gap):
                rows += judged(name, table, origin, weeks)
    for kind in ("plain", "small", "regular", "promotions", "seasonal"):
        if given.only and kind not in given.only:
            continue
        for seed in range(6 if given.quick else 20):
            table, clock = simulated(kind, seed)
            weeks = (13, 26)[seed % 2]
            origin = table["date"].max().normalize() - pd.Timedelta(weeks=weeks)
            least = np.nan if kind == "regular" else needed(table, clock, origin, weeks)
            for row in judged(f"simulated, {kind}", table, origin, weeks):
                rows.append({**row, "needed": least if row["what"] == "counts" else np.nan})
    found = pd.DataFrame(rows)
    found["needed"] = found.get("needed", np.nan)
    print(summary(found).to_markdown(index=False, floatfmt=".3f"))
    if given.json:
        given.json.write_text(json.dumps({"cases": rows, "summary": summary(found).to_dict("records")}, indent=1))


if __name__ == "__main__":
    main()
