"""A report in another language: nothing of its own is left in English, and what nobody translates stays as it is."""

import json
import re
from pathlib import Path

import pytest
from faults.test_saving import MADE
from reports.catalogue import said
from reports.test_report import HOSTILE, a_picture, a_text, predicted, told
from widgets.fakes import Browser

import xai_widgets as xai
from xai_widgets.changes import Candidate, Counterfactuals, Edit
from xai_widgets.evaluations import FAILURES, MARKS, NO_BETTER, UNCHECKED
from xai_widgets.language import FOLDER, language, languages, written_in
from xai_widgets.language import told as heard
from xai_widgets.reports.language import say

CODES = [code for code in languages() if code != "en"]
CHINESE = r"[\u4e00-\u9fff]"


@pytest.mark.parametrize("code", CODES)
def test_every_sentence_of_a_report_is_there_with_its_gaps_and_no_other(code):
    own = json.loads((FOLDER / f"{code}.json").read_text(encoding="utf-8"))
    assert set(own["said"]) == said()
    pairs = {**own["said"], **own["told"]}.items()
    assert {one for one, theirs in pairs if one.count("{}") != theirs.count("{}")} == set()


@pytest.mark.parametrize("code", CODES)
def test_verdicts_and_marks_are_there(code):
    assert {NO_BETTER, UNCHECKED, *MARKS.values(), *FAILURES.values()} - set(language(code).told) == set()


def changed():
    edit = Edit(11, 15, "replace", "warm", "cold")
    one = Candidate("a dull but cold film", (edit,), predicted(0.1), -0.7, 0.8)
    return Counterfactuals(
        "a dull but warm film", predicted(), 0, "anything else", (one,), method="fewest_edits", fewest=True
    )


def test_a_report_in_chinese(path):
    xai.report(a_text(error=0.05, gap=-0.25), changed(), path, language="zh")
    source, page = path.read_text(encoding="utf-8"), told_in(path)
    assert '<html lang="zh-CN">' in source
    sentences = Path(__file__).with_name("chinese.txt").read_text(encoding="utf-8").splitlines()
    assert [one for one in sentences if one not in page] == []
    assert len(sentences) == 8


@pytest.fixture
def path(tmp_path):
    return tmp_path / "report.html"


def told_in(path):
    body = path.read_text(encoding="utf-8").partition("<body>")[2]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", body))


@pytest.mark.parametrize("kind", [kind for kind in MADE if "widget" in kind])
def test_no_sentence_of_a_widgets_report_is_left_in_english(kind, path):
    widget = MADE[kind]()
    widget.evaluate(120)
    xai.report(widget, path, language="zh")
    widget.close()
    body = path.read_text(encoding="utf-8").partition("<body>")[2]
    texts = [one for one in re.findall(r">([^<>]+)<", body) if not re.search(CHINESE, one)]
    # Parameters and versions are names; three words in a row are a sentence.
    assert [one for one in texts if re.search(r"[A-Za-z]{2,} [a-z]{2,} [a-z]{2,}", one)] == []


def test_a_widgets_report_is_in_the_language_that_the_widget_is_read_in(path):
    widget = MADE["picture's widget"]()
    xai.report(widget, path)
    assert '<html lang="en">' in path.read_text(encoding="utf-8")
    browser = Browser(widget, hello=False)
    browser.say(kind="hello", v=1, version="0.1.0", language="zh")
    browser.wait("language")
    xai.report([widget], path)
    assert '<html lang="zh-CN">' in path.read_text(encoding="utf-8")
    xai.report(widget, path, language="en")
    assert '<html lang="en">' in path.read_text(encoding="utf-8")
    browser.say(kind="hello", v=1, version="0.1.0", language="fr")
    widget.wait()
    xai.report(widget, path)
    assert '<html lang="en">' in path.read_text(encoding="utf-8"), "there are no words of it"
    widget.close()


@pytest.mark.parametrize("wrong", ["", "fr", "zh-CN", "../languages/zh"])
def test_another_language_is_refused_before_anything_is_written(wrong, path):
    with pytest.raises(ValueError, match="language must be one of 'en', 'zh'"):
        xai.report(a_picture(), path, language=wrong)
    assert not path.exists()


def test_the_next_report_is_in_english_again_after_an_error_too(path):
    with written_in("zh"):
        assert say("Why") == "为什么"
    with pytest.raises(ValueError, match="zip"), written_in("zh"):
        say("Why", "one value too many")
    assert say("Why") == "Why"
    assert told(path, a_picture())[1].words.count("What was predicted") == 1


def test_values_are_escaped_in_any_language():
    with written_in("zh"):
        assert "<script>" not in say("By {}.", HOSTILE)
        assert heard("nobody ever translated this, {} or not") == "nobody ever translated this, {} or not"
        assert heard("Why {}?") == say("Why {}?", "{}")
