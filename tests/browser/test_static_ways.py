"""The other ways in which a photo may change: chosen, greyed with the reason, and shown beside what it was."""

import pytest
from playwright.sync_api import expect

SEARCH = "kernel.model.sent.filter(m => m.kind === 'search')"
NONE = "No decoder was given: xai.explain(..., decoder=..., encoder=...) brings one."


@pytest.fixture
def panel(open_view):
    def open_(way, **setup):
        view = open_view({"options": {"steps": 2}, **setup}).ready()
        panel = view.page.locator("[data-xai=search]")
        panel.locator("summary").click()
        panel.get_by_role("combobox", name="Way").select_option(way)
        return view, panel

    return open_


def test_what_no_edit_does_stands_beside_what_it_was(panel):
    view, panel = panel("smooth")
    expect(panel.get_by_role("combobox", name="Hide by")).to_have_count(0)
    expect(panel.get_by_role("slider", name="Regions at most")).to_have_count(0)
    panel.get_by_role("button", name="Search", exact=True).click()
    found = panel.locator("[data-xai=found]")
    expect(found).to_have_count(2)
    asked = view.page.evaluate(SEARCH)
    assert [one["way"] for one in asked] == ["smooth"]
    expect(found.nth(1)).to_contain_text("changed by 3.1% on average, most in 25.0% of the photo")
    go = found.nth(1).get_by_role("button")
    expect(go).to_have_attribute("aria-expanded", "false")
    go.focus()
    view.page.keyboard.press("Enter")
    beside = panel.locator("[data-xai=beside]")
    expect(beside).to_contain_text("Before tabby 62.0%After tabby 21.0%Difference as strong as it is")
    shades = [
        beside.get_by_role("img", name=name, exact=True).evaluate(
            "c => c.getContext('2d').getImageData(0, 0, 1, 1).data[0]"
        )
        for name in ("Before", "After", "Difference")
    ]
    assert shades == [60, 150, 218]
    assert view.edits() == []
    view.page.keyboard.press("Escape")
    expect(beside).to_have_count(0)
    expect(go).to_be_focused()


def test_what_cannot_be_asked_now_is_not_offered_again(panel):
    _, panel = panel("cover")
    panel.get_by_role("button", name="Search", exact=True).click()
    expect(panel.locator("[data-xai=found]")).to_have_count(2)
    panel.get_by_role("combobox", name="Way").select_option("smooth")
    again = panel.locator("[data-xai=old]").get_by_role("button", name="Search again")
    expect(again).to_be_visible()
    panel.get_by_role("combobox", name="Way").select_option("other")
    expect(panel.locator("[data-xai=old]")).to_be_visible()
    expect(again).to_have_count(0)


def test_regions_are_taken_over_from_a_file_that_is_chosen(panel):
    view, panel = panel("other")
    go = panel.get_by_role("button", name="Search", exact=True)
    expect(go).to_have_attribute("aria-disabled", "true")
    go.dispatch_event("click")
    assert view.page.evaluate(SEARCH) == []
    field = panel.locator("[data-xai=other]")
    files = field.locator("input")
    files.set_input_files({"name": "x.png", "mimeType": "image/png", "buffer": b"no picture"})
    expect(field).to_contain_text("x.png cannot be read as a picture")
    large = view.page.evaluate("""async () => {
        const canvas = new OffscreenCanvas(3000, 1500), ctx = canvas.getContext("2d");
        ctx.fillStyle = "red"; ctx.fillRect(0, 0, 3000, 1500);
        return [...new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer())] }""")
    with view.page.expect_file_chooser() as chooser:
        panel.get_by_role("button", name="Choose a file").click()
    chooser.value.set_files({"name": "lynx.png", "mimeType": "image/png", "buffer": bytes(large)})
    expect(field).to_contain_text("lynx to the model (lynx.png)")
    sent = view.page.evaluate("""async () => {
        const at = kernel.model.sent.findIndex(m => m.kind === "other");
        const picture = await createImageBitmap(new Blob(kernel.model.beside[at]));
        return [kernel.model.sent[at], picture.width, picture.height] }""")
    assert sent == [{"kind": "other", "name": "lynx.png"}, 1024, 512]
    go.click()
    found = panel.locator("[data-xai=found]")
    expect(found.first).to_contain_text("1 region, 25.0% of the photo")
    assert view.page.evaluate(f"{SEARCH}.at(-1).way") == "other"
    found.first.get_by_role("button").click()
    expect(panel.locator("[data-xai=beside]")).to_be_visible()


def test_a_decoders_pictures_are_offered_where_there_is_a_decoder(panel):
    _, panel_ = panel("latent")
    panel_.get_by_role("button", name="Search", exact=True).click()
    panel_.locator("[data-xai=found]").first.get_by_role("button").click()
    expect(panel_.locator("[data-xai=beside]")).to_contain_text("Before, as the decoder makes it tabby 62.0%")
    _, shut = panel("cover", ways=[{"name": "cover", "why_not": None}, {"name": "latent", "why_not": NONE}])
    option = shut.get_by_role("option", name="Change the decoder's code (No decoder was given)")
    assert option.evaluate("o => o.disabled")
    expect(shut.locator("[data-xai=refused]")).to_have_text(f"Change the decoder's code: {NONE}")
