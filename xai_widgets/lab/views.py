"""The views of saved explanations, and what kernels say in other languages, from the Jupyter server.

A saved explanation that JupyterLab opens, as a file or in a notebook, is shown by the view of its widget, which is in
this package once, for kernels and here. Where nobody answers it is a still picture.
"""

from __future__ import annotations

from typing import Any

from xai_widgets.esm import language, viewer

SERVED = "xai-widgets/(?:words|views/(?P<kind>image|text|table|population|embedding|results))"
"""Below the server's own address."""


def serve_views(web_app: Any) -> None:
    """Answer with the view of a kind of saved explanation, or the words of a language, to who may use the server."""
    from jupyter_server.base.handlers import APIHandler  # noqa: PLC0415  where there is a server, there it is
    from tornado.web import authenticated  # noqa: PLC0415

    class Views(APIHandler):
        @authenticated
        def get(self, kind: str | None) -> None:
            code = self.get_query_argument("language", "")
            words = {"module": language(code) or "export default null", "style": ""}
            self.finish(viewer(kind, code) if kind else words)

    web_app.add_handlers(".*$", [(web_app.settings["base_url"] + SERVED, Views)])
