"""crmkit against other ways to do the same job: one command, one table.

Usage: python benchmarks/table.py [--rows 100000 1000000] [--rounds 3] [--peers PYTHON] [--tasks summary rfm ...]
                                  [--out docs/benchmarks]

Every run is a process of its own, which reads the same Parquet files; contenders take turns, round by round, so that
what else the machine does falls on all of them. Each has done the same job on two thousand rows before it is measured,
so that nobody's imports and first plans count, and then does it three times: the median counts. What is given are
ratios to crmkit in the median round: above 1 crmkit is ahead. A contender that works on polars is compared with crmkit
on polars. Where a contender's answer is less than that of crmkit, the table says what it leaves out. CPU is that of all
threads; peak memory that of the whole process. Packages that are not installed are left
out; `--peers` names the Python of another environment in which those are looked for that cannot stand beside it. The
table is written to OUT.md and OUT.json. Rows may be 1e5 to 1e8; contenders sit out sizes that would take them minutes.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

PER_CUSTOMER = 10  # rows
AS_OF = "2024-12-31"
HORIZON = 364
REPEATS = 3
SMALL = 2_000  # rows of the job that comes before what is measured

# --- data -----------------------------------------------------------------------------------------------------------


def make(folder: Path, rows: int) -> None:
    """Rows of customers who come over two years, buy at rates of their own and leave; and their summary."""
    import duckdb

    n = max(rows // PER_CUSTOMER, 10)
    chance = "(hash({}) % 1000003 + 0.5) / 1000003.0"
    duckdb.sql(f"""
        COPY (
            WITH customers AS (
                SELECT i, CAST(730 * {chance.format("i * 31 + 1")} AS INTEGER) AS begun,
                       -400 * ln({chance.format("i * 31 + 2")}) AS life,
                       1.5 * ln({chance.format("i * 31 + 3")}) AS level,
                       CAST(1 - {PER_CUSTOMER - 0.5} * ln({chance.format("i * 31 + 4")}) AS INTEGER) AS bought
                FROM range({n}) t(i)),
            rows AS (SELECT *, unnest(range(bought)) AS j FROM customers)
            SELECT CAST(i AS BIGINT) AS customer_id,
                   DATE '2023-01-01' + CAST(begun + CASE WHEN j = 0 THEN 0 ELSE
                       least(life, 730 - begun) * {chance.format("i * 1009 + j * 7 + 5")} END AS INTEGER) AS date,
                   round(exp(3 + 0.4 * level + 1.2 * {chance.format("i * 1009 + j * 7 + 6")}), 2) AS amount
            FROM rows) TO '{folder}/sales.parquet' (FORMAT parquet)""")
    summary = SUMMARY.format(path=folder / "sales.parquet")
    duckdb.sql(f"COPY ({summary}) TO '{folder}/customers.parquet' (FORMAT parquet)")


SUMMARY = f"""
WITH days AS (SELECT customer_id, date AS day, sum(amount) AS money FROM '{{path}}' GROUP BY ALL),
facts AS (SELECT customer_id, min(day) AS first_date, max(day) AS last_date, sum(money) AS monetary,
                 count(*) AS orders, arg_min(money, day) AS first_money FROM days GROUP BY customer_id)
SELECT customer_id, orders, first_date, last_date, DATE '{AS_OF}' - last_date AS recency, orders AS frequency,
       monetary, monetary / orders AS mean_order, DATE '{AS_OF}' - first_date AS tenure, orders - 1 AS x,
       last_date - first_date AS t_x, DATE '{AS_OF}' - first_date AS T,
       CASE WHEN orders > 1 THEN (monetary - first_money) / (orders - 1) ELSE 0 END AS m_x
FROM facts
"""

# --- contenders -----------------------------------------------------------------------------------------------------
# Each imports what it needs and gives the job to be measured: from a Parquet file to a table in memory.

Job = Callable[[], object]


def crmkit_summary(folder: Path) -> Job:
    import crmkit as crm

    return lambda: crm.summarize(crm.read(folder / "sales.parquet", as_of=AS_OF))


def crmkit_summary_polars(folder: Path) -> Job:
    import polars as pl

    import crmkit as crm

    def job() -> object:
        rows = crm.Transactions(pl.scan_parquet(folder / "sales.parquet"), as_of=AS_OF)
        return crm.summarize(rows).collect()

    return job


def sql_summary(folder: Path) -> Job:
    import duckdb

    return lambda: duckdb.sql(SUMMARY.format(path=folder / "sales.parquet")).df()


# What the door of crmkit finds out before anything is counted, and money in whole cents.
CHECKS = f"""
SELECT count(*), count(customer_id), count(date), count(amount), min(date), max(date), max(abs(amount)), sum(amount),
       count(CASE WHEN amount < 0 THEN 1 END), count(CASE WHEN amount = 0 THEN 1 END),
       count(CASE WHEN date > DATE '{AS_OF}' THEN 1 END),
       count(CASE WHEN abs(amount * 100 - floor(amount * 100 + 0.5)) > 1e-9 + 1e-14 * abs(amount * 100) THEN 1 END)
