"""The same answers on every engine: each public call of `calls.CALLS`, row by row, against pandas.

Counts, texts and dates are equal to the bit, sums and figures to 1e-9. Spark runs with `-m spark` (it needs Java), most
others at night; `answers.json` keeps what one version of pandas gave, for the other one. At night CRMKIT_ANSWERS names
a file with what every call gave on the newest pandas, for the lowest one.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import math
import os
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from engines import calls

import crmkit as crm
from conftest import table_of

STORE = Path(__file__).parent / "answers.json"
ANSWERS = Path(os.environ.get("CRMKIT_ANSWERS", STORE))
# What runs with every change, on an engine that no other test has; the rest at night.
FEW = {
    "ledger",
    "summarize",
    "rfm_segment",
    "tiers",
    "cohorts",
    "movements",
    "stages",
    "lifetime_value",
    "pseudonymise",
}
LIST = {"score_customers"}  # on each of the others, since it goes through nearly everything
STORED = ("ledger", "summarize", "rfm_segment", "tiers", "cohorts", "movements", "rates", "lifetime_value",
          "downgrade_dates", "bg_nbd")  # fmt: skip


class Shop:
    """The small shop on one engine."""

    def __init__(self, make):
        self.table = make
        self.tx = crm.Transactions(make(calls.sales()), as_of=calls.AS_OF)
        self.customers = crm.summarize(self.tx)


@pytest.fixture(scope="module")
def on_pandas():
    shop, found = Shop(pd.DataFrame), {}

    def answer(name):
        if name not in found:
            found[name] = rows_of(calls.CALLS[name](shop))
        return found[name]

    return answer


@pytest.fixture(scope="module")
def shop(request):
    kind = request.param
    if kind == "spark":
        session, pa = request.getfixturevalue("spark"), pytest.importorskip("pyarrow")
        yield Shop(lambda columns: session.createDataFrame(pa.table(columns)))
    elif kind == "ibis":
        ibis, pa = pytest.importorskip("ibis"), pytest.importorskip("pyarrow")
        yield Shop(lambda columns: ibis.memtable(pa.table(columns)))
    else:
        connection = pytest.importorskip("duckdb").connect()
        yield Shop(lambda columns: table_of(kind, columns, connection))
        connection.close()


# --- answers as rows --------------------------------------------------------------------------------------------------


def rows_of(result):
    """A result as column names and rows of plain values, in an order that depends on the rows alone."""
    if isinstance(result, str):
        return (), [(result,)]
    if isinstance(result, crm.explanation.Explanation):
        return (), [(result.text("en"),)]
    table = crm._frame.engines.converted(result, "pandas")
    columns = {str(name): [plain(value) for value in table[name].tolist()] for name in table.columns}
    rows = list(zip(*columns.values(), strict=True))
    return tuple(columns), sorted(
        rows, key=lambda row: [(type(value).__name__, value) for value in row if exact(value)]
    )


def plain(value):
    """A value as every engine means it: a missing one is None, a day a date, a whole number an int."""
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or value is pd.NaT or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, dt.datetime):
        return value.date() if value.time() == dt.time() else value.replace(tzinfo=None)
    if isinstance(value, (list, tuple, np.ndarray)):
        return str([plain(one) for one in value])
    return value


def exact(value):
    return value is not None and not isinstance(value, float)


def same(found, expected):
    assert found[0] == expected[0]
    assert len(found[1]) == len(expected[1])
    for one, other in zip(found[1], expected[1], strict=True):
        for name, a, b in zip(found[0] or ("text",), one, other, strict=True):
            if isinstance(a, (int, float)) and isinstance(b, (int, float)) and isinstance(a + b, float):
                assert a == pytest.approx(b, rel=1e-9, abs=1e-12), name
            else:
                assert a == b, name


def each(kinds):
    """The cases: every call on every kind, with the marks that say when they run."""
    for kind in kinds:
        for name in calls.CALLS:
            marks = [pytest.mark.spark] if kind == "spark" else []
            if kind != "spark" and name not in (FEW if kind == "ibis" else LIST):
                marks.append(pytest.mark.slow)
            yield pytest.param(kind, name, marks=marks, id=f"{kind}-{name}")


@pytest.mark.filterwarnings("ignore::crmkit.errors.NoLifetimeValueWarning", "ignore::crmkit.errors.NoDropoutWarning")
@pytest.mark.parametrize(("shop", "name"), [*each(["polars", "polars_lazy", "pyarrow", "duckdb", "ibis", "spark"])],
                         indirect=["shop"])  # fmt: skip
def test_an_engine_gives_what_pandas_gives(shop, name, on_pandas):
    same(rows_of(calls.CALLS[name](shop)), on_pandas(name))


@pytest.mark.parametrize(
    "shop", [pytest.param("spark", marks=pytest.mark.spark), "ibis", "duckdb", "polars_lazy"], indirect=True
)
def test_a_lazy_table_stays_where_it_is(shop):
    """What comes back is of the engine's own kind: it was not fetched and computed elsewhere."""
    kind = type(shop.table(calls.sales()))
    for name in ("summarize", "rfm_segment", "tiers", "lifetime_value", "score_customers"):
        assert type(calls.CALLS[name](shop)) is kind, name


