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


def column(kind, random, gaps):
    """Draw values of a kind, of which some share is missing."""
    if kind == "number":
        values = np.round(random.normal(10, 4, COUNT), 2)
    elif kind == "int":
        values = random.integers(0, 40, COUNT)
    elif kind == "category":
        values = random.choice(["ash", "elm", "oak"], COUNT)
    elif kind == "ordered":
        values = pd.Categorical(random.choice(LEVELS, COUNT), LEVELS, ordered=True)
    elif kind == "bool":
        values = random.random(COUNT) < 0.5
    else:
        values = START + pd.to_timedelta(random.integers(0, 400, COUNT), "D")
    gone = random.random(COUNT) < gaps
    if gaps:
        # With gaps, whole numbers and booleans are of pandas' own types.
        own = {"int": "Int64", "bool": "boolean"}.get(kind)
        values = pd.Series(values, dtype=own)
        values[gone] = None
    return values


@st.composite
def schemas(draw):
    """Draw a table, by names with the kind of each."""
    kinds = draw(st.lists(st.sampled_from(KINDS), min_size=2, max_size=6))
    if not {"number", "int"} & set(kinds):
        kinds.append("int")
    random = np.random.default_rng(draw(st.integers(0, 10**6)))
    names = [f"{kind} {i}" if draw(st.booleans()) else f"{kind}_{i}" for i, kind in enumerate(kinds)]
    gaps = [draw(st.sampled_from([0.0, 0.0, 0.3])) for _ in kinds]
    read = zip(names, kinds, gaps, strict=True)
    return pd.DataFrame({name: column(kind, random, share) for name, kind, share in read}), kinds


@st.composite
def atoms(draw, frame, kinds):
    """Draw a comparison, as (text, what a row of cells makes of it): None where it compares a missing value."""
    names = list(frame.columns)
    i = draw(st.integers(0, len(names) - 1))
    name, kind = names[i], kinds[i]
    values = frame[name]
    word = f"`{name}`" if " " in name else name
    there = [one for one in values.tolist() if not missing(one)]
    if kind in {"number", "int"}:
        sign = draw(st.sampled_from(["<", "<=", ">", ">=", "!="]))
        numbers = [other for other, one in zip(names, kinds, strict=True) if one in {"number", "int"} and other != name]
        shift = draw(st.integers(-8, 8))
        if numbers and draw(st.booleans()):
            other = draw(st.sampled_from(numbers))
            factor = draw(st.sampled_from([1, 2]))
            right = f"{factor} * `{other}` - {-shift}" if shift < 0 else f"{factor} * `{other}` + {shift}"
            return f"{word} {sign} {right}", known(
                lambda row: COMPARE[sign](row[name], factor * row[other] + shift), name, other
            )
        edge = draw(st.sampled_from(sorted(set(there))))
        return f"{word} {sign} {edge}", known(lambda row: COMPARE[sign](row[name], edge), name)
    if kind == "bool":
        text, wanted = draw(st.sampled_from([(f"{word} == True", True), (word, True), (f"not {word}", False)]))
        return text, known(lambda row: bool(row[name]) == wanted, name)
    sign = draw(st.sampled_from(["==", "!="] if kind == "category" else list(COMPARE)))
    if kind == "ordered":
        edge, swap = draw(st.sampled_from(LEVELS)), draw(st.booleans())
        sides = [word, f"'{edge}'"]
        if swap:
            sides.reverse()

        def holds(row):
            places = [LEVELS.index(row[name]), LEVELS.index(edge)]
            return COMPARE[sign](*(places[::-1] if swap else places))

        return f"{sides[0]} {sign} {sides[1]}", known(holds, name)
    edge = draw(st.sampled_from(sorted(set(there), key=str)))
    told, read = (f"{edge:%Y-%m-%d}", pd.Timestamp) if kind == "date" else (edge, str)
    return f"{word} {sign} '{told}'", known(lambda row: COMPARE[sign](read(row[name]), edge), name)


def missing(cell):
    return cell is None or cell is pd.NA or cell != cell  # noqa: PLR0124


def known(holds, *names):
    """Say nothing where one of these columns is missing."""
    return lambda row: None if any(missing(row[name]) for name in names) else bool(holds(row))


def both(a, b):
    """What "and" makes of two, of which either may say nothing."""
    return False if a is False or b is False else None if a is None or b is None else True


def denied(a):
    return None if a is None else not a


@st.composite
def rules(draw, frame, kinds):
    """Draw a rule: a comparison, one or the other, or what must hold where another does."""
    text, holds = draw(atoms(frame, kinds))
    form = draw(st.sampled_from(["one", "or", "and", "not"]))
    if form == "one":
        return text, holds
    other, also = draw(atoms(frame, kinds))
    if form == "or":
        return f"{text} or {other}", lambda row: denied(both(denied(holds(row)), denied(also(row))))
    if form == "and":
        return f"({text}) and ({other})", lambda row: both(holds(row), also(row))
    return f"not ({text} and {other})", lambda row: denied(both(holds(row), also(row)))


@st.composite
def questions(draw):
    frame, kinds = draw(schemas())
    made = draw(st.lists(rules(frame, kinds), max_size=3))
    ranges, direction = {}, {}
    for name, kind in zip(frame.columns, kinds, strict=True):
        if kind in {"number", "int"} and draw(st.booleans()):
            low, high = sorted(draw(st.lists(st.sampled_from(frame[name].dropna().tolist()), min_size=2, max_size=2)))
            ranges[name] = (low, high) if low < high else (low, None)
        if kind == "ordered" and draw(st.booleans()):
            direction[name] = draw(st.sampled_from(["up", "down"]))
    return frame, kinds, made, ranges, direction, draw(st.integers(0, 10**6)), draw(st.sampled_from([None, 0, 1]))


def scorer(frame, kinds, seed):
    """Any model of such rows, in which each column has a say."""
    weights = np.random.default_rng(seed).normal(size=len(kinds))

    def plain(rows, name, kind):
        values = rows[name]
        if kind in {"category", "ordered"}:
            places = {"ash": -1.0, "elm": 0.0, "oak": 1.0, **{one: i - 1.5 for i, one in enumerate(LEVELS)}}
            return np.array([0.0 if missing(one) else places[one] for one in values])
        if kind == "date":
            return (values - START).dt.days.fillna(200).to_numpy() / 100 - 2
        if kind == "bool":
            return np.array([0.0 if missing(one) else one - 0.5 for one in values])
        known = frame[name].dropna().to_numpy(float)
        own = np.array([np.median(known) if missing(one) else one for one in values], float)
        return (own - np.median(known)) / (known.std() or 1)

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
        kept = [
            cells
            for cells in frame.to_dict("records")
            if all(holds(cells) for _, holds in made)
            # What is missing stays so, and what is there does not go.
            and all(missing(cells[name]) == missing(row[name]) for name in frame)
        ]
        for name, (low, high) in ranges.items():
            top = frame[name].max() if high is None else high
            kept = [cells for cells in kept if missing(cells[name]) or low <= cells[name] <= top]
        for name, way in direction.items():
            sign = COMPARE[">=" if way == "up" else "<="]
            own = row[name]
            kept = [one for one in kept if missing(own) or sign(LEVELS.index(one[name]), LEVELS.index(own))]
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
        assert all(missing(cells[name]) == missing(row[name]) for name in frame)
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
