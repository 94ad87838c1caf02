"""The documentation on a phone."""

from pathlib import Path

import furo
from browser.lab import ROOT

STYLES = (
    Path(furo.__file__).parent / "theme" / "furo" / "static" / "styles" / "furo.css",
    ROOT / "docs" / "style" / "narrow.css",
)
CODE = '<code class="docutils literal notranslate"><span class="pre">integrated_gradients_of_a_layer</span></code>'
TABLE = f"""
<article><div class="table-wrapper docutils container"><table class="docutils align-default"><tbody>
<tr><td>{CODE}</td><td>{CODE}</td><td>shares of the difference from a baseline in one pass, by rules</td></tr>
</tbody></table></div></article>
"""
OVER = "document.querySelector('.table-wrapper').scrollWidth - document.querySelector('.table-wrapper').clientWidth"


def test_a_table_with_long_names_of_code_fits(page):
    page.set_viewport_size({"width": 400, "height": 800})
    page.set_content(TABLE)
    for style in STYLES:
        page.add_style_tag(path=style)
    assert page.evaluate(OVER) <= 1


def test_every_page_takes_the_style():
    conf = (ROOT / "docs" / "conf.py").read_text(encoding="utf-8")
    assert 'html_css_files = ["narrow.css"]' in conf
