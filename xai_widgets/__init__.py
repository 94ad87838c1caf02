"""A PyTorch model explains itself, live, in a notebook cell.

``xai.explain(model, x)`` shows the widget; ``xai.attribute(model, x)`` computes the same off screen.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from xai_widgets._version import __version__

if TYPE_CHECKING:
    from xai_widgets.api import (
        accumulated_local_effects,
        attribute,
        attribute_iter,
        check,
        check_iter,
        compare_methods,
        compare_methods_iter,
        counterfactuals,
        counterfactuals_iter,
        evaluate,
        evaluate_iter,
        global_importance,
        individual_curves,
        methods,
        partial_dependence,
        permutation_importance,
        population_iter,
        sensitivity,
        surrogate_tree,
        word_effects,
        word_menu,
    )
    from xai_widgets.changes import Counterfactuals
    from xai_widgets.counterfactual import Constraints
    from xai_widgets.embeddings import WordVectors, word_vectors
    from xai_widgets.evaluations import Evaluation
    from xai_widgets.export import load
    from xai_widgets.findings import Check, Finding, Verdict
    from xai_widgets.inputs import Blur, Brightness, Contrast, Delete, Mask, Noise, Occlude, Regions, Replace, Rotation
    from xai_widgets.models import ModelError, OutOfMemoryError, WeightsChangedError
    from xai_widgets.reports import report
    from xai_widgets.results import Attribution, Prediction, Unit
    from xai_widgets.text import TextSpan
    from xai_widgets.widgets import (
        EmbeddingExplorer,
        ImageExplainer,
        PopulationExplorer,
        TabularExplainer,
        TextExplainer,
        explain,
    )

__all__ = [
    "Attribution",
    "Blur",
    "Brightness",
    "Check",
    "Constraints",
    "Contrast",
    "Counterfactuals",
    "Delete",
    "EmbeddingExplorer",
    "Evaluation",
    "Finding",
    "ImageExplainer",
    "Mask",
    "ModelError",
    "Noise",
    "Occlude",
    "OutOfMemoryError",
    "PopulationExplorer",
    "Prediction",
    "Regions",
    "Replace",
    "Rotation",
    "TabularExplainer",
    "TextExplainer",
    "TextSpan",
    "Unit",
    "Verdict",
    "WeightsChangedError",
    "WordVectors",
    "__version__",
    "accumulated_local_effects",
    "attribute",
    "attribute_iter",
    "check",
    "check_iter",
    "compare_methods",
    "compare_methods_iter",
    "counterfactuals",
    "counterfactuals_iter",
    "evaluate",
    "evaluate_iter",
    "explain",
    "global_importance",
    "individual_curves",
    "load",
    "methods",
    "partial_dependence",
    "permutation_importance",
    "population_iter",
    "report",
    "sensitivity",
    "surrogate_tree",
    "word_effects",
    "word_menu",
    "word_vectors",
]

_HOMES = {
    "api": (
        "accumulated_local_effects attribute attribute_iter check check_iter compare_methods compare_methods_iter "
        "counterfactuals counterfactuals_iter evaluate evaluate_iter global_importance individual_curves methods "
        "partial_dependence permutation_importance population_iter sensitivity surrogate_tree word_effects word_menu"
    ),
    "changes": "Counterfactuals",
    "counterfactual": "Constraints",
    "embeddings": "WordVectors word_vectors",
    "evaluations": "Evaluation",
    "export": "load",
    "findings": "Check Finding Verdict",
    "inputs": "Blur Brightness Contrast Delete Mask Noise Occlude Regions Replace Rotation",
    "models": "ModelError OutOfMemoryError WeightsChangedError",
    "text": "TextSpan",
    "reports": "report",
    "results": "Attribution Prediction Unit",
    "widgets": "EmbeddingExplorer ImageExplainer PopulationExplorer TabularExplainer TextExplainer explain",
}
"""Where the names live. They are imported at first use: a Jupyter server that loads our extension has no torch."""

_MODULES = {"samples", "tutorial"}
"""Taken as a whole, so that `xai.samples.photo("cat")` needs no import of its own."""

_HOME = {name: home for home, names in _HOMES.items() for name in names.split()}

logging.getLogger(__name__).addHandler(logging.NullHandler())


def __getattr__(name: str) -> Any:
    if name not in _HOME and name not in _MODULES:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    from importlib import import_module  # noqa: PLC0415

    if name in _MODULES:
        return import_module(f"{__name__}.{name}")
    if _HOME[name] == "export":  # what is read can be saved in every format
        import_module(f"{__name__}.reports")
    home = import_module(f"{__name__}.{_HOME[name]}")
    if _HOME[name] == "widgets":  # from now on there may be widgets to list
        import_module(f"{__name__}.lab.panel").offer()
    return getattr(home, name)


def __dir__() -> list[str]:
    return sorted([*__all__, *_MODULES])


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    return [{"src": "labextension", "dest": "xai-widgets"}]