def copied(n):
    """The shop n times over: other customers with the same past."""
    columns, size = calls.sales(), len(calls.sales()["amount"])
    many = {name: values * n for name, values in columns.items()}
    for name in ("customer_id", "order_id"):
        many[name] = [f"{row // size}-{value}" for row, value in enumerate(many[name])]
    return many


@pytest.mark.spark
def test_scoring_on_spark_brings_no_customer_to_the_driver(spark, monkeypatch):
    """Counted values and cells come: no id among them, and none more where three times as many customers are alike."""
    pa = pytest.importorskip("pyarrow")

    def fetched(n):
        table, found = spark.createDataFrame(pa.table(copied(n))), []

        def watched(name, fetch):
            def fetching(self, *args, **kwargs):
                rows = fetch(self, *args, **kwargs)
                found.append((name, tuple(self.columns), len(rows)))
                return rows

            return fetching

        with monkeypatch.context() as patch:
            for name in ("collect", "toArrow", "toPandas", "toLocalIterator"):
                patch.setattr(type(table), name, watched(name, getattr(type(table), name)))
            scored = crm.score_customers(crm.Transactions(table, as_of=calls.AS_OF), horizon="12W")
            scored.write.format("noop").mode("overwrite").save()
        return found

    few, many = fetched(2), fetched(6)
    assert few
    assert not [columns for _, columns, _ in many if "customer_id" in columns]
    ranked = ("value",)  # near a median, up to 50,000 values as they are
    assert [each for each in many if each[1] != ranked] == [each for each in few if each[1] != ranked]


@pytest.mark.spark
def test_workers_of_another_python_are_named(spark, monkeypatch):
    """Spark starts the first python3 of the path where nobody says otherwise, which has no crmkit."""
    bare = sys._base_executable
    if subprocess.run([bare, "-I", "-c", "import narwhals"], capture_output=True, check=False).returncode == 0:
        pytest.skip("the Python that this one was made of has its packages")
    monkeypatch.setattr(spark.sparkContext, "pythonExec", bare)
    tx = crm.Transactions(spark.createDataFrame(pd.DataFrame(copied(1)).drop(columns="cost")), as_of=calls.AS_OF)
    with pytest.raises(crm.errors.MissingPackageError, match=r"executors has no package '\w+'[\s\S]*PYSPARK_PYTHON"):
        crm.score_customers(tx, horizon="12W")


# --- another version of pandas ----------------------------------------------------------------------------------------


