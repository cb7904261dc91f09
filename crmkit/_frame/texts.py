"""Text that stands for dates and money, read alike on every engine that holds text.

The grammars lie in `_date_text` and `_money_text`; here they are applied, column by column. Where an engine reads what
fits faster than we take it apart, it reads; what it would read beyond the grammar never reaches it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import narwhals.stable.v2 as nw

from crmkit import _date_text, _money_text
from crmkit._frame import sql
from crmkit._frame.engines import AnyFrame, LazyFrame, collect, names_of
from crmkit._money_text import Mark
from crmkit.errors import ColumnError, shown

AS_WRITTEN = "as_written"  # a zone: that of each stamp, so that days are those of the writer's clock


def read_dates(frame: LazyFrame, column: str, date_format: str | None, timezone: str | None) -> LazyFrame:
    """Text as naive time stamps in `column`, missing where it fits no grammar; `zoned` says (1) who has a zone.

    A zoned stamp becomes the local time of `timezone`, and is missing without one.
    """
    text = nw.col(column).str.strip_chars(_date_text.BLANKS)
    frame = frame.with_columns(text.alias("crmkit_text"))
    if date_format in _date_text.NUMBERS:
        frame = _stamps_of_numbers(frame, str(date_format), timezone)
    elif frame.implementation.is_duckdb():
        frame = _duckdb_stamps(frame, date_format, timezone)
    elif frame.implementation.is_polars():
        frame = _polars_stamps(frame, date_format, timezone)
    else:
        raise _no_text(column)
    return frame.with_columns(nw.col("crmkit_stamp").alias(column)).drop("crmkit_stamp", "crmkit_text")


def reads_all_dates(frame: LazyFrame, column: str, date_format: str) -> bool:
    """Whether a format reads every text of a column, in whatever zone."""
    read = read_dates(frame, column, date_format, AS_WRITTEN)
    unread = read.select(n=nw.when(nw.col(column).is_null()).then(1).otherwise(0)).select(nw.col("n").sum())
    return not int(collect(unread)["n"][0] or 0)


def _grammar(date_format: str | None) -> tuple[_date_text.Format, str, str | None]:
    """The parts of a format, and the expressions of naive and of zoned texts."""
    if date_format is None:
        form = _date_text.Format(_date_text.ZONED, _date_text.ISO_PARTS, "", zoned=True)
        return form, _date_text.NAIVE, _date_text.ZONED
    known = _date_text.format_of(date_format)
    assert known is not None, "checked at the edge"  # noqa: S101
    return known, known.naive, known.pattern if known.zoned else None


def _duckdb_stamps(frame: LazyFrame, date_format: str | None, timezone: str | None) -> LazyFrame:
    """DuckDB reads what fits; where it reads more than the grammar, it is not asked."""
    form, naive, zoned = _grammar(date_format)
    how = "try_cast({} AS TIMESTAMP)"
    if date_format is not None:
        how = f"CAST(try_strptime({{}}, {sql.text(form.naive_format)}) AS TIMESTAMP)"
    fits, cases, flag = f"regexp_matches(crmkit_text, {sql.text(naive)})", [], "0"
    if date_format is None or not form.zoned:
        cases.append(f"WHEN {fits} THEN {how.format('crmkit_text')}")
    if zoned is not None:
        matches = f"regexp_matches(crmkit_text, {sql.text(zoned)})"
        flag = f"CASE WHEN NOT {fits} AND {matches} THEN 1 ELSE 0 END" if date_format is None else (
            f"CASE WHEN {matches} THEN 1 ELSE 0 END"
        )  # fmt: skip
        bare = how.format(f"regexp_replace(crmkit_text, {sql.text(_date_text.ZONE)}, '')")
        cases.append(f"WHEN {matches} THEN {_duckdb_local(bare, timezone)}")
    made = f"*, CASE {' '.join(cases)} END AS crmkit_stamp, {flag} AS zoned"
    return nw.from_native(frame.to_native().project(made))


def _duckdb_local(bare: str, timezone: str | None) -> str:
    """The local time of a zone, from the time that is written and the offset behind it."""
    if timezone is None:
        return "NULL"
    if timezone == AS_WRITTEN:
        return bare
    offset = f"regexp_extract(crmkit_text, {sql.text(_date_text.OFFSET)}, 1)"
    minutes = f"CASE WHEN length({offset}) > 3 THEN CAST(right({offset}, 2) AS INTEGER) ELSE 0 END"
    east = f"(CAST(substr({offset}, 2, 2) AS INTEGER) * 60 + {minutes})"
    east = f"CASE WHEN {offset} = '' THEN 0 WHEN {offset}[1] = '-' THEN -{east} ELSE {east} END"
    return f"timezone({sql.text(timezone)}, timezone('UTC', {bare} - to_minutes({east})))"


def _polars_stamps(frame: LazyFrame, date_format: str | None, timezone: str | None) -> LazyFrame:
    import polars as pl

    form, naive, zoned = _grammar(date_format)
    text = pl.col("crmkit_text")
    is_zoned = pl.lit(False) if zoned is None else text.str.contains(zoned)
    is_naive = text.str.contains(naive) if date_format is None or not form.zoned else pl.lit(False)
    bare = pl.when(is_naive).then(text).when(is_zoned).then(text.str.replace(_date_text.ZONE, ""))
    native = frame.to_native().with_columns(crmkit_bare=bare, zoned=is_zoned.cast(pl.Int64).fill_null(0))
    native = native.with_columns(crmkit_parts=pl.col("crmkit_bare").str.extract_groups(form.naive))
    stamp = _polars_stamp({letter: pl.col("crmkit_parts").struct.field(letter) for letter in form.parts})
    if zoned is not None:
        local = _polars_local(stamp, text, timezone)
        stamp = pl.when(pl.col("zoned") == 1).then(local).otherwise(stamp)
    return nw.from_native(native.with_columns(crmkit_stamp=stamp).drop("crmkit_bare", "crmkit_parts"))


def _polars_stamp(part: dict[str, Any]) -> Any:
    """The naive time stamp of the parts of a text, missing where the calendar has no such day."""
    import polars as pl

    def number(letter: str) -> Any:
        return part[letter].cast(pl.Int64) if letter in part else pl.lit(None, pl.Int64)

    short = number("y")
    year = pl.coalesce(number("Y"), pl.when(short < 69).then(short + 2000).otherwise(short + 1900))
    month = number("m")
    for letter in ("b", "B"):
        if letter in part:
            names = _date_text.month_names()
            month = part[letter].str.slice(0, 3).str.to_lowercase().replace_strict(names, default=None)
    written = pl.concat_str(year.cast(pl.String).str.zfill(4), month.cast(pl.String), part["d"], separator="-")
    day = written.str.to_date("%Y-%m-%d", strict=False).cast(pl.Datetime("us"))
    half = part["p"].str.to_lowercase() == "pm" if "p" in part else pl.lit(False)
    hour = pl.coalesce(number("H"), number("I") % 12 + pl.when(half).then(12).otherwise(0), pl.lit(0))
    seconds = hour * 3600 + number("M").fill_null(0) * 60 + number("S").fill_null(0)
    return day + pl.duration(seconds=seconds)


def _polars_local(stamp: Any, text: Any, timezone: str | None) -> Any:
    import polars as pl

    if timezone is None:
        return pl.lit(None, pl.Datetime("us"))
    if timezone == AS_WRITTEN:
        return stamp
    offset = text.str.extract(_date_text.OFFSET, 1)
    digits = offset.str.replace_all("[^0-9]", "")
    hours, minutes = (digits.str.slice(at, 2).cast(pl.Int64, strict=False).fill_null(0) for at in (0, 2))
    east = (hours * 60 + minutes) * pl.when(offset.str.starts_with("-")).then(-1).otherwise(1)
    there = (stamp - pl.duration(minutes=east.fill_null(0))).dt.replace_time_zone("UTC")
    return there.dt.convert_time_zone(timezone).dt.replace_time_zone(None)


def _stamps_of_numbers(frame: LazyFrame, name: str, timezone: str | None) -> LazyFrame:
    """Excel's serial days, or seconds or milliseconds since 1970 in UTC, as naive stamps."""
    fits = nw.col("crmkit_text").str.contains(r"^[+-]?\d{1,14}(?:\.\d+)?$")
    number = nw.when(fits).then(nw.col("crmkit_text")).cast(nw.Float64)
    if name == "excel":  # 1900 has a 29 February there: serial 60, so that the days before it are one off
        day = nw.when(number >= 61).then(number - 25_569).otherwise(nw.when(number < 60).then(number - 25_568))
        seconds = (day * 86_400 + 0.5).floor()
        most = nw.when((number > 0) & (number < 2_958_466)).then(seconds).cast(nw.Int64)
        frame = _stamp_of_seconds(frame.with_columns(crmkit_seconds=most, zoned=nw.lit(0)), "crmkit_seconds")
        return frame.drop("crmkit_seconds")
    seconds = (number / (1000 if name == "epoch_ms" else 1)).floor()
    known = nw.when(seconds.abs() < 2.5e11).then(seconds).cast(nw.Int64)
    zoned = nw.when(fits).then(1).otherwise(0)
    frame = _stamp_of_seconds(frame.with_columns(crmkit_seconds=known, zoned=zoned), "crmkit_seconds")
    if timezone not in (None, AS_WRITTEN):
        frame = _local_where_zoned(frame, str(timezone))
    return frame.drop("crmkit_seconds")


