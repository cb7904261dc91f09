"""What do customers spend who come back: as `crmkit.clv.SpendMean` expects it, or the Gamma-Gamma model?

Usage: python benchmarks/return_spend.py FOLDER      (FOLDER holds the data of the README there)

The lists of `returns.py` that have money. Of those who came back, what they spent within the horizon stands beside
`value_if_reactivated` of `outreach.win_back`, and beside the same with the spend of Gamma-Gamma or with the power that
SpendMean learns: errors of each customer as ratios to those of Gamma-Gamma, and logarithms of the totals.
"""

from __future__ import annotations

import argparse
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from returns import CHANCES, DEVELOPED, RULE, TESTED
from totals import read_sets

import crmkit as crm
from crmkit.errors import DataError


def gamma_gamma(customers: pd.DataFrame, lost: pd.DataFrame) -> np.ndarray:
    """Expected spend by the Gamma-Gamma model, or one mean of all repeat purchases where it has none."""
    try:
        model = crm.clv.GammaGamma().fit(customers)
        if model.params_.q > 1:
            return np.asarray(model.expected_spend(lost))
    except DataError:
        pass
    return np.full(len(lost), (customers["x"] * customers["m_x"]).sum() / customers["x"].sum())


def judged(table: pd.DataFrame, name: str, days: int, back: int) -> dict[str, object]:
    """One list: errors of each way."""
    end = table["date"].max().normalize() - pd.Timedelta(days=back)
    tx = crm.Transactions(table, as_of=str(end.date()))
    won = crm.outreach.win_back(tx, contact_cost=0, rule=RULE, horizon=days, response=1).table
    customers = crm.summarize(tx)
    lost = won[["customer_id"]].merge(customers, on="customer_id")
    value = won["value_if_reactivated"].to_numpy()
    plain = CHANCES._spend(tx, {name: lost[name].to_numpy() for name in ("x", "monetary")})
    powered = crm.clv.SpendMean(horizon=f"{days}D").fit(tx).of_history(*lost[["x", "monetary"]].to_numpy(float).T)
    ways = {"own": value, "power": value / plain * powered, "gamma": value / plain * gamma_gamma(customers, lost)}
    day = table["date"].dt.normalize()
    after = table[(table["amount"] > 0) & (day > end) & (day <= end + pd.Timedelta(days=days))]
    spent = lost["customer_id"].map(after.groupby("customer_id")["amount"].sum())
    came = spent.notna().to_numpy()
    off = {way: said[came] - spent[came] for way, said in ways.items()}
    found: dict[str, object] = {"data": name, "days": days, "back": back, "came": int(came.sum())}
    for way in ("own", "power"):
        found[f"rmse {way}"] = np.sqrt((off[way] ** 2).mean() / (off["gamma"] ** 2).mean())
        found[f"mae {way}"] = off[way].abs().mean() / off["gamma"].abs().mean()
    return found | {f"total {way}": np.log(said[came].sum() / spent[came].sum()) for way, said in ways.items()}


def main() -> None:
    """Value, wait, compare."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    sets = read_sets(given.folder)
    sets["CDNOW"] = crm.datasets.load_cdnow()  # all 23,570 customers
    sets["CDNOW"]["date"] = pd.to_datetime(sets["CDNOW"]["date"])
    cases = [case for case in (*DEVELOPED, *TESTED) if case[0] != "grocery"]  # which has no money
    rows = pd.DataFrame([judged(sets[case[0]], *case) for case in cases])
    print(rows.round(3).to_string(index=False))
    for way in ("own", "power"):
        for error in ("rmse", "mae"):
            ratio = rows[f"{error} {way}"]
            print(f"{error} {way}: smaller in {(ratio < 1).sum()} of {len(ratio)}, median ratio {ratio.median():.3f}")
    print(rows.filter(like="total").abs().groupby(rows["data"]).mean().round(3))


if __name__ == "__main__":
    main()