def digest(answer):
    """What an answer comes to: of exact columns a hash, of floats two sums, one of them weighted by the row."""
    names, rows = answer
    found = {}
    for at, name in enumerate(names or ("text",)):
        values = [row[at] for row in rows]
        floats = [value for value in values if isinstance(value, float)]
        rest = [None if isinstance(value, float) else str(value) for value in values]
        found[name] = {
            "exact": hashlib.sha256(json.dumps(rest).encode()).hexdigest()[:16],
            "sum": math.fsum(floats),
            "by_row": math.fsum((row + 1) * value for row, value in enumerate(values) if isinstance(value, float)),
        }
    return found


# Errors of models that are compared, and figures in a repr, are equal to some 1e-8 where another scipy fits them.
ALIKE = [name for name in calls.CALLS if name not in ("choose_model", "interpurchase")]


@pytest.mark.filterwarnings("ignore::crmkit.errors.NoLifetimeValueWarning", "ignore::crmkit.errors.NoDropoutWarning")
@pytest.mark.parametrize(
    "name", [name if name in STORED else pytest.param(name, marks=pytest.mark.slow) for name in ALIKE]
)
def test_another_version_of_pandas_gives_the_same(name, on_pandas):
    answers = json.loads(ANSWERS.read_text())
    if name not in answers:
        pytest.skip("what another version gave is at hand in the nightly checks only")
    stored, found = answers[name], digest(on_pandas(name))
    assert list(found) == list(stored)
    for column, figures in found.items():
        assert figures["exact"] == stored[column]["exact"], column
        assert [figures["sum"], figures["by_row"]] == pytest.approx(
            [stored[column]["sum"], stored[column]["by_row"]], rel=1e-9, abs=1e-12
        ), column


# --- in ten parts -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["pandas", pytest.param("polars", marks=pytest.mark.slow)])
def test_transactions_in_ten_parts_are_the_same_past(kind, on_pandas):
    """Rows in another order, as ten files that are read as one have them."""
    columns = calls.sales()
    n = len(columns["amount"])
    order = [row for part in range(10) for row in range(part, n, 10)]
    mixed = {name: [values[row] for row in order] for name, values in columns.items()}
    connection = pytest.importorskip("duckdb").connect()
    shop = Shop(lambda _: table_of(kind, mixed, connection))
    for name in (
        "ledger",
        "summarize",
        "rfm_rank",
        "tiers",
        "cohorts",
        "movements",
        "lifetime_value_interval",
        "stages",
    ):
        same(rows_of(calls.CALLS[name](shop)), on_pandas(name))


BY_ROW = {
    "scores": lambda fitted, part: fitted["scorer"].score(part),
    "segments": lambda fitted, part: crm.downgrades.FrozenScheme.of(fitted["scorer"]).segment(part),
    "bg_nbd": lambda _, part: calls.BG().score(part, horizon="26W"),
    "pareto_nbd": lambda _, part: crm.clv.ParetoNBD.from_params(
        r=0.8, alpha=6.0, s=0.6, beta=11.0, period="week"
    ).score(part, horizon="26W"),
    "gamma_gamma": lambda _, part: calls.GG().score(part),
    "value": lambda _, part: crm.clv.lifetime_value(part, purchases=calls.BG(), spend=calls.GG()),
}


@pytest.mark.parametrize("name", BY_ROW)
def test_customers_in_ten_parts_get_what_they_get_together(name):
    customers = Shop(pd.DataFrame).customers
    fitted = {"scorer": crm.rfm.Scorer().fit(customers)}
    parts = [BY_ROW[name](fitted, customers.iloc[part::10].reset_index(drop=True)) for part in range(10)]
    same(rows_of(pd.concat(parts)), rows_of(BY_ROW[name](fitted, customers)))


if __name__ == "__main__":  # store the answers anew, or with the name of a file those of all calls there
    warnings.simplefilter("ignore")
    names, file = (ALIKE, Path(sys.argv[1])) if len(sys.argv) > 1 else (STORED, STORE)
    answers = {name: digest(rows_of(calls.CALLS[name](Shop(pd.DataFrame)))) for name in names}
    file.write_text(json.dumps(answers, separators=(",", ":")) + "\n")
