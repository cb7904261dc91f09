"""Does any other way to fit find a higher likelihood? Two hundred simulated data sets that are hard to fit.

Usage: python benchmarks/robustness.py [sets] [model ...]      (default: 200 BGNBD MBGNBD ParetoNBD)

Each set is fitted by crmkit, by `lifetimes` (if installed), by scipy's L-BFGS-B in a far wider box from the
starts of crmkit and from random ones, and by Newton's method from random starts. Compared is the log-likelihood
that crmkit reports: of the fit, or of a limit of the model that its verdict names. A set is lost if another way
gets more than 1e-4 above it. Any exception or warning, and any verdict that the data contradict, is printed. The
exit code says whether all went well.
"""

from __future__ import annotations

import contextlib
import importlib.util
import sys
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import astuple, replace
from pathlib import Path
from typing import Any

import numpy as np

from crmkit.models._fit import maximise
from crmkit.models._purchases import PurchaseModel
from crmkit.models._repeats import read_cells
from crmkit.models.bg_nbd import BGNBD
from crmkit.models.mbg_nbd import MBGNBD
from crmkit.models.pareto_nbd import ParetoNBD

sys.path.append(str(Path(__file__).parents[1] / "tests" / "models"))
from nasty_sets import by_lbfgsb, nasty_sets, reached, untrue

Data = dict[str, np.ndarray]
MODELS: dict[str, type[PurchaseModel]] = {kind.__name__: kind for kind in (BGNBD, MBGNBD, ParetoNBD)}
PEERS = {"BGNBD": "BetaGeoFitter", "MBGNBD": "ModifiedBetaGeoFitter", "ParetoNBD": "ParetoNBDFitter"}
LOST = 1e-4
RANDOM_STARTS = 3


def by_lifetimes(model: PurchaseModel, data: Data) -> float:
    """Log-likelihood, in days, of the parameters that `lifetimes` finds."""
    import lifetimes

    fitter = getattr(lifetimes, PEERS[type(model).__name__])()
    with contextlib.redirect_stdout(None):  # it prints the optimiser's report where it gives up
        fitter.fit(data["x"], data["t_x"], data["T"])
    found = type(model).from_params(period="day", **{name: float(value) for name, value in fitter.params_.items()})
    return float(found.log_likelihood(data).sum())


def rivals(model: PurchaseModel, data: Data, i: int) -> Iterator[tuple[str, Callable[[], float]]]:
    """Other ways to fit: a name, and a function that returns the log-likelihood reached, in days."""
    cells = read_cells(data)
    unit = float(cells.n @ cells.T / cells.n.sum())
    objective = model._objective(replace(cells, unit=unit))
    # What turns a density per unit into one per day.
    shift = -float(cells.n @ cells.x) * np.log(unit)
    rng = np.random.default_rng(i)
    own = [np.log(start) for start in model._starts(float(cells.n @ cells.x / cells.n.sum()))]
    for start in [*own, *rng.normal(0, 2, (RANDOM_STARTS, 4))]:
        yield "L-BFGS-B", lambda start=start: by_lbfgsb(objective, start) + shift
    for start in rng.normal(0, 2.5, (RANDOM_STARTS, 4)):
        yield "Newton", lambda start=start: maximise(objective, [start]).log_likelihood + shift
    if importlib.util.find_spec("lifetimes") is not None:
        yield "lifetimes", lambda: by_lifetimes(model, data)


def study(kind: type[PurchaseModel], sets: int) -> bool:
    """Fit all sets with one model, print what happened, and say whether all went well."""
    behind: Counter[str] = Counter()
    raised: Counter[str] = Counter()
    verdicts: Counter[tuple[str, str]] = Counter()
    worst, n, lost, failures = -np.inf, 0, 0, []
    for name, i, data in nasty_sets(sets):
        n += 1
        print(f"\r{kind.__name__}: set {i} ", end="", file=sys.stderr, flush=True)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                model = kind(period="day").fit(data)
        except Exception as error:  # whatever it is, it is a finding
            failures.append(f"set {i} ({name}): {type(error).__name__}: {error}")
            continue
        simpler, top = model.diagnosis_.simpler, reached(model)
        best: dict[str, float] = {}
        for rival, climb in rivals(model, data, i):
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    best[rival] = max(climb(), best.get(rival, -np.inf))
            except Exception:  # a peer may fail in any way
                raised[rival] += 1
        for rival, value in best.items():
            behind[rival] += value < top - 1e-3
            if value > top + LOST:
                lost += 1
                failures.append(f"set {i} ({name}): {rival} is {value - top:.2g} higher; {model.params_}")
        worst = max(worst, *(value - top for value in best.values() if np.isfinite(value)))
        if why := untrue(model, data):
            failures.append(f"set {i} ({name}): {why}; {astuple(model.params_)}")
        verdicts[name, str(model.diagnosis_) + (f": {simpler.name}" if simpler else "")] += 1
    print(f"\n{kind.__name__}: {n} sets, {lost} lost; the best rival is at most {worst:.1e} higher")
    for rival in ("L-BFGS-B", "Newton", "lifetimes"):
        print(f"  {rival:9} more than 1e-3 below crmkit on {behind[rival]:3} sets, raised {raised[rival]:3} times")
    for (name, verdict), count in sorted(verdicts.items()):
        print(f"  {name:11} {count:3}  {verdict}")
    for failure in failures:
        print(f"  FAILED {failure}")
    sys.stdout.flush()
    return not failures


def main(arguments: list[str]) -> int:
    """Run the study; 0 if nothing was lost."""
    sets = int(arguments[0]) if arguments else 200
    kinds: list[Any] = [MODELS[name] for name in arguments[1:]] or list(MODELS.values())
    good = [study(kind, sets) for kind in kinds]
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
