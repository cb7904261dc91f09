"""What every fitted model has: parameters, fit, uncertainty, diagnosis, and a form to be stored in.

A model of its own brings a frozen dataclass of parameters and a `fit` that ends in `_adopt`; the
standard errors, information criteria, summary and JSON come from here.

Sources: Akaike (1974), IEEE Trans. Automatic Control 19(6); Schwarz (1978), Annals of Statistics 6(2).
"""

from __future__ import annotations

import datetime as dt
import importlib
import json
import pkgutil
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, asdict, astuple, dataclass, fields
from typing import Any, ClassVar, Literal, Self

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc, expit, logit

from crmkit import _checks, _frame, _reading, labels
from crmkit._estimators import Estimator
from crmkit._types import Floats, Table
from crmkit.errors import ArgumentError, CrmkitError, NotFittedError, shown
from crmkit.models._diagnosis import Diagnosis, Simpler
from crmkit.models._fit import Optimum, covariance

# Unit of the parameters that are measured in time.
Period = Literal["day", "week", "month", "year"]
DAYS_IN: Mapping[str, float] = {
    "day": 1.0,
    "week": 7.0,
    "month": _checks.DAYS_PER_YEAR / 12,
    "year": _checks.DAYS_PER_YEAR,
}
# Two-sided 95 % of the normal distribution.
Z_95 = 1.959963984540054


@dataclass(frozen=True, slots=True)
class LikelihoodRatio:
    """Test of a simpler model within a richer one: twice the gain, and how often chance alone gives it."""

    statistic: float
    degrees_of_freedom: int
    p_value: float


