"""The explorer of word vectors in a real JupyterLab with a real kernel: what a user does with it."""

from __future__ import annotations

import re

import pytest
from browser.believed import definitions, measured, unfold
from browser.image_widget import cell, evaluate, value
from browser.lab import script, shared
from playwright.sync_api import expect

# Three groups of words around three axes: anyone can say what lies nearest.
SETUP = """
import numpy as np
import xai_widgets as xai

GROUPS = {"cat": 0, "dog": 0, "cow": 0, "hen": 0, "red": 1, "blue": 1, "green": 1, "grey": 1,
          "one": 2, "two": 2, "three": 2, "four": 2, "<img src=x onerror=alert(1)>": 2}
draw = np.random.default_rng(0)
table = {word: 3 * np.eye(6)[group] + 0.3 * draw.normal(size=6) for word, group in GROUPS.items()}
table["far"] = -table["cat"]
vectors = xai.word_vectors(table)
pairs = [("cat", "dog", 9), ("cat", "red", 1), ("red", "blue", 8), ("one", "cow", 2), ("two", "three", 7),
         ("cat", "zebra", 5)]
groups = {"animals": ["cat", "dog", "cow"], "colours": ["red", "blue", "green", "two"],
          "numbers": ["one", "three", "zebra"]}
"""
SHOWN = "w = xai.EmbeddingExplorer(vectors, words=13, k=3, pairs=pairs, groups=groups, word='cat')\nw"
VIEW = 1


@pytest.fixture(scope="module")
def notebook(browser, browser_context_args, lab_server):
    yield from shared(browser.new_context(**browser_context_args), lab_server, "embedding.ipynb", [SETUP, ""])


@pytest.fixture
def view(notebook):
    cell(notebook, VIEW, SHOWN)
    root = notebook.output(VIEW).locator(".xai-root")
    expect(root.locator("[data-xai=status]")).to_have_attribute("data-running", "false")
    notebook.page.evaluate(script("i => PANEL.content.widgets[i].node.scrollIntoView()"), VIEW)
    yield root
    try:
        evaluate(notebook, "w.close()")
        notebook.check()
    finally:
        notebook.errors.clear()


def nearest(root):
    return root.locator("ol.xai-bars .xai-bar-name").all_inner_texts()


def store(root, path):
    return root.evaluate(f"root => root.xai.store.{path}")


def test_the_neighbours_of_a_word_are_listed_with_their_distances(notebook, view):
    expect(view.get_by_role("heading", name="Nearest to “cat”")).to_be_visible()
    assert nearest(view) == value(notebook, "[n.label for n in vectors.neighbours('cat', 3)]")
    numbers = [float(one) for one in view.locator(".xai-bar-value").all_inner_texts()]
    assert numbers == pytest.approx(value(notebook, "[n.distance for n in vectors.neighbours('cat', 3)]"), abs=6e-4)
    view.get_by_role("radio", name="Euclidean").check()
    expect(view.locator(".xai-bar-value").first).not_to_have_text(f"{numbers[0]:.3f}")
    numbers = [float(one) for one in view.locator(".xai-bar-value").all_inner_texts()]
    code = "[n.distance for n in vectors.neighbours('cat', 3, metric='euclidean')]"
    assert numbers == pytest.approx(value(notebook, code), abs=6e-4)


def test_who_goes_from_word_to_word_by_keys_stays_in_the_list(notebook, view):
    items = view.get_by_role("list", name=re.compile("^Nearest to")).get_by_role("button")
    for _ in range(2):
        word = nearest(view)[1]
        items.nth(1).focus()
        notebook.page.keyboard.press("Enter")
        expect(view.get_by_role("heading", name=f"Nearest to “{word}”")).to_be_visible()
        expect(items.nth(1)).to_be_focused()


