"""`to_sql`: a query that scores customers in the database, with everything frozen.

Sources: `crmkit.rfm` and `crmkit.pyramid` for scores, segments and tiers; Fader, Hardie & Lee (2005) and Batislam,
Denizel & Filiztekin (2007) for the models; `crmkit.sql._nodes` for the quadrature.
"""

from __future__ import annotations

from typing import Any

from crmkit import _checks, rfm
from crmkit._types import Duration
from crmkit.errors import ArgumentError
from crmkit.sql import _dialects
from crmkit.sql._frozen import frozen_of
from crmkit.sql._text import Query

DIALECTS = tuple(_dialects.DIALECTS)


def to_sql(
    fitted: Any,
    *,
    dialect: str = "duckdb",
    table: str = "customers",
    scheme: str | rfm.Rules = "eleven",
    horizon: Duration = "52W",
    discount_rate: float = 0.1,
    margin_rate: float = 1.0,
    customer: str = "customer_id",
) -> str:
    r"""Write the query that scores customers in a database, by the cuts and parameters that were fitted.

    The query reads a table of customers with the columns of `crmkit.summarize` and needs nothing of crmkit where it
    runs. Scores, segments and tiers are those of crmkit to the bit, P(alive), expected and discounted purchases and
    value to 1e-9.

    Parameters
    ----------
    fitted : fitted Scorer, scored list, BGNBD or MBGNBD, SpendMean or GammaGamma, or a list of them
        A `crmkit.rfm.Scorer` gives scores and segments; a scored list, as of `crmkit.score_customers`, scores, segments
        and tiers, by the cuts that are found in it; a model of purchases the forecast; with a model of spend beside it
        also the value.
    dialect : {"duckdb", "postgres", "sqlite", "spark", "snowflake", "bigquery"}, default "duckdb"
        Who runs it. SQLite must have its mathematical functions, as that of Python mostly has.
    table : str, default "customers"
        The table of customers; dots part schema and table.
    scheme : "eleven", "eight", rules, or None, default "eleven"
        Segments, as in `crmkit.rfm.segment`; None leaves them out.
    horizon : duration, default "52W"
        How far the forecast looks.
    discount_rate : float, default 0.1
        Annual and effective.
    margin_rate : float, default 1.0
        Share of the spend that is margin.
    customer : str, default "customer_id"
        Column of ids.

    Returns
    -------
    str
        One SELECT, with comments in English and Chinese. It gives one row per customer: the id; with scores `r_score`,
        `f_score`, `m_score`, `rfm`, `rfm_sum` (and `rfm_weighted`), `segment`; `tier`; with a model `p_alive`,
        `expected_purchases`, `discounted_purchases`, missing for customers of more than 400 repeat purchases or 20
        years, for whom the quadrature was not tried (and no `p_alive` where the fit says that dropout cannot be told);
        with a model of spend `expected_spend` and `residual_clv`. Where a value is missing, so is what follows from it.

    Raises
    ------
    ArgumentError
        What is given has no form in SQL (Pareto/NBD, scores by ids), is given twice, or a setting is unknown; or no
        fixed quadrature is exact enough for these parameters.
    DataError
        The scores or tiers of the list do not follow from recency, frequency and monetary value alone.
    ColumnError
        The list lacks a column.

    Examples
    --------
    >>> import crmkit as crm
    >>> scorer = crm.rfm.Scorer(bins=2).fit({"recency": [3, 40], "frequency": [5, 1], "monetary": [90.5, 10]})
    >>> query = to_sql(scorer, dialect="postgres", table="shop.customers", scheme="eight")
    >>> print(*query.splitlines()[4:9], sep="\n")
    WITH
    crmkit_customers AS (  -- the columns that are read / 所读取的列
      SELECT "customer_id" AS customer_id, CAST("recency" AS DOUBLE PRECISION) AS recency,
        CAST("frequency" AS DOUBLE PRECISION) AS frequency, CAST("monetary" AS DOUBLE PRECISION) AS monetary
      FROM "shop"."customers"
    >>> print(query.splitlines()[12].strip())
    CASE WHEN recency <= 3 THEN 2 WHEN recency IS NOT NULL THEN 1 END AS r_score,
    """
    written = _dialects.DIALECTS[_checks.choice("dialect", dialect, DIALECTS)]
    if not isinstance(table, str) or not all(table.split(".")):
        raise ArgumentError("table", table, "sql_table")
    rate = _checks.share("margin_rate", margin_rate)
    frozen = frozen_of(fitted, scheme, horizon, discount_rate)
    return Query(written, written.table(table), customer, frozen, rate).text()
