"""Nothing but answers and errors that name an argument, whatever a public function or a command is given."""

from __future__ import annotations

import pytest
from hostile import command_flaws, flaws, functions

pytest.importorskip("matplotlib").use("Agg")


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    """What writes to a default place, such as report, does it here."""
    monkeypatch.chdir(tmp_path)


def test_hostile_calls_end_in_an_error_that_names_an_argument():
    assert len(dict(functions())) > 100
    assert flaws(300, seed=1) == []


def test_hostile_commands_end_in_an_error_for_their_user(tmp_path):
    assert command_flaws(40, seed=1, folder=tmp_path) == []


@pytest.mark.slow  # a minute: every public function some fifteen times, as often as the promise says
@pytest.mark.parametrize("seed", [2, 3])
def test_two_thousand_hostile_calls(seed):
    assert flaws(2000, seed=seed) == []


@pytest.mark.slow  # a minute of starting commands
def test_four_hundred_hostile_commands(tmp_path):
    assert command_flaws(400, seed=2, folder=tmp_path) == []