def test_a_click_on_a_point_selects_its_word(notebook, view):
    target = 4  # "red"
    canvas = view.locator("canvas.xai-map-canvas")
    x, y = view.evaluate(
        """(root, i) => { const { x, y } = root.xai.store.frame.value;
            const box = root.querySelector('.xai-map-canvas').getBoundingClientRect();
            const side = Math.min(box.width, box.height);
            return [box.width / 2 + (x[i] - 0.5) * side, box.height / 2 + (y[i] - 0.5) * side] }""",
        target,
    )
    canvas.hover(position={"x": x, "y": y})
    expect(view.locator("[data-xai=readout] output")).to_contain_text("red")
    canvas.click(position={"x": x, "y": y})
    expect(view.get_by_role("heading", name="Nearest to “red”")).to_be_visible()
    assert set(nearest(view)) == {"blue", "green", "grey"}
    assert value(notebook, "w.selected") == "red"


def test_any_word_can_be_found_by_keys_alone(notebook, view):
    field = view.get_by_role("combobox", name="Find a word")
    field.click()
    field.fill("gre")
    field.press("ArrowDown")
    field.press("Enter")
    expect(view.get_by_role("heading", name=re.compile("Nearest to “gre"))).to_be_visible()
    # Not on show, but there is a vector.
    field.fill("far")
    field.press("Enter")
    expect(view.get_by_role("heading", name="Nearest to “far”")).to_be_visible()
    field.fill("zebra")
    field.press("Enter")
    expect(view.locator("[data-xai=unknown]")).to_have_text("there is no vector of 'zebra'.")
    view.locator("canvas.xai-map-canvas").focus()
    before = store(view, "near.value.label")
    notebook.page.keyboard.press("ArrowRight")
    notebook.page.keyboard.press("ArrowDown")
    notebook.page.keyboard.press("Enter")
    notebook.page.wait_for_function(
        "([root, old]) => root.xai.store.near.value.label !== old", arg=[view.element_handle(), before]
    )


def test_a_projection_streams_and_can_be_stopped(notebook, view):
    before = store(view, "frame.value.x[0]")
    # More steps than the control asks for: few words are laid out before anyone could stop it.
    evaluate(notebook, "w.project('tsne', n_iter=10_000)")
    status = view.locator("[data-xai=status]")
    # As soon as it streams, within the page: few words may be laid out before a test has heard of it.
    view.page.wait_for_function("""() => {
        const told = document.querySelector('[data-xai=status]')?.textContent ?? '';
        if (!/[1-9]\\d* of 10,250 steps/.test(told)) return false;
        document.querySelector('.xai-root button[aria-label=Cancel]').click();
        return true; }""")
    expect(status).to_have_attribute("data-running", "false")
    assert value(notebook, "w.projection.method") == "tsne"
    assert store(view, "frame.value.x[0]") != before
    shown = store(view, "frame.value.message.recall")
    assert shown == pytest.approx(value(notebook, "w.projection.recall"))
    expect(view.locator("[data-xai=recall]")).to_contain_text(f"{100 * shown:.1f}%")
    view.locator("label", has_text="PCA").click()
    expect(status).to_contain_text("PCA")  # the kernel has heard
    expect(status).to_have_attribute("data-running", "false")
    assert value(notebook, "w.projection.method") == "pca"


def test_analogies_and_agreement_are_what_python_finds(notebook, view):
    fold = view.locator("[data-xai=analogy]")
    fold.locator("summary").click()
    for name, word in zip("abc", ("cat", "dog", "red"), strict=True):
        field = fold.get_by_role("combobox", name=name, exact=True)
        field.fill(word)
        field.press("Enter")
    answers = fold.locator(".xai-bar-name")
    expect(answers).to_have_count(3)
    assert answers.all_inner_texts() == value(notebook, "[a.label for a in vectors.analogy('cat', 'dog', 'red', 3)]")
    said = view.locator("[data-xai=agreement] .xai-agreed")
    expect(said).to_contain_text("5 pairs compared")
    expect(said).to_contain_text("1 left out: a word has no vector")
    expect(said).to_contain_text(f"{value(notebook, 'w.agreement.correlation'):.2f} rank correlation")


