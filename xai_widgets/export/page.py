"""A view as one file for a browser: the same scripts as in a notebook, with what was said in place of a kernel."""

from __future__ import annotations

import base64
import gzip
import hashlib
from html import escape
from typing import TYPE_CHECKING

from xai_widgets._version import __version__
from xai_widgets.esm import asset, language_constant, script
from xai_widgets.export.fitting import Shown, fitted
from xai_widgets.export.words import clean

if TYPE_CHECKING:
    from collections.abc import Mapping


STYLE = """html{color-scheme:light;background:#fff;color:#1c1f23}
body{margin:0 auto;padding:16px;max-width:1240px;font:14px/1.5 system-ui,sans-serif}
footer{margin:24px 0 0;font-size:12px;opacity:.75;overflow-wrap:anywhere}
footer p{margin:2px 0}
@media(prefers-color-scheme:dark){html{color-scheme:dark;background:#111418;color:#e8eaed}}
"""
START = f"""page(view,{{...JSON.parse(document.getElementById("xai-page").textContent),version:"{__version__}"}},\
document.getElementById("xai-view"),words);"""

UNPACK = """const packed=document.getElementById("xai-code"),code=document.createElement("script"),\
bytes=Uint8Array.from(atob(packed.textContent),c=>c.charCodeAt(0));code.type="module";code.textContent=await \
new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).text();\
packed.replaceWith(code);"""
"""Half of a page would be its scripts: they come packed, and the policy knows them unpacked as well."""

FRAME = 2000
"""Bytes around all that, at most."""


def page(shown: Shown) -> bytes:
    """Write one HTML file that asks nobody: no network, and no script or style but its own."""
    kind = shown.spec["kind"]
    style = STYLE + str(asset(f"{kind}.css"))
    code = script(view=f"{kind}.js", page="page.js") + language_constant(shown.language, "words") + START
    words = f"<noscript><h1>{escape(clean(shown.title))}</h1><pre>{escape(shown.text)}</pre></noscript>"
    known = _facts(shown.facts)
    packed = base64.b64encode(gzip.compress(code.encode(), mtime=0)).decode()
    data, left_out = fitted(shown, FRAME + sum(len(one.encode()) for one in (packed, UNPACK, style, words, known)))
    body = f"""{words}
<main id="xai-view"></main>
<footer>{known}{_facts(left_out)}</footer>
<script type="application/json" id="xai-page">{data}</script>
<script type="application/gzip" id="xai-code">{packed}</script>
<script type="module">{UNPACK}</script>"""
    return document(shown.title, style, body, UNPACK, code)


def _facts(facts: Mapping[str, str]) -> str:
    return "".join(f"<p>{escape(name)}: {escape(clean(one))}</p>" for name, one in facts.items())


def document(title: str, style: str, body: str, *scripts: str) -> bytes:
    """Write a page whose policy lets nothing run but `scripts`, and nothing be fetched."""
    policy = f"default-src 'none';img-src data: blob:;base-uri 'none';form-action 'none';style-src {_hash(style)}"
    if scripts:
        policy += f";script-src {' '.join(map(_hash, scripts))}"
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
