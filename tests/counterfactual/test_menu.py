"""What single words do."""

import numpy as np
import pytest
from counterfactual.models import bag
from texts.tokenizers_made import fast, wordpiece

import xai_widgets as xai

WEIGHTS = {"dull": -3.0, "odd": -1.0, "warm": 4.0, "great": 1.0}
MODEL = bag(WEIGHTS)
LABELS = ["rotten", "fresh"]


def chance(total):
    return 1 / (1 + np.exp(-total))


def last(steps):
    *_, found = steps
    return found


def test_a_menu_lists_what_moves_most_first_and_always_deleting():
    found = last(xai.word_menu(MODEL, "a dull film", (2, 6), target="fresh", labels=LABELS, replacements=list(WEIGHTS)))
    assert [(one.edit.new, one.text) for one in found.options] == [
        ("warm", "a warm film"),
        ("great", "a great film"),
        ("", "a film"),
        ("odd", "a odd film"),
    ]
    assert [one.delta for one in found.options] == pytest.approx(
        [chance(WEIGHTS.get(one.edit.new, 0)) - chance(-3) for one in found.options]
    )
    assert (found.label, found.index, found.fraction) == ("fresh", 1, 1.0)
    assert found.probability == pytest.approx(chance(-3))
    two = last(xai.word_menu(MODEL, "a dull film", (2, 6), labels=LABELS, replacements=list(WEIGHTS), n=2))
    assert [one.edit.new for one in two.options] == ["warm", ""]


def test_a_menu_of_several_words_acts_on_them_as_one():
    found = last(xai.word_menu(MODEL, "a dull odd film", (2, 10), replacements={"dull odd": ["warm"]}))
    assert {one.text for one in found.options} == {"a warm film", "a film"}


def test_the_effect_of_each_word_in_the_order_of_the_text():
    found = last(xai.word_effects(MODEL, "Warm, dull film", target=1))
    assert [(one.edit.old, one.text) for one in found.options] == [
        ("Warm", ", dull film"),
        (",", "Warm dull film"),
        ("dull", "Warm, film"),
        ("film", "Warm, dull"),
    ]
    assert [one.delta for one in found.options] == pytest.approx(
        [chance(-3) - chance(1), 0, chance(4) - chance(1), 0], abs=1e-9
    )
    sentences = last(xai.word_effects(MODEL, "It is warm. It is dull.", granularity="sentences"))
    assert [one.text for one in sentences.options] == ["It is dull.", "It is warm."]


def test_masking_writes_the_mask_and_needs_one():
    made = wordpiece()
    made.add_special_tokens(["[MASK]"])
    seen = []

    def model(texts):
        seen.extend(texts)
        return MODEL(texts)

    with pytest.raises(ValueError, match="needs a tokenizer with a mask"):
        xai.word_effects(model, "a film", how="mask")
    from anymodel.test_passages import Bag  # noqa: PLC0415

    tokenizer = fast(made, mask_token="[MASK]")
    net = Bag(len(tokenizer))
    found = last(xai.word_effects(net, "a warm film", tokenizer=tokenizer, how="mask", target=1))
    assert [one.text for one in found.options] == ["[MASK] warm film", "a [MASK] film", "a warm [MASK]"]
    weights = net.words.weight.detach()[:, :]
    ids = tokenizer("a warm [MASK]")["input_ids"]
    want = weights[ids].sum(0).softmax(0)[1]
    assert found.options[2].probability == pytest.approx(float(want), abs=1e-9)


def test_values_stream_in_and_reading_may_stop():
    steps = xai.word_effects(MODEL, " ".join(f"w{i}" for i in range(60)))
    first = next(steps)
    assert first.fraction < 1
    steps.close()
    fractions = [one.fraction for one in xai.word_effects(MODEL, " ".join(f"w{i}" for i in range(60)))]
    assert fractions == sorted(fractions)


def test_the_only_word_stays():
    assert last(xai.word_effects(MODEL, "dull!")).options[0].edit.old == "!"
    assert last(xai.word_menu(MODEL, "dull", (0, 4), replacements=["warm"])).options[0].text == "warm"


@pytest.mark.parametrize(
    ("span", "error"),
    [((0, 0), ValueError), ((1, 2), ValueError), ((0, 99), ValueError), ("a", TypeError), ((0, 1.0), TypeError)],
)
def test_a_span_must_hold_a_word(span, error):
    with pytest.raises(error, match="span must"):
        xai.word_menu(MODEL, "a film", span)


def test_other_nonsense_is_refused():
    with pytest.raises(ValueError, match="how must be 'delete' or 'mask'"):
        xai.word_effects(MODEL, "a film", how="burn")
    with pytest.raises(TypeError, match="The target must be a class number"):
        xai.word_effects(MODEL, "a film", target=(0, 1))
    with pytest.raises(ValueError, match="none: "):
        xai.word_effects(MODEL, "a film", granularity="[")
