"""Several kinds of widget on one page: the styles of each stand there for all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xai_widgets.esm import asset

if TYPE_CHECKING:
    from playwright.sync_api import Locator

KINDS = ("image", "text", "table", "population", "embedding")

DIFFERENCES = """(root, strangers) => {
    const SPACE = ['margin', 'padding', 'gap', 'display', 'border', 'background-color', 'color', 'font', 'position'];
    const looks = () => [...root.querySelectorAll('*')].map(one => { const style = getComputedStyle(one);
        return SPACE.map(name => `.${one.getAttribute('class')} ${name}: ${style.getPropertyValue(name)}`) });
    const before = looks();
    const sheets = strangers.map(text => Object.assign(document.createElement('style'), { textContent: text }));
    document.head.append(...sheets);
    const after = looks();
    for (const sheet of sheets) sheet.remove();
    return [...new Set(before.flatMap((all, i) => all.flatMap((one, j) =>
        one === after[i][j] ? [] : [`${one} is ${after[i][j].split(': ').at(-1)}`])))] }"""


def changed_by_strangers(root: Locator, kind: str) -> list[str]:
    """Tell what looks otherwise in a view once widgets of all other kinds have opened after it."""
    others = [asset(f"{one}.css", needed=True) for one in KINDS if one != kind]
    changed: list[str] = root.evaluate(DIFFERENCES, others)
    return changed
