"""Results, transactions and models taken for tables, numbers or another package's fitters: each answer leads on."""

from __future__ import annotations

import copy
import math
import operator
import pickle

import numpy as np
import pandas as pd
import pytest

import crmkit as crm
from crmkit import errors

SALES = {
    "customer_id": ["a", "a", "b", "c"],
    "date": ["2025-01-05", "2025-03-01", "2025-02-01", "2025-02-02"],
    "amount": [20.0, 5.5, 9.0, 3.0],
}


def made():
    tx = crm.Transactions(pd.DataFrame(SALES))
    return tx, crm.State.of(tx), crm.retention.rates(tx), crm.clv.NBD.from_params(r=0.4, alpha=9.0)


@pytest.mark.parametrize("name", ["add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "and_", "or_",
                                  "lt", "le", "gt", "ge"])  # fmt: skip
def test_none_of_them_is_a_number(name):
    for one in made():
        for left, right in ((one, 2), (2, one), (one, one), (np.float64(2), one), (one, np.ones(2))):
            with pytest.raises(TypeError, match="cannot be used with") as caught:
                getattr(operator, name)(left, right)
            assert isinstance(caught.value, errors.CallError)


@pytest.mark.parametrize("ask", [float, int, round, abs, math.sqrt, math.floor, "{:.2f}".format, "{:>9}".format,
                                 lambda one: round(one, 2), lambda one: f"{one:,}"])  # fmt: skip
def test_none_of_them_is_formatted_or_rounded_as_a_number(ask):
    for one in made():
        with pytest.raises(errors.CallError, match="cannot be used with"):
            ask(one)
        assert f"{one}" == str(one)


@pytest.mark.parametrize("ask", [len, iter, list, sum, sorted, reversed, pd.DataFrame, np.mean, np.log, operator.neg,
                                 lambda one: one["amount"], lambda one: one[0], lambda one: one[:5],
                                 lambda one: "amount" in one])  # fmt: skip
def test_transactions_and_models_hold_no_rows(ask):
    tx, state, _, model = made()
    summary = r"crmkit\.summarize\(tx\)"
    for one, way in ((tx, summary), (state, summary), (model, r"\.score\(cust")):
        with pytest.raises(errors.CallError, match=f"cannot be used with .*{way}"):
            ask(one)
        assert one


def test_their_unknown_names_are_answered_with_what_gives_it():
    tx, state, rates, model = made()
    for one, name, meant in (
        (tx, "rfm", "crmkit.rfm.score"), (tx, "describe", "crmkit.summarize"), (state, "append", ".merge"),
        (state, "update", ".merge"), (model, "conditional_probability_alive", ".p_alive"),
        (model, "params", ".params_"),
        (model, "clv", "crmkit.clv.lifetime_value"), (model, "save", ".to_json"), (rates, "save", ".to_excel"),
        (rates, "churn_rate", '["churn_rate"]'), (rates, "show", ".plot"),
    ):  # fmt: skip
        with pytest.raises(errors.UnknownNameError, match="Did you mean") as caught:
            getattr(one, name)
        assert f"Did you mean {meant}?" in str(caught.value)
        assert f"{meant}" in caught.value.text("zh")


def test_every_other_word_for_an_attribute_leads_to_a_name_that_is_there():
    from crmkit._near import MEMBERS

    tx, state, rates, model = made()
    fitted = crm.clv.BGNBD.from_params(r=0.2, alpha=4.4, a=0.8, b=2.4)
    objects = (tx, state, rates, model, fitted, crm.rfm.Scorer())
    for meant in (one for several in MEMBERS.values() for one in several):
        if "." not in meant:
            assert any(meant in dir(type(one)) or meant in getattr(type(one), "__annotations__", {}) or
                       any(meant in vars(kind).get("__annotations__", {}) for kind in type(one).__mro__)
                       for one in objects), meant  # fmt: skip
            continue
        found = crm
        for part in meant.partition("(")[0].split(".")[1:]:
            found = getattr(found, part)


def test_what_is_not_fitted_yet_says_so():
    with pytest.raises(errors.NotFittedError, match=r"this BGNBD is not fitted yet, so it has no params_"):
        _ = crm.clv.BGNBD().params_
    with pytest.raises(errors.NotFittedError, match="no parameters yet"):  # and a property keeps its own words
        _ = crm.clv.BGNBD().parameters
    with pytest.raises(errors.CallError, match=r"fit\(\) belongs to an object, not to its class.*Scorer\(\)\.fit"):
        crm.rfm.Scorer.fit(crm.summarize(SALES))


def test_transactions_do_not_change():
    tx, state, _, _ = made()
    before = crm.summarize(tx)
    for name in ("as_of", "roles", "policy", "amount"):
        with pytest.raises(errors.UnknownNameError, match=rf"'{name}' cannot be set.* tx\.until"):
            setattr(tx, name, "2020-01-01")
    with pytest.raises(errors.UnknownNameError, match="State do not change"):
        state.as_of = "2020-01-01"
    assert crm.summarize(tx).equals(before)


def test_copies_are_apart_and_pickle_is_refused():
    tx, state, _, model = made()
    for again in (copy.copy(tx), copy.deepcopy(tx)):
        assert crm.summarize(again).equals(crm.summarize(tx))
    twin, more = copy.copy(state), copy.deepcopy(state)
    twin.merge({"customer_id": ["z"], "date": ["2025-04-01"], "amount": [1.0]})
    assert (len(crm.summarize(twin)), len(crm.summarize(state)), len(crm.summarize(more))) == (4, 3, 3)
    for one in (tx, state):
        with pytest.raises(errors.CallError, match=r"crmkit\.State\.of\(tx\)\.save\(path\)"):
            pickle.dumps(one)
    assert pickle.loads(pickle.dumps(model)).params_ == copy.deepcopy(model).params_ == model.params_


def test_packages_that_draw_take_a_result_by_the_interchange_protocol():
    _, _, rates, _ = made()
    assert pd.DataFrame(rates).columns.tolist() == list(rates.to_pandas().columns)
    assert pd.api.interchange.from_dataframe(rates)["end"].tolist() == rates["end"].tolist()