# --- money ------------------------------------------------------------------------------------------------------


def read_money(frame: LazyFrame, column: str, decimal: Mark | None) -> LazyFrame:
    """Text as numbers in `column`; `<column>_text` is what it was, `<column>_mark` the currency written there.

    `unread_<column>` is 1 where there is text that the grammar does not know. Without `decimal` only numbers whose
    marks can be read in one way are read.
    """
    own = nw.col(column)
    text = own.str.strip_chars(_date_text.BLANKS)
    frame = frame.with_columns(own.alias(f"{column}_text"), text.alias(column))
    plain, nothing = own.str.contains(_money_text.PLAIN), own.str.contains(_money_text.NOTHING)
    if decimal == ",":
        plain = plain & ~own.str.contains(_money_text.GROUPED)
    if decimal is None:
        certain = own.str.contains(_money_text.CERTAIN)
        number = nw.when(plain).then(own).otherwise(nw.when(certain).then(own.str.replace_all(",", "", literal=True)))
        frame = frame.with_columns(number.cast(nw.Float64).alias("crmkit_value"), nw.lit("").alias(f"{column}_mark"))
    else:
        rest = nw.when(~plain & ~nothing).then(own)
        frame = _same(frame.with_columns(crmkit_rest=rest), "crmkit_rest")
        bare = nw.col("crmkit_rest").str.replace_all(rf"{re.escape(decimal)}-{{1,2}}$", "")  # 5.- has no cents
        frame = frame.with_columns(crmkit_rest=bare)
        nothing = nothing | nw.col("crmkit_rest").str.contains(_money_text.NOTHING)
        names = [f"crmkit_{part}" for part in _money_text.PARTS]
        frame = parts(frame, "crmkit_rest", _money_text.pattern(decimal), names)
        number = nw.when(plain).then(own).otherwise(_number_of_parts(decimal))
        mark = nw.concat_str("crmkit_before", "crmkit_after")
        frame = frame.with_columns(
            number.cast(nw.Float64).alias("crmkit_value"),
            nw.coalesce(mark, nw.lit("")).alias(f"{column}_mark"),
            nothing.alias("crmkit_nothing"),
        ).drop(*names, "crmkit_rest")
        nothing = nw.col("crmkit_nothing")
    unread = nw.when(nw.col("crmkit_value").is_null() & ~own.is_null() & ~nothing).then(1).otherwise(0)
    frame = frame.with_columns(unread.alias(f"unread_{column}"))
    done = frame.with_columns(nw.col("crmkit_value").alias(column)).drop("crmkit_value")
    return done if decimal is None else done.drop("crmkit_nothing")


