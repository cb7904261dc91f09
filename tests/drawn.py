"""One result for every picture, of CDNOW's sample and of made worlds; each is computed once, when it is first drawn.

A name is that of a drawer without `plot_`, and where one drawer has several looks, what is shown after a slash.
"""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

import crmkit as crm

DRAWERS = {name: getattr(crm.plotting, name) for name in crm.plotting.__all__ if name.startswith("plot_")}


@functools.cache
def shop() -> Any:
    """CDNOW's sample: 2,357 customers, 18 months."""
    return crm.Transactions(crm.datasets.load_cdnow(sample=True))


@functools.cache
def world() -> Any:
    """A made shop with channels, products and refunds over three years."""
    made = crm.datasets.make_transactions(1500, seed=1)
    return crm.Transactions(made.transactions, duplicates="drop")


@functools.cache
def scored() -> Any:
    """Customers of the shop with scores, segments, tiers, and days on which they drop."""
    return crm.score_customers(shop(), horizon=None)


@functools.cache
def fitted() -> Any:
    """A model of purchases of the shop."""
    return crm.clv.BGNBD(period="week").fit(crm.summarize(shop()))


@functools.cache
def tracking() -> Any:
    """Purchases over time, expected and actual."""
    return crm.clv.tracking(fitted(), shop(), origin="1998-01-01")


@functools.cache
def churn() -> Any:
    """A churn model of the shop."""
    return crm.churn.ChurnModel().fit(shop())


@functools.cache
def survey() -> Any:
    """Answers to a survey, with the customers asked."""
    return crm.datasets.make_survey(800, seed=1)


@functools.cache
def complaints() -> Any:
    """Complaints and what followed."""
    made = crm.datasets.make_complaints(600, seed=1)
    return crm.loyalty.complaints(made.complaints, made.transactions, promise=made.promise)


@functools.cache
def baskets() -> Any:
    """Rows of baskets in which some items go together."""
    return crm.datasets.make_baskets(800).transactions


@functools.cache
def panel() -> Any:
    """Choices among brands, with ratings."""
    return crm.datasets.make_brand_panel(600, seed=1)


@functools.cache
def clusters() -> Any:
    """Clusters of the shop's customers."""
    return crm.segment.cluster(crm.summarize(shop()), n_clusters=4)


@functools.cache
def gaps() -> Any:
    """The gap curve of the shop."""
    return crm.survival.inactivity_threshold(shop())


@functools.cache
def movements() -> Any:
    """Movements of the shop by quarter."""
    return crm.retention.revenue_movements(shop(), period="quarter")


@functools.cache
def quarters() -> Any:
    """Cohorts of the made shop by quarter."""
    return crm.retention.cohorts(world(), period="quarter")


@functools.cache
def segments_at(day: str) -> Any:
    """Segments of the shop as of a day."""
    return crm.rfm.segment(crm.rfm.score(crm.summarize(shop().until(day))), scheme="eight")


@functools.cache
def moved() -> Any:
    """Segments of the shop, and what became of them."""
    return crm.segment.migration(segments_at("1998-01-31"), segments_at("1998-06-30"), column="segment")


@functools.cache
def lasting() -> Any:
    """Tiers of the shop at four dates."""
    dates = ("1997-09-30", "1997-12-31", "1998-03-31", "1998-06-30")
    tiers = {day: crm.pyramid.assign_tiers(crm.summarize(shop().until(day))) for day in dates}
    return crm.segment.migration_series(tiers, column="tier")


@functools.cache
def brands() -> Any:
    """A fitted category of five brands."""
    shares = {"brand": list("ABCDE"), "share": [0.3, 0.25, 0.2, 0.15, 0.1],
              "penetration": [0.24, 0.20, 0.17, 0.12, 0.09]}  # fmt: skip
    return crm.wallet.dirichlet(shares, penetration=0.56, purchases_per_buyer=2.6)


