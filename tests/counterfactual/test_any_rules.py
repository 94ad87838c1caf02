"""Rules of any tables: whatever the columns, each row that is returned keeps to all, as another reader of them finds.

No evaluator of the product is asked: rules are made here as trees, written out as texts for the product, and read here.
"""

from __future__ import annotations

import operator

import numpy as np
import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import xai_widgets as xai

START = pd.Timestamp("2020-01-01")
LEVELS = ["low", "mid", "high", "top"]
COMPARE = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq,
           "!=": operator.ne}  # fmt: skip
KINDS = ["number", "int", "category", "ordered", "bool", "date"]
COUNT = 40


def column(kind, random):
    """Draw values of a kind."""
    if kind == "number":
        return np.round(random.normal(10, 4, COUNT), 2)
    if kind == "int":
        return random.integers(0, 40, COUNT)
    if kind == "category":
        return random.choice(["ash", "elm", "oak"], COUNT)
    if kind == "ordered":
        return pd.Categorical(random.choice(LEVELS, COUNT), LEVELS, ordered=True)
    if kind == "bool":
        return random.random(COUNT) < 0.5
    return START + pd.to_timedelta(random.integers(0, 400, COUNT), "D")


@st.composite
def schemas(draw):
    """Draw a table, by names with the kind of each."""
    kinds = draw(st.lists(st.sampled_from(KINDS), min_size=2, max_size=6))
    if not {"number", "int"} & set(kinds):
        kinds.append("int")
    random = np.random.default_rng(draw(st.integers(0, 10**6)))
    names = [f"{kind} {i}" if draw(st.booleans()) else f"{kind}_{i}" for i, kind in enumerate(kinds)]
    return pd.DataFrame({name: column(kind, random) for name, kind in zip(names, kinds, strict=True)}), kinds


@st.composite
def atoms(draw, frame, kinds):
    """Draw a comparison, as (text, what a row of cells makes of it)."""
    names = list(frame.columns)
    i = draw(st.integers(0, len(names) - 1))
    name, kind = names[i], kinds[i]
    values = frame[name]
    word = f"`{name}`" if " " in name else name
    if kind in {"number", "int"}:
        sign = draw(st.sampled_from(["<", "<=", ">", ">=", "!="]))
        numbers = [other for other, one in zip(names, kinds, strict=True) if one in {"number", "int"} and other != name]
        shift = draw(st.integers(-8, 8))
        if numbers and draw(st.booleans()):
            other = draw(st.sampled_from(numbers))
            factor = draw(st.sampled_from([1, 2]))
            right = f"{factor} * `{other}` - {-shift}" if shift < 0 else f"{factor} * `{other}` + {shift}"
            return f"{word} {sign} {right}", lambda row: COMPARE[sign](row[name], factor * row[other] + shift)
        edge = draw(st.sampled_from(sorted(set(values.tolist()))))
        return f"{word} {sign} {edge}", lambda row: COMPARE[sign](row[name], edge)
    if kind == "bool":
        return (
            (f"{word} == True", lambda row: row[name])
            if draw(st.booleans())
            else (f"not {word}", lambda row: not row[name])
        )
    sign = draw(st.sampled_from(list(COMPARE) if kind == "date" else ["==", "!="]))
    edge = draw(st.sampled_from(sorted(set(values.tolist()), key=str)))
    if kind == "date":
        return f"{word} {sign} '{edge:%Y-%m-%d}'", lambda row: COMPARE[sign](pd.Timestamp(row[name]), edge)
    return f"{word} {sign} '{edge}'", lambda row: COMPARE[sign](row[name], edge)


@st.composite
def rules(draw, frame, kinds):
    """Draw a rule: a comparison, one or the other, or what must hold where another does."""
    text, holds = draw(atoms(frame, kinds))
    form = draw(st.sampled_from(["one", "or", "and", "not"]))
    if form == "one":
        return text, holds
    other, also = draw(atoms(frame, kinds))
    if form == "or":
        return f"{text} or {other}", lambda row: holds(row) or also(row)
    if form == "and":
        return f"({text}) and ({other})", lambda row: holds(row) and also(row)
    return f"not ({text} and {other})", lambda row: not (holds(row) and also(row))


