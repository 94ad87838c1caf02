"""Vectors of words, and what people say of words."""

import numpy as np
import pytest
from scipy.stats import spearmanr

from xai_widgets import samples


@pytest.fixture(scope="module")
def glove():
    return samples.glove(60_000)


@pytest.fixture(scope="module")
def word2vec():
    return samples.word2vec()


def nearest(table, vector, count):
    cosine = table.matrix @ vector / np.linalg.norm(table.matrix, axis=1) / np.linalg.norm(vector)
    return {table.labels[i]: cosine[i] for i in cosine.argsort()[::-1][:count]}


def test_glove_knows_capitals_and_animals(glove):
    found = nearest(glove, glove["paris"] - glove["france"] + glove["italy"], 3)
    assert list(found) == ["rome", "italy", "milan"]
    assert found["rome"] == pytest.approx(0.84, abs=0.005)
    assert {"snake", "ape", "toad", "monkey"} == set(nearest(glove, glove["frog"], 5)) - {"frog"}


def test_word2vec_knows_kings_and_the_bias_of_its_news(word2vec):
    found = nearest(word2vec, word2vec["king"] - word2vec["man"] + word2vec["woman"], 3)
    assert list(found) == ["king", "queen", "monarch"]
    assert found["queen"] == pytest.approx(0.71, abs=0.005)
    she = word2vec["she"] - word2vec["he"]
    she /= np.linalg.norm(she)
    assert word2vec["homemaker"] @ she == pytest.approx(0.30, abs=0.01)
    assert word2vec["architect"] @ she == pytest.approx(-0.17, abs=0.01)


def test_glove_is_mapped_and_not_read():
    table = samples.glove()
    assert isinstance(table.matrix, np.memmap)
    assert table.matrix.shape == (len(table), 50) == (400_000, 50)
    assert table.labels[:3] == ["the", ",", "."]
    assert "sandberger" in table
    assert "Paris" not in table
    assert np.array_equal(samples.glove(3).matrix, table.matrix[:3])


def test_word2vec_is_of_length_one_and_every_word_is_there_once(word2vec):
    assert word2vec.matrix.shape == (26423, 300)
    assert word2vec.matrix.dtype == np.float32
    assert np.linalg.norm(word2vec.matrix, axis=1) == pytest.approx(1, abs=1e-5)
    assert len(word2vec.index) == 26423
    few = samples.word2vec(7)
    assert few.labels == word2vec.labels[:7]
    assert np.array_equal(few.matrix, word2vec.matrix[:7])


@pytest.mark.parametrize("table", ["glove", "word2vec"])
def test_vectors_cannot_be_changed_by_accident(table, request):
    with pytest.raises(ValueError, match="read-only"):
        request.getfixturevalue(table).matrix[0, 0] = 1


@pytest.mark.parametrize("load", [samples.glove, samples.word2vec])
def test_no_words_are_refused(load):
    with pytest.raises(ValueError, match="at least 1, got n=0"):
        load(0)


@pytest.mark.parametrize(
    ("name", "count", "rank"),
    [("men", 2997, 0.78), ("mturk", 770, 0.67), ("rg", 65, 0.76), ("simlex", 999, 0.44), ("wordsim", 353, 0.69)],
)
def test_word_pairs_rank_as_the_vectors_do(word2vec, name, count, rank):
    pairs = samples.word_pairs(name)
    assert len(pairs) == count
    known = [one for one in pairs if one.first in word2vec and one.second in word2vec]
    near = [word2vec[one.first] @ word2vec[one.second] for one in known]
    assert spearmanr(near, [one.score for one in known]).statistic == pytest.approx(rank, abs=0.01)


def test_an_unknown_list_of_pairs_names_the_known_ones():
    with pytest.raises(ValueError, match="men, mturk, rg, simlex, wordsim, got 'all'"):
        samples.word_pairs("all")


def test_analogies_are_of_fourteen_kinds():
    found = samples.analogies()
    assert len(found) == 19544
    assert len({one.kind for one in found}) == 14
    assert found[0] == ("capital-common-countries", "Athens", "Greece", "Baghdad", "Iraq")
