"""Errors: fields, one place that makes the sentence, two languages."""

from __future__ import annotations

import ast
import inspect
import pickle
import string
from pathlib import Path

import pytest

import crmkit as crm
from crmkit import errors
from crmkit.errors import ArgumentError, ColumnError, CrmkitError, Words
from crmkit.labels import errors as tables

PACKAGE = Path(inspect.getfile(crm)).parent
KNOWN = tables.words()
KINDS = {name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, CrmkitError)}


def places(sentence: str) -> set[str]:
    return {name.split("[")[0].split(".")[0] for _, name, _, _ in string.Formatter().parse(sentence) if name}


def keys_raised():
    """File, line and key of each error that is made of a constant key."""
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in KINDS):
                continue
            position = 2 if node.func.id == "ArgumentError" and len(node.args) > 1 else 0
            key = node.args[position] if len(node.args) > position else None
            if isinstance(key, ast.Constant) or (isinstance(key, ast.JoinedStr) and " " in ast.unparse(key)):
                yield path.relative_to(PACKAGE), node.lineno, getattr(key, "value", "a sentence"), node


def test_an_error_carries_fields_and_speaks_the_language_that_is_set():
    error = ArgumentError("top", 7, "share", example=0.2)
    assert (error.argument, error.given, error.example) == ("top", 7, 0.2)
    assert error.expected == "a share between 0 and 1"
    assert str(error) == "top=7 is not a share between 0 and 1. Give one, such as top=0.2."
    assert (
        error.text(command={"top": "--top"}) == "--top 7 is not a share between 0 and 1. Give one, such as --top 0.2."
    )
    crm.set_language("zh")
    try:
        assert str(error) == error.text("zh") == "top=7 不是 0 到 1 之间的比例。请改用例如 top=0.2。"
        with pytest.raises(ArgumentError, match="不是可用的取值"):
            crm.set_language("fr")
    finally:
        crm.set_language(None)


def test_an_error_survives_the_way_from_a_worker():
    error = pickle.loads(
        pickle.dumps(ColumnError("frame_column_numeric_but", name="m", value="text", values="'a'", next=""))
    )
    assert isinstance(error, ColumnError)
    assert str(error) == "column 'm' is not numeric but text: 'a'."


def test_values_are_quoted_in_short():
    assert len(str(ArgumentError("horizon", "x" * 10_000, "duration", example="52W"))) < 300


def test_parts_of_a_sentence_are_in_its_language():
    error = ColumnError("frame_column_table_needs", absent="a", columns="b", needed="c", next=Words("hint_scores"))
    assert error.text("zh").endswith(KNOWN["hint_scores"][1])
    assert error.text("en").endswith(KNOWN["hint_scores"][0])


def test_both_languages_say_the_same_fields():
    uneven = {
        key: places(zh) ^ places(en) for key, (en, zh) in KNOWN.items() if (places(zh) ^ places(en)) - {"plural", "s"}
    }
    assert uneven == {}


def test_no_key_stands_in_two_files():
    import importlib
    import pkgutil

    rooms = [
        importlib.import_module(f"{tables.__name__}.{room.name}") for room in pkgutil.iter_modules(tables.__path__)
    ]
    keys = [key for room in rooms for key in room.WORDS]
    assert sorted(set(keys)) == sorted(keys)


def test_every_error_that_is_raised_has_words():
    wordless = [f"{path}:{line}" for path, line, key, _ in keys_raised() if key not in KNOWN]
    assert wordless == []


def test_every_error_fills_its_sentence():
    unfilled = []
    for path, line, key, node in keys_raised():
        given = {keyword.arg for keyword in node.keywords} | {"argument", "given", "name_given", "expected"}
        given |= {"name_example"} if "example" in given else set()
        lacking = set().union(*(places(words) for words in KNOWN.get(key, ()))) - given
        if lacking and None not in given:
            unfilled.append(f"{path}:{line} {sorted(lacking)}")
    assert unfilled == []
