"""SQL with everything frozen: run by databases, compared with crmkit itself on three data sets."""

from __future__ import annotations

import re
import sqlite3
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import servers

import crmkit as crm
from crmkit.errors import ArgumentError, DataError, NotFittedError

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
sqlglot = pytest.importorskip("sqlglot")
TABLE = 'cust"omers`'  # has to be quoted everywhere
EXACT = ("customer_id", "r_score", "f_score", "m_score", "rfm", "rfm_sum", "segment", "tier")
ODD = 'odd `"\\name'  # a column that has to be quoted
CLOSE = ("p_alive", "expected_purchases", "discounted_purchases", "expected_spend", "residual_clv")


# --- databases ------------------------------------------------------------------------------------------------------


def run_duckdb(query, customers):
    connection = pytest.importorskip("duckdb").connect()
    connection.register("crmkit_given", customers)
    connection.execute(f"CREATE TABLE {quoted(TABLE)} AS SELECT * FROM crmkit_given")
    return connection.execute(query).df()


def run_sqlite(query, customers):
    connection = sqlite3.connect(":memory:")
    try:
        connection.execute("SELECT tanh(1.0), ln(2.0)")
    except sqlite3.OperationalError:
        pytest.skip("this SQLite has no mathematical functions")
    customers.to_sql(TABLE, connection, index=False)
    return pd.read_sql(query, connection)


@pytest.fixture(scope="module")
def run_postgres():
    if servers.NO_POSTGRES:
        pytest.skip("no PostgreSQL server is installed")
    dbapi = pytest.importorskip("adbc_driver_postgresql.dbapi")
    pa = pytest.importorskip("pyarrow")

    def run(query, customers):
        with dbapi.connect(address) as database, database.cursor() as cursor:
            cursor.adbc_ingest(TABLE, pa.Table.from_pandas(customers, preserve_index=False), mode="replace")
            cursor.execute(query)
            return cursor.fetch_arrow_table().to_pandas()

    with servers.postgres() as address:
        yield run


@pytest.fixture(scope="module")
def run_spark(spark):
    def run(query, customers):
        spark.createDataFrame(customers).createOrReplaceTempView("given")
        return spark.sql(query.replace("`" + TABLE.replace("`", "``") + "`", "given")).toArrow().to_pandas()

    return run


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


@pytest.fixture
def run(request):
    if request.param in ("postgres", "spark"):
        return request.getfixturevalue(f"run_{request.param}")
    return {"duckdb": run_duckdb, "sqlite": run_sqlite}[request.param]


DATABASES = ("duckdb", "sqlite", "postgres", pytest.param("spark", marks=pytest.mark.spark))


# --- data sets ------------------------------------------------------------------------------------------------------


def cdnow():
    return crm.Transactions(crm.datasets.load_cdnow())


def given(name):
    if not (SHARED / name).exists():
        pytest.skip("the reference data are not here")
    return SHARED / name


def online_retail():
    return crm.read(given("online_retail.parquet"), customer="CustomerID", date="InvoiceDate", amount="amount",
                    order="InvoiceNo", into="pandas")  # fmt: skip


def apparel():
    return crm.read(given("clvtools_apparelTrans.csv"), customer="Id", date="Date", amount="Price")


class Case:
    """A data set: its customers at the end and half a year before, and what was fitted then."""

    def __init__(self, tx, purchases, spend):
        self.tx = tx
        self.customers = crm.summarize(tx).astype({"customer_id": str})
        half = tx.until(tx.as_of - pd.Timedelta(days=150))
        self.purchases, self.spend = (
            purchases.fit(half),
            spend.fit(tx if isinstance(spend, crm.clv.SpendMean) else crm.summarize(tx)),
        )
        self.scorer = crm.rfm.Scorer().fit(crm.summarize(half))

    def expected(self):
        """By crmkit itself."""
        scored = crm.rfm.segment(self.scorer.score(self.customers))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", crm.errors.NoDropoutWarning)
            valued = crm.clv.lifetime_value(
                scored, purchases=self.purchases, spend=self.spend, horizon="39W", margin_rate=0.4, level=None
            )
        return valued.dropna(axis="columns", how="all")


@pytest.fixture(scope="module", params=["cdnow", "online_retail", "apparel"])
def case(request):
    clv = crm.clv
    if request.param == "cdnow":
        return Case(cdnow(), clv.MBGNBD(), clv.SpendMean())
    if request.param == "online_retail":  # whose half does not tell whether customers leave
        return Case(online_retail(), clv.BGNBD(), clv.SpendMean())
    return Case(apparel(), clv.BGNBD(period="day"), clv.GammaGamma())


