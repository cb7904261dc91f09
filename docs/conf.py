"""Settings of the documentation site: `python -m sphinx -W --keep-going -b html docs site` builds it, offline."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "_making"))
sys.path.insert(0, str(HERE.parent))

import gallery
import reference

import crmkit

project = "crmkit"
author = "The crmkit founders"
copyright = "The crmkit founders, Apache-2.0"
release = version = crmkit.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "mathml"]
source_suffix = {".md": "markdown", ".rst": "restructuredtext"}
exclude_patterns = ["_making", "_build", "skill", "images"]
default_role = "code"
nitpicky = False
myst_enable_extensions = ["dollarmath", "deflist"]
myst_heading_anchors = 4
suppress_warnings = ["config.cache"]

autodoc_member_order = "bysource"
autodoc_typehints = "none"
napoleon_google_docstring = False
napoleon_use_rtype = False
napoleon_use_param = False  # as text: "table" is a word there, no link to some attribute of that name
napoleon_custom_sections = [("Attributes", "params_style")]

html_theme = "furo"
html_title = "crmkit"
html_math_renderer = "mathml"
html_copy_source = False
html_show_sphinx = False
html_extra_path = ["llms.txt", "skill"]
html_theme_options = {"navigation_with_keys": True}
language = "en"


def _write_pages(_: object) -> None:
    reference.write(HERE / "reference")
    for tree in ("en", "zh"):
        folder = HERE / tree / "gallery"
        if not (os.environ.get("CRMKIT_GALLERY") == "keep" and folder.is_dir()):  # two minutes, while one writes
            gallery.write(folder, tree)


def _without_stars(_: object, __: str, ___: str, ____: object, _____: object, lines: list[str]) -> None:
    """A star or a trailing underscore in a docstring is itself, not markup: we write neither emphasis nor targets."""
    example = False
    for at, line in enumerate(lines):
        example = line.lstrip().startswith(">>>") or (example and bool(line.strip()))
        if not example:
            parts = line.split("`")
            parts[::2] = [re.sub(r"(?<!\\)\*|(?<=\w)_(?!\w)", r"\\\g<0>", part) for part in parts[::2]]
            lines[at] = "`".join(parts)


def _join_chinese(_: object, page: str, text: list[str]) -> None:
    """Chinese has no blanks between words: a line that ends within a sentence goes on without one."""
    if page.startswith("zh/") or page.endswith(".zh"):
        text[0] = re.sub(r"(?<=[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef])\n(?=[\u4e00-\u9fff（`])(?!```)", "", text[0])


def _write_in_one(app: object, failed: Exception | None) -> None:
    """The English pages in one file, for readers that take a site in at once."""
    if failed is None:
        names = ["llms.txt", *(f"en/{name}.md" for name in ("tutorial", "how-to", "concepts", "glossary", "limits"))]
        texts = [(HERE / name).read_text("utf-8") for name in [*names, "opinions.md", "engines.md", "examples.md"]]
        out = Path(app.outdir)  # type: ignore[attr-defined]
        (out / "llms-full.txt").write_text("\n\n".join(texts), encoding="utf-8")


def setup(app: object) -> None:
    """Called by Sphinx: write the pages that are made from the code before reading starts."""
    app.connect("builder-inited", _write_pages)  # type: ignore[attr-defined]
    app.connect("source-read", _join_chinese)  # type: ignore[attr-defined]
    app.connect("build-finished", _write_in_one)  # type: ignore[attr-defined]
    app.connect("autodoc-process-docstring", _without_stars, priority=400)  # type: ignore[attr-defined]
