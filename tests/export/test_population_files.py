"""Results about populations come back from their files as they were; whatever else a file holds is refused."""

import base64
import dataclasses
import functools
import json
import tempfile
import tracemalloc
import zlib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from export.test_svg import ALL
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from population.models import mlp, rows

import xai_widgets as xai
from xai_widgets.export.packed import packed
from xai_widgets.populations import Effects, PopulationResult

DRAWN = {name: one for name, one in ALL.items() if isinstance(one, PopulationResult)}
NOTHING = {"float": "nan"}


def same(one, other):
    """Tell whether two results agree in every bit and type."""
    if isinstance(one, np.ndarray):
        return (one.dtype, one.shape, one.tobytes()) == (
            other.dtype,
            other.shape,
            np.ascontiguousarray(other).tobytes(),
        )
    if dataclasses.is_dataclass(one):
        return type(one) is type(other) and same(vars(one), vars(other))
    if isinstance(one, dict):
        return list(one) == list(other) and all(same(one[name], other[name]) for name in one)
    if isinstance(one, tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return repr(one) == repr(other)


def asked(what):
    if what == "surrogate_tree":
        return xai.surrogate_tree(mlp(3), rows(300, 3), depth=4)
    if what == "permutation_importance":
        return xai.permutation_importance(mlp(3), rows(80, 3), np.arange(80) % 2)
    if what == "global_importance":
        return xai.global_importance(mlp(3), rows(40, 3), n_rows=8, n_samples=4)
    if what == "accumulated_local_effects":
        return xai.accumulated_local_effects(mlp(3), rows(60, 3))
    if what == "a partial one":
        return next(one for one in xai.population_iter("partial_dependence", mlp(3), rows(600, 3)) if one)
    frame = pd.DataFrame(rows(40, 2), columns=["x", "y"])
    frame["when"] = pd.date_range("2020-01-01", periods=40)
    frame["kind"], frame["yes"], frame["count"] = ["a", "b"] * 20, [True, False] * 20, range(40)
    return xai.partial_dependence(lambda one: one["x"].to_numpy(float), frame, (*frame, ("kind", "when")), ice=5)


@pytest.mark.parametrize(
    "what",
    [
        "surrogate_tree",
        "permutation_importance",
        "global_importance",
        "accumulated_local_effects",
        "a partial one",
        "curves of every type",
    ],
)
def test_what_was_found_comes_back(what, tmp_path):
    made, path = asked(what), tmp_path / "x.xai.json"
    made.save(path)
    back = xai.load(path)
    assert same(back, made)
    assert back.to_dataframe().equals(made.to_dataframe())
    for suffix in (".svg", ".csv", ".html"):
        made.save(tmp_path / f"made{suffix}")
        back.save(tmp_path / f"back{suffix}")
        assert (tmp_path / f"made{suffix}").read_bytes() == (tmp_path / f"back{suffix}").read_bytes()
    shown = json.loads(path.read_text())["view"]
    assert base64.b64decode(shown["png"]).startswith(b"\x89PNG")
    assert made.label in shown["title"]


@functools.cache
def saved(kind):
    """Return what a result is as a file. Saving draws it, so it is saved once."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.xai.json"
        DRAWN[kind].save(path)
        return path.read_text()


def changed(tmp_path, kind, *way, to):
    """Save a result with the field at the end of the way replaced."""
    path = tmp_path / "x.xai.json"
    record = json.loads(saved(kind))
    inner = record
    for step in way[:-1]:
        inner = inner[step]
    inner[way[-1]] = to
    path.write_text(json.dumps(record))
    return path


def zeros(*shape, dtype="<f8"):
    return packed(np.zeros(shape, dtype))


WRONG = [
    ("map", ["v"], 2, "version 2 of the format.*install a newer"),
    ("map", ["kind"], "Evil", "field kind"),
    ("map", ["kind"], ["Effects"], "field kind"),
    ("map", ["kind"], "SurrogateTree", "field nodes"),
    ("map", ["effects"], {}, "field effects"),
    ("map", ["effects", 0], 1, "field effects"),
    ("map", ["effects", 0, "names"], ["a"], "field names"),
    ("map", ["effects", 0, "grids", 0], [], "field grid"),
    ("map", ["effects", 0, "mean"], zeros(5, 4), "field mean"),
    ("map", ["effects", 0, "mean"], zeros(25), "array mean should hold"),
    ("curves", ["effects", 0, "grid", 0], [1], "field grid"),
    ("curves", ["effects", 0, "grid", 0], {"date": "yesterday"}, "field grid"),
    ("curves", ["effects", 0, "grid", 0], {"date": 5}, "field grid"),
    ("curves", ["effects", 0, "grid", 0], {"__class__": "os.system"}, "field grid"),
    ("curves", ["effects", 0, "lines"], zeros(2, 5), "array lines should hold <f4"),
    ("curves", ["effects", 0, "lines"], zeros(2, 4, dtype="<f4"), "field lines"),
    ("curves", ["effects", 0, "deciles"], zeros(0), "field deciles"),
    ("curves", ["effects", 0, "mean"], {"dtype": "|O", "shape": [5], "zlib": ""}, "array mean"),
    ("curves", ["effects", 0, "mean", "zlib"], "AAAA", "array mean is damaged"),
    ("importances", ["values"], None, "array values is damaged"),
    ("importances", ["values"], zeros(3), "field values"),
    ("importances", ["interval"], zeros(1), "field interval"),
    ("importances", ["measures"], {"std": zeros(9)}, "field measures"),
    ("importances", ["names"], ["a", 1], "field names"),
    ("importances", ["rows"], -1, "field rows"),
    ("importances", ["params"], [], "field params"),
    ("importances", ["label"], "x" * 20_000, "field label"),
    ("swarm", ["local"], zeros(2, 3), "field local"),
    ("swarm", ["places"], zeros(2), "array places should hold <i8"),
    ("tree", ["nodes"], [], "field nodes"),
    ("tree", ["nodes", 0, "depth"], 1, "field nodes"),
    ("tree", ["nodes", 1, "depth"], 2, "field nodes"),
    ("tree", ["nodes", 1, "depth"], -1, "field nodes"),
    ("tree", ["nodes", 1, "leaf"], False, "field nodes"),
    ("tree", ["nodes", 1, "purity"], "high", "field nodes"),
    ("tree", ["held_out"], NOTHING, "field held_out"),
]


@pytest.mark.parametrize(("kind", "way", "to", "words"), WRONG)
def test_a_wrong_field_is_named(kind, way, to, words, tmp_path):
    path = changed(tmp_path, kind, *way, to=to)
    with pytest.raises(ValueError, match=rf"cannot read 'x\.xai\.json': .*{words}"):
        xai.load(path)


def test_claims_of_size_take_no_memory(tmp_path):
    """Neither one array nor many that are each within bounds, whose zeros take a thousandth of their place."""
    huge = {"dtype": "<f8", "shape": [2**60], "zlib": ""}
    bomb = base64.b64encode(zlib.compress(bytes(2**24))).decode()
    many = [{"lines": {"dtype": "<f4", "shape": [2**22, 1], "zlib": bomb}} for _ in range(40)]
    for way, to in ((("effects", 0, "mean"), huge), (("effects",), many)):
        path = changed(tmp_path, "curves", *way, to=to)
        tracemalloc.start()
        try:
            with pytest.raises(ValueError, match="what it holds is larger than 512 MB"):
                xai.load(path)
            assert tracemalloc.get_traced_memory()[1] < 2**25
        finally:
            tracemalloc.stop()


def test_a_truncated_file_and_a_deep_one_are_refused(tmp_path):
    path = changed(tmp_path, "swarm", "params", to="HERE")
    whole = path.read_text()
    for text in (whole[:-1], whole[:-2000], whole.replace('"HERE"', "[" * 50_000 + "]" * 50_000)):
        path.write_text(text)
        with pytest.raises(ValueError, match="no JSON, or a damaged one"):
            xai.load(path)
    path.write_text(whole.replace('"HERE"', "[" * 20 + "]" * 20))
    with pytest.raises(ValueError, match="field params"):
        xai.load(path)


anything = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.text(max_size=5) | st.just(NOTHING),
    lambda one: st.lists(one, max_size=3) | st.dictionaries(st.text(max_size=5), one, max_size=3),
    max_leaves=5,
)


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(sorted(DRAWN)), st.data())
def test_any_value_in_any_field_is_read_or_refused(tmp_path, kind, data):
    name = data.draw(st.sampled_from(sorted(json.loads(saved(kind)).keys() - {"view", "version"})))
    path = changed(tmp_path, kind, name, to=data.draw(anything))
    try:
        found = xai.load(path)
    except ValueError as error:
        assert str(error).startswith("cannot read 'x.xai.json': ")  # noqa: PT017  some values are right
    else:
        assert found.plot().size[0] == 760


@pytest.mark.parametrize("kind", ["curves", "map"])
def test_numbers_that_are_none_are_read_and_drawn(kind, tmp_path):
    holes = np.array([np.nan, np.inf, -np.inf, 1e300, -0.0])
    made = DRAWN[kind]
    effects = [
        dataclasses.replace(
            one, mean=np.broadcast_to(holes, one.mean.shape).copy(), interval=np.full_like(one.interval, np.inf)
        )
        for one in made.effects
    ]
    made = Effects(label="x", effects=tuple(effects))
    made.save(tmp_path / "x.xai.json")
    back = xai.load(tmp_path / "x.xai.json")
    assert same(back, made)
    assert back.plot().size[0] == 760
