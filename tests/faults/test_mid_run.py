"""What goes wrong, or is stopped, in the middle of an explanation."""

from __future__ import annotations

import gc
import threading

import numpy as np
import pytest
import torch
from attribution.nets import TinyViT, image
from faults.nets import LABELS, METHODS, SLOW, After, Net, fail, picture
from torch import nn
from widgets.fakes import Browser

import xai_widgets as xai

ROUNDING = {"rtol": 1e-3, "atol": 1e-6}
MANY = {**SLOW, "occlusion": {"sliding_window_shapes": 1}}
LONG = sorted(MANY)


def nan(x):
    with torch.no_grad():
        x.fill_(float("nan"))


@pytest.mark.parametrize("method", LONG)
@pytest.mark.parametrize(("act", "match"), [(fail, "the sky fell"), (nan, "returned NaN")])
def test_an_error_in_mid_run_keeps_the_partial_map_and_the_widget_goes_on(make, method, act, match):
    trap = After(60, act)
    widget = make(Net(trap), method=method, **MANY[method])
    browser = Browser(widget)
    assert browser.wait("ended", 1)["outcome"] == "failed"
    [error] = browser.of("error", 1)
    assert match in error["message"]
    assert "\n" not in error["message"]
    assert "Traceback" in error["detail"]
    partial = browser.of("map", 1)[-1]
    assert 0 < partial["fraction"] < 1
    assert not partial["final"]
    assert widget.attribution.fraction == partial["fraction"]
    assert np.isfinite(widget.attribution.values).all()
    # A view that opens now is told the same.
    late = Browser(widget)
    assert [c["kind"] for c, _ in late.messages] == ["welcome", "prediction", "map", "error", "ended"]
    trap.inputs = 10**9
    late.ask(2, "saliency").wait("ended", 2)
    assert late.of("ended", 2)[0]["outcome"] == "done"
    assert widget.result(5).fraction == 1


def test_result_after_a_failure_in_mid_run_does_not_pass_for_the_finished_one(make):
    widget = make(Net(After(60, fail)), method="smooth_grad", **MANY["smooth_grad"])
    with pytest.raises(RuntimeError, match="the sky fell"):
        widget.result(30)
    assert 0 < widget.attribution.fraction < 1


def test_result_after_a_failure_is_not_that_of_the_question_before(make):
    trap = After(10**9, fail)
    widget = make(Net(trap), method="saliency")
    widget.result(30)
    trap.inputs = 0
    widget.explain("input_x_gradient")
    with pytest.raises(RuntimeError, match="the sky fell"):
        widget.result(30)


@pytest.mark.parametrize("method", LONG)
def test_out_of_memory_in_mid_run_halves_the_batch_says_so_and_changes_no_number(make, method):
    def full(x):
        if len(x) > 1:  # a busy machine may never try larger batches
            msg = "CUDA out of memory. Tried to allocate 20.00 MiB"
            raise torch.OutOfMemoryError(msg)

    params = {**MANY[method], **({"n_samples": 60} if method == "smooth_grad" else {})}
    params.update({"n_steps": 65} if method == "integrated_gradients" else {})
    plain = xai.attribute(Net(), picture(), method, labels=LABELS, **params)
    widget = make(Net(After(0, full)), method=method, **params)
    result = widget.result(60)
    np.testing.assert_allclose(result.values, plain.values, **ROUNDING)
    assert any(note.startswith("Memory ran out at 2 inputs at once") for note in result.notes)
    assert not any("Memory" in note for note in plain.notes)


def test_out_of_memory_on_one_input_is_an_error_that_says_what_to_do(make):
    def full(_x):
        msg = "CUDA out of memory. Tried to allocate 20.00 MiB"
        raise torch.OutOfMemoryError(msg)

    trap = After(0, full)
    widget = make(Net(trap), method="smooth_grad")
    browser = Browser(widget)
    browser.wait("ended", 1)
    [error] = browser.of("error")
    assert "memory" in error["message"].lower()
    assert "smaller input" in error["message"]
    trap.inputs = 10**9
    browser.ask(2).wait("ended", 2)
    assert browser.of("ended", 2)[0]["outcome"] == "done"


