"""A view as one file for a browser: the same scripts as in a notebook, with what was said in place of a kernel."""

from __future__ import annotations

import base64
import gzip
import hashlib
from html import escape
from typing import TYPE_CHECKING

from xai_widgets._version import __version__
from xai_widgets.esm import asset, language_constant, script
from xai_widgets.export.fitting import PageContent, fitted, inlined
from xai_widgets.export.words import clean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xai_widgets.export.bundle import Recorded

STYLE = """html{color-scheme:light;background:#fff;color:#1c1f23}
body{margin:0 auto;padding:16px;max-width:1240px;font:14px/1.5 system-ui,sans-serif}
footer{margin:24px 0 0;font-size:12px;opacity:.75;overflow-wrap:anywhere}
footer p{margin:2px 0}
@media(prefers-color-scheme:dark){html{color-scheme:dark;background:#111418;color:#e8eaed}}
"""
START = f"""page(view,{{...JSON.parse(document.getElementById("xai-page").textContent),version:"{__version__}"}},\
document.getElementById("xai-view"),words);"""

START_OF_FILE = f"""page(view,{{fields:JSON.parse(document.getElementById("xai-page").textContent)}},\
document.getElementById("xai-view"),words,"{__version__}")\
.catch(()=>{{document.getElementById("xai-view").innerHTML=document.querySelector("noscript").textContent}});"""
"""What a view cannot show is told in the words for those without scripts, which are markup that was made here."""

UNPACK = """const packed=document.getElementById("xai-code"),code=document.createElement("script"),\
bytes=Uint8Array.from(atob(packed.textContent),c=>c.charCodeAt(0));code.type="module";code.textContent=await \
new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).text();\
packed.replaceWith(code);"""
"""Half of a page would be its scripts: they come packed, and the policy knows them unpacked as well."""

FRAME = 2000
"""Bytes around all that, at most."""

COMPILES = {"embedding"}
"""Views whose engine makes code of its own as it runs. Nothing else can run in their pages either: what may make such
code is known by its hash."""


def page(shown: PageContent) -> bytes:
    """Write one HTML file that asks nobody: no network, and no script or style but its own."""
    frame = _Frame(shown.spec["kind"], "page.js", START, shown.language)
    data, left_out = fitted(shown, FRAME + frame.size(shown))
    return frame.around(shown.title, shown.text, data, {**shown.facts, **left_out})


def page_of_file(kind: str, found: Recorded, facts: Mapping[str, str]) -> bytes:
    """Write the same of what a saved result holds, as JupyterLab shows it by the view of that kind."""
    return _Frame(kind, "file.js", START_OF_FILE).around(found.title, found.words, inlined(found.seen()), facts)


class _Frame:
    """What is around the data of a page: scripts and style of the view of a kind."""

    def __init__(self, kind: str, opener: str, start: str, language: str = "") -> None:
        self.compiles = kind in COMPILES
        self.style = STYLE + str(asset(f"{kind}.css"))
        self.code = script(view=f"{kind}.js", page=opener) + language_constant(language, "words") + start
        self.packed = base64.b64encode(gzip.compress(self.code.encode(), mtime=0)).decode()

    def size(self, shown: PageContent) -> int:
        parts = self.packed, UNPACK, self.style, _words(shown.title, shown.text), _facts(shown.facts)
        return sum(len(one.encode()) for one in parts)

    def around(self, title: str, words: str, data: str, facts: Mapping[str, str]) -> bytes:
        body = f"""{_words(title, words)}
<main id="xai-view"></main>
<footer>{_facts(facts)}</footer>
<script type="application/json" id="xai-page">{data}</script>
<script type="application/gzip" id="xai-code">{self.packed}</script>
<script type="module">{UNPACK}</script>"""
        return document(title, self.style, body, UNPACK, self.code, compiles=self.compiles)


def _words(title: str, text: str) -> str:
    return f"<noscript><h1>{escape(clean(title))}</h1><pre>{escape(text)}</pre></noscript>"


def _facts(facts: Mapping[str, str]) -> str:
    return "".join(f"<p>{escape(name)}: {escape(clean(one))}</p>" for name, one in facts.items())


def document(title: str, style: str, body: str, *scripts: str, compiles: bool = False, language: str = "en") -> bytes:
    """Write a page whose policy lets nothing run but `scripts` and what these compile, and nothing be fetched."""
    policy = f"default-src 'none';img-src data: blob:;base-uri 'none';form-action 'none';style-src {_hash(style)}"
    if scripts:
        policy += f";script-src {' '.join(map(_hash, scripts))}" + compiles * " 'unsafe-eval'"
    return f"""<!DOCTYPE html>
<html lang="{language}">
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
