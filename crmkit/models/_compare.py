"""Which model to trust: all of them on the same past, judged by what came after it.

Each model learns from the past up to an origin and forecasts every customer's purchases in a holdout that it
has not seen; two naive forecasts do the same. The fit to the past (log-likelihood, AIC, BIC) stands beside, but
does not decide: models fit the same past about equally well and still forecast differently.

A forecast is an expectation, and the squared error is smallest for expectations (the absolute error is for
medians, which are 0 for most customers). So the recommendation goes by squared error: among the models that are
within one standard error of the best over all holdouts, the one that erred least in the latest, which is most like
what comes next. (By 16 origins of four data sets this rule was preferred to the smallest bias of the total; at 16
others it then recommended a model that was best, or within one standard error, 12 times instead of 10, and at 23
more, drawn up after other rules had been tried, 20 times.)

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
from crmkit._statistics import dot
from crmkit._types import Duration, Floats, Table
from crmkit.errors import ArgumentError
from crmkit.labels import Language
from crmkit.models._default import LEARNT, choose_at, is_close
from crmkit.models._holdout import Holdout, spans
from crmkit.models._portfolio import totals_at
from crmkit.models._purchases import PurchaseModel
from crmkit.models._regularity import regularity_of
from crmkit.models._repeats import read_cells
from crmkit.models._snapshots import WINDOWS, Snapshot, Snapshots
from crmkit.models.bg_nbd import BGNBD
from crmkit.models.cnbd import BGCNBD, MBGCNBD
from crmkit.models.mbg_nbd import MBGNBD
from crmkit.models.nbd import NBD
from crmkit.models.nbd_otb import NBDOTB
from crmkit.models.pareto_nbd import ParetoNBD
from crmkit.models.spend_mean import SpendMean
from crmkit.transactions import Transactions, open_transactions

Values = Mapping[str, Any]

DEFAULT = (NBD, ParetoNBD, BGNBD, MBGNBD, BGCNBD, MBGCNBD)
KNOWN = (*DEFAULT, NBDOTB)
# The naive forecasts, by their names in the table.
NAIVE = ("last_period", "same_for_all")
TOP = 0.1
# Columns of a judgement, after `model`.
FIT = ("parameters", "log_likelihood", "aic", "bic")
ERRORS = ("predicted", "actual", "bias", "bias_share", "mae", "rmse", "gini", "lift")
MONEY = ("money", "actual_money", "bias_share_money", "mae_money", "rmse_money", "gini_money")
COVERAGE = ("coverage", "total_covered", "money_covered")
# Forecasts that differ by less than this part of their mean are the same.
SAME = 1e-3
MOST_HOLDOUTS = 3

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
        "{others} forecast single customers about as well; {best} erred least in the latest holdout.",
        "{others} 对单个客户的预测精度相近；其中 {best} 在最近一次留出期误差最小。",
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
    "money": (
        "In money, {best_money} errs least (root mean squared error {rmse_money:,.2f} per customer; total "
        "{off_money:.1%} too {way_money}).",
        "按金额，{best_money} 的误差最小"
        "（每位客户均方根误差 {rmse_money:,.2f}；总额预测{way_money} {off_money:.1%}）。",
    ),
    "coverage": (
        "The {level:.0%} intervals of {best} held what {held:.1%} of customers bought; that of the total held in "
        "{covered} of {n} holdouts, that of the money in {covered_money}.",
        "{best} 的 {level:.0%} 区间包含了 {held:.1%} 客户的实际购买次数；总次数的区间在 {n} 次留出期中有 {covered} 次"
        "包含实际值，总金额的区间有 {covered_money} 次。",
    ),
    "collapse": (
        "{same} forecast the same here, to a thousandth: they are one model, not several opinions.",
        "{same} 在此给出相同的预测（相差不到千分之一）：它们其实是同一个模型，而不是几种意见。",
    ),
    "collapse_dropout": (
        "NBD, which knows no dropout, is among them: these data do not tell whether customers leave.",
        "其中包括没有流失的 NBD：这些数据无法判断客户是否流失。",
    ),
    "regularity": ("{regularity}", "{regularity}"),
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
    "boosted": ("boosted", "提升树"),
    "mean": ("mean", "均值"),
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
        itself, 0 as by chance; `lift`: purchases of the top tenth by forecast, as a multiple of a tenth. `money`,
        `actual_money`, `bias_share_money`, `mae_money`, `rmse_money`, `gini_money`: the same for spend, expected
        purchases times `SpendMean`. `coverage`: share of customers whose purchases lay within the model's interval;
        `total_covered`, `money_covered`: share of holdouts in which the totals lay within those of `total_interval` and
        `portfolio_value`; `regularity`: gamma shape of the gaps of the latest past; `close`: whether the squared error
        is within a standard error of the smallest. `diagnosis` of the latest fit.
    by_origin : table
        The same for each holdout apart, with its `origin`.
    recommended : str or None
        Name of the model or naive forecast to use; None if there was no holdout to judge by.
    models : mapping of name to model
        As fitted to the latest past, for the plots; fit the one you use to all data again.
    """

    table: Table
    by_origin: Table
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
    customers_or_tx: Table,
    *,
    models: Sequence[Any] | None = None,
    holdout: Duration = "39W",
    origins: int | None = None,
    level: float | None = 0.9,
) -> Comparison:
    """Fit several models to a past and judge them by what came after it, beside two naive forecasts.

    Judged are purchases and money of single customers, their totals, and whether the stated intervals hold.

    Parameters
    ----------
    customers_or_tx : Transactions, or table with customer_id, date, amount
        The holdout is its last part. A table with `x`, `t_x` and `T` (made by `crmkit.summarize`) will do to compare
        the fits, but has no future to judge forecasts by.
    models : sequence of names, classes or models, optional
        By default "NBD", "ParetoNBD", "BGNBD", "MBGNBD", "BGCNBD" and "MBGCNBD"; "bg_nbd" will do for "BGNBD". Each is
        fitted anew. Also "boosted" and "mean": trees that learn from earlier snapshots, alone and averaged with the
        model that did best before the holdout (`crmkit.clv.Boosted`; scikit-learn).
    holdout : duration, default "39W"
        Length of the holdout.
    origins : int, optional
        Number of holdouts, one behind the other, each with all that came before as its past. By default as many as
        leave a past of the length of the holdout at least, from one to three.
    level : float or None, default 0.9
        Probability that the stated intervals should cover; None leaves them out, and the time that they take.

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
    >>> judged.table[["model", "predicted", "actual", "bias_share", "rmse_money", "coverage"]].round(3)
              model  predicted  actual  bias_share  rmse_money  coverage
    0         BGNBD   1653.409  1882.0      -0.121      71.752     0.947
    1     ParetoNBD   1665.513  1882.0      -0.115      71.489     0.951
    2   last_period   2457.000  1882.0       0.306     172.070       NaN
    3  same_for_all   2928.946  1882.0       0.556      86.228       NaN
    >>> judged.recommended
    'ParetoNBD'
    """
    if isinstance(models, str | type | PurchaseModel):
        raise ArgumentError("models", models, "models_several_kinds")
    asked = [
        model if isinstance(model, str) and model in LEARNT else model_of(model)
        for model in (DEFAULT if models is None else models)
    ]
    kinds = [one for one in asked if not isinstance(one, str)]
    learnt = [one for one in asked if isinstance(one, str)]
    if level is not None:
        level = _checks.level_of(level)
    columns = () if isinstance(customers_or_tx, Transactions) else _frame.open_table(customers_or_tx).columns
    if {"x", "t_x", "T"} <= set(columns):
        return _compare_fits(customers_or_tx, kinds)
    tx = open_transactions(customers_or_tx)
    seen = Snapshots.of(tx, WINDOWS)
    judges = [Judge.of(seen, *place, kinds, learnt) for place in _places(tx, holdout, origins)]
    trials = [judge.trial(level) for judge in judges]
    fits, latest = _fits(judges[0].models, learnt), judges[0]
    found = regularity_of(read_cells(latest.seen.past))
    shape = {"regularity": np.nan if found is None else found.shape}
    rows = [{**fits[name], **_judged(trials, name), **shape} for name in trials[0].forecasts]
    sharpest = min(rows, key=lambda row: row["rmse"])["model"]
    for row in rows:
        row["close"] = row["model"] == sharpest or _is_close(trials, row["model"], sharpest)
    each = [
        {"origin": np.datetime64(trial.past.origin, "D"), **_fits(judge.models, learnt)[name], **_judged([trial], name)}
        for trial, judge in zip(trials, judges, strict=True)
        for name in trial.forecasts
    ]
    recommended, findings = _recommend(trials, latest.models, rows)
    if recommended is not None:
        findings += _more_findings(trials, rows, recommended, level)
        findings += () if found is None else (("regularity", {"regularity": found}),)
    build = _frame.engines.build
    return Comparison(
        build(_columns(rows), tx.like), build(_columns(each), tx.like), recommended, latest.models, findings
    )


