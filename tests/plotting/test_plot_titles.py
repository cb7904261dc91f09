"""Titles are true: their numbers are those of the result, computed here from its tables, in both languages."""

import re

import drawn
import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest

from crmkit.plotting import _fonts

matplotlib.use("Agg")

UNITS = {"": 1, "k": 1e3, "M": 1e6, "bn": 1e9, "万": 1e4, "亿": 1e8}
SLOW = {"calibration", "campaign", "gain", "comparison", "model_choice", "sequences", "tracking/cumulative",
        "tracking/incremental", "complaints", "closing", "total", "cluster_profiles"}  # fmt: skip


def numbers_of(title):
    """Numbers of a title, without dates and names of periods."""
    bare = re.sub(r"\d{4}-(\d\d-\d\d|\d\d|Q\d)", "", title)
    found = re.findall(r"(\d[\d,]*(?:\.\d+)?)(k|M|bn|万|亿)?", bare)
    return [float(number.replace(",", "")) * UNITS[unit] for number, unit in found]


def of(table, name, value, column):
    """A column's value in the row where another column has a value."""
    return float(table.loc[table[name] == value, column].iloc[0])


def largest(column):
    """A finding: the largest value of a column of `table`, in per cent."""
    return lambda found: [100 * found.table[column].max()]


def cohort(column, age, factor):
    """A finding: what all cohorts together have at an age, the last one where none is named."""

    def value(found):
        whole = found.averages[found.averages["state"] != "partial"].set_index("cohort_age")[column].dropna()
        at = whole.index[-1] if age is None else age
        return [factor * whole[at], at]

    return value


def won_and_lost(found):
    last = found.table[found.table["complete"]].iloc[-1]
    return [last[["expansion", "reactivated", "new"]].sum(), last[["contraction", "churned"]].sum()]


def reached(what):
    """A finding: what the first fifth by segment and by recency reach."""

    def value(found):
        row = found.lift.iloc[(found.lift["customer_share"] - 0.2).abs().argmin()]
        whole = found.lift.iloc[-1][what]
        return [100 * row["customer_share"], 100 * row[what] / whole, 100 * row[f"recency_{what}"] / whole]

    return value


def held(table):
    """A finding: purchases of the holdout, actual and expected."""
    ahead = table[table["holdout"]]
    return [ahead["actual"].sum(), ahead["expected"].sum()]


def kept(found):
    own = found.counts[found.counts["last"] == found.counts["next"]]
    return [100 * own["share"].max()]


def stage(show):
    """A finding: the share of the largest stage at the last date."""

    def value(table):
        last = table[table["date"] == table["date"].max()][show].clip(lower=0)
        return [100 * last.max() / last.sum()]

    return value


