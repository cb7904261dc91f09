"""The public side: what modules show, what they answer to a wrong name or call, what goes in, and the net."""

from __future__ import annotations

import datetime as dt
import inspect
import types
from decimal import Decimal

import pandas as pd
import polars as pl
import pytest

import crmkit as crm
from conftest import as_columns
from crmkit import errors

SALES = {
    "customer_id": ["a", "b", "a", "c", "b", "d"],
    "date": [dt.date(2025, month, day) for month, day in ((1, 5), (1, 9), (2, 28), (2, 1), (4, 2), (4, 30))],
    "amount": [5.0, 7.0, 2.0, 9.0, 4.0, 6.0],
}
MODULES = [name for name in crm.__all__ if inspect.ismodule(getattr(crm, name))]


# --- what modules show ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", MODULES)
def test_a_module_shows_its_own_names_and_nothing_else(name):
    module = getattr(crm, name)
    foreign = [shown for shown in dir(module) if inspect.ismodule(getattr(module, shown))]
    assert foreign == [] or name == "labels"
    made_here = {
        shown: getattr(getattr(module, shown), "__module__", "crmkit") for shown in dir(module) if shown.isidentifier()
    }
    assert {shown: at for shown, at in made_here.items() if at.split(".")[0] not in ("crmkit", "types", "typing")} == {}
    assert "annotations" not in dir(module)
    assert "Any" not in dir(module)
    assert "np" not in dir(module)


def test_the_package_shows_its_modules_and_functions():
    assert dir(crm) == sorted(crm.__all__)


# --- a name or a call that is not right -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ask", "name"),
    [
        (lambda: crm.cohorts, "crmkit.retention.cohorts"),
        (lambda: crm.bg_nbd, "crmkit.clv.BGNBD"),
        (lambda: crm.kmeans, "crmkit.segment.cluster"),
        (lambda: crm.read_csv, "crmkit.read"),
        (lambda: crm.load, "crmkit.read"),
        (lambda: crm.plot, "crmkit.plotting"),
        (lambda: crm.apriori, "crmkit.basket.rules"),
        (lambda: crm.churn_rate, "crmkit.retention.churn_rate"),
        (lambda: crm.rfm.RFM, "crmkit.rfm.score"),
        (lambda: crm.rfm.rfm, "crmkit.rfm.score"),
        (lambda: crm.retention.cohort, "crmkit.retention.cohorts"),
        (lambda: crm.rfm.scores, "crmkit.rfm.score"),
    ],
)
def test_an_unknown_attribute_is_answered_with_the_one_that_is_meant(ask, name):
    with pytest.raises(AttributeError, match=rf"Did you mean .*{name}\b") as caught:
        ask()
    assert isinstance(caught.value, errors.CrmkitError)


def test_a_table_is_no_path_and_transactions_are_no_table():
    with pytest.raises(errors.ArgumentError, match=r"path= .* Give crmkit\.Transactions\(frame"):
        crm.read(SALES)
    tx = crm.Transactions(SALES)
    with pytest.raises(errors.UnknownNameError, match=r"has no 'head'\. .*\.source\.to_native\(\)"):
        _ = tx.head
    with pytest.raises(errors.UnknownNameError, match=r"Did you mean \.notes"):
        _ = tx.note
    assert not hasattr(tx, "_unheard_of")
    assert len(tx.source.to_native()["amount"]) == len(SALES["amount"])


def test_an_old_name_on_the_page_of_names_is_answered_out_of_sight():
    assert crm.retention.movements(SALES).table.equals(crm.retention.revenue_movements(SALES).table)
    assert "movements" not in dir(crm.retention)
    assert crm.to_sql is crm.sql.to_sql


def test_a_secret_that_is_no_key_is_told_in_one_sentence():
    with pytest.raises(errors.ArgumentError, match=r"^key= must be bytes[^?]*secret\.key\"\)\.$"):
        crm.privacy.pseudonymise(SALES, key="secret")


def test_a_name_near_to_nothing_is_answered_with_those_there_are():
    with pytest.raises(errors.UnknownNameError, match=r"crmkit\.churn has no 'zzz'\. It has ChurnModel"):
        _ = crm.churn.zzz


