"""The layout of `--help`, in both languages: what it does, its own options, INPUT, where the answer goes."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from typing import Any

from crmkit import labels
from crmkit.cli import text
from crmkit.labels import Language

_NARROWEST, _WIDEST = 60, 120
_LEFT = 34  # of the column with options, at most


def command_help(name: str, options: Sequence[Any], sections: Sequence[Sequence[str]], language: Language) -> str:
    """The help of a command; `sections` are the names of its own options, of those on INPUT, of those on the answer."""
    arguments = " ".join(each.metavar or each.name.upper() for each in options if not _is_option(each))
    usage = " ".join(filter(None, (text.label("help_usage", language), "crmkit", name, arguments, "[OPTIONS]")))
    lines = [usage, "", *_wrapped(about(name, language), _wide())]
    titles = ("help_of_command", "help_of_input", "help_of_answer")
    by_name = {each.name: each for each in options}
    for title, names in zip(titles, sections, strict=True):
        listed = [(_written(by_name[one]), said_of(name, by_name[one], language)) for one in names if one in by_name]
        if listed:
            lines += ["", f"{text.label(title, language)}:", *listing(listed)]
    return "\n".join([*lines, "", *_wrapped(text.label("help_settings", language), _wide())])


def about(name: str, language: Language) -> str:
    """What a command does."""
    return text.label(f"about_{name}", language)


def first_sentence(said: str) -> str:
    """The beginning of what a command does, without its full stop.

    >>> first_sentence("Print cohorts: who, and when. By age."), first_sentence("打印客户群。各群的客户数。")
    ('Print cohorts: who, and when', '打印客户群')
    """
    ends = [place for place in (said.find(". "), said.find("。")) if place > 0]
    return said[: min(ends)] if ends else said.rstrip(".")


def said_of(command: str, option: Any, language: Language) -> str:
    """What an option does, and what it is without a word."""
    own = text.known(f"option_{command}_{option.name}", "", language)
    said = own or text.label(f"option_{option.name}", language)
    if option.required and _is_option(option):
        note = text.label("help_needed", language)
    elif option.default in (None, False, True, (), []) or callable(option.default):
        return said
    else:
        note = text.phrase("help_default", language, value=option.default)
    return f"{said}（{note}）" if language == "zh" else f"{said} ({note})"


def listing(listed: Sequence[tuple[str, str]], most: int = _LEFT) -> list[str]:
    """Two columns: what is written, and what it means, wrapped."""
    left = min(max(labels.width(first) for first, _ in listed), most)
    lines = []
    for first, said in listed:
        rows = _wrapped(said, _wide() - left - 4)
        if labels.width(first) > left:
            lines.append(f"  {first}")
            first = ""
        lines += [f"  {(first if at == 0 else '').ljust(left)}  {row}" for at, row in enumerate(rows)]
    return lines


def _written(option: Any) -> str:
    """How an option is written: its names, and what follows."""
    if not _is_option(option):
        return str(option.metavar or option.name.upper())
    names = ", ".join(sorted([*option.opts, *option.secondary_opts], key=lambda one: (not one.startswith("--"), one)))
    return names if option.is_flag else f"{names} {option.metavar or ''}".rstrip()


def _is_option(each: Any) -> bool:
    return bool(each.opts[0].startswith("-"))


def _wide() -> int:
    return max(_NARROWEST, min(shutil.get_terminal_size().columns, _WIDEST)) - 2


def _wrapped(said: str, wide: int) -> list[str]:
    """A text in lines; between Chinese characters a line may end anywhere.

    >>> _wrapped("one two three", 8), _wrapped("一二三四", 5)
    (['one two', 'three'], ['一二', '三四'])
    """
    lines, line = [], ""
    for piece in _pieces(said):
        if line and labels.width(line + piece.rstrip()) > wide:
            lines.append(line.rstrip())
            line = ""
        line += piece if line else piece.lstrip()
    return [*lines, line.rstrip()]


def _pieces(said: str) -> Iterable[str]:
    """Words with the blank after them, and wide characters one by one; a closing sign stays with what it closes."""
    word = ""
    for at, letter in enumerate(said):
        word += letter
        follows = said[at + 1 : at + 2]
        if (
            letter == " "
            or (labels.width(letter) == 2 and follows not in "，。；：、）！？”")
            or (follows and labels.width(follows) == 2 and follows not in "，。；：、）！？”")
        ):
            yield word
            word = ""
    if word:
        yield word
