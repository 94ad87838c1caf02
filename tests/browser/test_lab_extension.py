"""The JupyterLab extension, with small stand-ins for the real widgets."""

import base64
import subprocess
import sys
import zlib

from playwright.sync_api import expect

VIEW = "application/vnd.jupyter.widget-view+json"
SAVED = "application/vnd.xai-widgets+json"

# A widget with the parts that the extension asks a real one for: a root with a picture of itself.
STAND_IN = '''
import anywidget, traitlets, base64
class StandIn(anywidget.AnyWidget):
    _esm = """
    export default { render({ model, el }) {
      const root = document.createElement("div");
      root.className = "xai-root";
      const button = document.createElement("button");
      const draw = () => { button.textContent = `clicked ${model.get("n")}`; };
      button.onclick = () => { model.set("n", model.get("n") + 1); model.save_changes(); };
      model.on("change:n", draw);
      draw();
      root.xai = {
        snapshot() {
          const c = document.createElement("canvas");
          c.width = 16; c.height = 16;
          const x = c.getContext("2d");
          x.fillStyle = "rgb(200, 30, 10)";
          x.fillRect(0, 0, 16, 16);
          return c.toDataURL("image/png");
        },
        describe: () => button.textContent,
      };
      root.append(button);
      el.append(root);
    } };
    """
    n = traitlets.Int(0).tag(sync=True)
    def _repr_mimebundle_(self, **kwargs):
        data, metadata = super()._repr_mimebundle_(**kwargs)
        data["image/png"] = "%s"
        data["application/vnd.xai-widgets+json"] = {"v": 1, "title": "Stand-in", "text": "fresh"}
        return data, metadata
w = StandIn()
w
'''


def png(colour):
    """Encode a 16 x 16 picture of one colour."""

    def chunk(kind, body):
        return len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")

    size = (16).to_bytes(4, "big")
    rows = (b"\0" + bytes(colour) * 16) * 16
    parts = (b"IHDR", size + size + b"\x08\x02\0\0\0"), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")
    return base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*part) for part in parts)).decode()


BLUE = png((10, 30, 200))
CODE = STAND_IN % BLUE


def middle(image):
    """Read the colour in the middle of an <img>."""
    return image.evaluate(
        """async (image) => { await image.decode();
        const c = document.createElement("canvas"); c.width = image.naturalWidth; c.height = image.naturalHeight;
        const x = c.getContext("2d"); x.drawImage(image, 0, 0);
        return [...x.getImageData(c.width / 2, c.height / 2, 1, 1).data].slice(0, 3); }"""
    )


def test_the_extension_is_installed_and_enabled():
    shown = subprocess.run(
        [sys.executable, "-m", "jupyterlab.labextensions", "list"], capture_output=True, text=True, check=True
    )
    text = shown.stdout + shown.stderr
    assert any("xai-widgets" in line and "enabled" in line and "OK" in line for line in text.splitlines()), text


def test_a_saved_view_is_drawn_and_its_words_are_not_markup(host):
    hostile = '<img src=x onerror="window.hacked = true">'
    data = {SAVED: {"v": 1, "title": hostile, "text": "Two lines\nof text", "png": BLUE}}
    later = {SAVED: {"v": 2, "title": "Of tomorrow", "text": "", "png": BLUE}}
    host.open("saved.ipynb", ["1", "2"], outputs={0: [data], 1: [later]}, kernel=False)
    figure = host.output(0).locator(".xai-saved")
    expect(figure).to_contain_text(hostile)
    expect(figure.locator("img")).to_have_count(1)
    expect(figure.locator("img")).to_have_attribute("alt", f"{hostile}. Two lines\nof text")
    expect(figure.locator("img[width='16'][height='16']")).to_have_count(1)  # known before it is decoded
    assert middle(figure.locator("img")) == [10, 30, 200]
    assert host.page.evaluate("window.hacked") is None
    expect(host.output(0).get_by_role("alert")).to_have_count(0)
    expect(host.output(1).get_by_role("alert")).to_contain_text("saved in version 2 of the form")
    assert middle(host.output(1).locator("img")) == [10, 30, 200]


BROKEN = [None, 3, [], {"png": 5, "title": ["x"]}, {"png": '"><script>'}]


def test_a_broken_saved_view_draws_nothing_and_breaks_nothing(lab):
    lab.expected.append("ERR_INVALID_URL")
    outputs = {i: [{SAVED: saved, "text/plain": "x"}] for i, saved in enumerate(BROKEN)}
    lab.open("broken.ipynb", [*map(str, range(len(BROKEN))), "print('after')"], outputs=outputs, kernel=False)
    for i in range(len(BROKEN)):
        expect(lab.output(i)).to_be_attached()
    expect(lab.page.locator(".jp-Notebook-cell")).to_have_count(len(BROKEN) + 1)