@st.composite
def questions(draw):
    frame, kinds = draw(schemas())
    made = draw(st.lists(rules(frame, kinds), max_size=3))
    ranges, direction = {}, {}
    for name, kind in zip(frame.columns, kinds, strict=True):
        if kind in {"number", "int"} and draw(st.booleans()):
            low, high = sorted(draw(st.lists(st.sampled_from(frame[name].tolist()), min_size=2, max_size=2)))
            ranges[name] = (low, high) if low < high else (low, None)
        if kind == "ordered" and draw(st.booleans()):
            direction[name] = draw(st.sampled_from(["up", "down"]))
    return frame, kinds, made, ranges, direction, draw(st.integers(0, 10**6)), draw(st.sampled_from([None, 0, 1]))


def scorer(frame, kinds, seed):
    """Any model of such rows, in which each column has a say."""
    weights = np.random.default_rng(seed).normal(size=len(kinds))

    def plain(rows, name, kind):
        values = rows[name]
        if kind == "category":
            return values.map({"ash": -1.0, "elm": 0.0, "oak": 1.0}).to_numpy(float)
        if kind == "ordered":
            return np.array([LEVELS.index(one) for one in values]) - 1.5
        if kind == "date":
            return (values - START).dt.days.to_numpy() / 100 - 2
        if kind == "bool":
            return values.to_numpy() - 0.5
        return (values.to_numpy(float) - frame[name].median()) / (frame[name].std() or 1)

    def scores(rows):
        z = sum(w * plain(rows, name, kind) for w, name, kind in zip(weights, frame.columns, kinds, strict=True))
        return np.stack([-z, z], 1)

    return scores


TALLY = {"asked": 0, "found": 0, "ruled": 0, "refused": 0}


@given(questions(), st.sampled_from(["nearest", "random"]))
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
def searched(question, method):
    frame, kinds, made, ranges, direction, seed, target = question
    model, row = scorer(frame, kinds, seed), frame.iloc[0]
    before = int(model(frame.iloc[:1])[0].argmax())
    target = None if target == before else target
    limits = {"random": {"samples": 200}, "nearest": {"rows": 16, "draws": 2}}[method]
    constraints = xai.Constraints(rules=[text for text, _ in made], ranges=ranges, direction=direction)
    asked = {"background": frame, "constraints": constraints, "method": method, "seed": seed, "n": 3, **limits}
    try:
        found = xai.counterfactuals(model, row, target, **asked)
    except ValueError:
        # Who is told that nothing can keep to all of this has no row that does.
        kept = [cells for cells in frame.to_dict("records") if all(holds(cells) for _, holds in made)]
        for name, (low, high) in ranges.items():
            kept = [cells for cells in kept if low <= cells[name] <= (frame[name].max() if high is None else high)]
        for name, way in direction.items():
            sign = COMPARE[">=" if way == "up" else "<="]
            kept = [cells for cells in kept if sign(LEVELS.index(cells[name]), LEVELS.index(row[name]))]
        assert not kept, f"{[text for text, _ in made]} is refused, and holds for {kept[0]}"
        TALLY["refused"] += 1
        return
    TALLY["asked"] += 1
    TALLY["found"] += len(found.candidates)
    TALLY["ruled"] += len(found.candidates) * len(made)
    for one in found.candidates:
        cells = dict(one.values)
        for text, holds in made:
            assert holds(cells), f"{text} is broken by {cells}"
        for change in one.changes:
            if change.column in ranges:
                low, high = ranges[change.column]
                assert low <= change.new <= (frame[change.column].max() if high is None else high)
            if way := direction.get(change.column):
                assert (LEVELS.index(change.new) > LEVELS.index(change.old)) == (way == "up")
            assert change.new != change.old
        again = pd.DataFrame([cells]).astype(frame.dtypes.to_dict())
        assert int(model(again)[0].argmax()) == (1 - before if target is None else target)


def test_every_row_of_any_schema_keeps_to_all_rules():
    TALLY.update(dict.fromkeys(TALLY, 0))
    searched()
    # That it has something to say of.
    assert TALLY["ruled"] >= TALLY["asked"] // 4