class Model(Estimator):
    """A probability model with parameters; see the models themselves."""

    Params: ClassVar[type[Any]]
    # Settings of the constructor, by attribute name: stored with the model.
    settings: ClassVar[tuple[str, ...]] = ()
    # Every model by its name, so that `load` finds it.
    known: ClassVar[dict[str, type[Model]]] = {}

    params_: Any
    log_likelihood_: float
    covariance_: Floats
    diagnosis_: Diagnosis
    n_customers_: float

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        Model.known[cls.__name__] = cls

    @classmethod
    def from_params(cls, *, period: str | None = None, **values: float) -> Self:
        """A model with given parameters, ready to predict.

        Parameters
        ----------
        period : "day", "week", "month" or "year", optional
            Unit of the parameters, for models that have one.
        **values : positive numbers
            The parameters, by the names in `Params`.

        Raises
        ------
        ArgumentError
            A parameter is missing, unknown, or not a positive finite number.
        """
        names = [field.name for field in fields(cls.Params)]
        needed = {field.name for field in fields(cls.Params) if field.default is MISSING}
        if not needed <= set(values) <= set(names):
            raise ArgumentError(
                "models_parameters_given_were", name=cls.__name__, join=", ".join(names), values=shown(values, 9)
            )
        bad = [f"{name}={value!r}" for name, value in values.items() if not (0 < value < np.inf)]
        if bad:
            raise ArgumentError("models_parameters_positive_finite_numbers", join=", ".join(bad))
        model = cls() if period is None else cls(period=period)
        model.params_ = cls.Params(**{name: float(value) for name, value in values.items()})
        return model

    @property
    def parameters(self) -> Any:
        """`params_`, or an error that says how to get them."""
        if not hasattr(self, "params_"):
            name = type(self).__name__
            raise NotFittedError("models_parameters_yet_call_model", name=name)
        return self.params_

    @property
    def standard_errors_(self) -> dict[str, float]:
        """Standard error of each parameter; NaN where the data do not determine it."""
        self._fitted("standard_errors_")
        errors = np.sqrt(np.diag(self.covariance_))
        values, kinds = self._estimates()
        # The covariance of a share is that of its log odds.
        errors = errors * np.where(kinds == "share", values * (1 - values), 1.0)
        return dict(zip(self._names(), errors.tolist(), strict=True))

    def _names(self) -> list[str]:
        """What was estimated, in the order of the covariance."""
        return [field.name for field in fields(self.Params)]

    def _measures(self) -> dict[str, tuple[float, float, float]]:
        """Measures of the whole fit: name -> estimate and, where there is one, the ends of its interval."""
        alone = {
            "log_likelihood": self.log_likelihood_,
            "aic": self.aic_,
            "bic": self.bic_,
            "customers": float(self.n_customers_),
        }
        return {name: (value, np.nan, np.nan) for name, value in alone.items()}

    def _estimates(self) -> tuple[Floats, NDArray[np.str_]]:
        """The estimates, and of what kind each is: "positive", "real" or "share"."""
        values = np.array(astuple(self.params_), dtype=float)
        return values, np.full(values.size, "positive")

    def _drawn(self, values: Floats) -> Any:
        """The parameters that a model computes with, from values in the order of the estimates."""
        return self.Params(*values)

    def _stored(self) -> dict[str, Any]:
        """What `to_json` keeps beside the parameters."""
        return {}

    def _restore(self, stored: Mapping[str, Any]) -> None:
        """Take back what `_stored` gave."""

    @property
    def n_parameters(self) -> int:
        """Number of parameters that a fit estimates."""
        return len(fields(self.Params))

    @property
    def aic_(self) -> float:
        """Akaike's information criterion: twice the number of parameters less twice the log-likelihood."""
        self._fitted("aic_")
        return 2 * self.n_parameters - 2 * self.log_likelihood_

    @property
    def bic_(self) -> float:
        """Bayesian information criterion; the sample size is the number of customers."""
        self._fitted("bic_")
        return float(np.log(self.n_customers_)) * self.n_parameters - 2 * self.log_likelihood_

    def __sklearn_is_fitted__(self) -> bool:
        """Whether there are parameters."""
        return hasattr(self, "params_")

    def _facts(self) -> Mapping[str, str]:
        if not hasattr(self, "params_"):
            return {}
        facts = {name: _reading.number(value) for name, value in asdict(self.params_).items()}
        if not hasattr(self, "log_likelihood_"):
            return {**facts, labels.text("customers"): labels.text("model_given")}
        n, best = f"{self.n_customers_:,.0f}", f"{self.log_likelihood_:,.1f}"
        return {
            **facts,
            labels.text("customers"): labels.phrase("model_fitted", customers=n, log_likelihood=best),
            labels.text("diagnosis"): self.diagnosis_.text(labels.resolve(None)),
        }

    def summary(self) -> Table:
        """The fit as a table: one row per parameter, then the measures of the whole fit.

        Returns
        -------
        table with the columns `name`, `estimate`, `standard_error`, `low`, `high`
            The last two are the 95 % interval, symmetric in the logarithm so that it stays above 0.
            Rows `log_likelihood`, `aic`, `bic`, `customers` follow, with an estimate only.
        """
        self._fitted("summary()")
        names = self._names()
        estimates, kinds = self._estimates()
        errors = np.array(list(self.standard_errors_.values()))
        low, high = _interval(estimates, errors, kinds)
        rest = self._measures()
        blank = np.full(len(rest), np.nan)
        measured, least, most = np.array(list(rest.values())).T
        columns = {
            "name": np.array([*names, *rest], dtype=object),
            "estimate": np.concatenate([estimates, measured]),
            "standard_error": np.concatenate([errors, blank]),
            "low": np.concatenate([low, least]),
            "high": np.concatenate([high, most]),
        }
        table = _frame.open_table(columns)
        return table.give_back(table.frame)

    def likelihood_ratio(self, simpler: Model | Simpler) -> LikelihoodRatio:
        """Test whether this model fits better than `simpler`, a special case of it, by more than chance.

        A special case that lies on the boundary of this model (no dropout, say) makes the test
        conservative: the p-value is then too high, up to twice the true one.

        Parameters
        ----------
        simpler : a fitted model, or `diagnosis_.simpler`
            Fitted to the same customers, with fewer parameters.
        """
        self._fitted("likelihood_ratio()")
        if isinstance(simpler, Model):
            simpler._fitted("likelihood_ratio()")
            k, log_likelihood = simpler.n_parameters, simpler.log_likelihood_
        else:
            k, log_likelihood = len(simpler.params), simpler.log_likelihood
        freedom = self.n_parameters - k
        if freedom < 1:
            raise ArgumentError("models_simpler_model_fewer_parameters", name=type(self).__name__, k=k)
        statistic = max(0.0, 2 * (self.log_likelihood_ - log_likelihood))
        return LikelihoodRatio(statistic, freedom, float(chdtrc(freedom, statistic)))

    def parameter_draws(self, draws: int, rng: np.random.Generator) -> list[Any]:
        """Parameters drawn from the distribution of their estimates, normal in the logarithms.

        Undetermined ones stay put.
        """
        self._fitted("parameter_draws()")
        values, kinds = self._estimates()
        positive, share = kinds == "positive", kinds == "share"
        scale = np.where(positive, values, 1.0)
        spread = np.nan_to_num(self.covariance_ / np.outer(scale, scale))
        shifts = rng.multivariate_normal(np.zeros(values.size), spread, size=draws, method="eigh")
        odds = logit(np.where(share, values, 0.5))
        moved = np.where(positive, values * np.exp(np.where(positive, shifts, 0.0)), values + shifts)
        return [self._drawn(one) for one in np.where(share, expit(odds + shifts), moved)]

    def to_json(self) -> str:
        """The model as a short text that `crmkit.clv.load` reads; no customer is in it."""
        _ = self.parameters
        stored: dict[str, Any] = {
            "model": type(self).__name__,
            "params": asdict(self.params_),
            "settings": {name: _plain(getattr(self, name)) for name in self.settings},
            **self._stored(),
        }
        if hasattr(self, "log_likelihood_"):
            stored["fit"] = {
                "log_likelihood": self.log_likelihood_,
                "customers": float(self.n_customers_),
                "covariance": [[None if np.isnan(v) else float(v) for v in row] for row in self.covariance_],
                "diagnosis": self.diagnosis_.to_dict(),
            }
        return json.dumps(stored, ensure_ascii=False)

    def _adopt(
        self,
        params: Sequence[float],
        log_likelihood: float,
        covariance_: Floats,
        diagnosis: Diagnosis,
        n_customers: float,
    ) -> Self:
        """Take over the result of a fit; the covariance is that of `params`."""
        self.params_ = self.Params(*(float(value) for value in params))
        self.log_likelihood_ = float(log_likelihood)
        self.covariance_ = covariance_
        self.diagnosis_ = diagnosis
        self.n_customers_ = float(n_customers)
        return self

    def _fitted(self, what: str) -> None:
        _ = self.parameters
        if not hasattr(self, "log_likelihood_"):
            name = type(self).__name__
            raise NotFittedError("models_needs_fit_made_given", what=what, name=name)


