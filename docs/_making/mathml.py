"""Formulas as MathML, which browsers draw themselves: no script, no network, no pictures of text."""

from __future__ import annotations

from typing import Any

from docutils import nodes
from docutils.utils.math import latex2mathml


def _drawn(node: nodes.Element, *, block: bool) -> str:
    tree = latex2mathml.tex2mathml(node.astext(), as_block=block)
    return tree if isinstance(tree, str) else str(tree.toprettyxml())


def inline(translator: Any, node: nodes.Element) -> None:
    """An inline formula."""
    translator.body.append(_drawn(node, block=False))
    raise nodes.SkipNode


def block(translator: Any, node: nodes.Element) -> None:
    """A formula on a line of its own."""
    translator.body.append(f'<div class="math">{_drawn(node, block=True)}</div>')
    raise nodes.SkipNode


def setup(app: Any) -> dict[str, bool]:
    """Called by Sphinx."""
    app.add_html_math_renderer("mathml", inline_renderers=(inline, None), block_renderers=(block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