FROM '{{path}}'
"""
CENTS = "(SELECT customer_id, date, CAST(floor(amount * 100 + 0.5) AS BIGINT) AS amount FROM '{path}')"


def sql_summary_checked(folder: Path) -> Job:
    """The same answer as that of crmkit: rows checked, money added up in cents, customers in order."""
    import duckdb

    path = folder / "sales.parquet"
    exact = SUMMARY.replace("'{path}'", CENTS).replace(
        "monetary, monetary /", "monetary / 100 AS monetary, monetary / 100 /"
    )
    exact = exact.replace("(monetary - first_money)", "(monetary - first_money) / 100") + " ORDER BY customer_id"

    def job() -> object:
        duckdb.sql(CHECKS.format(path=path)).fetchall()
        return duckdb.sql(exact.format(path=path)).df()

    return job


def pandas_summary(folder: Path) -> Job:
    import pandas as pd

    def job() -> object:
        frame = pd.read_parquet(folder / "sales.parquet")
        frame["date"] = pd.to_datetime(frame["date"])
        days = frame.groupby(["customer_id", "date"], sort=False)["amount"].sum().reset_index()
        out = days.groupby("customer_id").agg(
            orders=("date", "size"), first_date=("date", "min"), last_date=("date", "max"), monetary=("amount", "sum")
        )
        first = days.merge(out["first_date"].rename("date").reset_index(), on=["customer_id", "date"])
        first_money = first.set_index("customer_id")["amount"]
        as_of = pd.Timestamp(AS_OF)
        out["recency"], out["T"] = (as_of - out["last_date"]).dt.days, (as_of - out["first_date"]).dt.days
        out["mean_order"], out["x"] = out["monetary"] / out["orders"], out["orders"] - 1
        out["t_x"] = (out["last_date"] - out["first_date"]).dt.days
        out["m_x"] = ((out["monetary"] - first_money) / out["x"]).where(out["x"] > 0, 0.0)
        return out.reset_index()

    return job


def polars_summary(folder: Path) -> Job:
    import polars as pl

    col = pl.col

    def job() -> object:
        days = pl.scan_parquet(folder / "sales.parquet").group_by("customer_id", "date").agg(col("amount").sum())
        facts = days.group_by("customer_id").agg(
            orders=pl.len(), first_date=col("date").min(), last_date=col("date").max(), monetary=col("amount").sum(),
            first_money=col("amount").sort_by("date").first(),
        )  # fmt: skip
        as_of = pl.lit(AS_OF).str.to_date()
        x = col("orders").cast(pl.Int64) - 1
        return facts.with_columns(
            recency=(as_of - col("last_date")).dt.total_days(), T=(as_of - col("first_date")).dt.total_days(),
            t_x=(col("last_date") - col("first_date")).dt.total_days(), mean_order=col("monetary") / col("orders"),
            x=x, m_x=pl.when(x > 0).then((col("monetary") - col("first_money")) / x).otherwise(0.0),
        ).sort("customer_id").collect()  # fmt: skip

    return job


def polars_summary_checked(folder: Path) -> Job:
    """The same answer as that of crmkit: rows checked, money added up in cents."""
    import polars as pl

    col = pl.col

    def job() -> object:
        rows = pl.scan_parquet(folder / "sales.parquet")
        units = col("amount") * 100
        odd = (units - (units + 0.5).floor()).abs() > 1e-9 + 1e-14 * units.abs()
        _checked_by_polars(rows, odd)
        days = rows.with_columns(money=(units + 0.5).floor().cast(pl.Int64)).group_by("customer_id", "date")
        facts = days.agg(col("money").sum()).group_by("customer_id").agg(
            orders=pl.len(), first_date=col("date").min(), last_date=col("date").max(), money=col("money").sum(),
            first_money=col("money").sort_by("date").first(),
        )  # fmt: skip
        as_of = pl.lit(AS_OF).str.to_date()
        x = col("orders").cast(pl.Int64) - 1
        return facts.select(
            "customer_id", "orders", "first_date", "last_date", recency=(as_of - col("last_date")).dt.total_days(),
            T=(as_of - col("first_date")).dt.total_days(), t_x=(col("last_date") - col("first_date")).dt.total_days(),
            monetary=col("money") / 100, mean_order=col("money") / 100 / col("orders"), x=x,
            m_x=pl.when(x > 0).then((col("money") - col("first_money")) / 100 / x).otherwise(0.0),
        ).sort("customer_id").collect()  # fmt: skip

    return job


def _checked_by_polars(rows: Any, odd: Any) -> None:
    import polars as pl

    amount, date = pl.col("amount"), pl.col("date")
    rows.select(
        n=pl.len(), ids=pl.col("customer_id").count(), dates=date.count(), amounts=amount.count(), first=date.min(),
        last=date.max(), largest=amount.abs().max(), total=amount.sum(), negative=(amount < 0).sum(),
        zero=(amount == 0).sum(), later=(date > pl.lit(AS_OF).str.to_date()).sum(), odd=odd.sum(),
    ).collect()  # fmt: skip


def lifetimes_summary(folder: Path) -> Job:
    import pandas as pd
    from lifetimes.utils import summary_data_from_transaction_data

    return lambda: summary_data_from_transaction_data(
        pd.read_parquet(folder / "sales.parquet"), "customer_id", "date", "amount", observation_period_end=AS_OF
    )


def clvkit_summary(folder: Path) -> Job:
    import clvkit
    import pandas as pd

    def job() -> object:
        frame = pd.read_parquet(folder / "sales.parquet")
        frame["date"] = pd.to_datetime(frame["date"])
        return clvkit.CustomerBase.from_transactions(frame, observation_period_end=AS_OF).to_pandas()

    return job


def crmkit_rfm(folder: Path) -> Job:
    import pandas as pd

    import crmkit as crm

    return lambda: crm.rfm.segment(crm.rfm.score(pd.read_parquet(folder / "customers.parquet")))


def crmkit_rfm_polars(folder: Path) -> Job:
    import polars as pl

    import crmkit as crm

    return lambda: crm.rfm.segment(crm.rfm.score(pl.read_parquet(folder / "customers.parquet")))


def pandas_rfm(folder: Path) -> Job:
    import pandas as pd

    def job() -> object:
        frame = pd.read_parquet(folder / "customers.parquet")
        n = len(frame)
        for name, column, up in (("r", "recency", False), ("f", "frequency", True), ("m", "monetary", True)):
            place = frame[column].rank(method="average", ascending=up) - 0.5
            frame[f"{name}_score"] = 1 + (5 * place // n).astype(int)
        frame["rfm"] = (100 * frame["r_score"] + 10 * frame["f_score"] + frame["m_score"]).astype(str)
        fm = (frame["f_score"] + frame["m_score"]) // 2
        frame["segment"] = "other"
        for name, (r, of_fm) in SEGMENTS.items():
            frame.loc[frame["r_score"].between(*r) & fm.between(*of_fm), "segment"] = name
        return frame

    return job


SEGMENTS = {
    "champions": ((5, 5), (4, 5)), "loyal": ((3, 4), (4, 5)), "potential_loyalist": ((4, 5), (2, 3)),
    "new": ((5, 5), (1, 1)), "promising": ((4, 4), (1, 1)), "needs_attention": ((3, 3), (3, 3)),
    "about_to_sleep": ((3, 3), (1, 2)), "at_risk": ((1, 2), (3, 4)), "cannot_lose": ((1, 2), (5, 5)),
    "hibernating": ((2, 2), (1, 2)), "lost": ((1, 1), (1, 2)),
}  # fmt: skip


def polars_rfm(folder: Path) -> Job:
    import polars as pl

    def job() -> object:
        frame = pl.read_parquet(folder / "customers.parquet")
        n = frame.height
        places = {
            name: (pl.col(column).rank("average", descending=not up) - 0.5)
            for name, column, up in (("r", "recency", False), ("f", "frequency", True), ("m", "monetary", True))
        }
        frame = frame.with_columns(**{f"{k}_score": 1 + (5 * v / n).floor().cast(pl.Int64) for k, v in places.items()})
        r, fm = pl.col("r_score"), (pl.col("f_score") + pl.col("m_score")) // 2
        segment = pl.lit("other")
        for name, (of_r, of_fm) in SEGMENTS.items():
            segment = pl.when(r.is_between(*of_r) & fm.is_between(*of_fm)).then(pl.lit(name)).otherwise(segment)
        code = (100 * r + 10 * pl.col("f_score") + pl.col("m_score")).cast(pl.String)
        return frame.with_columns(rfm=code, segment=segment)

    return job


def sql_rfm(folder: Path) -> Job:
    import duckdb

    arms = " ".join(
        f"WHEN r_score BETWEEN {r[0]} AND {r[1]} AND fm BETWEEN {fm[0]} AND {fm[1]} THEN '{name}'"
        for name, (r, fm) in SEGMENTS.items()
    )
    ahead = "rank() OVER (ORDER BY {0}) - 1 + (count(*) OVER (PARTITION BY {1})) / 2.0"
    place = f"1 + CAST(floor(5 * ({ahead}) / n) AS INT)"
    query = f"""
        WITH counted AS (SELECT *, count(*) OVER () AS n FROM '{folder}/customers.parquet'),
        scored AS (SELECT *, {place.format("recency DESC", "recency")} AS r_score,
                   {place.format("frequency", "frequency")} AS f_score,
                   {place.format("monetary", "monetary")} AS m_score FROM counted),
        coded AS (SELECT * EXCLUDE (n), (f_score + m_score) // 2 AS fm FROM scored)
        SELECT * EXCLUDE (fm), CAST(100 * r_score + 10 * f_score + m_score AS VARCHAR) AS rfm,
               CASE {arms} END AS segment
        FROM coded"""
    return lambda: duckdb.sql(query).df()


def openretailscience_rfm(folder: Path) -> Job:
    import ibis
    from openretailscience.segmentation.rfm import RFMSegmentation

    def job() -> object:
        table = ibis.duckdb.connect().read_parquet(str(folder / "sales.parquet"))
        table = table.rename(transaction_date="date", unit_spend="amount").mutate(transaction_id=ibis.row_number())
        return RFMSegmentation(table, current_date=AS_OF, r_segments=5, f_segments=5, m_segments=5).df

    return job


def crmkit_pyramid(folder: Path) -> Job:
    import pandas as pd

    import crmkit as crm

    return lambda: crm.pyramid.describe_tiers(crm.pyramid.assign_tiers(pd.read_parquet(folder / "customers.parquet")))


def crmkit_pyramid_polars(folder: Path) -> Job:
    import polars as pl

    import crmkit as crm

    return lambda: crm.pyramid.describe_tiers(crm.pyramid.assign_tiers(pl.read_parquet(folder / "customers.parquet")))


def pandas_pyramid(folder: Path) -> Job:
    import numpy as np
    import pandas as pd

    def job() -> object:
        frame = pd.read_parquet(folder / "customers.parquet")
        ahead = frame["monetary"].rank(method="min", ascending=False) - 1
        ends = np.ceil(len(frame) * np.array([0.01, 0.2, 0.5]) - 1e-9)
        names = np.array(["important", "secondary", "ordinary", "small"])
        frame["tier"] = names[np.searchsorted(ends, ahead, side="right")]
        return frame.groupby("tier").agg(n=("tier", "size"), value=("monetary", "sum"), orders=("orders", "sum"))

    return job


def polars_pyramid(folder: Path) -> Job:
    import polars as pl

    def job() -> object:
        frame = pl.read_parquet(folder / "customers.parquet")
        ahead, n = pl.col("monetary").rank("min", descending=True) - 1, frame.height
        tier = pl.lit("small")
        for name, share in (("ordinary", 0.5), ("secondary", 0.2), ("important", 0.01)):
            tier = pl.when(ahead < math.ceil(n * share - 1e-9)).then(pl.lit(name)).otherwise(tier)
        grouped = frame.with_columns(tier=tier).group_by("tier")
        return grouped.agg(n=pl.len(), value=pl.col("monetary").sum(), orders=pl.col("orders").sum())

    return job


RANKED = """
    SELECT *, CASE WHEN ahead < ceil(n * .01) THEN 'important' WHEN ahead < ceil(n * .2) THEN 'secondary'
                   WHEN ahead < ceil(n * .5) THEN 'ordinary' ELSE 'small' END AS tier
    FROM (SELECT *, rank() OVER (ORDER BY monetary DESC) - 1 AS ahead, count(*) OVER () AS n FROM '{path}')
"""
TIERS = "SELECT tier, count(*) AS n, sum(monetary) AS value, sum(orders) AS orders FROM {ranked} GROUP BY ALL"


def sql_pyramid(folder: Path) -> Job:
    import duckdb

    ranked = RANKED.format(path=folder / "customers.parquet")
    return lambda: duckdb.sql(TIERS.format(ranked=f"({ranked})")).df()


def sql_pyramid_of_each(folder: Path) -> Job:
    """The customers with their tiers, and the tiers."""
    import duckdb

    ranked = RANKED.format(path=folder / "customers.parquet")

    def job() -> object:
        labelled = duckdb.sql(ranked).df()
        return labelled, duckdb.sql(TIERS.format(ranked="labelled")).df()

    return job


def crmkit_cohorts(folder: Path) -> Job:
    import crmkit as crm

    return lambda: crm.retention.cohorts(crm.read(folder / "sales.parquet", as_of=AS_OF), orders=False).table


def crmkit_cohorts_polars(folder: Path) -> Job:
    import polars as pl

    import crmkit as crm

    def job() -> object:
        rows = crm.Transactions(pl.scan_parquet(folder / "sales.parquet"), as_of=AS_OF)
        return crm.retention.cohorts(rows, orders=False).table.collect()

    return job


def pandas_cohorts(folder: Path) -> Job:
    import pandas as pd

    def job() -> object:
        frame = pd.read_parquet(folder / "sales.parquet")
        month = pd.to_datetime(frame["date"]).dt.to_period("M")
        first = month.groupby(frame["customer_id"]).transform("min")
        cells = frame.assign(cohort=first, month=month).groupby(["cohort", "month"])
        return cells.agg(retained=("customer_id", "nunique"), revenue=("amount", "sum")).reset_index()

    return job


def polars_cohorts(folder: Path) -> Job:
    import polars as pl

    def job() -> object:
        rows = pl.scan_parquet(folder / "sales.parquet").with_columns(month=pl.col("date").dt.truncate("1mo"))
        each = rows.group_by("customer_id", "month").agg(pl.col("amount").sum())
        first = each.group_by("customer_id").agg(cohort=pl.col("month").min())
        cells = each.join(first, on="customer_id").group_by("cohort", "month")
        return cells.agg(retained=pl.len(), revenue=pl.col("amount").sum()).sort("cohort", "month").collect()

    return job


COHORTS = """
WITH each AS (SELECT customer_id, date_trunc('month', date) AS month, sum(amount) AS money FROM {rows} GROUP BY ALL),
first AS (SELECT customer_id, min(month) AS cohort FROM each GROUP BY ALL)
SELECT cohort, month, count(*) AS retained, sum(money) AS revenue
FROM each JOIN first USING (customer_id) GROUP BY ALL ORDER BY ALL
"""


def polars_cohorts_checked(folder: Path) -> Job:
    """Rows checked and money added up in cents, as crmkit does it."""
    import polars as pl

    def job() -> object:
        scanned = pl.scan_parquet(folder / "sales.parquet")
        units = pl.col("amount") * 100
        odd = (units - (units + 0.5).floor()).abs() > 1e-9 + 1e-14 * units.abs()
        _checked_by_polars(scanned, odd)
        rows = scanned.with_columns(month=pl.col("date").dt.truncate("1mo"), money=(units + 0.5).floor().cast(pl.Int64))
        each = rows.group_by("customer_id", "month").agg(pl.col("money").sum())
        first = each.group_by("customer_id").agg(cohort=pl.col("month").min())
        cells = each.join(first, on="customer_id").group_by("cohort", "month")
        return cells.agg(retained=pl.len(), revenue=pl.col("money").sum() / 100).sort("cohort", "month").collect()

    return job


def sql_cohorts(folder: Path) -> Job:
    import duckdb

    return lambda: duckdb.sql(COHORTS.format(rows=f"'{folder}/sales.parquet'")).df()


def sql_cohorts_checked(folder: Path) -> Job:
    """Rows checked and money added up in cents, as crmkit does it."""
    import duckdb

    path = folder / "sales.parquet"

    def job() -> object:
        duckdb.sql(CHECKS.format(path=path)).fetchall()
        return duckdb.sql(COHORTS.format(rows=CENTS.format(path=path))).df()

    return job


def openretailscience_cohorts(folder: Path) -> Job:
    import ibis
    from openretailscience.analysis.cohort import CohortAnalysis

    def job() -> object:
        table = ibis.duckdb.connect().read_parquet(str(folder / "sales.parquet"))
        table = table.rename(transaction_date="date", unit_spend="amount")
        return CohortAnalysis(table, aggregation_column="customer_id", agg_func="nunique", period="month").df

    return job


def crmkit_fit(folder: Path) -> Job:
    import pandas as pd

    import crmkit as crm
    from crmkit import clv

    return lambda: clv.BGNBD().fit(pd.read_parquet(folder / "customers.parquet", columns=["x", "t_x", "T"])) or crm


def lifetimes_fit(folder: Path) -> Job:
    import lifetimes
    import pandas as pd

    def job() -> object:
        frame = pd.read_parquet(folder / "customers.parquet", columns=["x", "t_x", "T"])
        return lifetimes.BetaGeoFitter().fit(frame["x"], frame["t_x"] / 7, frame["T"] / 7)

    return job


def clvkit_fit(folder: Path) -> Job:
    import clvkit
    import pandas as pd

    def job() -> object:
        frame = pd.read_parquet(folder / "customers.parquet", columns=["customer_id", "x", "t_x", "T"])
        weeks = pd.DataFrame({"frequency": frame["x"], "recency": frame["t_x"] / 7, "T": frame["T"] / 7})
        base = clvkit.CustomerBase(
            weeks.set_index(frame["customer_id"]), time_unit="W", observation_period_end=pd.Timestamp(AS_OF),
            has_monetary=False, on_negative="net",
        )  # fmt: skip
        return clvkit.BGNBD().fit(base)

    return job


def crmkit_spend(folder: Path) -> Job:
    import pandas as pd

    from crmkit import clv

    return lambda: clv.GammaGamma().fit(_repeaters(pd.read_parquet(folder / "customers.parquet")))


def lifetimes_spend(folder: Path) -> Job:
    import lifetimes
    import pandas as pd

    def job() -> object:
        frame = _repeaters(pd.read_parquet(folder / "customers.parquet"))
        return lifetimes.GammaGammaFitter().fit(frame["x"], frame["m_x"])

    return job


def _repeaters(frame: Any) -> Any:
    return frame[(frame["x"] > 0) & (frame["m_x"] > 0)]


def _durations(folder: Path, *, days: bool) -> Any:
    """As many durations as there are rows of sales: exponential ones, of which 6 in 10 ended."""
    import numpy as np
    import pandas as pd
    import pyarrow.parquet as pq

    n, rng = pq.read_metadata(folder / "sales.parquet").num_rows, np.random.default_rng(1)
    time_seen = rng.exponential(100, n)
    return pd.DataFrame({"time": np.ceil(time_seen) if days else time_seen, "event": (rng.random(n) < 0.6).astype(int)})


def crmkit_survival(folder: Path, *, days: bool) -> Job:
    from crmkit import survival

    durations = _durations(folder, days=days)
    return lambda: survival.kaplan_meier(durations)


def lifelines_survival(folder: Path, *, days: bool) -> Job:
    from lifelines import KaplanMeierFitter

    durations = _durations(folder, days=days)

    def job() -> object:
        fitted = KaplanMeierFitter().fit(durations["time"], durations["event"])
        return fitted.survival_function_, fitted.confidence_interval_, fitted.event_table

    return job


def crmkit_clusters(folder: Path) -> Job:
    import pandas as pd

    import crmkit as crm

    def job() -> object:
        customers = pd.read_parquet(folder / "customers.parquet")
        frame = crm.segment.Clusterer(n_clusters=5).fit(customers).predict(customers)
        return frame, frame.groupby("cluster")[["recency", "frequency", "monetary"]].agg(["mean", "median"])

    return job


def crmkit_clusters_weighed(folder: Path) -> Job:
    import pandas as pd

    import crmkit as crm

    return lambda: crm.segment.cluster(pd.read_parquet(folder / "customers.parquet"), n_clusters=5)


def sklearn_clusters_weighed(folder: Path) -> Job:
    """Ten starts, and as many fits on halves and on clouds without clusters as crmkit makes to weigh them."""
    import numpy as np
    import pandas as pd
    from sklearn import metrics
    from sklearn.cluster import KMeans

    def job() -> object:
        frame = pd.read_parquet(folder / "customers.parquet")
        rows = np.log1p(frame[["recency", "frequency", "monetary"]].to_numpy(float))
        rows = (rows - rows.mean(axis=0)) / rows.std(axis=0)
        rng = np.random.default_rng(0)
        frame["cluster"] = KMeans(5, n_init=10, random_state=0).fit_predict(rows)
        few = rows[rng.permutation(len(rows))[:3000]]
        found = KMeans(5, n_init=3, random_state=0).fit_predict(few)
        said = [m(few, found) for m in (metrics.silhouette_score, metrics.calinski_harabasz_score,
                                        metrics.davies_bouldin_score)]  # fmt: skip
        for _ in range(8):
            order = rng.permutation(len(few))
            one, other = (KMeans(5, n_init=3, random_state=0).fit(few[half]).predict(few)
                          for half in np.array_split(order, 2))  # fmt: skip
            said.append(metrics.adjusted_rand_score(one, other))
            box = rng.uniform(few.min(axis=0), few.max(axis=0), few.shape)
            said += [np.log(KMeans(k, n_init=3, random_state=0).fit(box).inertia_) for k in (1, 5)]
            for cloud in (box[:1000], rng.multivariate_normal(np.zeros(3), np.cov(few.T), min(1000, len(few)))):
                said.append(metrics.silhouette_score(cloud, KMeans(5, n_init=3, random_state=0).fit_predict(cloud)))
        return frame, frame.groupby("cluster")[["recency", "frequency", "monetary"]].agg(["mean", "median"]), said

    return job


def sklearn_clusters(folder: Path, *, starts: int) -> Job:
    import numpy as np
    import pandas as pd
    from sklearn.cluster import KMeans

    def job() -> object:
        frame = pd.read_parquet(folder / "customers.parquet")
        rows = np.log1p(frame[["recency", "frequency", "monetary"]].to_numpy(float))
        rows = (rows - rows.mean(axis=0)) / rows.std(axis=0)
        frame["cluster"] = KMeans(5, n_init=starts, random_state=0).fit_predict(rows)
        return frame, frame.groupby("cluster")[["recency", "frequency", "monetary"]].agg(["mean", "median"])

    return job


def crmkit_scored(folder: Path) -> Job:
    import crmkit as crm
    from crmkit._frame import outputs

    def job() -> object:
        listed = crm.score_customers(crm.read(folder / "sales.parquet", as_of=AS_OF, into="duckdb"), horizon=HORIZON)
        outputs.write_table(listed, folder / f"scored-{os.getpid()}.parquet", order=["customer_id"])
        return listed

    return job


def crmkit_scored_no_forecast(folder: Path) -> Job:
    import crmkit as crm
    from crmkit._frame import outputs

    def job() -> object:
        listed = crm.score_customers(crm.read(folder / "sales.parquet", as_of=AS_OF, into="duckdb"), horizon=None)
        outputs.write_table(listed, folder / f"scored-{os.getpid()}.parquet", order=["customer_id"])
        return listed

    return job


def lifetimes_scored(folder: Path) -> Job:
    """Summary, BG/NBD, Gamma-Gamma and value: less than the list of crmkit, which has stages and intervals too."""
    import lifetimes
    import pandas as pd
    from lifetimes.utils import summary_data_from_transaction_data

    def job() -> object:
        table = summary_data_from_transaction_data(
            pd.read_parquet(folder / "sales.parquet"), "customer_id", "date", "amount", observation_period_end=AS_OF,
            freq="W",
        )  # fmt: skip
        model = lifetimes.BetaGeoFitter().fit(table["frequency"], table["recency"], table["T"])
        again = table[(table["frequency"] > 0) & (table["monetary_value"] > 0)]
        spend = lifetimes.GammaGammaFitter().fit(again["frequency"], again["monetary_value"])
        table["clv"] = spend.customer_lifetime_value(
            model, table["frequency"], table["recency"], table["T"], table["monetary_value"], time=12, freq="W"
        )
        table.to_parquet(folder / f"scored-{os.getpid()}.parquet")
        return table

    return job


def sql_scored(folder: Path) -> Job:
    """The bare group-by of five columns: what no list can be quicker than."""
    import duckdb

    return lambda: duckdb.sql(f"""
        COPY (SELECT customer_id, count(*) AS orders, min(date) AS first_date, max(date) AS last_date,
                     sum(amount) AS monetary FROM '{folder}/sales.parquet' GROUP BY customer_id)
        TO '{folder}/scored-{os.getpid()}.parquet' (FORMAT parquet)""")


# Task -> contender -> the job, and the most rows it is asked for.
TASKS: dict[str, dict[str, tuple[Callable[[Path], Job], float]]] = {
    "summary": {
        "crmkit": (crmkit_summary, 1e9), "crmkit, polars": (crmkit_summary_polars, 1e8),
        "SQL (DuckDB), checked": (sql_summary_checked, 1e9), "SQL (DuckDB)": (sql_summary, 1e9),
        "pandas": (pandas_summary, 3e7), "polars, checked": (polars_summary_checked, 1e8),
        "polars": (polars_summary, 1e8), "lifetimes": (lifetimes_summary, 1e7), "clvkit": (clvkit_summary, 1e7),
    },
    "rfm": {
        "crmkit": (crmkit_rfm, 1e9), "crmkit, polars": (crmkit_rfm_polars, 1e8),
        "SQL (DuckDB)": (sql_rfm, 1e9), "pandas": (pandas_rfm, 1e8),
        "polars": (polars_rfm, 1e8), "openretailscience": (openretailscience_rfm, 1e7),
    },
    "pyramid": {
        "crmkit": (crmkit_pyramid, 1e9), "crmkit, polars": (crmkit_pyramid_polars, 1e8),
        "SQL (DuckDB), each customer": (sql_pyramid_of_each, 1e9), "SQL (DuckDB)": (sql_pyramid, 1e9),
        "pandas": (pandas_pyramid, 1e8),
        "polars": (polars_pyramid, 1e8),
    },
    "cohorts": {
        "crmkit": (crmkit_cohorts, 1e9), "crmkit, polars": (crmkit_cohorts_polars, 1e8),
        "SQL (DuckDB), checked": (sql_cohorts_checked, 1e9), "SQL (DuckDB)": (sql_cohorts, 1e9),
        "pandas": (pandas_cohorts, 3e7), "polars, checked": (polars_cohorts_checked, 1e8),
        "polars": (polars_cohorts, 1e8), "openretailscience": (openretailscience_cohorts, 1e7),
    },
    "fit": {
        "crmkit": (crmkit_fit, 1e9), "lifetimes": (lifetimes_fit, 1e6), "clvkit": (clvkit_fit, 1e5),
    },
    "spend fit": {"crmkit": (crmkit_spend, 1e9), "lifetimes": (lifetimes_spend, 1e6)},
    "Kaplan-Meier, distinct times": {
        "crmkit": (partial(crmkit_survival, days=False), 1e8),
        "lifelines": (partial(lifelines_survival, days=False), 1e7),
    },
    "Kaplan-Meier, whole days": {
        "crmkit": (partial(crmkit_survival, days=True), 1e8),
        "lifelines": (partial(lifelines_survival, days=True), 1e7),
    },
    "clusters, weighed": {
        "crmkit": (crmkit_clusters_weighed, 1e8), "scikit-learn": (sklearn_clusters_weighed, 1e7),
    },
    "clusters": {
        "crmkit": (crmkit_clusters, 1e8),
        "scikit-learn, ten starts": (partial(sklearn_clusters, starts=10), 1e7),
        "scikit-learn, one start": (partial(sklearn_clusters, starts=1), 1e7),
    },
    "scored list": {
        "crmkit": (crmkit_scored, 1e9), "crmkit, horizon=None": (crmkit_scored_no_forecast, 1e9),
        "lifetimes": (lifetimes_scored, 1e6), "bare group-by (DuckDB)": (sql_scored, 1e9),
    },
}  # fmt: skip

# What a contender's answer leaves out that crmkit's has.
FLOATS = "checks of the rows, exact sums of money"
LESS: dict[tuple[str, str], str] = {
    ("summary", "SQL (DuckDB)"): f"{FLOATS}, order",
    ("summary", "pandas"): FLOATS, ("summary", "polars"): FLOATS,
    ("summary", "lifetimes"): FLOATS, ("summary", "clvkit"): "exact sums of money",
    ("cohorts", "polars, checked"): "intervals, states, pooled averages",
    ("cohorts", "SQL (DuckDB), checked"): "intervals, states, pooled averages",
    ("cohorts", "SQL (DuckDB)"): f"{FLOATS}, intervals, states, pooled averages",
    ("cohorts", "pandas"): f"{FLOATS}, intervals, states, pooled averages",
    ("cohorts", "polars"): f"{FLOATS}, intervals, states, pooled averages",
    ("cohorts", "openretailscience"): "checks of the rows, money, intervals, states, pooled averages",
    ("rfm", "SQL (DuckDB)"): "checks of the rows, labels of segments, sum of scores",
    ("rfm", "pandas"): "checks of the rows, labels of segments, sum of scores",
    ("rfm", "polars"): "checks of the rows, labels of segments, sum of scores",
    ("pyramid", "SQL (DuckDB)"): "checks of the rows, the tier of each customer",
    ("pyramid", "pandas"): "checks of the rows", ("pyramid", "polars"): "checks of the rows",
    ("pyramid", "SQL (DuckDB), each customer"): "checks of the rows",
    ("clusters", "scikit-learn, one start"): "nine starts",
    ("clusters, weighed", "scikit-learn"): "the vote, stability of each cluster, names",
    ("scored list", "lifetimes"): "stages, tiers, intervals",
    ("scored list", "bare group-by (DuckDB)"): "all but five columns",
}  # fmt: skip

# --- measuring ------------------------------------------------------------------------------------------------------


def measured(task: str, contender: str, folder: Path) -> dict[str, float]:
    """One job in this process, done before on few rows: CPU and wall seconds, and the peak memory in MB."""
    warnings.simplefilter("ignore")
    make_job = TASKS[task][contender][0]
    make_job(folder / "small")()
    job, seen = make_job(folder), []
    for _ in range(REPEATS):
        before = time.process_time(), time.perf_counter()
        job()
        seen.append((time.process_time() - before[0], time.perf_counter() - before[1]))
    cpu, wall = (statistics.median(one) for one in zip(*seen, strict=True))
    return {"cpu": cpu, "wall": wall, "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def run(task: str, contender: str, folder: Path, pythons: list[str]) -> dict[str, float] | None:
    """One job in a process of its own, by the first Python that has what it needs; None where none has."""
    for python in pythons:
        words = [python, __file__, "--measure", task, contender, str(folder)]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return json.loads(done.stdout.splitlines()[-1])
        missing = "ModuleNotFoundError" in done.stderr
        if not missing:
            print(f"{task}, {contender}: {done.stderr.strip().splitlines()[-1][:200]}", file=sys.stderr)
    return None


Found = list[dict[str, object]]


def measure_all(
    tasks: list[str], rows: list[int], rounds: int, pythons: list[str], keep: Callable[[Found], None]
) -> None:
    """Every contender of every task and size, taking turns; the median of the rounds, kept after each task."""
    found: Found = []
    for size in rows:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "small").mkdir()
            for where, n in ((folder, size), (folder / "small", SMALL)):
                subprocess.run([sys.executable, __file__, "--make", str(where), str(n)], check=True)
            for task in tasks:
                contenders = [each for each, (_, most) in TASKS[task].items() if size <= most]
                seen: dict[str, list[dict[str, float]]] = {each: [] for each in contenders}
                for _ in range(rounds):
                    for each in list(seen):
                        result = run(task, each, folder, pythons)
                        for left in folder.rglob("scored-*.parquet"):
                            left.unlink()
                        if result is None:
                            del seen[each]
                        else:
                            seen[each].append(result)
                for each, results in seen.items():
                    middle = {key: statistics.median(one[key] for one in results) for key in ("cpu", "wall", "memory")}
                    found.append({"task": task, "contender": each, "rows": size, "rounds": len(results), **middle})
                    print(f"{size:>11,} {task:12} {each:24} {middle['cpu']:8.2f} s", file=sys.stderr)
                keep(found)


# --- the table ------------------------------------------------------------------------------------------------------


def report(found: list[dict[str, object]], more: dict[str, object]) -> str:
    """The table in Markdown."""
    rows = sorted({int(str(one["rows"])) for one in found})
    lines = [
        "# Benchmarks", "",
        "Made by `python benchmarks/table.py`, which says how; ratios are peer / crmkit, above 1 crmkit is ahead.",
        f"{more['machine']}; {more['versions']}; rounds that took turns: {more['rounds']}.", "",
        "Those whose last column is empty, and those that are called checked or weighed, answer what crmkit answers; "
        "others say less, by what that column names. At 100,000 rows most of crmkit's time is planning, some 30 ms "
        "of CPU whatever the size.", "",
    ]  # fmt: skip
    for size in rows:
        lines += [f"## {size:,} rows, about {size // PER_CUSTOMER:,} customers", "",
                  "| task | contender | CPU ratio | wall ratio | memory ratio | CPU, s | wall, s | peak, MB "
                  "| leaves out |",
                  "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |"]  # fmt: skip
        for one in (one for one in found if one["rows"] == size):
            ours = _ours(found, one)
            ratio = [f"{float(str(one[key])) / float(str(ours[key])):.2f}" for key in ("cpu", "wall", "memory")]
            told = [f"{one['cpu']:.3f}", f"{one['wall']:.3f}", f"{one['memory']:.0f}"]
            less = LESS.get((str(one["task"]), str(one["contender"])), "")
            lines.append(f"| {one['task']} | {one['contender']} | {' | '.join([*ratio, *told, less])} |")
        lines.append("")
    if len(rows) > 1:
        lines += [*_growth(found, rows), ""]
    return "\n".join([*lines, *_paper(found, rows[-1])]) + "\n"


def _ours(found: list[dict[str, object]], one: dict[str, object]) -> dict[str, object]:
    """What a contender is compared with: crmkit on the same task and size, of polars where that works on polars."""
    same = {o["contender"]: o for o in found if (o["task"], o["rows"]) == (one["task"], one["rows"])}
    return same["crmkit, polars" if str(one["contender"]).startswith("polars") else "crmkit"]


def _growth(found: list[dict[str, object]], rows: list[int]) -> list[str]:
    """Slopes of the logarithm of CPU seconds in that of rows, from the smallest size to the largest."""
    lines = ["## Growth", "",
             f"Exponent of CPU seconds in rows, from {rows[0]:,} to {rows[-1]:,}; 1 is proportional.", "",
             "| task | contender | exponent |", "| --- | --- | ---: |"]  # fmt: skip
    for task, contender in dict.fromkeys((one["task"], one["contender"]) for one in found):
        cpu = {one["rows"]: float(str(one["cpu"])) for one in found
               if (one["task"], one["contender"]) == (task, contender)}  # fmt: skip
        if rows[0] in cpu and rows[-1] in cpu:
            slope = math.log(cpu[rows[-1]] / cpu[rows[0]]) / math.log(rows[-1] / rows[0])
            lines.append(f"| {task} | {contender} | {slope:.2f} |")
    return lines


def _paper(found: list[dict[str, object]], size: int) -> list[str]:
    """A billion customers and 20 billion rows at the costs of the largest size measured."""
    lines = ["## A billion customers, on paper", "",
             f"1,000,000,000 customers with 20 rows each, at the cost per row (summary, cohorts) or per customer of "
             f"{size:,} rows; in CPU, before any spill or network.", "",
             "| task | measured, microseconds | core-hours |", "| --- | ---: | ---: |"]  # fmt: skip
    for task in TASKS:
        ours = [one for one in found if (one["task"], one["rows"], one["contender"]) == (task, size, "crmkit")]
        if ours:
            by_row = task in ("summary", "cohorts") or task.startswith("Kaplan")
            each = float(str(ours[0]["cpu"])) / (size if by_row else size / PER_CUSTOMER)
            hours = each * (20e9 if by_row else 1e9) / 3600
            lines.append(f"| {task} | {each * 1e6:.2f} per {'row' if by_row else 'customer'} | {hours:,.1f} |")
    return lines


def _versions(pythons: list[str]) -> str:
    code = (
        "import importlib.metadata as m\n"
        "for n in ('crmkit','duckdb','pandas','polars','lifetimes','clvkit','openretailscience','lifelines',"
        "'scikit-learn'):\n"
        "    try: print(n, m.version(n))\n    except Exception: pass"
    )
    told: dict[str, str] = {}
    for python in pythons:
        said = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True).stdout
        told = dict(line.split(" ", 1) for line in said.splitlines()) | told
    return ", ".join(f"{name} {version}" for name, version in told.items())


def main() -> None:
    """Measure and write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", nargs="+", type=float, default=[1e5, 1e6])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peers", help="the Python of another environment")
    parser.add_argument("--tasks", nargs="+", choices=list(TASKS), default=list(TASKS))
    parser.add_argument("--out", type=Path, default=Path("docs/benchmarks"))
    given = parser.parse_args()
    pythons = [sys.executable, *([given.peers] if given.peers else [])]
    versions = _versions(pythons)

    def keep(found: Found) -> None:
        more: dict[str, object] = {
            "machine": f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.0f} at the end",
            "versions": versions,
            "rounds": given.rounds,
        }
        written = json.dumps({**more, "results": found}, indent=1) + "\n"
        given.out.with_suffix(".json").write_text(written, encoding="utf-8")
        given.out.with_suffix(".md").write_text(report(found, more), encoding="utf-8")

    measure_all(given.tasks, [int(size) for size in given.rows], given.rounds, pythons, keep)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--make"]:
        make(Path(sys.argv[2]), int(float(sys.argv[3])))
    elif sys.argv[1:2] == ["--measure"]:
        print(json.dumps(measured(sys.argv[2], sys.argv[3], Path(sys.argv[4]))))
    else:
        main()