def test_the_live_view_is_shown_and_lives(host):
    host.open("live.ipynb", [CODE, "print(w.n)"])
    host.run(0)
    button = host.output(0).get_by_role("button", name="clicked 0")
    button.click()
    expect(host.output(0).get_by_role("button", name="clicked 1")).to_be_visible()
    expect(host.output(0).locator(".xai-saved")).to_be_hidden()
    host.run(1)
    assert host.text(1).strip() == "1"


def test_saving_keeps_the_picture_and_leaves_the_live_view_alone(host):
    host.open("keep.ipynb", [CODE])
    host.run(0)
    host.output(0).get_by_role("button").click()
    expect(host.output(0).get_by_role("button", name="clicked 1")).to_be_visible()
    root = host.output(0).locator(".xai-root").element_handle()
    host.save()
    host.save()
    [output] = host.server.read("keep.ipynb").cells[0].outputs
    assert output.data["text/plain"] == "clicked 1"
    assert output.data[SAVED]["text"] == "clicked 1"
    assert output.data["image/png"].strip() != BLUE
    assert VIEW in output.data
    assert root.evaluate("root => root.isConnected && root === document.querySelector('.xai-root')")
    host.output(0).get_by_role("button").click()
    expect(host.output(0).get_by_role("button", name="clicked 2")).to_be_visible()


TOASTS = """() => { const seen = new Set(); window.told = []; new MutationObserver(() => {
    for (const one of document.querySelectorAll(".Toastify__toast"))
        if (one.textContent && !seen.has(one)) told.push(seen.add(one) && one.textContent);
}).observe(document.body, { childList: true, subtree: true, characterData: true }); }"""
"""Notes what JupyterLab says in a corner of the page, and takes away some seconds later."""


def test_a_picture_that_a_notebook_has_no_room_for_is_drawn_smaller_or_left_and_told_of(lab):
    lab.open("large.ipynb", [CODE]).run(0)
    root = lab.output(0).locator(".xai-root")
    lab.page.evaluate(TOASTS)
    large, smaller = "'A'.repeat(300_001)", png((5, 6, 7))
    picture = "(root, small) => { root.xai.snapshot = most => 'data:image/png;base64,' + (%s); }"
    root.evaluate(picture % f"most <= 300_022 ? small : {large}", smaller)
    for _ in range(2):
        lab.save()
        assert lab.server.read("large.ipynb").cells[0].outputs[0].data["image/png"].strip() == smaller
        lab.page.wait_for_function("told.length")
    [said] = lab.page.evaluate("told")  # the second save has nothing new to say
    assert "may take 300 kB of the notebook (see Settings): it was drawn smaller" in said
    root.evaluate(picture % large)
    lab.save()
    assert lab.server.read("large.ipynb").cells[0].outputs[0].data["image/png"].strip() == smaller
    lab.page.wait_for_function("told.at(-1).includes('the one before was kept')")


def test_a_second_view_of_the_output_lives_too(lab):
    lab.open("twice.ipynb", [CODE])
    lab.run(0)
    lab.output(0).get_by_role("button", name="clicked 0").click()
    lab.command("notebook:create-output-view")
    second = lab.page.locator(".jp-LinkedOutputView").get_by_role("button", name="clicked 1")
    second.click()
    expect(lab.page.locator(".jp-LinkedOutputView").get_by_role("button", name="clicked 2")).to_be_visible()
    expect(lab.output(0).get_by_role("button", name="clicked 2", include_hidden=True)).to_be_attached()


def test_after_a_page_reload_the_view_is_live_again(host):
    host.open("reload.ipynb", [CODE])
    host.run(0)
    host.output(0).get_by_role("button").click()
    host.save()
    host.open("reload.ipynb")
    expect(host.output(0).get_by_role("button", name="clicked 1")).to_be_visible()
    expect(host.output(0).locator(".xai-saved")).to_be_hidden()


def test_a_notebook_without_its_kernel_shows_the_saved_picture_and_untrusted_runs_nothing(host):
    host.open("gone.ipynb", [CODE])
    host.run(0)
    expect(host.output(0).get_by_role("button")).to_be_visible()
    host.save()
    host.check()
    host.shutdown()
    host.expected.append("widget model not found")

    strange = host.server.read("gone.ipynb")
    outputs = {0: [dict(strange.cells[0].outputs[0].data)]}
    host.open("strange.ipynb", [CODE + "# from elsewhere"], outputs=outputs)
    picture = host.output(0).locator(".xai-saved img")
    expect(picture).to_be_visible()
    assert middle(picture) == [200, 30, 10]
    expect(host.output(0).locator(".xai-root")).to_have_count(0)
    host.shutdown()

    # The server remembers that it wrote this notebook: it comes back trusted.
    with host.page.expect_console_message(lambda message: "widget model not found" in message.text):
        host.open("gone.ipynb")
    expect(picture).to_be_visible()
    assert middle(picture) == [200, 30, 10]
    expect(host.output(0)).not_to_contain_text("Error displaying widget")
    host.run(0)
    expect(host.output(0).get_by_role("button", name="clicked 0")).to_be_visible()
