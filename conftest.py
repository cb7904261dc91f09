"""What every test shares: figures closed, tables of each kind, made from columns and read back as columns."""

from __future__ import annotations

import gc
import importlib.util
import math
import os
import shutil
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

# One thread per process: several processes with several threads each wait for one another most of the time.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

# `approx` is relative only: by itself it lets everything within 1e-12 pass, so that a test of a p-value of 1e-14, or of
# a coefficient in 1e-13, cannot fail. Where 0 is expected, a test says how near is near enough.
type(pytest.approx(1.0)).DEFAULT_ABSOLUTE_TOLERANCE = 0.0


collect_ignore = ["docs/conf.py", "docs/_making", "docs/reference"]  # they make the site, and need its packages


@pytest.fixture(autouse=True)
def _figures_are_closed() -> Iterator[None]:
    """Matplotlib warns of more than 20 open figures, docstrings draw more, and a warning fails a test."""
    yield
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None:
        pyplot.close("all")


# Rooms whose tests fail where a wrong argument is caught by the net under public functions only: that net is for what
# nobody thought of, and would hide that a check is gone.
CHECKED = {
    "equity", "wallet", "growth", "segment", "survival", "retention", "basket", "lenses", "test_rfm", "test_pyramid",
    "test_clv", "test_clv_costs", "test_lifecycle", "test_customers", "test_bg_nbd", "test_mbg_nbd", "test_pareto_nbd",
    "test_nbd", "test_gamma_gamma", "test_value", "test_sbg", "test_bdw", "test_campaign",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _refusals_are_checks(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a room refuses is refused by a check, which says what is needed."""
    if request.path.stem in CHECKED or request.path.parent.name in CHECKED:
        from crmkit import _face

        def told(error: Exception, *_: Any) -> BaseException:
            return AssertionError(f"no check refused what {error!r} is about")

        monkeypatch.setattr(_face, "_told", told)


def pytest_collection_finish() -> None:
    """Thousands of collected tests stay until the end: Python need not look through them again and again."""
    gc.collect()
    gc.freeze()


EVERYWHERE = os.environ.get("CRMKIT_TEST_KINDS") == "all"  # at night

KINDS = ("pandas", "polars", "polars_lazy", "pyarrow", "duckdb")


def table_of(kind: str, columns: Mapping[str, Any], connection: Any = None) -> Any:
    """A table of one kind from a mapping of columns."""
    if kind == "pandas":
        return pytest.importorskip("pandas").DataFrame(columns)
    columns = {name: values if isinstance(values, np.ndarray) else list(values) for name, values in columns.items()}
    if kind == "pyarrow":
        return pytest.importorskip("pyarrow").table(columns)
    if kind == "duckdb":
        return connection.from_df(pytest.importorskip("pandas").DataFrame(columns))
    polars = pytest.importorskip("polars")
    frame = polars.DataFrame(columns)
    return frame.lazy() if kind == "polars_lazy" else frame


def examples(n: int) -> int:
    """How many examples a property is tried on: all n at night, a third of them with every change."""
    return n if EVERYWHERE else max(n // 3, 6)


def small_table(columns: Mapping[str, Any]) -> Any:
    """A table in memory of the kind that is fastest when small, for laws that are tried many times."""
    return columns if importlib.util.find_spec("polars") is None else table_of("polars", columns)


# Every kind is tried where tables come in and go out; what is computed in between is one code for all of them.
# `CRMKIT_TEST_KINDS=all` tries every kind everywhere, and properties on more examples, as the checks do at night.
FEW_KINDS = ("pandas", "polars_lazy")
EDGES = {
    "test_transactions", "test_read", "test_customers", "test_results", "test_face", "test_rfm",
    "test_pyramid", "test_files", "test_outputs", "test_pairs", "test_package",
}  # fmt: skip


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """The kinds of table that a test of `make_table` is run on."""
    named = any("make_table" in str(mark.args[0]) for mark in metafunc.definition.iter_markers("parametrize"))
    if "make_table" in metafunc.fixturenames and not named:
        edge = metafunc.module.__name__.rpartition(".")[2] in EDGES
        metafunc.parametrize("make_table", KINDS if edge or EVERYWHERE else FEW_KINDS, indirect=True, scope="session")


@pytest.fixture(scope="session")
def make_table(request: pytest.FixtureRequest) -> Iterator[Callable[[Mapping[str, Any]], Any]]:
    """Run the test once per kind of table; call it with a mapping of columns to get such a table.

    `make_table.kind` is the name of the kind. The DuckDB relation lives on a private connection.
    """
    if request.param != "duckdb":
        yield _Maker(request.param)
        return
    connection = pytest.importorskip("duckdb").connect()
    yield _Maker("duckdb", connection)
    connection.close()


class _Maker:
    def __init__(self, kind: str, connection: Any = None) -> None:
        self.kind, self.connection = kind, connection

    def __call__(self, columns: Mapping[str, Any]) -> Any:
        return table_of(self.kind, columns, self.connection)


@pytest.fixture(scope="session")
def spark() -> Iterator[Any]:
    """A Spark of two threads on this machine; tests that use it carry the mark `spark`."""
    sql = pytest.importorskip("pyspark.sql", reason="pyspark is not installed")
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java")
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = sql.SparkSession.builder.master("local[2]").appName("crmkit")
    settings = {"ui.enabled": "false", "sql.shuffle.partitions": "2", "sql.session.timeZone": "UTC"}
    for name, value in settings.items():
        builder = builder.config(f"spark.{name}", value)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        session = builder.getOrCreate()
        session.sparkContext.setLogLevel("ERROR")
        yield session
        session.stop()


def as_columns(native: Any, *, sort: str | Sequence[str] | None = None) -> dict[str, list[Any]]:
    """Any table as lists of plain Python values, a missing value as None; `sort` orders the rows by columns."""
    columns = {name: [_plain(value) for value in values] for name, values in _lists(native).items()}
    if sort is None:
        return columns
    by = [columns[name] for name in ([sort] if isinstance(sort, str) else sort)]
    order = sorted(range(len(by[0])), key=lambda row: [values[row] for values in by])
    return {name: [values[row] for row in order] for name, values in columns.items()}


def _lists(native: Any) -> dict[str, list[Any]]:
    if hasattr(native, "fetchnumpy"):  # DuckDB
        rows, names = native.fetchall(), native.columns
        return {name: [row[at] for row in rows] for at, name in enumerate(names)}
    if hasattr(native, "collect"):  # polars, lazy
        native = native.collect()
    if hasattr(native, "to_pydict"):  # pyarrow
        return dict(native.to_pydict())
    if hasattr(native, "to_dicts"):  # polars
        return dict(native.to_dict(as_series=False))
    return {name: native[name].tolist() for name in native.columns}  # pandas


def _plain(value: Any) -> Any:
    value = value.item() if isinstance(value, np.generic) else value
    return None if value is None or (isinstance(value, float) and math.isnan(value)) or str(value) == "NaT" else value


@pytest.fixture(scope="session")
def cdnow() -> dict[str, list[Any]]:
    """CDNOW master as columns."""
    return _cdnow(sample=False)


@pytest.fixture(scope="session")
def cdnow_sample() -> dict[str, list[Any]]:
    """The published one-tenth sample of CDNOW as columns."""
    return _cdnow(sample=True)


def _cdnow(*, sample: bool) -> dict[str, list[Any]]:
    import crmkit as crm

    frame = crm.datasets.load_cdnow(sample=sample)
    return {name: frame[name].tolist() for name in frame.columns}


@pytest.fixture(scope="session")
def cdnow_customers() -> Any:
    """The 23,570 customers of CDNOW with recency, frequency (days) and monetary, summarised with pandas alone.

    Read from the file in the installed package `lifetimes`, so that it checks our own reading and summary too.
    """
    pd = pytest.importorskip("pandas")
    spec = importlib.util.find_spec("lifetimes")
    if spec is None or spec.origin is None:
        pytest.skip("package lifetimes is not installed")
    path = Path(spec.origin).parent / "datasets" / "CDNOW_master.txt"
    rows = pd.read_csv(path, sep=r"\s+", names=["customer_id", "day", "quantity", "amount"], skiprows=1)
    rows["day"] = pd.to_datetime(rows["day"].astype(str))
    rows["cents"] = (rows["amount"] * 100).round().astype(int)
    found = rows.groupby("customer_id").agg(last=("day", "max"), frequency=("day", "nunique"), cents=("cents", "sum"))
    found["recency"] = (rows["day"].max() - found["last"]).dt.days
    found["monetary"] = found["cents"] / 100
    return found.reset_index()[["customer_id", "recency", "frequency", "monetary"]]
