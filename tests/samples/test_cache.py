"""What the samples keep in the user's cache: whole or not at all, made once, where the user wants it."""

import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from xai_widgets.samples.cache import cache_folder, kept
from xai_widgets.samples.packages import needs


@pytest.fixture(autouse=True)
def home(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "xai_widgets" / "samples"


def test_it_is_made_once_and_told_of_once(home, capsys):
    made = []

    def make(folder):
        made.append(folder)
        assert list(folder.iterdir()) == []
        (folder / "a").write_text("whole")

    for _ in range(2):
        assert kept("thing-1", make, "making") == home / "thing-1"
    assert (home / "thing-1" / "a").read_text() == "whole"
    assert len(made) == 1
    assert made[0].name != "thing-1"
    assert capsys.readouterr().err == "making\n"


def test_a_failure_leaves_nothing_behind_and_the_next_try_succeeds(home):
    def fail(folder):
        (folder / "a").write_text("half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        kept("thing-1", fail, "")
    assert [one.name for one in home.iterdir()] == [".thing-1.lock"]
    kept("thing-1", lambda folder: (folder / "a").write_text("whole"), "")
    assert (home / "thing-1" / "a").read_text() == "whole"


def test_those_who_want_the_same_at_once_make_it_once(home):
    # The lock belongs to an open file, so threads stand for processes.
    together = threading.Barrier(4)
    made = []

    def make(folder):
        made.append(folder)
        (folder / "a").write_text("whole")

    def want(_):
        together.wait()
        return (kept("thing-1", make, "") / "a").read_text()

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(want, range(4))) == ["whole"] * 4
    assert len(made) == 1
    assert sorted(one.name for one in home.iterdir()) == [".thing-1.lock", "thing-1"]


def test_a_cache_that_cannot_be_written_says_what_to_set(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    with pytest.raises(OSError, match=r"cannot write to the cache.*Set XDG_CACHE_HOME"):
        kept("thing-1", lambda _: None, "")


def test_a_relative_cache_is_ignored_as_the_specification_says(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", "here")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(sys, "platform", "linux")
    assert cache_folder() == tmp_path / ".cache" / "xai_widgets" / "samples"


def test_missing_libraries_are_named_together():
    with pytest.raises(
        ImportError, match=r"nonesuch and nonesuch_two, which are not .*`pip install nonesuch nonesuch_two`"
    ):
        needs("sys", "nonesuch", "nonesuch_two")
