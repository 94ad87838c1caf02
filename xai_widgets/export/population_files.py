"""What a model does with a population, as a file: JSON with packed arrays, and every field checked on its way in."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from xai_widgets.export import charts, checks
from xai_widgets.export.bundle import Recorded
from xai_widgets.export.packed import faults, packed, unpacked
from xai_widgets.export.record import computed, plain
from xai_widgets.populations import Contributions, Curve, Effects, Importances, Node, Surface, SurrogateTree
from xai_widgets.populations.contributions import MOST_DOTS, drawn

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from xai_widgets.populations import PopulationResult

FORMAT, VERSION = "xai_widgets population", 1
LARGEST = 2**28
"""Bytes of an array."""

MOST, MOST_NODES, DEEPEST, DECILES = 100_000, 2**14, 64, 11
"""Curves, and points of each; nodes of a tree and how deep they lie: more than any study makes."""


def recorded(found: PopulationResult, **parts: Any) -> Recorded:
    """Return a result as plain data, with a view of it; `parts` take the place of its fields."""
    own = {name: _told(value) for name, value in {**vars(found), **parts}.items()}
    own["params"] = plain(dict(found.params))
    record = {"format": FORMAT, "v": VERSION, "kind": type(found).__name__, **own}
    more = {"rules": found.rules()} if isinstance(found, SurrogateTree) else {}
    return Recorded(record, charts.title_of(found), charts.text(found), partial(charts.png, found), more)


def brief(found: PopulationResult, level: int) -> tuple[dict[str, Any], str]:
    """Return parts of a result that take less room, the less the higher the level, and what was left out.

    Parameters
    ----------
    found : PopulationResult
    level : int
        From 0: at this, as much is left as is drawn.
    """
    most = MOST_DOTS >> level
    if isinstance(found, Contributions):
        shown, rows = drawn(found, most)
        places = found.places[rows]
        local, data = _rough(found.local[rows, shown], 12), _rough(found.data[rows, shown], 24)
        parts = {"shown": shown, "places": places, "local": local, "data": data, "error": None}
        whole = len(places) == len(found.places) and len(shown) == len(found.names)
        said = f"{len(places)} of {len(found.places)} rows and {len(shown)} of {len(found.names)} columns"
        return parts, "" if whole else f"the single values of {said}"
    if not isinstance(found, Effects):
        return {}, ""
    kept = found.effects[: max(1, len(found.effects) >> max(0, level - 3))]
    most //= len(kept)
    cut = [replace(one, lines=one.lines[: most // len(one.grid)]) if isinstance(one, Curve) else one for one in kept]
    lines = [tuple(map(_lines, pair)) for pair in zip(cut, kept, strict=True)]
    fewer = next((f"lines of {few} of {many} rows" for few, many in lines if few < many), "")
    said = "" if len(kept) == len(found.effects) else f"the first {len(kept)} of {len(found.effects)} curves"
    return {"effects": cut}, "; ".join(filter(None, (said, fewer)))


def _lines(one: Curve | Surface) -> int:
    return len(one.lines) if isinstance(one, Curve) else 0


def _rough(values: NDArray[np.float64], bits: int) -> NDArray[np.float64]:
    """Return numbers of fewer bits, which are then compressed to as few."""
    share, power = np.frexp(values)
    rough: NDArray[np.float64] = np.ldexp(np.round(share * 2**bits) / 2**bits, power)
    return rough


def population_of(record: dict[str, Any]) -> PopulationResult:
    """Build a result from what a file holds.

    Raises
    ------
    FileError
        Naming the first field that is not as it should be.
    """
    checks.version("v", record.get("v"), VERSION)
    kind = checks.text("kind", record.get("kind"))
    checks.hold("kind", kind in KINDS)
    label, rows = checks.text("label", record.get("label")), checks.natural("rows", record.get("rows"))
    make, own = KINDS[kind]
    found: PopulationResult = make(label=label, rows=rows, **computed(record), **own(record))
    return found


def _told(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return packed(np.ascontiguousarray(value, value.dtype.newbyteorder("<")))
    if isinstance(value, (Curve, Surface, Node)):
        value = vars(value)
    if isinstance(value, (tuple, list)):
        return [_told(one) for one in value]
    if isinstance(value, dict):
        return {name: _told(one) for name, one in value.items()}
    return {"date": str(value)} if isinstance(value, np.datetime64) else plain(value)


def _array(name: str, value: Any, shape: tuple[int | None, ...], dtype: str = "<f8") -> NDArray[Any]:
    found = unpacked(name, value, (dtype, len(shape), LARGEST))
    checks.hold(name, all(most in {None, size} for most, size in zip(shape, found.shape, strict=True)))
    return found


def _importances(record: dict[str, Any]) -> dict[str, Any]:
    names = checks.texts("names", record.get("names"))
    one_each, interval = (len(names),), record.get("interval")
    measures = checks.mapping("measures", record.get("measures"))
    return {
        "names": names,
        "values": _array("values", record.get("values"), one_each),
        "interval": None if interval is None else _array("interval", interval, one_each),
        "measures": {
            checks.text("measures", name): _array("measures", one, one_each) for name, one in measures.items()
        },
        "unit": checks.text("unit", record.get("unit")),
    }


def _contributions(record: dict[str, Any]) -> dict[str, Any]:
    found = _importances(record)
    places = _array("places", record.get("places"), (None,), "<i8")
    shape = len(places), len(found["names"])
    own = {name: _array(name, record.get(name), shape) for name in ("local", "data", "error")}
    return {**found, **own, "places": places}


def _effects(record: dict[str, Any]) -> dict[str, Any]:
    effects = (checks.mapping("effects", one) for one in checks.listed("effects", record.get("effects"), MOST))
    drawn = tuple(_surface(one) if "names" in one else _curve(one) for one in effects)
    return {"effects": drawn, "unit": checks.text("unit", record.get("unit"))}


def _curve(found: dict[str, Any]) -> Curve:
    grid = _grid(found.get("grid"))
    shapes = dict.fromkeys(("places", "mean", "interval"), (len(grid),))
    arrays = {name: _array(name, found.get(name), shape) for name, shape in shapes.items()}
    lines = _array("lines", found.get("lines"), (None, len(grid)), "<f4")
    deciles = _array("deciles", found.get("deciles"), (DECILES,))
    return Curve(checks.text("name", found.get("name")), grid, **arrays, lines=lines, deciles=deciles)


def _surface(found: dict[str, Any]) -> Surface:
    names, grids, places = (checks.listed(name, found.get(name), 2) for name in ("names", "grids", "places"))
    checks.hold("names", len(names) == len(grids) == len(places) == 2)  # noqa: PLR2004
    first, second = map(_grid, grids)
    shape = len(first), len(second)
    return Surface(
        (checks.text("names", names[0]), checks.text("names", names[1])),
        (first, second),
        (_array("places", places[0], shape[:1]), _array("places", places[1], shape[1:])),
        _array("mean", found.get("mean"), shape),
        _array("interval", found.get("interval"), shape),
    )


def _grid(value: Any) -> tuple[Any, ...]:
    cells = checks.listed("grid", value, MOST)
    checks.hold("grid", bool(cells))
    return tuple(map(_cell, cells))


def _cell(value: Any) -> Any:
    found = checks.plain("grid", value)
    if isinstance(found, dict) and found.keys() == {"date"}:
        with faults("its field grid is missing or wrong"):
            return np.datetime64(checks.text("grid", found["date"]), "us")
    checks.hold("grid", not isinstance(found, (tuple, dict)))
    return found


def _tree(record: dict[str, Any]) -> dict[str, Any]:
    nodes = tuple(map(_node, checks.listed("nodes", record.get("nodes"), MOST_NODES)))
    checks.hold("nodes", bool(nodes) and nodes[0].depth == 0)
    # Each node lies below one before it, and what has none below it is a leaf.
    below = [*(one.depth for one in nodes[1:]), 0]
    right = all((deeper > one.depth) != one.leaf for one, deeper in zip(nodes, below, strict=True))
    checks.hold("nodes", right and all(0 < to <= one.depth + 1 for one, to in zip(nodes, below[:-1], strict=False)))
    return {
        "nodes": nodes,
        "held_out": checks.natural("held_out", record.get("held_out")),
        "measure": checks.text("measure", record.get("measure")),
        **{name: checks.number(name, record.get(name)) for name in ("fidelity", "guess")},
    }


def _node(value: Any) -> Node:
    found = checks.mapping("nodes", value)
    condition, answer = (checks.text("nodes", found.get(name)) for name in ("condition", "answer"))
    depth, rows = (checks.natural("nodes", found.get(name)) for name in ("depth", "rows"))
    checks.hold("nodes", depth <= DEEPEST)
    purity, leaf = checks.number("nodes", found.get("purity")), checks.flag("nodes", found.get("leaf"))
    return Node(condition, depth, answer, rows, purity, leaf)


KINDS: dict[str, tuple[Any, Callable[[dict[str, Any]], dict[str, Any]]]] = {
    "Importances": (Importances, _importances),
    "Contributions": (Contributions, _contributions),
    "Effects": (Effects, _effects),
    "SurrogateTree": (SurrogateTree, _tree),
}
