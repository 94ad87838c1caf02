"""The shape of the code, as docs/architecture.md draws it."""

from __future__ import annotations

import ast
import dataclasses
import json
import re
import subprocess
from pathlib import Path

import pytest

import xai_widgets
from xai_widgets.method import REGISTRY

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "xai_widgets"

# What each part may import of ours. `a: b` reads "a is built on b"; nothing may go the other way.
PYTHON = {
    "_version": set(),
    "budget": set(),
    "provenance": {"_version"},
    "placement": set(),
    "findings": set(),
    "agreement": set(),
    "computed": set(),
    "results": {"placement", "agreement", "computed", "text"},
    "text": set(),
    "jobs": set(),
    "inputs": {"placement", "text"},
    "embeddings": {"agreement", "inputs", "models", "text"},
    "tutorial": {"esm", "widgets"},
    "samples": {"embeddings"},
    "wire": set(),
    "esm": {"_version"},
    "language": {"esm"},
    "models": {"results"},
    "method": {"results", "inputs", "models"},
    "attribution": {"budget", "inputs", "method", "models", "provenance", "results"},
    "evaluations": {"computed", "results"},
    "evaluation": {
        "agreement",
        "attribution",
        "budget",
        "embeddings",
        "evaluations",
        "inputs",
        "method",
        "models",
        "population",
        "populations",
        "provenance",
        "results",
    },
    "changes": {"computed", "results"},
    "picture_changes": set(),
    "counterfactual": {
        "budget",
        "changes",
        "inputs",
        "method",
        "models",
        "picture_changes",
        "provenance",
        "results",
        "text",
    },
    "populations": {"computed", "results"},
    "population": {"budget", "inputs", "method", "models", "populations", "prepare", "provenance", "results"},
    "checks": {"attribution", "findings", "inputs", "method", "models", "results"},
    "export": {
        "_version",
        "changes",
        "computed",
        "esm",
        "evaluations",
        "language",
        "method",
        "picture_changes",
        "placement",
        "populations",
        "results",
        "text",
        "wire",
    },
    "reports": {
        "_version",
        "changes",
        "esm",
        "evaluations",
        "export",
        "language",
        "method",
        "populations",
        "provenance",
        "results",
    },
    "prepare": {"inputs", "models", "text"},
    "api": {
        "attribution",
        "budget",
        "changes",
        "checks",
        "counterfactual",
        "evaluation",
        "evaluations",
        "export",
        "findings",
        "inputs",
        "method",
        "models",
        "population",
        "populations",
        "prepare",
        "reports",
        "results",
        "text",
    },
    "widgets": {
        "_version",
        "api",
        "attribution",
        "budget",
        "changes",
        "checks",
        "counterfactual",
        "embeddings",
        "esm",
        "evaluation",
        "evaluations",
        "export",
        "findings",
        "inputs",
        "jobs",
        "language",
        "method",
        "models",
        "picture_changes",
        "population",
        "populations",
        "prepare",
        "results",
        "text",
        "wire",
    },
    "lab": {"_version", "esm", "export", "jobs", "widgets", "results"},
    "__init__": {
        "_version",
        "api",
        "changes",
        "counterfactual",
        "embeddings",
        "evaluations",
        "export",
        "findings",
        "inputs",
        "lab",
        "models",
        "reports",
        "results",
        "text",
        "widgets",
    },
}
# Libraries that a part must do without, so that it stays what it is.
FOREIGN = {
    "computed": {"torch", "numpy"},
    "results": {"torch"},
    "changes": {"torch"},
    "evaluations": {"torch"},
    "picture_changes": {"torch"},
    "populations": {"torch"},
    "reports": {"torch"},
    "text": {"torch", "numpy"},
    "placement": {"torch"},
    "budget": {"torch", "numpy", "threading"},
    "findings": {"torch"},
    "agreement": {"torch", "scipy"},
    "wire": {"torch"},
    "esm": {"torch", "numpy"},
    "language": {"torch", "numpy"},
    "export": {"torch"},
    "jobs": {"torch", "numpy"},
    "lab": {"torch", "numpy"},
    "method": {"threading"},
    "attribution": {"threading"},
    "counterfactual": {"threading"},
    "evaluation": {"threading"},
    "population": {"threading"},
    "embeddings": {"threading"},
    "inputs": {"threading"},
    "checks": {"threading"},
}
JAVASCRIPT = {
    "core": set(),
    "dom": {"core"},
    "host": {"core", "dom"},
    "panels": {"core", "dom", "host"},
    "views": {"core", "dom", "host", "panels"},
    "lab": {"core", "dom"},
    "languages": {"core"},
}
HAND_WRITTEN = {".py", ".ts", ".tsx", ".mjs", ".css"}
LONGEST = 400


