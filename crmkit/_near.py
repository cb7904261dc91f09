"""The name that was meant: synonyms of the field, and the nearest spelling, for what does not exist under a name.

Packages and books call the same thing by many names. Nobody should have to look up ours to be told what it is.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Mapping

# A keyword of other packages, or of the field -> what may be meant by it here, the likeliest first.
KEYWORDS: Mapping[str, tuple[str, ...]] = {
    "k": ("n_clusters", "bins"),
    "n": ("n_clusters", "bins", "top", "n_customers", "most"),
    "clusters": ("n_clusters",),
    "n_components": ("n_clusters",),
    "levels": ("bins",),
    "quantiles": ("bins",),
    "quintiles": ("bins",),
    "q": ("bins",),
    "n_bins": ("bins",),
    "n_segments": ("n_clusters", "bins"),
    "segments": ("scheme", "n_clusters"),
    "rules": ("scheme",),
    "segmentation": ("scheme",),
    "lang": ("language",),
    "locale": ("language",),
    "freq": ("period",),
    "frequency": ("period",),
    "interval": ("period", "level"),
    "granularity": ("period",),
    "time_unit": ("period",),
    "unit": ("period",),
    "cohort_period": ("period",),
    "customer_id": ("customer",),
    "customer_id_col": ("customer",),
    "customer_col": ("customer",),
    "customer": ("customer_id",),
    "id": ("customer", "customer_id"),
    "client": ("customer", "customer_id"),
    "user": ("customer", "customer_id"),
    "user_id": ("customer", "customer_id"),
    "member": ("customer", "customer_id"),
    "datetime": ("date",),
    "datetime_col": ("date",),
    "date_col": ("date",),
    "day": ("date",),
    "days": ("inactive", "within", "horizon"),
    "timestamp": ("date",),
    "time": ("date", "horizon", "durations"),
    "revenue": ("amount", "value"),
    "sales": ("amount", "value"),
    "spend": ("amount", "value"),
    "money": ("amount", "value"),
    "monetary_value": ("amount", "value"),
    "monetary_value_col": ("amount", "value"),
    "monetary": ("value",),
    "price": ("amount",),
    "invoice": ("order",),
    "order_id": ("order",),
    "transaction_id": ("order",),
    "dayfirst": ("date_format",),
    "format": ("date_format", "period"),
    "sep": ("separator",),
    "delimiter": ("separator",),
    "sheet_name": ("sheet", "table"),
    "skiprows": ("skip",),
    "observation_period_end": ("as_of",),
    "reference_date": ("as_of",),
    "snapshot_date": ("as_of",),
    "analysis_date": ("as_of",),
    "today": ("as_of",),
    "now": ("as_of",),
    "cutoff": ("as_of", "origin", "origins"),
    "until": ("as_of",),
    "end_date": ("as_of", "end"),
    "start_date": ("start",),
    "t": ("horizon",),
    "h": ("horizon",),
    "periods": ("horizon", "period"),
    "months": ("horizon", "window"),
    "forecast_horizon": ("horizon",),
    "future_t": ("horizon",),
    "prediction_period": ("horizon",),
    "duration": ("horizon", "window", "durations"),
    "lookback": ("window",),
    "discount": ("discount_rate",),
    "wacc": ("discount_rate",),
    "rate": ("discount_rate", "margin_rate"),
    "margin": ("margin_rate",),
    "profit_margin": ("margin_rate",),
    "gross_margin": ("margin_rate",),
    "margin_rate": ("margin",),
    "cost": ("contact_cost", "acquisition_cost"),
    "cac": ("acquisition_cost",),
    "confidence": ("level",),
    "confidence_level": ("level",),
    "conf_level": ("level",),
    "ci": ("level",),
    "alpha": ("level",),
    "group": ("by",),
    "groupby": ("by",),
    "group_by": ("by",),
    "groups": ("by",),
    "hue": ("by",),
    "against": ("baseline",),
    "usual": ("baseline",),
    "reference": ("baseline",),
    "control": ("baseline",),
    "benchmark": ("baseline",),
    "success": ("save_rate", "response"),
    "event_observed": ("event",),
    "lost": ("event",),
    "observed": ("event",),
    "weights": ("weight",),
    "weight": ("weights",),
    "random_state": ("seed",),
    "rng": ("seed",),
    "name": ("into",),
    "column_name": ("into", "column"),
    "col": ("column", "value"),
    "columns": ("column", "value"),
    "value": ("show", "margin"),
    "measure": ("show", "value"),
    "window": ("current",),
    "brackets": ("days",),
    "ages": ("days", "max_age"),
    "holdout_days": ("holdout",),
    "test_period": ("holdout",),
    "n_origins": ("origins",),
    "filename": ("path",),
    "output": ("path",),
    "strategy": ("method",),
    "algorithm": ("method",),
}

# A setting that travels inside a value -> the argument that takes the value, and the value.
INSIDE: Mapping[str, tuple[str, str]] = {
    "rolling": ("period", "crmkit.Calendar"),
    "fiscal_start": ("period", "crmkit.Calendar"),
    "horizon": ("valuation", "crmkit.clv.Valuation"),
    "discount_rate": ("valuation", "crmkit.clv.Valuation"),
    "margin_rate": ("valuation", "crmkit.clv.Valuation"),
    "churn": ("extras", "crmkit.scoring.Extras"),
    "alerts_per_week": ("extras", "crmkit.scoring.Extras"),
    "survey": ("extras", "crmkit.scoring.Extras"),
    "next_product": ("extras", "crmkit.scoring.Extras"),
    "recency": ("measures", "dict"),
    "frequency": ("measures", "dict"),
    "monetary": ("measures", "dict"),
    **dict.fromkeys(
        ("formation_orders", "stability_orders", "growing", "falling", "decline_at", "ended_at", "long_stability"),
        ("rules", "crmkit.lifecycle.StageRules"),
    ),
}

# What other packages and the field call a function, class or module -> what it is called here.
NAMES: Mapping[str, str] = {
    "aggregate": "summarize",
    "apriori": "basket.rules",
    "association_rules": "basket.rules",
    "bgf": "clv.BGNBD",
    "betageofitter": "clv.BGNBD",
    "betageomodel": "clv.BGNBD",
    "beta_geo_fitter": "clv.BGNBD",
    "btyd": "clv.BGNBD",
    "calculate_clv": "clv.lifetime_value",
    "churn_rate": "retention.rates",
    "clusters": "segment.cluster",
    "cohort": "retention.cohorts",
    "cohort_analysis": "retention.cohorts",
    "churned": "survival.flag_lost",
    "cltv": "clv.lifetime_value",
    "customer_lifetime_value": "clv.lifetime_value",
    "customer_summary": "summarize",
    "fpgrowth": "basket.rules",
    "from_csv": "read",
    "gini": "pyramid.concentration",
    "kaplanmeierfitter": "survival.kaplan_meier",
    "km": "survival.kaplan_meier",
    "kmeans": "segment.cluster",
    "k_means": "segment.cluster",
    "load_csv": "read",
    "load": "read",
    "lorenz": "pyramid.concentration",
    "lorenz_curve": "pyramid.concentration",
    "ltv": "clv.lifetime_value",
    "market_basket": "basket.pairs",
    "open": "read",
    "pareto": "pyramid.concentration",
    "paretonbdfitter": "clv.ParetoNBD",
    "plot": "plotting",
    "predict_churn": "churn.ChurnModel",
    "read_csv": "read",
    "read_excel": "read",
    "read_parquet": "read",
    "reactivation": "outreach.win_back",
    "retention_rates": "retention.rates",
    "rfm": "rfm.score",
    "rfm_score": "rfm.score",
    "rfm_scores": "rfm.score",
    "rfm_segment": "rfm.segment",
    "rfm_segments": "rfm.segment",
    "rfm_table": "rfm.score",
    "sbg": "clv.SBG",
    "summarise": "summarize",
    "summary": "summarize",
    "summary_data_from_transaction_data": "summarize",
    "rfm_summary": "summarize",
    "survival_curve": "survival.curve",
    "tiers": "pyramid.assign_tiers",
    "transitions": "segment.migration",
    "transition_matrix": "segment.migration",
}


def keywords(wrong: str, known: Collection[str]) -> list[str]:
    """Arguments, of those that are known, that may be meant by a keyword; the likeliest first, at most three.

    >>> keywords("freq", ["transactions", "period", "by"]), keywords("perod", ["transactions", "period", "by"])
    (['period'], ['period'])
    """
    meant = [name for name in KEYWORDS.get(wrong.lower(), ()) if name in known]
    return list(dict.fromkeys([*meant, *closest(wrong, known)]))[:3]


def inside(wrong: str, known: Collection[str]) -> str | None:
    """How a setting is given that travels inside a value, if an argument that is known takes such a value.

    >>> inside("fiscal_start", ["transactions", "period", "by"])
    'period=crmkit.Calendar(fiscal_start=...)'
    """
    argument, value = INSIDE.get(wrong, (None, ""))
    return f"{argument}={value}({wrong}=...)" if argument in known else None


def names(wrong: str, known: Mapping[str, Collection[str]]) -> list[str]:
    """Full names that may be meant; `known` are the full names of each short one.

    >>> names("Cohorts", {"cohorts": ["retention.cohorts"], "rates": ["retention.rates"]})
    ['retention.cohorts']
    """
    plain = _plain(wrong)
    everywhere = {full for fulls in known.values() for full in fulls}
    field = next((ours for theirs, ours in NAMES.items() if _plain(theirs) == plain), None)
    first = [str(field)] if field in everywhere else []
    if wrong in known:
        return list(dict.fromkeys([*first, *known[wrong]]))
    same = [full for short in known for full in known[short] if _plain(short) == plain]
    if first or same:
        return list(dict.fromkeys([*first, *same]))
    return [full for short in closest(wrong, known) for full in known[short]][:3]


# What others call an attribute of an object -> its names here, or what gives it; the first that fits is meant.
MEMBERS: Mapping[str, tuple[str, ...]] = {
    "add": ("merge",),
    "aic": ("diagnosis_",),
    "alive": ("p_alive",),
    "append": ("merge",),
    "bic": ("diagnosis_",),
    "clv": ("crmkit.clv.lifetime_value",),
    "coef_": ("params_",),
    "coefficients": ("params_",),
    "cohorts": ("crmkit.retention.cohorts",),
    "conditional_expected_number_of_purchases_up_to_time": ("predict",),
    "conditional_probability_alive": ("p_alive",),
    "customer_lifetime_value": ("crmkit.clv.lifetime_value",),
    "customers": ("crmkit.summarize",),
    "describe": ("summary", "crmkit.summarize"),
    "dump": ("to_json", "save"),
    "expected_purchases": ("predict",),
    "expected_purchases_new_customer": ("expected_purchases_new",),
    "filter": ("until", "crmkit.Transactions(frame, where=...)"),
    "from_json": ("crmkit.clv.load",),
    "load": ("crmkit.clv.load",),
    "plot": ("crmkit.plotting",),
    "plot_frequency_recency_matrix": ("crmkit.clv.recency_frequency_grid",),
    "predict_proba": ("p_purchase", "p_alive", "score"),
    "print": ("text",),
    "query": ("crmkit.Transactions(frame, where=...)",),
    "report": ("crmkit.report",),
    "retention": ("crmkit.retention.rates",),
    "rfm": ("crmkit.rfm.score",),
    "save": ("to_excel", "to_json"),
    "segment": ("crmkit.rfm.segment",),
    "show": ("plot", "text"),
    "summarize": ("crmkit.summarize",),
    "summary": ("text", "crmkit.summarize"),
    "table": ("score", "summary"),
    "to_dict": ("to_json",),
    "to_pickle": ("to_json", "save"),
    "transform": ("score",),
    "update": ("merge",),
}


def members(wrong: str, known: Collection[str]) -> list[str]:
    """What may be meant by an attribute that is not there: one that is, by spelling or another's word, or a call.

    >>> members("save", ["to_json", "score"]), members("scor", ["to_json", "score"]), members("rfm", ["ledger"])
    (['.to_json'], ['.score'], ['crmkit.rfm.score'])
    """
    meant, public = MEMBERS.get(wrong, ()), [name for name in known if not name.startswith("_")]
    near = [f".{name}" for name in [*(one for one in meant if one in public), *closest(wrong, public)]]
    return near[:1] or [one for one in meant if "." in one][:1]


# What other packages and the field call a command -> what it is called here.
COMMANDS: Mapping[str, str] = {
    "abc": "pyramid",
    "at_risk": "watch",
    "audit": "lenses",
    "baskets": "basket",
    "bridge": "growth",
    "cltv": "clv",
    "cluster": "clusters",
    "cohort": "cohorts",
    "customers": "score",
    "describe": "check",
    "html": "report",
    "kaplan_meier": "survival",
    "km": "survival",
    "kmeans": "clusters",
    "ledger": "check",
    "lifetime_value": "clv",
    "ltv": "clv",
    "market_basket": "basket",
    "nps": "loyalty",
    "predict": "churn",
    "reactivation": "winback",
    "recommend": "basket",
    "renewals": "contracts",
    "segment": "segments",
    "segmentation": "segments",
    "subscriptions": "contracts",
    "summary": "check",
    "survey": "loyalty",
    "tiers": "pyramid",
    "validate": "check",
    "watch_list": "watch",
    "win_back": "winback",
}


def commands(wrong: str, known: Collection[str]) -> list[str]:
    """Commands that may be meant by a name, the likeliest first.

    >>> commands("ltv", ["clv", "check"]), commands("chek", ["clv", "check"])
    (['clv'], ['check'])
    """
    plain = wrong.lower().replace("-", "_")
    meant = [COMMANDS[plain]] if COMMANDS.get(plain) in known else []
    return list(dict.fromkeys([*meant, *closest(wrong, known)]))[:3]


def closest(wrong: str, known: Iterable[str]) -> list[str]:
    """Names that are spelt almost like it, the closest first.

    >>> closest("segmnt", ["score", "segment"])
    ['segment']
    """
    spelt = {_plain(name): name for name in known}
    return [spelt[found] for found in difflib.get_close_matches(_plain(wrong), spelt, n=3, cutoff=0.7)]


def _plain(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "")
