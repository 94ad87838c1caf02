"""A Jupyter server extension: small messages from the kernel go out at once, and views are there without a kernel.

Jupyter servers leave Nagle's algorithm on, which holds a small message back until the browser has acknowledged the
one before, and browsers take up to 40 ms for that. A slider that is answered by a prediction of 2 kB feels it.
Every widget works without this extension too.
"""

from __future__ import annotations

from functools import wraps
from typing import Any

from xai_widgets.lab.views import serve_views


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "xai_widgets.lab.server"}]


def _load_jupyter_server_extension(app: Any) -> None:
    serve_views(app.web_app)
    try:
        from jupyter_server.services.kernels.websocket import KernelWebsocketHandler  # noqa: PLC0415
    except ImportError:  # another version of the server, where it lives elsewhere
        app.log.info("xai_widgets: this Jupyter server's websockets are left as they are")
        return
    send_at_once(KernelWebsocketHandler)


def send_at_once(handler: Any) -> None:
    """Switch Nagle's algorithm off for each websocket that a handler class opens from now on."""
    opened = handler.open

    @wraps(opened)
    async def open_(self: Any, *args: Any, **kwargs: Any) -> Any:
        self.set_nodelay(True)
        return await opened(self, *args, **kwargs)

    handler.open = open_
