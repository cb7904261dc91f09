"""Scorers, clusterers and models as scikit-learn's own functions use them, and how they print."""

from __future__ import annotations

import subprocess
import sys

import pytest

import crmkit as crm
from conftest import as_columns, table_of
from crmkit import errors

base = pytest.importorskip("sklearn.base")
pipeline = pytest.importorskip("sklearn.pipeline")

ESTIMATORS = [
    crm.rfm.Scorer(bins=4, weights={"recency": 1, "frequency": 2, "monetary": 1}),
    crm.segment.Clusterer(columns=["recency", "monetary"], n_clusters=3),
    crm.churn.ChurnModel(horizon="60D"),
    *(getattr(crm.clv, name)() for name in crm.clv.MODELS),
    crm.clv.BGNBD(period="month"),
]


@pytest.fixture(scope="module")
def customers():
    return crm.summarize(crm.datasets.load_cdnow(sample=True))


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=repr)
def test_a_clone_has_the_same_settings_and_nothing_learned(estimator):
    clone = base.clone(estimator)
    assert type(clone) is type(estimator)
    assert clone.get_params() == estimator.get_params()
    assert not clone.__sklearn_is_fitted__()
    assert "not fitted yet" in repr(clone)


def test_a_clone_of_a_fitted_model_is_not_fitted(customers):
    model = crm.clv.NBD(period="month").fit(customers)
    assert model.__sklearn_is_fitted__()
    clone = base.clone(model)
    assert not clone.__sklearn_is_fitted__()
    assert clone.fit(customers).params_ == model.params_


def test_a_pipeline_scores_and_clusters(customers):
    steps = pipeline.make_pipeline(
        crm.rfm.Scorer(bins=4), crm.segment.Clusterer(n_clusters=3, columns=["recency", "monetary"])
    )
    found = as_columns(steps.fit(customers).predict(customers))
    assert {"r_score", "cluster"} <= set(found)
    alone = crm.segment.cluster(customers, n_clusters=3, columns=["recency", "monetary"])
    assert found["cluster"] == as_columns(alone.customers)["cluster"]


def test_a_pipeline_ends_with_a_model(customers):
    steps = pipeline.make_pipeline(crm.rfm.Scorer(bins=4), crm.clv.NBD())
    steps.fit(customers)
    assert steps[-1].params_ == crm.clv.NBD().fit(customers).params_


@pytest.mark.parametrize(("kind", "package"), [("pandas", "pandas"), ("polars", "polars"), ("default", "pandas")])
def test_the_kind_of_output_can_be_set(customers, kind, package):
    pytest.importorskip(package)
    scorer = crm.rfm.Scorer(bins=4).set_output(transform=kind)
    out = base.clone(scorer).fit_transform(customers)
    assert type(out).__module__.startswith(package)
    assert as_columns(out) == as_columns(crm.rfm.score(customers, bins=4))
    whole = pipeline.make_pipeline(crm.rfm.Scorer(bins=4)).set_output(transform=kind)
    assert type(whole.fit_transform(customers)).__module__.startswith(package)


def test_settings_can_be_changed_and_are_checked():
    model = crm.rfm.Scorer(bins=4).set_params(bins=3)
    assert model.get_params()["bins"] == model.bins == 3
    with pytest.raises(errors.ArgumentError, match="bins=1"):
        model.set_params(bins=1)
    with pytest.raises(errors.ArgumentError, match=r"Scorer has no setting groups\. It has bins, method"):
        model.set_params(groups=4)
    with pytest.raises(errors.ArgumentError, match="transform='numpy'"):
        model.set_output(transform="numpy")


def test_crmkit_does_not_import_scikit_learn_for_it():
    code = (
        "import sys, crmkit as crm; m = crm.clv.BGNBD(); m.get_params(); repr(m); crm.rfm.Scorer().set_params(bins=3); "
        "print('sklearn' in sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "False"


# --- in print -------------------------------------------------------------------------------------------------------


def test_a_fitted_model_prints_parameters_customers_and_diagnosis(customers):
    model = crm.clv.NBD(period="month").fit(customers)
    head, *facts = repr(model).splitlines()
    assert head == "NBD(period='month')"
    assert [fact.split()[0] for fact in facts] == ["r", "alpha", "customers", "Diagnosis"]
    assert "2,357 customers, log-likelihood" in facts[2]
    assert float(facts[0].split()[1]) == pytest.approx(model.params_.r, rel=1e-3)
    assert "given parameters" in repr(crm.clv.NBD.from_params(r=1, alpha=2))
    assert model._repr_html_().startswith("<pre>NBD(")
    crm.set_language("zh")
    try:
        assert "位客户，对数似然" in repr(model)
    finally:
        crm.set_language(None)


def test_transactions_print_the_number_of_rows_that_the_ledger_has():
    """Rows of customers who only ever returned things are not used, and were counted once."""
    rows = {"customer_id": ["a", "b", "b"], "date": ["2025-01-01"] * 3, "amount": [5.0, -2.0, 3.0]}
    only_returned = {**rows, "customer_id": ["a", "b", "c"]}
    for given, used in ((rows, 3), (only_returned, 2)):
        tx = crm.Transactions(given)
        assert as_columns(tx.ledger)["rows"][-1] == used
        assert repr(tx).startswith(f"<Transactions: {used} of 3 rows used, past ends 2025-01-01; customer=")
    page = crm.Transactions(only_returned)._repr_html_()
    assert page.count("<table") == 2
    assert "refund_netted" not in page


def test_concentration_and_comparison_print_what_they_found(customers):
    found = crm.pyramid.concentration(customers)
    assert repr(found).startswith(f"Gini coefficient {found.gini:.3f}")
    assert "%" in repr(found)
    assert found._repr_html_().count("<table") == 2
    explained = crm.explain(crm.datasets.load_ten_customers(), "C06")
    assert explained._repr_html_() == f"<pre>{repr(explained).replace(chr(39), '&#x27;')}</pre>"


# --- predictions belong to rows -------------------------------------------------------------------------------------


def test_predictions_of_a_lazy_table_are_refused_with_the_way_that_has_ids(customers):
    pytest.importorskip("polars")
    model = crm.clv.NBD.from_params(r=0.4, alpha=9.0)
    columns = {name: customers[name].tolist() for name in ("customer_id", "x", "t_x", "T")}
    lazy = table_of("polars_lazy", columns)
    with pytest.raises(errors.DataError, match=r"\.score\(customers\)"):
        model.predict(lazy, horizon="39W")
    with pytest.raises(errors.DataError, match=r"\.score\(customers\)"):
        model.p_alive(lazy)
    scored = as_columns(model.score(lazy, horizon="39W"), sort="customer_id")
    assert scored["customer_id"] == sorted(columns["customer_id"])
