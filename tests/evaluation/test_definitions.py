"""Every measure says what it is: definition, range, which way is better, paper, and one plain sentence."""

from __future__ import annotations

import re

import pytest

from xai_widgets.evaluation import METRICS
from xai_widgets.evaluation.base import Reading
from xai_widgets.evaluation.embedding import EMBEDDING_GAUGES
from xai_widgets.evaluation.other_rows import POPULATION_GAUGES

EVERY = [*METRICS.values(), *POPULATION_GAUGES.values(), *EMBEDDING_GAUGES.values()]


def test_no_two_have_one_name():
    assert len({cls.name for cls in EVERY}) == len({cls.title for cls in EVERY}) == len(EVERY)


@pytest.mark.parametrize("cls", EVERY, ids=lambda cls: cls.name)
def test_it_says_what_it_is(cls):
    one = cls().measure(Reading(0.5, sentence="It is so."))
    assert re.fullmatch(r"[A-Z].*\.", one.definition)
    assert one.definition == cls.sentence
    assert re.search(r"\(\d{4}\)$", one.paper), "who, where, when"
    assert one.better in {"higher", "lower"}
    assert one.low is None or one.high is None or one.low < one.high
    assert one.title
    # The docstring defines it, and gives the same paper in full.
    text = cls.__doc__ or ""
    references = text.partition("References")[2]
    first = re.match(r"\w+", one.paper)
    assert first is not None
    assert first[0] in references
    assert one.paper[-5:-1] in references
    assert text.strip()[0].isupper()
