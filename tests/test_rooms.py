"""The map of the rooms in CONTRIBUTING.md, the length of functions, and the table of names, kept true."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import crmkit as crm

ROOT = Path(__file__).resolve().parent.parent
FILES = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "crmkit").rglob("*.py"))
MAP = re.compile(r"^- `(crmkit/[\w/]+\.py)`: (.+)$", flags=re.MULTILINE)


def tree(path: str) -> ast.Module:
    return ast.parse((ROOT / path).read_text(encoding="utf-8"))


def purpose(path: str) -> str:
    """What a file says that it is for, in its first line."""
    return (ast.get_docstring(tree(path)) or "").split("\n")[0]


def test_the_map_has_one_line_for_each_file_in_the_file_s_own_words():
    """After a change: python tests/test_rooms.py writes the map anew."""
    drawn = dict(MAP.findall((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")))
    assert drawn == {path: purpose(path) for path in FILES}


MOST_LINES = 50


def long_bodies(path: str) -> list[str]:
    found = []
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            code = node.body[1:] if ast.get_docstring(node) and len(node.body) > 1 else node.body
            lines = (code[-1].end_lineno or 0) - code[0].lineno + 1
            found += [f"{path}: {node.name}, {lines} lines"] if lines > MOST_LINES else []
    return found


def test_no_body_of_a_function_is_long():
    assert [said for path in FILES for said in long_bodies(path)] == []


ROWS = re.findall(
    r"^\| (.+?) \| (.+) \|$", (ROOT / "docs" / "names.md").read_text(encoding="utf-8"), flags=re.MULTILINE
)
NEW = sorted({name for _, new in ROWS for name in re.findall(r"`(crm(?:\.\w+)+)", new)})
GONE = sorted({name for old, _ in ROWS for name in re.findall(r"`(crm(?:\.\w+)+)(?=`)", old)})


def found(name: str) -> object:
    thing: object = crm
    for part in name.split(".")[1:]:
        thing = getattr(thing, part)
    return thing


def test_there_are_names_to_check():
    assert len(NEW) > 20
    assert len(GONE) > 20


@pytest.mark.parametrize("name", NEW)
def test_a_new_name_is_there(name):
    assert found(name) is not None


def exists(name: str) -> bool:
    try:
        found(name)
    except AttributeError:
        return False
    return True


@pytest.mark.parametrize("name", GONE)
def test_an_old_name_is_an_alias_or_an_unknown_name_that_is_named(name):
    if not exists(name):
        with pytest.raises(AttributeError, match="|".join(name.split(".")[1:])):
            found(name)


def draw_map() -> None:
    page = ROOT / "CONTRIBUTING.md"
    text = page.read_text(encoding="utf-8")
    lines = "\n".join(f"- `{path}`: {purpose(path)}" for path in FILES)
    begin, end = "<!-- map -->\n", "\n<!-- end of map -->"
    head, rest = text.split(begin)
    page.write_text(head + begin + lines + end + rest.split(end)[1], encoding="utf-8")


if __name__ == "__main__":
    draw_map()
