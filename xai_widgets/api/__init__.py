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
from xai_widgets.api.population import partial_dependence, permutation_importance, population_iter
from xai_widgets.api.words import word_effects, word_menu

__all__ = [
    "MethodInfo",
    "MethodList",
    "attribute",
    "attribute_iter",
    "check",
    "check_iter",
    "counterfactuals",
    "counterfactuals_iter",
    "method_list",
    "methods",
    "partial_dependence",
    "permutation_importance",
    "population_iter",
    "row_changes",
    "word_effects",
    "word_menu",
]
