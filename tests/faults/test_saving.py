"""Whatever is saved, in whichever format, is there whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import resource
import shutil
import subprocess
import tracemalloc
from functools import partial
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


@contextlib.contextmanager
def no_longer_than(size):
    """Let the system refuse to make files longer: Python takes no notice of the signal, and the write fails."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextlib.contextmanager
def sealed(folder, how):
    """Let nobody change a folder: `how` seals it by "ro" and opens it by "rw"."""
    how(folder, "ro")
    try:
        yield
    finally:
        how(folder, "rw")


@contextlib.contextmanager
def unmade(number):
    """Let a call of the system fail as it does on a disk that cannot be mounted here: full when it is to be kept for
    good, or for reading only when a file is begun."""
    name = {errno.ENOSPC: "os.fsync", errno.EROFS: "tempfile.mkstemp"}[number]

    def fails(*_, **__):
        raise OSError(number, os.strerror(number))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(f"xai_widgets.export.atomic.{name}", fails)
        yield


def mounted(*options):
    return subprocess.run(["mount", *options], capture_output=True, check=False).returncode == 0


@pytest.fixture(scope="module")
def disk(tmp_path_factory):
    """Return a disk that has room for a single small file; None where no disk can be mounted."""
    folder = tmp_path_factory.mktemp("disk")
    there = shutil.which("mount") and mounted("-t", "tmpfs", "-o", "size=4k", "none", str(folder))
    yield folder if there else None
    if there:
        subprocess.run(["umount", folder], check=True)


def of_mode(folder, mode):
    folder.chmod({"ro": 0o555, "rw": 0o755}[mode])


def remounted(folder, mode):
    assert mounted("-o", f"remount,{mode}", str(folder))


@pytest.fixture
def faults(disk, tmp_path):
    """Return what goes wrong: where, how it comes to that, and what the system calls it."""
    (tmp_path / "folder").mkdir()
    found = [(tmp_path / "folder", partial(no_longer_than, 3), errno.EFBIG)]
    if disk is None:
        found += [(tmp_path / "folder", partial(unmade, number), number) for number in (errno.ENOSPC, errno.EROFS)]
    else:
        found += [(disk, contextlib.nullcontext, errno.ENOSPC), (disk, partial(sealed, disk, remounted), errno.EROFS)]
    if os.geteuid() != 0:  # who may do everything is stopped by no mode
        found.append((tmp_path / "folder", partial(sealed, tmp_path / "folder", of_mode), errno.EACCES))
    return found


@pytest.mark.parametrize("kind", MADE)
def test_nothing_is_half_written_and_an_unknown_suffix_names_the_known_ones(kind, tmp_path, faults):
    torch.manual_seed(0)
    thing = MADE[kind]()
    trial = tmp_path / "trial"
    trial.mkdir()
    with pytest.raises(ValueError, match=r"must end in \.") as refused:
        thing.save(trial / "why.pkl")
    assert not list(trial.iterdir())
    suffixes = re.findall(r"\.[a-z.]*[a-z]", str(refused.value).partition("must end in ")[2])
    assert {".html"} <= {*suffixes}
    for suffix in suffixes:
        thing.save(trial / f"why{suffix}")
        for folder, make, number in faults:
            path = folder / f"why{suffix}"
            path.write_bytes(b"old")
            with make(), pytest.raises(OSError, match="could not write it") as caught:
                thing.save(path)
            assert str(caught.value) == f"[Errno {number}] could not write it: {os.strerror(number)}: {str(path)!r}"
            assert path.read_bytes() == b"old"
            assert [one.name for one in folder.iterdir()] == [path.name]
            path.unlink()
    assert (trial / "why.html").read_bytes().lower().startswith(b"<!doctype html>")
    getattr(thing, "close", lambda: None)()


@pytest.mark.parametrize("suffix", [".npz", ".xai.json"])
def test_a_file_that_is_too_large_is_refused_unread(suffix, tmp_path):
    path = tmp_path / f"why{suffix}"
    with path.open("wb") as file:
        file.truncate(2**29 + 1)  # of holes: it takes no room
    tracemalloc.start()
    with pytest.raises(ValueError, match="cannot read") as caught:
        xai.load(path)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert str(caught.value) == f"cannot read {path.name!r}: it is larger than 512 MB."
    assert most < 2**20
