"""Privacy: ids under a key, the rows of one person, and tables whose cells are not too small to show.

`pseudonymise` puts ids under a secret key: one way (HMAC-SHA-256), or so that the key's owner can turn them back
(AES-SIV). `erase` takes a person out, `extract` gives all that is known of one, `suppress_small` withholds rows of too
few customers. Nothing here makes data anonymous: who bought what, when, may still tell who it was.

Models, scorers and clusters that were fitted before somebody was erased still carry that person in their parameters:
refit them on what `erase` gives. Files are never changed; erase a person from them where they are kept.

Sources: RFC 2104 and RFC 4231 (HMAC-SHA-256), RFC 5297 (AES-SIV, deterministic authenticated encryption); Regulation
(EU) 2016/679, articles 4(5), 15 and 17; Willenborg & de Waal (2001), Elements of Statistical Disclosure Control, for
small cells and the second cell that has to go with the first.
"""

from __future__ import annotations

import functools
import hashlib
import hmac
import itertools
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import narwhals.stable.v2 as nw
import numpy as np

from crmkit import _checks, _ids
from crmkit._frame import engines, persons
from crmkit._frame.engines import AnyFrame
from crmkit._types import Id, Table
from crmkit.errors import ArgumentError, ColumnError, DataError, InputFileError, MissingPackageError, shown
from crmkit.transactions import Transactions

FrameT = TypeVar("FrameT")

__all__ = ["erase", "extract", "load_key", "pseudonymise", "restore", "suppress_small"]

_SIV_KEYS = (32, 48, 64)  # bytes
_WHOLE = b"\x01"  # in front of a whole number, so that 7 and "7" come back as they were


def pseudonymise(
    frame: FrameT, *, key: bytes, columns: Sequence[str] = ("customer_id",), reversible: bool = False
) -> FrameT:
    """Put the ids of a table under a secret key: equal ids stay equal, and nobody without the key can tell them.

    Parameters
    ----------
    frame : table, n_rows rows
        Any supported kind. It is never changed.
    key : bytes
        The secret, from `load_key`; at best 32 random bytes that are kept elsewhere than the data. Reversible ids need
        32, 48 or 64 bytes.
    columns : sequence of str, default ("customer_id",)
        Columns of ids. The same id gives the same pseudonym in every column and table, so that joins still work.
    reversible : bool, default False
        False: HMAC-SHA-256 in hexadecimal, which nobody can turn back; whole numbers count as their digits, 7 and "007"
        differ. True: AES-SIV in hexadecimal, which `restore` turns back with the same key; 7 and "7" differ.

    Returns
    -------
    table, n_rows rows
        In the kind of `frame` and its row order; the columns are text, missing where they were.

    Raises
    ------
    ColumnError
        A column is absent.
    ArgumentError
        The key is not made of bytes, is empty, or has a length that AES-SIV does not take.
    MissingPackageError
        `reversible` needs the package cryptography.

    Examples
    --------
    >>> import crmkit as crm
    >>> sales = {"customer_id": ["what do ya want for nothing?", None], "amount": [5.0, 7.0]}
    >>> crm.privacy.pseudonymise(sales, key=b"Jefe")["customer_id"][0]
    '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843'
    """
    opened = engines.wrap(frame)
    listed = _listed(columns, most=len(engines.names_of(opened)) + 1)
    _refuse_absent(opened, listed)
    for column in listed:
        opened = persons.renamed(opened, column, _namer(opened, column, _checked(key), reversible=reversible))
    return opened.to_native()  # type: ignore[no-any-return]


def restore(frame: FrameT, *, key: bytes, columns: Sequence[str] = ("customer_id",)) -> FrameT:
    """Turn reversible pseudonyms back into ids, with the key that made them.

    Parameters
    ----------
    frame : table, n_rows rows
        What `pseudonymise(..., reversible=True)` gave, or anything computed from it that still has the ids.
    key : bytes
        The key of then.
    columns : sequence of str, default ("customer_id",)
        Columns of pseudonyms.

    Returns
    -------
    table, n_rows rows
        In the kind of `frame` and its row order: whole numbers where the ids were numbers, else text.

    Raises
    ------
    DataError
        Something in a column is no pseudonym that this key made.
    ColumnError, ArgumentError, MissingPackageError
        As `pseudonymise` raises them.

    Examples
    --------
    >>> import crmkit as crm
    >>> secret = bytes(range(32))
    >>> hidden = crm.privacy.pseudonymise({"customer_id": [7, 8]}, key=secret, reversible=True)
    >>> crm.privacy.restore(hidden, key=secret)["customer_id"].tolist()
    [7, 8]
    """
    opened = engines.wrap(frame)
    listed = _listed(columns, most=len(engines.names_of(opened)) + 1)
    _refuse_absent(opened, listed)
    cipher = _cipher(_checked(key))
    for column in listed:
        opened = persons.renamed(opened, column, functools.partial(_restored, cipher, column))
    return opened.to_native()  # type: ignore[no-any-return]