def _interval(estimates: Floats, errors: Floats, kinds: NDArray[np.str_]) -> tuple[Floats, Floats]:
    """Ends of 95 % intervals, symmetric in the logarithm, or in the log odds of shares."""
    positive, share = kinds == "positive", kinds == "share"
    spread = np.exp(Z_95 * errors / np.where(positive, estimates, 1.0))
    width = Z_95 * errors
    with np.errstate(divide="ignore", invalid="ignore"):
        part = np.where(share, estimates, 0.5)
        odds, reach = np.log(part / (1 - part)), width / (part * (1 - part))
    low = np.where(positive, estimates / spread, np.where(share, expit(odds - reach), estimates - width))
    high = np.where(positive, estimates * spread, np.where(share, expit(odds + reach), estimates + width))
    return low, high


def _plain(setting: Any) -> Any:
    if isinstance(setting, dt.timedelta):
        return setting / dt.timedelta(days=1)
    return setting.to_dict() if hasattr(setting, "to_dict") else setting


def natural_covariance(optimum: Optimum, params: Floats) -> Floats:
    """Covariance of `params`, given an optimum in their logarithms, shape (k, k); NaN where undetermined."""
    return covariance(optimum) * np.outer(params, params)


def load(text: str) -> Model:
    """Read a model that `to_json` wrote.

    Raises
    ------
    ArgumentError
        The text is not a stored model, or names a model that this version does not know.
    """
    try:
        stored = json.loads(text)
        name, params, settings = stored["model"], dict(stored["params"]), dict(stored["settings"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ArgumentError("models_stored_model_write_model", value=shown([text])) from error
    if not isinstance(name, str) or name not in Model.known:
        _import_all()
    if not isinstance(name, str) or name not in Model.known:
        raise ArgumentError("models_model_called_known", name=shown([name]), join=", ".join(sorted(Model.known)))
    kind = Model.known[name]
    _refuse_no_numbers(kind, params)
    try:
        model = kind(**settings)
        model.params_ = kind.from_params(**params).params_
        model._restore(stored)
        if "fit" in stored:
            _restore_fit(model, stored["fit"])
    except CrmkitError:
        raise
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, OverflowError, RecursionError) as error:
        raise ArgumentError("models_stored_model_write_model", value=shown([text])) from error
    return model


def number_of(stored: Any) -> float:
    """A finite number of a stored model; ValueError if it is none."""
    if type(stored) not in (int, float) or not np.isfinite(stored):
        raise ValueError(stored)
    return float(stored)


def _refuse_no_numbers(kind: type[Model], params: Mapping[str, Any]) -> None:
    bad = [f"{name}={value!r}" for name, value in params.items() if type(value) not in (int, float)]
    if bad:
        raise ArgumentError("models_parameters_positive_finite_numbers", join=", ".join(bad)[:200])
    kind.from_params(**params)


def _restore_fit(model: Model, fit: Mapping[str, Any]) -> None:
    """Take back the measures of a fit; what cannot have come from one is refused."""
    covariance = np.array([[np.nan if value is None else value for value in row] for row in fit["covariance"]], float)
    model.log_likelihood_, model.n_customers_ = number_of(fit["log_likelihood"]), number_of(fit["customers"])
    model.covariance_ = covariance
    model.diagnosis_ = Diagnosis.from_dict(fit["diagnosis"])
    if covariance.shape != (len(model._names()),) * 2 or np.isinf(covariance).any() or model.n_customers_ <= 0:
        raise ValueError(fit)


def _import_all() -> None:
    """Import every model of the package, so that each has told its name."""
    from crmkit import models

    for module in pkgutil.iter_modules(models.__path__):
        importlib.import_module(f"{models.__name__}.{module.name}")
