"""A step of a tutorial is ticked off by what its widget shows, and by nothing else."""

import threading

import pytest
import torch
from widgets.fakes import Browser

from xai_widgets.tutorial import DONE, FAILED, OPEN, Step


def ticked(step):
    """Return an event that is set once the step is done."""
    event = threading.Event()
    step.observe(lambda change: change["new"].startswith(DONE) and event.set(), "value")
    return event


def brightness(widget):
    return sum(one["value"] for one in widget.attribution.edits if one["name"] == "brightness")


def test_a_step_is_done_when_the_reader_has_moved_the_slider(make):
    widget = make(method="saliency")
    widget.result(30)
    step = Step("Make it brighter.", widget, lambda w: brightness(w) > 0.2, then="Well done.")
    assert (step.done, repr(step)) == (False, f"{OPEN} Make it brighter.")
    done, browser = ticked(step), Browser(widget)
    browser.ask(50, edits=[{"name": "brightness", "value": 0.1}]).wait("ended", 50)
    assert not step.done
    browser.ask(51, edits=[{"name": "brightness", "value": 0.3}]).wait("ended", 51)
    assert done.wait(60)
    assert step.value == f"{DONE} Make it brighter. Well done."
    # It stays done, and no longer looks.
    browser.ask(52).wait("ended", 52)
    assert step.done


def test_what_holds_already_is_done_at_once(make):
    widget = make(method="saliency")
    widget.result(30)
    assert Step("Look.", widget, lambda w: len(w.prediction.probabilities) == 3).done


def test_it_waits_while_there_is_nothing_to_look_at(make, gate):
    gate.clear()
    widget = make(method="saliency")
    step = Step("Wait.", widget, lambda w: w.prediction.top(1)[0][0] in {"cat", "dog", "cow"})
    done = ticked(step)
    assert step.value == f"{OPEN} Wait."
    gate.set()
    assert done.wait(30)


def test_a_step_that_is_done_may_be_forgotten_with_its_widget(make):
    widget = make(method="saliency")
    widget.result(30)
    step = Step("Wait.", widget, lambda _: False)
    widget.close()
    assert not step.done


def test_a_mistake_in_the_step_is_told_and_mended_by_the_next_look(make):
    widget, broken = make(method="saliency"), [True]
    widget.result(30)

    def check(_):
        if broken:
            raise KeyError(len(broken))
        return True

    step = Step("Do it.", widget, check)
    assert step.value.startswith(FAILED)
    assert "KeyError: 1" in step.value
    broken.clear()
    done = ticked(step)
    Browser(widget).ask(50).wait("ended", 50)
    assert done.wait(60)


def test_a_mistake_is_told_in_the_language_of_the_page(make):
    widget = make(method="saliency")
    widget.result(30)
    Browser(widget, hello=False).say(kind="hello", v=1, version="0.1.0", language="zh")
    step = Step("Do {} it.", widget, lambda _: {}["{x}"])
    assert step.value == f"{FAILED} Do {{}} it. 无法检查\uff1aKeyError: '{{x}}'。"


def test_it_is_text_where_no_kernel_runs(make):
    widget = make(method="saliency")
    step = Step("<b>Drag</b> it.", widget, lambda _: False)
    data = step._repr_mimebundle_()
    assert data["text/plain"] == f"{OPEN} <b>Drag</b> it."
    assert "text/html" not in data


def test_done_must_be_a_function(make):
    with pytest.raises(TypeError, match="done must be a function of the widget"):
        Step("Drag it.", make(method="saliency"), done=True)


def test_it_watches_the_readers_own_model(make):
    own = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(3 * 144, 3)).double().eval()
    widget = make(own, method="saliency")
    widget.result(30)
    step = Step("Ask for another method.", widget, lambda w: w.attribution.method == "input_x_gradient")
    done = ticked(step)
    widget.explain("input_x_gradient")
    assert done.wait(30)
