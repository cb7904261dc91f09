"""Parquet files: the columns of all of them are compared, widened where that is safe, and refused where it is not.

The engine alone would force the types of the first file on the rest, and take columns from the names of folders.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from crmkit._frame import process, sql
from crmkit._frame.origins import Origin, stamp_of
from crmkit._frame.requests import Request
from crmkit.errors import InputFileError, shown

_WHOLE = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT")
_FLOATS = ("FLOAT", "DOUBLE")
_NOTHING = '"NULL"'  # the type of a column without a value
_STAMPS = ("DATE", "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS")
_LARGEST_EXACT = 2**53  # floats count whole numbers exactly up to here

Columns = dict[str, str]  # name -> type of the engine


def read_parquet(files: Sequence[str], request: Request) -> Origin:
    """Rows of Parquet files, as one table."""
    groups = _alike(files)
    schemas = [_schema(group[0], request) for group in groups]
    _refuse_absent(groups, schemas, request)
    kinds = {name: _common(name, groups, schemas, request) for schema in schemas for name in schema}
    scans = [_scan(group, schema, kinds, request) for group, schema in zip(groups, schemas, strict=True)]
    return Origin(" UNION ALL BY NAME ".join(scans), stamps=tuple(map(stamp_of, files)))


def _alike(files: Sequence[str]) -> list[list[str]]:
    """The files in groups of one schema."""
    if len(files) == 1:
        return [list(files)]
    listed = sql.texts(map(sql.literal_path, files))
    found = process.connection().sql(
        "SELECT file_name, list((name, type, type_length, repetition_type, converted_type, scale, precision, "
        f"logical_type)) FROM parquet_schema({listed}) GROUP BY file_name"
    )
    columns = {file: str(schema).replace("REQUIRED", "OPTIONAL") for file, schema in found.fetchall()}
    groups: dict[str, list[str]] = {}
    for file in files:
        groups.setdefault(columns.get(file, file), []).append(file)
    if len(groups) == 1:
        return list(groups.values())
    filled = [group for group in groups.values() if _n_rows(group)]
    return filled or list(groups.values())[:1]


def _n_rows(files: Sequence[str]) -> int:
    """Rows of the files; one without any has types that say nothing."""
    listed = sql.texts(map(sql.literal_path, files))
    ((n,),) = process.connection().sql(f"SELECT sum(num_rows) FROM parquet_file_metadata({listed})").fetchall()
    return int(n)


def _read(files: Sequence[str], request: Request) -> str:
    partitions = str(request.partitions).lower()
    typed = ", hive_types_autocast = false" if request.partitions else ""
    listed = sql.texts(map(sql.literal_path, files))
    return f"read_parquet({listed}, hive_partitioning = {partitions}{typed})"


def _schema(file: str, request: Request) -> Columns:
    described = process.connection().sql(f"DESCRIBE SELECT * FROM {_read([file], Request())}").fetchall()
    own = {row[0]: row[1] for row in described}
    if not request.partitions:
        return own
    told = [part.partition("=")[0] for part in file.split("/")[:-1] if "=" in part]
    both = [name for name in told if name.lower() in {each.lower() for each in own}]
    if both:
        raise InputFileError("partition_is_column", path=file, columns=shown(both))
    return own | dict.fromkeys(told, "VARCHAR")


def _refuse_absent(groups: Sequence[Sequence[str]], schemas: Sequence[Columns], request: Request) -> None:
    asked = [name for name in request.columns if any(name in schema for schema in schemas)]
    for group, schema in zip(groups, schemas, strict=True):
        absent = [name for name in asked if name not in schema]
        if absent:
            raise InputFileError("column_absent_here", path=group[0], columns=shown(absent), has=shown(schema, most=10))


def _common(name: str, groups: Sequence[Sequence[str]], schemas: Sequence[Columns], request: Request) -> str:
    """The type that holds a column of every file exactly."""
    kinds = list(dict.fromkeys(schema[name] for schema in schemas if schema.get(name, _NOTHING) != _NOTHING))
    if not kinds:
        return "VARCHAR"
    if len(kinds) == 1:
        return kinds[0]
    common = _widened(kinds)
    if common is None and name in request.columns:
        pairs = [(schema.get(name, _NOTHING), group[0]) for group, schema in zip(groups, schemas, strict=True)]
        seen = {kind: file for kind, file in pairs if kind != _NOTHING}
        (one, here), (other, there) = list(seen.items())[:2]
        raise InputFileError("types_differ", column=name, one=one, here=here, other=other, there=there)
    if common == "DOUBLE" and name in request.columns:
        _refuse_large(name, groups, schemas)
    return common or "VARCHAR"


def _widened(kinds: Sequence[str]) -> str | None:
    plain = [kind.partition("(")[0] for kind in kinds]
    if all(kind in _WHOLE for kind in plain):
        return "BIGINT"
    if all(kind in (*_WHOLE, "DECIMAL") for kind in plain):
        digits = max(int(kind.rstrip(")").partition(",")[2] or 0) for kind in kinds if "(" in kind)
        return f"DECIMAL(38, {digits})"
    if all(kind in (*_WHOLE, *_FLOATS, "DECIMAL") for kind in plain):
        return "DOUBLE"
    return "TIMESTAMP" if all(kind in _STAMPS for kind in plain) else None


def _refuse_large(name: str, groups: Sequence[Sequence[str]], schemas: Sequence[Columns]) -> None:
    """Whole numbers that floats, which another file has, would round."""
    for group, schema in zip(groups, schemas, strict=True):
        if schema.get(name) in ("BIGINT", "UBIGINT"):
            column = sql.name(name)
            ends = f"SELECT min({column}), max({column}) FROM {_read(group, Request())}"
            ((low, high),) = process.connection().sql(ends).fetchall()
            if low is not None and max(-low, high) > _LARGEST_EXACT:
                other = next(each for each, found in zip(groups, schemas, strict=True) if found.get(name) in _FLOATS)
                raise InputFileError(
                    "types_differ", column=name, one=schema[name], here=group[0], other="DOUBLE", there=other[0]
                )


def _scan(files: Sequence[str], schema: Columns, kinds: Mapping[str, Any], request: Request) -> str:
    cast = [_cast(name, kind, kinds[name]) for name, kind in schema.items() if kind != kinds[name]]
    replaced = f" REPLACE ({', '.join(cast)})" if cast else ""
    return f"SELECT *{replaced} FROM {_read(files, request)}"


def _cast(name: str, kind: str, common: str) -> str:
    own = sql.name(name)
    # by its shortest text, or 1.1 of seven digits becomes 1.10000002384
    exact = f"CAST({own} AS VARCHAR)" if kind == "FLOAT" else own
    return f"CAST({exact} AS {common}) AS {own}"
