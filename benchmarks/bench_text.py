"""Texts: integrated gradients of a sentence's tokens, gradients of a language model's, Shapley values of words.

The networks are the sentiment classifier of the samples and its language model. Integrated gradients go from padding
between the special tokens to the sentence; the error is the relative L2 distance of the tokens' sums from the
integral over very many midpoints. Shapley values are of taking words out of the text; their error is against all
coalitions, root mean square over seeds, for which the score of each coalition is computed once and looked up.
The language model is asked by each as its users ask it, for the score of the next token. What ours takes beyond the two
passes is mostly the fingerprint of the weights, by which a result says of which model it is.

Feature ablation is of networks of the size of BERT-base and of GPT-2 with six layers, with random weights: time
does not depend on them. Each token's vector is replaced by zeros.
"""

from __future__ import annotations

import math
import time
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from measure import arguments, missing, ready, relative_l2, stand_in_for_numba, table, took
from torch import Tensor, nn

import xai_widgets as xai
from xai_widgets.samples import language_model, sentiment

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

SENTENCE = (
    "The cast is warm and the script is often funny, but a dull second half and an ending that nobody could believe "
    "make it a film that is easier to admire than to love."
)
SHORT = "A warm and often funny film with a dull ending"
TWENTY = SHORT + " that nobody could quite believe but everyone will surely love"
BEGUN, NEXT = "The capital of France is", " Paris"
STEPS = (17, 25, 50)
MOST = 257
FRESH = 1
INTERPRET = "transformers-interpret, 50 steps, of the probability"


class Passes:
    """Count the inputs that a module is given."""

    def __init__(self, module: nn.Module) -> None:
        self.count = 0
        self.handle = module.register_forward_pre_hook(self._add, with_kwargs=True)

    def _add(self, _module: nn.Module, args: tuple[Any, ...], named: dict[str, Any]) -> None:
        given = args[0] if args else next(one for one in named.values() if isinstance(one, Tensor))
        self.count += len(given)


# --- integrated gradients -------------------------------------------------------------------------------------


def ends(tokenizer: Any, text: str) -> tuple[Tensor, Tensor]:
    """Return the tokens of a text, and the same with padding between the special ones."""
    ids = tokenizer(text, return_tensors="pt")["input_ids"]
    base = torch.full_like(ids, tokenizer.pad_token_id)
    base[0, 0], base[0, -1] = ids[0, 0], ids[0, -1]
    return ids, base


def reference(model: Any, ids: Tensor, base: Tensor, points: int, *, softmax: bool = False) -> Tensor:
    """Integrate a class's score, or its probability, over midpoints, with nothing but torch; one value a token."""
    vectors = model.get_input_embeddings()
    start, way = vectors(base).detach(), (vectors(ids) - vectors(base)).detach()
    total = torch.zeros(way.shape[1:], dtype=torch.float64)
    for alpha in ((torch.arange(points) + 0.5) / points).split(8):
        leaf = (start + alpha[:, None, None] * way).requires_grad_()
        logits = model(inputs_embeds=leaf).logits
        score = (logits.softmax(-1) if softmax else logits)[:, FRESH].sum()
        (gradient,) = torch.autograd.grad(score, leaf)
        total += gradient.double().sum(0)
    return (total / points * way[0]).sum(-1)


def captum(model: Any, ids: Tensor, base: Tensor, steps: int, at_once: int | None = None) -> Tensor:
    from captum.attr import LayerIntegratedGradients  # noqa: PLC0415

    peer = LayerIntegratedGradients(lambda tokens: model(tokens).logits, model.get_input_embeddings())
    found: Tensor = peer.attribute(ids, baselines=base, target=FRESH, n_steps=steps, internal_batch_size=at_once)
    return found[0].sum(-1)


def interpret(model: Any, tokenizer: Any) -> Tensor:
    from transformers_interpret import SequenceClassificationExplainer  # noqa: PLC0415

    explainer = SequenceClassificationExplainer(model, tokenizer)
    return torch.tensor([value for _, value in explainer(SENTENCE, index=FRESH)])