def numbers_of(frame: AnyFrame, column: str, decimal: Mark = ".") -> AnyFrame:
    """The table with a column of text as numbers; text that is none is refused."""
    if frame.collect_schema().get(column) != nw.String:
        return frame
    read = read_money(frame.lazy(), column, decimal)
    unread = collect(read.filter(nw.col(f"unread_{column}") == 1).select(f"{column}_text").head(4))[f"{column}_text"]
    if len(unread):
        raise ColumnError("no_number", column=column, values=shown(unread.tolist()))
    return read.select(*names_of(frame))


def _number_of_parts(decimal: Mark) -> nw.Expr:
    """The parts as text of a number that every engine reads to the nearest float; missing where they do not agree."""
    part = {name: nw.col(f"crmkit_{name}") for name in _money_text.PARTS}
    digits = part["number"].str.replace_all("[ ']", "").str.replace_all(",.".replace(decimal, ""), "", literal=True)
    digits = digits.str.replace_all(",", ".", literal=True)
    own = nw.when(part["exponent"] != "").then(part["exponent"]).cast(nw.Int64)
    zeros: nw.Expr = nw.coalesce(own, nw.lit(0).cast(nw.Int64))
    for many, exponent in _money_text.exponents().items():
        zeros = zeros + nw.when(part["many"] == many).then(exponent).otherwise(0)
    signs = nw.concat_str(part["sign"], part["inner"], part["behind"])
    brackets, marks = nw.concat_str(part["open"], part["close"]), (part["before"] != "") & (part["after"] != "")
    agrees = ((brackets == "()") & (signs == "")) | ((brackets == "") & (signs.str.len_chars() <= 1))
    minus = nw.when((brackets == "()") | (signs == "-")).then(nw.lit("-")).otherwise(nw.lit(""))
    number = nw.concat_str(minus, digits, nw.lit("e"), zeros.cast(nw.String))
    currency = nw.concat_str(part["before"], part["after"]).str.to_uppercase()
    doubtful = part["number"].str.contains(r"^[1-9]\d{0,2}" + re.escape(decimal) + r"\d{3}$") & (currency != "")
    doubtful = doubtful & ~currency.is_in(_money_text.THOUSANDTHS) & (part["many"] == "") & (part["exponent"] == "")
    return nw.when((digits != "") & agrees & ~marks & ~doubtful).then(number)


