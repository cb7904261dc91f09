"""Fits compute in one thread: helpers of numpy, scipy and scikit-learn would wait at full speed for the next step.

Measured in a process of its own, which may start as many threads as it likes: what other threads take while a fit runs,
beside what its own thread takes. The machine's other work does not enter. With helpers, trees took four times as much.
"""

import json
import os
import subprocess
import sys

import pytest

MEASURED = """
import json, sys, time, warnings
import numpy as np
import crmkit as crm
from crmkit import churn, clv

warnings.simplefilter("ignore")
rng = np.random.default_rng(1)
n = 30_000
T = rng.integers(200, 700, n).astype(float)
x = rng.negative_binomial(1, 0.3, n).astype(float)
customers = {"x": x, "t_x": np.where(x > 0, np.round(T * rng.random(n) ** 0.5), 0.0), "T": T,
             "m_x": np.round(rng.gamma(3, 10, n) + 1, 2), "recency": rng.integers(0, 500, n).astype(float),
             "frequency": x + 1, "monetary": rng.gamma(2, 30, n), "female": rng.integers(0, 2, n).astype(float)}
again = {name: values[x > 0] for name, values in customers.items()}
fits = {
    "BGNBD": lambda: clv.BGNBD().fit(customers),
    "ParetoNBD": lambda: clv.ParetoNBD().fit(customers),
    "covariates": lambda: clv.BGNBD(covariates=["female"]).fit(customers),
    "GammaGamma": lambda: clv.GammaGamma().fit(again),
    "Clusterer": lambda: crm.segment.Clusterer(n_clusters=4).fit(customers).stability_,
}
if sys.argv[1] == "rows":  # lists of many rows are counted by an engine, whose threads do work
    rows = rng.integers(0, 11_000, 60_000)
    table = {"customer_id": rows, "date": np.datetime64("2023-01-01") + rng.integers(0, 700, rows.size),
             "amount": np.round(rng.gamma(3, 10, rows.size) + 1, 2)}
    tx = crm.Transactions(table)
    fits = {"SpendMean": lambda: clv.SpendMean(horizon="26W").fit(tx),
            "choose_model": lambda: clv.choose_model(tx, horizon="26W"),
            "Boosted": lambda: clv.Boosted(horizon="26W").fit(tx),
            "ChurnModel": lambda: churn.ChurnModel(horizon="13W").fit(tx)}
found = {}
for name, fit in fits.items():
    before = time.thread_time(), time.process_time()
    fit()
    own, all_ = time.thread_time() - before[0], time.process_time() - before[1]
    found[name] = [own, all_ - own]
print(json.dumps(found))
"""


def _measured(what):
    free = {name: value for name, value in os.environ.items() if not name.endswith("_NUM_THREADS")}
    free |= {"OPENBLAS_NUM_THREADS": "4", "OMP_NUM_THREADS": "4"}
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, what], capture_output=True, text=True, check=True, env=free, timeout=600
    )
    return json.loads(done.stdout.splitlines()[-1])


def test_fits_of_customers_use_no_other_thread():
    pytest.importorskip("sklearn")
    for name, (own, others) in _measured("customers").items():
        assert others <= 0.1 + 0.2 * own, (name, own, others)


@pytest.mark.slow
def test_fits_of_rows_use_other_threads_only_to_read_them():
    pytest.importorskip("sklearn")
    for name, (own, others) in _measured("rows").items():
        assert others <= 0.1 + 0.3 * own, (name, own, others)
