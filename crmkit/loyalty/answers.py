"""Answers beside the customers who gave them: the last one of each, and the type of loyalty that it makes."""

from __future__ import annotations

import narwhals.stable.v2 as nw
import numpy as np

from crmkit import _frame
from crmkit._frame import engines
from crmkit._frame.engines import FrameT
from crmkit._types import Table
from crmkit.errors import DataError, shown
from crmkit.labels import Language
from crmkit.loyalty import _surveys
from crmkit.loyalty._surveys import CUSTOMER, DATE
from crmkit.loyalty.matrix import matrix
from crmkit.loyalty.promoters import PROMOTER
from crmkit.loyalty.response import places_of

SATISFACTION = "satisfaction"  # column of a list; of a survey too, or else the score of recommendation
LOYALTY = (SATISFACTION, "loyalty_type", "loyalty_label")


def add_answers(
    customers: FrameT,
    survey: Table,
    *,
    score: str = "nps",
    into: str = SATISFACTION,
    customer: str = CUSTOMER,
    date: str = DATE,
) -> FrameT:
    """Add to each customer their last answer in a survey; missing for those who did not answer.

    Parameters
    ----------
    customers : table, one row per customer
        Of any supported kind, such as that of `crmkit.summarize`.
    survey : table, one row per answer
        Of several answers of a customer the last one counts, of several on its day the lowest.
    score : str, default "nps"
        Column of the answers.
    into : str, default "satisfaction"
        Name of the new column.
    customer, date : str
        Columns of who answered and when; the former in both tables.

    Returns
    -------
    table, one row per customer
        `customers` in its own kind and row order, with `into`.

    Raises
    ------
    ColumnError, DataError
        A column is absent, or ids are numbers in one table and text in the other.

    Examples
    --------
    >>> import pandas as pd
    >>> listed = pd.DataFrame({"customer_id": ["a", "b"], "frequency": [5, 2]})
    >>> add_answers(listed, {"customer_id": ["a"], "nps": [9]})
      customer_id  frequency  satisfaction
    0           a          5           9.0
    1           b          2           NaN
    """
    opened = _surveys.open_survey(survey, [score], customer=customer, date=date)
    if not opened.named:
        raise DataError("unnamed_survey", column=customer)
    one, _ = _surveys.latest(opened, score)
    found = engines.collect(one.select("customer", "score").filter(~nw.col("customer").is_null()))
    table = _frame.open_table(customers, keys=[customer])
    numeric = table.frame.collect_schema()[customer].is_numeric()
    if found["customer"].size and numeric != (found["customer"].dtype.kind in "iuf"):
        listed = table.collect(table.frame.select(customer).head(2))[customer].tolist()
        raise DataError("ids_of_two_kinds", own=shown(found["customer"][:2].tolist()), listed=shown(listed))
    bare = table.frame.drop(into, strict=False) if into in table.columns else table.frame
    if table.in_memory:
        at = places_of(table.collect(table.frame.select(customer))[customer], found["customer"])
        scores = np.append(found["score"].astype(float), np.nan)[at]
        return table.give_back(table.add({into: scores}, to=bare))  # type: ignore[no-any-return]
    local = engines.upload({customer: found["customer"], into: found["score"].astype(float)}, table.frame)
    return table.give_back(bare.lazy().join(local.lazy(), on=customer, how="left"))  # type: ignore[no-any-return]


def add_loyalty(customers: FrameT, survey: Table, *, language: Language | None = None) -> FrameT:
    """Add the last answer of each customer and the type of loyalty that it makes with how often they buy.

    Parameters
    ----------
    customers : table, one row per customer
        With `customer_id` and `frequency`.
    survey : table, one row per answer
        With `customer_id` and `satisfaction` (any scale; high is above the median of those who answered) or else `nps`
        (high is 9 or 10), and `date` where customers answered more than once.
    language : {"en", "zh"}, optional
        Language of `loyalty_label`.

    Returns
    -------
    table, one row per customer
        `customers` with `satisfaction`, `loyalty_type` and `loyalty_label` (see `matrix`); buying often is above the
        median of the customers.

    Raises
    ------
    ColumnError, DataError
        As `add_answers` and `matrix` raise them.

    Examples
    --------
    >>> listed = {"customer_id": ["a", "b", "c"], "frequency": [5, 2, 1]}
    >>> found = add_loyalty(listed, {"customer_id": ["a", "b"], "nps": [9, 10]})
    >>> found["loyalty_type"].tolist()
    ['true_loyalty', 'latent_loyalty', 'not_asked']
    """
    satisfied = SATISFACTION in engines.names_of(engines.wrap(survey))
    rated = add_answers(customers, survey, score=SATISFACTION if satisfied else "nps")
    cut = {"behaviour": "median", "attitude": "median" if satisfied else PROMOTER}
    typed = _frame.open_table(matrix(rated, attitude=SATISFACTION, cut=cut, language=language).customers)
    return typed.give_back(typed.frame.drop("inertia"))  # type: ignore[no-any-return]
