"""The simpler models at the edges: what they are named after is what they read from the whole model's parameters."""

from dataclasses import fields

import numpy as np
import pytest

from crmkit import clv

MODELS = [clv.NBD, clv.ParetoNBD, clv.BGNBD, clv.MBGNBD, clv.BGBB, clv.SBG, clv.BDW]
LIMITS = [
    pytest.param(model, limit, id=f"{model.__name__}: {limit.name}")
    for model in MODELS
    for limit in getattr(model, "_limits", ())
]


def test_every_model_of_purchases_has_some():
    assert len(LIMITS) > 15
    assert {model.__name__ for model, _ in (each.values for each in LIMITS)} >= {"NBD", "ParetoNBD", "BGNBD", "MBGNBD"}


@pytest.mark.parametrize(("model", "limit"), LIMITS)
def test_it_reads_its_parameters_as_they_are_or_as_a_ratio_of_two(model, limit):
    """ln of a parameter that both have is itself; a rate, a chance or a share is the first of a pair by the second."""
    names = [field.name for field in fields(model.Params)]
    read = np.array(limit.read)
    assert read.shape == (len(limit.params), len(names))
    used = []
    for name, row in zip(limit.params, read, strict=True):
        if not row.any():
            assert limit.objective is not None  # it starts in the middle, and has a likelihood of its own
            assert name not in names
        elif (row >= 0).all():
            at = int(np.flatnonzero(row)[0])
            assert row.tolist() == [float(each == at) for each in range(len(names))]
            assert name not in names or names[at] == name
            used.append(at)
        else:
            at = int(np.flatnonzero(row)[0])
            assert name not in names
            assert row[at : at + 2].tolist() == [1, -1]  # the shape stands before what it is divided by
            assert np.abs(row).sum() == 2
            used += [at, at + 1]
    assert len(used) == len(set(used))


@pytest.mark.parametrize(("model", "limit"), LIMITS)
def test_a_longer_unit_of_time_changes_what_is_read_by_its_power(model, limit):
    names = [field.name for field in fields(model.Params)]
    durations = [float(name in getattr(model, "_durations", ())) for name in names]
    assert (np.array(limit.read) @ durations).tolist() == list(limit.powers)


@pytest.mark.parametrize(("model", "limit"), LIMITS)
def test_the_way_there_leaves_what_is_read_where_it_is(model, limit):
    """What goes out of sight goes there together, so that its ratio stays; the rest does not move."""
    if limit.objective is None:
        far = np.array(limit.far, dtype=float)
        assert (np.array(limit.read) @ far).tolist() == [0] * len(limit.params)
        pairs = [np.abs(row) for row in np.array(limit.read) if (row < 0).any()]
        assert (far != 0).tolist() == (np.sum(pairs, axis=0) + np.zeros(far.size) > 0).tolist()
        assert (np.abs(far[far != 0]) > 5).all()
    assert limit.odds <= set(limit.params)
    assert "rate" not in limit.odds