def paths(model: Any, tokenizer: Any, *, quick: bool) -> None:
    ids, base = ends(tokenizer, SENTENCE)
    wanted = reference(model, ids, base, 256 if quick else 2048)
    start = model.get_input_embeddings()(base)[0].detach()
    print(f"Integrated gradients of {ids.shape[1]} tokens")
    peers: dict[str, Callable[[], Tensor]] = {}
    if not missing("captum==0.9.0"):
        ready("captum.attr")
        peers |= {f"captum, {steps} steps": partial(captum, model, ids, base, steps) for steps in STEPS}
        peers[f"captum, {STEPS[-1]} steps, 8 at once"] = partial(captum, model, ids, base, STEPS[-1], 8)
        if not missing("transformers_interpret==0.10.0"):
            ready("transformers_interpret")
            peers[INTERPRET] = partial(interpret, model, tokenizer)
    repeats = 1 if quick else 3
    # The first call of either imports and looks around.
    for work in (*peers.values(), lambda: first_within(model, tokenizer, start, wanted, math.inf)):
        work()
    times = took(*peers.values(), repeats=repeats)
    rows: list[list[Any]] = []
    for (label, work), peer in zip(peers.items(), times, strict=True):
        theirs = wanted
        if label == INTERPRET:
            # It explains the probability, and scales its values to length one: they are 0.7 from those of the score.
            theirs = reference(model, ids, base, 256, softmax=True)
            theirs = theirs / theirs.norm()
        error = relative_l2(peer.result, theirs)
        counter = Passes(model.bert.encoder)
        work()
        counter.handle.remove()
        rows.append([label, peer.cpu, peer.wall, counter.count, error, None])
        runs = [first_within(model, tokenizer, start, wanted, error) for _ in range(repeats)]
        ours = sorted(one for one in runs if one is not None)  # by CPU seconds
        if ours:
            rows.append(["  ours, at its error", *ours[len(ours) // 2], peer.cpu / ours[len(ours) // 2][0]])
    asked = {"tokenizer": tokenizer, "target": FRESH, "baselines": start}
    (run,) = took(lambda: xai.attribute(model, SENTENCE, "integrated_gradients", **asked), repeats=repeats)
    mine, values = run.result, torch.as_tensor(run.result.values)
    rows.append(["ours, as it stops by itself", run.cpu, run.wall, mine.forwards, relative_l2(values, wanted), None])
    table(["", "CPU s", "wall s", "forwards", "error", "CPU ratio"], rows)


def first_within(model: Any, tokenizer: Any, start: Tensor, wanted: Tensor, error: float) -> list[Any] | None:
    """Run ours from nothing until it is as near."""
    given = {"tokenizer": tokenizer, "target": FRESH, "baselines": start, "tolerance": 0.0, "n_steps": MOST}
    cpu, wall = time.process_time(), time.perf_counter()
    for one in xai.attribute_iter(model, SENTENCE, "integrated_gradients", **given):
        spent = time.process_time() - cpu, time.perf_counter() - wall
        here = relative_l2(torch.as_tensor(one.values), wanted)
        if here <= error:
            return [*spent, one.forwards, here]
        # The clock stands while the error is measured.
        cpu, wall = time.process_time() - spent[0], time.perf_counter() - spent[1]
    return None


# --- a language model -----------------------------------------------------------------------------------------


def gradients(*, quick: bool) -> None:
    """Compare what both define alike: gradient times vector, summed, and the norm of the gradient."""
    print(f"Gradients of the score of {NEXT!r} after {BEGUN!r}")
    if missing("inseq==0.7.1", "jaxtyping", "wadler-lindig", "treescope"):
        return
    ready("inseq")
    import inseq  # noqa: PLC0415

    model, tokenizer = language_model()
    (target,) = tokenizer(NEXT)["input_ids"]
    count = len(tokenizer(BEGUN)["input_ids"])
    rows: list[list[Any]] = []
    for name, summed in (("input_x_gradient", True), ("saliency", False)):
        peer = inseq.load_model(model, name, tokenizer=tokenizer)
        asked = {"generated_texts": BEGUN + NEXT, "attributed_fn": "logit", "show_progress": False}
        works: tuple[Callable[[], Any], ...] = (
            partial(peer.attribute, BEGUN, **asked),
            partial(xai.attribute, model, BEGUN, name, tokenizer=tokenizer, target=target),
        )
        for work in works:  # the first call of either imports and looks around
            work()
        theirs, ours = took(*works, repeats=3 if quick else 9)
        found = theirs.result.sequence_attributions[0].target_attributions[:count, 0]
        found = found.sum(-1) if summed else found.norm(dim=-1)
        error = relative_l2(torch.as_tensor(ours.result.values), found)
        counter = Passes(model.model)
        works[0]()
        counter.handle.remove()
        passes = ours.result.forwards + ours.result.backwards
        rows.append([f"inseq, {name}", theirs.cpu, theirs.wall, 2 * counter.count, None, None])
        rows.append(["  ours", ours.cpu, ours.wall, passes, error, theirs.cpu / ours.cpu])
    table(["", "CPU s", "wall s", "passes", "difference", "CPU ratio"], rows)


# --- Shapley values -------------------------------------------------------------------------------------------


class Looked:
    """The scores of a text with words taken out, computed once for all coalitions; a function of texts."""

    def __init__(self, function: Callable[[list[str]], Any], text: str) -> None:
        self.words = text.split()
        count = len(self.words)
        rows = (np.arange(2**count)[:, None] >> np.arange(count) & 1).astype(bool)
        texts = [self.spell(row) for row in rows]
        scores = np.concatenate([function(texts[i : i + 32]) for i in range(0, len(texts), 32)])
        self.known = dict(zip(texts, scores, strict=True))

    def spell(self, row: Sequence[bool]) -> str:
        return " ".join(word for word, stays in zip(self.words, row, strict=True) if stays)

    def __call__(self, texts: list[str]) -> Any:
        return np.stack([self.known[text] for text in texts])


def library(function: Callable[[list[str]], Any], words: list[str], passes: int, *, seed: int = 0) -> Tensor:
    """SHAP's permutation explainer, of which words are there."""
    import shap  # noqa: PLC0415

    def scores(rows: np.ndarray[Any, Any]) -> Any:
        kept = rows > 1 / 2
        return function([" ".join(w for w, stays in zip(words, row, strict=True) if stays) for row in kept])[:, FRESH]

    count = len(words)
    masker = shap.maskers.Independent(np.zeros((1, count)))
    explainer = shap.explainers.Permutation(scores, masker, seed=seed)
    return torch.as_tensor(explainer(np.ones((1, count)), max_evals=passes, silent=True).values[0])


def text_partition(function: Callable[[list[str]], Any], tokenizer: Any) -> None:
    import shap  # noqa: PLC0415

    count = 0

    def counted(texts: Any) -> Any:
        nonlocal count
        count += len(texts)
        return function(list(texts))

    explainer = shap.Explainer(counted, shap.maskers.Text(tokenizer), algorithm="partition")
    cpu = time.process_time()
    explainer([SHORT], silent=True)
    print(f"  {count} passes, {time.process_time() - cpu:.2f} CPU s\n")


def ours(method: str, function: Callable[[list[str]], Any], words: list[str], passes: int, *, seed: int = 0) -> Tensor:
    samples = passes if method == "kernel_shap" else passes // (len(words) - 1)
    given: dict[str, Any] = {"n_samples": samples, "tolerance": 0.0, "target": FRESH}
    return torch.as_tensor(xai.attribute(function, " ".join(words), method, seed=seed, **given).values)


def shapley(model: Any, tokenizer: Any, *, quick: bool) -> None:
    words = SHORT.split()

    def function(texts: list[str]) -> Any:
        with torch.no_grad():
            return model(**tokenizer(texts, padding=True, return_tensors="pt")).logits.double().numpy()

    looked = Looked(function, SHORT)
    wanted = torch.as_tensor(xai.attribute(looked, SHORT, "exact_shapley", target=FRESH).values)
    orders, seeds = 5, 16 if quick else 64
    passes = orders * (2 * len(words) + 1)
    print(f"Shapley values of {len(words)} words, about {passes} passes, error over {seeds} seeds")
    works: dict[str, Callable[..., Tensor]] = {}
    if not missing("shap==0.51.0", "slicer==0.0.8", "cloudpickle"):
        stand_in_for_numba()
        ready("shap")
        works["shap, permutations"] = library
        print("  shap's partition explainer of texts: other values (Owen's, masking), for the passes it takes:")
        text_partition(function, tokenizer)
    works |= {f"ours, {name}": partial(ours, name) for name in ("shapley_sampling", "kernel_shap")}
    times = took(*(partial(work, function, words, passes) for work in works.values()), repeats=1 if quick else 3)
    rows: list[list[Any]] = []
    for (label, work), run in zip(works.items(), times, strict=True):
        every = [relative_l2(work(looked, words, passes, seed=seed), wanted) for seed in range(seeds)]
        counter = Passes(model)
        work(function, words, passes)
        counter.handle.remove()
        error = float(torch.tensor(every).square().mean().sqrt())
        rows.append([label, run.cpu, run.wall, counter.count, error, times[0].cpu / run.cpu])
    table(["", "CPU s", "wall s", "passes", "error", "shap / it" if "shap" in next(iter(works)) else ""], rows)


def twenty_words(model: Any, tokenizer: Any) -> None:
    """Time orders of more words than have all coalitions; texts of a batch are padded to the longest of them."""
    if missing("shap==0.51.0", "slicer==0.0.8", "cloudpickle"):
        return

    def function(texts: list[str]) -> Any:
        with torch.no_grad():
            return model(**tokenizer(texts, padding=True, return_tensors="pt")).logits.double().numpy()

    words = TWENTY.split()
    passes = 5 * (2 * len(words) + 1)
    works: dict[str, Callable[..., Tensor]] = {
        "shap, permutations": library,
        "ours, shapley_sampling": partial(ours, "shapley_sampling"),
    }
    times = took(*(partial(work, function, words, passes) for work in works.values()), repeats=5)
    print(f"Shapley values of {len(words)} words, about {passes} passes")
    rows = [[label, one.cpu, one.wall, times[0].cpu / one.cpu] for label, one in zip(works, times, strict=True)]
    table(
        ["", "CPU s", "wall s", "shap / it", "goal"],
        [[*row, goal] for row, goal in zip(rows, (None, 1.3), strict=True)],
    )


# --- feature ablation ------------------------------------------------------------------------------------------


def ablation(*, quick: bool) -> None:
    """Hide each token of an encoder and of a language model."""
    from transformers import BertConfig, BertForSequenceClassification, GPT2Config, GPT2LMHeadModel  # noqa: PLC0415

    if missing("captum==0.9.0"):
        return
    ready("captum.attr")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        hidden("BERT-base", BertForSequenceClassification(BertConfig()).eval(), 32, 1.7, quick=quick)
        hidden("GPT-2, 6 layers", GPT2LMHeadModel(GPT2Config(n_layer=6)).eval(), 64, 4.0, quick=quick)


def hidden(title: str, model: Any, tokens: int, goal: float, *, quick: bool) -> None:
    from captum.attr import FeatureAblation  # noqa: PLC0415

    ids = torch.randint(1000, 20_000, (tokens,))
    vectors = model.get_input_embeddings()(ids)[None].detach()

    def scores(rows: Tensor) -> Tensor:
        found: Tensor = model(inputs_embeds=rows).logits
        return found[:, -1] if found.ndim == vectors.ndim else found

    def peer(at_once: int) -> Tensor:
        asked = {
            "target": FRESH,
            "feature_mask": torch.arange(tokens)[None, :, None],
            "perturbations_per_eval": at_once,
        }
        with torch.no_grad():
            found: Tensor = FeatureAblation(scores).attribute(vectors, **asked)
        return found[0, :, 0]

    def own() -> Tensor:
        found = xai.attribute(model, ids, "feature_ablation", target=FRESH, baselines="zero")
        return torch.as_tensor(found.values).reshape(tokens, -1)[:, 0]

    print(f"Feature ablation of {tokens} tokens, {title}")
    own()  # the first looks around
    base, eight, ours = took(partial(peer, 1), partial(peer, 8), own, repeats=1 if quick else 3)
    rows: list[list[Any]] = [
        ["captum", base.cpu, base.wall, None, None, None],
        ["captum, 8 at once", eight.cpu, eight.wall, None, base.cpu / eight.cpu, None],
        ["ours", ours.cpu, ours.wall, relative_l2(ours.result, base.result), base.cpu / ours.cpu, goal],
    ]
    table(["", "CPU s", "wall s", "difference", "captum / it", "goal"], rows)


def main() -> None:
    given = arguments("Texts, by the sentiment classifier of the samples")
    model, tokenizer, _ = sentiment()
    paths(model, tokenizer, quick=given.quick)
    gradients(quick=given.quick)
    shapley(model, tokenizer, quick=given.quick)
    twenty_words(model, tokenizer)
    ablation(quick=given.quick)


if __name__ == "__main__":
    main()