EXPECTED = {
    "alive_history": lambda t: [100 * t["p_alive"].iloc[-1], (t["purchase"] > 0).sum()],
    "backtest/rates": lambda r: [100 * r.pooled["rebuy_rate"][:-1].max(), 100 * r.pooled["rebuy_rate"].iloc[-1], 90],
    "backtest/gain": reached("rebuyers"),
    "backtest/revenue": reached("revenue"),
    "calibration": lambda v: [100 * v.table.sort_values("log_loss")["calibration_error"].iloc[0]],
    "campaign": lambda c: [c.contacted, c.profit, c.curve["contacted"].max()],
    "choice_drivers": largest("importance"),
    "closing": lambda c: [c.closing[c.closing["open_share"] <= 0.5]["days"].iloc[0],
                          100 * c.closing[c.closing["open_share"] <= 0.5]["open_share"].iloc[0]],
    "cluster_profiles": lambda c: [100 * c.profiles["customer_share"].max()],
    "cohort_curves/money": cohort("chain_per_customer", None, 1),
    "cohort_curves/rate": cohort("retention_rate", 1, 100),
    "cohorts/money": cohort("chain_per_customer", None, 1),
    "cohorts/rate": cohort("retention_rate", 1, 100),
    "comparison": lambda c: [of(c.table, "model", c.recommended, "rmse"),
                             abs(100 * of(c.table, "model", c.recommended, "bias_share"))],
    "complaints": lambda c: [100 * c.recovery["repurchase_rate"].iloc[0], 100 * c.recovery["alike_rate"].iloc[0], 90],
    "cross_sell_rate": lambda c: [100 * c.table["rate"][0]],
    "cross_sell_rate/groups": lambda c: [100 * c.table["rate"].max(), 100 * c.table["rate"].min()],
    "csat": largest("csat"),
    "distribution_fit": lambda t: [t["actual"].iloc[0], t["expected"].iloc[0]],
    "gain": lambda v: [20, 100 * at_a_fifth(v)],
    "growth_matrix": lambda g: [100 * g.table["revenue_share"].max()],
    "holdout": lambda t: [t["actual"].iloc[-1], t["expected"].iloc[-1], 7],
    "indicators/rate": lambda i: [100 * i.table[i.table["indicator"] == "repurchase_rate"]["value"].iloc[-1]],
    "indicators/money": lambda i: [i.table[i.table["indicator"] == "purchase_amount"]["value"].iloc[-1]],
    "lifecycle/customers": stage("customers"),
    "lifecycle/value_share": stage("value"),
    "items_by_group": lambda m: [m.table[m.table["share"] > 0.05]["lift"].max()],
    "loyalty_matrix": lambda m: [100 * m.table["customer_share"].max()],
    "lost_rules": lambda r: [100 * r.table["came_back_share"].min()],
    "measures": lambda m: [of(m.table, "measure", "repeat_purchases", "value")],
    "migration/customers": lambda m: [m.moves[m.moves["direction"] == way]["customers"].sum()
                                      for way in ("up", "down")],
    "model_choice": lambda c: [of(c.table, "model", c.name, "rmse")],
    "movements/money": won_and_lost,
    "next_purchase": lambda n: [100 * n.table.iloc[(n.table["share_low"] / n.table["base_share"]).argmax()]["share"]],
    "norms": lambda n: [100 * n.repeat_rate],
    "nps": largest("nps"),
    "nps_comparison": lambda n: [100 * n.table["difference"].abs().max()],
    "repurchase_comparison": lambda r: [100 * r.table["difference"].abs().max()],
    "response_bias": lambda b: [100 * b.table["response_rate"].max(), 100 * b.table["response_rate"].min()],
    "rfm_distributions": lambda t: [t[t["segment"] == "champions"]["recency"].median()],
    "rfm_grid/customers": lambda t: [100 * t.groupby(["r_score", "f_score"]).size().max() / len(t)],
    "rules": lambda r: [r.table.loc[r.table["lift_low"].idxmax(), "lift"]],
    "satisfaction_drivers": largest("derived_importance"),
    "sensitivity/choices": lambda s: [100 * s.choices["changed_share"].max()],
    "sensitivity/segments": lambda s: [100 * s.segments["steadiness_choices"].min()],
    "sequences": lambda s: [100 * s.table[s.table["items"] == s.table["items"].max()]["support"].max()],
    "size_change": lambda s: [s.customers["change"].abs().max()],
    "switching": kept,
    "expected_returns": lambda r: [r.table["expected"].sum().round(), r.table["customers"].sum(), 60],
    "timeline": lambda t: [t.table["amount"].sum(), t.table["purchase"].sum()],
    "total": lambda t: [t.value, t.low, t.high, t.days],
    "tracking/cumulative": held,
    "tracking/incremental": held,
    "true_concentration": lambda t: [20, *(100 * t.top_share(0.2, span=span) for span in ("one_period", "long_run"))],
    "upgrade_paths": lambda t: [100 * (t["upgrade_orders"] == 1).mean()],
    "value_matrix": lambda m: [100 * m.table["current_value_share"].max()],
    "watch_list": lambda w: [w.alerts_per_week, 100 * w.false_alert_share],
    "what_if": lambda w: [w.table["gain"].max()],
}  # fmt: skip


def at_a_fifth(validation):
    """Share of those who leave among the first fifth, by the recommended predictor."""
    best = validation.table.sort_values("log_loss")["predictor"].iloc[0]
    own = validation.gain[validation.gain["predictor"] == best]
    return own.iloc[(own["contacted"] - 0.2).abs().argmin()]["caught"]


@pytest.mark.parametrize("name", [pytest.param(name, marks=pytest.mark.slow) if name in SLOW else name
                                  for name in EXPECTED])  # fmt: skip
def test_the_numbers_of_a_title_are_those_of_the_result(name):
    result, _ = drawn.result(name)
    said = numbers_of(drawn.draw(name, language="en").get_title())
    for number in EXPECTED[name](result):
        rounding = 0.5 if abs(number) >= 10 else 0.05 if abs(number) >= 1 else 0.005
        assert any(abs(one - abs(number)) <= max(rounding, 0.006 * abs(number)) for one in said), (number, said)
    if _fonts.chinese_font() is not None:
        chinese = numbers_of(drawn.draw(name, language="zh").get_title())
        assert sorted(chinese) == pytest.approx(sorted(said), rel=0.01)
    plt.close("all")


def test_a_wrong_number_would_be_found():
    said = numbers_of("1998-Q2: 9,460 won, 16.4k lost")
    assert said == [9460, 16400]
    assert not np.isclose(said[0], 9461)
