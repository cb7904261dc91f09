"""Simulated customers that break fits, other ways to fit them, and what a diagnosis may not say about them.

The customers are one-time buyers, never drop out, are few, have times in seconds, or are all alike.
"""

from collections.abc import Iterator

import numpy as np
from scipy.optimize import minimize

from crmkit.models._fit import Objective
from crmkit.models._purchases import PurchaseModel
from crmkit.models.bg_nbd import BGNBD
from crmkit.models.nbd import NBD
from crmkit.models.pareto_nbd import ParetoNBD

KINDS = {"typical": 80, "one-time": 30, "no dropout": 30, "tiny": 30, "seconds": 20, "alike": 10}
# Bounds of L-BFGS-B in the logarithms of the parameters; crmkit's are +-13.8.
WIDE = 25.0


def nasty_sets(count: int) -> Iterator[tuple[str, int, dict[str, np.ndarray]]]:
    """About `count` of the 200 sets, every kind among them: kind, number of the set, x, t_x and T."""
    rng = np.random.default_rng(1)
    kinds = [kind for kind, n in KINDS.items() for _ in range(n)]
    for i, kind in enumerate(kinds):
        n, T, r = int(10 ** rng.uniform(2.3, 3.7)), rng.uniform(100, 700), 10 ** rng.uniform(-0.7, 0.7)
        mean, share, sharpness = 10 ** rng.uniform(-1, 1), 10 ** rng.uniform(-1.5, -0.1), 10 ** rng.uniform(-0.3, 1)
        s, beta, ages = 10 ** rng.uniform(-0.5, 0.5), 10 ** rng.uniform(1, 3), rng.uniform(0.5, 1, 50_000)
        if i % max(1, len(kinds) // count):
            continue
        mean, n, r = 0.03 if kind == "one-time" else mean, 50 if kind == "tiny" else n, 1e4 if kind == "alike" else r
        share, s = (1e-9, 1e-9) if kind == "no dropout" else (share, s)
        sharpness, s, beta = (1e5, 1e4, 3e6) if kind == "alike" else (sharpness, s, beta)
        rates = {"r": r, "alpha": r * T / mean, "period": "day"}
        if i % 2:
            truth = ParetoNBD.from_params(s=s, beta=beta, **rates)
        else:
            truth = BGNBD.from_params(a=share * sharpness, b=(1 - share) * sharpness, **rates)
        drawn = truth.simulate(T * ages[:n], seed=i)
        t_x, T_seen = np.ceil(drawn["t_x"]), np.ceil(drawn["T"])
        if kind == "seconds":
            t_x, T_seen = drawn["t_x"] * 86_400, drawn["T"] * 86_400
        if drawn["x"].any():
            yield kind, i, {"x": drawn["x"], "t_x": np.minimum(t_x, T_seen), "T": T_seen}


def by_lbfgsb(objective: Objective, start: np.ndarray) -> float:
    """Log-likelihood where scipy's L-BFGS-B ends, with exact gradients, in a far wider box than crmkit's."""

    def minus(theta: np.ndarray) -> tuple[float, np.ndarray]:
        value, gradient, _ = objective(theta)
        return -value, -gradient

    bounds = [(-WIDE, WIDE)] * len(start)
    options = {"ftol": 1e-15, "gtol": 1e-9, "maxiter": 500}
    return -float(minimize(minus, start, jac=True, method="L-BFGS-B", bounds=bounds, options=options).fun)


def reached(model: PurchaseModel) -> float:
    """The highest log-likelihood that a fit reports: of the model, or of a limit that its diagnosis names."""
    limits = [one for one in (model.diagnosis_.simpler, model.diagnosis_.higher) if one is not None]
    return max([model.log_likelihood_, *(one.log_likelihood for one in limits)])


def untrue(model: PurchaseModel, data: dict[str, np.ndarray]) -> str:
    """What the data contradict in a diagnosis; empty if nothing."""
    determined = bool(np.isfinite(list(model.standard_errors_.values())).all())
    nbd = NBD(period=model.period).fit(data)
    if model.diagnosis_ == "optimum" and not determined:
        return "optimum, but without standard errors"
    if model.diagnosis_ == "optimum" and not isinstance(model, NBD) and model.likelihood_ratio(nbd).p_value > 0.05:
        return "optimum, but the NBD fits as well"
    if model.diagnosis_ == "ridge" and determined:
        return "ridge, but all parameters are determined"
    if model.diagnosis_ == "boundary":
        simpler = model.diagnosis_.simpler
        if model.likelihood_ratio(simpler).p_value < 0.05:
            return f"boundary, but {simpler.name} fits worse"
        if simpler.name.startswith("the NBD") and abs(simpler.log_likelihood - nbd.log_likelihood_) > 1e-6:
            return "the NBD named is not the best one"
    return ""
