"""A model as a function of texts: each is divided into tokens anew, so what is scored is what a user would give."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, TypeVar

import torch
from torch import Tensor, nn

from xai_widgets.models.dividing import Calls
from xai_widgets.models.outputs import tensor_of
from xai_widgets.models.precision import widened
from xai_widgets.models.tokens import plainly

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from typing_extensions import Self

    from xai_widgets.models.module import TorchModel
    from xai_widgets.results import Prediction

T = TypeVar("T")


class Packed:
    """Feed of a model of tokens: rows (n, fields, tokens) of whole numbers, of texts that have as many tokens.

    Parameters
    ----------
    names : sequence of str
        Of the model's arguments, the tokens first.
    named : bool
        Whether they go in by names.
    read : callable, optional
        From the model's output and the tokens (n, tokens) to scores (n, outputs).
    more : mapping, optional
        Arguments that are the same for all texts, by names.
    """

    def __init__(
        self,
        names: Sequence[str],
        *,
        named: bool,
        read: Callable[[Any, Tensor], Tensor] | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> None:
        self.names, self._named, self._read, self._more = tuple(names), named, read, more or {}

    def __call__(self, module: nn.Module, rows: Tensor) -> Any:
        """Return the model's output, or what is read of it."""
        given = {name: rows[:, i].contiguous() for i, name in enumerate(self.names)}
        with plainly(module):
            output = module(**given, **self._more) if self._named else module(*given.values(), **self._more)
        return output if self._read is None else self._read(output, rows[:, 0])

    def describe(self, rows: Tensor) -> str:
        """Say what was fed."""
        return f"{len(rows)} texts of {rows.shape[-1]} tokens on {rows.device}"


class Listed:
    """Feed of a function of texts: rows (n, 1, 1) say which of the texts it is given."""

    def __init__(self) -> None:
        self._calls = Calls()
        self._texts: list[str] = []
        self._places: dict[str, int] = {}

    def encode(self, texts: Sequence[str]) -> list[Tensor]:
        """Give each text a number, and return them as tensors (1, 1)."""
        for text in texts:
            if text not in self._places:
                self._places[text] = len(self._texts)
                self._texts.append(text)
        return [torch.tensor([[self._places[text]]]) for text in texts]

    def __call__(self, module: nn.Module, rows: Tensor) -> Any:
        """Return the function's scores."""
        return self._calls(module.function, [self._texts[i] for i in rows.flatten().tolist()], rows)

    def describe(self, rows: Tensor) -> str:
        """Say what was fed."""
        return f"a list of {len(rows)} texts"


class AtToken:
    """Reads of a masked language model what it says at the first place of one token, ``(n, vocabulary)``."""

    def __init__(self, token: int) -> None:
        self._token = token

    def __call__(self, output: Any, ids: Tensor) -> Tensor:
        """Return the scores there."""
        scores = _of_positions(output)
        places = (ids == self._token).int().argmax(1)
        return scores[torch.arange(len(scores), device=scores.device), places]


def likelihood(output: Any, ids: Tensor) -> Tensor:
    """Read of a language model the mean log-likelihood of each token after the first, in nats, ``(n, 1)``."""
    scores = _of_positions(output)[:, :-1].float().log_softmax(-1)
    return scores.gather(2, ids[:, 1:, None])[..., 0].mean(1, keepdim=True)


def _of_positions(output: Any) -> Tensor:
    scores = tensor_of(output)
    if scores is None or scores.ndim != 3:  # noqa: PLR2004  texts, tokens, vocabulary
        got = type(output).__name__ if scores is None else f"shape {list(scores.shape)}"
        msg = f"A language model must return scores for each position, [n, tokens, vocabulary], got {got}."
        raise TypeError(msg)
    return scores