def part(path: Path) -> str:
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def imports(path: Path) -> set[str]:
    """Every module that a file imports, inside functions too; what only the type checker reads is left out."""
    tree = ast.parse(path.read_text())
    typing_only = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for inner in ast.walk(node)
    }
    found: set[str] = set()
    for node in ast.walk(tree):
        if id(node) in typing_only:
            continue
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found.add(str(node.module))
            if node.module == "xai_widgets":
                found.update(f"xai_widgets.{alias.name}" for alias in node.names)
    return found


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_run_one_way(path: Path) -> None:
    here = part(path)
    assert here in PYTHON, f"{here} has no place in the architecture yet: give it one here and in docs/architecture.md"
    for name in imports(path):
        first, _, rest = name.partition(".")
        if first != "xai_widgets":
            assert first not in FOREIGN.get(here, set()), f"{here} does without {first}"
        elif rest:
            other = rest.split(".")[0]
            assert other == here or other in PYTHON[here], f"{here} may not import {other}"


@pytest.mark.parametrize("path", sorted((ROOT / "js").rglob("*.ts*")), ids=lambda p: str(p.relative_to(ROOT)))
def test_javascript_imports_run_one_way(path: Path) -> None:
    here = path.relative_to(ROOT / "js").parts[0]
    if here == "test":
        return
    for name in re.findall(r"""(?:from|import)\s+["'](\.[^"']+)["']""", path.read_text()):
        target = (path.parent / name).resolve()
        if ROOT / "js" not in target.parents:
            assert target.suffix in {".json", ".ipynb"}, f"{path}: {name}"
            continue
        other = target.relative_to(ROOT / "js").parts[0]
        assert other == here or other in JAVASCRIPT[here], f"js/{here} may not import js/{other}"


def tracked() -> list[Path]:
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in names.split("\0") if name and (ROOT / name).is_file()]


def test_files_stay_short() -> None:
    lengths = {p: len(p.read_text().splitlines()) for p in tracked() if p.suffix in HAND_WRITTEN}
    assert not {str(p.relative_to(ROOT)): n for p, n in lengths.items() if n > LONGEST}
    package = sorted(n for p, n in lengths.items() if PACKAGE in p.parents)
    assert package[len(package) // 2] <= 120


def test_one_version() -> None:
    package = json.loads((ROOT / "package.json").read_text())["version"]
    assert xai_widgets.__version__ == package
    assert f'VERSION = "{package}"' in (ROOT / "js/core/version.ts").read_text()
    assert f"## {package}" in (ROOT / "CHANGELOG.md").read_text()


def test_every_public_name_is_there() -> None:
    for name in xai_widgets.__all__:
        assert getattr(xai_widgets, name).__doc__ or name == "__version__"
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        xai_widgets.nonsense  # noqa: B018
    assert callable(xai_widgets.samples.photo)  # without an import of its own


def test_a_method_is_one_registered_dataclass_with_a_sentence_a_paper_and_ranges() -> None:
    for info in xai_widgets.methods():
        cls = REGISTRY[info.name]
        assert dataclasses.is_dataclass(cls)
        assert cls.__dataclass_params__.frozen
        assert info.sentence.endswith("?")
        assert {"References", "math:"} <= set(re.findall(r"References|math:", cls.__doc__ or "")), info.name
        for one in info.parameters:
            assert one.sentence.endswith("."), f"{info.name}.{one.name}"
            if one.kind in {"int", "float", "size"} and not one.hidden:
                assert one.low is not None, f"{info.name}.{one.name}"
                assert one.high is not None, f"{info.name}.{one.name}"
