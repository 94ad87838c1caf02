"""What each method is checked against: an independent library or a closed form, by the test that does it."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from xai_widgets.method import REGISTRY

HERE = Path(__file__).parent

FAMILY = (
    ("formula", "test_cam_family", "test_it_is_its_formula"),
    (
        "pytorch_grad_cam",
        "test_cam_family",
        "test_it_agrees_with_pytorch_grad_cam",
    ),
)
ORACLES: dict[str, tuple[tuple[str, str, str], ...]] = {
    "saliency": (("captum", "test_gradients", "test_saliency_and_input_x_gradient_agree_with_captum"),),
    "input_x_gradient": (("captum", "test_gradients", "test_saliency_and_input_x_gradient_agree_with_captum"),),
    "smooth_grad": (
        ("closed form", "test_gradients", "test_smooth_grad_of_a_cubic_has_the_error_of_pairs"),
        ("limit", "test_gradients", "test_smooth_grad_without_noise_is_the_gradient"),
        ("captum", "test_same_draws", "test_noise"),
        ("closed form", "test_noise", "test_columns_are_moved_as_far_as_they_vary"),
    ),
    "var_grad": (
        ("captum", "test_same_draws", "test_noise"),
        ("formula", "test_sampled", "test_smooth_grad_is_of_opposite_samples_and_var_grad_of_independent_ones"),
        ("closed form", "test_sampled", "test_var_grad_of_a_quadratic"),
    ),
    "guided_backprop": (("captum", "test_backprop", "test_it_agrees_with_captum_on_modules"),),
    "deconvolution": (("captum", "test_backprop", "test_it_agrees_with_captum_on_modules"),),
    "integrated_gradients": (
        ("captum", "test_paths", "test_it_agrees_with_captum_at_the_same_points"),
        ("formula", "test_paths", "test_each_level_is_a_trapezoid_rule"),
    ),
    "expected_gradients": (
        ("captum", "test_same_draws", "test_expected_gradients"),
        ("shap", "test_shap_library", "test_expected_gradients"),
        ("closed form", "test_sampled", "test_expected_gradients_of_a_linear_model"),
    ),
    "conductance": (
        ("captum", "test_conductance", "test_it_agrees_with_captum_at_the_same_points"),
        ("formula", "test_conductance", "test_a_step_split_at_any_place_is_the_trapezoid_rule_over_all"),
    ),
    "cam": (("closed form", "test_cam_family", "test_after_pooling_and_a_linear_head_several_are_one"),),
    "grad_cam": (
        ("captum", "test_cam", "test_it_agrees_with_captum"),
        ("pytorch_grad_cam", "test_cam_family", "test_it_agrees_with_pytorch_grad_cam"),
    ),
    "hires_cam": FAMILY,
    "layer_cam": FAMILY,
    "grad_cam_plus_plus": FAMILY,
    "xgrad_cam": FAMILY,
    "eigen_cam": (
        *FAMILY[:1],
        (
            "pytorch_grad_cam",
            "test_cam_family",
            "test_eigen_cam_agrees_with_pytorch_grad_cam_where_its_centring_does_nothing",
        ),
    ),
    "score_cam": (("formula", "test_cam_family", "test_score_cam_is_its_formula"), FAMILY[1]),
    "ablation_cam": (("brute force", "test_cam_family", "test_ablation_cam_is_brute_force"), FAMILY[1]),
    "guided_grad_cam": (
        ("captum", "test_cam_family", "test_guided_grad_cam_is_guided_backpropagation_where_grad_cam_is"),
    ),
    "lrp": (
        ("zennit", "test_lrp", "test_composites_agree_with_zennit"),
        ("zennit", "test_lrp", "test_each_rule_everywhere_agrees_with_zennit"),
        ("conservation", "test_lrp", "test_each_layer_hands_down_what_it_gets"),
    ),
    "attention_lrp": (
        ("closed form", "test_lrp_attention", "test_softmax_hands_down_by_its_expansion"),
        ("closed form", "test_lrp_attention", "test_a_product_gives_half_to_each"),
        ("conservation", "test_lrp_attention", "test_products_norms_and_residuals_without_biases_conserve_the_score"),
    ),
    "deep_lift": (
        ("captum", "test_deep_lift", "test_it_agrees_with_captum_on_modules"),
        ("completeness", "test_deep_lift", "test_the_values_sum_to_the_rise_of_the_score"),
    ),
    "deep_shap": (
        ("captum", "test_deep_lift", "test_deep_shap_agrees_with_captum"),
        ("shap", "test_shap_library", "test_deep_shap"),
    ),
    "attention_rollout": (
        ("formula", "test_rollout", "test_it_is_the_product_of_the_layers_however_they_are_written"),
        ("transformers", "test_rollout", "test_it_agrees_with_what_transformers_models_put_out"),
    ),
    "feature_ablation": (("captum", "test_ablation", "test_it_agrees_with_captum"),),
    "occlusion": (
        ("captum", "test_occlusion", "test_it_agrees_with_captum"),
        ("captum", "test_occlusion_incremental", "test_it_agrees_with_captum"),
    ),
    "rise": (("formula", "test_rise", "test_it_is_its_formula"),),
    "lime": (
        ("captum", "test_same_draws", "test_lime_fits_what_captums_fits_to_the_same_pictures"),
        ("captum", "test_same_draws", "test_lime_fits_what_captums_fits_to_all_coalitions"),
        ("closed form", "test_surrogate", "test_it_converges_to_the_weighted_fit_of_all_coalitions"),
        ("closed form", "test_surrogate", "test_an_additive_model_is_recovered"),
    ),
    "exact_shapley": (
        ("brute force", "test_shapley", "test_exact_values_are_those_of_every_order"),
        ("captum", "test_shapley", "test_exact_values_of_groups_are_captums"),
        ("shap", "test_shap_library", "test_exact_values_and_all_coalitions"),
    ),
    "kernel_shap": (("shap", "test_shap_library", "test_exact_values_and_all_coalitions"),),
    "shapley_sampling": (("shap", "test_shap_library", "test_sampled_orders"),),
}
LIBRARIES = {"captum", "pytorch_grad_cam", "zennit", "shap", "transformers"}


@cache
def module(name: str) -> ast.Module:
    return ast.parse((HERE / f"{name}.py").read_text())


def imported(name: str) -> set[str]:
    """Return the libraries that a file of tests imports, in whatever way."""
    found = set()
    for node in ast.walk(module(name)):
        if isinstance(node, ast.Import):
            found |= {one.name.split(".")[0] for one in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").split(".")[0])
        elif isinstance(node, ast.Call) and "importorskip" in ast.unparse(node.func):
            found.add(ast.literal_eval(node.args[0]).split(".")[0])
    return found


@pytest.mark.parametrize("name", REGISTRY)
def test_every_method_has_an_oracle(name: str) -> None:
    assert ORACLES.get(name), f"Check {name} against a library or a closed form, and say here where."
    for kind, file, test in ORACLES[name]:
        functions = {one.name for one in module(file).body if isinstance(one, ast.FunctionDef)}
        assert test in functions, f"tests/attribution/{file}.py has no {test}."
        words = {one.value for one in ast.walk(module(file)) if isinstance(one, ast.Constant)}
        classes = {one.id for one in ast.walk(module(file)) if isinstance(one, ast.Name)}
        assert name in words or REGISTRY[name].__name__ in classes, f"{file}.py never asks for {name}."
        assert kind not in LIBRARIES or kind in imported(file), f"{file}.py does without {kind}."


@pytest.mark.parametrize(("ci", "outcome"), [("1", "1 error"), ("", "1 skipped")])
def test_a_library_that_cannot_be_imported_fails_where_nobody_would_see_it_skipped(
    ci: str, outcome: str, tmp_path: Path
) -> None:
    (tmp_path / "zennit.py").write_text("raise ImportError")
    path = os.pathsep.join([str(tmp_path), str(HERE.parents[1])])
    asked = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    test = f"{HERE / 'test_lrp.py'}::test_rules_of_papers_agree_with_zennit[z_box]"
    run = subprocess.run(
        [*asked, test],
        check=False,
        cwd=HERE.parents[1],
        env=os.environ | {"CI": ci, "PYTHONPATH": path},
        capture_output=True,
        text=True,
    )
    assert outcome in run.stdout, run.stdout + run.stderr


def test_no_oracle_is_left_of_a_method_that_is_gone() -> None:
    assert set(ORACLES) == set(REGISTRY)
