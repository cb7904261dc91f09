"""Servers that tests start for themselves: a PostgreSQL where Debian's package is installed."""

from __future__ import annotations

import glob
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FOUND = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb")) or [shutil.which("initdb") or ""]
BIN = Path(FOUND[-1]).parent
NO_POSTGRES = not FOUND[-1]


def as_user(*words):
    """The words of a command, run by a user that is not root: the server refuses to be."""
    return ["runuser", "-u", "postgres", "--", *words] if os.name == "posix" and os.getuid() == 0 else list(words)


def psql(folder, text):
    """Run SQL on the server that lives in a folder."""
    subprocess.run(
        [BIN / "psql", "-h", folder, "-U", "me", "-d", "postgres", "-c", text], check=True, capture_output=True, cwd="/"
    )


@contextmanager
def postgres(rows: str = "") -> Iterator[str]:
    """The address of a new server with these rows, gone afterwards."""
    folder = tempfile.mkdtemp(prefix="pg")
    if os.getuid() == 0:
        shutil.chown(folder, "postgres")
    quiet = {"check": True, "capture_output": True, "cwd": "/"}
    options = f"-k {folder} -c listen_addresses= -c fsync=off"
    subprocess.run(as_user(BIN / "initdb", "-D", f"{folder}/data", "-A", "trust", "-U", "me"), **quiet)
    start = [BIN / "pg_ctl", "-D", f"{folder}/data", "-w", "-l", f"{folder}/log", "-o", options, "start"]
    subprocess.run(as_user(*start), check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/")
    try:
        if rows:
            psql(folder, rows)
        yield f"postgresql://me@/postgres?host={folder}"
    finally:
        subprocess.run(as_user(BIN / "pg_ctl", "-D", f"{folder}/data", "-m", "immediate", "stop"), **quiet)
        shutil.rmtree(folder, ignore_errors=True)
