"""The documentation site: built as `make docs` does, with nothing missing and nothing from elsewhere."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import xai_widgets as xai

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    build = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-b", "html", "-d", folder / "trees"]
    done = subprocess.run([*build, ROOT / "docs", folder / "html"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "html"


def test_every_method_has_a_page_with_its_parameters_and_its_paper(site):
    for method in xai.methods():
        page = (site / "methods" / f"{method.name}.html").read_text()
        assert f"<h1>{method.title}" in page
        assert "References" in page, method.name
        for parameter in method.parameters:
            assert parameter.hidden or f'<span class="pre">{parameter.name}</span>' in page, (
                method.name,
                parameter.name,
            )


def test_every_public_name_is_in_the_reference(site):
    reference = "".join(page.read_text() for page in (site / "reference").glob("*.html"))
    assert {name for name in xai.__all__ if f'id="xai_widgets.{name}"' not in reference} == {"__version__"}


def test_pages_are_read_offline_formulas_too(site):
    assert "<math" in (site / "methods" / "integrated_gradients.html").read_text()
    for page in site.rglob("*.html"):
        assert not re.search(r"<(?:script|link|img)[^>]+(?:src|href)=\"(?:https?:)?//", page.read_text()), page
