"""Threads, forks, kills and the caller's own connection: crmkit leaves everything as it found it."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

import crmkit as crm
from crmkit.errors import InputFileError


def sales(seed=1, n=600):
    random = np.random.default_rng(seed)
    days = pd.to_timedelta(random.integers(0, 360, n), unit="D")
    return pd.DataFrame(
        {
            "customer_id": random.integers(0, 60, n),
            "date": pd.Timestamp("2024-01-01") + days,
            "amount": random.uniform(1, 9, n).round(2),
        }
    )


def listed(native):
    frame = native.df() if hasattr(native, "df") else native
    return frame.sort_values(next(iter(frame.columns))).reset_index(drop=True)


def scored(transactions):
    customers = crm.summarize(transactions)
    scores = crm.rfm.score(customers)
    return [listed(customers), listed(scores), listed(crm.rfm.describe_segments(crm.rfm.segment(scores)))]


def equal(one, other):
    for left, right in zip(one, other, strict=True):
        pd.testing.assert_frame_equal(left, right)


def in_threads(work, n_threads=8, n_calls=1):
    failures = []

    def repeated(thread):
        try:
            for _ in range(n_calls):
                work(thread)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=repeated, args=(at,)) for at in range(n_threads)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures, failures[0]


def opened(kind, folder):
    frame = sales()
    if kind == "pandas":
        return frame
    if kind == "transactions":
        return crm.Transactions(frame)
    if kind.startswith("csv"):
        frame.to_csv(folder / "s.csv", index=False)
        return crm.read(folder / "s.csv", into=kind.partition("_")[2])
    if kind == "sqlite":
        import sqlite3

        with sqlite3.connect(folder / "s.db") as database:
            frame.assign(date=frame["date"].astype(str)).to_sql("s", database, index=False)
        database.close()
        return crm.read(folder / "s.db")
    with duckdb.connect(str(folder / "s.duckdb")) as database:
        database.from_df(frame).create("s")
    return crm.read(folder / "s.duckdb")


KINDS = ["pandas", "transactions", "csv_pandas", "csv_duckdb", "sqlite", "duckdb"]


@pytest.mark.parametrize("kind", KINDS)
def test_eight_threads_on_one_table_find_what_one_finds(tmp_path, kind):
    table = opened(kind, tmp_path)
    expected = scored(table)
    in_threads(lambda _: equal(scored(table), expected))


def test_eight_threads_on_tables_of_their_own_find_what_one_finds():
    tables = [sales(seed) for seed in range(8)]
    expected = [scored(table) for table in tables]
    in_threads(lambda thread: equal(scored(tables[thread]), expected[thread]))


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_fifty_calls_in_eight_threads(tmp_path, kind):
    """Minutes: 400 calls of four functions for each kind."""
    table = opened(kind, tmp_path)
    expected = scored(table)
    in_threads(lambda _: equal(scored(table), expected), n_calls=50)


def test_the_first_use_may_come_from_many_threads(tmp_path):
    run_python("""
        import threading, pandas as pd, crmkit as crm
        frame = pd.DataFrame({"customer_id": ["a", "b"], "date": ["2024-01-01", "2024-02-01"], "amount": [1.0, 2.0]})
        start, found = threading.Barrier(8), []
        def work():
            start.wait()
            found.append(crm.summarize(frame)["monetary"].tolist())
        threads = [threading.Thread(target=work) for _ in range(8)]
        [thread.start() for thread in threads]; [thread.join() for thread in threads]
        assert found == [[1.0, 2.0]] * 8, found
    """)


def run_python(script, *arguments, **settings):
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script), *map(str, arguments)],
        capture_output=True, text=True, timeout=120, check=False, **settings,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_forked_child_has_an_engine_of_its_own_and_leaves_the_parents_alone(tmp_path):
    sales().to_csv(tmp_path / "s.csv", index=False)
    import gzip

    (tmp_path / "s.csv.gz").write_bytes(gzip.compress((tmp_path / "s.csv").read_bytes()))
    out = run_python(
        """
        import os, sys
        import crmkit as crm
        from crmkit._frame import process
        if not hasattr(os, "fork"):
            raise SystemExit
        transactions = crm.read(sys.argv[1])
        before = crm.summarize(transactions)["monetary"].sum()
        folder = process.spill_folder()
        for _ in range(2):
            child = os.fork()
            if child == 0:
                assert process.spill_folder() != folder
                assert crm.summarize(transactions)["monetary"].sum() == before
                assert crm.summarize(crm.read(sys.argv[1]))["monetary"].sum() == before
                del transactions
                sys.exit(0)
            assert os.waitpid(child, 0)[1] == 0
            assert os.path.isdir(folder)
            assert crm.summarize(transactions)["monetary"].sum() == before
        print(folder)
        """,
        tmp_path / "s.csv.gz",
    )
    assert not os.path.exists(out.strip())


def total(path):
    return float(crm.summarize(crm.read(path))["monetary"].sum())


@pytest.mark.parametrize("method", ["spawn", "forkserver"])
def test_a_worker_that_is_started_anew_finds_the_same(tmp_path, method):
    sales().to_csv(tmp_path / "s.csv", index=False)
    with multiprocessing.get_context(method).Pool(1) as pool:
        assert pool.map(total, [str(tmp_path / "s.csv")]) == [total(tmp_path / "s.csv")]


def test_the_folder_of_a_killed_process_is_swept_by_the_next(tmp_path):
    settings = {"env": os.environ | {"TMPDIR": str(tmp_path)}}
    child = subprocess.Popen(
        [sys.executable, "-c", "from crmkit._frame import process; print(process.spill_folder(), flush=True); input()"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, **settings,
    )  # fmt: skip
    left = Path(child.stdout.readline().strip())
    assert left.stat().st_mode & 0o777 == 0o700
    use = "from crmkit._frame import process; print(process.spill_folder())"
    run_python(use, **settings)
    assert left.exists()  # its process lives
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdin.close()
    child.stdout.close()
    foreign = tmp_path / "crmkit-foreign"
    foreign.mkdir()
    (tmp_path / "crmkit-link").symlink_to(tmp_path / "target")
    (tmp_path / "target").mkdir()
    (tmp_path / "target" / "owner.lock").write_text("")
    run_python(use, **settings)
    assert sorted(os.listdir(tmp_path)) == ["crmkit-foreign", "crmkit-link", "target"]
    assert os.listdir(tmp_path / "target") == ["owner.lock"]


def test_copies_go_with_the_last_table_that_reads_them(tmp_path):
    run_python(
        """
        import gc, os, sys
        import crmkit as crm
        from crmkit._frame import process
        open("s.csv", "w", encoding="utf-16").write("customer_id,date,amount\\n张三,2024-01-01,1\\n")
        lazy = crm.summarize(crm.read("s.csv", encoding="utf-16", into="duckdb"))
        gc.collect()
        copies = [name for name in os.listdir(process.spill_folder()) if name.startswith("copies")]
        assert len(copies) == 1, copies
        assert lazy.fetchall()[0][0] == "张三"
        del lazy
        gc.collect()
        assert not [name for name in os.listdir(process.spill_folder()) if name.startswith("copies")]
        """,
        cwd=tmp_path,
    )


OWN = "CREATE TABLE t AS SELECT 'c' || (i % 50) AS customer_id, DATE '2024-01-01' + (i % 200)::INT AS date, (i % 97) + 0.5 AS amount FROM range(2000) r(i)"  # fmt: skip  # noqa: E501


def found_in(connection):
    return connection.execute(
        "SELECT table_name FROM duckdb_tables() UNION ALL SELECT view_name FROM duckdb_views() WHERE NOT internal "
        "UNION ALL SELECT name || value FROM duckdb_settings() WHERE name NOT IN ('duckdb_api', 'custom_user_agent')"
    ).fetchall()


@pytest.mark.parametrize(
    "config", [{}, {"enable_external_access": "false"}, {"python_enable_replacements": "false"}], ids=str
)
def test_the_callers_connection_is_left_as_found(config):
    connection = duckdb.connect(config=config)
    connection.execute(OWN)
    for name in ("local", "crmkit_like", "crmkit_lazy", "crmkit_result", "crmkit_1", "one", "rows", "r"):
        connection.execute(f"CREATE TABLE {name} AS SELECT 1 AS day, 2 AS customer_id")
    before = found_in(connection)
    table = connection.table("t")
    expected = connection.table("t").df()
    one, other = scored(table), scored(expected)
    equal([frame.astype(str) for frame in one], [frame.astype(str) for frame in other])
    got = listed(crm.score_customers(table, horizon=None))
    assert len(got) == 50
    assert len(listed(crm.retention.cohorts(table).table)) == len(listed(crm.retention.cohorts(expected).table))
    assert found_in(connection) == before


def test_a_file_that_changes_after_it_was_opened_is_not_read_on(tmp_path):
    path = tmp_path / "s.csv"
    path.write_text("customer_id,date,amount\na,2024-01-01,1\n")
    transactions = crm.read(path)
    path.write_text("customer_id,date,amount\na,2024-01-01,100\n")
    for use in (lambda: transactions.ledger, lambda: crm.summarize(transactions), lambda: transactions.notes):
        with pytest.raises(InputFileError, match=r"has changed[\s\S]*crmkit.read"):
            use()
    path.unlink()
    with pytest.raises(InputFileError, match="is gone"):
        crm.summarize(transactions)


@pytest.mark.parametrize("ending", ["duckdb", "db", "xlsx", "csv.gz"])
def test_a_file_that_was_copied_may_change(tmp_path, ending):
    frame = pd.DataFrame({"customer_id": ["a"], "date": ["2024-01-01"], "amount": [1.5]})
    path = tmp_path / f"s.{ending}"
    if ending == "duckdb":
        with duckdb.connect(str(path)) as database:
            database.from_df(frame).create("s")
    elif ending == "db":
        import sqlite3

        with sqlite3.connect(path) as database:
            frame.to_sql("s", database, index=False)
        database.close()
    elif ending == "xlsx":
        frame.to_excel(path, index=False)
    else:
        frame.to_csv(path, index=False)
    transactions = crm.read(path)
    if ending == "duckdb":
        with duckdb.connect(str(path)) as database:  # it is not locked
            database.execute("DELETE FROM s")
    path.unlink()
    assert crm.summarize(transactions)["monetary"].tolist() == [1.5]