def test_an_error_of_many_lines_is_one_sentence_with_the_rest_in_the_traceback(make):
    def act(_x):
        msg = "Error(s) in loading:\n\tsize mismatch for weight"
        raise RuntimeError(msg)

    browser = Browser(make(Net(After(0, act))))
    browser.wait("ended", 1)
    [error] = browser.of("error")
    assert error["message"].endswith("Error(s) in loading:")
    assert "size mismatch for weight" in error["detail"]


class Cruel(BaseException):
    """Not even an Exception."""


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, Cruel, RecursionError, StopIteration, GeneratorExit])
def test_whatever_is_raised_the_worker_lives_on(make, error):
    def act(_x):
        raise error

    trap = After(4, act)
    widget = make(Net(trap), method="smooth_grad", **MANY["smooth_grad"])
    browser = Browser(widget)
    assert browser.wait("ended", 1)["outcome"] == "failed"
    assert browser.of("error", 1)[0]["message"]
    trap.inputs = 10**9
    browser.ask(2).wait("ended", 2)
    assert browser.of("ended", 2)[0]["outcome"] == "done"


def snapshot(model):
    return (
        [m.training for m in model.modules()],
        {name: t.detach().clone() for name, t in [*model.named_parameters(), *model.named_buffers()]},
        [(p.requires_grad, p.grad) for p in model.parameters()],
        [len(m._forward_hooks) + len(m._forward_pre_hooks) + len(m._backward_hooks) for m in model.modules()],
        torch.get_rng_state(),
        torch.is_grad_enabled(),
    )


def same(before, after):
    assert before[0] == after[0]
    assert all(torch.equal(before[1][name], after[1][name]) for name in before[1])
    assert before[2:4] == after[2:4]
    assert torch.equal(before[4], after[4])
    assert before[5] == after[5]


class Uncopyable(Net):
    def __deepcopy__(self, memo):
        msg = "not this one"
        raise TypeError(msg)