def erase(frame: Table, ids: Any, *, customer: str = "customer_id", missing: str = "raise") -> Table:
    """Take persons out of a table, so that every result is that of data which never held them.

    Parameters
    ----------
    frame : table, Transactions, or a summary that can forget (`State`)
        Tables of any supported kind. Of `Transactions` all ids that `same` joins to a person go, and the past ends on
        the last day of those who stay, unless `as_of` was given. A fitted model cannot forget: refit it.
    ids : id, or sequence of ids
        Whom to take out; numbers are numbers and text is text: 7, "7" and "007" are three.
    customer : str, default "customer_id"
        Column of the ids; `Transactions` know their own.
    missing : {"raise", "ignore"}, default "raise"
        Ids that are not there: an error, which guards against a slip of the pen, or nothing.

    Returns
    -------
    same kind as `frame`
        Without these persons. Files are not changed.

    Raises
    ------
    DataError
        An id is not there, or nobody else is left.
    ColumnError, ArgumentError
        The column is absent; something else than a table, such as a fitted model, was given.

    Examples
    --------
    >>> import crmkit as crm
    >>> sales = {"customer_id": ["a", "b"], "date": ["2025-01-01", "2025-02-01"], "amount": [5.0, 7.0]}
    >>> tx = crm.privacy.erase(crm.Transactions(sales), "b")
    >>> tx.as_of, len(crm.summarize(tx))
    (datetime.date(2025, 1, 1), 1)
    """
    _checks.choice("missing", missing, ("raise", "ignore"))
    listed = _listed(ids)
    if isinstance(frame, Transactions):
        return _erased(frame, listed, missing)
    if hasattr(frame, "fit") or hasattr(frame, "params_"):
        raise ArgumentError("frame", type(frame).__name__, "refit")
    if hasattr(frame, "erase"):
        return frame.erase(listed)
    opened = engines.wrap(frame)
    _refuse_absent(opened, [customer])
    there = _there(opened, customer, listed, missing)
    return persons.without(opened, customer, there).to_native()


def extract(frame: Table, customer_id: Id, *, customer: str = "customer_id") -> Table:
    """All rows of one person, as they came in.

    Parameters
    ----------
    frame : table or Transactions
        Of `Transactions` the rows of the table or file that was opened, with all its columns, used or not, of all ids
        that `same` joins.
    customer_id : id
        Who; numbers are numbers and text is text.
    customer : str, default "customer_id"
        Column of the ids; `Transactions` know their own.

    Returns
    -------
    table
        In the kind of `frame`.

    Raises
    ------
    DataError
        Nobody has this id; near ones are named.

    Examples
    --------
    >>> import crmkit as crm
    >>> crm.privacy.extract({"customer_id": ["a", "b"], "mail": ["a@x.org", "b@x.org"]}, "b")["mail"].tolist()
    ['b@x.org']
    """
    if isinstance(frame, Transactions):
        opened, customer, listed = frame.source, frame.roles["customer"], frame.ids_of([customer_id])
    else:
        opened, listed = engines.wrap(frame), [customer_id]
        _refuse_absent(opened, [customer])
    there = _there(opened, customer, listed, "raise" if len(listed) == 1 else "ignore")
    if not there:
        raise _nobody(opened, customer, customer_id)
    return persons.only(opened, customer, there).to_native()


def suppress_small(
    table: FrameT, *, count: str = "customers", least: int = 5, keep: Sequence[str] = (), whole: bool = True
) -> FrameT:
    """Withhold the figures of rows with fewer than `least` customers, before a table is shared.

    Parameters
    ----------
    table : table in memory, one row per group
        Such as `describe_segments`, `describe_tiers` or the table of a cohort.
    count : str, default "customers"
        Column of how many customers a row is about.
    least : int, default 5
        Fewest customers that may be shown.
    keep : sequence of str
        Columns of numbers that tell nothing about persons (periods, ages) and stay.
    whole : bool, default True
        Whether the rows add up to a total that is known: if one row alone is withheld, the next smallest goes with it,
        or the difference would tell.

    Returns
    -------
    table
        In the kind of `table`: numbers, `count` among them, are missing in the rows that are withheld.

    Raises
    ------
    ColumnError
        `count` is absent or not a number.
    ArgumentError
        `least` is no whole number above 0, or the table is lazy.

    Examples
    --------
    >>> import crmkit as crm
    >>> groups = {"segment": ["a", "b", "c"], "customers": [2, 40, 9], "value": [10.0, 400.0, 90.0]}
    >>> crm.privacy.suppress_small(groups)
      segment  customers  value
    0       a        NaN    NaN
    1       b       40.0  400.0
    2       c        NaN    NaN
    """
    opened = engines.wrap(table)
    if not engines.is_eager(opened):
        raise ArgumentError("table", "...", "suppress_lazy")
    _refuse_absent(opened, [count])
    n = np.asarray(engines.collect(opened.select(count))[count], dtype=float)
    hidden = n < _checks.count("least", least)
    if whole and hidden.sum() == 1 and len(n) > 1:
        hidden[np.argsort(np.where(hidden, np.inf, n), kind="stable")[0]] = True
    columns = {}
    for name, dtype in opened.schema.items():
        if dtype.is_numeric() and name not in keep:
            values = np.asarray(engines.collect(opened.select(name))[name], dtype=float)
            columns[name] = [None if gone else value for gone, value in zip(hidden, values.tolist(), strict=True)]
    made = [nw.new_series(name, values, nw.Float64, backend=opened.implementation) for name, values in columns.items()]
    return opened.with_columns(*made).to_native()  # type: ignore[no-any-return]


