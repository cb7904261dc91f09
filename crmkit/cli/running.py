"""While a command runs: patience on a terminal, Ctrl-C that also stops a running query, notes instead of warnings."""

from __future__ import annotations

import signal
import socket
import sys
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from crmkit import errors, labels

PATIENCE = 2.0  # seconds of work before a terminal is told of it


@contextmanager
def notes() -> Iterator[None]:
    """Warnings of crmkit as one line each, without the place in the code that a script's reader has no use for."""

    def told(message: Warning | str, *_: Any, **__: Any) -> None:
        print(labels.printable(labels.phrase("cli_note", message=message)), file=sys.stderr)

    with warnings.catch_warnings():
        warnings.showwarning = told
        warnings.simplefilter("always", category=errors.NoLifetimeValueWarning)
        yield


@contextmanager
def patience(name: str) -> Iterator[None]:
    """Tell a terminal what is being worked on, once that takes longer than a moment."""
    if not sys.stderr.isatty():
        yield
        return
    done = threading.Event()
    teller = threading.Thread(target=_tell, args=(name, done), daemon=True)
    teller.start()
    try:
        yield
    finally:
        done.set()
        teller.join()


def _tell(name: str, done: threading.Event) -> None:
    start, told = time.monotonic(), ""
    while not done.wait(1.0 if told else PATIENCE):
        told = f"{labels.printable(name, within_line=True)}: {time.monotonic() - start:.0f} s"
        print(f"\r{told}", end="", file=sys.stderr, flush=True)
    if told:
        print("\r" + " " * labels.width(told), end="\r", file=sys.stderr, flush=True)


@contextmanager
def signals() -> Iterator[list[int]]:
    """Let Ctrl-C and TERM stop the work, a running query too; gives the signals that were heard."""
    heard: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield heard
        return

    def stop(number: int, _: Any) -> None:
        heard.append(number)
        raise KeyboardInterrupt

    ours, theirs = socket.socketpair()
    theirs.setblocking(False)
    listener = threading.Thread(target=_stop_queries, args=(ours,), daemon=True)
    wanted = [number for number in (signal.SIGINT, signal.SIGTERM) if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, stop) for number in wanted}
    wakeup = signal.set_wakeup_fd(theirs.fileno(), warn_on_full_buffer=False)
    listener.start()
    try:
        yield heard
    finally:
        signal.set_wakeup_fd(wakeup)
        for number, handler in before.items():
            signal.signal(number, handler)
        theirs.close()
        listener.join()
        ours.close()


def _stop_queries(signals: socket.socket) -> None:
    """Python runs no handler while the engine works, so a second thread tells the engine to stop."""
    while signals.recv(1):
        from crmkit._frame import process

        process.stop_queries()
