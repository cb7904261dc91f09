"""Which model to trust: all of them on the same past, judged by what came after it.

Each model learns from the past up to an origin and forecasts every customer's purchases in a holdout that it
has not seen; two naive forecasts do the same. The fit to the past (log-likelihood, AIC, BIC) stands beside, but
does not decide: models fit the same past about equally well and still forecast differently.

A forecast is an expectation, and the squared error is smallest for expectations (the absolute error is for
medians, which are 0 for most customers). So the recommendation goes by squared error: among the models that are
within one standard error of the best, the one with the smallest bias of the total.

Sources: Fader & Hardie (2001), Interfaces 31(3) (holdout design); Gneiting (2011), Making and evaluating point
forecasts, JASA 106, 746-762 (which error suits which forecast); Hastie, Tibshirani & Friedman (2009), The
Elements of Statistical Learning, 7.10 (the one-standard-error rule); Malthouse & Blattberg (2005), Journal of
Interactive Marketing 19(1), 2-16 (customers' naive forecasts, deciles).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crmkit import _checks, _frame, _reading, labels
from crmkit._results import Result
from crmkit.errors import ArgumentError
from crmkit.labels import Language
from crmkit.models._holdout import Holdout, holdouts
from crmkit.models._purchases import PurchaseModel
from crmkit.models._repeats import read_cells
from crmkit.models.bg_nbd import BGNBD
from crmkit.models.mbg_nbd import MBGNBD
from crmkit.models.nbd import NBD
from crmkit.models.pareto_nbd import ParetoNBD
from crmkit.transactions import Transactions, open_transactions

Array = NDArray[np.float64]
Values = Mapping[str, Any]

DEFAULT = (NBD, BGNBD, MBGNBD, ParetoNBD)
# The naive forecasts, by their names in the table.
NAIVE = ("last_period", "same_for_all")
TOP = 0.1
# Columns of a judgement, after `model`.
FIT = ("parameters", "log_likelihood", "aic", "bic")
ERRORS = ("predicted", "actual", "bias", "bias_share", "mae", "rmse", "gini", "lift")

_SENTENCES: Mapping[str, tuple[str, str]] = {
    "basis": (
        "Judged on {holdouts} of {days:,} days (the past ended on {origins}), {customers:,.0f} customers and "
        "{actual:,.0f} purchases in the holdout.",
        "依据 {holdouts} 次、每次 {days:,} 天的留出期检验（历史截止日：{origins}），共 {customers:,.0f} 位客户、"
        "留出期内 {actual:,.0f} 次购买。",
    ),
    "use": (
        "Use {best}: its root mean squared error is {rmse:.3f} purchases per customer, its total {off:.1%} too {way}.",
        "建议采用 {best}：每位客户购买次数的均方根误差为 {rmse:.3f}，总量预测{way} {off:.1%}。",
    ),
    "as_good": (
        "{others} forecast single customers about as well; {best} has the smallest bias of the total.",
        "{others} 对单个客户的预测精度相近；其中 {best} 的总量偏差最小。",
    ),
    "beats_naive": (
        "The best naive forecast ({naive}) has an error of {rmse:.3f}.",
        "最好的朴素预测（{naive}）的误差为 {rmse:.3f}。",
    ),
    "naive": (
        "No model forecasts better than the naive {naive} (error {rmse:.3f}, best model {best}: {model_rmse:.3f}): "
        "these customers do not buy as the models assume. Look for seasons, promotions or mixed kinds of customers.",
        "没有模型优于朴素预测 {naive}（误差 {rmse:.3f}；最好的模型 {best} 为 {model_rmse:.3f}）："
        "这些客户的购买方式不符合模型假设。请检查季节性、促销或不同类型客户混在一起的情况。",
    ),
    "biased": (
        "Even so the total is more than {limit:.0%} off: the future was not like the past. Plan with that margin.",
        "但总量偏差仍超过 {limit:.0%}：未来与过去并不相同，规划时请留出这一余量。",
    ),
    "past": (
        "The past alone would have chosen {bic} (lowest BIC).",
        "若只看历史拟合，会选择 {bic}（BIC 最低）。",
    ),
    "diagnosis": ("{best}: {diagnosis}", "{best}：{diagnosis}"),
    "rolling": (
        "{best} has the smallest error in {wins} of {n} holdouts.",
        "{best} 在 {n} 次留出期检验中有 {wins} 次误差最小。",
    ),
    "nothing": (
        "Nobody bought in the holdout, so forecasts cannot be told apart. Choose a longer or later one.",
        "留出期内没有任何购买，无法比较预测优劣。请选择更长或更晚的留出期。",
    ),
    "no_holdout": (
        "A table of customers holds no future, so nothing is recommended; {bic} has the lowest BIC. Pass transactions "
        "to compare forecasts: crmkit.clv.compare(transactions, holdout=...).",
        "客户汇总表不含后续购买，无法据此推荐模型；{bic} 的 BIC 最低。请传入交易数据以比较预测："
        "crmkit.clv.compare(transactions, holdout=...)。",
    ),
}
_WORDS: Mapping[str, tuple[str, str]] = {
    "last_period": ("as many as in the last equal period", "与上一等长时期相同"),
    "same_for_all": ("the same for all", "全体平均"),
    "low": ("low", "偏低"),
    "high": ("high", "偏高"),
    "one": ("one holdout", "1"),
    "several": ("{n} holdouts", "{n}"),
}
# A total that is further off than this deserves a word of its own.
FAR_OFF = 0.25


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Comparison(Result):
    """Models judged by the same holdouts; given by `compare`, printed as a recommendation.

    Attributes
    ----------
    table : table, one row per model and naive forecast
        `model`; `parameters`, their number; `log_likelihood`, `aic`, `bic` of the latest past (missing for naive
        forecasts); `predicted`, `actual`: purchases in all holdouts; `bias` = predicted - actual, `bias_share` =
        bias / actual; `mae`, `rmse`: errors per customer; `gini`: how well customers are ranked, 1 as by the future
        itself, 0 as by chance; `lift`: purchases of the top tenth by forecast, as a multiple of a tenth; `diagnosis` of
        the latest fit.
    by_origin : table
        The same for each holdout apart, with its `origin`.
    recommended : str or None
        Name of the model or naive forecast to use; None if there was no holdout to judge by.
    models : mapping of name to model
        As fitted to the latest past, for the plots; fit the one you use to all data again.
    """

    table: Any
    by_origin: Any
    recommended: str | None
    models: Mapping[str, PurchaseModel]
    findings: tuple[tuple[str, Values], ...] = field(repr=False)

    def text(self, language: Language | None = None) -> str:
        """The recommendation in words."""
        chinese = labels.resolve(language) == "zh"
        return (" " if not chinese else "").join(_said(key, values, chinese) for key, values in self.findings)

    def shown(self) -> tuple[Any, ...]:
        """The recommendation, and the figures that it rests on."""
        return self.text(), self.table

    def __str__(self) -> str:
        """The recommendation in words."""
        return self.text()

    def __repr__(self) -> str:
        """The recommendation, and the figures that it rests on."""
        return f"{self.text()}\n\n{_reading.as_text(self.table)}"


def compare(
    customers_or_tx: Any, *, models: Sequence[Any] = DEFAULT, holdout: Any = "39W", origins: int = 1
) -> Comparison:
    """Fit several models to a past and judge them by what came after it, beside two naive forecasts.

    Parameters
    ----------
    customers_or_tx : Transactions, or table with customer_id, date, amount
        The holdout is its last part. A table with `x`, `t_x` and `T` (made by `crmkit.summarize`) will do to compare
        the fits, but has no future to judge forecasts by.
    models : sequence of names, classes or models, optional
        By default "NBD", "BGNBD", "MBGNBD" and "ParetoNBD"; "bg_nbd" will do for "BGNBD". Each is fitted anew.
    holdout : duration, default "39W"
        Length of the holdout.
    origins : int, default 1
        Number of holdouts, one behind the other, each with all that came before as its past.

    Returns
    -------
    Comparison
        `table`, `by_origin`, `recommended`, `models`; printed, it is a recommendation.

    Raises
    ------
    ArgumentError
        A model is not known, or the data are too short for the holdouts.
    DataError
        In a past nobody ever bought again.

    Examples
    --------
    >>> import crmkit as crm
    >>> tx = crm.Transactions(crm.datasets.load_cdnow(sample=True))
    >>> judged = crm.clv.compare(tx, models=["bg_nbd", "pareto_nbd"], holdout="39W")
    >>> judged.table[["model", "log_likelihood", "predicted", "actual", "bias_share"]].round(3)
              model  log_likelihood  predicted  actual  bias_share
    0         BGNBD       -9582.429   1653.409  1882.0      -0.121
    1     ParetoNBD       -9594.976   1665.513  1882.0      -0.115
    2   last_period             NaN   2457.000  1882.0       0.306
    3  same_for_all             NaN   2928.946  1882.0       0.556
    >>> judged.recommended
    'ParetoNBD'
    """
    kinds = [model_of(model) for model in models]
    _checks.count("origins", origins)
    columns = () if isinstance(customers_or_tx, Transactions) else _frame.open_table(customers_or_tx).columns
    if {"x", "t_x", "T"} <= set(columns):
        return _compare_fits(customers_or_tx, kinds)
    tx = open_transactions(customers_or_tx)
    pasts = holdouts(tx, holdout, origins)
    fitted = [{name: model(**given).fit(past.past, weight="n") for name, model, given in kinds} for past in pasts]
    trials = [
        Trial(past, {name: _forecasts(past, models)[name] for name in [*models, *NAIVE]})
        for past, models in zip(pasts, fitted, strict=True)
    ]
    fits = _fits(fitted[0])
    rows = [{**fits[name], **_judged(trials, name)} for name in trials[0].forecasts]
    each = [
        {"origin": np.datetime64(trial.past.origin, "D"), **_fits(models)[name], **_judged([trial], name)}
        for trial, models in zip(trials, fitted, strict=True)
        for name in trial.forecasts
    ]
    recommended, findings = _recommend(trials, fitted[0], rows)
    build = _frame.engines.build
    return Comparison(build(_columns(rows), tx.like), build(_columns(each), tx.like), recommended, fitted[0], findings)


def _compare_fits(customers: Any, kinds: Sequence[tuple[str, type[PurchaseModel], Values]]) -> Comparison:
    """Comparison of a table of customers: no future, so no judgement."""
    cells = read_cells(customers)
    past = {"x": cells.x, "t_x": cells.t_x, "T": cells.T, "n": cells.n}
    models = {name: model(**given).fit(past, weight="n") for name, model, given in kinds}
    rows = [{**_fits(models)[name], **dict.fromkeys(ERRORS, np.nan)} for name in models]
    table = _frame.open_table(customers).build(_columns(rows))
    findings = (("no_holdout", {"bic": min(models, key=lambda name: models[name].bic_)}),)
    return Comparison(table, table, None, models, findings)


def model_of(model: Any) -> tuple[str, type[PurchaseModel], Values]:
    """Name, class and settings of a model given by name, class or example."""
    if isinstance(model, str):
        known = {kind.__name__: kind for kind in DEFAULT}
        asked = model.lower().replace("_", "").replace("-", "").replace("/", "")
        named = {name.lower(): kind for name, kind in known.items()}
        if asked not in named:
            raise ArgumentError("models_models_known_choose_pass", model=model, join=", ".join(known))
        model = named[asked]
    if isinstance(model, PurchaseModel):
        return type(model).__name__, type(model), {name: getattr(model, name) for name in model.settings}
    if isinstance(model, type) and issubclass(model, PurchaseModel):
        return model.__name__, model, {}
    raise ArgumentError("models_models_model_purchases_pass", model=model)


# --- forecasts and their errors ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Trial:
    """A holdout, and what was forecast for each of its cells, by name."""

    past: Holdout
    forecasts: Mapping[str, Array]


def _forecasts(past: Holdout, models: Mapping[str, PurchaseModel]) -> dict[str, Array]:
    """Purchases of each cell in the holdout, as models and naive rules expect them."""
    rate = float(past.n @ past.x / (past.n @ past.T))
    naive = {"last_period": past.recent, "same_for_all": np.full_like(past.x, rate * past.days)}
    return {**{name: model.predict(past.past, horizon=past.days) for name, model in models.items()}, **naive}


def _fits(models: Mapping[str, PurchaseModel]) -> dict[str, dict[str, Any]]:
    """What the fits to the past say, by name; nothing for the naive forecasts."""
    found: dict[str, dict[str, Any]] = {
        name: {
            "model": name,
            "parameters": float(model.n_parameters),
            "log_likelihood": model.log_likelihood_,
            "aic": model.aic_,
            "bic": model.bic_,
            "diagnosis": str(model.diagnosis_),
        }
        for name, model in models.items()
    }
    for name in NAIVE:
        found[name] = {"model": name, **dict.fromkeys(FIT, np.nan), "diagnosis": ""}
    return found


def _judged(trials: Sequence[Trial], name: str) -> dict[str, float]:
    """Errors of one forecast over several holdouts: customers count alike, ranks are judged within a holdout."""
    n = np.concatenate([trial.past.n for trial in trials])
    actual = np.concatenate([trial.past.future for trial in trials])
    forecast = np.concatenate([trial.forecasts[name] for trial in trials])
    bought, error = float(n @ actual), forecast - actual
    weights = [float(trial.past.n.sum()) for trial in trials]
    ranks = [(_gini(t.past, t.forecasts[name]), _lift(t.past, t.forecasts[name])) for t in trials]
    gini, lift = np.average(np.array(ranks), axis=0, weights=weights)
    return {
        "predicted": float(n @ forecast),
        "actual": bought,
        "bias": float(n @ error),
        "bias_share": float(n @ error) / bought if bought else np.nan,
        "mae": float(n @ np.abs(error) / n.sum()),
        "rmse": float(np.sqrt(n @ error**2 / n.sum())),
        "gini": float(gini),
        "lift": float(lift),
    }


def _gini(past: Holdout, forecast: Array) -> float:
    """Gini coefficient of the future in the order of the forecast, over that in its own order; ties count half."""
    own = _covariance_with_rank(past.future, past.future, past.n)
    return _covariance_with_rank(past.future, forecast, past.n) / own if own > 0 else np.nan


def _covariance_with_rank(values: Array, by: Array, n: Array) -> float:
    """Covariance of values with their place in the order of `by`, equal ones sharing the middle place."""
    _, group = np.unique(by, return_inverse=True)
    size = np.bincount(group, weights=n)
    middle = (np.cumsum(size) - size / 2) / n.sum()
    return float(n @ (values * (middle[group] - 0.5)) / n.sum())


def _lift(past: Holdout, forecast: Array) -> float:
    """Purchases of the top tenth of customers by forecast, as a multiple of a tenth of all purchases.

    Customers of equal forecast at the edge of the tenth enter in part.
    """
    total = float(past.n @ past.future)
    if total == 0:
        return float("nan")
    _, group = np.unique(-forecast, return_inverse=True)
    size, bought = (np.bincount(group, weights=values) for values in (past.n, past.n * past.future))
    wanted = TOP * float(past.n.sum())
    before = np.cumsum(size) - size
    part = np.clip((wanted - before) / size, 0, 1)
    return float(part @ bought) / (TOP * total)


# --- recommendation ---------------------------------------------------------------------------------------------


def _recommend(
    trials: Sequence[Trial], models: Mapping[str, PurchaseModel], rows: Sequence[Values]
) -> tuple[str | None, tuple[tuple[str, Values], ...]]:
    """The name to use, and the findings that say why."""
    judged = {row["model"]: row for row in rows}
    origins = [str(trial.past.origin) for trial in trials]
    customers = sum(float(trial.past.n.sum()) for trial in trials)
    basis = {"n": len(trials), "days": trials[0].past.days, "origins": ", ".join(origins), "customers": customers}
    findings: list[tuple[str, Values]] = [("basis", {**basis, "actual": rows[0]["actual"]})]
    if rows[0]["actual"] == 0:
        return None, (*findings, ("nothing", {}))
    sharpest = min(models, key=lambda name: judged[name]["rmse"])
    naive = min(NAIVE, key=lambda name: judged[name]["rmse"])
    if judged[naive]["rmse"] <= judged[sharpest]["rmse"]:
        errors = {"rmse": judged[naive]["rmse"], "model_rmse": judged[sharpest]["rmse"]}
        return naive, (*findings, ("naive", {"naive": naive, "best": sharpest, **errors}))
    close = [name for name in models if name == sharpest or _is_close(trials, name, sharpest)]
    best = min(close, key=lambda name: abs(judged[name]["bias"]))
    bias = judged[best]["bias_share"]
    findings.append(
        ("use", {"best": best, "rmse": judged[best]["rmse"], "off": abs(bias), "way": "low" if bias < 0 else "high"})
    )
    if len(close) > 1:
        findings.append(("as_good", {"others": [name for name in close if name != best], "best": best}))
    if len(trials) > 1:
        wins = sum(min(models, key=lambda name: _judged([t], name)["rmse"]) == best for t in trials)
        findings.append(("rolling", {"best": best, "wins": wins, "n": len(trials)}))
    findings.append(("beats_naive", {"naive": naive, "rmse": judged[naive]["rmse"]}))
    if abs(bias) > FAR_OFF:
        findings.append(("biased", {"limit": FAR_OFF}))
    by_bic = min(models, key=lambda name: models[name].bic_)
    if by_bic != best:
        findings.append(("past", {"bic": by_bic}))
    if models[best].diagnosis_ != "optimum":
        findings.append(("diagnosis", {"best": best, "diagnosis": models[best].diagnosis_}))
    return best, tuple(findings)


def _is_close(trials: Sequence[Trial], name: str, best: str) -> bool:
    """Whether the mean squared error exceeds that of the best by less than its own standard error."""
    n = np.concatenate([trial.past.n for trial in trials])
    future = [trial.past.future for trial in trials]
    squares = [
        np.concatenate([(t.forecasts[which] - f) ** 2 for t, f in zip(trials, future, strict=True)])
        for which in (name, best)
    ]
    excess = squares[0] - squares[1]
    mean = float(n @ excess / n.sum())
    return mean <= float(np.sqrt(n @ (excess - mean) ** 2)) / float(n.sum())


def _said(key: str, values: Values, chinese: bool) -> str:
    """A finding in words."""
    words = {name: _worded(name, value, chinese) for name, value in values.items()}
    if key == "basis":
        words["holdouts"] = _WORDS["one" if values["n"] == 1 else "several"][chinese].format(n=values["n"])
    return _SENTENCES[key][chinese].format(**words)


def _worded(name: str, value: Any, chinese: bool) -> Any:
    if name == "diagnosis":
        return value.text("zh" if chinese else "en")
    if name == "others":
        return ("、" if chinese else ", ").join(value)
    return _WORDS[value][chinese] if name in ("naive", "way") else value


def _columns(rows: Sequence[Values]) -> dict[str, NDArray[Any]]:
    """Rows of results as columns; text stays text."""
    names = [name for name in rows[0] if name != "diagnosis"] + ["diagnosis"]
    found = {name: [row[name] for row in rows] for name in names}
    text = ("model", "diagnosis")
    return {name: np.array(values, dtype=object if name in text else None) for name, values in found.items()}