@pytest.mark.parametrize(
    ("call", "meant"),
    [
        (lambda tx: crm.segment.cluster(crm.summarize(tx), k=3), "n_clusters"),
        (lambda tx: crm.retention.rates(tx, freq="M"), "period"),
        (lambda tx: crm.rfm.score(tx, levels=5), "bins"),
        (lambda tx: crm.rfm.score(tx, quantiles=5), "bins"),
        (lambda tx: crm.rfm.segment(crm.rfm.score(tx, bins=2), lang="zh"), "language"),
        (lambda tx: crm.Transactions(SALES, customer_id="customer_id"), "customer"),
        (lambda tx: crm.retention.rates(tx, perod="month"), "period"),
        (lambda tx: crm.clv.BGNBD(freq="week"), "period"),
        (lambda tx: crm.retention.rates(tx, period="year", fiscal_start=4), r"period=crmkit\.Calendar\(fiscal_start"),
        (lambda tx: crm.score_customers(tx, churn="90D"), r"extras=crmkit\.scoring\.Extras\(churn"),
        (lambda tx: crm.segment.value_matrix(tx, margin_rate=1), r"valuation=crmkit\.clv\.Valuation\(margin_rate"),
        (lambda tx: crm.rfm.score(tx, monetary="margin"), r"measures=dict\(monetary"),
        (lambda tx: crm.lifecycle.stages(tx, ended_at=5), r"rules=crmkit\.lifecycle\.StageRules\(ended_at"),
    ],
)
def test_a_wrong_keyword_is_answered_with_the_one_that_is_meant(call, meant):
    with pytest.raises(errors.CallError, match=rf"Did you mean {meant}=") as caught:
        call(crm.Transactions(SALES))
    assert isinstance(caught.value, TypeError)
    assert isinstance(caught.value, errors.ArgumentError)


def test_a_call_that_does_not_fit_says_how_it_would():
    with pytest.raises(errors.CallError, match=r"crmkit\.retention\.rates\(\) needs transactions"):
        crm.retention.rates()
    with pytest.raises(errors.CallError, match=r"takes transactions by position, and the rest by name"):
        crm.retention.rates(SALES, "month")
    with pytest.raises(errors.CallError, match=r"Transactions\.until\(\) needs date"):
        crm.Transactions(SALES).until()
    with pytest.raises(errors.CallError, match="twice"):
        crm.retention.rates(SALES, transactions=SALES)


@pytest.mark.parametrize("name", MODULES)
def test_a_module_that_is_called_names_a_function_that_is_there(name):
    with pytest.raises(errors.CallError, match=rf"crmkit\.{name} is a module") as caught:
        getattr(crm, name)(SALES)
    said = caught.value.fields["main"].removesuffix("(...)")
    found = crm
    for part in said.split(".")[1:]:
        found = getattr(found, part)
    assert callable(found)
    assert not isinstance(found, types.ModuleType)


def test_wrong_calls_are_answered_in_the_language_that_is_set():
    crm.set_language("zh")
    try:
        with pytest.raises(errors.CallError, match="没有参数 freq=。您指的是 period= 吗"):
            crm.retention.rates(SALES, freq="M")
        with pytest.raises(errors.UnknownNameError, match=r"您指的是 crmkit\.retention\.cohorts 吗"):
            _ = crm.cohorts
    finally:
        crm.set_language(None)


# --- what goes in ---------------------------------------------------------------------------------------------------


TAKE_CUSTOMERS = [
    lambda given: crm.rfm.score(given, bins=2),
    lambda given: crm.pyramid.assign_tiers(given),
    lambda given: crm.segment.cluster(given, n_clusters=2, columns=["recency", "monetary"]).customers,
    lambda given: crm.rfm.Scorer(bins=2).fit(given).score(given),
]


@pytest.mark.parametrize("take", TAKE_CUSTOMERS)
def test_transactions_do_where_customers_are_asked_for(take, make_table):
    table = make_table(SALES)
    tx = crm.Transactions(table)
    expected = as_columns(take(crm.summarize(tx)), sort="customer_id")
    assert as_columns(take(tx), sort="customer_id") == expected
    assert as_columns(take(table), sort="customer_id") == expected


def test_concentration_and_models_take_transactions():
    tx, customers = crm.Transactions(SALES), crm.summarize(SALES)
    assert crm.pyramid.concentration(tx).gini == crm.pyramid.concentration(customers).gini
    model = crm.clv.BGNBD.from_params(r=0.25, alpha=4.5, a=0.8, b=2.4, period="week")
    assert model.predict(tx, horizon="4W").tolist() == model.predict(customers, horizon="4W").tolist()
    assert model.p_alive(SALES).tolist() == model.p_alive(customers).tolist()


def test_a_table_of_customers_with_dates_and_amounts_stays_a_table_of_customers():
    """Only what cannot be read as customers is read as transactions."""
    customers = {**SALES, "customer_id": list("abcdef")}
    found = as_columns(crm.pyramid.assign_tiers(customers, value="amount"))
    assert found["amount"] == SALES["amount"]


class Stream:
    """An Arrow stream that can be read once, as drivers of databases give it."""

    def __init__(self, table):
        self._reader = table.to_reader()

    def __arrow_c_stream__(self, requested_schema=None):
        return self._reader.__arrow_c_stream__(requested_schema)