def compared(found, expected):
    """Scores, segments and tiers to the bit, figures to 1e-9, row by row."""
    found, expected = (t.sort_values("customer_id").reset_index(drop=True) for t in (found, expected))
    assert len(found) == len(expected)
    for name in (name for name in EXACT if name in found):
        assert found[name].tolist() == expected[name].tolist(), name
    for name in (name for name in CLOSE if name in found):
        np.testing.assert_allclose(found[name].astype(float), expected[name], rtol=1e-9, atol=0, err_msg=name)


@pytest.mark.parametrize("run", DATABASES, indirect=True)
def test_a_database_gives_what_crmkit_gives(case, run, request):
    dialect = request.node.callspec.params["run"]
    query = crm.sql.to_sql([case.scorer, case.purchases, case.spend], dialect=dialect, table=TABLE, horizon="39W",
                           margin_rate=0.4)  # fmt: skip
    assert len(query.splitlines()) <= 150
    found, expected = run(query, case.customers), case.expected()
    assert {*EXACT, *CLOSE} & {*expected.columns} == {*found.columns}
    compared(found, expected)


@pytest.mark.parametrize("run", DATABASES, indirect=True)
def test_a_scored_list_is_frozen_with_its_tiers(case, run, request):
    scored = crm.score_customers(case.tx, horizon=None).astype({"customer_id": str})
    query = crm.sql.to_sql(scored, dialect=request.node.callspec.params["run"], table=TABLE)
    assert len(query.splitlines()) <= 80
    found = run(query, case.customers)
    assert set(EXACT) == set(found.columns)
    compared(found, scored)


# --- every kind of score, on one database -------------------------------------------------------------------------


def some_customers(n=500):
    rng = np.random.default_rng(7)
    return pd.DataFrame(
        {
            "customer_id": [f"c{i}" for i in range(n)],
            "recency": rng.integers(0, 400, n),
            "frequency": rng.geometric(0.4, n),
            "monetary": np.round(rng.lognormal(3, 1, n), 2) / 3,
        }
    )


@pytest.mark.parametrize(
    "options",
    [
        {"method": "nested", "bins": 3},
        {"method": "nested"},
        {"method": "mean"},
        {"method": "median"},
        {"method": "bands"},
        {"bins": 12, "weights": (0.5, 0.2, 0.3)},
        {"cuts": {"recency": [30, 90, 365], "monetary": [5.5, 20]}},
        {"cuts": {"recency": [float("inf"), 90], "monetary": [float("-inf"), 20], "frequency": [2, float("inf")]}},
        {"ties": "worse", "bins": 4},
    ],
)
def test_every_kind_of_score_is_written(options):
    customers = some_customers()
    scorer = crm.rfm.Scorer(**options).fit(customers.head(300))
    expected = crm.rfm.segment(scorer.score(customers), scheme="eight", bins=max(5, options.get("bins", 5)))
    found = run_duckdb(crm.sql.to_sql(scorer, table=TABLE, scheme=None), customers)
    compared(found, expected.drop(columns="segment"))
    if "weights" in options:
        np.testing.assert_allclose(found["rfm_weighted"], expected["rfm_weighted"], rtol=1e-15)


def test_a_query_with_everything_is_read_in_one_sitting():
    """Nested scores have 25 cells of their own; with tiers, forecast and value beside them."""
    customers = crm.summarize(cdnow()).astype({"customer_id": str})
    listed = crm.pyramid.assign_tiers(crm.rfm.score(customers))[["customer_id", "monetary", "tier"]]
    fitted = [crm.rfm.Scorer(method="nested").fit(customers), listed, crm.clv.MBGNBD().fit(cdnow()),
              crm.clv.SpendMean().fit(cdnow())]  # fmt: skip
    lines = crm.sql.to_sql(fitted, table=TABLE).splitlines()
    assert len(lines) <= 150
    assert max(len(line.partition("--")[0]) for line in lines) <= 140


def test_rules_of_one_s_own_are_written_with_their_labels():
    customers = some_customers()
    rules = [
        {"segment": "it's", "fm": (4, 5), "label": "Best\n-- of 'all'"},
        {"segment": "rest", "fm": (1, 3), "r": "high"},
        {"segment": "old", "fm": (1, 3), "r": "low", "label": "旧"},
    ]
    scorer = crm.rfm.Scorer().fit(customers)
    query = crm.sql.to_sql(scorer, table=TABLE, scheme=rules)
    compared(run_duckdb(query, customers), crm.rfm.segment(scorer.score(customers), scheme=rules))


