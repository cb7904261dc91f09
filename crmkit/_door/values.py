"""Values of the rows that cannot be counted, refused with examples and the setting that reads them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import narwhals.stable.v2 as nw

from crmkit import _checks, _date_text, _intake, _money_text
from crmkit._frame import engines, texts
from crmkit._frame.engines import LazyFrame
from crmkit._intake import LEAVING, Policy
from crmkit.errors import DataError, Words, shown

FIRST_DAY = dt.date(1900, 1, 1)  # earlier dates are placeholders such as 0001-01-01, not purchases


@dataclass(frozen=True)
class Examined:
    """All rows of a table with canonical names and types, and what one pass over them found."""

    typed: LazyFrame
    roles: Mapping[str, str]
    policy: Policy
    profile: _intake.Profile

    def refuse_bad(self) -> None:
        """The first flaw that makes the rows useless as they are, with the way out."""
        found, roles = self.profile.counts, self.roles
        if found["rows"] == 0:
            raise engines.no_rows()
        self._refuse_bad_money()
        if found.get("zoned") and self.policy.timezone is None:
            values = self._examples(nw.col("zoned") == 1, "date_text")
            raise DataError("zoned_text", column=roles["date"], values=values)
        if found["dated"] and self.profile.first_day < _checks.day_number(FIRST_DAY):
            self._refuse("date", nw.col("day") < _checks.day_number(FIRST_DAY), "day", "days_before", first=FIRST_DAY)
        if 2 * (found["unreadable_date"] + found["ambiguous_date"]) > found["kept"]:
            self._refuse_unread_dates()
        if "currency" in roles:
            self._refuse_mixed_currencies()
        if self.policy.decimal is not None and "unread_amount" in found:
            self._refuse_mixed_signs()

    def _refuse_bad_money(self) -> None:
        found = self.profile.counts
        for name, column in _intake.money_roles(self.roles, self.policy).items():
            if found.get(f"unread_{name}"):
                self._refuse_unread_money(name, column)
            if found.get(f"infinite_{name}"):
                self._refuse(name, nw.col(name).abs() == float("inf"), name, "infinite_money")
            if found.get(f"huge_{name}"):
                self._refuse(name, nw.col(name).abs() >= _intake.LARGEST_EXACT, name, "huge_money")
        if found.get("bad_discount"):
            values = self._examples(nw.col("bad_discount") == 1, "amount")
            raise DataError("discount_share", column=self.roles["discount"], n=found["bad_discount"], values=values)

    def _refuse_unread_money(self, name: str, column: str) -> None:
        unread = self.typed.filter(nw.col(f"unread_{name}") == 1).select(text=nw.col(f"{name}_text"))
        values = engines.collect(unread.head(200))["text"].tolist()
        decimal = self.policy.decimal
        marks = [mark for mark in (".", ",") if mark != decimal and self._reads_all(name, mark)]
        how = f'decimal="{marks[0]}"' if len(marks) == 1 else _intake.DECIMAL_REMEDY
        key = "money_text" if decimal is None and marks else "money_unread" if not marks else "money_other_mark"
        if not marks and all(re.search(_money_text.LETTERS, value.strip()) for value in values):
            key = "money_letters"
        elif marks and decimal is not None and all(_money_text.may_be_thousands(value, decimal) for value in values):
            key = "money_thousandths"
        raise DataError(key, column=column, values=shown(values), decimal=decimal or ".", how=Words((how, how)),
                        n=f"{self.profile.counts[f'unread_{name}']:,}")  # fmt: skip

    def _reads_all(self, name: str, mark: str) -> bool:
        """Whether every text of money of that column fits the grammar with this decimal mark."""
        column = f"{name}_text"
        rows = self.typed.filter(~nw.col(column).is_null()).select(money=nw.col(column))
        read = texts.read_money(rows, "money", mark)  # type: ignore[arg-type]
        return not int(engines.collect(read.select(nw.col("unread_money").sum()))["unread_money"][0] or 0)

    def _examples(self, flaw: nw.Expr, column: str) -> str:
        values = engines.collect(self.typed.filter(flaw).select(column).head(4))[column].tolist()
        return shown([str(_shown_day(value)) for value in values] if column == "day" else values)

    def _refuse(self, role: str, flaw: nw.Expr, column: str, key: str, **fields: Any) -> None:
        n = int(engines.collect(self.typed.filter(flaw).select(n=nw.len()))["n"][0])
        said = {**_intake.money_roles(self.roles, self.policy), **self.roles}
        raise DataError(key, column=said[role], n=f"{n:,}", values=self._examples(flaw, column), **fields)

    def _refuse_unread_dates(self) -> None:
        column, found = self.roles["date"], self.profile.counts
        unread = nw.col("flaw").is_in([LEAVING.index("unreadable_date"), LEAVING.index("ambiguous_date")])
        formats = self._formats_that_read()
        key = "dates_unread" if not formats else "dates_one_format" if len(formats) == 1 else "dates_formats"
        raise DataError(
            key,
            column=column,
            n=f"{found['unreadable_date'] + found['ambiguous_date']:,}",
            values=self._examples(unread, "date_text"),
            formats=_intake.offered(formats),
            given=self.policy.date_format or "year-month-day",
        )

    def _formats_that_read(self) -> list[str]:
        """Formats that read every date of the table: found on some of them, tried on all."""
        date = nw.col("date_text").str.strip_chars(_date_text.BLANKS)
        rows = self._kept().select(date=date).filter(~nw.col("date").is_null() & (nw.col("date") != ""))
        some = engines.collect(rows.head(2_000))["date"].tolist()
        return [form for form in _date_text.propose(some)[:4] if texts.reads_all_dates(rows, "date", form)]

    def _refuse_mixed_currencies(self) -> None:
        codes = self._kept().select(currency=nw.col("currency")).filter(~nw.col("currency").is_null())
        if self.policy.rates is None:
            self._refuse_several(codes, "mixed_currencies", self.roles["currency"])
            return
        named = nw.col("currency").cast(nw.String).str.strip_chars()
        unknown = codes.select(currency=named).filter(~nw.col("currency").is_in(list(self.policy.rates)))
        found = engines.collect(unknown.group_by("currency").agg(n=nw.len()).head(50))["currency"].tolist()
        if found:
            raise DataError("no_rate", column=self.roles["currency"], values=shown(sorted(map(str, found))))

    def _refuse_mixed_signs(self) -> None:
        """Currencies in front of or behind money that is text: $, €, CNY ..."""
        marks = self._kept().select(currency=nw.col("amount_mark")).filter(nw.col("currency") != "")
        self._refuse_several(marks, "mixed_signs", self.roles["amount"])

    def _refuse_several(self, codes: LazyFrame, key: str, column: str) -> None:
        found = engines.collect(codes.group_by("currency").agg(n=nw.len()).head(50))["currency"].tolist()
        if len(found) > 1:
            known = sorted(map(str, found))
            raise DataError(key, column=column, values=shown(known), first=known[0])

    def _kept(self) -> LazyFrame:
        """All rows but those that the filter leaves out."""
        typed = self.typed
        return typed.filter(nw.col("kept") == 1) if "kept" in engines.names_of(typed) else typed

    def last_date(self) -> dt.date:
        """The last date in the data, unless the clock says that it cannot have happened yet."""
        column, found = self.roles["date"], self.profile.counts
        if not found["dated"]:
            raise DataError("no_date_at_all", column=column, n=f"{found['rows']:,}")
        today = dt.datetime.now(dt.UTC).date()
        tomorrow = _checks.day_number(today) + 1
        if self.profile.last_day > tomorrow:
            values = self._examples(nw.col("day") > tomorrow, "day")
            raise DataError("future_dates", column=column, values=values, today=today)
        return _checks.date_of_day(self.profile.last_day)


def _shown_day(day: int) -> str:
    """A day number as a date, also beyond the years that Python's dates know."""
    try:
        return str(_checks.date_of_day(day))
    except OverflowError:
        return f"day {day} since 1970"
