"""Watch-list: the accounts to call this week, by clocks of their own, at as many alerts as there is time for.

Two signals. An account is overdue where its quiet is unusual for its own rhythm, until it is lost rather than late; it
drops where it still buys but its purchases are worth unusually little for the days they cover, as where a customer of
40 % of revenue buys 15 % less. Who comes back after a long silence raises no alert for the silence.
`crmkit.pyramid.watch_accounts` compares the largest accounts with the year before; here every account with a rhythm
is watched week by week, and a back-test says how many of the alerts were false.

The score is one number, money a year: what is at stake (the usual spend of a year, or the part of it that is missing)
times the chance that the account has changed. That chance is Bayes' rule: 1 in 20 beforehand, against the chance of so
unusual a present without a change. Below one half there is no signal, so that a noisy account stays off the list
however large it is.

What it does not know: a season in which everybody buys less raises alerts too, and in a base that dies out there will
be fewer alerts than in the weeks from which the threshold was set; the back-test by week shows both.

Sources: those of the clocks are named in `_watch_clocks`; the alerts are our own, and the back-test is their proof.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np

from crmkit import _checks, labels
from crmkit._frame import engines
from crmkit._results import Result
from crmkit._statistics import wilson
from crmkit._types import Array, Bools, Duration, Floats, Groups, Ints, Table
from crmkit.definitions import Definition
from crmkit.errors import ArgumentError, DataError, Words
from crmkit.labels import Language
from crmkit.outreach._watch_alerts import Past, back_test
from crmkit.outreach._watch_clocks import Rules, read_history
from crmkit.transactions import Transactions, open_transactions

CHOICES = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)  # alerts a week to compare with


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class WatchList(Result):
    """Accounts to look at, and how far the list can be trusted; given by `watch_list`. Tables of the caller's kind.

    Attributes
    ----------
    table : table
        Alerts that are open, each with a signal that holds now, the highest score first: `rank` (1 the most urgent);
        `customer_id`; `signal`
        ("overdue", "drop", "both") and its words `signal_label`; `why`, a sentence; `score` (money a year: at stake x
        chance of a change); `at_stake` (money a year: the usual spend, or the missing part of it); `revenue_share` (of
        all revenue of the last `baseline` days); `raised` (end of the week of the alert) and `new` (this week's);
        `days_inactive`, `usual_gap` (days) and `overdue` (their ratio); `p_quiet` (chance of so long a quiet without a
        change); `usual_spend` (money a year); `window_spend`; `window_days` (days that the purchases of the window
        cover, from no more than a usual gap before it, and those overdue) and `window_usual` (usual for so many days);
        `drop` (1 - window_spend / window_usual; above 1 where more was refunded than bought) and `p_drop` (chance of
        so little), missing where too few purchases tell.
    threshold : float
        The score from which an account raises an alert.
    alerts_per_week : float
        What it gave in the back-test; fewer than asked for where there were not so many signals.
    false_alert_share : float
        Share of the alerts that were false, as the definition says; not a number if there were none to judge.
    base_rate : float
        The same share among accounts of that size without a signal and not lost: what calling at random would give.
    backtest : table
        One row per past week: `date` (its last day), `alerts`, `overdue` ("both" included) and `drop`; `false_alerts`
        and `bought_again` (bought anything within the horizon), missing for weeks that cannot be judged yet.
    choices : table
        What other numbers would have given: `alerts_per_week`, `threshold`, `judged` (alerts), `false_alerts`,
        `false_alert_share` with its 95 % interval `false_alert_low`, `false_alert_high`, and `base_rate`.
    definition : Definition
        What a false alert is.
    """

    table: Table
    threshold: float
    alerts_per_week: float
    false_alert_share: float
    base_rate: float
    backtest: Table
    choices: Table
    definition: Definition


def watch_list(
    transactions: Table,
    *,
    alerts_per_week: float = 20,
    weeks: int = 26,
    window: Duration = "90D",
    baseline: Duration = "1Y",
    horizon: Duration = "90D",
    min_purchases: int = 4,
    by: Groups | None = None,
    language: Language | None = None,
) -> WatchList:
    """The accounts that are overdue or buy less than they used to, most urgent first, and how many alerts were false.

    You say how many new alerts a week can be looked after; the threshold is the score that would have given so many in
    the past weeks. Each of those weeks is judged by what was seen at its end, and its alerts by what came after.
    An account raises one alert until it is back to normal, and is on the list while its signal lasts. It is overdue no
    longer than until it has been quiet for two usual gaps and the `horizon`, for then it is lost rather than late; an
    account so irregular that its quiet is not unusual by then is never called for it. There is no drop where the spend
    of the window is not below what is usual for so many days. Of more than 50,000 accounts with a rhythm, the 50,000
    are watched that spent most in the last `baseline` or in the one before the back-test; the definition then says so.

    Parameters
    ----------
    transactions : Transactions, or table with customer_id, date, amount
        Nothing after its `as_of` is seen.
    alerts_per_week : number above 0, default 20
        New alerts a week, on average; 0.5 is one every other week.
    weeks : int, default 26
        Past weeks of the back-test, counted back from `as_of`.
    window : duration, default "90D"
        The present in which spend may have dropped: long enough for several purchases.
    baseline : duration, default "1Y"
        The days before the window that say what is usual: a year, so that each season is in it once.
    horizon : duration, default "90D"
        Time after an alert in which the account may show that it was false; and, with two usual gaps, the quiet after
        which an account is lost.
    min_purchases : int, at least 3, default 4
        Purchase days from which an account has a rhythm: three gaps.
    by : role of the transactions, or table with customer_id and group, optional
        Which accounts are similar: those of the same channel, category or product at first, or of groups of your own.
        By default all accounts watched. Groups of fewer than 10 look to all.
    language : {"en", "zh"}, optional
        Of `signal_label` and `why`.

    Returns
    -------
    WatchList

    Raises
    ------
    ArgumentError
        A setting cannot be used, or `weeks` leave none to judge after `horizon`.
    DataError
        Nobody has a rhythm, or the data do not cover the weeks.

    Examples
    --------
    A customer of 40 % of revenue orders every month and lately 15 % less; the others come and go:

    >>> import crmkit as crm
    >>> months = [f"{year}-{month:02d}-15" for year in (2023, 2024) for month in range(1, 13)]
    >>> sales = {"customer_id": ["big"] * 24 + ["rest"] * 24, "date": months * 2,
    ...          "amount": [400.0] * 21 + [340.0] * 3 + [900.0, 300.0] * 12}
    >>> found = watch_list(crm.Transactions(sales, as_of="2024-12-31"), alerts_per_week=1)
    >>> found.table[["customer_id", "signal", "why"]].values.tolist()
    [['big', 'drop', '1,020 in the last 90 days, to cover 91 days, where 1,194 is usual: 15 % less']]
    """
    language = labels.resolve(language)
    per_week = _checks.finite("alerts_per_week", alerts_per_week)
    if per_week <= 0:
        raise ArgumentError("alerts_per_week", alerts_per_week, "outreach_above_alerts_per_week")
    language = labels.resolve(language)
    weeks = _checks.count("weeks", weeks)
    rules = Rules(
        _whole_days("window", window), _whole_days("baseline", baseline), _least(min_purchases),
        _whole_days("horizon", horizon),
    )  # fmt: skip
    if rules.horizon > 7 * (weeks - 1):
        raise ArgumentError(
            "horizon",
            horizon,
            "outreach_days_alert_last_weeks",
            horizon=rules.horizon,
            weeks=weeks,
            value=-(-rules.horizon // 7) + 13,
        )
    tx = open_transactions(transactions)
    as_of = _checks.day_number(tx.as_of)
    _refuse_short_past(tx, as_of - 7 * weeks, rules)
    history = read_history(tx, rules, as_of - 7 * weeks, by)
    past = back_test(history, as_of, weeks=weeks, rules=rules)
    threshold = past.threshold_for(per_week)
    row, raised = _open_alerts(past, threshold)
    chosen = _outcome(past, threshold, tx.scale)
    return WatchList(
        table=engines.build(_columns(tx, history.ids, past, row, raised, rules, language), tx.like),
        threshold=threshold / tx.scale,
        alerts_per_week=chosen["alerts_per_week"],
        false_alert_share=chosen["false_alert_share"],
        base_rate=chosen["base_rate"],
        backtest=engines.build(_weeks(past, threshold), tx.like),
        choices=engines.build(_choices(past, per_week, tx.scale), tx.like),
        definition=_definition(tx, past, chosen, rules, (len(history.ids), history.among)),
    )


# --- what is asked ------------------------------------------------------------------------------------------------


def _whole_days(name: str, duration: Duration) -> int:
    days = round(_checks.days_of(duration, name))
    if days < 1:
        raise ArgumentError(name, duration, "outreach_shorter_day_d")
    return days


def _least(min_purchases: Any) -> int:
    return _checks.count("min_purchases", min_purchases, least=3)


def _refuse_short_past(tx: Transactions, first: int, rules: Rules) -> None:
    """The first week must have something before it to tell what is usual."""
    if first - rules.window >= tx.first_day:
        return
    fits = (_checks.day_number(tx.as_of) - rules.window - tx.first_day) // 7
    remedy = Words("watch_fewer_weeks" if fits > 0 else "pass_more_of_the_past", weeks=fits)
    raise DataError(
        "outreach_back_test_begins_looks",
        first=_checks.date_of_day(first),
        window=rules.window,
        first_day=_checks.date_of_day(tx.first_day),
        remedy=remedy,
    )


# --- the list -----------------------------------------------------------------------------------------------------


def _open_alerts(past: Past, threshold: float) -> tuple[Ints, Ints]:
    """Accounts whose alert is open, the highest score first (then by id), and the day on which it was raised."""
    alert = past.raised(threshold)
    week, account = past.week[alert], past.account[alert]
    present = week >= past.begun[account]
    week, account = week[present], account[present]
    order = np.lexsort([account, -past.now.risk[account]])
    return account[order], past.days[week[order]]


def _columns(
    tx: Transactions, ids: Array, past: Past, row: Ints, raised: Ints, rules: Rules, language: Language
) -> dict[str, Array]:
    """The columns of the list, of the accounts `row`."""
    now = past.now
    overdue, drop = now.overdue_risk[row] > 0, now.drop_risk[row] > 0
    signal = np.where(overdue & drop, "both", np.where(overdue, "overdue", "drop")).astype(object)
    figures = {
        "days_inactive": now.quiet[row].astype(np.int64),
        "usual_gap": now.usual_gap[row],
        "overdue": now.quiet[row] / now.usual_gap[row],
        "p_quiet": now.p_quiet[row],
        "usual_spend": now.yearly[row] / tx.scale,
        "window_spend": tx.money(now.spent[row]),
        "window_days": np.rint(now.covered[row]).astype(np.int64),
        "window_usual": now.expected[row] / tx.scale,
        "drop": now.drop[row],
        "p_drop": now.p_drop[row],
    }
    why = [_why(signal[at], {name: column[at] for name, column in figures.items()}, rules, language)
           for at in range(len(row))]  # fmt: skip
    return {
        "rank": np.arange(1, len(row) + 1),
        "customer_id": ids[row],
        "signal": signal,
        "signal_label": np.array([labels.text(f"signal_{key}", language) for key in signal], dtype=object),
        "why": np.array(why, dtype=object),
        "score": now.risk[row] / tx.scale,
        "at_stake": now.missing[row] * figures["usual_spend"],
        "revenue_share": _revenue_share(tx, ids[row], rules),
        "raised": raised.astype("datetime64[D]"),
        "new": raised == past.days[-1],
        **figures,
    }


def _why(signal: str, figures: dict[str, Any], rules: Rules, language: Language) -> str:
    """The signal in a sentence."""
    gap = _number(figures["usual_gap"])
    overdue = labels.phrase(
        "watch_why_overdue_daily" if gap == "1" else "watch_why_overdue", language, quiet=figures["days_inactive"],
        gap=gap, times=f"{figures['overdue']:.1f}",
    )  # fmt: skip
    if signal == "overdue":
        return overdue
    drop = _why_drop(figures, rules, language)
    return drop if signal == "drop" else labels.phrase("watch_why_both", language, overdue=overdue, drop=drop)


def _why_drop(figures: dict[str, Any], rules: Rules, language: Language) -> str:
    """The drop in a sentence; a part of what is usual has no meaning where more was refunded than bought."""
    return labels.phrase(
        "watch_why_refunds" if figures["window_spend"] < 0 else "watch_why_drop", language, window=rules.window,
        spend=_number(figures["window_spend"]), days=figures["window_days"],
        expected=_number(figures["window_usual"]), drop=_number(100 * figures["drop"]),
    )  # fmt: skip


def _number(value: float) -> str:
    """A figure as people say it: whole from 10 on, else with one decimal where it has one.

    >>> _number(1209.4), _number(7.04), _number(3.26)
    ('1,209', '7', '3.3')
    """
    return f"{value:,.0f}" if abs(value) >= 10 else f"{value:.1f}".removesuffix(".0")


def _revenue_share(tx: Transactions, ids: Array, rules: Rules) -> Floats:
    """The accounts' shares of all revenue of the last `baseline` days; missing where that is not above 0."""
    recent = tx.rows().filter(nw.col("day") > _checks.day_number(tx.as_of) - rules.usual)
    everybody = int(engines.collect(recent.select(nw.col("money").sum()))["money"][0] or 0)
    accounts = engines.upload({"customer_id": ids}, recent).lazy()
    theirs = recent.join(accounts, on="customer_id", how="inner")
    sums = engines.pulled(theirs.group_by("customer_id").agg(money=nw.col("money").sum().cast(nw.Int64)))
    each = dict(zip(sums["customer_id"].tolist(), sums["money"].tolist(), strict=True))
    own = np.array([each.get(who, 0) for who in ids.tolist()], dtype=float)
    return own / everybody if everybody > 0 else np.full(len(own), np.nan)


# --- how good it is -----------------------------------------------------------------------------------------------


def _outcome(past: Past, threshold: float, scale: int) -> dict[str, float]:
    """How many alerts a threshold would have given, and how many of those that can be judged were false."""
    alert = past.raised(threshold)
    known = alert & past.judged[past.week]
    judged, false = int(known.sum()), int((known & past.returned).sum())
    low, high = wilson(false, judged)
    calm, calm_returned = past.calm_returned(threshold)
    return {
        "alerts_per_week": float(alert.sum() / len(past.days)),
        "threshold": threshold / scale,
        "judged": judged,
        "false_alerts": false,
        "false_alert_share": false / judged if judged else math.nan,
        "false_alert_low": float(low),
        "false_alert_high": float(high),
        "base_rate": calm_returned / calm if calm else math.nan,
    }


def _choices(past: Past, per_week: float, scale: int) -> dict[str, Array]:
    """The same for other numbers of alerts a week, as many as there were signals for."""
    wanted = sorted({*CHOICES, per_week})
    thresholds = sorted({past.threshold_for(number) for number in wanted}, reverse=True)
    rows = [_outcome(past, threshold, scale) for threshold in thresholds]
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


def _weeks(past: Past, threshold: float) -> dict[str, Array]:
    """The back-test by week."""
    alert = past.raised(threshold)

    def count(which: Bools) -> Ints:
        return np.bincount(past.week[alert & which], minlength=len(past.days))

    alerts, overdue = count(alert), count(past.overdue)
    return {
        "date": past.days.astype("datetime64[D]"),
        "alerts": alerts,
        "overdue": overdue,
        "drop": alerts - overdue,
        "false_alerts": np.where(past.judged, count(past.returned), np.nan),
        "bought_again": np.where(past.judged, count(past.bought), np.nan),
    }


def _definition(
    tx: Transactions, past: Past, chosen: dict[str, float], rules: Rules, watched: tuple[int, int]
) -> Definition:
    judged = past.days[past.judged]
    n, among = watched
    values = {
        "accounts": "watch_largest" if n < among else "",
        "n": f"{n:,}",
        "among": f"{among:,}",
        "horizon": rules.horizon,
        "window": rules.window,
        "usual": rules.usual,
        "least": rules.least,
        "first": _checks.date_of_day(judged[0]),
        "last": _checks.date_of_day(judged[-1]),
        "threshold": _number(chosen["threshold"]),
        "alerts": f"{chosen['alerts_per_week']:.1f}".removesuffix(".0"),
        "calm": "-" if math.isnan(chosen["base_rate"]) else f"{100 * chosen['base_rate']:.0f}",
    }
    return Definition("false_alert_share", tx.as_of, values)