def _places(tx: Transactions, holdout: Duration, origins: int | None) -> list[tuple[int, int]]:
    """Where the holdouts begin, the latest first, and their length."""
    if origins is not None:
        _checks.count("origins", origins)
        days, starts = spans(tx, holdout, origins)
        return [(start, days) for start in starts]
    days, starts = spans(tx, holdout, 1)
    span = starts[0] + days - tx.first_day
    n = min(MOST_HOLDOUTS, max(1, span // days - 1))
    return [(starts[0] - back * days, days) for back in range(n)]


def _compare_fits(customers: Table, kinds: Sequence[tuple[str, type[PurchaseModel], Values]]) -> Comparison:
    """Comparison of a table of customers: no future, so no judgement."""
    cells = read_cells(customers)
    past = {"x": cells.x, "t_x": cells.t_x, "T": cells.T, "n": cells.n}
    models = {name: model(**given).fit(past, weight="n") for name, model, given in kinds}
    rows = [{**_fits(models)[name], **dict.fromkeys((*ERRORS, *MONEY, *COVERAGE), np.nan)} for name in models]
    table = _frame.open_table(customers).build(_columns(rows))
    findings = (("no_holdout", {"bic": min(models, key=lambda name: models[name].bic_)}),)
    return Comparison(table, table, None, models, findings)


def model_of(model: Any, argument: str = "models") -> tuple[str, type[PurchaseModel], Values]:
    """Name, class and settings of a model given by name, class or example."""
    if isinstance(model, str):
        known = {kind.__name__: kind for kind in KNOWN}
        asked = model.lower().replace("_", "").replace("-", "").replace("/", "")
        named = {name.lower(): kind for name, kind in known.items()}
        if asked not in named:
            raise ArgumentError(argument, model, "models_kind_not_known", join=", ".join(known))
        model = named[asked]
    if isinstance(model, PurchaseModel):
        return type(model).__name__, type(model), {name: getattr(model, name) for name in model.settings}
    if isinstance(model, type) and issubclass(model, PurchaseModel):
        return model.__name__, model, {}
    raise ArgumentError(argument, model, "models_no_kind_of_purchases")


# --- forecasts and their errors ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Trial:
    """A holdout, and what was forecast for each of its cells, by name."""

    past: Holdout
    forecasts: Mapping[str, Floats]
    spend: Floats | None = None  # expected money per purchase
    later: Floats | None = None  # money that came in
    money: Mapping[str, Floats] = field(default_factory=dict)  # forecasts that are no multiple of purchases
    held: Mapping[str, Mapping[str, float]] = field(default_factory=dict)  # COVERAGE of each model

    def spent(self, name: str) -> Floats:
        """Money of each cell in the holdout as a forecast says it."""
        if name in self.money:
            return self.money[name]
        return self.forecasts[name] * (1.0 if self.spend is None else self.spend)


@dataclass(frozen=True, slots=True)
class Judge:
    """Models fitted to the past before a holdout."""

    shop: Snapshots
    seen: Snapshot
    models: Mapping[str, PurchaseModel]
    learnt: Sequence[str]

    @classmethod
    def of(
        cls,
        shop: Snapshots,
        end: int,
        days: int,
        kinds: Sequence[tuple[str, type[PurchaseModel], Values]],
        learnt: Sequence[str],
    ) -> Judge:
        """Fit them."""
        seen = shop.at(end, days)
        return cls(shop, seen, {name: kind(**given).fit(seen.past) for name, kind, given in kinds}, learnt)

    def trial(self, level: float | None) -> Trial:
        """What they forecast, and whether their intervals held."""
        seen = self.seen
        spend = SpendMean().of_shop(self.shop, seen, seen.days)
        past = seen.holdout()
        found = {**_forecasts(past, self.models), **self._by_trees()}
        order = [*self.models, *self.learnt, *NAIVE]
        held = {} if level is None else {name: self._held(model, level) for name, model in self.models.items()}
        return Trial(
            past, {name: found[name] for name in order}, spend.of_history(seen.x, seen.money), seen.later,
            {"last_period": seen.recent_money}, held,
        )  # fmt: skip

    def _by_trees(self) -> dict[str, Floats]:
        """Forecasts of trees, and their mean with the model that was best before."""
        if not self.learnt:
            return {}
        from crmkit.models._boosted import fresh, grow

        seen, shop = self.seen, self.shop
        chosen = choose_at(shop.bought, shop.tx.first_day, seen.end, seen.days)
        kind = chosen.kinds[chosen.order[0]]
        by_model = fresh(kind).fit(seen.past).predict(seen.past, horizon=seen.days)
        by_trees = grow(shop, seen.end, seen.days, kind).predict(seen, by_model, seen.days)
        return {"boosted": by_trees, "mean": (by_trees + by_model) / 2}

    def _held(self, model: PurchaseModel, level: float) -> dict[str, float]:
        """Whether what came lay within the intervals: of customers' counts, of all purchases, of all money."""
        seen = self.seen
        low, high = model.interval(seen.past, horizon=seen.days, level=level).T
        covered = (low <= seen.future) & (seen.future <= high)
        total, money = totals_at(self.shop, type(model)(**{name: getattr(model, name) for name in model.settings}),
                                 seen, level)  # fmt: skip
        return {
            "coverage": float(covered.mean()),
            "total_covered": float(total[0] <= seen.future.sum() <= total[1]),
            "money_covered": float(money[0] <= seen.later.sum() <= money[1]),
        }


def _forecasts(past: Holdout, models: Mapping[str, PurchaseModel]) -> dict[str, Floats]:
    """Purchases of each cell in the holdout, as models and naive rules expect them."""
    rate = float(np.divide(dot(past.n, past.x), dot(past.n, past.T)))
    naive = {"last_period": past.recent, "same_for_all": np.full_like(past.x, rate * past.days)}
    return {**{name: model.predict(past.past, horizon=past.days) for name, model in models.items()}, **naive}


def _fits(models: Mapping[str, PurchaseModel], learnt: Sequence[str] = ()) -> dict[str, dict[str, Any]]:
    """What the fits to the past say, by name; nothing for forecasts without a likelihood."""
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
    for name in (*learnt, *NAIVE):
        found[name] = {"model": name, **dict.fromkeys(FIT, np.nan), "diagnosis": ""}
    return found


def _judged(trials: Sequence[Trial], name: str) -> dict[str, float]:
    """Errors of one forecast over several holdouts: customers count alike, ranks are judged within a holdout."""
    n = np.concatenate([trial.past.n for trial in trials])
    actual = np.concatenate([trial.past.future for trial in trials])
    forecast = np.concatenate([trial.forecasts[name] for trial in trials])
    bought, error = dot(n, actual), forecast - actual
    weights = [float(trial.past.n.sum()) for trial in trials]
    ranks = [(_gini(t.past, t.forecasts[name]), _lift(t.past, t.forecasts[name])) for t in trials]
    gini, lift = np.average(np.array(ranks), axis=0, weights=weights)
    return {
        "predicted": dot(n, forecast),
        "actual": bought,
        "bias": dot(n, error),
        "bias_share": dot(n, error) / bought if bought else np.nan,
        "mae": float(dot(n, np.abs(error)) / n.sum()),
        "rmse": float(np.sqrt(dot(n, error**2) / n.sum())),
        "gini": float(gini),
        "lift": float(lift),
        **_judged_money(trials, name),
        **{key: float(np.mean([t.held[name][key] if name in t.held else np.nan for t in trials])) for key in COVERAGE},
    }


def _judged_money(trials: Sequence[Trial], name: str) -> dict[str, float]:
    """Errors of one forecast in money."""
    n = np.concatenate([trial.past.n for trial in trials])
    later = [trial.past.future if trial.later is None else trial.later for trial in trials]
    actual, said = np.concatenate(later), np.concatenate([trial.spent(name) for trial in trials])
    came, error = dot(n, actual), said - actual
    ranks = [_gini(t.past, t.spent(name), came_in) for t, came_in in zip(trials, later, strict=True)]
    return {
        "money": dot(n, said),
        "actual_money": came,
        "bias_share_money": dot(n, error) / came if came else np.nan,
        "mae_money": float(dot(n, np.abs(error)) / n.sum()),
        "rmse_money": float(np.sqrt(dot(n, error**2) / n.sum())),
        "gini_money": float(np.average(ranks, weights=[float(trial.past.n.sum()) for trial in trials])),
    }


def _gini(past: Holdout, forecast: Floats, came: Floats | None = None) -> float:
    """Gini coefficient of the future in the order of the forecast, over that in its own order; ties count half."""
    future = past.future if came is None else came
    own = _covariance_with_rank(future, future, past.n)
    return _covariance_with_rank(future, forecast, past.n) / own if own > 0 else np.nan


def _covariance_with_rank(values: Floats, by: Floats, n: Floats) -> float:
    """Covariance of values with their place in the order of `by`, equal ones sharing the middle place."""
    _, group = np.unique(by, return_inverse=True)
    size = np.bincount(group, weights=n)
    middle = (np.cumsum(size) - size / 2) / n.sum()
    return float(dot(n, values * (middle[group] - 0.5)) / n.sum())


def _lift(past: Holdout, forecast: Floats) -> float:
    """Purchases of the top tenth of customers by forecast, as a multiple of a tenth of all purchases.

    Customers of equal forecast at the edge of the tenth enter in part.
    """
    total = dot(past.n, past.future)
    if total == 0:
        return float("nan")
    _, group = np.unique(-forecast, return_inverse=True)
    size, bought = (np.bincount(group, weights=values) for values in (past.n, past.n * past.future))
    wanted = TOP * float(past.n.sum())
    before = np.cumsum(size) - size
    part = np.clip((wanted - before) / size, 0, 1)
    return dot(part, bought) / (TOP * total)


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
    candidates = [name for name in judged if name not in NAIVE]
    sharpest = min(candidates, key=lambda name: judged[name]["rmse"])
    naive = min(NAIVE, key=lambda name: judged[name]["rmse"])
    if judged[naive]["rmse"] <= judged[sharpest]["rmse"]:
        errors = {"rmse": judged[naive]["rmse"], "model_rmse": judged[sharpest]["rmse"]}
        return naive, (*findings, ("naive", {"naive": naive, "best": sharpest, **errors}))
    close = [name for name in candidates if name == sharpest or _is_close(trials, name, sharpest)]
    best = min(close, key=lambda name: (_judged(trials[:1], name)["rmse"], abs(judged[name]["bias"])))
    bias = judged[best]["bias_share"]
    findings.append(
        ("use", {"best": best, "rmse": judged[best]["rmse"], "off": abs(bias), "way": "low" if bias < 0 else "high"})
    )
    if len(close) > 1:
        findings.append(("as_good", {"others": [name for name in close if name != best], "best": best}))
    if len(trials) > 1:
        wins = sum(min(candidates, key=lambda name: _judged([t], name)["rmse"]) == best for t in trials)
        findings.append(("rolling", {"best": best, "wins": wins, "n": len(trials)}))
    findings.append(("beats_naive", {"naive": naive, "rmse": judged[naive]["rmse"]}))
    if abs(bias) > FAR_OFF:
        findings.append(("biased", {"limit": FAR_OFF}))
    by_bic = min(models, key=lambda name: models[name].bic_) if models else best
    if by_bic != best and len(models) > 1:
        findings.append(("past", {"bic": by_bic}))
    if best in models and models[best].diagnosis_ != "optimum":
        findings.append(("diagnosis", {"best": best, "diagnosis": models[best].diagnosis_}))
    return best, tuple(findings)


def _more_findings(
    trials: Sequence[Trial], rows: Sequence[Values], best: str, level: float | None
) -> tuple[tuple[str, Values], ...]:
    """Money, coverage, and models that are one."""
    found: list[tuple[str, Values]] = []
    judged = {row["model"]: row for row in rows if row["model"] not in NAIVE}
    in_money = judged[min(judged, key=lambda name: float(judged[name]["rmse_money"]))]
    bias = in_money["bias_share_money"]
    if np.isfinite(bias):
        figures = {"rmse_money": in_money["rmse_money"], "off_money": abs(bias)}
        way = "low" if bias < 0 else "high"
        found.append(("money", {"best_money": in_money["model"], **figures, "way_money": way}))
    if best in trials[0].held:
        n, row = len(trials), judged[best]
        covered = {"covered": round(n * row["total_covered"]), "covered_money": round(n * row["money_covered"])}
        found.append(("coverage", {"best": best, "level": level, "held": row["coverage"], "n": n, **covered}))
    for group in _same(trials[0]):
        found.append(("collapse", {"same": group}))
        if "NBD" in group:
            found.append(("collapse_dropout", {}))
    return tuple(found)


def _same(trial: Trial) -> list[list[str]]:
    """Groups of models whose forecasts of single customers are the same."""
    groups: list[list[str]] = []
    n = trial.past.n
    for name, forecast in trial.forecasts.items():
        if name in NAIVE or name in LEARNT:
            continue
        for group in groups:
            other = trial.forecasts[group[0]]
            if dot(n, np.abs(forecast - other)) <= SAME * dot(n, other):
                group.append(name)
                break
        else:
            groups.append([name])
    return [group for group in groups if len(group) > 1]


def _is_close(trials: Sequence[Trial], name: str, best: str) -> bool:
    """Whether the mean squared error exceeds that of the best by less than the standard error of the difference."""
    squares, smallest = (
        np.concatenate([(t.forecasts[which] - t.past.future) ** 2 for t in trials]) for which in (name, best)
    )
    return is_close(squares, smallest, np.concatenate([t.past.n for t in trials]))


def _said(key: str, values: Values, chinese: bool) -> str:
    """A finding in words."""
    words = {name: _worded(name, value, chinese) for name, value in values.items()}
    if key == "basis":
        words["holdouts"] = _WORDS["one" if values["n"] == 1 else "several"][chinese].format(n=values["n"])
    return _SENTENCES[key][chinese].format(**words)


def _worded(name: str, value: Any, chinese: bool) -> Any:
    if name == "diagnosis":
        return value.text("zh" if chinese else "en")
    if name == "regularity":
        return value.text("zh" if chinese else "en")
    if name in ("others", "same"):
        return ("、" if chinese else ", ").join(_WORDS[one][chinese] if one in _WORDS else one for one in value)
    return _WORDS[value][chinese] if isinstance(value, str) and value in _WORDS else value


def _columns(rows: Sequence[Values]) -> dict[str, NDArray[Any]]:
    """Rows of results as columns; text stays text."""
    names = [name for name in rows[0] if name != "diagnosis"] + ["diagnosis"]
    found = {name: [row[name] for row in rows] for name in names}
    text = ("model", "diagnosis")
    return {name: np.array(values, dtype=object if name in text else None) for name, values in found.items()}
