"""Regularity of purchases and the time of the next one: simulation, brute force, and bad input."""

from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.special import gammaln

import crmkit as crm
from conftest import as_columns
from crmkit import clv
from crmkit.errors import ColumnError

SHARED = Path(__file__).parents[3] / "shared" / "data"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared reference data are not here")


def gaps_of(shape, n=400, seed=1):
    rng = np.random.default_rng(seed)
    counts = rng.integers(1, 12, n)
    return [rng.gamma(shape, 30 / shape, size=count) * rng.gamma(2) for count in counts]


def table_of_gaps(gaps):
    return {
        "x": [g.size for g in gaps],
        "t_x": [g.sum() for g in gaps],
        "T": [g.sum() + 9 for g in gaps],
        "log_gaps": [np.log(g).sum() for g in gaps],
    }


@pytest.mark.parametrize("shape", [0.6, 1.0, 3.0])
def test_the_shape_is_that_of_the_highest_dirichlet_likelihood(shape, make_table):
    gaps = gaps_of(shape)

    def loss(k):
        return -sum(
            gammaln(k * g.size) - g.size * gammaln(k) + (k - 1) * np.log(g / g.sum()).sum() for g in gaps if g.size > 1
        )

    found = clv.regularity(make_table(table_of_gaps(gaps)))
    assert found.shape == pytest.approx(minimize_scalar(loss, bounds=(0.1, 10), method="bounded").x, rel=1e-4)
    assert found.low < shape < found.high
    assert found.n_gaps == sum(g.size for g in gaps if g.size > 1)
    assert found.is_regular == (shape == 3.0)


def test_a_shape_that_would_have_no_end_stops_at_e_to_the_seventh():
    """Gaps that are all the same, and gaps of which one is nearly everything: the likelihood rises without end."""
    alike = table_of_gaps([np.full(3, 30.0)] * 3)
    assert clv.regularity(alike).shape == pytest.approx(np.exp(7), rel=1e-12)
    assert clv.regularity({**alike, "log_gaps": [-1e6] * 3}).shape == pytest.approx(np.exp(-7), rel=1e-12)


def test_an_interval_covers_as_often_as_it_says():
    hits = 0
    for seed in range(100):
        found = clv.regularity(table_of_gaps(gaps_of(1.5, n=60, seed=seed)))
        hits += found.low < 1.5 < found.high
    assert hits >= 89


@needs_shared
def test_groceries_are_bought_regularly():
    log = pytest.importorskip("pandas").read_csv(SHARED / "btydplus_groceryElog.csv").assign(amount=1)
    tx = crm.Transactions(log, customer="cust", as_of="2006-12-31")
    found = clv.regularity(tx)
    assert found.is_regular
    assert 1.7 < found.shape < 2.5
    assert "regular" in found.text("en")
    assert "规律" in found.text("zh")


def test_it_is_told_with_every_fit():
    data = table_of_gaps(gaps_of(3.0))
    model = clv.BGNBD(period="day").fit(data)
    assert model.regularity_ == clv.regularity(data)
    summary = as_columns(model.summary())
    assert summary["name"][-1] == "regularity"
    assert summary["low"][-1] == model.regularity_.low
    del data["log_gaps"]
    assert "regularity" not in list(clv.BGNBD().fit(data).summary()["name"])


def test_without_gaps_the_way_out_is_named():
    with pytest.raises(ColumnError, match="log_gaps=True"):
        clv.regularity({"x": [1], "t_x": [2], "T": [3]})
    assert clv.regularity({"x": [1, 0], "t_x": [2, 0], "T": [3, 3], "log_gaps": [0.7, 0.0]}) is None


@pytest.mark.parametrize("model", [
    clv.BGNBD.from_params(r=0.243, alpha=4.414, a=0.793, b=2.426),
    clv.ParetoNBD.from_params(r=0.553, alpha=10.578, s=0.606, beta=11.669),
    clv.MBGCNBD.from_params(k=3, r=1.2, alpha=4.0, a=0.5, b=1.5),
], ids=["BGNBD", "ParetoNBD", "MBGCNBD"])  # fmt: skip
def test_the_next_purchase_comes_as_often_before_its_quantiles_as_they_say(model, make_table):
    customers = {"x": [2, 9, 0], "t_x": [213, 260, 0], "T": [272, 272, 272]}
    found = as_columns(model.next_purchase(make_table(customers), horizon="26W", level=0.8), sort="x")
    order = np.argsort(customers["x"])
    one = {name: np.array(values)[order] for name, values in customers.items()}
    whole = model.p_purchase(one, horizon="26W")
    assert found["p_purchase"] == pytest.approx(list(whole), rel=1e-12)
    for name, share in (("next_days", 0.5), ("next_days_low", 0.1), ("next_days_high", 0.9)):
        for row in range(3):
            row_of = {key: values[row : row + 1] for key, values in one.items()}
            before = model.p_purchase(row_of, horizon=float(found[name][row]))[0]
            assert before / whole[row] == pytest.approx(share, abs=2e-3)


def test_the_next_purchase_has_a_date():
    model = clv.BGNBD.from_params(r=0.243, alpha=4.414, a=0.793, b=2.426)
    found = model.next_purchase({"x": [2], "t_x": [213], "T": [272]}, as_of="1997-09-30")
    days = int((np.datetime64(found["next_date"][0], "D") - np.datetime64("1997-09-30")).astype(int))
    assert days == int(np.ceil(found["next_days"][0]))
    assert found["next_date_low"][0] <= found["next_date"][0] <= found["next_date_high"][0]
