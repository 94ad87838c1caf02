"""Every architecture of transformers, by one method of every family: what docs/models.md says is so."""

from __future__ import annotations

import re
import warnings
from pathlib import Path

import pytest
from anymodel.families import FAMILIES, WORKS, report
from anymodel.zoo import TASKS
from anymodel.zoo_settings import DAILY

PAGE = Path(__file__).parents[2] / "docs" / "models.md"


ATTEND = ("vit", "bert", "gpt2", "t5", "llama", "mixtral", "deepseek_v3", "qwen3_next", "recurrent_gemma")


def claimed(task: str, name: str) -> dict[str, bool]:
    """Read what the page says of an architecture: nothing where it could not be built."""
    section = PAGE.read_text("utf-8").split(f"\n## {task.capitalize()}\n")[1].split("\n## ")[0]
    row = re.search(rf"^\| `{re.escape(name)}`(?: \([^|]*\))? \|(.*)\|$", section, re.MULTILINE)
    assert row is not None, f"run scripts/architectures.py: the page does not have {name}"
    cells = [cell.strip() for cell in row[1].split("|")]
    return {family: cell.startswith(WORKS) for family, cell in zip(FAMILIES, cells, strict=True)}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "architecture" in metafunc.fixturenames:
        every = [(task, name) for task, names in TASKS.items() for name in names]
        chosen = every if metafunc.config.getoption("--every-architecture") else DAILY
        metafunc.parametrize(("task", "architecture"), chosen, ids=[f"{name}-{task}" for task, name in chosen])


def test_what_the_page_says_works_works(task: str, architecture: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # libraries' own
        found = report(task, architecture)
    works = {family: found.get(family, "").startswith(WORKS) for family in FAMILIES}
    assert works == claimed(task, architecture), found


@pytest.mark.parametrize(("task", "name"), DAILY)
def test_what_everybody_uses_works_in_every_family(task: str, name: str) -> None:
    said = claimed(task, name)
    assert said["gradients"]
    assert said["paths"]
    assert said["perturbation"]
    assert said["surrogates"]
    assert said["shapley"]
    assert said["attention"] == (name in ATTEND)
    assert said["maps"] == (task == "image classification")
    assert said["relevance"]
