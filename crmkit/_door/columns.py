"""Which column plays which role; where one is absent, the arguments that were tried on the data and work."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from crmkit import (
    _advice,
    _checks,
    _exports,
    _hints,
    _where,
)
from crmkit._frame import engines
from crmkit._frame.engines import AnyFrame
from crmkit._intake import NAMES, REQUIRED, TOLD_ONLY, Policy
from crmkit.errors import (
    ArgumentError,
    ColumnError,
    CrmkitError,
    shown,
)

# Opens the table by other roles and settings, to see whether they work.
Opened: TypeAlias = Callable[[Mapping[str, str | None], Policy], object]

_SETTINGS = ("date_format", "timezone", "decimal")


def absent_among(told: Mapping[str, str | None], columns: list[str], policy: Policy) -> list[str]:
    """Columns that are asked for and not there; roles that contradict each other are refused."""
    made = told["price"] is not None
    if (told["quantity"] is not None or told["discount"] is not None) and not made:
        raise ArgumentError("price", None, "price_needed")
    if made and told["quantity"] is None:
        raise ArgumentError("quantity", None, "quantity_needed")
    if made and told["amount"] not in (None, NAMES["amount"]):
        raise ArgumentError("amount", told["amount"], "amount_and_price")
    played = _played(told)
    asked = [column for role, column in played.items() if told[role] is not None] + list(policy.without)
    return [column for column in asked if column not in columns]


def _played(told: Mapping[str, str | None]) -> dict[str, str]:
    """Roles and the columns that may play them."""
    without_amount = told["price"] is not None or told["amount"] is None
    return {
        role: NAMES[role] if column is None else column
        for role, column in told.items()
        if not (role == "amount" and without_amount) and (column is not None or role not in TOLD_ONLY)
    }


def roles_of(told: Mapping[str, str | None], columns: list[str]) -> dict[str, str]:
    """Column of each role; an optional role that was not told is played by the column of its own name."""
    return {role: column for role, column in _played(told).items() if column in columns}


def with_profile(
    profile: str, source: AnyFrame, told: Mapping[str, str | None], policy: Policy
) -> tuple[Mapping[str, str | None], Policy]:
    """Roles and settings of an export, where nothing else is said."""
    export = _exports.named(_checks.choice("profile", profile, _exports.names()))
    columns = engines.names_of(source)
    if not export.fits(columns):
        needs = [" / ".join(group) for group in export.needs]
        raise ArgumentError("profile", profile, "profile_columns", title=export.title, needs=shown(needs, most=9),
                            columns=shown(columns, most=20))  # fmt: skip
    return _completed(_arguments_of(export, source), told, policy)


def _arguments_of(export: _exports.Export, source: AnyFrame) -> dict[str, str]:
    arguments = export.arguments(engines.names_of(source))
    roles = {role: column for role, column in arguments.items() if role in NAMES}
    seen = _hints.propose(source, roles, month_first=export.month_first).roles
    return arguments | {name: seen[name] for name in _SETTINGS if name in seen}


def _completed(
    arguments: Mapping[str, str], told: Mapping[str, str | None], policy: Policy
) -> tuple[dict[str, str | None], Policy]:
    """What is told, with these arguments where it says nothing."""
    silent = {role for role, column in told.items() if column is None or (role in REQUIRED and column == NAMES[role])}
    roles = {role: arguments.get(role, column) if role in silent else column for role, column in told.items()}
    more: dict[str, Any] = {name: getattr(policy, name) or arguments.get(name) for name in _SETTINGS}
    where = policy.where or (_where.parse(arguments["where"]) if "where" in arguments else None)
    return roles, dataclasses.replace(policy, where=where, **more)


def absent_columns(
    absent: Sequence[str], source: AnyFrame, told: Mapping[str, str | None], policy: Policy, opened: Opened
) -> ColumnError:
    """The error for columns that are not there, with arguments that were tried on the data."""
    columns = engines.names_of(source)
    fields: dict[str, Any] = {"absent": shown(absent), "columns": shown(columns, most=20)}
    if (stays := _exports.durations(columns)) is not None:
        return ColumnError("durations", **fields, advice=_advice.Durations("absent_call", arguments=stays))
    export = _exports.recognised(columns)
    where = None
    if export is not None:
        arguments = _arguments_of(export, source)
        missing: tuple[str, ...] = ()
    else:
        given = {role: column for role, column in told.items() if column in columns and column is not None}
        found = _hints.propose(source, given)
        arguments, missing, where = dict(found.roles), found.missing, found.where
    trouble = None if missing else _trouble(arguments, source, told, policy, opened)
    if trouble is not None and "order" in arguments:
        fewer = {name: value for name, value in arguments.items() if name != "order"}
        if _trouble(fewer, source, told, policy, opened) is None:
            arguments, trouble = fewer, None
    arguments |= dict.fromkeys(missing, "...")
    # what is asked of every table stands first, also where its column must still be named
    arguments = {name: arguments[name] for name in ("customer", "date", "amount", *arguments) if name in arguments}
    said = {"arguments": arguments, "export": export and export.name, "title": export and export.title,
            "trouble": trouble, "where": where}  # fmt: skip
    return ColumnError("absent_columns", **fields, **said, advice=_advice.Advice("absent_call", **said))


def _trouble(
    arguments: Mapping[str, str], source: AnyFrame, told: Mapping[str, str | None], policy: Policy, opened: Opened
) -> CrmkitError | None:
    """What stands in the way of these arguments, if anything does."""
    plain = {role: NAMES[role] if role in REQUIRED else None for role in told}
    try:
        roles, settings = _completed(arguments, plain, policy)
        there = engines.names_of(source)  # a column to leave out by that is absent is absent whatever is tried
        settings = dataclasses.replace(settings, without=tuple(name for name in settings.without if name in there))
        opened(roles, settings)
    except CrmkitError as error:
        return error
    return None