def load_key(path: str | Path | None = None, *, variable: str = "CRMKIT_KEY") -> bytes:
    """A secret key from a file or from the environment, where neither a command's history nor a log shows it.

    Parameters
    ----------
    path : str, optional
        File whose bytes are the key, without white space around text.
    variable : str, default "CRMKIT_KEY"
        Variable of the environment that has the key in hexadecimal, if there is no `path`.

    Returns
    -------
    bytes

    Raises
    ------
    InputFileError
        The file cannot be read or is empty.
    ArgumentError
        The variable is not set, or not in hexadecimal.

    Examples
    --------
    >>> import os
    >>> import crmkit as crm
    >>> os.environ["CRMKIT_KEY"] = "00" * 32   # made by: python -c "import secrets; print(secrets.token_hex(32))"
    >>> len(crm.privacy.load_key())
    32
    >>> del os.environ["CRMKIT_KEY"]
    """
    if path is not None:
        try:
            found = Path(path).read_bytes()
        except OSError as error:
            raise InputFileError("key_file", path=str(path), reason=error.strerror) from None
        if not found.strip():
            raise InputFileError("key_empty", path=str(path))
        return found.strip() if found.strip().isascii() and found.strip().decode().isprintable() else found
    try:
        return _checked(bytes.fromhex(os.environ.get(variable, "")))
    except ValueError:
        raise ArgumentError("variable", variable, "key_variable") from None


# --- ids ------------------------------------------------------------------------------------------------------------


def _listed(ids: Any, *, most: int | None = None) -> list[Any]:
    """Ids as a list of plain values; of names at most `most`, where one more than there are tells that one is wrong."""
    if isinstance(ids, str | bytes | int | float | np.generic):
        ids = [ids]
    if most is not None:
        ids = list(itertools.islice(ids, most))
    values = ids.tolist() if hasattr(ids, "tolist") else ids.to_list() if hasattr(ids, "to_list") else list(ids)
    return [value.item() if isinstance(value, np.generic) else value for value in values]


def _refuse_absent(frame: AnyFrame, columns: Sequence[str]) -> None:
    names = engines.names_of(frame)
    absent = [column for column in columns if column not in names]
    if absent:
        raise ColumnError("privacy_column", absent=shown(absent), columns=shown(names, most=15))


def _there(frame: AnyFrame, column: str, ids: Sequence[Any], missing: str) -> list[Any]:
    """The ids that have rows; the others are refused if they must not be missing."""
    counts = persons.count(frame, column, [one for one in ids if _ids.fits(frame, one, column)])
    absent = [one for one in ids if not counts.get(one)]
    if absent and missing == "raise":
        raise _nobody(frame, column, absent[0])
    return [one for one, n in counts.items() if n]


def _nobody(frame: AnyFrame, column: str, one: Any) -> DataError:
    return _ids.unknown(persons.distinct(frame, column), one)


def _erased(tx: Transactions, ids: list[Any], missing: str) -> Transactions:
    own = tx.ids_of(ids)
    there = _there(tx.source, tx.roles["customer"], own, "ignore")
    if missing == "raise":
        for one in ids:
            if not set(tx.ids_of([one])) & set(there):
                raise _nobody(tx.source, tx.roles["customer"], one)
    return tx.without(there) if there else tx


# --- keys -----------------------------------------------------------------------------------------------------------


def _checked(key: Any) -> bytes:
    if not isinstance(key, bytes | bytearray) or not key:
        raise ArgumentError("key_bytes")
    return bytes(key)


def _namer(frame: AnyFrame, column: str, key: bytes, *, reversible: bool) -> Callable[[str], str]:
    if not reversible:
        return lambda text: hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    cipher, front = _cipher(key), _WHOLE if persons.kind_of_ids(frame, column) == "numbers" else b""
    return lambda text: cipher.encrypt(front + text.encode(), None).hex()


def _cipher(key: bytes) -> Any:
    try:
        from cryptography.hazmat.primitives.ciphers.aead import AESSIV
    except ImportError:
        raise MissingPackageError("needs_cryptography") from None
    if len(key) not in _SIV_KEYS:
        raise ArgumentError("key", "...", "key_length", n=len(key))
    return AESSIV(key)


def _restored(cipher: Any, column: str, token: str) -> Any:
    from cryptography.exceptions import InvalidTag

    try:
        plain: bytes = cipher.decrypt(bytes.fromhex(token), None)
    except (InvalidTag, ValueError):
        raise DataError("not_of_this_key", column=column, value=token[:40]) from None
    if plain.startswith(_WHOLE):
        digits = plain.removeprefix(_WHOLE).decode()
        return int(digits) if digits.lstrip("-").isdigit() else float(digits)
    return plain.decode()
