"""Cells of a cohort table: rates, money and states from counts, and what all cohorts say together.

A cell is complete when no later row can change it. What has not happened yet is missing, never 0, because a 0 would
drag every average down.

Sources: Wilson (1927), JASA 22, 209-212, for the intervals; Taylor (2000), Loss Reserving, chapter 2, for the chain
ladder; the rule that an average counts only cohorts that have
reached the age, weighted by their customers, is that of product analytics (Amplitude).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from crmkit._customer_periods import share
from crmkit._statistics import wilson
from crmkit._types import Array
from crmkit.retention._cohort_counts import Counts
from crmkit.transactions import Transactions

STATES = ("complete", "partial", "not_yet", "too_small")
COMPLETE, PARTIAL, NOT_YET, TOO_SMALL = range(4)


def cells_of(
    counts: Counts,
    tx: Transactions,
    names: Sequence[str],
    ages: Mapping[str, Array],
    *,
    least: int,
    grouped: bool,
    level: float,
) -> dict[str, Array]:
    """Columns of the long table: one row per group, cohort and age. `ages` are the columns that name an age."""
    n_rows, n_ages = counts.retained.shape
    state = _state(counts, least)
    seen = (state == COMPLETE) | (state == PARTIAL)
    cohort = np.array(names, dtype=object)[counts.cohort]
    groups = {"group": np.repeat(counts.group, n_ages)} if grouped else {}
    return {
        **groups,
        "cohort": np.repeat(cohort, n_ages),
        **{name: np.tile(values, n_rows) for name, values in ages.items()},
        "customers": np.repeat(counts.customers, n_ages),
        "reached": counts.reached.ravel(),
        **{name: np.where(seen, values, np.nan).ravel() for name, values in _measures(counts, tx, level).items()},
        "state": np.array(STATES, dtype=object)[state].ravel(),
    }


def averages_of(
    counts: Counts,
    tx: Transactions,
    ages: Mapping[str, Array],
    *,
    least: int,
    grouped: bool,
    chained: bool,
    level: float,
) -> dict[str, Array]:
    """Columns of the averages: cohorts for whom the age is over, pooled; one row per group and age that has any.

    `chained` ages are calendar periods, whose money adds up from one to the next.
    """
    names, code = np.unique(counts.group.astype(str), return_inverse=True)
    n_ages = counts.retained.shape[1]

    def pooled(values: Array) -> Array:
        summed = np.zeros((len(names), n_ages), dtype=np.int64)
        np.add.at(summed, code, np.where(counts.ended, values, 0))
        return summed

    n_cohorts, n_settled = pooled(np.ones_like(counts.retained)), pooled(counts.settled.astype(np.int64))
    every = np.ones((len(names), n_ages), dtype=bool)
    together = Counts(
        names.astype(object), np.arange(len(names)), pooled(counts.reached)[:, 0], pooled(counts.reached),
        pooled(counts.retained), pooled(counts.orders), pooled(counts.units), pooled(counts.cumulative),
        every, n_settled == n_cohorts,
    )  # fmt: skip
    state = _state(together, least)
    seen = (state == COMPLETE) | (state == PARTIAL)
    groups = {"group": np.repeat(together.group, n_ages)} if grouped else {}
    columns = {
        **groups,
        **{name: np.tile(values, len(names)) for name, values in ages.items()},
        "cohorts": n_cohorts.ravel(),
        "customers": together.reached.ravel(),
        **{name: np.where(seen, values, np.nan).ravel() for name, values in _measures(together, tx, level).items()},
        **({"chain_per_customer": np.where(seen, _chain(together, tx), np.nan).ravel()} if chained else {}),
        "state": np.array(STATES, dtype=object)[state].ravel(),
    }
    reached = n_cohorts.ravel() > 0
    return {name: values[reached] for name, values in columns.items()}


def _state(counts: Counts, least: int) -> Array:
    """State of each cell: what has not begun, then what is too small to show, then whether it may still change."""
    seen = np.where(counts.settled, COMPLETE, PARTIAL)
    return np.where(counts.reached == 0, NOT_YET, np.where(counts.reached < least, TOO_SMALL, seen))


def _chain(together: Counts, tx: Transactions) -> Array:
    """Cumulative money per customer along the ages: each step is that of the cohorts that have both its ages.

    The money of all cohorts up to an age is of fewer and older cohorts at each next one, and steps where they change.
    """
    return share(tx.money(together.units), together.reached).cumsum(axis=1)


def _measures(counts: Counts, tx: Transactions, level: float) -> dict[str, Array]:
    """What the customers of the cells did; money stays in whole units until here."""
    low, high = wilson(counts.retained, counts.reached, level)
    cumulative = tx.money(counts.cumulative)
    return {
        "retained": counts.retained,
        "retention_rate": share(counts.retained, counts.reached),
        "retention_low": low,
        "retention_high": high,
        "orders": counts.orders,
        "revenue": tx.money(counts.units),
        "cumulative_revenue": cumulative,
        "cumulative_per_customer": share(cumulative, counts.reached),
    }
