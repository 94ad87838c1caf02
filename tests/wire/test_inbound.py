"""Whatever a browser sends is parsed or refused in one readable sentence."""

import json
import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from xai_widgets.wire import (
    Ask,
    AskedRequest,
    Attend,
    Cancel,
    Close,
    Doubt,
    Generate,
    Hello,
    Menu,
    Other,
    ProtocolError,
    Rules,
    Scenario,
    Seek,
    Seen,
    ShowAs,
    Trial,
    parse,
)

REQUEST = {"method": "saliency", "params": {"n": 3, "auto": None, "how": "x"}, "target": [1, 2], "edits": []}
STROKE = {"name": "occlude", "points": [1, 2.5], "radius": 12, "fill": "colour", "colour": [0, 128, 255]}

ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=5),
    st.sampled_from(["\ud800", "a" * 1000, 10**400, -(2**53), 2**53, 0, "a", "b", "c", "__class__"]),
)
JSON = st.recursive(
    ODD,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=8,
)
KEYS = st.sampled_from(["name", "value", "points", "radius", "fill", "colour"])
MESSAGES = st.builds(
    lambda kind, rest: {**rest, "kind": kind},
    st.sampled_from(["hello", "ask", "cancel", "close", "display"]),
    st.fixed_dictionaries(
        {},
        optional={
            "id": st.integers(0, 5) | ODD,
            "slot": st.sampled_from("ab") | ODD,
            "version": ODD,
            "rate": st.floats(0, 30) | ODD,
            "bits": st.sampled_from([8, 16]) | ODD,
            "display": st.dictionaries(st.sampled_from(["opacity", "mass", "sign", "scale", "colormap", "x"]), JSON),
            "request": st.fixed_dictionaries(
                {"method": st.just("m") | ODD},
                optional={
                    "params": st.dictionaries(st.text(max_size=3), JSON, max_size=3) | JSON,
                    "target": JSON,
                    "edits": st.lists(st.dictionaries(KEYS, JSON, max_size=4), max_size=3) | JSON,
                },
            ),
        },
    ),
)


def test_every_kind():
    assert parse({"kind": "hello", "v": 1, "version": "0.1.0"}) == Hello("0.1.0")
    assert parse({"kind": "hello", "rate": 4, "bits": 8.0}) == Hello("", rate=4, bits=8)
    assert parse({"kind": "seen", "page": "0.x", "views": 2}) == Seen("0.x", 2)
    assert parse({"kind": "cancel", "id": 4, "slot": "b"}) == Cancel(4, "b")
    assert parse({"kind": "close", "slot": "b"}) == Close("b")
    request = AskedRequest("saliency", {"n": 3, "auto": None, "how": "x"}, (1, 2), (STROKE,))
    asked = {"kind": "ask", "id": 3.0, "slot": "a", "request": {**REQUEST, "edits": [STROKE]}, "more": 1}
    assert parse(asked) == Ask(3, "a", request)


def test_what_is_unknown_of_a_display_is_dropped():
    given_ = {"opacity": 1, "mass": 0.5, "sign": "both", "colormap": "ember", "scale": None, "evil": 1, "curtain": None}
    shown = {key: value for key, value in given_.items() if key != "evil"}
    assert parse({"kind": "display", "display": given_}) == ShowAs(shown)


@given(JSON | MESSAGES)
@example({"kind": "ask", "id": 1, "request": {"method": "a" * 10_000_000}})
@example({"kind": "display", "display": {"opacity": 10**400}})
@example({"kind": []})
def test_nothing_but_a_readable_refusal(content):
    try:
        message = parse(content)
    except ProtocolError as error:
        sentence = str(error)
        assert "\n" not in sentence
        assert len(sentence) < 500
        sentence.encode()
        return
    for number in numbers(vars(message)):
        assert math.isfinite(number)
    json.dumps(vars(message), default=vars).encode()


