"""No page, lesson, help text or error ever names a thing that does not exist.

Every code span of what people read is taken apart: a dotted name must resolve, a call must have the keywords that it is
given, an option must be one of the command line's, a file must be there, an extra must be in pyproject.toml, and a bare
word must be a name that the code has: of a function, an argument, a column, a value. Blocks of code are run elsewhere,
as doctests; blocks of shell are read here.
"""

from __future__ import annotations

import ast
import builtins
import functools
import inspect
import json
import re
import shlex
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import crmkit
from crmkit import labels

pytestmark = pytest.mark.docs

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    path.relative_to(ROOT).as_posix()
    for path in [*ROOT.glob("README*.md"), ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", ROOT / "SECURITY.md",
                 *(ROOT / "docs").rglob("*.md"), ROOT / "docs" / "llms.txt"]
    if path.exists() and not {"reference", "gallery", "_making"} & set(path.parts)
)  # fmt: skip
LESSONS = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "notebooks").glob("*.ipynb"))
SPAN = re.compile(r"(?<!`)(`{1,2})(?!`)(.+?)(?<!`)\1(?!`)")

# Names of others that pages speak of, each with a reason. What is crmkit's own never stands here.
OTHERS = {
    # tools and packages
    "crmkit", "pip", "python", "pytest", "ruff", "mypy", "git", "duckdb", "pandas", "polars", "pyarrow", "narwhals",
    "lifetimes", "rfm", "mlxtend", "lifelines", "jupyter", "conda", "numpy", "scipy", "matplotlib", "hypothesis",
    "sphinx", "twine", "make_table", "conftest",
    # peers, on the page for those who come from them
    "frequency", "recency", "monetary_value", "observation_period_end", "future_t", "time_unit", "time", "collapse",
    # Python's own
    "self", "None", "True", "False", "NaN", "nan", "float", "int", "str", "set", "dict", "list", "tuple",
}  # fmt: skip
# Pages whose subject is names that are no longer there, or those of other packages: only the columns named are read.
OLD_NAMES = {"docs/names.md": 1, "docs/zh/names.md": 1, "docs/migration.md": None, "docs/zh/migration.md": None,
             "CHANGELOG.md": None}  # fmt: skip

# Wrong names that pages show because the answer to them is what is told.
ASKED_FOR = {"crm.cohorts"}


# --- what exists ----------------------------------------------------------------------------------------------------


