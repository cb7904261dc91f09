"""The gallery: every figure with the code that draws it, both made when the site is built.

The code is the example in the docstring of each `crmkit.plotting.plot_...`, so a new figure is here as soon as it is
written, and one without an example stops the build.
"""

from __future__ import annotations

import doctest
import inspect
import os
import shutil
import warnings
from pathlib import Path
from typing import Any

import reference

import crmkit

TITLES = {"en": "Gallery", "zh": "图库"}
ABOUT = {
    "en": "Every figure of `crmkit.plotting`, drawn by the example of its docstring when this site was built. "
    "Each takes a result and returns the axes; `result.plot()` finds the one that fits.",
    "zh": "`crmkit.plotting` 的全部图形，均由各函数文档中的示例在生成本站时绘制。"
    "每个函数接收一个结果并返回坐标轴；`result.plot()` 会自动找到相应的图。",
}


def figures() -> list[str]:
    """Names of the functions that draw."""
    return [name for name in dir(crmkit.plotting) if name.startswith("plot_")]


def code_of(name: str) -> list[str]:
    """The statements of a drawer's example."""
    drawer = getattr(crmkit.plotting, name)
    parts = doctest.DocTestParser().get_examples(reference.example_of(drawer))
    if not parts:
        raise ValueError(f"plotting.{name} has no example to draw it by")
    return [part.source.rstrip("\n") for part in parts]


def draw(name: str, path: Path, language: str) -> None:
    """Run the example of a drawer and save its largest figure."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    pyplot.close("all")
    crmkit.set_language(language)
    scope: dict[str, Any] = dict(vars(inspect.getmodule(getattr(crmkit.plotting, name)) or crmkit.plotting))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for code in code_of(name):
                exec(compile(code, f"<{name}>", "single"), scope)
        drawn = [pyplot.figure(number) for number in pyplot.get_fignums()]
        if not drawn:
            raise ValueError(f"the example of plotting.{name} draws nothing")
        figure = max(drawn, key=lambda one: float(one.get_size_inches().prod()))
        figure.savefig(path, dpi=110, bbox_inches="tight", metadata={"Software": None})
    finally:
        crmkit.set_language(None)
        pyplot.close("all")


def write(folder: Path, language: str) -> None:
    """Write the page of one language, and its pictures, into `folder`, which is emptied first."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    lines = [f"# {TITLES[language]}", "", ABOUT[language], ""]
    with open(os.devnull, "w") as silence:
        import contextlib

        for name in figures():
            with contextlib.redirect_stdout(silence):
                draw(name, folder / f"{name}.png", language)
            said = (inspect.getdoc(getattr(crmkit.plotting, name)) or "").split("\n")[0]
            lines += [f"## {name}", "", f"{{func}}`crmkit.plotting.{name}`: {said}", ""]
            lines += [f"![{said}]({name}.png)", "", "```python", *code_of(name), "```", ""]
    (folder / "index.md").write_text("\n".join(lines), encoding="utf-8")