def test_anything_that_tells_its_rows_by_arrow_is_a_table():
    pa = pytest.importorskip("pyarrow")
    table = pa.table(SALES)
    expected = as_columns(crm.summarize(table))
    assert as_columns(crm.summarize(Stream(table))) == expected
    assert as_columns(crm.summarize(table.to_reader())) == expected
    assert as_columns(crm.rfm.score(Stream(table), bins=2)) == as_columns(crm.rfm.score(table, bins=2))


# --- the net --------------------------------------------------------------------------------------------------------


def test_what_an_inner_library_raises_names_the_argument():
    with pytest.raises(errors.ArgumentError, match=r"value=\['a'\] cannot be used") as caught:
        crm.pyramid.assign_tiers(crm.summarize(SALES), value=["a"])
    assert caught.value.argument == "value"
    assert "It takes value: str" in str(caught.value)
    assert not isinstance(caught.value.__cause__, errors.CrmkitError)


@pytest.mark.parametrize(
    ("call", "argument"),
    [  # what the error quotes, a cell or a type, may stand in more arguments than one
        (lambda tx: crm.survival.flag_lost(unreadable(), inactive=1), "transactions"),
        (lambda tx: crm.clv.cohort_value(unreadable(), margin_rate=1), "transactions"),
        (lambda tx: crm.plotting.plot_tiers(crm.pyramid.describe_tiers(crm.pyramid.assign_tiers(tx)), tier=slice(1)),
         "tier"),
        (lambda tx: crm.retention.rates(tx, by=Decimal(1)), "by"),
        (lambda tx: crm.segment.markov_value([[0.5, 0.5], [0.0, 1.0]], margins=[1, 0], discount_rate=0.1,
                                             customers=["a"] * 99), "customers"),
        (lambda tx: crm.clv.compare(tx, models=["NBD"], origins=10**30), "holdout"),
        (lambda tx: crm.equity.brand_values(*[[[0.5, 0.5], [0.5, 0.5]]], purchases_per_year=10**400, margin=1,
                                            discount_rate=0.1), "purchases_per_year"),
    ],
)  # fmt: skip
def test_the_argument_that_is_to_blame_is_blamed(call, argument):
    with pytest.raises(errors.CrmkitError, match=argument) as caught:
        call(crm.Transactions(SALES))
    assert caught.value.argument == argument


@pytest.mark.parametrize(
    ("option", "instead"),
    [
        ({"kind": "bar"}, "What is drawn decides how"),
        ({"figsize": (8, 4)}, r"plt\.subplots\(figsize=\(8, 4\)\)\[1\], and give ax=ax"),
        ({"title": "x"}, r"ax\.set\(title="),
        ({"save": "x.png"}, r"ax\.figure\.savefig"),
        ({"annot": True}, "goes to matplotlib's"),
    ],
)
def test_an_option_that_no_picture_has_is_answered_with_what_there_is_instead(option, instead):
    pytest.importorskip("matplotlib").use("Agg")
    tx = crm.Transactions(SALES)
    name = next(iter(option))
    for draw in (crm.retention.rates(tx).plot, crm.retention.cohorts(tx).plot, crm.pyramid.concentration(tx).plot,
                 lambda **one: crm.plotting.plot_survival(crm.survival.curve(tx), **one)):  # fmt: skip
        with pytest.raises(errors.CallError, match=rf"{name}= nowhere\. .*{instead}") as caught:
            draw(**option)
        assert caught.value.argument == name


def test_an_option_that_a_line_has_is_used():
    pytest.importorskip("matplotlib").use("Agg")
    axes = crm.survival.curve(crm.Transactions(SALES)).plot(linewidth=7)
    assert any(line.get_linewidth() == 7 for line in axes.get_lines())


ESTIMATORS = [
    (lambda model, tx: crm.clv.lifetime_value(crm.summarize(tx), purchases=model), "purchases"),
    (lambda model, tx: crm.clv.tracking(model, tx), "model"),
    (lambda model, tx: crm.clv.holdout_by_frequency(model, tx, holdout="30D"), "model"),
    (lambda model, tx: crm.clv.distribution_fit(model, crm.summarize(tx)), "model"),
    (lambda model, tx: crm.clv.recency_frequency_grid(model), "model"),
    (lambda model, tx: crm.clv.alive_history(model, tx, "a"), "model"),
]


