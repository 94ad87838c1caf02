"""What comes from the kernel, late, wrong or not at all, and what others ask."""

import base64
import io
import re

import pytest
from playwright.sync_api import expect

from xai_widgets import samples


def test_cancel_keeps_the_partial_map(open_view):
    view = open_view({"options": {"endless": True}})
    view.page.wait_for_function("document.querySelector('.xai-root').xai.lastDrawnId > 0")
    view.page.get_by_role("slider", name="Blur").fill("3")
    status = view.page.locator("[data-xai=status-a]")
    expect(status).to_have_attribute("data-phase", "computing")
    expect(status.get_by_role("progressbar")).to_be_visible()
    view.page.wait_for_function("document.querySelector('.xai-root').xai.lastDrawnId > 1")
    expect(status).to_contain_text(re.compile(r"\d+ / \d+ *[\d.]+ m?s left *error ±[\d.]+%"))
    view.page.get_by_role("button", name="Cancel").click()
    expect(status).to_contain_text("Cancelled: the partial map stays")
    expect(view.page.get_by_role("button", name="Cancel")).to_be_disabled()
    assert view.page.evaluate("kernel.model.sent.find(m => m.kind === 'cancel').slot") == "a"


def test_what_python_asked_runs_and_can_be_cancelled(open_view):
    view = open_view({"options": {"endless": True}})
    status = view.page.locator("[data-xai=status-a]")
    expect(status).to_have_attribute("data-phase", "computing")
    expect(status.get_by_role("progressbar")).to_be_visible()
    expect(status).not_to_contain_text("partial map")
    assert view.asks() == []
    view.page.get_by_role("button", name="Cancel").click()
    expect(status).to_contain_text("Cancelled: the partial map stays")
    assert view.page.evaluate("kernel.model.sent.filter(m => m.kind === 'cancel').map(m => m.id)") == [1]
    view.page.evaluate("kernel.model.emit('comm_live_update')")
    view.page.wait_for_function("kernel.model.sent.filter(m => m.kind === 'hello').length === 2")
    expect(status).to_have_attribute("data-phase", "cancelled")


def test_the_numbers_of_a_map_do_not_stand_beside_the_next_method(open_view):
    view = open_view().ready()
    status = view.page.locator("[data-xai=status-a]")
    expect(status).to_contain_text("passes")
    view.option("dead", True)
    view.page.get_by_label("Explanation method").select_option("rise")
    expect(status).to_contain_text("RISE")
    expect(status).not_to_contain_text("passes")
    # Nor does the map of the method before become a part of the next one's when that is cancelled.
    slot = "document.querySelector('.xai-root').xai.store.slots.a"
    view.page.evaluate(f"{slot}.ended({slot}.id, 'cancelled')")
    expect(status).to_contain_text("Cancelled before there was a map of this question")
    expect(status).not_to_contain_text("partial")


def test_an_error_is_readable_and_the_next_ask_works(open_view):
    view = open_view().ready()
    view.option("fail", True)
    view.page.get_by_role("slider", name="Noise").fill("0.5")
    error = view.page.locator("[data-xai=error]")
    expect(error).to_contain_text("The model could not take this input.")
    expect(error.locator("pre")).to_be_hidden()
    error.get_by_text("Traceback", exact=True).click()
    expect(error.locator("pre")).to_contain_text("<b>shapes differ</b>")
    assert error.locator("b").count() == 0
    view.page.get_by_role("slider", name="Noise").fill("0.6")
    expect(error).to_have_count(0)
    view.settled()


def test_after_a_failure_nobody_is_told_to_wait(open_view):
    view = open_view({"options": {"fail": True}})
    expect(view.page.locator("[data-xai=error]")).to_be_visible()
    prediction = view.page.locator(".xai-prediction")
    expect(prediction).to_have_text("PredictionNo answer")
    view.page.get_by_role("slider", name="Noise").fill("0.6")
    view.settled()
    expect(prediction.locator(".xai-bar")).to_have_count(5)


def test_a_broken_message_is_told_and_survived(open_view):
    view = open_view().ready()
    view.page.evaluate(
        """kernel.model.emit('msg:custom', {kind: 'map', id: 99, slot: 'a', request: {},
            values: {v: 1, dtype: '<u2', shape: [9, 9], buffer: 0}}, [])"""
    )
    expect(view.page.locator("[data-xai=error]")).to_contain_text("could not be read")
    view.page.get_by_role("button", name="Dismiss").click()
    expect(view.page.locator("[data-xai=error]")).to_have_count(0)


def test_busy_kernel_is_told(open_view):
    view = open_view().ready()
    view.option("dead", True)
    view.page.get_by_role("slider", name="Blur").fill("2")
    expect(view.page.locator("[data-xai=status-a]")).to_contain_text("Kernel busy")


