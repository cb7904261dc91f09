"""How a report is made: sections one by one, each on its own, in the languages and the form that are asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crmkit._frame import books, engines, outputs
from crmkit._intake import NAMES
from crmkit._version import __version__
from crmkit.errors import CrmkitError
from crmkit.labels import LANGUAGES, Language
from crmkit.reporting import _books, _course, _next, _notebooks, _now, _numbers, _page
from crmkit.reporting._blocks import Alert, Section, Tables
from crmkit.reporting._facts import Facts
from crmkit.reporting._voice import Voice
from crmkit.transactions import Transactions

SECTIONS = (
    "overview", "data", "comparison", "revenue", "segments", "movement", "retention", "worth", "actions", "trust",
    "definitions",
)  # fmt: skip
_MAKERS: Mapping[str, Callable[[Facts, Voice], Section]] = {
    "overview": _now.overview,
    "data": _now.data,
    "revenue": _now.revenue,
    "segments": _now.segments,
    "movement": _course.movement,
    "retention": _course.retention,
    "worth": _course.worth,
    "trust": _next.trust,
    "definitions": _next.definitions,
}
_COURSE = ("movement", "retention", "worth")
_NEXT = ("actions", "comparison", "trust", "definitions")
# What odd data may do to the arithmetic of a section; errors of crmkit have words of their own.
FAULTS = (ArithmeticError, LookupError, ValueError)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the caller wants to see."""

    language: Language
    sections: Sequence[str]
    ids: bool
    name: str | None
    others: Mapping[str, Facts]


def write(facts: Facts, asked: Asked, kind: str, target: Path) -> Path:
    """Write the report aside and move it into place when it is complete."""
    with outputs.private(target) as part:
        part.write_bytes(written(facts, asked, kind, target.name))
    return target


def write_scored(tx: Transactions, scored: Any, target: Path, *, language: Language, name: str) -> Path:
    """Write the whole page on customers whose scored list, with the forecast of the default horizon, is there."""
    refuse_without_packages("html")
    facts = Facts(tx)
    facts.scored = scored
    sections = tuple(key for key in SECTIONS if key != "comparison")
    return write(facts, Asked(language, sections, False, name, {}), "html", target)


def written(facts: Facts, asked: Asked, kind: str, file: str) -> bytes:
    """The report as bytes of that kind of file."""
    if kind == "html":
        return _html(facts, asked, file).encode()
    say = Voice(asked.language)
    if kind == "ipynb":
        source = _source(facts.tx)
        return _notebooks.notebook(asked.sections, source, asked.name or _name_of(facts.tx), say).encode()
    found, head = _tables(facts, asked), _head(facts, asked)
    return _books.workbook(found, head, say) if kind == "xlsx" else _numbers.numbers(found, head).encode()


def refuse_without_packages(kind: str) -> None:
    """What the form needs must be installed; said before an hour of work."""
    if kind == "html":
        _page.refuse_without_templates()
    if kind == "xlsx":
        books.refuse_without_writer()


def _html(facts: Facts, asked: Asked, file: str) -> str:
    order = (asked.language, *(one for one in LANGUAGES if one != asked.language))
    sides = [_side(facts, asked, Voice(language)) for language in order]
    return _page.page(sides, again=again(facts.tx, file), version=__version__)


def _tables(facts: Facts, asked: Asked) -> dict[str, Tables | str]:
    """What is behind each section, or why there is nothing."""
    found: dict[str, Tables | str] = {}
    for key in asked.sections:
        try:
            found[key] = _tables_of(facts, asked, key)
        except CrmkitError as error:
            found[key] = error.text(asked.language)
        except FAULTS as error:
            found[key] = f"{type(error).__name__}: {error}"
    return found


def _tables_of(facts: Facts, asked: Asked, key: str) -> Tables:
    if key in _NEXT:
        return _next.tables(facts, key, asked.others)
    found: Tables = (_course if key in _COURSE else _now).tables(facts, key)
    return found


def _head(facts: Facts, asked: Asked) -> dict[str, object]:
    head = facts.headline
    return {
        "name": asked.name or _name_of(facts.tx), "as_of": head.as_of, "first_date": head.first_date,
        "last_date": head.last_date, "customers": head.customers, "orders": head.orders, "revenue": head.revenue,
        "period": facts.period, "currency": facts.currency, "engine": engines.engine_name(facts.tx.source),
        "version": __version__, "compared_with": facts.earlier,
    }  # fmt: skip


def _side(facts: Facts, asked: Asked, say: Voice) -> _page.Side:
    made = [_made(facts, asked, key, say) for key in asked.sections]
    findings = [(section.finding, section.grave) for section in made if section.finding]
    name = asked.name or _name_of(facts.tx)
    title = say("title", name=name) if name else say("title_alone")
    return _page.Side(say, title, _meta(facts, say), findings, made, say("stayed", what=_what(asked, facts, say)))


def _made(facts: Facts, asked: Asked, key: str, say: Voice) -> Section:
    """A section, or why it cannot be made."""
    try:
        if key == "actions":
            return _next.actions(facts, say, ids=asked.ids)
        if key == "comparison":
            return _next.comparison(facts, say, asked.others)
        return _MAKERS[key](facts, say)
    except CrmkitError as error:
        return _failed(key, error.text(say.language), say)
    except FAULTS as error:
        return _failed(key, f"{type(error).__name__}: {error}", say)


def _failed(key: str, why: str, say: Voice) -> Section:
    return Section(key, say(f"section_{key}"), say(f"section_{key}"), "", [Alert(say("failed"), why)])


def _meta(facts: Facts, say: Voice) -> list[str]:
    """Period, size, engine, version."""
    head = facts.headline
    return [
        say("period", first=say.date(head.first_date), last=say.date(head.last_date)),
        say("customers", n=say.count(head.customers)),
        say("orders", n=say.count(head.orders)),
        say("revenue", money=say.exact(head.revenue)),
        *([say("money_in", currency=facts.currency)] if facts.currency else []),
        say("past_ends", date=head.as_of),
        say("made_by", version=__version__, engine=engines.engine_name(facts.tx.source)),
    ]


def _what(asked: Asked, facts: Facts, say: Voice) -> str:
    if asked.ids:
        return say("with_ids")
    return say("small_hidden", least=facts.least) if facts.least else say("aggregates")


def _files_of(tx: Transactions) -> list[str]:
    """Names of the files that were read, without their folders."""
    return [Path(stamp[0]).name for stamp in getattr(tx._origin, "stamps", ())]


def _name_of(tx: Transactions) -> str:
    files = _files_of(tx)
    return Path(files[0]).stem.replace("_", " ") if len(files) == 1 else ""


def again(tx: Transactions, file: str) -> str:
    """The line of Python that makes the report again."""
    return f"crmkit.report({_source(tx, package='crmkit')}, {file!r})"


def _source(tx: Transactions, *, package: str = "crm") -> str:
    """The call that reads these transactions, as far as it can be told without folders."""
    files = _files_of(tx)
    if tx.profile:
        told = [f"profile={tx.profile!r}"]
    else:
        told = [f"{role}={column!r}" for role, column in tx.roles.items() if column != NAMES[role]]
    told.append(f"as_of={str(tx.as_of)!r}")
    source = f"{package}.read({files[0]!r}, " if len(files) == 1 else f"{package}.Transactions(table, "
    return f"{source}{', '.join(told)})"
