"""State: batches added day by day give what one pass over all rows gives, and a folder holds the old or the new."""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from typing import Any

import numpy as np
import pandas as pd
import pytest

import crmkit as crm
from conftest import as_columns
from crmkit.errors import ArgumentError, DataError, InputFileError

START = dt.date(2024, 1, 1)


def sales(n: int = 3000, *, customers: int = 150, days: int = 366, seed: int = 5) -> pd.DataFrame:
    """Rows with refunds, several lines an order, orders of two days, costs of which some are not known."""
    rng = random.Random(seed)
    rows = []
    for at in range(n):
        day = START + dt.timedelta(days=rng.randrange(days))
        sign = -1 if rng.random() < 0.06 else 1
        cost = None if rng.random() < 0.01 else round(rng.uniform(1, 20), 2)
        rows.append((f"c{rng.randrange(customers)}", day, sign * round(rng.uniform(1, 90), 2), f"o{at // 2}", cost))
    listed = pd.DataFrame(rows, columns=["customer_id", "date", "amount", "order_id", "cost"])
    return listed.assign(date=pd.to_datetime(listed["date"]))


@pytest.fixture(scope="module")
def year() -> pd.DataFrame:
    return sales()


def merged_daily(frame: pd.DataFrame, *, late: bool) -> crm.State:
    """Batches of four weeks in the order of time, with late rows: a tenth of each comes two batches later."""
    number = (frame["date"] - frame["date"].min()).dt.days // 28
    if late:
        number = number.where(frame.index % 10 != 3, number + 2)
    days = sorted(number.unique())
    state = None
    for day in days:
        batch = frame[number == day]
        if state is None:
            state = crm.State.of(batch, batch=str(day))
        else:
            state.merge(batch, batch=str(day))
    assert state is not None
    return state


def same(found: Any, expected: Any, *, floats: float = 0.0) -> None:
    one, other = (as_columns(table, sort="customer_id") for table in (found, expected))
    assert list(one) == list(other)
    for name, values in one.items():
        if floats and any(isinstance(value, float) for value in values):
            np.testing.assert_allclose(*(np.array(each, dtype=float) for each in (values, other[name])), rtol=floats)
        else:
            assert pd.Series(values).equals(pd.Series(other[name])), name


@pytest.mark.parametrize("late", [False, True])
def test_batches_equal_one_pass_to_the_bit(year, late):
    state = merged_daily(year, late=late)
    tx = crm.Transactions(year)
    assert (state.as_of, state.first_day, state.scale, state.guard) == (tx.as_of, tx.first_day, tx.scale, tx.guard)
    same(crm.summarize(state), crm.summarize(tx))
    same(crm.summarize(state, log_gaps=True), crm.summarize(tx, log_gaps=True), floats=1e-12)
    same(crm.score_customers(state, horizon=None), crm.score_customers(tx, horizon=None))
    same(crm.lifecycle.stages(state), crm.lifecycle.stages(tx), floats=1e-12)


@pytest.mark.parametrize("left_out", [["order_id"], ["order_id", "cost"]])
def test_days_that_were_added_up_keep_their_costs_and_refunds(year, left_out):
    few = year.head(400).drop(columns=left_out)
    apart, mixed = merged_daily(few, late=False), merged_daily(few, late=True)
    assert (apart.added_up, mixed.added_up) == (True, False)
    found = crm.summarize(apart)
    for one in (found, crm.summarize(mixed)):
        same(one, crm.summarize(crm.Transactions(few)))
    assert ("margin" in as_columns(found)) == ("cost" not in left_out)


def test_forecasts_of_a_state_are_those_of_its_rows():
    frame = crm.datasets.load_cdnow(sample=True)
    quarter = pd.to_datetime(frame["date"]).dt.to_period("Q")
    state, *others = (crm.State.of(frame[quarter == one], batch=str(one)) for one in sorted(quarter.unique()))
    for other in others:
        state.merge(other)
    same(crm.score_customers(state), crm.score_customers(frame), floats=1e-9)


def test_an_earlier_day_of_a_state_is_that_of_its_rows(year):
    state, tx = merged_daily(year, late=True), crm.Transactions(year)
    same(crm.summarize(state.until("2024-06-30")), crm.summarize(tx.until("2024-06-30")))
    with pytest.raises(ArgumentError, match="2025-06-30"):
        state.until("2025-06-30")


