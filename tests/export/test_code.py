import ast
import sys
import types

import pytest
from hypothesis import given
from hypothesis import strategies as st

import xai_widgets as xai
from xai_widgets.attribution.gradients import SmoothGrad
from xai_widgets.attribution.perturbation import Occlusion
from xai_widgets.export import to_code
from xai_widgets.export.code import instances

NAMES = {"model": "model", "image": "photo", "preprocess": "prepare", "labels": "labels"}


def written(perturbations=(), **given):
    more = {"perturbations": instances(perturbations) if perturbations else ""}
    return to_code(**{"names": NAMES, "method": Occlusion(), "target": None, "more": more, "seed": 0,
                      "display": None, **given})  # fmt: skip


def called(code):
    """Run the cell with a stand-in for the package and return what the widget was given."""
    seen = {}

    def explainer(*args, **kwargs):
        seen.update(kwargs, args=args)
        return "shown"

    stub = types.ModuleType("xai_widgets")
    stub.ImageExplainer = explainer
    stub.attribution = xai.attribution
    for name in ("Blur", "Noise", "Brightness", "Contrast", "Rotation", "Occlude"):
        setattr(stub, name, getattr(xai, name))
    names = {one: f"the {one}" for one in ("model", "photo", "prepare", "labels")}
    real = sys.modules["xai_widgets"]
    sys.modules["xai_widgets"] = stub
    try:
        exec(compile(ast.parse(code), "cell", "exec"), names)
    finally:
        sys.modules["xai_widgets"] = real
    assert names["w"] == "shown"
    return seen


def test_a_second_method_is_written_by_name_or_as_what_makes_it_again():
    assert called(written(compare=SmoothGrad()))["compare"] == "smooth_grad"
    again = called(written(compare=Occlusion(strides=(4, 8), baselines="mean")))["compare"]
    assert again == Occlusion(strides=(4, 8), baselines="mean")

    class Homemade(Occlusion):
        """Not one of ours: the user has its name."""

    assert "compare=Homemade(strides=3)" in written(compare=Homemade(strides=3))


def test_the_cell_reads_as_a_person_would_write_it():
    code = written(
        target="tabby",
        method=Occlusion(strides=8),
        perturbations=[xai.Blur(2.0)],
        display={"opacity": 0.5},
    )
    assert code == (
        "import xai_widgets as xai\n\n"
        "w = xai.ImageExplainer(\n    model,\n    photo,\n    preprocess=prepare,\n    labels=labels,\n"
        '    target="tabby",\n    method="occlusion",\n    strides=8,\n    perturbations=[xai.Blur(sigma=2.0)],\n'
        '    seed=0,\n    display={"opacity": 0.5},\n)\nw\n'
    )


def test_what_was_not_given_is_left_out():
    code = written(names={"model": "net", "image": "x", "preprocess": None, "labels": None})
    head, call = code.split("\n\n")
    assert head == "import xai_widgets as xai"
    assert call == 'w = xai.ImageExplainer(\n    net,\n    x,\n    method="occlusion",\n    seed=0,\n)\nw\n'


def test_only_parameters_that_differ_are_written_and_come_back_the_same():
    method = SmoothGrad(n_samples=7)
    seen = called(written(method=method))
    given = {k: v for k, v in seen.items() if k not in {"args", "preprocess", "labels", "method", "seed"}}
    assert given == {"n_samples": 7}
    assert SmoothGrad(**given) == method


EDITS = [
    xai.Blur(1.5),
    xai.Noise(0.1),
    xai.Rotation(-30),
    xai.Occlude((1.0, 2.0, 30.5, 4.0), radius=8, fill="colour", colour=(1, 2, 3)),
]


def test_perturbations_come_back_the_same():
    assert called(written(perturbations=EDITS))["perturbations"] == EDITS
    assert called(written(perturbations=EDITS[:1]))["perturbations"] == EDITS[:1]


text = st.text() | st.sampled_from(['"', "'''", '"""', "\\", "\n#", "\u202e", "\ud800", '");import os;(', "{}", "\x00"])


@given(text | st.integers(0, 10**6) | st.tuples(text | st.integers(0, 9), text), st.integers(0, 2**62))
def test_any_label_comes_back_the_same_and_nothing_else_runs(target, seed):
    seen = called(written(target=target, seed=seed))
    assert (seen["target"], seen["seed"], seen["method"]) == (target, seed, "occlusion")
    assert seen["args"] == ("the model", "the photo")


plain = st.none() | st.booleans() | st.floats(allow_nan=False) | text


@given(st.dictionaries(text, plain, min_size=1))
def test_any_display_comes_back_the_same(display):
    assert called(written(display=display))["display"] == display


@pytest.mark.parametrize("label", ["a\u2028b", "a\rb", "a\x1b[31m", "\u202etxt.exe"])
def test_control_characters_do_not_stand_in_the_cell(label):
    code = written(target=label)
    assert all(one.isprintable() for line in code.split("\n") for one in line)
