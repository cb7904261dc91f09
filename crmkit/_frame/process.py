"""What this process holds: the embedded DuckDB, a cursor of it for each thread, and a private folder on disk.

Relations of one cursor must not be computed by two threads at a time, so each thread has its own. A forked child
starts afresh: the engine's threads do not come along with a fork. The folder takes what does not fit into memory and
private copies of what cannot be scanned in place; it goes with the process, and what a killed process left behind is
swept by the next one.
"""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import functools
import itertools
import os
import secrets
import shutil
import stat
import tempfile
import threading
import time
import weakref
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from crmkit.errors import InputFileError

_PREFIX = "crmkit-"
_OWNER = "owner.lock"  # held by the process that a folder belongs to, for as long as it lives
# Nothing is fetched from the network, whatever a query asks for.
OFFLINE = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
}


@dataclass(slots=True)
class _State:
    """What belongs to one process; a forked child makes its own."""

    lock: Any = field(default_factory=threading.RLock)
    mine: threading.local = field(default_factory=threading.local)  # the cursor of each thread
    open: weakref.WeakSet[Any] = field(default_factory=weakref.WeakSet)  # what `stop_queries` interrupts
    database: Any = None
    folder: str | None = None
    owned: int | None = None  # the open lock of the folder


_state = _State()
_parents: list[_State] = []
_limit: dict[str, str] = {}  # set by `limit_memory`, for every engine of this process and its children
_numbers = itertools.count(1)


def _begin_anew() -> None:
    """In a forked child: an engine of its own. The parent's is never closed here: its threads are not there to end."""
    global _state, _turn
    if _state.database is not None:
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(_state.database))
    _parents.append(_state)
    _state = _State()
    _turn = threading.RLock()  # another thread of the parent may have held it


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_anew)


def place() -> tuple[int, int]:
    """Who computes: this process and thread. A relation that one of them made is not for the others."""
    return os.getpid(), threading.get_ident()


def connection() -> Any:
    """The embedded DuckDB, as this thread sees it: its relations can be joined with each other."""
    state = _state
    cursor = getattr(state.mine, "cursor", None)
    if cursor is None:
        cursor = _database(state).cursor()
        _without_bar(cursor)
        state.open.add(cursor)
        state.mine.cursor = cursor
    return cursor


def is_ours(relation: Any) -> bool:
    """Whether a relation is on the embedded engine as this thread sees it: no other can be joined with its own.

    What asks through a relation (its `query`) makes a view of it for a moment, and a changed catalog lets DuckDB bind
    all steps of every relation anew, up to a third of the time of small tables: our own connection is asked itself.
    """
    return getattr(relation, "_con", None) is connection()  # a relation without it is asked the long way


def asker(relation: Any, name: str) -> Callable[[str], Any]:
    """What makes a relation of SQL on the connection of another relation, which may have the `name` in it."""
    return connection().sql if is_ours(relation) else functools.partial(relation.query, name)


def _database(state: _State) -> Any:
    with state.lock:
        if state.database is None:
            state.database = connect(":memory:", preserve_insertion_order="false")  # tables of purchases have no order
            _forget_types_at_exit()
        return state.database


def connect(path: str, *, read_only: bool = False, **config: str) -> Any:
    """A connection that stays offline, spills to the folder of this process and keeps the limit on memory."""
    import duckdb

    settings: dict[str, Any] = {"temp_directory": spill_folder(), **OFFLINE, **_limit, **config}
    database = duckdb.connect(path, read_only=read_only, config=settings)
    _without_bar(database)
    _state.open.add(database)
    return database


def _without_bar(database: Any) -> None:
    import duckdb

    with contextlib.suppress(duckdb.InvalidInputException):  # Jupyter without ipywidgets: no bar to switch off
        database.execute("SET enable_progress_bar = false")


def stop_queries() -> None:
    """Interrupt what the embedded engine is doing, in every thread; from a signal handler, say."""
    for database in list(_state.open):
        database.interrupt()


# DuckDB refuses a second thread on a connection. Those of crmkit are per thread; that of a caller's table is not.
_turn = threading.RLock()


def in_turn(call: Callable[[], Any], values: Iterable[object]) -> Any:
    """Calls that were given a table of DuckDB, or transactions that read one, wait for each other.

    They also wait for what the caller's own threads do on that connection; a call changes nothing, so it begins anew.
    """
    if not any(map(_on_a_connection, values)):
        return call()
    import duckdb

    busy = getattr(duckdb, "ResourceInUseException", ())  # before 2.0 it has other ways to say so
    for wait in (0.01 * 1.3**attempt for attempt in range(30)):  # a minute and a half in all
        try:
            with _turn:
                return call()
        except busy:
            time.sleep(wait)
    with _turn:
        return call()


