"""A view as one file for a browser: the same scripts as in a notebook, with what was said in place of a kernel."""

from __future__ import annotations

import base64
import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any

from xai_widgets._version import __version__
from xai_widgets.export.words import clean
from xai_widgets.wire.esm import asset, script

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xai_widgets.wire import Message

STYLE = """html{color-scheme:light;background:#fff;color:#1c1f23}
body{margin:0 auto;padding:16px;max-width:1240px;font:14px/1.5 system-ui,sans-serif}
footer{margin:24px 0 0;font-size:12px;opacity:.75;overflow-wrap:anywhere}
footer p{margin:2px 0}
@media(prefers-color-scheme:dark){html{color-scheme:dark;background:#111418;color:#e8eaed}}
"""
START = 'page(view,JSON.parse(document.getElementById("xai-page").textContent),document.getElementById("xai-view"));'


@dataclass(frozen=True)
class Shown:
    """What a page shows.

    Attributes
    ----------
    spec, state : dict
        As in ``docs/protocol.md``.
    told : sequence of Message
        What a view that opens is told.
    answers : sequence of (Message, Message)
        Predictions and maps of what may be asked, the newest first.
    title, text : str
        For those who do not run scripts.
    facts : dict of str to str
        How it was computed.
    """

    spec: Mapping[str, Any]
    state: Mapping[str, Any]
    told: Sequence[Message]
    answers: Sequence[tuple[Message, Message]] = ()
    title: str = ""
    text: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)


def page(shown: Shown) -> bytes:
    """Write one HTML file that asks nobody: no network, and no script or style but its own."""
    kind = shown.spec["kind"]
    style = STYLE + str(asset(f"{kind}.css"))
    code = script(view=f"{kind}.js", page="page.js") + START
    facts = "".join(f"<p>{escape(name)}: {escape(clean(one))}</p>" for name, one in shown.facts.items())
    body = f"""<noscript><h1>{escape(clean(shown.title))}</h1><pre>{escape(shown.text)}</pre></noscript>
<main id="xai-view"></main>
<footer>{facts}</footer>
<script type="application/json" id="xai-page">{_json(shown)}</script>
<script type="module">{code}</script>"""
    return document(shown.title, style, body, code)


def document(title: str, style: str, body: str, code: str = "") -> bytes:
    """Write a page whose policy lets nothing run but `code`, and nothing be fetched."""
    policy = f"default-src 'none';img-src data: blob:;base-uri 'none';form-action 'none';style-src {_hash(style)}"
    if code:
        policy += f";script-src {_hash(code)}"
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="generator" content="xai_widgets {__version__}">
<title>{escape(clean(title))}</title>
<style>{style}</style>
</head>
<body>
{body}
</body>
</html>
""".encode()


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _json(shown: Shown) -> str:
    """Return the page's data as JSON that is no markup, each message once."""
    messages: list[Message] = []

    def place(message: Message) -> int:
        at = next((i for i, one in enumerate(messages) if one is message), len(messages))
        if at == len(messages):
            messages.append(message)
        return at

    told = [place(one) for one in shown.told]
    answers = [[place(one) for one in answer] for answer in shown.answers]
    content = {
        "version": __version__,
        "spec": shown.spec,
        "state": shown.state,
        "told": told,
        "answers": answers,
        "messages": [{**one.content, "buffers": list(one.buffers)} for one in messages],
    }
    text = json.dumps(_known(content), allow_nan=False, separators=(",", ":"))
    # Inside a string alone these may stand, and there they may be written by their numbers.
    return text.replace("<", "\\u003c").replace(">", "\\u003e")


def _known(value: Any) -> Any:
    """Return what JSON has: bytes as base64, and nothing for numbers that are none."""
    if isinstance(value, (bytes, memoryview)):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, Mapping):
        return {name: _known(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_known(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