@functools.cache
def choosers() -> Any:
    """Fitted drivers of a choice among brands."""
    rng = np.random.default_rng(1)
    n, k = 300, 3
    rated = {name: rng.integers(1, 6, n * k) for name in ("quality", "price", "service")}
    likes = 0.8 * rated["quality"] + 0.5 * rated["price"] + 0.1 * rated["service"] + rng.gumbel(size=n * k)
    chosen = (likes.reshape(n, k) == likes.reshape(n, k).max(axis=1, keepdims=True)).ravel().astype(int)
    rows = {"customer_id": np.repeat(np.arange(n), k), "brand": np.tile(list("ABC"), n), "chosen": chosen}
    return crm.equity.drivers(rows | rated, drivers=list(rated))


@functools.cache
def backtest() -> Any:
    """The back-test of segments on the shop."""
    return crm.backtest(shop(), "eight", origins="1998-03-31")


@functools.cache
def sensitivity() -> Any:
    """How steady the segments of the shop are."""
    return crm.sensitivity(shop(), "eight", windows=(None,), shifts=(28,))


@functools.cache
def indicators() -> Any:
    """Indicators of loyalty of the shop."""
    return crm.loyalty.indicators(shop(), period="quarter")


def _repurchase(by: str | None = None) -> Any:
    return crm.survival.repurchase(world(), by=by) if by else crm.survival.repurchase(shop())


def _bridge() -> Any:
    return crm.growth.revenue_bridge(shop(), base=("1998-01-01", "1998-03-31"), current=("1998-04-01", "1998-06-30"))


def _growth() -> Any:
    periods = {"base": ("2023-01-01", "2023-12-31"), "current": ("2024-01-01", "2024-12-31")}
    return crm.growth.growth_matrix(world(), **periods)


def _campaign() -> Any:
    scores = churn().score(shop())
    return crm.outreach.campaign(scores, contact_cost=0.5, value=40, save_rate=0.1)


