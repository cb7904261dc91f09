"""Privacy: published vectors, ids that come back, and results of data that never held a person."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import crmkit as crm
from conftest import as_columns
from crmkit.errors import ArgumentError, ColumnError, DataError, InputFileError

KEY = bytes(range(32))


def test_ids_are_under_the_published_function(make_table):
    """RFC 4231, case 2."""
    table = make_table({"customer_id": ["what do ya want for nothing?", "x", "x"], "n": [1, 2, 3]})
    got = as_columns(crm.privacy.pseudonymise(table, key=b"Jefe"), sort="n")
    assert got["customer_id"][0] == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    assert got["customer_id"][1] == got["customer_id"][2] == hmac.new(b"Jefe", b"x", hashlib.sha256).hexdigest()
    assert got["n"] == [1, 2, 3]


def test_the_cipher_is_the_published_one():
    """RFC 5297, A.1: our ids are the same cipher without associated data."""
    aead = pytest.importorskip("cryptography.hazmat.primitives.ciphers.aead")
    cipher = aead.AESSIV(bytes.fromhex("fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff"))
    made = cipher.encrypt(bytes.fromhex("112233445566778899aabbccddee"),
                          [bytes.fromhex("101112131415161718191a1b1c1d1e1f2021222324252627")])  # fmt: skip
    assert made.hex() == "85632d07c6e8f37f950acd320a2ecc9340c02b9690c4dc04daef7f6afe5c"
    ids = {"customer_id": ["id"]}
    want = aead.AESSIV(KEY).encrypt(b"id", None).hex()
    assert crm.privacy.pseudonymise(ids, key=KEY, reversible=True)["customer_id"][0] == want


@pytest.mark.parametrize("ids", [["007", "7", None, "张三"], [7, 8, 2**60, 7], [7.0, 8.0, None, 7.0]])
def test_reversible_ids_come_back_as_they_were(make_table, ids):
    table = {"customer_id": ids, "n": [1, 2, 3, 4]}
    hidden = crm.privacy.pseudonymise(make_table(table), key=KEY, reversible=True)
    assert as_columns(hidden, sort="n")["customer_id"][0] != ids[0]
    assert as_columns(crm.privacy.restore(hidden, key=KEY), sort="n")["customer_id"] == ids
    with pytest.raises(DataError, match="no pseudonym that this key made"):
        crm.privacy.restore(hidden, key=bytes(32))


def test_7_and_007_differ_and_joins_still_work():
    names = crm.privacy.pseudonymise({"customer_id": ["7", "007"]}, key=b"k")["customer_id"]
    number = crm.privacy.pseudonymise({"buyer": [7]}, key=b"k", columns=["buyer"])["buyer"]
    assert names[0] != names[1]
    assert names[0] == number[0]


def test_keys_that_are_none_are_refused(tmp_path, monkeypatch):
    ids = {"customer_id": ["a"]}
    for key in ("text", b"", None, 5):
        with pytest.raises(ArgumentError, match="load_key"):
            crm.privacy.pseudonymise(ids, key=key)
    with pytest.raises(ArgumentError, match="32, 48 or 64"):
        crm.privacy.pseudonymise(ids, key=b"short", reversible=True)
    with pytest.raises(ColumnError, match="buyer"):
        crm.privacy.pseudonymise(ids, key=b"k", columns=["buyer"])
    with pytest.raises(InputFileError, match="cannot read the key"):
        crm.privacy.load_key(tmp_path / "none")
    monkeypatch.delenv("CRMKIT_KEY", raising=False)
    with pytest.raises(ArgumentError, match="CRMKIT_KEY"):
        crm.privacy.load_key()
    path = tmp_path / "secret.key"
    path.write_bytes(KEY)
    assert crm.privacy.load_key(path) == KEY
    with pytest.raises(ColumnError, match="no column 0, 1"):  # names without end are not read to the end
        crm.privacy.restore({"customer_id": [1]}, key=KEY, columns=range(10**12))


# --- erasing: every result is that of data which never held the person -----------------------------------------------


def functions():
    """Public functions over transactions, by name, with what they need beside them."""
    return {
        "summarize": crm.summarize,
        "ledger": lambda tx: tx.ledger,
        "notes": lambda tx: tx.notes,
        "as_of": lambda tx: pd.DataFrame({"as_of": [str(tx.as_of)]}),
        "score": lambda tx: crm.rfm.score(crm.summarize(tx)),
        "segment": lambda tx: crm.rfm.segment(crm.rfm.score(crm.summarize(tx))),
        "tiers": lambda tx: crm.pyramid.assign_tiers(crm.summarize(tx)),
        "describe_tiers": lambda tx: crm.pyramid.describe_tiers(crm.pyramid.assign_tiers(crm.summarize(tx))),
        "rates": lambda tx: crm.retention.rates(tx).table,
        "movements": lambda tx: crm.retention.revenue_movements(tx).table,
        "cohorts": lambda tx: crm.retention.cohorts(tx).table,
        "stages": lambda tx: crm.lifecycle.stages(tx),
        "recent": lambda tx: crm.customers.recent_value(tx).customers,
    }


def outcome(function, tx):
    """The result as columns, or the error's kind."""
    try:
        found = function(tx)
    except crm.errors.CrmkitError as error:
        return error.key
    found = getattr(found, "table", found)
    columns = as_columns(found)
    rows = sorted(zip(*columns.values(), strict=True), key=str)
    return list(columns), rows


