"""Every public function that takes transactions or customers, called once on the same small shop."""

from __future__ import annotations

import datetime as dt
import functools

import numpy as np

import crmkit as crm


@functools.cache
def sales():
    """Columns of a shop of 60 customers over 18 months: several products, two countries, costs, refunds."""
    rng = np.random.default_rng(20)
    rows = []
    order = 0
    for number in range(60):
        rate, left = rng.gamma(1.2, 0.9), rng.integers(60, 540)
        day = int(rng.integers(0, 240))
        while day < min(540, left + 240):
            order += 1
            for product in rng.choice(["tea", "cup", "pot", "jam"], size=rng.integers(1, 4), replace=False):
                money = round(float(rng.lognormal(3, 0.6)), 2)
                rows.append((f"c{number:02}", day, money, order, str(product), "FR" if number % 3 else "DE"))
            if rng.random() < 0.05:
                rows.append((f"c{number:02}", day, -5.0, order, "tea", "FR" if number % 3 else "DE"))
            day += 1 + int(rng.exponential(40 / rate))
    who, days, amount, orders, product, country = (list(column) for column in zip(*rows, strict=True))
    start = dt.date(2024, 1, 1)
    return {
        "customer_id": who,
        "date": [start + dt.timedelta(days=day) for day in days],
        "amount": amount,
        "cost": [round(0.6 * money, 2) for money in amount],
        "order_id": orders,
        "product": product,
        "country": country,
    }


AS_OF = "2025-06-30"


def contracts():
    """Columns of 40 contracts: who began when, and ended when."""
    rng = np.random.default_rng(4)
    start = dt.date(2023, 1, 1)
    begun = rng.integers(0, 400, 40)
    length = rng.integers(30, 700, 40)
    return {
        "customer_id": [f"k{i:02}" for i in range(40)],
        "start": [start + dt.timedelta(days=int(day)) for day in begun],
        "end": [start + dt.timedelta(days=int(day + long)) if day + long < 730 else None
                for day, long in zip(begun, length, strict=True)],
        "amount": [float(x) for x in rng.integers(5, 20, 40)],
    }  # fmt: skip


BG = functools.partial(crm.clv.BGNBD.from_params, r=0.8, alpha=6.0, a=0.6, b=2.5, period="week")
GG = functools.partial(crm.clv.GammaGamma.from_params, p=4.0, q=3.7, v=20.0)