def test_no_kernel_is_told_and_found_again(open_view):
    view = open_view({"options": {"dead": True}})
    expect(view.page.locator("[data-xai=no-kernel]")).to_contain_text("No kernel: showing the last saved view")
    view.option("dead", False)
    view.page.get_by_role("button", name="Try again").click()
    expect(view.page.locator("[data-xai=no-kernel]")).to_have_count(0)
    view.ready()


def test_other_version_is_told(open_view):
    view = open_view({"options": {"version": "0.2.0"}})
    expect(view.page.locator("[data-xai=mismatch]")).to_contain_text("version 0.1.0 but the kernel runs 0.2.0")


def test_two_views_and_python_stay_in_step(open_view):
    view = open_view({"views": 2, "options": {"steps": 1}}).ready()
    opacity = view.page.get_by_role("slider", name="Opacity")
    expect(opacity).to_have_count(2)
    opacity.first.fill("0.2")
    expect(opacity.nth(1)).to_have_value("0.2")
    view.page.evaluate(
        """() => { const state = structuredClone(kernel.model.state.state);
            state.id += 5; state.request.target = 3;
            kernel.model.emit('msg:custom', {kind: 'state', state}, []) }"""
    )
    for heading in view.page.get_by_role("heading", level=2).all():
        expect(heading).to_contain_text("Why lynx")
    ids = view.page.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(ids) == len(set(ids))


def test_the_echo_of_an_own_ask_changes_nothing(open_view):
    view = open_view({"options": {"steps": 1}}).ready()
    view.page.get_by_role("slider", name="Blur").fill("2")
    view.settled()
    view.page.evaluate(
        """() => { const state = structuredClone(kernel.model.state.state);
            state.request = {...state.request, params: {n_steps: 32}, edits: [{value: 2, name: 'blur'}]};
            kernel.model.emit('msg:custom', {kind: 'state', state}, []);
            kernel.model.set('state', state) }"""
    )
    view.page.get_by_role("button", name="Undo").click()
    assert view.edits() == []
    expect(view.page.get_by_role("button", name="Undo")).to_be_disabled()


def test_render_again_loses_nothing(open_view):
    view = open_view().ready()
    view.page.get_by_role("slider", name="Blur").fill("2")
    view.settled()
    view.page.evaluate("() => { document.querySelector('.xai-root').remove(); xaiPage.mount(kernel) }")
    expect(view.page.get_by_role("slider", name="Blur")).to_have_value("2")
    expect(view.page.locator(".xai-bar")).to_have_count(5)


def test_saved_view_draws_without_a_kernel(open_view):
    view = open_view().ready()
    view.page.evaluate(
        """async () => {
            const messages = [];
            kernel.model.on('msg:custom', (message, buffers) => messages.push({...message, buffers}));
            kernel.model.send({kind: 'ask', id: 2, slot: 'a', request: kernel.model.state.state.request});
            const final = () => messages.find(m => m.final);
            await new Promise(done => { const t = setInterval(() => final() && (clearInterval(t), done()), 5) });
            window.saved = {prediction: messages.find(m => m.kind === 'prediction'), maps: {a: final()}};
            document.querySelector('.xai-root').remove();
            kernel = xaiPage.open({options: {dead: true}, snapshot: saved});
        }"""
    )
    expect(view.page.locator(".xai-bar")).to_have_count(5)
    view.page.wait_for_function("document.querySelector('.xai-root').xai.lastDrawnId === 2")


def test_snapshot_is_a_picture(open_view):
    view = open_view().ready()
    size = view.page.evaluate(
        """async () => { const url = document.querySelector('.xai-root').xai.snapshot();
            const image = await createImageBitmap(await (await fetch(url)).blob());
            return [url.slice(0, 22), image.width, image.height] }"""
    )
    assert size[0] == "data:image/png;base64,"
    assert 500 < size[1] <= 680
    assert size[2] > 300


@pytest.mark.parametrize("size", [(900, 600), (600, 900)])
def test_snapshot_of_a_real_photo_is_small(open_view, size):
    photo = samples.photo("coffee").resize(size)
    data = io.BytesIO()
    photo.save(data, "JPEG", quality=90)
    text = base64.b64encode(data.getvalue()).decode()
    given = {"data": text, "mime": "image/jpeg", "width": size[0], "height": size[1]}
    view = open_view({"photo": given, "options": {"rough": True}}).ready()
    view.page.wait_for_function("document.querySelector('.xai-root').xai.snapshot().length > 50_000")
    assert view.page.evaluate("document.querySelector('.xai-root').xai.snapshot().length") <= 250_000
    less = view.page.evaluate(
        """async () => { const url = document.querySelector('.xai-root').xai.snapshot(60_000);
            const image = await createImageBitmap(await (await fetch(url)).blob());
            return [url.length, image.width] }"""
    )
    assert 30_000 < less[0] <= 60_000  # no smaller than it must be
    assert 200 < less[1] < 600
