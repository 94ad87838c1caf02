"""What README and docs say is run, so that it stays true."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import xai_widgets as xai
from xai_widgets.method import REGISTRY

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")])
SNIPPET = re.compile(r"```python\n(.*?)```", re.DOTALL)
LINK = re.compile(r"\]\(([^)#:]+)\)|`((?:docs|tests|xai_widgets|js)/[\w./]+)`")


def prepare(document: Path) -> dict[str, object]:
    """What a page's snippets may take for granted: its own imports from the snippets before, or those named here."""
    if document.name in {"README.md", "guide.md"}:
        return {}
    lines = [
        "from collections.abc import Iterator",
        "from dataclasses import dataclass",
        "from typing import ClassVar",
        "import torch",
        "from xai_widgets.attribution.gradients import GradientMethod",
        "from xai_widgets.inputs import Inputs, read_inputs",
        "from xai_widgets.method import Estimate, parameter, register",
        "from xai_widgets.models import Model, Target, TorchModel",
        "model = TorchModel(torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(12, 2)))",
        "inputs = read_inputs(torch.rand(3, 2, 2), device=model.device, dtype=model.dtype)",
        "target = Target(0)",
    ]
    space: dict[str, object] = {"__name__": "__main__"}
    exec("\n".join(lines), space)
    return space


@pytest.mark.parametrize("document", PAGES, ids=lambda p: p.name)
def test_snippets_run(document: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("xai_widgets.method.REGISTRY", dict(REGISTRY))
    space = prepare(document)
    for snippet in SNIPPET.findall(document.read_text()):
        exec(compile(snippet, document.name, "exec"), space)


@pytest.mark.parametrize("document", PAGES, ids=lambda p: p.name)
def test_links_lead_somewhere(document: Path) -> None:
    for link, path in LINK.findall(document.read_text()):
        target = document.parent / link if link else ROOT / path
        assert target.exists(), f"{document.name}: {link or path}"


def test_the_table_of_methods_is_complete() -> None:
    text = (ROOT / "docs/guide.md").read_text()
    for method in xai.methods():
        assert f"| `{method.name}` | {method.sentence} |" in text
    assert f" {len(xai.methods())} methods" in (ROOT / "README.md").read_text()


def test_the_choice_of_methods_leaves_none_out() -> None:
    text = (ROOT / "docs/which-method.md").read_text()
    assert [one.name for one in xai.methods() if f"`{one.name}`" not in text] == []
