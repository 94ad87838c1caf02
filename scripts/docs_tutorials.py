"""The tutorials as pages of the documentation: their cells, and what was seen below each when they were last run.

Running them takes minutes, so what they put out is kept beside the other pictures, by the cells' ids, and taken anew by
`make docs-pictures`; the pages follow from the notebooks whenever the documentation is built.
"""

from __future__ import annotations

import argparse
import base64
import io
import json
import re
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
NOTEBOOKS = ROOT / "notebooks"
KEPT = ROOT / "docs" / "pictures" / "tutorials"
LINES, WIDTH = 40, 160
"""Of a text that are kept."""

BOXES = ("\u2610", "\u2611")
"""What a step begins with."""

WHOLE = """
from xai_widgets.widgets import explainer as _explainer


def _whole(self):
    self.wait(300)
    return self.attribution


_explainer.Explainer._first_picture = _whole
"""
"""A notebook shows the first picture that there is; here it has time for the last."""

FENCE = "~~~~~~"
INTRO = (
    "*What follows is `notebooks/{}.ipynb` as it looks without a kernel. Opened in JupyterLab, by "
    "the card* Open tutorials *or from a clone, its widgets answer and its steps tick themselves off.*"
)


def write(docs: Path) -> None:
    """Write `tutorials/`, a page a notebook and their list; only what has changed, so that builds stay quick."""
    every = sorted(NOTEBOOKS.glob("*.ipynb"))
    pages = {path.stem: page(path) for path in every}
    names = "\n".join(pages)
    told = "\n".join(f"- [{title(path)}]({path.stem}.md)" for path in every)
    pages["index"] = f"# Tutorials\n\n{told}\n\n```{{toctree}}\n:hidden:\n\n{names}\n```\n"
    folder = docs / "tutorials"
    folder.mkdir(exist_ok=True)
    for old in folder.glob("*.md"):
        if old.stem not in pages:
            old.unlink()
    for name, text in pages.items():
        path = folder / f"{name}.md"
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


def title(path: Path) -> str:
    """Return what a notebook is called: its first heading."""
    found = re.search(r"^# (.+)$", nbformat.read(path, as_version=4).cells[0].source, re.MULTILINE)
    assert found, f"{path.name} begins without a heading"
    return found[1]


def page(path: Path) -> str:
    """Return a notebook as a page: words as they are, code, and what was kept of its outputs."""
    kept = outputs(path.stem)
    blocks = []
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "markdown":
            blocks.append(re.sub(r"\((\d\d_\w+)\.ipynb\)", r"(\1.md)", cell.source))
        else:
            blocks += [f"{FENCE}python\n{cell.source}\n{FENCE}", *map(_shown, kept.get(cell.id, ()))]
    blocks.insert(1, INTRO.format(path.stem))
    return "\n\n".join(blocks) + "\n"


def outputs(stem: str) -> dict[str, list[dict[str, str]]]:
    """Return what was kept of a notebook's outputs, by the id of the cell."""
    found: dict[str, list[dict[str, str]]] = json.loads((KEPT / f"{stem}.json").read_text(encoding="utf-8"))
    return found


def _shown(output: dict[str, str]) -> str:
    if "picture" in output:
        alt = re.sub(r"[\[\]]", "", output["text"])
        return f"![{alt}](../pictures/tutorials/{output['picture']})"
    if output["text"].startswith(BOXES):
        return f"> {output['text']}"
    return f"{FENCE}text\n{output['text']}\n{FENCE}"


def keep(notebook: Any, stem: str, into: Path) -> None:
    """Keep what the cells of a notebook that has run put out: pictures, and the beginning of texts."""
    for old in into.glob(f"{stem}-*.webp"):
        old.unlink()
    found = {cell.id: list(_kept(cell, stem, into)) for cell in notebook.cells if cell.get("outputs")}
    text = json.dumps(found, ensure_ascii=False, indent=1)
    (into / f"{stem}.json").write_text(text + "\n", encoding="utf-8")


def _kept(cell: Any, stem: str, into: Path) -> Iterator[dict[str, str]]:
    said = "".join(output.text for output in cell.outputs if output.output_type == "stream")
    if said.strip():
        yield {"text": _beginning(said)}
    for k, data in enumerate(output.data for output in cell.outputs if "data" in output):
        text = data["text/plain"]
        if "image/png" not in data:
            yield {"text": _beginning(text)}
            continue
        name = f"{stem}-{cell.id}{f'-{k}' if k else ''}.webp"
        picture = Image.open(io.BytesIO(base64.b64decode(data["image/png"]))).convert("RGB")
        picture.save(into / name, quality=80, method=6)
        yield {"picture": name, "text": "What the cell shows" if text.startswith("<") else text.partition("\n")[0]}


def _beginning(text: str) -> str:
    lines = [line if len(line) <= WIDTH else f"{line[:WIDTH]}…" for line in text.rstrip().split("\n")]
    return "\n".join(lines[:LINES] + ["…"] * (len(lines) > LINES))


def main() -> None:
    """Run notebooks and keep what they show."""
    sys.path.insert(0, str(ROOT / "tests"))
    from notebooks.test_notebooks import run  # noqa: PLC0415  pages are written without what tests need

    every = {path.stem: path for path in sorted(NOTEBOOKS.glob("*.ipynb"))}
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("names", nargs="*", help=f"of {', '.join(every)}; all without")
    parser.add_argument("--into", type=Path, default=KEPT, help="the folder that keeps it")
    given = parser.parse_args()
    given.into.mkdir(parents=True, exist_ok=True)
    for name in given.names or every:
        notebook = nbformat.read(every[name], as_version=4)
        with tempfile.TemporaryDirectory() as folder:
            run(notebook, folder, WHOLE)
        keep(notebook, name, given.into)
        print(name)


if __name__ == "__main__":
    main()