def test_groups_that_lie_together_are_told_from_a_word_astray(notebook, view):
    fold = view.locator("[data-xai=separation]")
    expect(fold).to_contain_text("Yes, more than by chance.")
    expect(fold).to_contain_text(f"silhouette {value(notebook, 'w.separation.score'):.2f}")
    expect(fold).to_contain_text("1 left out")
    expect(fold).to_contain_text("two of colours, nearer to numbers")
    view.get_by_role("radio", name="Euclidean").check()
    expect(fold).to_contain_text("Euclidean")
    expect(fold).to_contain_text(f"silhouette {value(notebook, 'w.separation.score'):.2f}")


def test_a_saved_notebook_keeps_the_picture_and_its_words(view):
    assert view.evaluate("root => root.xai.snapshot().startsWith('data:image/png;base64,')")
    said = view.evaluate("root => root.xai.describe()")
    assert "Nearest to “cat”" in said
    assert "survive on average" in said


READER = """
import threading, time
import torch
from types import SimpleNamespace
from tokenizers import Tokenizer, models, pre_tokenizers
tok = Tokenizer(models.WordLevel({"[UNK]": 0, "a": 1, "river": 2, "bank": 3, "money": 4}, unk_token="[UNK]"))
tok.pre_tokenizer = pre_tokenizers.Whitespace()
go = threading.Event()

class Reader(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.words = torch.nn.Embedding(5, 4)

    def forward(self, input_ids, output_hidden_states=False):
        go.wait(60)
        return SimpleNamespace(hidden_states=[self.words(input_ids)])

w = xai.EmbeddingExplorer(Reader(), tokenizer=tok, texts=["a river bank", "money bank"], k=2, word="bank")
w
"""


def test_a_model_reads_the_texts_while_the_cell_is_done(notebook):
    cell(notebook, VIEW, READER)
    root = notebook.output(VIEW).locator(".xai-root")
    status = root.locator("[data-xai=status]")
    expect(status).to_contain_text("The model reads the texts")
    expect(root.locator(".xai-title")).to_have_text("Words in their contexts, on a plane")
    evaluate(notebook, "go.set()")
    expect(status).to_have_attribute("data-running", "false")
    expect(root.locator(".xai-title")).to_contain_text("5 words, 4 numbers each")
    expect(root.locator("ol.xai-bars .xai-bar-name").first).to_have_text("bank 2")
    evaluate(notebook, "w.close()")
    notebook.check()


def test_a_layout_says_how_far_it_can_be_believed_and_one_of_chance_is_grey(notebook, view):
    assert value(notebook, "w.evaluation") is None  # nobody has asked
    unfold(view)
    said = measured(notebook, view)
    assert list(said) == ["trustworthiness", "continuity", "judgements", "hubness", "seed_agreement"]
    assert said["seed_agreement"] == "Two seeds give the same layout: the projection draws nothing."
    definitions(notebook, view)
    grey = view.locator("[data-xai=grey-a]")
    expect(grey).to_have_count(0)
    # Words that have nothing to do with each other: on a plane, chance decides which are near.
    evaluate(notebook, "w.close()")
    cell(notebook, VIEW, "w = xai.EmbeddingExplorer(np.eye(60), labels=[f'word {i}' for i in range(60)], k=5)\nw")
    root = notebook.output(VIEW).locator(".xai-root")
    unfold(root)
    measured(notebook, root, "No better than random")
    expect(root.locator("[data-xai=grey-a]")).to_contain_text("PCA: No better than random. It is shown in grey.")
    expect(root.locator(".xai-map")).to_have_css("filter", "grayscale(1) opacity(0.6)")
    root.get_by_role("button", name="Show it anyway").click()
    expect(root.locator(".xai-map")).to_have_css("filter", "none")