@pytest.mark.parametrize("kind", [Net, Uncopyable])
@pytest.mark.parametrize("method", METHODS)
def test_stopping_to_read_at_any_step_leaves_nothing_behind(method, kind):
    model = kind().train()
    before = snapshot(model)
    whole = [r.values for r in xai.attribute_iter(model, picture(), method, **MANY.get(method, {}) | short(method))]
    for steps in sorted({0, 1, 2, 3, len(whole) // 2, len(whole) - 1}):
        reader = xai.attribute_iter(model, picture(), method, **MANY.get(method, {}) | short(method))
        for _ in range(steps):
            next(reader, None)
        reader.close()
        del reader
        same(before, snapshot(model))
    again = xai.attribute(model, picture(), method, **MANY.get(method, {}) | short(method))
    np.testing.assert_allclose(again.values, whole[-1], **ROUNDING)
    gc.collect()
    same(before, snapshot(model))


class Uncopied(TinyViT):
    def __deepcopy__(self, memo):
        msg = "not this one"
        raise TypeError(msg)


HEADED = nn.Sequential(nn.Conv2d(3, 6, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(6, 3)).double()
ELSEWHERE = {"attention_lrp": (TinyViT, Uncopied), "attention_rollout": (TinyViT, Uncopied), "cam": (lambda: HEADED,)}
"""Of methods that need other models than `Net`, or do more on them: what they are tried on."""


@pytest.mark.parametrize(("method", "make"), [(name, one) for name, all_ in ELSEWHERE.items() for one in all_])
def test_stopping_methods_of_other_models_leaves_nothing_behind(method, make):
    model = make().train()
    before = snapshot(model)
    whole = [r.values for r in xai.attribute_iter(model, image(), method, target=1)]
    for steps in range(len(whole)):
        reader = xai.attribute_iter(model, image(), method, target=1)
        for _ in range(steps + 1):
            next(reader)
        reader.close()
        same(before, snapshot(model))
    np.testing.assert_allclose(xai.attribute(model, image(), method, target=1).values, whole[-1], rtol=1e-5, atol=1e-7)
    assert {info.name for info in xai.methods()} == {*METHODS, *ELSEWHERE}, "a method that no test stops"


@pytest.mark.parametrize("method", ["attention_lrp", "attention_rollout"])
def test_cancel_in_a_pass_that_is_watched(make, method):
    made, stopping = threading.Event(), []

    def cancel(_module, _inputs):
        made.wait(60)
        if not stopping:
            stopping.append(widget.cancel())

    model = TinyViT().train()
    before = snapshot(model)
    handle = model.encoder.register_forward_pre_hook(cancel)
    widget = make(model, image(), method=method, labels=None)
    browser = Browser(widget)
    made.set()
    assert browser.wait("ended", 1)["outcome"] == "cancelled"
    handle.remove()
    same(before, snapshot(model))
    browser.ask(2, method).wait("ended", 2)
    assert browser.of("ended", 2)[0]["outcome"] == "done"
    same(before, snapshot(model))


def short(method):
    return {"smooth_grad": {"n_samples": 40}, "integrated_gradients": {"n_steps": 65}}.get(method, {})


MOMENTS = [0, 1, 2, 5, 20, 40, 100]
"""After so many inputs; the first ones fall into the prediction, before there is anything to keep."""


@pytest.mark.parametrize("method", LONG)
@pytest.mark.parametrize("moment", MOMENTS)
def test_cancel_at_any_moment(make, method, moment):
    made, asked = threading.Event(), []

    def cancel(_x):
        made.wait(60)
        asked.append(trap.seen)
        widget.cancel()

    trap = After(moment, cancel)
    model = Net(trap).train()
    before = snapshot(model)
    widget = make(model, method=method, **MANY[method])
    browser = Browser(widget)
    made.set()
    assert browser.wait("ended", 1)["outcome"] == "cancelled"
    # Comparing the model with its faster copy passes a few single inputs within one step.
    assert trap.seen - asked[0] <= 8, "a step began after the one that was cancelled"
    same(before, snapshot(model))
    # The step under way is finished, and may be the last one where batches have grown large.
    assert widget.attribution is None or 0 < widget.attribution.fraction <= 1
    if moment >= 60:
        assert np.isfinite(widget.attribution.values).all()
        assert widget.result(5) is widget.attribution
    trap.inputs = 10**9
    browser.ask(2, "saliency").wait("ended", 2)
    assert browser.of("ended", 2)[0]["outcome"] == "done"


@pytest.mark.parametrize("moment", MOMENTS)
def test_closing_at_any_moment_ends_the_work_within_a_batch(moment):
    made, asked = threading.Event(), []

    def close(_x):
        made.wait(60)
        asked.append(trap.seen)
        widget.close()

    trap = After(moment, close)
    widget = xai.explain(Net(trap), picture(), labels=LABELS, method="smooth_grad", **MANY["smooth_grad"])
    browser = Browser(widget)
    made.set()
    assert widget.wait(30)
    assert trap.seen - asked[0] <= 8
    seen = trap.seen
    assert browser.of("ended") == []
    for call in (widget.close, widget.cancel, lambda: repr(widget)):
        call()
    with pytest.raises(RuntimeError, match="This widget is closed"):
        widget.explain("saliency")
    assert widget.wait(30)
    assert trap.seen == seen


def test_result_of_what_was_cancelled_at_once_is_not_that_of_the_question_before(make):
    made = threading.Event()
    trap = After(10**9, lambda _x: made.wait(60) and widget.cancel())
    widget = make(Net(trap), method="saliency")
    widget.result(30)
    trap.inputs = 0
    widget.explain("smooth_grad", perturbations=[xai.Blur(1.0)])
    made.set()
    with pytest.raises(RuntimeError, match="cancelled before its first result"):
        widget.result(30)


def test_what_a_closed_widget_is_asked_is_answered_in_words(make):
    widget = make(method="saliency")
    result = widget.result(30)
    widget.close()
    assert widget.result(5) is result
    with pytest.raises(RuntimeError, match="This widget is closed"):
        widget.to_code()
    assert widget._repr_mimebundle_ is None or widget._repr_mimebundle_() is None
    assert widget.perturbed is None