@pytest.mark.parametrize("tiers", ["textbook", "curry", "zeithaml", "abc", {"top": 0.5, "rest": 0.5}])
def test_every_scheme_of_tiers_is_frozen(tiers):
    customers = some_customers()
    customers.loc[:5, "monetary"] = -1.5
    listed = crm.pyramid.assign_tiers(customers, scheme=tiers)
    compared(run_duckdb(crm.sql.to_sql(listed, table=TABLE), customers), listed)


def test_what_is_missing_stays_missing():
    customers = some_customers(20).astype({"recency": float})
    scorer = crm.rfm.Scorer(bins=2).fit(customers)
    customers.loc[3, "recency"] = None
    found = run_duckdb(crm.sql.to_sql(scorer, table=TABLE, scheme="eight"), customers).sort_values("customer_id")
    assert found[found["customer_id"] == "c3"][["r_score", "rfm", "segment"]].isna().all(axis=None)
    assert found["r_score"].isna().sum() == 1


def test_customers_beyond_the_quadrature_have_no_forecast():
    model = crm.clv.BGNBD.from_params(r=0.243, alpha=4.414, a=0.793, b=2.426, period="week")
    customers = pd.DataFrame({"customer_id": ["a", "b"], "x": [401, 400], "t_x": [500, 500], "T": [600, 600]})
    found = run_duckdb(crm.sql.to_sql(model, table=TABLE), customers).set_index("customer_id")
    assert found.loc["a", ["expected_purchases", "discounted_purchases"]].isna().all()
    assert found.loc["b", "expected_purchases"] == pytest.approx(
        model.predict({"x": [400], "t_x": [500], "T": [600]}, horizon="52W")[0], rel=1e-9, abs=0
    )


