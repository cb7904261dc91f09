"""Do customers leave by the calendar of the shop, or by the days on the wall? Both, on the same data.

Usage: python benchmarks/dropout_time.py FOLDER      (FOLDER holds the data of the README there)

Purchases run in the operational time of a `PurchaseCalendar`. Dropout of the Pareto/NBD model may run in it too, as
crmkit has it, because then every formula keeps its form; or in days, which takes an integral over the day of dropout
for each customer. Both likelihoods are climbed here from crmkit's own fit, the integral as a sum over days; ln L may be
compared, since both have four parameters and the same calendar. Printed are both, and the purchases that each expects
within the half year after, against what came.
"""

from __future__ import annotations

import argparse
from dataclasses import astuple
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.optimize import minimize
from scipy.special import gammaln
from totals import read_sets, simulated

import crmkit as crm
from crmkit import _checks, clv

AHEAD = 182


class Shop:
    """Customers of a past, the operational time of each of their days, and both likelihoods."""

    def __init__(self, table: pd.DataFrame, end: pd.Timestamp) -> None:
        tx = crm.Transactions(table, as_of=str(end.date()))
        self.calendar = clv.PurchaseCalendar().fit(tx)
        self.customers = crm.summarize(tx)
        last = _checks.day_number(tx.as_of)
        clock = self.calendar.rates_.clock(tx.first_day, last + AHEAD)
        x, t_x, T = (self.customers[name].to_numpy() for name in ("x", "t_x", "T"))
        self.x, self.t_x, self.T = x, t_x, T
        age = np.arange(int(T.max()) + AHEAD + 1)
        day = np.minimum((last - T - tx.first_day)[:, None] + age, clock.elapsed.size - 1)
        self.age, self.run = age.astype(float), clock.elapsed[day] - clock.elapsed[last - T - tx.first_day][:, None]
        self.start = clv.ParetoNBD(period="day").fit(self.calendar.summarize(tx)).params_

    def parts(self, theta: np.ndarray, *, by_calendar: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Density of histories that are over, and of those that go on; and survival of each age."""
        r, alpha, s, beta = np.exp(theta)
        time = self.run if by_calendar else np.broadcast_to(self.age, self.run.shape)
        alive = (1 + time / beta) ** -s
        bought = np.exp(-(r + self.x)[:, None] * np.log(alpha + self.run))
        # Left between two ends of days: the chance of that, times the purchases that were missed by the middle of it.
        left = (alive[:, :-1] - alive[:, 1:]) * (bought[:, :-1] + bought[:, 1:]) / 2
        within = (self.age[:-1] >= self.t_x[:, None]) & (self.age[1:] <= self.T[:, None])
        row = np.arange(self.x.size)
        return (left * within).sum(axis=1), alive[row, self.T] * bought[row, self.T], alive

    def log_likelihood(self, theta: np.ndarray, *, by_calendar: bool) -> float:
        """Up to what both have in common."""
        gone, going, _ = self.parts(theta, by_calendar=by_calendar)
        r, alpha = np.exp(theta[:2])
        return float((gammaln(r + self.x) - gammaln(r) + r * np.log(alpha) + np.log(gone + going)).sum())

    def expected(self, theta: np.ndarray, *, by_calendar: bool) -> float:
        """Purchases of all customers within the days ahead."""
        gone, going, alive = self.parts(theta, by_calendar=by_calendar)
        r, alpha = np.exp(theta[:2])
        row = np.arange(self.x.size)
        ahead = self.T[:, None] + np.arange(AHEAD + 1)
        steps = np.diff(self.run[row[:, None], ahead], axis=1)
        stays = (alive[row[:, None], ahead] / alive[row, self.T][:, None])[:, :-1]
        rate = (r + self.x) / (alpha + self.run[row, self.T])
        return float((going / (gone + going) * rate * (steps * stays).sum(axis=1)).sum())


def main() -> None:
    """Climb both, print both."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    given = parser.parse_args()
    sets = {"apparel": read_sets(given.folder)["apparel"], "simulated, seasonal": simulated("seasonal", 1)[0]}
    rows = []
    for name, table in sets.items():
        for back in (AHEAD, 3 * AHEAD):
            end = table["date"].max().normalize() - pd.Timedelta(days=back)
            shop = Shop(table, end)
            day = table["date"].dt.normalize()
            known = table["customer_id"].isin(shop.customers["customer_id"])
            after = table[known & (day > end) & (day <= end + pd.Timedelta(days=AHEAD))].assign(day=day)
            came = len(after.drop_duplicates(["customer_id", "day"]))
            for by_calendar in (True, False):
                found = minimize(
                    lambda theta, s=shop, b=by_calendar: -s.log_likelihood(theta, by_calendar=b),
                    np.log(astuple(shop.start)), method="Nelder-Mead", options={"maxfev": 160, "fatol": 1e-3},
                )  # fmt: skip
                rows.append(
                    {
                        "data": name, "origin": end.date(), "dropout runs in": "calendar" if by_calendar else "days",
                        "ln L": -found.fun, "expected": shop.expected(found.x, by_calendar=by_calendar), "came": came,
                    }
                )  # fmt: skip
                print(rows[-1], flush=True)
    print(pd.DataFrame(rows).to_markdown(index=False, floatfmt=".2f"))


if __name__ == "__main__":
    main()
