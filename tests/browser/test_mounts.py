"""Views that are mounted and taken down again and again leave nothing behind in the page."""

from __future__ import annotations

import base64

import pytest
from faults.test_opens_and_closes import KINDS

TIMES = 200
"""Of each kind, half of them looked at twice."""
MOUNTS = """async ({ code, state, known, times }) => {
    const read = one => Array.isArray(one) ? one.map(read)
        : one?.__bytes ? new DataView(Uint8Array.from(atob(one.__bytes), c => c.charCodeAt(0)).buffer)
        : one && typeof one === "object" ? Object.fromEntries(Object.entries(one).map(([k, v]) => [k, read(v)])) : one;
    const [given, said] = [read(state), read(known)];
    class Model {
        handlers = [];
        get(key) { return given[key] }
        on(event, callback) { this.handlers.push([event, callback]) }
        off(event, callback) { this.handlers = this.handlers.filter(h => h[0] !== event || h[1] !== callback) }
        save_changes() {}
        send(message) {
            if (message.kind === "hello")
                for (const [content, buffers] of said)
                    for (const [event, call] of this.handlers) if (event === "msg:custom") call(content, buffers);
        }
    }
    const url = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
    window.view ??= (await import(url)).default;
    const frame = () => new Promise(done => requestAnimationFrame(() => setTimeout(done)));
    window.models = [];
    let left = 0, drawn = 0;
    for (let i = 0; i < times; i++) {
        const model = new Model(), el = document.createElement("div");
        models.push(new WeakRef(model));
        document.body.append(el);
        const drop = view.initialize({ model }), close = view.render({ model, el });
        if (i % 20 === 0) await frame();  // the others are gone before their first frame
        drawn += el.querySelectorAll(".xai-root *").length > 20;
        close();
        if (i % 2) view.render({ model, el })();  // a second look at the same output
        drop();
        left += model.handlers.length + el.childNodes.length;
        el.remove();
    }
    await frame();
    return { left, drawn };
}"""


def plain(value):
    """Write bytes so that the page can read them back."""
    if isinstance(value, (bytes, memoryview)):
        return {"__bytes": base64.b64encode(value).decode()}
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    return [plain(one) for one in value] if isinstance(value, (list, tuple)) else value


@pytest.mark.parametrize("kind", KINDS)
def test_two_hundred_views_leave_nothing_behind(page, kind):
    widget = KINDS[kind]()
    widget.wait(60)
    state = {key: plain(getattr(widget, key)) for key in ("spec", "state", "snapshot")}
    known = [plain((one.content, one.buffers)) for one in widget._known()]
    code = widget._esm
    widget.close()
    tools = page.context.new_cdp_session(page)
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))

    def held(times):
        found = page.evaluate(MOUNTS, {"code": code, "state": state, "known": known, "times": times})
        assert found == {"left": 0, "drawn": times}
        for _ in range(2):  # what was freed may free more
            tools.send("HeapProfiler.collectGarbage")
        alive = page.evaluate("models.filter(one => one.deref()).length")
        return tools.send("Memory.getDOMCounters"), alive

    page.goto("about:blank")
    before, _ = held(3)
    after, alive = held(TIMES)
    assert errors == []
    assert alive <= 1
    # The browser may hold on to the tree of one view, which of the text is 1000 nodes with 90 listeners.
    assert after["jsEventListeners"] - before["jsEventListeners"] < TIMES
    assert after["nodes"] - before["nodes"] < 10 * TIMES
