"""Counterfactuals as a file, in words and as HTML."""

import json

import numpy as np
import pytest
from counterfactual.models import bag

import xai_widgets as xai
from xai_widgets.export import load

HOSTILE = "a dull <script>alert(1)</script> \u202efilm & 👍🏽"


@pytest.fixture(scope="module")
def found():
    return xai.counterfactuals(
        bag({"dull": -3.0, "not": 7.0}, 1.0),
        HOSTILE,
        labels=["rotten <b>", "fresh"],
        n=3,
        max_edits=2,
        insertions=["not"],
    )


def test_what_was_saved_comes_back(found, tmp_path):
    found.save(tmp_path / "why.xai.json")
    back = load(tmp_path / "why.xai.json")
    assert repr(vars(back)) == repr(vars(found))
    assert np.array_equal(back.candidates[0].prediction.scores, found.candidates[0].prediction.scores)
    with pytest.raises(ValueError, match=r"must end in \.csv, \.html, \.xai\.json"):
        found.save(tmp_path / "why.npz")
    with pytest.raises(ValueError, match=r"only changed pictures are saved as a picture"):
        found.save(tmp_path / "why.png")


def test_a_long_text_comes_back(tmp_path):
    long = "a warmheartedly funny film " * 500
    xai.attribute(bag({"funny": 1.0}), long, "feature_ablation", feature_mask=np.arange(2000) // 1000).save(
        tmp_path / "long.xai.json"
    )
    assert load(tmp_path / "long.xai.json").text.text == long


@pytest.mark.parametrize(
    "damage",
    [
        lambda r: r.update(v=99),
        lambda r: r.update(original=3),
        lambda r: r.update(index=2),
        lambda r: r.update(params=[]),
        lambda r: r.update(fewest="yes"),
        lambda r: r.update(candidates={}),
        lambda r: r["candidates"][0].update(text=None),
        lambda r: r["candidates"][0]["edits"][0].update(kind="run"),
        lambda r: r["candidates"][0]["edits"][0].update(old="other"),
        lambda r: r["candidates"][0]["edits"][0].update(start=10**9),
        lambda r: r["candidates"][0]["prediction"].update(probabilities=[]),
        lambda r: r["prediction"].update(labels=["one"]),
        lambda r: r["prediction"].update(task="magic"),
    ],
)
def test_a_damaged_file_is_refused_by_name(found, damage, tmp_path):
    path = tmp_path / "why.xai.json"
    found.save(path)
    record = json.loads(path.read_text())
    damage(record)
    path.write_text(json.dumps(record))
    with pytest.raises(ValueError, match=r"cannot read 'why.xai.json'"):
        load(path)


def test_differences_are_marked_by_more_than_colour_and_nothing_in_a_text_is_obeyed(found):
    bundle = found._repr_mimebundle_()
    html, text = bundle["text/html"], bundle["text/plain"]
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert "rotten &lt;b&gt;" in html
    assert "\u202e" not in html + text
    assert "\\u202e" in html
    assert '<del style="unicode-bidi:isolate;opacity:.65;text-decoration:line-through">dull</del>' in html
    assert "a [−dull−]" in text
    assert "{+not+}" in text
    assert text.startswith("rotten <b> 88.1% now. What would make it anything but rotten <b>?")


def test_a_change_in_probability_names_the_class_whose_it_is():
    judge = bag({"dull": -3.0, "not": 7.0}, 1.0)
    away, there = (
        xai.counterfactuals(judge, "a dull film", target, labels=["rotten", "fresh"], n=1, insertions=["not"])
        for target in (None, "fresh")
    )
    before, after = (100 * one.probabilities[1] for one in (away.prediction, away.candidates[0].prediction))
    assert f"fresh {after:.1f}%, rotten Δ−{after - before:.1f}, 1 edit" in away._repr_mimebundle_()["text/plain"]
    assert f"fresh {after:.1f}%, Δ+{after - before:.1f}, 1 edit" in there._repr_mimebundle_()["text/plain"]


def test_a_difference_spells_both_texts(found):
    for one in found.candidates:
        parts = one.diff(HOSTILE)
        assert "".join(words for kind, words in parts if kind != "insert") == HOSTILE
        after = "".join(words for kind, words in parts if kind != "delete")
        assert "".join(after.split()) == "".join(one.text.split())


def test_a_frame_has_one_row_each_and_its_columns_when_empty(found):
    frame = found.to_dataframe()
    assert list(frame.text) == [one.text for one in found.candidates]
    assert list(frame.changes) == [len(one.edits) for one in found.candidates]
    assert frame.valid.all()
    none = xai.counterfactuals(lambda texts: np.tile([1.0, 0.0], (len(texts), 1)), "a film")
    assert list(none.to_dataframe().columns) == list(frame.columns)
    assert len(none.to_dataframe()) == 0
    assert "none found" in repr(none)
    assert "None found" in none._repr_mimebundle_()["text/html"]