@pytest.mark.parametrize("kind", [crm.clv.BGNBD, crm.clv.MBGNBD])
@pytest.mark.parametrize("horizon", ["7D", "52W", "5Y"])
@pytest.mark.parametrize(
    "params", [(0.243, 4.414, 0.793, 2.426), (0.05, 0.3, 0.02, 0.3), (8.0, 20.0, 3.0, 900.0), (1.0, 4.0, 1.0, 0.05)]
)
def test_forecasts_of_many_models_and_histories(kind, horizon, params):
    """Refused, or right to 1e-9: also where customers are lost for certain, a float overflows, and at the ends."""
    r, alpha, a, b = params
    model = kind.from_params(r=r, alpha=alpha, a=a, b=b, period="week")
    histories = [(x, t_x, T) for T in (0, 1, 90, 800, 3000) for x in (0, 1, 2, 30, 399) for t_x in (x, T // 2, T)
                 if 0 < x <= t_x <= T or x == t_x == 0]  # fmt: skip
    columns = dict(zip(("x", "t_x", "T"), map(np.array, zip(*histories, strict=True)), strict=True))
    customers = pd.DataFrame({"customer_id": [f"{i:03}" for i in range(len(histories))], **columns})
    if horizon == "5Y" and a < 0.1:  # too far for a fixed rule
        with pytest.raises(ArgumentError, match="no fixed rule"):
            crm.sql.to_sql(model, table=TABLE, horizon=horizon)
        return
    query = crm.sql.to_sql(model, table=TABLE, horizon=horizon)
    assert len(query.splitlines()) <= 150
    expected = crm.clv.lifetime_value(customers, purchases=model, spend=1.0, horizon=horizon, level=None)
    found = run_duckdb(query, customers)
    compared(found, expected)


# --- dialects that are not run here ---------------------------------------------------------------------------------


@pytest.mark.parametrize("dialect", crm.sql.DIALECTS)
def test_every_dialect_parses(dialect):
    customers = some_customers()
    model = crm.clv.MBGNBD.from_params(r=0.525, alpha=6.183, a=0.891, b=1.614, period="week")
    spend = crm.clv.GammaGamma.from_params(p=6.25, q=3.74, v=15.44)
    listed = crm.pyramid.assign_tiers(crm.rfm.score(customers))
    # BigQuery has no names with a backtick or a backslash, and sqlglot no single way to read one
    table, customer = (name.translate({96: None, 92: None}) if dialect == "bigquery" else name for name in (TABLE, ODD))
    query = crm.sql.to_sql([listed, model, spend], dialect=dialect, table=f"shop.{table}", customer=customer)
    assert len(query.splitlines()) <= 150
    (parsed,) = sqlglot.parse(query, read=dialect, error_level=sqlglot.ErrorLevel.RAISE)
    assert parsed.named_selects == [customer, *(name for name in (*EXACT, *CLOSE) if name != "customer_id")]
    (read,) = [one for one in parsed.find_all(sqlglot.exp.Table) if one.name == table]
    assert read.db == "shop"


def test_comments_are_in_both_languages():
    query = crm.sql.to_sql(crm.rfm.Scorer().fit(some_customers()))
    said = [line.partition("-- ")[2] for line in query.splitlines() if "-- " in line]
    assert sum(bool(re.search("[一-鿿]", line)) for line in said) >= len(said) - 2
    assert "-- Champions / 冠军客户" in query


# --- dbt ------------------------------------------------------------------------------------------------------------


def test_a_dbt_model_comes_with_tests_that_hold(tmp_path):
    yaml = pytest.importorskip("yaml")
    customers = some_customers()
    customers["x"], customers["t_x"], customers["T"] = customers["frequency"] - 1, 0, 400
    customers["t_x"] = np.where(customers["x"] > 0, 400 - customers["recency"], 0)
    model = crm.clv.BGNBD.from_params(r=0.243, alpha=4.414, a=0.793, b=2.426, period="week")
    listed = crm.pyramid.assign_tiers(crm.rfm.segment(crm.rfm.score(customers)))
    made = crm.sql.to_dbt([listed, model], table="stg_customers", name="scored")
    written = made.write(tmp_path)
    assert [path.relative_to(tmp_path).as_posix() for path in written] == [
        "models/scored.sql", "models/scored.yml", "tests/scored_holds.sql"
    ]  # fmt: skip
    assert written[0].read_text(encoding="utf-8") == made.sql

    connection = pytest.importorskip("duckdb").connect()
    connection.register("stg_customers", customers)
    body = made.sql.partition("\n")[2].replace("{{ ref('stg_customers') }}", "stg_customers")
    connection.execute(f"CREATE TABLE scored AS {body}")
    found = connection.execute("SELECT * FROM scored").df()
    compared(found[[*EXACT]], listed)

    (described,) = yaml.safe_load(made.schema)["models"]
    assert [column["name"] for column in described["columns"]] == found.columns.tolist()
    for column in described["columns"]:
        assert re.search("[一-鿿]", column["description"]) or column["name"] == "rfm"
        for test in column.get("data_tests", []):
            values = found[column["name"]]
            if test == "unique":
                assert values.is_unique
            elif test == "not_null":
                assert values.notna().all()
            else:
                assert set(values) <= set(test["accepted_values"]["arguments"]["values"])
    check = made.check.replace("{{ ref('scored') }}", "scored")
    assert connection.execute(check).fetchall() == []
    connection.execute("UPDATE scored SET p_alive = 1.5 WHERE customer_id = 'c7'")
    assert len(connection.execute(check).fetchall()) == 1


# --- what is refused ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (lambda c: crm.clv.ParetoNBD.from_params(r=1, alpha=2, s=1, beta=3), "score with crmkit"),
        (lambda c: crm.clv.MBGCNBD(k=2), "score with crmkit"),
        (lambda c: crm.clv.SpendMean(), "together with a model of purchases"),
        (lambda c: [crm.rfm.Scorer().fit(c), crm.rfm.score(c)], "one of each"),
        (lambda c: crm.rfm.Scorer(method="rank").fit(c), "quantile"),
        (lambda c: c, "neither scores nor tiers"),
        (lambda c: "scores", "a fitted Scorer"),
        (lambda c: crm.rfm.segment(crm.rfm.score(c), scheme="eight"), "scheme"),
    ],
)
def test_what_has_no_form_in_sql_is_refused(given, said):
    customers = some_customers()
    fitted = given(customers)
    if isinstance(fitted, crm.clv.SpendMean):
        fitted = crm.clv.GammaGamma.from_params(p=6.25, q=3.74, v=15.44)
    with pytest.raises(ArgumentError, match=said):
        crm.sql.to_sql(fitted)


def test_scores_that_do_not_follow_from_the_value_are_refused():
    customers = some_customers()
    customers["group"] = ["a", "b"] * 250
    with pytest.raises(DataError, match="does not follow from"):
        crm.sql.to_sql(crm.rfm.score(customers, by="group"))
    with pytest.raises(NotFittedError):
        crm.sql.to_sql(crm.rfm.Scorer())


@pytest.mark.parametrize(
    ("options", "argument"),
    [({"dialect": "oracle"}, "dialect"), ({"table": ""}, "table"), ({"horizon": "soon"}, "horizon"),
     ({"discount_rate": -0.1}, "discount_rate"), ({"margin_rate": 2}, "margin_rate")],
)  # fmt: skip
def test_a_wrong_setting_is_named(options, argument):
    model = crm.clv.BGNBD.from_params(r=0.243, alpha=4.414, a=0.793, b=2.426, period="week")
    with pytest.raises(ArgumentError) as caught:
        crm.sql.to_sql(model, **options)
    assert caught.value.argument == argument