# What is drawn: the result, and options of the drawer.
PICTURES: Mapping[str, Callable[[], tuple[Any, dict[str, Any]]]] = {
    "alive_history": lambda: (crm.clv.alive_history(fitted(), shop(), _regular()), {}),
    "backtest/rates": lambda: (backtest(), {}),
    "backtest/gain": lambda: (backtest(), {"show": "gain"}),
    "backtest/revenue": lambda: (backtest(), {"show": "revenue"}),
    "calibration": lambda: (churn().validation_, {}),
    "campaign": lambda: (_campaign(), {}),
    "choice_drivers": lambda: (choosers(), {}),
    "closing": lambda: (complaints(), {}),
    "cluster_criteria": lambda: (clusters(), {}),
    "cluster_profiles": lambda: (clusters(), {}),
    "cohort_curves/money": lambda: (quarters(), {}),
    "cohort_curves/rate": lambda: (quarters(), {"show": "retention_rate"}),
    "cohorts/rate": lambda: (quarters(), {}),
    "cohorts/money": lambda: (quarters(), {"show": "cumulative_per_customer"}),
    "comparison": lambda: (crm.clv.compare(shop(), models=["bg_nbd", "pareto_nbd"], origins=1, level=None), {}),
    "complaints": lambda: (complaints(), {}),
    "cross_sell_rate": lambda: (crm.basket.cross_sell_rate(world()), {}),
    "cross_sell_rate/groups": lambda: (crm.basket.cross_sell_rate(world(), by="channel"), {}),
    "csat": lambda: (crm.loyalty.csat(survey().survey, items=["product", "delivery", "price"]), {}),
    "customer_base_audit": lambda: (crm.customer_base_audit(world()), {}),
    "dirichlet": lambda: (brands(), {}),
    "distribution_fit": lambda: (crm.clv.distribution_fit(fitted(), crm.summarize(shop())), {}),
    "downgrade_calendar": lambda: (crm.downgrades.downgrade_calendar(scored()), {}),
    "gain": lambda: (churn().validation_, {}),
    "gap_curve": lambda: (gaps(), {}),
    "growth_matrix": lambda: (_growth(), {}),
    "holdout": lambda: (crm.clv.holdout_by_frequency(fitted(), shop()), {}),
    "indicators/rate": lambda: (indicators(), {}),
    "indicators/money": lambda: (indicators(), {"show": "purchase_amount"}),
    "items_by_group": lambda: (crm.basket.items_by_group(world(), "channel"), {}),
    "ledger": lambda: (world().ledger, {}),
    "lifecycle/customers": lambda: (crm.lifecycle.history(shop(), period="quarter"), {}),
    "lifecycle/value_share": lambda: (crm.lifecycle.history(shop(), period="quarter"), {"show": "value_share"}),
    "lorenz": lambda: (crm.pyramid.concentration(scored()), {}),
    "lost_rules": lambda: (crm.survival.compare_lost_rules(shop()), {}),
    "loyalty_matrix": lambda: (crm.loyalty.matrix(survey().customers.assign(**_asked())), {}),
    "measures": lambda: (crm.loyalty.measures(shop(), _tolerant()), {}),
    "migration/customers": lambda: (moved(), {}),
    "migration/value": lambda: (moved(), {"show": "value"}),
    "migration_series": lambda: (lasting(), {}),
    "model_choice": lambda: (crm.clv.choose_model(shop(), horizon="26W"), {}),
    "movements/money": lambda: (movements(), {}),
    "movements/customers": lambda: (movements(), {"show": "customers"}),
    "movements/groups": lambda: (crm.retention.revenue_movements(world(), period="quarter", by="channel"), {}),
    "new_and_returning": lambda: (movements(), {}),
    "new_and_returning/groups": lambda: (crm.retention.revenue_movements(world(), period="quarter", by="channel"), {}),
    "next_purchase": lambda: (crm.basket.next_purchase(baskets()), {}),
    "norms": lambda: (crm.wallet.nbd_norms(penetration=0.11, purchases_per_buyer=1.9), {}),
    "nps": lambda: (crm.loyalty.nps(_shops(), by="shop"), {}),
    "nps_comparison": lambda: (crm.loyalty.compare_nps(_shops(), by="shop", baseline="north"), {}),
    "purchase_funnel": lambda: (_repurchase(), {}),
    "recency_frequency": lambda: (crm.clv.recency_frequency_grid(fitted(), most=10), {}),
    "recommendations": lambda: (crm.basket.recommend(baskets(), n=3), {}),
    "repurchase": lambda: (_repurchase(), {}),
    "repurchase/groups": lambda: (_repurchase("channel"), {}),
    "repurchase_comparison": lambda: (crm.survival.compare_repurchase(world(), by="channel"), {}),
    "response_bias": lambda: (crm.loyalty.response_bias(survey().survey, survey().customers), {}),
    "retention": lambda: (crm.retention.rates(shop()), {}),
    "retention/groups": lambda: (crm.retention.rates(world(), period="quarter", by="channel"), {"rate": "churn_rate"}),
    "return_hazard": lambda: (gaps(), {}),
    "revenue_bridge": lambda: (_bridge(), {}),
    "rfm_distributions": lambda: (scored(), {}),
    "rfm_grid/customers": lambda: (scored(), {}),
    "rfm_grid/money": lambda: (scored(), {"show": "monetary"}),
    "rules": lambda: (crm.basket.pairs(baskets()), {}),
    "satisfaction": lambda: (crm.loyalty.satisfaction(_hopes(), expected={"delivery": "hoped_a", "price": "hoped_b"},
                                                      perceived={"delivery": "delivery", "price": "price"}), {}),
    "satisfaction_drivers": lambda: (crm.loyalty.drivers(survey().survey, items=["product", "delivery", "price"],
                                                         overall="overall"), {}),
    "segment_map": lambda: (crm.rfm.describe_segments(scored()), {}),
    "segments": lambda: (crm.rfm.describe_segments(scored()), {}),
    "sensitivity/choices": lambda: (sensitivity(), {}),
    "sensitivity/segments": lambda: (sensitivity(), {"show": "segments"}),
    "sequences": lambda: (crm.basket.sequences(baskets(), min_customers=0.15), {}),
    "size_change": lambda: (_resized(), {}),
    "survival": lambda: (crm.survival.curve(shop()), {}),
    "survival/groups": lambda: (crm.survival.curve(world(), by="channel"), {}),
    "switching": lambda: (crm.equity.panel_switching(panel().purchases), {}),
    "expected_returns": lambda: (crm.outreach.expected_returns(shop(), rule={"inactive": "60D"}, horizon="60D"), {}),
    "tiers": lambda: (crm.pyramid.describe_tiers(scored()), {}),
    "timeline": lambda: (crm.lifecycle.timeline(shop(), _regular()), {}),
    "timeline/short": lambda: (crm.lifecycle.timeline(crm.datasets.load_ten_customers(), "C06"), {}),
    "total": lambda: (crm.clv.portfolio_value(shop(), horizon="13W"), {}),
    "tracking/cumulative": lambda: (tracking(), {}),
    "tracking/incremental": lambda: (tracking(), {"show": "incremental"}),
    "true_concentration": lambda: (crm.wallet.true_concentration([400, 60, 30, 20, 8, 8, 9, 6, 27], open_ended=True),
                                   {}),
    "upgrade_paths": lambda: (crm.explanation.upgrade_paths(shop()), {}),
    "value_deciles": lambda: (crm.clv.value_by_decile(scored(), value="monetary"), {}),
    "value_matrix": lambda: (crm.segment.value_matrix(shop()), {}),
    "watch_list": lambda: (crm.outreach.watch_list(shop(), alerts_per_week=2), {}),
    "what_if": lambda: (crm.equity.what_if([[0.8, 0.2], [0.3, 0.7]], brand="A", utility=0.1, purchases_per_year=2,
                                           margin=30, discount_rate=0.1), {}),
    "win_back": lambda: (crm.outreach.win_back(shop(), contact_cost=1), {}),
}  # fmt: skip