def test_every_kind_of_table_gives_its_own_kind_back(make_table, year):
    frame = year.head(400)
    columns = {name: frame[name].tolist() for name in ("customer_id", "amount", "order_id")}
    table = make_table({**columns, "date": [day.to_pydatetime() for day in frame["date"]]})
    state = crm.State.of(table)
    same(crm.summarize(state), crm.summarize(table))


def test_a_batch_is_refused_a_second_time_unless_it_replaces_the_first():
    january = {"customer_id": ["a", "b"], "date": ["2025-01-05", "2025-01-31"], "amount": [20.0, 9.0]}
    wrong = {"customer_id": ["a"], "date": ["2025-02-04"], "amount": [1000.0]}
    right = {"customer_id": ["a"], "date": ["2025-02-04"], "amount": [10.0]}
    state = crm.State.of(january).merge(wrong)
    with pytest.raises(ArgumentError, match="replace=True"):
        state.merge(right)
    assert as_columns(crm.summarize(state), sort="customer_id")["monetary"] == [1020.0, 9.0]
    state.merge(right, replace=True)
    assert as_columns(crm.summarize(state), sort="customer_id")["monetary"] == [30.0, 9.0]
    assert as_columns(state.batches)["batch"] == ["2025-01-31", "2025-02-04"]


def test_batches_of_other_scales_are_brought_to_one():
    whole = {"customer_id": ["a"], "date": ["2025-01-05"], "amount": [20]}
    fine = {"customer_id": ["a"], "date": ["2025-01-06"], "amount": [0.1234]}
    state = crm.State.of(whole, batch="1").merge(fine, batch="2")
    assert as_columns(crm.summarize(state))["monetary"] == [20.1234]
    used = as_columns(state.ledger)
    assert (used["rows"], used["customers"], used["amount"]) == ([2], [1], [20.1234])


def test_what_would_count_wrongly_is_refused():
    plain = {"customer_id": ["a"], "date": ["2025-01-05"], "amount": [20.0]}
    state = crm.State.of(plain)
    with pytest.raises(DataError, match="Name the same columns"):
        state.merge({**plain, "date": ["2025-01-06"], "order_id": ["x"]})
    with pytest.raises(DataError, match="two customers"):
        state.merge({**plain, "date": ["2025-01-06"], "customer_id": [7]})
    with pytest.raises(ArgumentError, match="batch"):
        state.merge(plain, batch=" ")


def test_a_saved_state_is_the_state(tmp_path, year):
    state = merged_daily(year, late=True)
    state.save(tmp_path / "base")
    back = crm.State.load(tmp_path / "base")
    same(crm.summarize(back), crm.summarize(year))
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "base").iterdir()} == {0o600}
    before = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "base").glob("*.parquet")}
    back.merge(sales(40, seed=9).assign(date=pd.Timestamp("2025-01-01")), batch="new")
    back.save(tmp_path / "base")
    after = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "base").glob("*.parquet")}
    assert len(after) == len(before) + 1  # a day costs the rows of the day
    assert before.items() <= after.items()
    with pytest.raises(InputFileError, match="changed"):
        state.merge(sales(4, seed=2), batch="other").save(tmp_path / "base")


def test_who_is_erased_is_not_in_the_folder_any_more(tmp_path, year):
    merged_daily(year, late=False).save(tmp_path / "base")
    without = crm.privacy.erase(crm.State.load(tmp_path / "base"), ["c7", "c9"])
    without.save(tmp_path / "base")
    same(crm.summarize(crm.State.load(tmp_path / "base")), crm.summarize(year[~year["customer_id"].isin(["c7", "c9"])]))
    held = pd.concat(pd.read_parquet(file) for file in (tmp_path / "base").glob("*.parquet"))
    assert not held["customer_id"].isin(["c7", "c9"]).any()


