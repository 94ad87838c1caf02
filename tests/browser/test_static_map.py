"""The map of words on a page of its own: what the engine draws, how it answers, and what it leaves behind."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

DRAWN = "document.querySelector('.xai-root').xai.lastDrawnAt > 0"
FRAMES = "async n => { for (let i = 0; i < n; i++) await new Promise(requestAnimationFrame) }"
PLACE = """([root, i]) => { const { x, y } = root.xai.store.frame.value;
    const canvas = root.querySelector('.xai-map-canvas'), box = canvas.getBoundingClientRect();
    const side = Math.min(box.width, box.height);
    return [box.left + box.width / 2 + (x[i] - 0.5) * side, box.top + box.height / 2 + (y[i] - 0.5) * side] }"""
READ = """() => { window.pixelsOf = (canvas, x = 0, y = 0, width = canvas.width, height = canvas.height) => {
    const ctx = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
    ctx.drawImage(canvas, -x, -y);
    return [...ctx.getImageData(0, 0, width, height).data]; } }"""
"""By a canvas of the test's own: the map's own is not meant to be read."""

COLOUR = """([root, x, y]) => { const canvas = root.querySelector('.xai-map-canvas'), ratio = devicePixelRatio;
    const { left, top } = canvas.getBoundingClientRect();
    return pixelsOf(canvas, Math.floor((x - left) * ratio), Math.floor((y - top) * ratio), 1, 1) }"""
"""Of one pixel, at a place of the page, and how much of it is covered."""

LEGEND = """root => { const pixels = pixelsOf(root.querySelector('.xai-legend-steps'));
    return Array.from({ length: pixels.length / 4 }, (_, i) => pixels.slice(4 * i, 4 * i + 4)) }"""
INKED = """() => [...document.querySelectorAll('.xai-map-canvas')].map(one => pixelsOf(one).some(part => part > 0))"""
NEWEST = "n => document.querySelector('.xai-root').xai.lastDrawnId === n"
SHARED = "globalThis[Symbol.for('xai-widgets regl-scatterplot 1.16')]"
COUNT_CONTEXTS = """() => { const { getContext } = HTMLCanvasElement.prototype; window.contexts = new Set();
    HTMLCanvasElement.prototype.getContext = function (kind, ...more) {
        const made = getContext.call(this, kind, ...more);
        if (kind.startsWith('webgl')) contexts.add(made);
        return made; } }"""
NO_WEBGL = """() => { const { getContext } = HTMLCanvasElement.prototype;
    HTMLCanvasElement.prototype.getContext = function (kind, ...more) {
        return kind.startsWith('webgl') ? null : getContext.call(this, kind, ...more) } }"""


class Map:
    """A page with an open explorer of made-up words."""

    def __init__(self, page, views, setup):
        self.page = page
        page.evaluate(READ)
        page.evaluate("setup => { window.kernel = xaiPage.openWords(setup) }", {**setup, "views": 0})
        page.evaluate("n => { window.closers = Array.from({ length: n }, () => xaiPage.mount(kernel)) }", views)
        page.wait_for_function(DRAWN)
        self.root = page.locator(".xai-root").first
        self.canvas = self.root.locator("canvas.xai-map-canvas")
        self.readout = self.root.locator("[data-xai=readout] output")
        page.evaluate(FRAMES, 3)

    def frames(self):
        self.page.evaluate(FRAMES, 3)
        return self

    def place(self, word):
        """Where a word lies while all are shown."""
        return self.page.evaluate(PLACE, [self.root.element_handle(), word])

    def colour(self, x, y):
        return self.page.evaluate(COLOUR, [self.root.element_handle(), x, y])

    def shade(self, word):
        kept = self.root.evaluate("(root, i) => root.xai.store.frame.value.kept[i]", word)
        return self.root.evaluate(LEGEND)[kept]


@pytest.fixture
def open_map(pages):
    def open_(width=1000, height=900, *, views=1, before=None, context=None, **setup):
        page = pages.open(width, height, **(context or {}))
        if before:
            page.evaluate(before)
        return Map(page, views, setup)

    return open_


@pytest.mark.parametrize("context", [{}, {"device_scale_factor": 1.5}, {"device_scale_factor": 2}], ids=str)
@pytest.mark.parametrize("width", [1000, 380])
def test_each_word_is_drawn_in_its_shade_where_it_is_found(open_map, context, width):
    shown = open_map(width, context=context)
    for word in (0, 7, 59):
        x, y = shown.place(word)
        assert shown.colour(x, y) == pytest.approx(shown.shade(word), abs=2)
        shown.page.mouse.move(x + 5, y)
        expect(shown.readout).to_contain_text(f"word {word}")
    shown.page.mouse.move(5, 5)
    expect(shown.readout).not_to_contain_text("true neighbours")


def test_dark_maps_are_drawn_in_the_shades_of_the_dark(open_map):
    shown = open_map(context={"color_scheme": "dark"})
    shown.page.evaluate("document.documentElement.className = 'dark'")
    expect(shown.root).to_have_attribute("data-xai-theme", "dark")
    shown.frames()
    assert shown.colour(*shown.place(3)) == pytest.approx(shown.shade(3), abs=2)


@pytest.mark.parametrize(("scheme", "ink"), [("light", 0), ("dark", 255)])
def test_high_contrast_keeps_shades_and_draws_all_else_in_the_readers_colour(open_map, scheme, ink):
    shown = open_map(context={"forced_colors": "active", "color_scheme": scheme})
    # Whatever the page says of itself, it is painted in the reader's colours.
    for marks in ("vscode-light", "vscode-dark"):
        shown.page.evaluate("marks => { document.body.className = marks }", marks)
        shown.frames()
        expect(shown.root).to_have_attribute("data-xai-theme", scheme)
        assert shown.colour(*shown.place(3)) == pytest.approx(shown.shade(3), abs=2)
    shown.root.evaluate("root => root.xai.store.select('word 5')")
    expect(shown.root.get_by_role("heading", name="Nearest to “word 5”")).to_be_visible()
    shown.frames()
    # The line to a neighbour that is near on the map too, half way.
    (x, y), (a, b) = shown.place(5), shown.place(8)
    assert shown.colour((x + a) / 2, (y + b) / 2) == pytest.approx([ink, ink, ink, 255], abs=2)


def test_a_click_asks_for_a_words_neighbours_and_a_drag_does_not(open_map):
    shown = open_map()
    x, y = shown.place(5)
    shown.page.mouse.move(x, y)
    shown.page.mouse.down()
    shown.page.mouse.move(x + 30, y)
    shown.page.mouse.up()
    expect(shown.root.get_by_role("heading", name="Nearest words")).to_be_visible()
    shown.page.mouse.click(x, y)
    expect(shown.root.get_by_role("heading", name="Nearest to “word 5”")).to_be_visible()
    # Asked for elsewhere meanwhile, the same word can be clicked again.
    shown.root.evaluate("root => root.xai.store.select('word 9')")
    expect(shown.root.get_by_role("heading", name="Nearest to “word 9”")).to_be_visible()
    shown.page.mouse.click(x, y)
    expect(shown.root.get_by_role("heading", name="Nearest to “word 5”")).to_be_visible()


def test_the_mouse_zooms_and_drags_and_the_map_stays_in_sight(open_map):
    shown = open_map()
    page = shown.page
    x, y = shown.place(7)
    page.mouse.move(x, y)
    page.keyboard.down("Control")
    for _ in range(8):
        page.mouse.wheel(0, -120)
        shown.frames()
    page.keyboard.up("Control")
    # What the mouse points at stays where it is; what was drawn beside it does not.
    expect(shown.readout).to_contain_text("word 7")
    assert shown.colour(x, y) == pytest.approx(shown.shade(7), abs=2)
    page.mouse.move(x + 60, y + 60)
    page.mouse.down()
    page.mouse.move(x + 90, y + 100, steps=4)
    page.mouse.up()
    page.mouse.move(x + 30, y + 40)
    expect(shown.readout).to_contain_text("word 7")
    shown.root.get_by_role("button", name="Show all words").click()
    shown.frames()
    # All words in sight stay there, however it is dragged.
    page.mouse.move(x, y + 60)
    page.mouse.down()
    page.mouse.move(x + 90, y + 100, steps=4)
    page.mouse.up()
    page.mouse.move(x, y)
    expect(shown.readout).to_contain_text("word 7")


def test_without_ctrl_the_wheel_is_the_pages(open_map):
    shown = open_map(height=500, views=2)
    shown.canvas.hover()
    shown.page.mouse.wheel(0, 100)
    shown.page.wait_for_function("scrollY > 0")


def test_keys_go_from_word_to_word_and_bring_them_into_sight(open_map):
    shown = open_map()
    shown.canvas.focus()
    press = shown.page.keyboard.press
    press("ArrowRight")
    expect(shown.readout).to_contain_text("word 0")
    for _ in range(12):
        press("+")
    for _ in range(4):
        press("ArrowDown")
        shown.frames()
        name = shown.readout.locator("strong").inner_text()
    box = shown.canvas.bounding_box()
    at = shown.root.evaluate("root => root.xai.store.frame.value")
    assert name != "word 0"
    assert at
    # The word that the keys went to is pointed at, and is where the mouse would find it.
    press("Enter")
    expect(shown.root.get_by_role("heading", name=f"Nearest to “{name}”")).to_be_visible()
    press("Escape")
    press("0")
    shown.frames()
    x, y = shown.place(int(name.removeprefix("word ")))
    assert box["x"] < x < box["x"] + box["width"]
    assert box["y"] < y < box["y"] + box["height"]
    shown.page.mouse.move(x, y)
    expect(shown.readout).to_contain_text(name)


def test_two_fingers_zoom_and_one_drags(open_map):
    shown = open_map()
    x, y = shown.place(7)
    fingers = """([x, y, moves]) => { const at = document.querySelector('.xai-map-canvas');
        const tell = (kind, id, dx) => at.dispatchEvent(new PointerEvent(kind, { pointerId: id, pointerType: 'touch',
            clientX: x + dx, clientY: y, bubbles: true }));
        for (const [kind, id, dx] of moves) tell(kind, id, dx) }"""
    # At the word that is pointed at, so far that its surroundings may move either way.
    shown.page.mouse.move(x, y)
    shown.canvas.focus()
    for _ in range(3):
        shown.page.keyboard.press("+")
    shown.page.mouse.move(5, 5)
    shown.frames()
    pinch = [["pointerdown", 1, -20], ["pointerdown", 2, 20], ["pointermove", 1, -40], ["pointermove", 2, 40]]
    shown.page.evaluate(fingers, [x, y, [*pinch, ["pointerup", 1, -40], ["pointerup", 2, 40]]])
    shown.frames()
    assert shown.colour(x, y) == pytest.approx(shown.shade(7), abs=2)
    drag = [["pointerdown", 1, 0], ["pointermove", 1, 15], ["pointermove", 1, 30], ["pointerup", 1, 30]]
    shown.page.evaluate(fingers, [x, y, drag])
    shown.frames()
    assert shown.colour(x + 30, y) == pytest.approx(shown.shade(7), abs=2)


def test_the_newest_of_many_layouts_is_drawn(open_map):
    shown = open_map(count=10_000)
    before = shown.canvas.evaluate("canvas => canvas.toDataURL()")
    shown.page.evaluate("async () => { for (let i = 1; i <= 20; i++) { kernel.layout(40 * i);"
                        " if (i % 3 === 0) await new Promise(requestAnimationFrame); } }")  # fmt: skip
    shown.page.wait_for_function(NEWEST, arg=800)
    shown.frames()
    assert shown.canvas.evaluate("canvas => canvas.toDataURL()") != before
    x, y = shown.place(9_990)
    shown.page.mouse.move(x, y)
    expect(shown.readout).to_contain_text("word 9990")


def test_a_map_of_another_size_is_whole_at_once(open_map):
    shown = open_map()
    shown.page.set_viewport_size({"width": 700, "height": 600})
    # In the very frame of the change: the canvas is emptied as it changes its size.
    empty = shown.page.evaluate("""async () => { const canvas = document.querySelector('.xai-map-canvas');
        let empty = 0;
        for (const width of [660, 620, 580, 541]) {
            canvas.closest('.xai-root').parentElement.style.width = `${width}px`;
            await new Promise(requestAnimationFrame);
            await new Promise(done => { const channel = new MessageChannel(); channel.port1.onmessage = done;
                channel.port2.postMessage(0); });
            empty += !pixelsOf(canvas).some(one => one > 0);
        }
        return empty; }""")
    assert empty == 0
    shown.frames()
    x, y = shown.place(7)
    assert shown.colour(x, y) == pytest.approx(shown.shade(7), abs=2)
    shown.page.mouse.move(x, y)
    expect(shown.readout).to_contain_text("word 7")


def test_twenty_maps_share_one_context_and_give_it_back(open_map):
    shown = open_map(before=COUNT_CONTEXTS, views=20)
    page = shown.page
    page.wait_for_function(f"({INKED})().every(Boolean)")
    assert page.evaluate("contexts.size") == 1
    held = f"(({{ textureCount, bufferCount }}) => [textureCount, bufferCount])({SHARED}.renderer.regl.stats)"
    before = page.evaluate(held)
    page.evaluate("window.closers = Array.from({ length: 5 }, () => xaiPage.mount(kernel))")
    page.wait_for_function(f"({INKED})().length === 25 && ({INKED})().every(Boolean)")
    textures, buffers = page.evaluate(held)
    assert textures - before[0] >= 5 * 3, "where words lie, their colours and their sizes"
    assert buffers - before[1] >= 5 * 10
    page.evaluate("closers.forEach(close => close())")
    textures, buffers = page.evaluate(held)
    assert textures == before[0]
    assert buffers - before[1] <= 5 * 2, "two of six corners each, which go with the context"


def test_the_last_map_to_close_gives_the_context_back(open_map):
    shown = open_map(before=COUNT_CONTEXTS, views=2)
    page = shown.page
    assert page.evaluate("[...contexts].map(gl => gl.isContextLost())") == [False]
    page.evaluate("xaiPage.mount(kernel)()")  # before it has drawn
    shown.frames()
    page.evaluate("closers[0]()")
    assert page.evaluate("[...contexts].map(gl => gl.isContextLost())") == [False]
    page.evaluate("closers[1]()")
    assert page.evaluate("[...contexts].map(gl => gl.isContextLost())") == [True]
    assert page.evaluate(f"{SHARED} === undefined")


def test_a_context_that_is_taken_away_is_replaced(open_map):
    shown = open_map(before=COUNT_CONTEXTS, views=2)
    page = shown.page
    page.evaluate("[...contexts][0].getExtension('WEBGL_lose_context').loseContext()")
    page.wait_for_function("contexts.size === 2")
    page.evaluate("kernel.layout(300)")
    page.wait_for_function(NEWEST, arg=300)
    shown.frames()
    x, y = shown.place(7)
    assert shown.colour(x, y) == pytest.approx(shown.shade(7), abs=2)
    shown.page.mouse.move(x, y)
    expect(shown.readout).to_contain_text("word 7")


def test_without_webgl_the_map_is_drawn_and_says_what_it_cannot(open_map):
    shown = open_map(before=NO_WEBGL)
    expect(shown.root.locator(".xai-map")).to_contain_text("This browser gives no WebGL")
    x, y = shown.place(7)
    assert shown.colour(x, y) == pytest.approx(shown.shade(7), abs=2)
    shown.canvas.focus()
    shown.page.keyboard.press("ArrowRight")
    shown.page.keyboard.press("Enter")
    expect(shown.root.get_by_role("heading", name="Nearest to “word 0”")).to_be_visible()
    before = shown.canvas.evaluate("canvas => canvas.toDataURL()")
    shown.root.get_by_role("button", name="Zoom in").click()
    shown.frames()
    assert shown.canvas.evaluate("canvas => canvas.toDataURL()") != before
