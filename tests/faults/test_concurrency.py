"""Several users of one model at a time."""

from __future__ import annotations

import ctypes
import statistics
import threading

import numpy as np
import pytest
import torch
from faults.nets import LABELS, METHODS, SLOW, Net, picture
from torch import nn
from widgets.fakes import Browser

import xai_widgets as xai

ROUNDING = {"rtol": 1e-3, "atol": 1e-6}
LIMITED = {"occlusion": {"sliding_window_shapes": 4}}


class Uncopyable(Net):
    def __deepcopy__(self, memo):
        msg = "not this one"
        raise TypeError(msg)


def on_threads(*works):
    """Run all at once, and raise what any of them raised."""
    errors = []
    begin = threading.Barrier(len(works))

    def run(work):
        try:
            begin.wait(60)
            work()
        except BaseException as error:  # noqa: BLE001
            errors.append(error)

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(300)  # a busy machine takes its time; one that goes on would spoil the tests after this
    assert not any(thread.is_alive() for thread in threads)
    if errors:
        raise errors[0]


@pytest.mark.parametrize("kind", [Net, Uncopyable])
def test_threads_that_share_one_model_get_the_numbers_of_one_alone(kind):
    model = kind().train()
    options = [(method, seed) for method in METHODS for seed in (0, 1)]
    alone = {one: xai.attribute(model, picture(), one[0], seed=one[1], **LIMITED.get(one[0], {})) for one in options}
    found = {}

    def work(*these):
        for one in these:
            found[one] = xai.attribute(model, picture(), one[0], seed=one[1], **LIMITED.get(one[0], {}))

    on_threads(lambda: work(*options), lambda: work(*reversed(options)), lambda: work(*options[3:], *options[:3]))
    for one in options:
        np.testing.assert_allclose(found[one].values, alone[one].values, **ROUNDING)
    assert all(m.training for m in model.modules())
    assert all(p.requires_grad and p.grad is None for p in model.parameters())


@pytest.mark.parametrize("kind", [Net, Uncopyable])
def test_two_widgets_asked_from_two_threads_share_one_model(make, kind):
    model = kind()
    widgets = [make(model, method="saliency"), make(model, method="saliency")]
    browsers = [Browser(widget) for widget in widgets]

    def drag(browser, top):
        for i in range(2, 42):
            browser.ask(
                i, METHODS[i % len(METHODS)], target=i % 3, edits=[{"name": "brightness", "value": top * i / 41}]
            )

    on_threads(lambda: drag(browsers[0], 0.4), lambda: drag(browsers[1], -0.4))
    for browser, widget, top in zip(browsers, widgets, (0.4, -0.4), strict=True):
        assert browser.wait("ended", 41)["outcome"] == "done"
        assert browser.of("error") == []
        alone = xai.ImageExplainer(
            model,
            picture(),
            method=METHODS[41 % len(METHODS)],
            target=41 % 3,
            perturbations=[xai.Brightness(top)],
            labels=LABELS,
        )
        np.testing.assert_allclose(widget.attribution.values, alone.result(30).values, **ROUNDING)


def test_training_goes_on_while_the_widget_explains(make):
    model = Net().train()
    widget = make(model, method="smooth_grad", n_samples=1000, tolerance=0.0)
    browser = Browser(widget)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
    x, y = torch.rand(16, 3, 12, 12), torch.randint(0, 3, (16,))
    losses, number = [], 1
    for step in range(60):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(x), y)
        loss.backward()
        assert all(m.training for m in model.modules())
        assert all(p.requires_grad and p.grad is not None for p in model.parameters())
        optimizer.step()
        losses.append(float(loss.detach()))
        if step % 10 == 5:
            number += 1
            browser.ask(number, METHODS[number % len(METHODS)], edits=[{"name": "blur", "value": number / 10}])
    browser.wait("ended", number)
    assert losses[-1] < losses[0]
    assert model.net[1].num_batches_tracked == 60
    assert browser.of("error") == []
    assert {c["outcome"] for c in browser.of("ended")} <= {"done", "superseded"}


def test_training_is_the_same_to_the_last_bit_with_and_without_a_widget(make):
    def train(watch):
        torch.manual_seed(5)
        model = Net().train()
        optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
        if watch:
            watch(model)
        for _ in range(10):
            optimizer.zero_grad()
            x = torch.rand(8, 3, 12, 12)
            nn.functional.cross_entropy(model(x), torch.randint(0, 3, (8,))).backward()
            optimizer.step()
        return torch.nn.utils.parameters_to_vector(model.parameters()).detach()

    plain = train(None)
    watched = train(lambda model: make(model, method="smooth_grad", n_samples=500, tolerance=0.0))
    assert torch.equal(plain, watched)


def test_weights_that_are_trained_between_two_passes_are_not_taken_for_random_scores():
    drawn = []

    def train(_x):
        def step():
            drawn.append(float(torch.rand(())))
            with torch.no_grad():
                model.net[-1].weight.mul_(1.01)

        other = threading.Thread(target=step)
        other.start()
        other.join()

    model = Net(train)
    torch.manual_seed(3)
    expected = [float(torch.rand(())) for _ in range(100)]
    torch.manual_seed(3)
    xai.attribute(model, picture(), "smooth_grad", n_samples=8)
    assert len(drawn) > 8
    assert drawn == expected[: len(drawn)]


@pytest.mark.parametrize("method", METHODS)
def test_random_numbers_that_others_draw_meanwhile_are_left_alone(method):
    drawn = []

    def draw(_x):
        other = threading.Thread(target=lambda: drawn.append(float(torch.rand(()))))
        other.start()
        other.join()

    torch.manual_seed(3)
    expected = [float(torch.rand(())) for _ in range(1000)]
    torch.manual_seed(3)
    xai.attribute(Net(draw), picture(), method, **LIMITED.get(method, {}))
    assert drawn
    assert drawn == expected[: len(drawn)]


def test_a_cell_waits_for_no_more_than_the_batch_under_way(make):
    begun, under_way = [], threading.Event()
    native = ctypes.PyDLL(None)  # whose functions keep the interpreter to themselves, as the worst of models do

    def hold(x):
        begun.append(len(x))
        under_way.set()
        # So long that the test's thread, which is woken as it begins, asks for the interpreter before it ends.
        native.usleep(max(200_000, 10_000 * len(x)))

    widget = make(Net(hold), method="smooth_grad", **SLOW["smooth_grad"])
    waited = []
    for _statement in range(10):
        under_way.clear()
        before = len(begun)
        assert under_way.wait(30)
        waited.append(len(begun) - before)
    # What a cell asks for while a batch is computed, it gets before the next one begins; a busy machine may wake the
    # cell's thread late, but not most of the time.
    assert statistics.median(waited) <= 1
    assert len(begun) > 5
    assert widget.running