# --- what differs between engines -------------------------------------------------------------------------------


def parts(frame: LazyFrame, column: str, pattern: str, names: Sequence[str]) -> LazyFrame:
    """Add the groups of a regular expression as columns of text; empty where the text, or the group, does not fit."""
    if frame.implementation.is_duckdb():
        listed = ", ".join(sql.text(name) for name in names)
        found = f"regexp_extract({sql.name(column)}, {sql.text(pattern)}, [{listed}])"
        native = frame.to_native().project(f"*, {found} AS crmkit_found")
        fields = ", ".join(f"coalesce(crmkit_found.{name}, '') AS {name}" for name in names)
        return nw.from_native(native.project(f"* EXCLUDE (crmkit_found), {fields}"))
    if frame.implementation.is_polars():
        import polars as pl

        groups = pl.col(column).str.extract_groups(pattern).struct.rename_fields(list(names))
        native = frame.to_native().with_columns(groups.alias("crmkit_found")).unnest("crmkit_found")
        return nw.from_native(native.with_columns(pl.col(list(names)).fill_null("")))
    raise _no_text(column)


_WIDE = {chr(0xFF00 + code): chr(0x20 + code) for code in range(1, 95)} | {"\u3000": " "}


def narrow(frame: LazyFrame, column: str) -> LazyFrame:
    """Letters and digits of East Asian width as those of the keyboard; other engines keep them as they are."""
    known = frame.implementation.is_duckdb() or frame.implementation.is_polars()
    return _same(frame, column, _WIDE) if known else frame


def _same(frame: LazyFrame, column: str, pairs: Mapping[str, str] = _money_text.SAME) -> LazyFrame:
    """Wide forms, typographic minus signs and odd spaces as the plain ones."""
    if frame.implementation.is_duckdb():
        before, after = ("".join(letters) for letters in zip(*pairs.items(), strict=True))
        made = f"translate({column}, {sql.text(before)}, {sql.text(after)})"
        return nw.from_native(frame.to_native().project(f"* REPLACE ({made} AS {column})"))
    if frame.implementation.is_polars():
        import polars as pl

        same = pl.col(column).str.replace_many(list(pairs), list(pairs.values()))
        return nw.from_native(frame.to_native().with_columns(same))
    raise _no_text(column)


def _stamp_of_seconds(frame: LazyFrame, column: str) -> LazyFrame:
    """Add `crmkit_stamp`, the naive time stamp so many seconds after 1970."""
    if frame.implementation.is_duckdb():
        return nw.from_native(frame.to_native().project(f"*, make_timestamp({column} * 1000000) AS crmkit_stamp"))
    if frame.implementation.is_polars():
        import polars as pl

        stamp = (pl.col(column) * 1_000_000).cast(pl.Datetime("us"))
        return nw.from_native(frame.to_native().with_columns(stamp.alias("crmkit_stamp")))
    raise _no_text("date")


def _local_where_zoned(frame: LazyFrame, timezone: str) -> LazyFrame:
    """`crmkit_stamp` in UTC as the local time of a zone, where `zoned` is 1."""
    if frame.implementation.is_duckdb():
        local = f"timezone({sql.text(timezone)}, timezone('UTC', crmkit_stamp))"
        made = f"CASE WHEN zoned = 1 THEN {local} ELSE crmkit_stamp END"
        return nw.from_native(frame.to_native().project(f"* REPLACE ({made} AS crmkit_stamp)"))
    import polars as pl

    stamp = pl.col("crmkit_stamp")
    there = stamp.dt.replace_time_zone("UTC").dt.convert_time_zone(timezone).dt.replace_time_zone(None)
    moved = pl.when(pl.col("zoned") == 1).then(there).otherwise(stamp)
    return nw.from_native(frame.to_native().with_columns(moved.alias("crmkit_stamp")))


def _no_text(column: str) -> ColumnError:
    return ColumnError("text_elsewhere", column=column)