def numbers(value):
    if isinstance(value, dict):
        value = value.values()
    elif hasattr(value, "__dict__"):
        value = vars(value).values()
    elif not isinstance(value, (list, tuple, type({}.values()))):
        return [value] if isinstance(value, (int, float)) else []
    return [one for inner in value for one in numbers(inner)]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("hello", "a message must be an object of at most 64 entries, got 'hello'."),
        (
            {"kind": "bye"},
            "kind must be hello, seen, ask, cancel, close, check, layers, display, menu, search, back, generate,",
        ),
        ({"kind": "seen", "page": 1, "views": 1}, "page must be a text"),
        ({"kind": "seen", "page": "x", "views": -1}, "views must be a whole number from 0, got -1."),
        ({"kind": "cancel", "id": -1}, "id must be a whole number from 0, got -1."),
        ({"kind": "cancel", "id": 2**53}, "id must be a whole number from 0, got a huge number."),
        ({"kind": "cancel", "id": True}, "id must be a whole number from 0, got True."),
        ({"kind": "cancel", "id": 1, "slot": "c"}, "slot must be 'a' or 'b', got 'c'."),
        (
            {"kind": "ask", "id": 1, "request": {**REQUEST, "target": [1, 2, 3]}},
            "a class, a pair of them, a unit or null",
        ),
        (
            {"kind": "ask", "id": 1, "request": {**REQUEST, "target": {"layer": "a", "index": []}}},
            "must be a list of whole numbers",
        ),
        (
            {"kind": "ask", "id": 1, "request": {**REQUEST, "target": {"layer": "a", "index": [-1]}}},
            "index must be a whole number from 0",
        ),
        (
            {"kind": "ask", "id": 1, "request": {**REQUEST, "target": {"layer": 1, "index": [1]}}},
            "target.layer must be",
        ),
        (
            {"kind": "ask", "id": 1, "request": {**REQUEST, "edits": [{**STROKE, "points": [0] * 4001}]}},
            "points must have at most 4000 numbers, got 4001.",
        ),
        (
            {"kind": "ask", "id": 1, "request": {**REQUEST, "edits": [{"name": "blur", "value": math.nan}]}},
            "value must be a finite number, got nan.",
        ),
        ({"kind": "display", "display": {"opacity": 7}}, "display: opacity must be a number in 0..1, got '7'."),
        ({"kind": "display", "display": {"scale": float("inf")}}, "display: scale must be a number in"),
        ({"kind": "display", "display": {"sign": "odd"}}, "display: sign must be one of both, positive"),
        ({"kind": "display", "display": {"opacity": "1"}}, "display: opacity must be a number in 0..1, got '1'."),
    ],
)
def test_says_what_was_expected_and_what_came(content, says):
    with pytest.raises(ProtocolError) as refusal:
        parse(content)
    assert says in str(refusal.value)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ({"kind": "menu"}, "open must be true or false"),
        ({"kind": "menu", "open": True, "start": -1, "stop": 2}, "start must be a whole number"),
        ({"kind": "search", "open": True, "n": 21}, "n must lie in 1..20, got 21"),
        ({"kind": "search", "open": True, "most": 0}, "most must lie in 1..200, got 0"),
        ({"kind": "search", "open": True, "within": ["a", 1]}, "within must be a finite number"),
        ({"kind": "search", "open": True, "within": [1]}, "within"),
        ({"kind": "search", "open": True, "target": [1, 2]}, "target must be a whole number"),
        ({"kind": "rules", "immutable": "age"}, "immutable must be a list of at most 4000, got 'age'"),
        ({"kind": "rules", "ranges": {"age": [1]}}, "ranges must be a list of 2, got a list of 1"),
        ({"kind": "rules", "ranges": {"age": [0, math.inf]}}, "ranges must be a finite number, got inf"),
        ({"kind": "rules", "rules": ["a < b"] * 51}, "rules must be a list of at most 50, got a list of 51"),
        ({"kind": "rules", "effort": {"age": "2"}}, "effort must be a finite number, got '2'"),
        ({"kind": "rules", "most": 1.5}, "most must be a whole number from 0, got 1.5"),
        ({"kind": "scenario", "name": 3, "edits": []}, "name must be a text"),
        ({"kind": "scenario", "name": "x", "edits": {}}, "edits must be a list of at most 4000"),
        ({"kind": "generate", "count": 257}, "count must lie in 0..256"),
        ({"kind": "generate", "count": 3, "temperature": -1}, "temperature must lie in 0..100, got -1"),
        ({"kind": "generate", "count": 3, "temperature": float("nan")}, "temperature must be a finite number"),
        ({"kind": "trust", "slot": "a"}, "open must be true or false"),
        ({"kind": "trust", "open": True, "slot": "c"}, "slot must be 'a' or 'b'"),
        ({"kind": "trial", "open": True, "methods": ["m"] * 65}, "methods must be a list of at most 64"),
        ({"kind": "trial", "open": True, "methods": [1]}, "methods must be a text"),
        ({"kind": "attention", "layer": "last"}, "layer must be a whole number"),
    ],
)
def test_what_is_asked_beside_is_checked_too(content, says):
    with pytest.raises(ProtocolError, match=says):
        parse(content)


def test_what_is_asked_beside_has_defaults():
    assert parse({"kind": "menu", "open": False}) == Menu(open=False)
    assert parse({"kind": "rules", "ranges": {"age": [None, 3]}, "direction": {"age": "up"}}) == Rules(
        (), {"age": (None, 3.0)}, {"age": "up"}, {}, ()
    )
    edit = {"name": "cell", "column": 1, "value": None}
    assert parse({"kind": "scenario", "name": "x", "edits": [edit]}) == Scenario("x", (edit,))
    assert parse({"kind": "scenario", "name": "x"}) == Scenario("x", None)
    assert parse({"kind": "search", "open": True}) == Seek(open=True, target=None, within=None, n=4, most=5)
    assert parse({"kind": "search", "open": True, "within": [None, 3]}).within == (None, 3.0)
    assert parse({"kind": "other", "name": "a.png"}, [memoryview(b"abc")]) == Other("a.png", b"abc")


@pytest.mark.parametrize("buffers", [[], [b""], [b"a", b"b"], [bytes(1_000_001)]])
def test_a_file_is_one_and_of_bounded_size(buffers):
    with pytest.raises(ProtocolError, match="a picture must come as one file of at most 1000000 bytes, got"):
        parse({"kind": "other", "name": "a.png"}, buffers)
    assert parse({"kind": "generate", "count": 3.0}) == Generate(3, 1.0, 0, 0)
    assert parse({"kind": "attention", "layer": 0}) == Attend(0, None)
    assert parse({"kind": "trust", "open": True}) == Doubt(open=True, slot="a")
    assert parse({"kind": "trial", "open": True, "methods": ["lrp"]}) == Trial(open=True, methods=("lrp",))
    assert parse({"kind": "trial", "open": False}) == Trial(open=False)
