"""The documentation site: built as `make docs` does, with nothing missing and nothing from elsewhere."""

import html
import json
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from PIL import Image

import xai_widgets as xai
from xai_widgets.method import REGISTRY

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted(ROOT.glob("notebooks/*.ipynb"))
KEPT = ROOT / "docs" / "pictures" / "tutorials"
MOST = 150_000
"""Bytes of a picture: a repository keeps them all for ever."""


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


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_tutorial_is_a_page_with_its_code_and_what_it_shows(site, path):
    page = (site / "tutorials" / f"{path.stem}.html").read_text()
    words = re.sub(r"\s+", "", html.unescape(re.sub(r"<[^>]*>", "", page)))
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    assert [cell.id for cell in cells if re.sub(r"\s+", "", cell.source) not in words] == []
    kept = json.loads((KEPT / f"{path.stem}.json").read_text(encoding="utf-8"))
    assert kept.keys() <= {cell.id for cell in cells}, "run scripts/docs_tutorials.py"
    pictures = [output["picture"] for some in kept.values() for output in some if "picture" in output]
    assert pictures
    assert {one.name for one in KEPT.glob(f"{path.stem}-*")} == set(pictures)
    for one in pictures:
        assert f"_images/{one}" in page
        assert (site / "_images" / one).stat().st_size <= MOST
        assert min(Image.open(KEPT / one).size) > 50
    assert f"tutorials/{path.stem}.html" in (site / "index.html").read_text(), "linked from the navigation"
    assert not any(
        "Traceback" in output["text"] or "\u26a0" in output["text"] for some in kept.values() for output in some
    )


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_widget_of_a_tutorial_is_shown_by_its_picture(path):
    kept = json.loads((KEPT / f"{path.stem}.json").read_text(encoding="utf-8"))
    said = [output["text"] for some in kept.values() for output in some if "picture" not in output]
    assert [one for one in said if re.match(r"<|\w+(Explainer|Explorer)\(", one)] == []


def test_every_link_within_the_site_leads_somewhere(site):
    anchors = {page: set(re.findall(r'\bid="([^"]+)"', page.read_text())) for page in site.rglob("*.html")}
    lost = set()
    for page in anchors:
        for link in re.findall(r'(?:href|src)="([^"]+)"', page.read_text()):
            target, _, anchor = html.unescape(link).partition("#")
            target = target.partition("?")[0]
            if re.match(r"\w+:", target):
                continue
            file = (page.parent / target).resolve() if target else page
            if not file.exists() or (anchor and file in anchors and anchor not in anchors[file]):
                lost.add((page.relative_to(site).as_posix(), link))
    assert lost == set()


def test_every_method_has_its_picture_its_formulas_and_a_word_on_when_to_take_it(site):
    index, guide = ((site / name).read_text() for name in ("methods/index.html", "which-method.html"))
    for method in xai.methods():
        assert f'href="{method.name}.html"' in index
        assert re.search(rf"\b{method.name}\b", guide), f"which method when: {method.name}?"
        page = (site / "methods" / f"{method.name}.html").read_text()
        assert f"_images/{method.name}.webp" in page
        formulas = len(re.findall(r"\.\. math::|:math:", REGISTRY[method.name].__doc__ or ""))
        assert page.count("<math") >= formulas, method.name
        assert "\\" not in "".join(re.findall(r"<math.*?</math>", page, re.DOTALL)), f"{method.name}: LaTeX left over"