def _on_a_connection(value: object) -> bool:
    table = getattr(getattr(value, "_origin", None), "table", None)
    native = value if table is None else table.to_native()
    return type(native).__module__.lstrip("_").startswith("duckdb")


def was_interrupted(error: BaseException) -> bool:
    """Whether an error is how the engine says that Ctrl-C was pressed."""
    return type(error).__name__ == "InterruptException" or (
        type(error) is RuntimeError and "interrupted" in str(error).lower()
    )


def set_limit(size: str) -> None:
    """Keep every engine of this process below `size`, such as "300MiB"."""
    connection().execute(f"SET memory_limit = '{size}'")
    _limit["memory_limit"] = size


@functools.cache
def _forget_types_at_exit() -> None:
    """Let go of the DuckDB types that narwhals caches, or DuckDB prints a leak notice at exit."""

    def forget() -> None:
        from narwhals._duckdb import utils

        for name in dir(utils):
            clear = getattr(getattr(utils, name), "cache_clear", None)
            if clear is not None:
                clear()

    def quietly() -> None:
        with contextlib.suppress(ImportError):  # a private place of narwhals: absent one day
            forget()

    atexit.register(quietly)


# --- the folder -------------------------------------------------------------------------------------------------


def spill_folder() -> str:
    """A folder of this process that nobody else can read; it goes with the process."""
    state = _state
    with state.lock:
        if state.folder is None:
            _sweep(Path(tempfile.gettempdir()))
            state.folder, state.owned = _new_folder()
            atexit.register(_remove_if_owner, state.folder, os.getpid())
        return state.folder


def private_folder() -> tuple[str, Any]:
    """A folder for private copies, and the object with whose end it is removed."""
    folder = Path(spill_folder()) / f"copies-{next(_numbers)}-{secrets.token_hex(8)}"
    with _naming_the_disk():
        folder.mkdir(mode=0o700)
    held = np.ones(1)  # which DuckDB reads as a table, so that its relations keep it alive: see `origins.scanned`
    weakref.finalize(held, _remove_if_owner, str(folder), os.getpid())
    return str(folder), held


def new_file(path: str | Path) -> str:
    """An empty file that its owner alone can read; the engine keeps it so when it writes into it."""
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    return str(path)


def _remove_if_owner(folder: str, process: int) -> None:
    if os.getpid() == process:  # a forked child leaves the folders of its parent alone
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _naming_the_disk() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise InputFileError("no_temporary_folder", path=_temporary(), reason=error.strerror or str(error)) from None


def _temporary() -> str:
    return tempfile.tempdir or os.environ.get("TMPDIR") or "/tmp"  # noqa: S108  named, not used


def _new_folder() -> tuple[str, int]:
    with _naming_the_disk():
        while True:
            folder = tempfile.mkdtemp(prefix=_PREFIX)
            lock = os.open(Path(folder) / _OWNER, os.O_CREAT | os.O_EXCL | os.O_RDWR | _NO_FOLLOW, 0o600)
            if take(lock) and os.path.exists(Path(folder) / _OWNER):
                return folder, lock
            os.close(lock)  # swept away in the moment between; make another


def take(file: int) -> bool:
    """Take the lock of an open file, if nobody has it; it is held until the file is closed."""
    try:
        import fcntl
    except ImportError:  # Windows: an open file cannot be deleted there anyway
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _sweep(temporary: Path) -> None:
    """Remove the folders of processes that were killed: ours by owner and marker, and held by nobody."""
    with contextlib.suppress(OSError):
        for folder in temporary.glob(f"{_PREFIX}*"):
            sweep(folder / _OWNER, functools.partial(shutil.rmtree, folder, ignore_errors=True), inside=folder)


def sweep(marker: Path, remove: Callable[[], object], *, inside: Path | None = None) -> None:
    """Call `remove` if `marker` is a file of this user that no living process holds; links are not followed."""
    with contextlib.suppress(OSError):
        if inside is not None and not stat.S_ISDIR(os.lstat(inside).st_mode):
            return
        lock = os.open(marker, os.O_RDWR | _NO_FOLLOW)
        try:
            found = os.fstat(lock)
            if stat.S_ISREG(found.st_mode) and found.st_uid == _user() and take(lock):
                remove()
        finally:
            os.close(lock)


def _user() -> int:
    return os.getuid() if hasattr(os, "getuid") else 0


_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)  # nor is a pipe waited for
