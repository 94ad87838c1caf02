"""The browser of the benchmarks that look at what it does, begun as the tests begin it."""

from __future__ import annotations

import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Page

TESTS = Path(__file__).parents[1] / "tests"


@contextmanager
def chromium() -> Iterator[Browser | None]:
    """Begin Chromium; None where it cannot be driven, and a word on what to install."""
    try:
        from playwright.sync_api import sync_playwright  # noqa: PLC0415
    except ImportError:
        print("  For this: pip install playwright\n")
        yield None
        return
    sys.path.insert(0, str(TESTS))
    from browser.conftest import ARGUMENTS  # noqa: PLC0415
    from browser.conftest import chromium as path  # noqa: PLC0415

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path(), args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def views() -> Iterator[Callable[[int, int], Page] | None]:
    """Build the page on which views stand without a kernel; what opens it anew, so wide and high, or None."""
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        if browser is None:
            yield None
            return
        from browser.static_page import build  # noqa: PLC0415

        address = build(Path(folder))

        def opened(width: int, height: int) -> Page:
            page = browser.new_page(viewport={"width": width, "height": height})
            page.goto(address)
            return page

        yield opened
