"""The names of a language model's tokens: spelt when they are asked for, and like a tuple of them all."""

import pickle

import pytest
from texts.tokenizers_made import byte_level, fast

from xai_widgets.prepare.token_names import names_by


class Counted:
    """A tokenizer, and how many tokens it has spelt."""

    def __init__(self, tokenizer):
        self.tokenizer, self.spelt = tokenizer, 0

    def __len__(self):
        return len(self.tokenizer)

    def batch_decode(self, rows):
        self.spelt += len(rows)
        return self.tokenizer.batch_decode(rows)


@pytest.fixture(scope="module")
def tokenizer():
    return fast(byte_level())


def every(tokenizer, more=0):
    return (*(tokenizer.decode([i]) for i in range(len(tokenizer))), *[""] * more)


def test_only_the_names_asked_for_are_spelt(tokenizer):
    counted = Counted(tokenizer)
    names, all_of_them = names_by(counted, len(tokenizer) + 3), every(tokenizer, 3)
    assert len(names) == len(tokenizer) + 3
    assert (names[5], names[-1], names[7:9]) == (all_of_them[5], "", all_of_them[7:9])
    assert counted.spelt == 3
    assert list(names) == list(all_of_them)
    assert (names[2], names.index(all_of_them[40]), names.count("")) == (
        all_of_them[2],
        all_of_them.index(all_of_them[40]),
        all_of_them.count(""),
    )
    assert counted.spelt == 3 + len(tokenizer)
    with pytest.raises(IndexError):
        names[len(names)]


def test_names_are_those_of_the_outputs_there_are(tokenizer):
    assert tuple(names_by(tokenizer, 6)) == every(tokenizer)[:6]
    assert tuple(names_by(byte_level(), 6)) == every(tokenizer)[:6]  # of the tokenizers package, alone
    assert names_by(object(), 6) is None


def test_names_are_like_a_tuple_and_leave_the_tokenizer_behind_when_pickled(tokenizer):
    names, again = names_by(tokenizer, 9), names_by(tokenizer, 9)
    assert names == again == every(tokenizer)[:9]
    assert len({names, again}) == 1
    assert names != every(tokenizer)[:8]
    assert pickle.loads(pickle.dumps(names)) == every(tokenizer)[:9]
    assert type(pickle.loads(pickle.dumps(names))) is tuple
