"""No two files need each other, not even for their types: each can be read after those it is built on."""

from __future__ import annotations

import ast
import re
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "xai_widgets"


def modules() -> dict[str, Path]:
    """Every file of the package by its dotted name; a folder's face hands names on, and is told by its folder."""
    found = {}
    for path in PACKAGE.rglob("*.py"):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def python_imports(path: Path, known: dict[str, Path]) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        names = []
        if isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            names = [name if name in known else str(node.module) for name in names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        found.update(known[name].relative_to(ROOT).as_posix() for name in names if name in known)
    return found - {path.relative_to(ROOT).as_posix()}


def script_imports(path: Path) -> set[str]:
    found = set()
    for name in re.findall(r"""(?:from|import\()\s*["'](\.[^"']+)["']""", path.read_text()):
        for suffix in ("", ".ts", ".tsx", "/index.ts"):
            target = Path(f"{(path.parent / name).resolve()}{suffix}")
            if target.is_file():
                found.add(target.relative_to(ROOT).as_posix())
    return found


def circle(graph: dict[str, set[str]]) -> list[str]:
    """Return the files of one circle, each of which needs the next; none when there is no circle."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return error.args[1][::-1]
    return []


def test_no_python_files_need_each_other() -> None:
    known = modules()
    graph = {path.relative_to(ROOT).as_posix(): python_imports(path, known) for path in known.values()}
    assert sum(map(len, graph.values())) > len(graph)
    assert circle(graph) == []


def test_no_scripts_need_each_other() -> None:
    graph = {path.relative_to(ROOT).as_posix(): script_imports(path) for path in (ROOT / "js").rglob("*.ts*")}
    assert sum(map(len, graph.values())) > len(graph)
    assert circle(graph) == []


def test_a_circle_is_found() -> None:
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"a"}}) in (list("abca"), list("bcab"), list("cabc"))
    assert circle({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == []
