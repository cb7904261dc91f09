"""The reference: a page for every public name, from its docstring, made when the site is built.

What has no example in its docstring shows one of `docs/examples.md`, or that of the function which gives it.
"""

from __future__ import annotations

import functools
import inspect
import re
import shutil
import textwrap
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import crmkit

# Records of a class whose example shows them.
SHOWN_BY = {"crmkit.churn.Validation": "crmkit.churn.ChurnModel"}
MORE = Path(__file__).resolve().parent.parent / "examples.md"


def modules() -> list[str]:
    """The public modules, by name."""
    return [name for name in crmkit.__all__ if inspect.ismodule(getattr(crmkit, name))]


def names_of(module: str) -> Iterator[tuple[str, Any]]:
    """The public names of a module; of the package itself if `module` is empty."""
    if not module:
        owner: Any = crmkit
        listed = [name for name in crmkit.__all__ if not inspect.ismodule(getattr(crmkit, name))]
    else:
        owner = getattr(crmkit, module)
        listed = [name for name in dir(owner) if not name.startswith("_")]
    for name in listed:
        member = getattr(owner, name)
        if not isinstance(member, types.ModuleType):
            yield name, member


def example_of(thing: Any) -> str:
    """The examples of a docstring, or nothing."""
    text = inspect.getdoc(thing) or ""
    _, found, after = text.partition("Examples\n--------\n")
    if not found:
        return text[text.index(">>>") :] if ">>>" in text else ""
    lines = after.splitlines()
    end = next((at for at in range(1, len(lines)) if set(lines[at]) == {"-"} and len(lines[at]) > 3), len(lines) + 1)
    return "\n".join(lines[: end - 1]).strip()


def makers() -> dict[str, tuple[str, str]]:
    """Per record: a function that gives it, and that function's example."""
    found: dict[str, tuple[str, str]] = {}
    for module in [*modules(), ""]:
        for name, member in names_of(module):
            path = ".".join(part for part in ("crmkit", module, name) if part)
            members = [(path, member)]
            if inspect.isclass(member):
                members = [(f"{path}.{key}", value) for key, value in vars(member).items() if not key.startswith("_")]
            for where, given in members:
                if not callable(given) or inspect.isclass(given):
                    continue
                hints = getattr(inspect.unwrap(given), "__annotations__", {})
                example = example_of(given)
                if example:
                    for part in str(hints.get("return", "")).replace("[", "|").replace("]", "|").split("|"):
                        found.setdefault(part.strip().rpartition(".")[2], (where, example))
    return found


def _named(path: str) -> Any:
    """What a dotted name stands for."""
    return functools.reduce(getattr, path.split(".")[1:], crmkit)


def page_of(path: str, member: Any) -> str:
    """File name of a page. Classes carry a mark, because `Rules` and `rules` are one name on some file systems."""
    return f"{path}.class" if inspect.isclass(member) else path


def _page(path: str, member: Any, made_by: dict[str, tuple[str, str]]) -> str:
    owner, _, name = path.rpartition(".")
    module = owner.removeprefix("crmkit").removeprefix(".")
    # Not in the menu: a menu of four hundred names helps nobody, and costs a minute to draw on every page.
    lines = [":orphan:", "", name, "=" * len(name), "", f"In :doc:`{owner} <{module or 'package'}>`.", ""]
    if inspect.isclass(member):
        lines += [f".. autoclass:: {path}", "   :members:", "   :inherited-members: Exception, Warning"]
        # A class of a private file that is public twice would be two objects of one name; the first page has it.
        twice = module and "._" in member.__module__ and getattr(crmkit, name, None) is member
        lines += ["   :no-index:", ""] if twice else [""]
        if example_of(member):
            return "\n".join(lines)
        written = re.search(
            rf"^## {re.escape(path)}\n(.*?)(?=^## |\Z)", MORE.read_text("utf-8"), re.DOTALL | re.MULTILINE
        )
        if written:
            code = "\n".join(re.findall(r"```python\n(.*?)```", written[1], re.DOTALL)).strip()
            lines += ["Example:", "", ".. code-block:: pycon", "", textwrap.indent(code, "   "), ""]
        elif path in SHOWN_BY or name in made_by:
            where, example = made_by.get(name) or (SHOWN_BY[path], example_of(_named(SHOWN_BY[path])))
            part = where.rpartition(".")[2]
            role = "class" if part[0].isupper() else "meth" if where.rsplit(".", 2)[1][0].isupper() else "func"
            lines += [f"Example, of :{role}:`{where}`, which gives it:", "", ".. code-block:: pycon", ""]
            lines += [textwrap.indent(example, "   "), ""]
    elif callable(member):
        lines += [f".. autofunction:: {path}", ""]
    else:
        lines += [f".. py:data:: {path}", "", ".. code-block:: python", "", f"   {member!r}", ""]
    return "\n".join(lines)


def _summary(member: Any) -> str:
    if not callable(member):
        return "a constant"
    return (inspect.getdoc(member) or "").split("\n\n")[0].replace("\n", " ").replace("|", r"\|")


def write(folder: Path) -> None:
    """Write all pages into `folder`, which is emptied first."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    made_by = makers()
    for module in ["", *modules()]:
        title = f"crmkit.{module}" if module else "crmkit"
        lines = [title, "=" * len(title), ""]
        about = inspect.getdoc(getattr(crmkit, module)) if module else "The names that stand at the top of the package."
        lines += [*_paragraphs(about or ""), "", ".. list-table::", "   :widths: 30 70", ""]
        for name, member in names_of(module):
            path = ".".join(part for part in ("crmkit", module, name) if part)
            page = page_of(path, member)
            (folder / f"{page}.rst").write_text(_page(path, member, made_by), encoding="utf-8")
            lines += [f"   * - :doc:`{name} <{page}>`", f"     - {_summary(member)}"]
        lines.append("")
        (folder / f"{module or 'package'}.rst").write_text("\n".join(lines), encoding="utf-8")
    index = ["Reference", "=========", "", "Every public name, from its docstring; the examples run as tests.", ""]
    index += [".. toctree::", "   :maxdepth: 1", "", *(f"   {name}" for name in ["package", *modules()]), ""]
    (folder / "index.rst").write_text("\n".join(index), encoding="utf-8")


def _paragraphs(text: str) -> list[str]:
    """A module's docstring as reStructuredText: fenced code becomes a code block."""
    lines, code = [], False
    for line in text.splitlines():
        if line.startswith("```"):
            code = not code
            lines += ["", ".. code-block:: python", ""] if code else [""]
        else:
            lines.append(f"   {line}" if code else line)
    return lines
