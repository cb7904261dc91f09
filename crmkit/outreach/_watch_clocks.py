"""The clocks of a watch-list: each account's usual gap and usual spend, and how unusual its present is.

An account that orders every week like a standing order is late after ten days; one that comes and goes is not after a
month. So every account has four figures of its own: its usual gap, how regular its gaps are, its usual spend per day,
and how steady that is. Each is shrunk, on the scale of logarithms, to that of similar accounts, by as much as the
account's own record is uncertain: a long and steady record keeps its figure, three gaps do not count for much. Accounts
follow a distribution with heavy tails, so that one quite unlike the rest is left what it is where its record tells: the
customer of 40 % of revenue among a thousand small ones, the standing order among those who come and go.

Sources: Platzer & Reutterer (2016), Ticking away the moments, Marketing Science 35(5), 779-799 (gaps with a regularity
of each customer's own); Smyth (2004), Linear models and empirical Bayes methods, Statistical Applications in Genetics
and Molecular Biology 3(1), article 3 (variances shrunk by their logarithms, and the t statistic that follows); Lange,
Little & Taylor (1989), Robust statistical modeling using the t distribution, Journal of the American Statistical
Association 84, 881-896 (Student's distribution as normal distributions of many spreads); Kackar & Harville (1984),
Approximations for standard errors of estimators of fixed and random effects in mixed linear models, ibid. 79, 853-862
(the doubt about the mean of few accounts); Smith (1955), Regenerative stochastic processes, Proceedings of the Royal
Society A 232, 6-31 (spend per day as money per purchase over days per gap).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np

from crmkit import _checks, _compared_groups
from crmkit._frame import engines
from crmkit._frame.engines import LazyFrame
from crmkit._types import Array, Bools, Floats, Groups, Ints
from crmkit.customers import customer_days
from crmkit.errors import DataError
from crmkit.transactions import Transactions

# Before anything is seen, one account in twenty has changed. A change is then more likely than not where so unusual a
# present had a chance of about 5 % for an account that has not changed: that is what a signal needs.
CHANGED_BEFORE = 0.05
# Weekends and holidays: no clock is trusted to better than a quarter of a gap, no spend to better than a twentieth.
LEAST_SPREAD, LEAST_NOISE = 0.25, 0.05
# Accounts speed up and slow down; however long the record, the usual gap is known as if from four gaps. On CDNOW and on
# two retailers this leaves fewer false alerts than full trust.
MOST_GAPS = 4.0
# Variance of logarithms below which similar accounts are not taken to be alike; e^(+-0.22), a quarter up or down.
LEAST_VARIETY = 0.05
# Similar accounts follow Student's distribution with 4 degrees of freedom: normal distributions whose variances are so
# many times that of the middle, with these chances (an inverse Gamma distribution in steps of its logarithm). That is
# exact to about 1 in 100.
SPREADS = 3.0 ** np.arange(-1, 8)[:, None]
CHANCES = np.exp(-2 / SPREADS) / SPREADS**2
MEDIAN_SQUARE = 0.4549  # of a standard normal number
ROUNDS = 2  # of mean and variance of the accounts; more change next to nothing
FEWEST_PEERS = 10  # accounts of a group; smaller ones look to all accounts
# Accounts of which each week of the past is judged. Of more, those with most money: a list of 20 alerts a week among a
# million accounts begins at a size that the others do not reach.
MOST_ACCOUNTS = 50_000
BASE_GAPS = 3  # gaps before the window from which a usual spend can be told
DAYS_PER_YEAR = _checks.DAYS_PER_YEAR


@dataclass(frozen=True, slots=True)
class Rules:
    """What is compared with what; days."""

    window: int  # the present: these last days
    usual: int  # the days before it that say what is usual
    least: int  # purchase days from which an account has a rhythm
    horizon: int  # after an alert, to show that it was false; quiet for so long and two usual gaps is lost


@dataclass(frozen=True, slots=True)
class History:
    """Customer-days of the accounts with a rhythm, in order of time; arrays of shape (n_rows,) but the first two."""

    ids: Array  # shape (n_accounts,), ascending
    group: Ints  # of similar accounts, shape (n_accounts,)
    account: Ints
    day: Ints
    money: Floats  # whole units
    gap: Ints  # days since the purchase day before; 0 for the first, and for days with nothing but refunds
    visit: Bools
    later: Bools  # after the account's first purchase day
    among: int  # accounts with a rhythm, of which these are the largest

    def until(self, day: int) -> History:
        """The rows up to a day; every account stays."""
        end = int(np.searchsorted(self.day, day, side="right"))
        rows: list[Any] = [self.account, self.day, self.money, self.gap, self.visit, self.later]
        told = [*(column[:end] for column in rows), self.among]
        return History(self.ids, self.group, *told)

    def total(self, values: Array, where: Bools | None = None) -> Floats:
        """Sum of each account over its rows."""
        kept = slice(None) if where is None else where
        return np.bincount(self.account[kept], values[kept], len(self.ids)).astype(float)

    def spent(self, after: int, until: int) -> Floats:
        """Money of each account after one day and up to another."""
        return self.total(self.money, (self.day > after) & (self.day <= until))


def read_history(tx: Transactions, rules: Rules, first: int, by: Groups | None) -> History:
    """Customer-days of the accounts that are watched from the day `first` on; about 100 bytes per row."""
    days = customer_days(tx)
    who, among = _largest(tx, days, rules, first)
    found = engines.pulled(days.join(who, on="customer_id", how="inner"))
    ids, account = np.unique(found["customer_id"], return_inverse=True)
    order = np.lexsort([found["day"], account])
    account, day = account[order].astype(np.int64), found["day"][order].astype(np.int64)
    visit = found["bought"][order] == 1 if tx.has_refunds else np.ones(len(day), dtype=np.bool_)
    gap, later = _gaps(account, day, visit, len(ids))
    in_time = np.argsort(day, kind="stable")
    columns: list[Any] = [account, day, found["money"][order].astype(float), gap, visit, later]
    told = [*(column[in_time] for column in columns), among]
    return History(ids, _group_codes(tx, by, ids), *told)


def _largest(tx: Transactions, days: LazyFrame, rules: Rules, first: int) -> tuple[LazyFrame, int]:
    """Who bought on enough days, of very many those who spent most, and how many they are without that.

    An account is as large as the better of two years: that before the first week, and the last one.
    """
    ends = {"before": first, "now": _checks.day_number(tx.as_of)}
    spent = {
        name: nw.when((nw.col("day") > end - rules.usual) & (nw.col("day") <= end)).then(nw.col("money")).otherwise(0)
        for name, end in ends.items()
    }
    bought = nw.col("bought") if tx.has_refunds else nw.lit(1)
    sums = [nw.col(name).sum().cast(nw.Int64) for name in ("n", *ends)]
    each = days.select("customer_id", n=bought, **spent).group_by("customer_id").agg(*sums)
    often = each.filter(nw.col("n") >= rules.least)
    found = engines.pulled(often.select("customer_id", *ends))
    n = len(found["customer_id"])
    if not n:
        raise DataError("outreach_customer_bought_days_up", least=rules.least, as_of=tx.as_of)
    if n <= MOST_ACCOUNTS:
        return often.select("customer_id"), n
    size = np.maximum(found["before"], found["now"])
    order = np.lexsort([np.unique(found["customer_id"], return_inverse=True)[1], -size])
    return engines.upload({"customer_id": found["customer_id"][order[:MOST_ACCOUNTS]]}, days).lazy(), n


def _gaps(account: Ints, day: Ints, visit: Bools, n: int) -> tuple[Ints, Bools]:
    """Days since the purchase day before, and whether there is an earlier one; rows by account and day."""
    at = np.flatnonzero(visit)
    again = np.append(False, np.diff(account[at]) == 0)
    gap = np.zeros(len(day), dtype=np.int64)
    gap[at[again]] = np.diff(day[at])[again[1:]]
    first = np.zeros(n, dtype=np.int64)
    first[account[at[~again]]] = day[at[~again]]
    return gap, day > first[account]


def _group_codes(tx: Transactions, by: Any, ids: Array) -> Ints:
    """The group of each account as a number; 0 for all without `by`."""
    if by is None:
        return np.zeros(len(ids), dtype=np.int64)
    found = engines.collect(_compared_groups.groups_of(tx, by))
    named = dict(zip(found["customer_id"].tolist(), found["group"].tolist(), strict=True))
    codes = np.unique([str(named[who]) for who in ids.tolist()], return_inverse=True)[1]
    return codes.astype(np.int64)


# --- the clocks at one day ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Clocks:
    """Accounts as they stand on a day; arrays of shape (n_accounts,), money in units."""

    watched: Bools  # enough purchases to have a rhythm
    lost: Bools  # quiet for longer than two usual gaps and the horizon
    quiet: Floats  # days since the last purchase
    usual_gap: Floats
    p_quiet: Floats  # chance of so long a quiet of an account that has not changed
    usual: Floats  # money per day
    spent: Floats  # in the window
    covered: Floats  # days that the window's purchases pay for, and those overdue
    expected: Floats  # for those days
    drop: Floats  # 1 - spent / expected; not a number where no usual spend is known
    p_drop: Floats  # chance of so little spend of an account that has not changed
    overdue_risk: Floats  # money a year x chance of a change; 0 without a signal
    drop_risk: Floats

    @property
    def yearly(self) -> Floats:
        """The usual spend as money a year."""
        return self.usual * DAYS_PER_YEAR

    @property
    def risk(self) -> Floats:
        """The larger of the two: the score."""
        return np.maximum(self.overdue_risk, self.drop_risk)

    @property
    def missing(self) -> Floats:
        """The share of the usual spend that a signal says is gone: the drop, or all of it where it is overdue."""
        only_drop = (self.drop_risk > 0) & (self.overdue_risk == 0)
        return np.where(only_drop, np.fmin(self.drop, 1.0), 1.0)


def clocks(history: History, day: int, rules: Rules) -> Clocks:
    """The clocks at the end of a day; nothing after it is seen."""
    seen = history.until(day)
    n_gaps, days = seen.total(seen.gap > 0), seen.total(seen.gap)
    watched = n_gaps >= rules.least - 1
    last = np.full(len(seen.ids), day, dtype=np.int64)
    last[seen.account[seen.visit]] = seen.day[seen.visit]  # in order of time: the last one stays
    quiet = (day - last).astype(float)
    usual_gap, p_quiet = _gap_clock(seen, watched, n_gaps, days, quiet)
    lost = watched & (quiet > 2 * usual_gap + rules.horizon)

    # What is usual ends where the window begins, or with the last purchase before it.
    end = np.minimum(last, day - rules.window)[seen.account]
    year = np.where(seen.later & (seen.day <= end), (end - seen.day) // rules.usual, -1)
    window = seen.later & (seen.day > day - rules.window)
    paid, silent = _days_paid(seen, window, day - rules.window, usual_gap)
    known, usual, p_drop = _spend_clock(seen, watched, year, window, paid, silent)
    # The few without a base: all their money, a usual gap for each purchase.
    usual = np.where(known, usual, np.maximum(seen.total(seen.money), 0) / ((n_gaps + 1) * usual_gap))

    spent = seen.spent(day - rules.window, day)
    covered = paid + np.clip(quiet - usual_gap, 0, rules.window)
    expected = usual * covered
    with np.errstate(divide="ignore", invalid="ignore"):
        drop = np.where(known & (expected > 0), 1 - spent / expected, np.nan)
    yearly = usual * DAYS_PER_YEAR
    overdue_risk = np.where(watched & ~lost, yearly * _chance_of_change(p_quiet), 0.0)
    # A window whose purchases pay for more days than it has may yet hold as much money as is usual.
    less = known & (drop > 0) & (spent < usual * rules.window)
    drop_risk = np.where(less, np.fmin(drop, 1.0) * yearly * _chance_of_change(p_drop), 0.0)
    return Clocks(
        watched, lost, quiet, usual_gap, p_quiet, usual, spent, covered, expected, drop, p_drop, overdue_risk, drop_risk
    )  # fmt: skip


def _days_paid(seen: History, window: Bools, begin: int, usual_gap: Floats) -> tuple[Floats, Floats]:
    """Days of each account that the window's purchases pay for, and silent days that belong to the past instead.

    The first purchase of the window pays for the days since the one before it, but for no more than a usual gap before
    the window: who is back after a long silence has lost nothing in the window.
    """
    before = np.where(window, np.maximum(seen.gap - (seen.day - begin), 0), 0)
    reach = seen.total(before)
    silent = np.maximum(reach - usual_gap, 0)
    return seen.total(seen.gap, window) - silent, silent


def _gap_clock(seen: History, watched: Bools, n_gaps: Floats, days: Floats, quiet: Floats) -> tuple[Floats, Floats]:
    """Usual gap, and the chance of so long a quiet.

    Gaps of one account follow a Gamma distribution of shape 1 / spread^2: 1 is pure chance, 16 a standing order. Its
    rate is known as from so many gaps, so that the next gap follows a Beta prime distribution.
    """
    from scipy.special import betainc

    n = np.maximum(n_gaps, 1)
    own = np.where(n_gaps > 0, days / n, 1.0)
    squares = seen.total((seen.gap / own[seen.account] - 1) ** 2, seen.gap > 0)
    variance, _ = shrunk_variance(squares, n_gaps - 1, watched, seen.group)
    variance = np.maximum(variance, LEAST_SPREAD**2)
    usual_gap, weight = shrunk(np.log(own), variance / n, watched, seen.group)
    usual_gap = np.exp(usual_gap)
    as_gaps = np.minimum(variance * weight, MOST_GAPS)
    late = as_gaps * usual_gap / (as_gaps * usual_gap + quiet)
    return usual_gap, betainc(as_gaps / variance, 1 / variance, late)


def _spend_clock(
    seen: History, watched: Bools, year: Ints, window: Bools, paid: Floats, silent: Floats
) -> tuple[Bools, Floats, Floats]:
    """Whether a usual spend is known, that spend per day, and the chance of so little in the window.

    Each purchase pays for the gap before it. Money less what that gap was worth is 0 on average, whatever the window
    cuts off; its spread is the account's own noise. `paid` and `silent` days are those of `_days_paid`.
    """
    from scipy.special import stdtr

    bought, base = seen.gap > 0, year == 0
    n, money = seen.total(bought, base), seen.total(seen.money, base)
    known = watched & (n >= BASE_GAPS) & (money > 0)
    one = np.where(known, money / np.maximum(n, 1), 1.0)  # money of one purchase
    own = np.where(known, money / np.maximum(seen.total(seen.gap, base) + silent, 1), 1.0)
    variance, degrees = shrunk_variance(*_noise(seen, year), known, seen.group)
    variance = np.maximum(variance, LEAST_NOISE**2)
    usual = np.exp(shrunk(np.log(own), variance / np.maximum(n, 1), known, seen.group)[0])
    # A drop is judged where there are purchases to judge; without any, the quiet says it all.
    m = seen.total(bought, window)
    short = (seen.total(seen.money, window) - usual * paid) / one
    t = short / np.sqrt(variance * np.maximum(m, 1) * (1 + m / np.maximum(n, 1)))
    return known, usual, np.where(known & (m > 0), stdtr(degrees, t), np.nan)


def _noise(seen: History, year: Ints) -> tuple[Floats, Floats]:
    """Sum of squares of money less what its gap was worth, in purchases of the account, and the degrees of freedom.

    Every year counted back (0 the last; less is none) has its own rate, so that growth is not taken for noise: a long
    record says how steady an account is even where only its last year says what is usual.
    """
    past, n_accounts = year >= 0, len(seen.ids)
    cell, money, gap = (seen.account + n_accounts * year)[past], seen.money[past], seen.gap[past]
    n, paid, days = (np.bincount(cell, column) for column in (gap > 0, money, gap))
    told = (n > 1) & (paid > 0)
    rates = (np.divide(n, total, out=np.zeros(len(n)), where=told) for total in (paid, days))
    per_money, per_day = (rate[cell] for rate in rates)
    squares = np.bincount(cell % n_accounts, (money * per_money - gap * per_day) ** 2, n_accounts)
    degrees = np.bincount(np.arange(len(n)) % n_accounts, np.where(told, n - 1, 0), n_accounts)
    return squares.astype(float), degrees.astype(float)


def _chance_of_change(p: Floats) -> Floats:
    """Chance that the account has changed, by Bayes; 0 where that is not more likely than not, or nothing is known."""
    changed = CHANGED_BEFORE / (CHANGED_BEFORE + (1 - CHANGED_BEFORE) * p)
    return np.where(changed > 0.5, changed, 0.0)


# --- shrinkage ----------------------------------------------------------------------------------------------------


def shrunk(own: Floats, variance: Floats, known: Bools, group: Ints) -> tuple[Floats, Floats]:
    """Estimates drawn to those of similar accounts, and their precision; normal errors and Student's distribution of
    accounts.

    The less a record tells, the further it is drawn; an account far from all, with a record that tells, is not. What is
    not known stays what it is.

    >>> own, variance = np.array([0.0, 0.1, -0.1, 0.5, 9.0]), np.array([0.01, 0.01, 0.01, 1.0, 0.01])
    >>> shrunk(own, variance, variance > 0, np.zeros(5, dtype=int))[0].round(2).tolist()
    [0.0, 0.09, -0.08, 0.06, 8.99]
    """
    found, precision = own.copy(), 1 / variance
    for code in np.unique(group):
        here = known & (group == code)
        peers = here if here.sum() >= FEWEST_PEERS else known
        if here.any():
            distribution = _law_of(own[peers], variance[peers])
            found[here], precision[here] = _drawn(own[here], variance[here], *distribution)
    return found, precision


def _drawn(own: Floats, variance: Floats, mean: float, variety: float, doubt: float) -> tuple[Floats, Floats]:
    """Accounts drawn to a distribution, and their precision: the average over the normals that each may be of."""
    chance, kept = _normal_laws(own - mean, variance, variety)
    each = mean + kept * (own - mean)
    found = (chance * each).sum(axis=0)
    spread = (chance * (kept * variance + (each - found) ** 2)).sum(axis=0)
    drawn = 1 - (chance * kept).sum(axis=0)
    return found, 1 / (spread + drawn**2 * doubt)


def _normal_laws(away: Floats, variance: Floats, variety: float) -> tuple[Floats, Floats]:
    """Chance of each normal, and what an account of it keeps of its distance; shape (n_laws, n_accounts)."""
    distribution = SPREADS * variety
    total = variance + distribution
    likely = -0.5 * (away**2 / total + np.log(total))
    chance = CHANCES * np.exp(likely - likely.max(axis=0))  # however far away, one of them is the likeliest
    return chance / chance.sum(axis=0), distribution / total


def _law_of(own: Floats, variance: Floats) -> tuple[float, float, float]:
    """Mean and variance of the accounts themselves, their errors taken off, and the variance of that mean.

    By medians, so that one giant does not set them; the mean then by the weights that follow from the distribution.
    """
    mean = float(np.median(own))
    for _ in range(ROUNDS):
        variety = _variety(own - mean, variance)
        chance, kept = _normal_laws(own - mean, variance, variety)
        weight = (chance * (1 - kept)).sum(axis=0) / variance
        mean = float(np.average(own, weights=weight))
    return mean, _variety(own - mean, variance), float(1 / weight.sum())


def _variety(away: Floats, variance: Floats) -> float:
    """With it half of the accounts are as near to the mean as they should be, their errors counted."""
    return max(float(np.median(away**2 / MEDIAN_SQUARE - variance)), LEAST_VARIETY)


def shrunk_variance(squares: Floats, degrees: Floats, known: Bools, group: Ints) -> tuple[Floats, Floats]:
    """Variances (sum of squares / degrees) drawn to those of similar accounts, and the degrees of freedom they have."""
    from scipy.special import digamma, polygamma

    half, at = np.unique(np.maximum(degrees, 1) / 2, return_inverse=True)  # few of them
    bias, error = (digamma(half) - np.log(half))[at], polygamma(1, half)[at]
    # An account whose days and money never varied has no logarithm; nobody is steadier than 1 in 100.
    raw = np.log(np.maximum(squares / np.maximum(degrees, 1), 1e-4))
    found, precision = shrunk(raw - bias, error, known, group)
    return np.exp(found), 2 * precision + 1  # trigamma(d / 2) is about 2 / (d - 1)
