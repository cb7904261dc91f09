"""The CDNOW sample as x, t_x and T, made here by plain loops from the file inside the package `lifetimes`."""

import datetime as dt
import importlib.util
from collections import defaultdict
from functools import cache
from pathlib import Path

import numpy as np
import pytest

CALIBRATION_ENDS = dt.date(1997, 9, 30)
HOLDOUT_ENDS = dt.date(1998, 6, 30)


@cache
def cdnow_repeats() -> dict[str, np.ndarray]:
    """One row per customer: x, t_x and T in days up to 1997-09-30, and `future`, purchases in the 39 weeks after."""
    found = importlib.util.find_spec("lifetimes")
    if found is None or found.origin is None:
        pytest.skip("the CDNOW data ship inside the package lifetimes, which is not installed")
    file = Path(found.origin).parent / "datasets" / "CDNOW_sample.txt"
    days = defaultdict(set)
    for line in file.read_text().splitlines():
        _, customer, day, *_ = line.split()
        days[int(customer)].add(dt.date(int(day[:4]), int(day[4:6]), int(day[6:])))
    rows = []
    for _, bought in sorted(days.items()):
        first = min(bought)
        seen = [day for day in bought if day <= CALIBRATION_ENDS]
        later = sum(CALIBRATION_ENDS < day <= HOLDOUT_ENDS for day in bought)
        rows.append((len(seen) - 1, (max(seen) - first).days, (CALIBRATION_ENDS - first).days, later))
    x, t_x, T, future = np.array(rows, dtype=float).T
    return {"x": x, "t_x": t_x, "T": T, "future": future}


def histories(*rows: tuple[float, float, float]) -> dict[str, np.ndarray]:
    """Customers from rows of x, and t_x and T in weeks."""
    x, t_x, T = np.array(rows, dtype=float).T
    return {"x": x, "t_x": 7 * t_x, "T": 7 * T}


# The histories of REFERENCES: x, t_x and T in weeks.
FOUR = histories((0, 0, 38.86), (1, 5, 30), (2, 30.43, 38.86), (26, 216 / 7, 31))
# The annual rate that is a continuous rate of .0027 a week.
RATE_0027 = float(np.expm1(0.0027 * 365.25 / 7))
