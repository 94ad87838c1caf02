"""A page that holds the image widget and a fake kernel: no Jupyter, no network."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser.lab import PATIENCE
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page

ASKS = "kernel.model.sent.filter(m => m.kind === 'ask')"
ALL_SENT = """() => [...document.querySelectorAll('.xai-root')].every(root =>
    Object.values(root.xai.store.link.slots).every(slot => slot.waiting === null))"""
"""No ask waits in the browser for the answer to the one before it."""
SLOW_GRAPHICS = "GPU stall due to ReadPixels"
"""What Chromium says where WebGL is computed without a graphics card, as it is here."""

ROOT = Path(__file__).parents[2]
HTML = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>xai</title>
<link rel="stylesheet" href="page.css"><style>body {{ margin: 12px; {style} }}</style></head>
<body><script src="page.js"></script></body></html>
"""

CONTRASTS = """texts => { const numbers = c => c.match(/[\\d.]+/g).map(Number);
    const grey = c => { const [r, g, b] = numbers(c).slice(0, 3).map(v => { v /= 255;
        return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4 });
        return 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05 };
    const back = e => { const c = getComputedStyle(e).backgroundColor, n = numbers(c);
        return n.length === 4 && n[3] === 0 ? back(e.parentElement) : c };
    return [...document.querySelectorAll(texts)]
        .filter(e => e.offsetParent && e.textContent)
        .map(e => [grey(getComputedStyle(e).color), grey(back(e))])
        .map(([a, b]) => Math.max(a, b) / Math.min(a, b)) }"""
"""Of what a selector finds: by how much each text is lighter or darker than what it stands on."""


def said(message: ConsoleMessage, noise: list[str]) -> None:
    """Note a word in the console, unless it is about this machine."""
    if SLOW_GRAPHICS not in message.text:
        noise.append(message.text)


def build(folder: Path, style: str = "") -> str:
    """Bundle the page into `folder` and return its address."""
    esbuild = ROOT / "node_modules" / ".bin" / "esbuild"
    if not esbuild.exists() or shutil.which("node") is None:
        msg = "The page needs `npm ci` first."
        raise FileNotFoundError(msg)
    command = [
        str(esbuild),
        "js/test/page.ts",
        "--bundle",
        "--format=iife",
        "--target=es2022",
        "--charset=utf8",
        "--jsx=automatic",
        "--jsx-import-source=preact",
        "--log-level=error",
        f"--outfile={folder / 'page.js'}",
    ]
    subprocess.run(command, cwd=ROOT, check=True)
    page = folder / "page.html"
    page.write_text(HTML.format(style=style), encoding="utf-8")
    return page.as_uri()


class View:
    """A page with an open widget, and the words to drive it."""

    def __init__(self, page: Page, setup: dict[str, Any]):
        self.page = page
        page.evaluate("setup => { window.kernel = xaiPage.open(setup) }", setup)
        self.canvas = page.locator("canvas.xai-canvas").first

    def ready(self) -> View:
        """Wait until the first map is finished and drawn."""
        self.settled()
        self.page.wait_for_function("document.querySelector('.xai-root').xai.lastDrawnId > 0")
        return self

    def settled(self, slot: str = "a") -> None:
        state = f"document.querySelector('.xai-root').xai.store.slots.{slot}"
        self.page.wait_for_function(f"{state}.phase.value === 'idle' && {state}.map.value?.info.final")

    def asks(self) -> list[dict[str, Any]]:
        self.page.wait_for_function(ALL_SENT)
        return self.page.evaluate(ASKS)

    def edits(self) -> list[dict[str, Any]]:
        return self.page.evaluate("document.querySelector('.xai-root').xai.store.request.value.edits")

    def point(self, x: float, y: float) -> tuple[float, float]:
        """A place on the canvas, in shares of its size."""
        box = self.canvas.bounding_box()
        assert box is not None
        return box["x"] + x * box["width"], box["y"] + y * box["height"]

    def hover(self, x: float, y: float) -> None:
        self.page.mouse.move(*self.point(x, y))

    def stroke(self) -> None:
        self.page.get_by_role("radio", name="Brush").check()
        self.hover(0.4, 0.4)
        self.page.mouse.down()
        self.page.mouse.move(*self.point(0.6, 0.5), steps=8)
        self.page.mouse.up()

    def readout(self) -> Locator:
        return self.page.locator("[data-xai=readout]").first

    def pixels(self) -> str:
        """The canvas once the pending frame is drawn."""
        self.page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        return self.canvas.evaluate("canvas => canvas.toDataURL()")

    def option(self, name: str, value: Any) -> None:
        self.page.evaluate("([name, value]) => { kernel.options[name] = value }", [name, value])


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    return build(tmp_path_factory.mktemp("page"))


class Pages:
    """Opens the page for one test after the other, and holds it to silence.

    The plain one stays and is only loaded anew, which takes half as long as another: a new page is a new process.
    """

    def __init__(self, browser: Browser, address: str):
        self.browser, self.address = browser, address
        self.errors: list[str] = []
        self.plain = self.made()
        self.lent = False
        self.contexts: list[BrowserContext] = []

    def made(self, **context: Any) -> Page:
        page = self.browser.new_context(**context).new_page()
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda message: said(message, self.errors))
        return page

    def open(self, width: int, height: int, **context: Any) -> Page:
        if context or self.lent:
            page = self.made(**context)
            self.contexts.append(page.context)
        else:
            page, self.lent = self.plain, True
        page.set_viewport_size({"width": width, "height": height})
        page.mouse.move(0, 0)  # where the test before has left it, something may lie
        page.goto(self.address)
        return page

    def close(self) -> None:
        for context in self.contexts:
            context.close()
        self.plain.goto("about:blank")
        errors, self.errors, self.contexts, self.lent = self.errors, [], [], False
        assert errors == []


@pytest.fixture(scope="session")
def all_pages(browser: Browser, address: str) -> Pages:
    return Pages(browser, address)


@pytest.fixture
def pages(all_pages: Pages) -> Iterator[Pages]:
    yield all_pages
    all_pages.close()


@pytest.fixture
def open_view(pages: Pages) -> Any:
    def open_(setup: dict[str, Any] | None = None, width: int = 1000, height: int = 1000, **context: Any) -> View:
        return View(pages.open(width, height, **context), setup or {})

    return open_