# name -> a call of a shop: `shop.tx` (Transactions), `shop.customers` (their summary), `shop.table(columns)`.
CALLS = {
    "ledger": lambda s: s.tx.ledger,
    "notes": lambda s: s.tx.notes,
    "summarize": lambda s: s.customers,
    "summarize_log_gaps": lambda s: crm.summarize(s.tx, log_gaps=True),
    "recent_value": lambda s: crm.customers.recent_value(s.tx).customers,
    "rfm_score": lambda s: crm.rfm.score(s.customers),
    "rfm_rank": lambda s: crm.rfm.score(s.customers, method="rank"),
    "rfm_nested": lambda s: crm.rfm.score(s.customers, method="nested", bins=3),
    "rfm_mean": lambda s: crm.rfm.score(s.customers, method="mean"),
    "rfm_segment": lambda s: crm.rfm.segment(crm.rfm.score(s.customers)),
    "rfm_describe": lambda s: crm.rfm.describe_segments(crm.rfm.segment(crm.rfm.score(s.customers))),
    "tiers": lambda s: crm.pyramid.assign_tiers(s.customers),
    "tiers_abc": lambda s: crm.pyramid.assign_tiers(s.customers, scheme="abc"),
    "tiers_described": lambda s: crm.pyramid.describe_tiers(crm.pyramid.assign_tiers(s.customers)),
    "concentration": lambda s: crm.pyramid.concentration(s.customers),
    "watch_accounts": lambda s: crm.pyramid.watch_accounts(s.tx),
    "value_matrix": lambda s: crm.segment.value_matrix(s.customers, current="monetary", potential="orders").customers,
    "migration": lambda s: crm.segment.migration(
        crm.rfm.segment(crm.rfm.score(crm.summarize(s.tx.until("2024-12-31")))),
        crm.rfm.segment(crm.rfm.score(s.customers)),
    ),
    "cluster": lambda s: crm.segment.cluster(s.customers, n_clusters=2).customers,
    "stages": lambda s: crm.lifecycle.stages(s.tx),
    "history": lambda s: crm.lifecycle.history(s.tx),
    "rates": lambda s: crm.retention.rates(s.tx, period="month").table,
    "cohorts": lambda s: crm.retention.cohorts(s.tx, period="quarter").table,
    "movements": lambda s: crm.retention.revenue_movements(s.tx, period="quarter").table,
    "movement_list": lambda s: crm.retention.movement_list(s.tx, period="quarter"),
    "contract_rates": lambda s: (
        crm.retention.contract_rates(s.table(contracts()), start="start", end="end", as_of="2024-12-31").table
    ),
    "survival": lambda s: crm.survival.curve(s.tx).table,
    "inactivity": lambda s: crm.survival.inactivity_threshold(s.tx).table,
    "flag_lost": lambda s: crm.survival.flag_lost(s.tx, own_gaps=3),
    "lost_rules": lambda s: crm.survival.compare_lost_rules(s.tx).table,
    "repurchase": lambda s: crm.survival.repurchase(s.tx).table,
    "churn": lambda s: crm.churn.ChurnModel(horizon="60D").fit(s.tx).score(s.tx),
    "watch_list": lambda s: crm.outreach.watch_list(s.tx, alerts_per_week=2).table,
    "win_back": lambda s: crm.outreach.win_back(s.tx, margin_rate=0.4, contact_cost=1.0).table,
    "choose_model": lambda s: crm.clv.choose_model(s.tx, horizon="12W").table,
    "bg_nbd": lambda s: crm.clv.BGNBD().fit(s.customers).score(s.customers, horizon="26W"),
    "pareto_nbd": lambda s: crm.clv.ParetoNBD.from_params(r=0.8, alpha=6.0, s=0.6, beta=11.0, period="week").score(
        s.customers, horizon="26W"
    ),
    "spend_mean": lambda s: crm.clv.SpendMean().fit(s.tx).score(s.customers),
    "gamma_gamma": lambda s: crm.clv.GammaGamma().fit(s.customers).score(s.customers),
    "lifetime_value": lambda s: crm.clv.lifetime_value(s.customers, purchases=BG(), spend=GG(), level=None),
    "lifetime_value_interval": lambda s: crm.clv.lifetime_value(s.customers, purchases=BG(), spend=GG()),
    "historical": lambda s: crm.clv.historical(s.tx),
    "cohort_value": lambda s: crm.clv.cohort_value(s.tx),
    "alive_history": lambda s: crm.clv.alive_history(BG(), s.tx, "c07"),
    "tracking": lambda s: crm.clv.tracking(BG(), s.tx),
    "growth_bridge": lambda s: crm.growth.revenue_bridge(
        s.tx, base=("2024-07-01", "2024-12-31"), current=("2025-01-01", "2025-06-30")
    ),
    "downgrade_dates": lambda s: crm.downgrades.downgrade_dates(s.tx),
    "downgrade_calendar": lambda s: crm.downgrades.downgrade_calendar(crm.downgrades.downgrade_dates(s.tx)),
    "audit": lambda s: crm.customer_base_audit(s.tx).table,
    "pairs": lambda s: crm.basket.pairs(s.tx).table,
    "recommend": lambda s: crm.basket.recommend(s.tx).table,
    "cross_sell": lambda s: crm.basket.cross_sell_rate(s.tx, items="product").table,
    "next_purchase": lambda s: crm.basket.next_purchase(s.tx).table,
    "interpurchase": lambda s: repr(crm.interpurchase.fit_interpurchase(s.tx)),
    "explain": lambda s: crm.explain(s.tx, "c07"),
    "score_customers": lambda s: crm.score_customers(s.tx, horizon=None),
    "score_customers_value": lambda s: crm.score_customers(s.tx, horizon="12W"),
    "backtest": lambda s: crm.backtest(s.tx, origins=("2024-12-31",), horizon="90D"),
    "pseudonymise": lambda s: crm.privacy.pseudonymise(s.table(sales()), key=b"0" * 32),
}
