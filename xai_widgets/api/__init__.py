"""The plain functions: everything the widgets compute, off screen."""

from xai_widgets.api.attributions import (
    MethodInfo,
    MethodList,
    attribute,
    attribute_iter,
    check,
    check_iter,
    method_list,
    methods,
)
from xai_widgets.api.changes import counterfactuals, counterfactuals_iter, row_changes
from xai_widgets.api.comparisons import compare_methods, compare_methods_iter
from xai_widgets.api.curves import individual_curves
from xai_widgets.api.evaluations import evaluate, evaluate_iter
from xai_widgets.api.population import (
    accumulated_local_effects,
    global_importance,
    partial_dependence,
    permutation_importance,
    population_iter,
    population_of,
    sensitivity,
    surrogate_tree,
)
from xai_widgets.api.rows import row_method, row_why_not
from xai_widgets.api.words import word_effects, word_menu

__all__ = [
    "MethodInfo",
    "MethodList",
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
    "global_importance",
    "individual_curves",
    "method_list",
    "methods",
    "partial_dependence",
    "permutation_importance",
    "population_iter",
    "population_of",
    "row_changes",
    "row_method",
    "row_why_not",
    "sensitivity",
    "surrogate_tree",
    "word_effects",
    "word_menu",
]
