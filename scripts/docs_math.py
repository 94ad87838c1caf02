"""Formulas as MathML, which browsers draw by themselves: the documentation is read offline too."""

from __future__ import annotations

from typing import Any

from docutils import nodes
from docutils.utils.math.latex2mathml import tex2mathml


def show_inline(writer: Any, node: nodes.math) -> None:
    """Write a formula within a line."""
    _show(writer, node, block=False)


def show_block(writer: Any, node: nodes.math_block) -> None:
    """Write a formula on lines of its own."""
    writer.body.append('<div class="math">')
    _show(writer, node, block=True)


def _show(writer: Any, node: nodes.Element, *, block: bool) -> None:
    writer.body.append(tex2mathml(node.astext(), as_block=block) + ("</div>" if block else ""))
    raise nodes.SkipNode