@pytest.mark.parametrize(("call", "argument"), ESTIMATORS)
def test_the_name_of_a_model_is_no_model(call, argument):
    tx = crm.Transactions(SALES)
    for given in ("BGNBD", crm.clv.BGNBD):
        with pytest.raises(errors.ArgumentError, match=rf"Fit it: {argument}=crmkit\.clv\.BGNBD\(\)\.fit"):
            call(given, tx)
    for given in (tx, crm.clv.GammaGamma(), "x", 7):
        with pytest.raises(errors.ArgumentError, match=rf"^{argument}=.* is no model of purchases"):
            call(given, tx)
    with pytest.raises(errors.NotFittedError, match=r"BGNBD\(\)\.fit\(customers\)"):
        call(crm.clv.BGNBD(), tx)


def test_what_is_no_model_of_spend_is_told_from_a_column():
    customers, model = crm.summarize(SALES), crm.clv.NBD.from_params(r=1, alpha=1)
    for given in ("GammaGamma", crm.clv.SpendMean):
        with pytest.raises(errors.ArgumentError, match=r"Fit it: spend=crmkit\.clv\.\w+\(\)\.fit"):
            crm.clv.lifetime_value(customers, purchases=model, spend=given)
    with pytest.raises(errors.ArgumentError, match=r"^spend=.* is no model of spend"):
        crm.clv.lifetime_value(customers, purchases=model, spend=model)
    named = customers.assign(GammaGamma=2.0)
    assert crm.clv.lifetime_value(named, purchases=model, spend="GammaGamma")["expected_spend"].tolist() == [2.0] * 4


def test_one_model_is_not_several_and_an_unknown_one_is_named_by_its_argument():
    with pytest.raises(errors.ArgumentError, match=r"models=\[\.\.\.\]"):
        crm.clv.compare(SALES, models="BGNBD")
    with pytest.raises(errors.ArgumentError, match=r"^purchases='x' is not known"):
        crm.clv.portfolio_value(SALES, horizon="30D", purchases="x")


def unreadable():
    """A table whose computation fails in its engine."""
    rows = pl.LazyFrame(SALES).with_columns(pl.lit("x").cast(pl.Int64).alias("quantity"))
    return rows.with_columns(amount=pl.col("quantity"))


def test_columns_that_are_named_by_numbers_are_named_by_text():
    table = pd.DataFrame(SALES)
    table.columns = range(3)
    assert crm.summarize(crm.Transactions(table, customer="0", date="1", amount="2"))["customer_id"].tolist()
    with pytest.raises(errors.ColumnError, match="'0', '1', '2'"):
        crm.Transactions(table)
    with pytest.raises(errors.ColumnError, match="amount"):
        crm.Transactions(pd.DataFrame(SALES).rename(columns={"amount": None}))


@pytest.mark.parametrize(
    ("raised", "said"),
    [
        (ModuleNotFoundError("No module named 'xyz'", name="xyz"), "needs the package 'xyz'"),
        (ModuleNotFoundError("no module of this kind"), "not installed .ModuleNotFoundError: no module of this kind"),
        (ImportError("Missing optional dependency 'xyz'"), "ImportError: Missing optional dependency 'xyz'"),
    ],
)
def test_a_package_that_is_missing_is_named_if_anybody_knows_it(raised, said):
    class Lazy(dict):
        def __iter__(self):
            raise raised

        keys = items = __iter__

    with pytest.raises(errors.MissingPackageError, match=said):
        crm.summarize(Lazy(SALES))


@pytest.mark.parametrize("stops", [KeyboardInterrupt, MemoryError, SystemExit])
def test_what_is_nobody_s_argument_passes(stops):
    class Hostile(dict):
        def __iter__(self):
            raise stops

        keys = items = __iter__

    with pytest.raises(stops):
        crm.summarize(Hostile(SALES))


def test_a_function_with_its_net_looks_as_it_did():
    signature = inspect.signature(crm.rfm.score)
    assert next(iter(signature.parameters)) == "customers"
    assert crm.rfm.score.__module__ == "crmkit.rfm"
    assert crm.rfm.score.__name__ == "score"
    assert ">>>" in inspect.getdoc(crm.rfm.score)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda tx: crm.rfm.segment(tx), r"Give crmkit\.rfm\.score\(tx\)"),
        (lambda tx: crm.plotting.plot_tiers(tx), r"Give crmkit\.pyramid\.assign_tiers\(tx\)"),
        (lambda tx: crm.survival.kaplan_meier(tx), r"durations= takes table"),
        (lambda tx: crm.rfm.break_even(tx, contact_cost=1, margin=2), "cells= takes table, one row per cell"),
        (lambda tx: crm.Transactions(tx), "frame= takes table"),
        (lambda tx: crm.privacy.suppress_small(tx), "table= takes table"),
    ],
)
def test_who_holds_transactions_is_not_told_to_open_a_file(call, said):
    with pytest.raises(errors.ArgumentError, match=said) as caught:
        call(crm.Transactions(SALES))
    assert "crmkit.read" not in str(caught.value)
