"""Write the pages of the documentation that follow from the code: one a method, and the reference of public names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import xai_widgets as xai
from xai_widgets.method import REGISTRY

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from xai_widgets.method import Parameter

TOPICS = {
    "On screen": ("explain", "ImageExplainer", "TextExplainer", "TabularExplainer", "EmbeddingExplorer"),
    "Attribution": ("attribute", "attribute_iter", "methods", "Attribution", "Prediction", "Unit", "TextSpan", "load"),
    "The model check": ("check", "check_iter", "Check", "Finding", "Verdict"),
    "Counterfactuals": ("counterfactuals", "counterfactuals_iter", "Constraints", "Counterfactuals"),
    "Edits": ("Blur", "Brightness", "Contrast", "Noise", "Occlude", "Rotation", "Delete", "Mask", "Replace"),
    "Words": ("word_menu", "word_effects", "word_vectors", "WordVectors"),
    "Whole tables": (
        "permutation_importance",
        "partial_dependence",
        "accumulated_local_effects",
        "sensitivity",
        "surrogate_tree",
        "global_importance",
        "population_iter",
    ),
    "Errors": ("ModelError", "OutOfMemoryError", "WeightsChangedError"),
}
"""Public names by topic, in the order of the pages; what is in none comes last."""

NEEDS = {
    "gradients": "gradients of the score",
    "rules": "a rule for each operation of the network",
    "map": "a layer whose output can be arranged as a map",
    "attention": "attention weights",
    "batches": "several inputs at a time (rows that know of each other go one by one)",
}
"""What `Method.uses` means, in words."""


HEADER = ("parameter", "meaning", "default", "range")


def write(docs: Path) -> None:
    """Write `methods/` and `reference/` below the folder of pages; only what has changed, so that builds stay quick."""
    pages = {**method_pages(docs), **reference_pages()}
    for folder in ("methods", "reference"):
        for old in (docs / folder).glob("*.rst"):
            if f"{folder}/{old.name}" not in pages:
                old.unlink()
    for name, text in pages.items():
        path = docs / name
        path.parent.mkdir(exist_ok=True)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


def method_pages(docs: Path) -> dict[str, str]:
    """Return a page a method, and their list by family."""
    pages, families = {}, dict[str, list[str]]()
    for method in xai.methods():
        cls = REGISTRY[method.name]
        needs = "; ".join(NEEDS[one] for one in NEEDS if one in cls.uses) or "scores alone"
        blocks = [
            _title(method.title),
            f"*{method.sentence}*",
            *_picture(docs, method.name, method.title),
            f'``xai.attribute(model, x, "{method.name}")``. Family: {method.family}. Needs: {needs}.',
            _title("Parameters", "-"),
            _parameters(method.parameters),
            _title("Definition", "-"),
            f".. autoclass:: {cls.__module__}.{cls.__name__}\n   :no-members:",
        ]
        pages[f"methods/{method.name}.rst"] = _page(blocks)
        families.setdefault(method.family, []).append(method.name)
    blocks = [
        _title("Methods"),
        "Which to take when: :doc:`a guide </which-method>`. ``xai.methods(model)`` tells which fit.",
    ]
    for family, names in families.items():
        told = "\n".join(f"- :doc:`{name}`: {REGISTRY[name].sentence}" for name in names)
        blocks += [_title(family, "-"), told, _toctree(names, "   :hidden:")]
    return {**pages, "methods/index.rst": _page(blocks)}


def reference_pages() -> dict[str, str]:
    """Return a page a topic with what the docstrings of its public names say."""
    told = {name for names in TOPICS.values() for name in names}
    rest = tuple(name for name in xai.__all__ if name not in told and not name.startswith("_"))
    pages, listed = {}, []
    for topic, names in {**TOPICS, "More": rest}.items():
        if not names:
            continue
        slug = topic.lower().replace(" ", "-")
        blocks = [
            block for name in names for block in (_title(name, "-"), f".. auto{_kind(name)}:: xai_widgets.{name}")
        ]
        pages[f"reference/{slug}.rst"] = _page([_title(topic), *blocks])
        listed.append(slug)
    intro = "``import xai_widgets as xai``; everything below is ``xai.`` something."
    return {**pages, "reference/index.rst": _page([_title("Reference"), intro, _toctree(listed, "   :maxdepth: 2")])}


def _page(blocks: list[str]) -> str:
    return "\n\n".join(blocks) + "\n"


def _title(text: str, line: str = "=") -> str:
    return f"{text}\n{line * len(text)}"


def _toctree(names: list[str], option: str) -> str:
    return ".. toctree::\n" + option + "\n\n" + "\n".join(f"   {name}" for name in names)


def _picture(docs: Path, name: str, title: str) -> list[str]:
    picture = f"pictures/methods/{name}.webp"
    return [f".. image:: /{picture}\n   :alt: An explanation by {title}"] if (docs / picture).exists() else []


def _parameters(parameters: Sequence[Parameter]) -> str:
    rows = [
        [f"``{one.name}``", one.sentence, f"``{one.default!r}``", _range(one.low, one.high)]
        for one in parameters
        if not one.hidden
    ]
    if not rows:
        return "None."
    cells = "\n".join("   * - " + "\n     - ".join(row) for row in (HEADER, *rows))
    return f".. list-table::\n   :header-rows: 1\n   :widths: 20 50 18 12\n\n{cells}"


def _kind(name: str) -> str:
    found = getattr(xai, name)
    if not isinstance(found, type):
        return "function"
    return "exception" if issubclass(found, Exception) else "class"


def _range(low: float | None, high: float | None) -> str:
    if low is None and high is None:
        return ""
    return f"{'' if low is None else f'{low:g}'} … {'' if high is None else f'{high:g}'}"