def test_what_is_no_state_is_named(tmp_path):
    with pytest.raises(InputFileError, match="no saved state"):
        crm.State.load(tmp_path)
    crm.State.of({"customer_id": ["a"], "date": ["2025-01-05"], "amount": [20.0]}).save(tmp_path)
    said = json.loads((tmp_path / "state.json").read_text())
    for change in ({"format": 99}, {"format": "x"}):
        (tmp_path / "state.json").write_text(json.dumps({**said, **change}))
        with pytest.raises(InputFileError, match=r"state\.json|99"):
            crm.State.load(tmp_path)
    said["batches"][0]["file"] = "../../etc/passwd"
    (tmp_path / "state.json").write_text(json.dumps(said))
    with pytest.raises(InputFileError, match="passwd"):
        crm.State.load(tmp_path)


UPDATE = """
import sys, pandas as pd, crmkit as crm
state = crm.State.load(sys.argv[1])
print("ready", flush=True)
rows = pd.DataFrame({"customer_id": [f"c{n}" for n in range(3000)], "date": pd.Timestamp("2025-03-01"), "amount": 5.0})
state.merge(rows.assign(order_id=rows.index.astype(str), cost=1.0), batch="new").save(sys.argv[1])
"""


@pytest.mark.slow
def test_killed_at_any_moment_the_folder_holds_the_old_state_or_the_new(tmp_path, year):
    seen = set()
    merged_daily(year, late=False).save(tmp_path / "base")
    old = len(crm.summarize(crm.State.load(tmp_path / "base")))
    for at in range(20):  # the first at once, when nothing can be done yet
        folder = shutil.copytree(tmp_path / "base", tmp_path / f"try{at}")
        made = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(UPDATE), str(folder)], stdout=subprocess.PIPE, env=dict(os.environ)
        )
        assert made.stdout is not None
        made.stdout.readline()
        time.sleep(0.05 * at)
        made.send_signal(signal.SIGKILL)
        made.wait()
        made.stdout.close()
        found = crm.State.load(folder)
        n = len(crm.summarize(found))
        seen.add(n)
        assert n in (old, 3000)
        assert ("new" in as_columns(found.batches)["batch"]) == (n == 3000)
        if n == 3000:
            merged_daily(year, late=False).merge(found, replace=True)
    assert old in seen


def test_batches_of_days_of_their_own_are_read_without_adding_up_again(year):
    plain = year.drop(columns="order_id")
    apart, mixed = merged_daily(plain, late=False), merged_daily(plain, late=True)
    assert (apart.added_up, mixed.added_up) == (True, False)
    for state in (apart, mixed):
        for got, want in ((crm.summarize(state), crm.summarize(plain)), (scored(state), scored(plain))):
            pd.testing.assert_frame_equal(got, want, rtol=1e-12)


def scored(given: Any) -> Any:
    return crm.score_customers(given, horizon=None)


SCORE = """
    import sys
    import crmkit as crm
    from crmkit._frame import outputs
    tx = crm.Transactions(crm.datasets.load_cdnow(sample=True), as_of=sys.argv[2])
    print("ready", flush=True)
    outputs.write_table(crm.score_customers(tx), sys.argv[1], order=["customer_id"])
"""


@pytest.mark.slow
def test_killed_at_any_moment_of_scoring_the_list_is_the_old_or_the_new(tmp_path):
    rng, seen = random.Random(2), set()
    target = tmp_path / "list.csv"

    def begun(until: str) -> subprocess.Popen[bytes]:
        words = [sys.executable, "-c", textwrap.dedent(SCORE), str(target), until]
        made = subprocess.Popen(words, stdout=subprocess.PIPE, env=dict(os.environ))
        assert made.stdout is not None
        made.stdout.readline()
        made.stdout.close()
        return made

    def whole(until: str) -> bytes:
        assert begun(until).wait() == 0
        return target.read_bytes()

    start = time.monotonic()
    new, old = whole("1998-06-30"), whole("1997-12-31")
    takes = (time.monotonic() - start) / 2
    for _ in range(20):
        made = begun("1998-06-30")
        time.sleep(rng.uniform(0, takes))
        made.send_signal(signal.SIGKILL)
        made.wait()
        seen.add(found := target.read_bytes())
        assert found in (old, new)
        if found == new:
            assert whole("1997-12-31") == old
    assert old in seen
    assert whole("1998-06-30") == new
    assert [path.name for path in tmp_path.iterdir()] == ["list.csv"]
