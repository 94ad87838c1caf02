"""How a language model goes on with a text, and what each new token owes to those before it."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from xai_widgets.attribution.runs import AGAIN, MIXED, RESTARTS, per_token
from xai_widgets.export import written_png, written_text
from xai_widgets.inputs import read_text
from xai_widgets.method import create
from xai_widgets.models import Likelihood, Target, continued
from xai_widgets.models.tokens import longest_text
from xai_widgets.prepare import read_passage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from xai_widgets.models import TorchModel
    from xai_widgets.text import Text

METHOD = "input_x_gradient"
"""By which a row is explained: one pass forward and one back."""


@dataclass(frozen=True, repr=False)
class Generated:
    """A text that a language model went on with.

    Attributes
    ----------
    prompt, text : str
        The text as it was, and what was written after it.
    tokens : tuple of (int, str, float)
        Number, text and probability of each token as it was drawn, the probability at a temperature of 1 and among all.
    whole : Text or None
        Prompt and text together, divided into tokens anew; None until all were drawn.
    rows : ndarray, float32, shape (rows, tokens)
        For each token of `whole` after the prompt, what those before it contribute to its log-likelihood, by input ×
        gradient; NaN from the token itself on. There are as many rows as were computed so far.
    first : int
        The token of `whole` that the first row explains.
    fraction : float
        Share of the work that is done, 0..1.
    notes : tuple of str
        What the reader should know.
    """

    prompt: str
    text: str = ""
    tokens: tuple[tuple[int, str, float], ...] = ()
    whole: Text | None = None
    rows: NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 0), np.float32))
    first: int = 0
    fraction: float = 0.0
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Generated({self.text!r} after {self.prompt[-40:]!r}, {len(self.rows)} rows of its map)"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        words = written_text(self.prompt, self.tokens, self.whole, self.rows)
        bundle: dict[str, Any] = {"text/plain": "\n".join([words, *self.notes])}
        if self.whole is not None and self.rows.size:
            bundle["image/png"] = written_png(self.whole, self.first, self.rows)
        return bundle


def generate(
    model: TorchModel, tokenizer: Any, prompt: str, count: int, *, temperature: float, top: int, seed: int
) -> Iterator[Generated]:
    """Write after a text, then explain what was written; yields after each token, and after each row of the map.

    Weights that change in the middle begin it anew; where they do so again and again, a note says what it is.

    Raises
    ------
    ValueError
        Where the model takes no more tokens.
    """
    options: dict[str, Any] = {"temperature": temperature, "top": top, "seed": seed}
    for again in range(RESTARTS + 1):
        weights = model.weights
        for one in _attempt(model, tokenizer, prompt, count, **options):
            changed = model.weights != weights
            if changed and again < RESTARTS:
                break
            yield replace(one, notes=(*((AGAIN,) if again else ()), *((MIXED,) if changed else ())))
        else:
            return


def _attempt(
    model: TorchModel, tokenizer: Any, prompt: str, count: int, *, temperature: float, top: int, seed: int
) -> Iterator[Generated]:
    limit = longest_text(model.module)
    text, tensors = read_text(prompt, tokenizer, limit)
    # What a tokenizer puts at the end of a text would be gone on after.
    ids = tensors["input_ids"][0][
        : len(text) - next(i for i, end in enumerate((*text.special[::-1], False)) if not end)
    ]
    room = count if limit is None else min(count, limit - len(ids))
    if text.cut or room < 1:
        msg = f"the text fills the {limit:,} tokens that the model takes: nothing can follow. Shorten it."
        raise ValueError(msg)
    said = Generated(prompt)
    start = len(_spelt(tokenizer, ids.tolist()))
    drawn: list[tuple[int, float]] = []
    options: dict[str, Any] = {"temperature": temperature, "top": top, "seed": seed, "ends": _ends(model, tokenizer)}
    for one in continued(model, ids, room, **options):
        drawn.append(one)
        written = _spelt(tokenizer, [*ids.tolist(), *(token for token, _ in drawn)])[start:]
        tokens = tuple((token, _spelt(tokenizer, [token]), chance) for token, chance in drawn)
        said = replace(said, text=written, tokens=tokens, fraction=len(drawn) / room / 2)
        yield said
    yield from _rows(model, tokenizer, said)


def _rows(model: TorchModel, tokenizer: Any, said: Generated) -> Iterator[Generated]:
    """Explain each token that was written, from the first to the last."""
    text = said.prompt + said.text
    _, inputs = read_passage(model, text, tokenizer, None)
    whole, method = inputs.text, create(METHOD, {})
    assert whole is not None, "a passage knows its text"
    within = whole.places([(len(said.prompt), len(text))])
    places = [i for i, one in enumerate(within) if one is not None and i > 0]
    rows = np.full((len(places), len(whole)), np.nan, np.float32)
    first = places[0] if places else 0
    for number, place in enumerate(places):
        fed, given = read_passage(model, text, tokenizer, Likelihood([(place, whole.ids[place])]))
        estimate = deque(method.run(fed, given, Target(0), 0), maxlen=1).pop()
        rows[number, :place] = per_token(estimate.values, method, given).float().cpu().numpy()[:place]
        done = (1 + (number + 1) / len(places)) / 2
        yield replace(said, whole=whole, rows=rows[: number + 1].copy(), first=first, fraction=done)
    yield replace(said, whole=whole, rows=rows, first=first, fraction=1.0)


def _spelt(tokenizer: Any, ids: list[int]) -> str:
    """Return the text of tokens, as it would stand in a text, without those that the tokenizer adds."""
    options = {"clean_up_tokenization_spaces": False} if hasattr(tokenizer, "convert_ids_to_tokens") else {}
    return str(tokenizer.decode(ids, skip_special_tokens=True, **options))


def _ends(model: TorchModel, tokenizer: Any) -> set[int]:
    """Return the tokens that end a text."""
    given = (
        getattr(getattr(model.module, "config", None), "eos_token_id", None),
        getattr(tokenizer, "eos_token_id", None),
    )
    return {one for many in given for one in (many if isinstance(many, list) else [many]) if isinstance(one, int)}
