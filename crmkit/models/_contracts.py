"""What models of contracts share: renewals counted by age, and forecasts made from a survival curve.

A contract customer either renews at the end of a period or is seen to leave. Everything such a
model learns from is, for each age, how many came up for renewal (`at_risk`) and how many did not
renew (`lost`). Cohorts of different length, and customers whose contract still runs, need nothing
special: they stop coming up for renewal.

A model of this family brings `Params`, `_starts`, `_limits`, `_box`, `_objective` and `_log_survival`.

Sources: Fader & Hardie (2007), How to project customer retention, Journal of Interactive Marketing
21(1), 76-90; Fader & Hardie (2010), Customer-base valuation in a contractual setting, Marketing
Science 29(1), 85-93 (discounted lifetimes).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Self

import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import ArrayLike

from crmkit import _checks, _frame
from crmkit._types import Duration, Floats, Table
from crmkit.errors import ArgumentError, DataError, Words, shown
from crmkit.models._base import DAYS_IN, Model, Period, natural_covariance
from crmkit.models._diagnosis import Limit, judge
from crmkit.models._fit import BOX, Objective, maximise
from crmkit.models._repeats import distinct
from crmkit.models._steps import discounted_sum, rate_per_step, steps_of

COUNTS_HINT = Words("hint_contract_counts")
TENURE_HINT = Words("hint_contract_tenure")


@dataclass(frozen=True, slots=True)
class Renewals:
    """Renewals by age, each of shape (n_ages,): at the end of period `age` `lost` of `at_risk` did not renew."""

    age: Floats
    at_risk: Floats
    lost: Floats


def read_renewals(contracts: Table) -> Renewals:
    """Renewals from counts of survivors (a list, or a table by age and cohort) or from a table of renewals."""
    if isinstance(contracts, Sequence) or len(getattr(contracts, "shape", ())) == 1:
        survivors = np.asarray(contracts, dtype=np.float64)
        return _of_survivors(np.zeros(survivors.size), np.arange(survivors.size, dtype=np.float64), survivors)
    table = _frame.open_table(contracts)
    if "at_risk" in table.columns:
        given = _frame.open_table(contracts, numbers=["cohort_age", "at_risk", "lost"], hint=COUNTS_HINT)
        return _added(*given.arrays("cohort_age", "at_risk", "lost"))
    keys = ["cohort"] if "cohort" in table.columns else []
    table = _frame.open_table(contracts, numbers=["cohort_age", "customers"], keys=keys, hint=COUNTS_HINT)
    age, survivors = table.arrays("cohort_age", "customers")
    cohort = np.zeros(age.size)
    if keys:
        names = table.collect(table.frame.select("cohort"))["cohort"]
        cohort = np.unique(names, return_inverse=True)[1].reshape(-1).astype(np.float64)
    return _of_survivors(cohort, age, survivors)


def _of_survivors(cohort: Floats, age: Floats, survivors: Floats) -> Renewals:
    """Renewals of cohorts whose survivors were counted at consecutive ages."""
    order = np.lexsort((age, cohort))
    cohort, age, survivors = cohort[order], age[order], survivors[order]
    same = np.flatnonzero(np.diff(cohort) == 0)
    if not np.isfinite(survivors).all() or (survivors < 0).any() or (age < 0).any():
        raise DataError("models_ages_counts_customers_more", counts_hint=COUNTS_HINT)
    steps = age[same + 1] - age[same]
    if (steps != 1).any():
        gaps = list(zip(age[same][steps != 1].tolist(), age[same + 1][steps != 1].tolist(), strict=True))
        raise DataError("models_each_cohort_needs_every", gaps=shown(gaps))
    return _added(age[same + 1], survivors[same], survivors[same] - survivors[same + 1])


def _added(age: Floats, at_risk: Floats, lost: Floats) -> Renewals:
    """Renewals of all cohorts together, by age."""
    bad = (lost < 0) | (lost > at_risk) | (age < 1) | (age != np.floor(age))
    if bad.any():
        rows = list(zip(age[bad].tolist(), at_risk[bad].tolist(), lost[bad].tolist(), strict=True))
        raise DataError("models_each_age_between_all", rows=shown(rows), counts_hint=COUNTS_HINT)
    (ages,), row = distinct(age)
    at_risk, lost = (np.asarray(np.bincount(row, weights=n), dtype=float) for n in (at_risk, lost))
    together = Renewals(ages, at_risk, lost)
    if together.at_risk.sum() == 0:
        raise DataError("models_nobody_ever_came_up", counts_hint=COUNTS_HINT)
    return together


class ContractModel(Model):
    """How long customers under contract stay; see `SBG` and `BDW`."""

    _starts: ClassVar[Sequence[Sequence[float]]]
    _limits: ClassVar[tuple[Limit, ...]]
    # The parameters' largest and smallest values, as logarithms.
    _box: ClassVar[tuple[Sequence[float] | float, Sequence[float] | float]] = (-BOX, BOX)
    settings = ("period",)

    def __init__(self, *, period: Period = "year") -> None:
        _checks.choice("period", period, DAYS_IN)
        self.period = period

    # What a model brings -------------------------------------------------------------------------

    def _objective(self, renewals: Renewals) -> Objective:
        raise NotImplementedError

    def _log_survival(self, params: Any, age: Floats, since: Floats | float) -> Floats:
        """Log-probability of `age` more renewals after `since` of them."""
        raise NotImplementedError

    # Fit -----------------------------------------------------------------------------------------

    def fit(self, contracts: Any, y: Any = None) -> Self:  # noqa: ARG002  as pipelines call it
        """Learn the parameters by maximum likelihood from counts of customers who stayed.

        Parameters
        ----------
        contracts : list of counts, or table
            One cohort: the customers still there at ages 0, 1, 2 ... as a list. Several: a table with
            `cohort`, `cohort_age` and `customers`; cohorts may end at different ages, for what is not yet
            observed has no row. Or renewals already counted: a table with `cohort_age` (1 at the end of
            the first period), `at_risk` (came up for renewal) and `lost` (did not renew).

        Returns
        -------
        the model itself, with `params_`, `log_likelihood_`, `covariance_`, `diagnosis_`

        Raises
        ------
        ColumnError
            A column is absent, not numeric, or has missing values.
        DataError
            Counts rise with age, ages are left out, or nobody ever came up for renewal.
        """
        renewals = read_renewals(contracts)
        objective = self._objective(renewals)
        lower, upper = self._box
        optimum = maximise(objective, [np.log(start) for start in self._starts], lower=lower, upper=upper)
        params = np.exp(optimum.theta)
        names = [field.name for field in fields(self.Params)]
        diagnosis = judge(optimum, objective, renewals, names, self._limits, unit=1.0, shift=0.0)
        covariance = natural_covariance(optimum, params)
        return self._adopt(
            params.tolist(), optimum.log_likelihood, covariance, diagnosis, float(np.max(renewals.at_risk))
        )

    # The survival curve --------------------------------------------------------------------------

    def survival(self, age: ArrayLike) -> Floats:
        """Share of a cohort still there at each age, in periods; 1 at age 0. Also far beyond the data."""
        return np.exp(self._log_survival(self.parameters, _ages(age, least=0), 0.0))

    def retention_rate(self, age: ArrayLike) -> Floats:
        """Share of the customers of age - 1 who renew, for ages 1, 2 ...; it multiplies to `survival`."""
        ages = _ages(age, least=1)
        return np.exp(self._log_survival(self.parameters, np.ones_like(ages), ages - 1))

    def discounted_lifetime(self, *, discount_rate: float) -> float:
        """Expected payments of a new customer, the first at once, each discounted to today (DEL).

        Times the margin of a period this is the lifetime value. `discount_rate` is annual and effective.
        """
        return float(self._discounted(np.zeros(1), rate_per_step(discount_rate, self.period))[0])

    # Forecasts of each customer ------------------------------------------------------------------

    def predict(self, customers: Table, *, horizon: Duration) -> Floats:
        """Expected renewals of each customer within `horizon`, shape (n_customers,).

        `customers` has a column `n`: contract periods begun so far, 1 in the first. The next decision, at the end
        of period n, is the first of the horizon: a number of periods, or a duration that is.
        """
        return self._of_rows(customers, self._expected(steps_of(horizon, self.period)))

    def p_active(self, customers: Table, *, horizon: Duration) -> Floats:
        """Probability that each customer renews throughout `horizon`, shape (n_customers,); `n` as in `predict`."""
        steps = float(steps_of(horizon, self.period))
        return self._of_rows(
            customers, lambda n: np.exp(self._log_survival(self.parameters, np.full(n.size, steps), n - 1))
        )

    def discounted_residual_lifetime(self, customers: Table, *, discount_rate: float) -> Floats:
        """Expected further payments of each customer, just before the renewal at the end of period n (DERL).

        The payment that comes with that renewal is not discounted, the next one by a period, and so on.
        `discount_rate` is annual and effective; `n` as in `predict`.
        """
        rate = rate_per_step(discount_rate, self.period)

        def residual(n: Floats) -> Floats:
            renews = np.exp(self._log_survival(self.parameters, np.ones_like(n), n - 1))
            return renews * self._discounted(n, rate)

        return self._of_rows(customers, residual)

    def score(self, customers: Table, *, horizon: Duration, discount_rate: float | None = None) -> Table:
        """The customers with their forecasts as columns, in the table's own kind and row order.

        Adds `p_active` at the end of `horizon`, `expected_renewals` within it, and
        `discounted_residual_lifetime` where a discount rate is given. Each is computed once per distinct `n`.
        """
        table = _frame.open_table(customers, numbers=["n"], hint=TENURE_HINT)
        keys = table.collect(table.frame.group_by("n").agg(customers=nw.len()))
        columns = {
            "p_active": self.p_active(keys, horizon=horizon),
            "expected_renewals": self.predict(keys, horizon=horizon),
        }
        if discount_rate is not None:
            columns["discounted_residual_lifetime"] = self.discounted_residual_lifetime(
                keys, discount_rate=discount_rate
            )
        return table.give_back(table.attach(["n"], {**keys, **columns}))

    # Plumbing ------------------------------------------------------------------------------------

    def _expected(self, steps: int) -> Any:
        def expected(n: Floats) -> Floats:
            total = np.zeros(n.size)
            for step in range(1, steps + 1):
                total += np.exp(self._log_survival(self.parameters, np.full(n.size, float(step)), n - 1))
            return total

        return expected

    def _discounted(self, since: Floats, rate: float) -> Floats:
        """Sum over k = 0, 1 ... of the probability of k more renewals after `since`, discounted."""
        return discounted_sum(lambda k: self._log_survival(self.parameters, k + 0 * since, since), rate)

    def _of_rows(self, customers: Table, distribution: Any) -> Floats:
        """`distribution(n)` of each customer, computed for distinct ones."""
        _ = self.parameters
        (n,) = _frame.open_table(customers, numbers=["n"], hint=TENURE_HINT).arrays("n")
        bad = (n < 1) | (n != np.floor(n))
        if bad.any():
            raise DataError("models_n_whole_number_contract", n=bad.sum(), size=n.size, tolist=shown(n[bad].tolist()))
        (distinct_n,), row = distinct(n)
        found: Floats = distribution(distinct_n)
        return found[row]


def _ages(age: ArrayLike, *, least: int) -> Floats:
    ages = np.asarray(age, dtype=np.float64)
    if not (ages >= least).all():
        raise ArgumentError("age", age, "models_more_periods_age_range", least=least)
    return ages
