"""The text view on a page of its own, with a kernel of arithmetic."""

from __future__ import annotations

import re
from typing import Any

import pytest
from browser.static_page import ALL_SENT, Pages
from playwright.sync_api import Locator, Page

EDITS = "document.querySelector('.xai-root').xai.store.request.value.edits"
SETTLED = """() => { const { store } = document.querySelector('.xai-root').xai; const map = store.slots.a.map.value;
    return store.slots.a.phase.value === 'idle' && map?.info.final && map.id >= store.slots.a.id }"""
PROBABILITY = "document.querySelector('.xai-root').xai.store.prediction.value.probabilities[1]"
QUESTIONS = "kind => kernel.model.sent.filter(m => m.kind === kind)"


class TextPage:
    """A page with an open text widget."""

    def __init__(self, page: Page, setup: dict[str, Any]):
        self.page = page
        page.evaluate("setup => { window.kernel = xaiPage.openText(setup) }", setup)
        self.passage = page.locator("[data-xai=text-a]")

    def settled(self) -> TextPage:
        self.page.wait_for_function(SETTLED)
        return self

    def word(self, text: str) -> Locator:
        return self.passage.locator(".xai-t-piece").filter(has_text=re.compile(rf"^{re.escape(text)}$")).first

    def mode(self, name: str) -> None:
        self.page.get_by_role("radio", name=name, exact=True).check()

    def edits(self) -> list[dict[str, Any]]:
        return self.page.evaluate(EDITS)

    def probability(self) -> float:
        return self.page.evaluate(PROBABILITY)

    def asked(self, kind: str) -> list[dict[str, Any]]:
        self.page.wait_for_function(ALL_SENT)
        return self.page.evaluate(QUESTIONS, kind)


@pytest.fixture
def open_text(pages: Pages):
    def open_(setup: dict[str, Any] | None = None, width: int = 1000, **context: Any) -> TextPage:
        return TextPage(pages.open(width, 1000, **context), setup or {}).settled()

    return open_
