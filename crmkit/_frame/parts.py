"""A folder of Parquet files and the list of those that count: what is added is a new file, what is replaced is dropped.

The list is written last and moved into place, so that a run that is killed leaves the old list with its files or the
new one with its. Files that no list names are left-overs, and go with the next change. The list carries the version of
its form; a newer one is refused.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import narwhals.stable.v2 as nw

from crmkit._frame import engines, outputs, process, sql
from crmkit._frame.engines import LazyFrame
from crmkit._frame.origins import Copies
from crmkit.errors import InputFileError

LIST = "state.json"
FORMAT = 1
_NAME = re.compile(r"part-[0-9a-f]{16}\.parquet")
_KIND = re.compile(r"[A-Z][A-Z0-9_]*(\(\d+(, ?\d+)?\))?")


@dataclass(frozen=True, slots=True)
class Part:
    """Rows in a Parquet file: a private one, which goes with the last who holds `copies`, or one of a folder."""

    file: str
    kind: str  # of the ids, as the engine names it
    copies: Copies | None = None

    @classmethod
    def of(cls, frame: LazyFrame) -> Part:
        """Rows of any engine, computed; those of an engine other than DuckDB are brought here."""
        local = frame if frame.implementation.is_duckdb() else engines.lift(frame.collect(backend="pandas"))
        stored = outputs.Stored.of(local.to_native())
        if stored is None:  # a connection that may not touch files
            local = engines.lift(nw.from_dict(engines.collect(local), backend="pandas"))
            stored = outputs.Stored.of(local.to_native())
        native = local.to_native()
        kinds = dict(zip(native.columns, map(str, native.types), strict=True))
        return cls(stored.files[0], kinds["customer_id"], stored.copies)  # type: ignore[union-attr]


def scanned(parts: Sequence[tuple[Part, int]], columns: Sequence[str], money: Sequence[str]) -> LazyFrame:
    """Rows of parts, on the engine as this thread sees it; columns of `money` times the factor of each part."""
    selects: list[str] = []
    by_factor: dict[tuple[int, str], list[str]] = {}
    for part, factor in parts:
        by_factor.setdefault((factor, part.kind), []).append(part.file)
    for (factor, kind), files in by_factor.items():
        listed = ", ".join(_selected(name, kind, factor if name in money else 1) for name in columns)
        selects.append(f"SELECT {listed} FROM read_parquet({sql.texts(files)}, hive_partitioning = false)")
    return nw.from_native(process.connection().sql(" UNION ALL ".join(selects)))


def _selected(name: str, kind: str, factor: int) -> str:
    own = sql.name(name)
    if name == "customer_id":
        return f"CAST({own} AS {kind}) AS {own}"
    return own if factor == 1 else f"{own} * {factor} AS {own}"


def saved(folder: str | Path, parts: Mapping[str, Part], said: Mapping[str, Any], *, known: str | None) -> str:
    """Write parts, by the names of their files, and the list of them; give the mark of this list.

    `known` is the mark of the list that was read: one that somebody else has changed since is not written over.
    """
    target = outputs.folder_of(folder)
    there = _read(target) if (target / LIST).exists() else None
    if there is not None and there["mark"] != known:
        raise InputFileError("state_changed", path=str(target))
    for name, part in parts.items():
        if not (target / name).exists():
            _copy(part, target / name)
    mark = secrets.token_hex(8)
    listed = {"format": FORMAT, "mark": mark, **said}
    with outputs.private(target / LIST) as aside:
        aside.write_text(json.dumps(listed, indent=1, ensure_ascii=False), encoding="utf-8")
    for file in target.glob("part-*.parquet"):
        if file.name not in parts and _NAME.fullmatch(file.name):
            file.unlink(missing_ok=True)
    return mark


def _copy(part: Part, target: Path) -> None:
    with outputs.private(target) as aside, open(part.file, "rb") as source, open(aside, "wb") as sink:
        while piece := source.read(1 << 22):
            sink.write(piece)


def is_at(folder: str | Path) -> bool:
    """Whether a folder holds such a list."""
    return (Path(folder) / LIST).exists()


def loaded(folder: str | Path) -> dict[str, Any]:
    """The list of a folder."""
    return _read(Path(folder))


def part_of(folder: str | Path, name: str, kind: str) -> Part:
    """A part that a list names."""
    file = Path(folder) / name
    if not _NAME.fullmatch(name) or not _KIND.fullmatch(kind) or not file.is_file():
        raise InputFileError("state_broken", path=str(folder), file=name)
    return Part(str(file), kind)


def new_name() -> str:
    """The name of a new part."""
    return f"part-{secrets.token_hex(8)}.parquet"


def _read(folder: Path) -> dict[str, Any]:
    try:
        found = json.loads((folder / LIST).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError):
        raise InputFileError("state_none", path=str(folder), file=LIST) from None
    if not isinstance(found, dict) or not isinstance(found.get("format"), int):
        raise InputFileError("state_broken", path=str(folder), file=LIST)
    if found["format"] > FORMAT:
        raise InputFileError("state_newer", path=str(folder), format=found["format"], known=FORMAT)
    return found
