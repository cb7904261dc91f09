"""The settings of the door, checked: zones, formats, rates of exchange, and ids that belong together."""

from __future__ import annotations

import zoneinfo
from collections.abc import Mapping, Sequence
from typing import Any

from crmkit import (
    _checks,
    _date_text,
    _where,
)
from crmkit._frame import engines, texts
from crmkit._intake import Policy
from crmkit.errors import (
    ArgumentError,
    shown,
)


def policy_of(*, without: str | Sequence[str], where: str | None, same: Any, **settings: Any) -> Policy:
    """The settings, checked."""
    _checks.choice("refunds", settings["refunds"], ("net", "drop", "ignore"))
    _checks.choice("zeros", settings["zeros"], ("keep", "drop"))
    _checks.choice("duplicates", settings["duplicates"], ("keep", "drop"))
    if settings["decimal"] is not None:
        _checks.choice("decimal", settings["decimal"], (".", ","))
    if _checks.count("day_end", settings["day_end"], least=0) > 23:
        raise ArgumentError("day_end", settings["day_end"], "hour", example=4)
    _check_zone(settings["timezone"])
    _check_format(settings["date_format"])
    _check_rates(settings["rates"])
    condition = None if where is None else _where.parse(where)
    left_out = (without,) if isinstance(without, str) else tuple(without)
    return Policy(where=condition, without=left_out, same=None if same is None else _persons(same), **settings)


def _check_zone(timezone: Any) -> None:
    if timezone is None or timezone == texts.AS_WRITTEN:
        return
    try:
        zoneinfo.ZoneInfo(timezone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, TypeError, OSError):
        raise ArgumentError("timezone", timezone, "timezone", example="Europe/Berlin") from None


def _check_format(date_format: Any) -> None:
    if date_format is None or date_format in _date_text.NUMBERS:
        return
    if not isinstance(date_format, str) or _date_text.format_of(date_format) is None:
        raise ArgumentError("date_format", date_format, "date_format", example="%d/%m/%Y")


def _check_rates(rates: Any) -> None:
    if rates is None:
        return
    if not isinstance(rates, Mapping) or not rates or not all(isinstance(code, str) for code in rates):
        raise ArgumentError("rates", rates, "rates", example={"USD": 1, "EUR": 1.08})
    for code, rate in rates.items():
        if _checks.finite(f"rates[{code!r}]", rate) <= 0:
            raise ArgumentError("rates", rates, "rates", example={"USD": 1, "EUR": 1.08})


def _persons(same: Any) -> dict[str, list[Any]]:
    """Ids and whom they belong to in the end, from a mapping or a table of two columns."""
    pairs = list(same.items()) if isinstance(same, Mapping) and not _is_columns(same) else _pairs_of(same)
    belongs: dict[Any, Any] = {}
    for one, other in pairs:
        if one is None or other is None or one != one or other != other:
            raise ArgumentError("same", "...", "same_missing")
        if belongs.setdefault(one, other) != other:
            raise ArgumentError("same", "...", "same_twice", values=shown([one]))
    persons = {one: _last_of(one, belongs) for one in belongs}
    found = {one: person for one, person in persons.items() if one != person}
    return {"customer_id": list(found), "person": list(found.values())}


def _is_columns(same: Mapping[Any, Any]) -> bool:
    return any(isinstance(values, Sequence) and not isinstance(values, str) for values in same.values())


def _pairs_of(same: Any) -> list[tuple[Any, Any]]:
    frame = engines.wrap(same)
    names = engines.names_of(frame)
    if len(names) != 2:
        raise ArgumentError("same", "...", "same_columns", columns=shown(names, most=10))
    found = engines.collect(frame.select(*names))
    return list(zip(*(found[name].tolist() for name in names), strict=True))


def _last_of(one: Any, belongs: Mapping[Any, Any]) -> Any:
    """The end of a chain of ids."""
    passed = {one}
    while one in belongs and belongs[one] != one:
        one = belongs[one]
        if one in passed:
            raise ArgumentError("same", "...", "same_circle", values=shown(sorted(map(str, passed))))
        passed.add(one)
    return one
