"""What the package does inside a Jupyter server, and that it asks for little there."""

import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import tornado.web
from jupyter_server.services.kernels.websocket import KernelWebsocketHandler

from xai_widgets.lab import server
from xai_widgets.lab.views import serve_views

ROOT = Path(__file__).parents[2]


class App:
    """What the extension needs of a server."""

    def __init__(self):
        self.web_app = tornado.web.Application(base_url="/behind/")
        self.said = []
        self.log = SimpleNamespace(info=self.said.append)


class Handler:
    """What the extension needs of a websocket handler."""

    def __init__(self):
        self.done = []

    def set_nodelay(self, value):
        self.done.append(("nodelay", value))

    async def open(self, kernel, *, session):
        """Open it."""
        self.done.append((kernel, session))
        return "opened"


def test_every_websocket_sends_at_once_and_opens_as_before():
    class Patched(Handler):
        open = Handler.open

    server.send_at_once(Patched)
    handler = Patched()
    # Sent by hand: a loop may be running in this thread, that of the browser's tests.
    with pytest.raises(StopIteration, match="opened"):
        handler.open("kernel", session="s").send(None)
    assert handler.done == [("nodelay", True), ("kernel", "s")]
    assert Patched.open.__doc__ == "Open it."


def test_the_server_has_what_the_extension_needs(monkeypatch):
    monkeypatch.setattr(KernelWebsocketHandler, "open", KernelWebsocketHandler.open)
    before = KernelWebsocketHandler.open
    server._load_jupyter_server_extension(App())
    assert KernelWebsocketHandler.open.__wrapped__ is before
    assert callable(KernelWebsocketHandler.set_nodelay)


def test_a_server_without_that_handler_goes_on_as_it_is(monkeypatch):
    app = App()
    monkeypatch.setitem(sys.modules, "jupyter_server.services.kernels.websocket", None)
    server._load_jupyter_server_extension(app)
    assert len(app.said) == 1


def test_views_are_served_below_the_servers_address_to_who_may_use_it():
    app = App()
    serve_views(app.web_app)
    [rule] = [one for router in app.web_app.default_router.rules for one in getattr(router.target, "rules", [])
              if "xai-widgets" in one.matcher.regex.pattern]  # fmt: skip
    matches = rule.matcher.regex.match
    for kind in ("image", "text", "table", "population", "embedding", "results"):
        assert matches(f"/behind/xai-widgets/views/{kind}")["kind"] == kind
    assert matches("/behind/xai-widgets/words")["kind"] is None
    assert not matches("/behind/xai-widgets/views/../esm")
    assert not matches("/xai-widgets/views/image")
    assert rule.target.get.__wrapped__  # by tornado's `authenticated`


def test_a_server_environment_needs_no_torch():
    [point] = server._jupyter_server_extension_points()
    enabled = json.loads((ROOT / "jupyter_server.json").read_text())["ServerApp"]["jpserver_extensions"]
    assert enabled == {point["module"]: True}
    program = (
        "import sys; sys.modules.update(torch=None, numpy=None, anywidget=None, ipywidgets=None); "
        f"import {point['module']}; import xai_widgets; print(xai_widgets._jupyter_labextension_paths()[0]['dest'])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.stdout.strip() == "xai-widgets", done.stderr