@cache
def words() -> frozenset[str]:
    """Every identifier in the source and every string that is data there: names, arguments, columns, values, keys."""
    found: set[str] = set(OTHERS) | set(dir(builtins))
    for path in (ROOT / "crmkit").rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        documents = {
            id(node.body[0].value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
            and node.body
            and isinstance(node.body[0], ast.Expr)
        }
        for node in ast.walk(tree):
            match node:
                case ast.Constant(value=str() as text) if id(node) not in documents:
                    found.update([text, *re.findall(r"\w+", text)] if len(text) < 200 else ())
                case ast.Name(id=name) | ast.arg(arg=name) | ast.Attribute(attr=name) | ast.keyword(arg=str() as name):
                    found.add(name)
                case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.alias(name=name):
                    found.add(name)
    for path in ("pyproject.toml", ".ci/run", "docs/conf.py"):
        found.update(re.findall(r"[\w.-]+", (ROOT / path).read_text(encoding="utf-8")))
    return frozenset(found)


@cache
def options() -> dict[str, set[str]]:
    """Options by command; those of all commands under ""."""
    from crmkit.cli.session import commands as made

    group = made()
    commands = {"": group, **group.commands}
    found = {
        name: {text for param in command.params for text in [*param.opts, *param.secondary_opts]} | {"--help", "-h"}
        for name, command in commands.items()
    }
    found[""] |= {"--debug"}
    return found


@cache
def any_option() -> frozenset[str]:
    return frozenset().union(*options().values())


@cache
def extras() -> frozenset[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return frozenset(project["optional-dependencies"])


@cache
def owners() -> tuple[Any, ...]:
    """Where a dotted name may begin: the package, its modules, and the public classes."""
    modules = [getattr(crmkit, name) for name in crmkit.__all__ if inspect.ismodule(getattr(crmkit, name))]
    classes = [getattr(module, name) for module in modules for name in dir(module) if name[0].isupper()]
    return (crmkit, *modules, *(one for one in classes if inspect.isclass(one)))


@cache
def source_of(owner: type) -> str:
    return inspect.getsource(owner)


@cache
def has(owner: Any, name: str) -> bool:
    """Whether an attribute is there: of a module or class, a field, or something that its code sets on itself."""
    if inspect.isclass(owner):
        if name in getattr(owner, "__dataclass_fields__", {}):
            return True
        for base in owner.__mro__:
            if base.__module__.startswith("crmkit") and re.search(rf"self\.{name}\b", source_of(base)):
                return True
            if name in inspect.get_annotations(base):
                return True
    try:
        return hasattr(owner, name)
    except Exception:  # what answers a wrong name with advice
        return False


def called_after(owner: Any) -> str:
    """What a thing of a class is called as a rule: a State is a state."""
    return owner.__name__.lower() if inspect.isclass(owner) else ""


@cache
def resolves(dotted: str) -> bool:
    """Whether a dotted name leads somewhere, from the package, a module, a class or an instance of one."""
    parts = dotted.split(".")
    if parts[0] in ("crm", "crmkit"):
        parts = parts[1:]
        if not parts:
            return True
        return _leads(crmkit, parts) or _imports(["crmkit", *parts])
    if any(_leads(owner, parts) for owner in owners()) or _imports(["crmkit", *parts]):
        return True
    if len(parts) > 1 and any(has(owner, parts[1]) for owner in owners() if called_after(owner) == parts[0]):
        return True  # `state.save` of a `State`, although `state` is a module too
    # `model.params_`, `result.table`, `tx.ledger`: a thing that some class of ours gives.
    return (
        parts[0] not in crmkit.__all__
        and parts[0].isidentifier()
        and len(parts) > 1
        and any(has(owner, parts[1]) for owner in owners()[1:])
    )


def _leads(owner: Any, parts: list[str]) -> bool:
    for part in parts:
        if not has(owner, part):
            return False
        owner = getattr(owner, part, None)
        if owner is None:
            return True
    return True


def _imports(parts: list[str]) -> bool:
    path = ROOT.joinpath(*parts)
    return path.is_dir() or path.with_suffix(".py").exists()


@cache
def called(dotted: str) -> Any:
    parts = dotted.split(".")
    parts = parts[1:] if parts[0] in ("crm", "crmkit") else parts
    for owner in owners():
        try:
            found = functools.reduce(getattr, parts, owner)
        except AttributeError:
            continue
        if callable(found):
            return found
    return None


# --- what is wrong with a span --------------------------------------------------------------------------------------


def wrong(span: str) -> list[str]:
    """What a code span names that does not exist."""
    text = span.strip()
    if text.startswith((".venv/bin/", ".ci/run ")):
        return wrong_shell(text)
    if "tool." in text:  # a section of pyproject.toml
        return [] if text in (ROOT / "pyproject.toml").read_text(encoding="utf-8") else [text]
    if re.fullmatch(
        r"[\w./*<>{}-]*/[\w./*<>{} -]*|[\w*-]+\.(md|py|toml|ipynb|csv|html|yml|yaml|json|parquet|xlsx|txt|cff)", text
    ):
        return wrong_file(text)
    if re.match(r"(crmkit|python3?|pip|conda|bash|git|\.ci/run)\b ", text) or text.startswith("--"):
        return wrong_shell(text)
    if re.fullmatch(r"[\w.]*\.?\[[\w,]+\]|crmkit\[[\w,]+\]", text) and "[" in text and not text.startswith("["):
        asked = re.search(r"\[([\w,]+)\]", text)
        return [f"extra {name}" for name in asked[1].split(",") if name not in extras() | words()] if asked else []
    try:
        tree = ast.parse(text, mode="eval")
    except SyntaxError:
        try:
            tree = ast.parse(f"f({text})", mode="eval") if "=" in text else ast.parse(text.rstrip(":") + ": pass")
        except SyntaxError:
            return []  # a formula, a path with spaces, a piece of SQL
    return [*wrong_names(tree)]


def wrong_names(tree: ast.AST) -> Iterator[str]:
    inner: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            inner.add(id(node.value))
    for node in ast.walk(tree):
        match node:
            case ast.Attribute() if id(node) not in inner:
                dotted = ast.unparse(node)
                plain = re.fullmatch(r"[\w.]+", dotted)
                if plain and not resolves(dotted):
                    yield dotted
                elif not plain and node.attr not in words():
                    yield f".{node.attr}"
            case ast.Name(id=name) if id(node) not in inner and name not in words() and not has(crmkit, name):
                if not (len(name) < 3 or name.isupper()):  # symbols of formulas
                    yield name
            case ast.Call(func=func, keywords=keywords):
                dotted = ast.unparse(func)
                target = called(dotted) if re.fullmatch(r"[\w.]+", dotted) else None
                taken = keywords_of(target) if target is not None else None
                for keyword in keywords:
                    if keyword.arg and (keyword.arg not in (words() if taken is None else taken)):
                        yield f"{dotted}({keyword.arg}=)"


@cache
def keywords_of(target: Any) -> frozenset[str] | None:
    try:
        parameters = inspect.signature(inspect.unwrap(target)).parameters.values()
    except (TypeError, ValueError):
        return None
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters):
        return None
    return frozenset(parameter.name for parameter in parameters)


# Files that pages speak of as a reader's own, or that a command makes.
READERS_FILES = re.compile(
    r"(sales|customers|orders|lines|report|survey|to-call|yesterday|today|forecast|file|crmkit)\b|.*[<*{]|.*\bcrmkit-demo/|/"
)


def wrong_file(text: str) -> list[str]:
    place = re.sub(r"<\w+>", "*", text.removeprefix("./").rstrip("/"))
    if READERS_FILES.match(place) and not place.startswith(("docs/", "notebooks/", "tests/", "crmkit/", ".ci/")):
        return []
    beside = [ROOT, ROOT / "docs", ROOT / "crmkit", ROOT / "docs" / "en", ROOT / ".ci"]
    if any(list(folder.glob(place)) for folder in beside) or re.fullmatch(r"\w+(/\w+){1,2}", place):
        return []
    return [f"file {text}"]


def wrong_shell(line: str) -> list[str]:
    """What is wrong with a line of shell: commands of crmkit, their options, extras."""
    found = [f"extra {name}" for asked in re.findall(r"(?:\.|crmkit)\[([\w,]+)\]", line)
             for name in asked.split(",") if name not in extras()]  # fmt: skip
    try:
        parts = shlex.split(line, comments=True)
    except ValueError:
        parts = line.split()
    for at, part in enumerate(parts):
        if re.fullmatch(r"(.*[\\/])?crmkit", part):
            rest = list(parts[at + 1 :])
            name = next((one for one in rest[:1] if not one.startswith("-")), "")
            if name and name not in options() and name not in ("COMMAND", "命令"):
                found.append(f"command {name}")
            allowed = options().get(name, any_option()) | options()[""]
            for option in rest:
                if option in ("|", ";", "&&", ">", "<"):
                    break
                plain = option.split("=")[0]
                if re.match(r"--\w", plain) and plain not in allowed:
                    found.append(f"option {plain} of {name}")
            break
    if parts and parts[0].startswith("--") and parts[0].split("=")[0] not in any_option():
        found.append(f"option {parts[0]}")
    return found


# --- what people read -----------------------------------------------------------------------------------------------


def spans(text: str, page: str = "") -> Iterator[str]:
    """The code spans of a page, without its blocks of code; of a page of old names, only its columns of new ones."""
    text = re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    text = re.sub(r"^~~~.*?^~~~", "", text, flags=re.DOTALL | re.MULTILINE)
    column = OLD_NAMES.get(page)
    for line in text.splitlines():
        if column is not None and line.startswith("|"):
            line = line.strip("|").split("|")[column]
        yield from (found[2] for found in SPAN.finditer(line))


def shell_lines(text: str) -> Iterator[str]:
    for block in re.findall(r"^```(?:sh|bash|powershell)\n(.*?)^```", text, flags=re.DOTALL | re.MULTILINE):
        yield from (line for line in block.splitlines() if line.strip() and not line.startswith("#"))


@pytest.mark.parametrize("page", [page for page in PAGES if OLD_NAMES.get(page, 0) is not None])
def test_a_page_names_only_what_exists(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    found = [f"`{span}`: {what}" for span in dict.fromkeys(spans(text, page)) for what in wrong(span)]
    found += [f"{line}: {what}" for line in shell_lines(text) for what in wrong_shell(line)]
    assert found == []


@pytest.mark.parametrize("page", [page for page, column in OLD_NAMES.items() if column is None])
def test_a_page_about_names_of_others_is_right_about_ours(page):
    """On these pages old names and those of other packages stand beside ours: only what begins with crm is read."""
    text = (ROOT / page).read_text(encoding="utf-8")
    ours = [span for span in dict.fromkeys(spans(text, page)) if re.match(r"(crm|clv|rfm)\.\w", span)]
    known = set(re.findall(r"[\w.]+", (ROOT / "docs" / "names.md").read_text(encoding="utf-8")))
    assert [
        f"`{span}`: {what}" for span in ours for what in wrong(span) if what.split("(")[0] not in known | ASKED_FOR
    ] == []


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_lesson_names_only_what_exists(lesson):
    cells = json.loads((ROOT / lesson).read_text(encoding="utf-8"))["cells"]
    text = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    made = set(re.findall(r"\w+", "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")))
    found = [
        (span, what) for span in dict.fromkeys(spans(text)) for what in wrong(span) if what.split(".")[0] not in made
    ]
    assert found == []


def test_the_help_names_only_commands_and_options_that_exist(capsys, monkeypatch):
    from crmkit import cli

    monkeypatch.setenv("COLUMNS", "200")
    found = []
    for command in options():
        capsys.readouterr()
        assert cli.main([*([command] if command else []), "--help"]) == 0
        said = capsys.readouterr().out
        allowed = any_option()
        found += [(command, option) for option in re.findall(r"(?<![\w-])--\w[\w-]*", said) if option not in allowed]
        found += [(command, what) for span in spans(said) for what in wrong(span)]
    assert found == []


def test_errors_and_labels_name_only_what_exists():
    """The next step that an error gives, ready to paste: crmkit.read(...), its keywords, its options, its extras."""
    from crmkit import errors

    sentences = {**errors._words, **labels._WORDS}
    found = []
    for key, pair in sentences.items():
        for sentence in pair:
            for dotted in re.findall(r"\bcrmkit\.[a-z_]\w*(?:\.\w+)*", re.sub(r"\{\w+\}", "_", sentence)):
                unknown = not resolves(dotted.rstrip("_.")) and not dotted.endswith((".toml", "_"))
                found += [(key, dotted)] if unknown else []
            found += [
                (key, option)
                for option in re.findall(r"(?<![\w-])--[a-z][\w-]*", sentence)
                if option not in any_option() and "pip install" not in sentence
            ]
            found += [(key, f"extra {name}") for asked in re.findall(r"crmkit\[([a-z,]+)\]", sentence)
                      for name in asked.split(",") if name not in extras()]  # fmt: skip
    assert found == []


NOT_THERE = """
crm.rfm.scores | rfm.score(levels=5) | retention.cohort | --no-such-option | docs/none.md | monetary_worth
pip install 'crmkit[nothing]' | crmkit tiers sales.csv | crmkit score --tier 3 | clv.BGNBD.params | until_quarter(tx)
"""
THERE = """
crm.rfm.score | rfm.score(bins=5) | tx.ledger | model.params_ | as_of | p_alive | docs/engines.md | --language
x | E[z] | pip install "crmkit[excel]" | crmkit score sales.csv -o out.xlsx | result.plot() | 1 + floor(k p)
"""


def listed(spans: str) -> list[str]:
    return [span.strip() for span in re.split(r"[|\n]", spans) if span.strip()]


@pytest.mark.parametrize("span", listed(NOT_THERE))
def test_a_name_that_does_not_exist_is_found(span):
    assert wrong(span), span


@pytest.mark.parametrize("span", listed(THERE))
def test_a_name_that_exists_is_left_alone(span):
    assert wrong(span) == []


def test_both_readmes_show_the_same():
    """As many examples, commands, pictures and headings; a picture per language."""
    english, chinese = ((ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.zh.md"))
    for kind in (r"^## ", r"^```sh", r"^crmkit \w+"):
        count = [len(re.findall(kind, page, flags=re.MULTILINE)) for page in (english, chinese)]
        assert count[0] == count[1], kind
    pictures = [re.findall(r"\(docs/images/(\w+)_(?:en|zh)\.png\)", page) for page in (english, chinese)]
    assert pictures[0] == pictures[1]
    assert len(pictures[0]) >= 3
    assert all((ROOT / "docs" / "images" / f"{name}_{one}.png").stat().st_size < 150_000
               for name in pictures[0] for one in ("en", "zh"))  # fmt: skip


def test_the_chinese_page_of_old_names_says_what_the_english_one_says():
    english, chinese = (
        [
            sorted(SPAN.findall(line))
            for line in (ROOT / page).read_text(encoding="utf-8").splitlines()
            if line.startswith("| ")
        ]
        for page in ("docs/names.md", "docs/zh/names.md")
    )
    assert chinese == english
