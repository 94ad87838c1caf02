"""Whatever is saved, in whichever format, is there whole or not at all."""

from __future__ import annotations

import errno
import os
import re
import tempfile
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from faults.nets import Net, picture
from faults.test_opens_and_closes import FRAME, Reader, Rows
from widgets.texts import LABELS, SAID, TOKENIZER

import xai_widgets as xai

RIGHT = np.arange(len(FRAME)) % 2


def explained():
    return xai.attribute(Net(), picture(), "saliency", target=0)


def finished(widget):
    assert widget.wait(60) is not False
    return widget


def shown_table():
    widget = xai.explain(Rows(), FRAME, y=RIGHT)
    widget.show("importance")
    return finished(widget)


def shown_words():
    vectors = xai.WordVectors([f"w{i}" for i in range(20)], np.random.default_rng(0).normal(size=(20, 4)))
    return finished(xai.EmbeddingExplorer(vectors, words=12, k=3))


MADE = {
    "picture": explained,
    "row": lambda: xai.attribute(Rows(), FRAME.iloc[0], "saliency", target=0),
    "text": lambda: xai.attribute(Reader(), SAID, "saliency", tokenizer=TOKENIZER, target=0),
    "measures": lambda: xai.evaluate(Net(), picture(), explained(), ["sparseness", "complexity"]),
    "changed row": lambda: xai.counterfactuals(Rows(), FRAME.iloc[0], None, n=1, background=FRAME),
    "curves": lambda: xai.partial_dependence(Rows(), FRAME, target=0),
    "importances": lambda: xai.permutation_importance(Rows(), FRAME, RIGHT),
    "tree": lambda: xai.surrogate_tree(Rows(), FRAME),
    "report": lambda: SimpleNamespace(save=lambda path: xai.report(explained(), path)),
    "picture's widget": lambda: finished(xai.explain(Net(), picture(), method="saliency")),
    "row's widget": lambda: finished(xai.explain(Rows(), FRAME.iloc[0], background=FRAME, method="saliency")),
    "text's widget": lambda: finished(
        xai.explain(Reader(), SAID, labels=LABELS, tokenizer=TOKENIZER, method="saliency")
    ),
    "table's widget": shown_table,
    "words' widget": shown_words,
}


def full(*_):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def locked(**_):
    raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


FAULTS = {"full": ((os, "fsync", full), "No space left"), "read-only": ((tempfile, "mkstemp", locked), "denied")}


@pytest.mark.parametrize("kind", MADE)
def test_nothing_is_half_written_and_an_unknown_suffix_names_the_known_ones(kind, tmp_path, monkeypatch):
    torch.manual_seed(0)
    thing = MADE[kind]()
    with pytest.raises(ValueError, match=r"must end in \.") as refused:
        thing.save(tmp_path / "why.pkl")
    assert not list(tmp_path.iterdir())
    suffixes = re.findall(r"\.[a-z.]*[a-z]", str(refused.value).partition("must end in ")[2])
    assert {".html"} <= {*suffixes}
    for suffix in suffixes:
        path = tmp_path / f"why{suffix}"
        path.write_bytes(b"before")
        for fault, said in FAULTS.values():
            with monkeypatch.context() as patched:
                patched.setattr(*fault)
                # Some have nothing to say in some formats, and say that first.
                with pytest.raises((OSError, ValueError), match=rf"{said}|{suffix}") as caught:
                    thing.save(path)
            assert isinstance(caught.value, ValueError) or caught.value.filename == str(path)
            assert path.read_bytes() == b"before"
            assert [one.name for one in tmp_path.iterdir()] == [path.name]
        path.unlink()
    thing.save(tmp_path / "why.html")
    assert (tmp_path / "why.html").read_bytes().lower().startswith(b"<!doctype html>")
    getattr(thing, "close", lambda: None)()
