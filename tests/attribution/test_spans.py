"""Long texts are explained by spans of words where nothing else is asked for."""

from __future__ import annotations

import numpy as np
import pytest

import xai_widgets as xai
from xai_widgets.attribution.groups import spans_of
from xai_widgets.text import Text

SENTENCE = "This is a rather long sentence of just eleven words {}. "
LONG = "".join(SENTENCE.format("good" if i == 7 else "well") for i in range(60)).strip()
SHORT = " ".join(LONG.split()[:50])


def praise(texts: list[str]) -> np.ndarray:
    return np.array([[one.count("good") + 0.01 * len(one.split())] for one in texts])


def test_spans_are_words_in_turn_within_a_sentence() -> None:
    text = Text(LONG, Text(LONG, ()).pieces("words"))
    spans = spans_of(text)
    assert spans.tolist() == sorted(spans.tolist())
    assert set(spans.tolist()) == set(range(int(spans.max()) + 1))
    assert 60 < len(spans.unique()) <= 120
    sentences = np.arange(len(text)) // 12  # eleven words and a full stop
    assert all(len(set(sentences[spans.numpy() == one])) == 1 for one in spans.unique().numpy())
    tokens = Text("One two.", ((0, 0), (0, 2), (2, 3), (4, 7), (7, 8), (0, 0)))
    assert spans_of(tokens).tolist() == [0, 1, 1, 2, 3, 4]


@pytest.mark.parametrize("method", ["lime", "kernel_shap", "shapley_sampling"])
def test_a_long_text_is_hidden_in_spans_that_share_their_value(method: str) -> None:
    samples = 4 if method == "shapley_sampling" else 600
    found = xai.attribute(praise, LONG, method, n_samples=samples, target=0)
    (note,) = [one for one in found.notes if "spans" in one]
    assert note.startswith("The 720 pieces of the text are hidden in ")
    at = int(np.argmax(found.values))
    assert "good" in " ".join(found.text.text[a:b] for a, b in found.text.spans[at - 10 : at + 11])
    span = np.flatnonzero(np.isclose(found.values, found.values[at]))
    assert 2 <= len(span) <= 12
    assert found.values[span].sum() == pytest.approx(1.0, abs=0.2)  # of the one word that counts, and what spaces do


def test_a_short_text_and_one_with_a_mask_are_as_they_are_asked_for() -> None:
    short = xai.attribute(praise, SHORT, "lime", n_samples=200, target=0)
    assert not any("spans" in one for one in short.notes)
    halves = xai.attribute(praise, LONG, "lime", n_samples=60, target=0, feature_mask=np.arange(720) // 360)
    assert not any("spans" in one for one in halves.notes)
    assert len(np.unique(halves.values)) == 2