def _regular() -> Any:
    """The id of the customer with most purchases."""
    customers = crm.summarize(shop())
    return customers.loc[customers["frequency"].idxmax(), "customer_id"]


def _tolerant() -> dict[str, Any]:
    rng = np.random.default_rng(4)
    asked = ("attention", "tolerance", "price_sensitivity")
    return {"customer_id": np.arange(200)} | {name: rng.integers(1, 6, 200) for name in asked}


def _resized() -> Any:
    before, after = (crm.summarize(shop().until(day)) for day in ("1998-01-31", "1998-06-30"))
    scorer = crm.rfm.Scorer().fit(before)
    scores = (scorer.score(before), crm.rfm.score(after), scorer.score(after))
    january, june, by_old_rule = (crm.rfm.segment(each, scheme="eight") for each in scores)
    return crm.growth.size_change(january, june, after_by_old_rule=by_old_rule)


def _asked() -> dict[str, Any]:
    rng = np.random.default_rng(2)
    n = len(survey().customers)
    return {"frequency": rng.poisson(3, n) + 1, "attitude": rng.integers(1, 11, n)}


def _shops() -> Any:
    answers = survey().survey
    return answers.assign(shop=np.array(["north", "south", "online"], dtype=object)[np.arange(len(answers)) % 3])


def _hopes() -> Any:
    answers = survey().survey
    rng = np.random.default_rng(3)
    return answers.assign(hoped_a=rng.integers(3, 6, len(answers)), hoped_b=rng.integers(1, 4, len(answers)))


@functools.cache
def result(name: str) -> tuple[Any, dict[str, Any]]:
    """What a picture is drawn from, and how."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return PICTURES[name]()


def draw(name: str, **options: Any) -> Any:
    """Draw a picture; gives its axes."""
    what, own = result(name)
    return DRAWERS[f"plot_{name.partition('/')[0]}"](what, **own, **options)