class TextScorer:
    """Scores of any texts.

    Texts of as many tokens go through the model together, so nothing is padded: a text's scores are those that it has
    alone, up to rounding, for models without a padding token or a mask too.

    Parameters
    ----------
    model : TorchModel
        Fed by what `encode` makes.
    encode : callable
        From texts to tensors (fields, tokens), one each.
    """

    def __init__(self, model: TorchModel, encode: Callable[[Sequence[str]], list[Tensor]]) -> None:
        self.model, self._encode = model.plain(), encode

    def fresh(self) -> Self:
        """Return the same with counts at zero, for one run; weights trained meanwhile are taken up."""
        twin = copy.copy(self)
        twin.model = self.model.fresh().plain()
        return twin

    def predict(self, text: str) -> Prediction:
        """Say what the model makes of one text, alone."""
        return self.model.predict(self._encode([text])[0].to(self.model.device))

    def readable(self, text: str) -> bool:
        """Tell whether there is anything of this text that the model could eat."""
        return self._encode([text])[0].shape[-1] > 0

    def batches(self, texts: Sequence[str], then: Callable[[Tensor], T]) -> Iterator[tuple[list[int], T]]:
        """Score texts, in batches that find their own size.

        Parameters
        ----------
        texts : sequence of str
        then : callable
            What to keep of the scores (n, outputs), on the model's device and as precise as that can be.

        Yields
        ------
        (list of int, object)
            Which texts, and what `then` made of their scores. Texts without any token are left out.
        """
        encoded = self._encode(texts)
        groups: dict[int, list[int]] = {}
        for i, one in enumerate(encoded):
            groups.setdefault(one.shape[-1], []).append(i)
        for length, members in groups.items():
            if length:
                work = _Work(self.model, encoded, members, then)
                for rows, result in self.model.batches(len(members), work):
                    yield members[rows], result

    def all(self, texts: Sequence[str]) -> Tensor:
        """Score texts at once: (n, outputs), float64 on the CPU.

        Raises
        ------
        ValueError
            For a text in which the tokenizer finds nothing.
        """
        found: dict[int, Tensor] = {}
        for places, scores in self.batches(texts, lambda scores: scores.cpu().double()):
            found.update(zip(places, scores, strict=True))
        empty = next((text for i, text in enumerate(texts) if i not in found), None)
        if empty is not None:
            msg = f"The tokenizer finds no token in the text {empty[:40]!r}."
            raise ValueError(msg)
        return torch.stack([found[i] for i in range(len(texts))])


class _Work:
    """One batch of texts of one length."""

    def __init__(
        self, model: TorchModel, encoded: list[Tensor], members: list[int], then: Callable[[Tensor], Any]
    ) -> None:
        self._model, self._encoded, self._members, self._then = model, encoded, members, then

    def __call__(self, rows: slice) -> Any:
        batch = torch.stack([self._encoded[i] for i in self._members[rows]]).to(self._model.device)
        return self._then(widened(self._model.scores(batch)))


class Spelled:
    """Feed of a function of texts: rows (n, pieces) say which pieces of one text it is given.

    Parameters
    ----------
    text : str
    pieces : sequence of (int, int)
        First character of each and the one after its last. A piece stays where its number is above one half.
    """

    def __init__(self, text: str, pieces: Sequence[tuple[int, int]]) -> None:
        self._calls = Calls()
        self._text, self._pieces = text, tuple(pieces)

    def __call__(self, module: nn.Module, rows: Tensor) -> Any:
        """Return the function's scores."""
        return self._calls(module.function, [self.spell(row) for row in (rows > 1 / 2).tolist()], rows)

    def spell(self, kept: Sequence[bool]) -> str:
        """Return the text without the pieces that are not kept, and without the space that each leaves behind."""
        spelt, end = "", 0
        for (start, stop), stays in zip(self._pieces, kept, strict=True):
            between = self._text[end:start]
            # Of the spaces on both sides of what is gone, those of one side are enough.
            doubled = between.isspace() and (not spelt or spelt[-1].isspace())
            spelt += ("" if doubled else between) + (self._text[start:stop] if stays else "")
            end = stop
        return self._text if all(kept) else (spelt + self._text[end:]).strip()

    def describe(self, rows: Tensor) -> str:
        """Say what was fed."""
        return f"a list of {len(rows)} texts"