PURCHASES = st.lists(
    st.tuples(st.sampled_from(["a", "b", "c", "d"]), st.integers(0, 200), st.integers(-3, 40)), min_size=4, max_size=25
)


@settings(deadline=None, max_examples=4)
@given(purchases=PURCHASES, gone=st.sampled_from(["a", "b"]))
def test_after_an_erasure_nothing_remembers(purchases, gone):
    _compare(pl.DataFrame, purchases, gone)


def test_after_an_erasure_from_pandas_nothing_remembers():
    _compare(pd.DataFrame, [("a", 150, 5), ("b", 2, 0), ("c", 40, -1), ("a", 1, 7)], "a")


def _compare(make, purchases, gone):
    rows = [*purchases, ("a", 3, 9), ("b", 4, 8), ("d", 5, 7)]

    def table(kept):
        return make(
            {
                "customer_id": [who for who, _, _ in kept],
                "date": [dt.datetime(2024, 1, 1) + dt.timedelta(days=day) for _, day, _ in kept],
                "amount": [float(money) for _, _, money in kept],
            }
        )

    never = crm.Transactions(table([row for row in rows if row[0] != gone]))
    for erased in (crm.privacy.erase(crm.Transactions(table(rows)), gone),
                   crm.Transactions(crm.privacy.erase(table(rows), gone))):  # fmt: skip
        for name, function in functions().items():
            assert outcome(function, erased) == outcome(function, never), name


def test_a_person_goes_from_every_kind_and_from_lists_of_categories(make_table):
    table = make_table({"customer_id": ["a", "b", "c"], "amount": [1.0, 2.0, 3.0]})
    assert as_columns(crm.privacy.erase(table, ["a", "c"]))["customer_id"] == ["b"]
    left = crm.privacy.erase(pd.DataFrame({"customer_id": pd.Categorical(["a", "b"])}), "a")
    assert left["customer_id"].cat.categories.tolist() == ["b"]
    assert left.index.tolist() == [0]
    dictionary = crm.privacy.erase(pa.table({"customer_id": pa.array(["a", "b"]).dictionary_encode()}), "a")
    assert dictionary["customer_id"].chunk(0).dictionary.to_pylist() == ["b"]


def test_ids_of_another_kind_are_nobody():
    numbers, texts = pd.DataFrame({"customer_id": [7, 8]}), pd.DataFrame({"customer_id": ["7", "007"]})
    assert len(crm.privacy.erase(numbers, np.int64(7))) == 1
    assert crm.privacy.erase(texts, "7")["customer_id"].tolist() == ["007"]
    for table, one in ((numbers, "7"), (texts, 7), (texts, "x"), (numbers, True)):
        with pytest.raises(DataError, match="no customer"):
            crm.privacy.erase(table, one)
        assert len(crm.privacy.erase(table, one, missing="ignore")) == 2


def test_a_file_forgets_for_the_session_and_all_ids_of_a_person_go(tmp_path):
    path = tmp_path / "sales.csv"
    path.write_text("customer_id,date,amount\n1,2024-01-01,5\n2,2024-03-01,6\n3,2024-02-01,7\n")
    tx = crm.privacy.erase(crm.read(path), 2)
    assert (str(tx.as_of), as_columns(crm.summarize(tx))["customer_id"]) == ("2024-02-01", [1, 3])
    joined = crm.privacy.erase(crm.read(path, same={2: 1}), 1)
    assert as_columns(crm.summarize(joined))["customer_id"] == [3]
    assert as_columns(crm.privacy.extract(crm.read(path, same={2: 1}), 1))["amount"] == ["5", "6"]
    with pytest.raises(ArgumentError, match="fit it again"):
        crm.privacy.erase(crm.clv.BGNBD(), 1)


def test_small_cells_are_withheld_with_the_one_that_would_tell(make_table):
    table = {"segment": ["a", "b", "c"], "customers": [2, 40, 9], "value": [10.0, 400.0, 90.0]}
    if make_table.kind in ("polars_lazy", "duckdb"):
        with pytest.raises(ArgumentError, match="Collect it"):
            crm.privacy.suppress_small(make_table(table))
        return
    got = as_columns(crm.privacy.suppress_small(make_table(table)))
    assert (got["customers"], got["value"]) == ([None, 40.0, None], [None, 400.0, None])
    got = as_columns(crm.privacy.suppress_small(make_table(table), whole=False))
    assert got["customers"] == [None, 40.0, 9.0]
