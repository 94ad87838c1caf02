"""What a text widget computes of its text: each version of it is read anew, as other tokens."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from xai_widgets.inputs import rewritten
from xai_widgets.prepare import read_passage
from xai_widgets.widgets.session import Session

if TYPE_CHECKING:
    from xai_widgets.inputs import Inputs
    from xai_widgets.models import Model, TorchModel
    from xai_widgets.results import Attribution
    from xai_widgets.widgets.session import Edits, Seen


class TextSession(Session):
    """Model and text of one widget.

    Parameters
    ----------
    model : TorchModel
        As it was adapted, before it has seen a text.
    text : str
    tokenizer : object or None
        None for a function of texts.
    mask : str or None
        The tokenizer's mask token.
    seed, time_budget
        As of `Session`.
    notes : tuple of str
        Sentences that the reader of every result should see.

    Raises
    ------
    TypeError, ValueError, ModelError
        As of :func:`~xai_widgets.prepare.read_passage`.
    """

    kept = 32

    def __init__(
        self,
        model: TorchModel,
        text: str,
        tokenizer: Any,
        *,
        mask: str | None,
        seed: int,
        time_budget: float | None,
        notes: tuple[str, ...] = (),
    ) -> None:
        self._plain, self._tokenizer, self._notes = model, tokenizer, notes
        self.text, self.mask = text, mask
        fed, inputs = self._read(text)
        super().__init__(fed, inputs, seed, time_budget)

    def close(self) -> None:
        """Let go of model, input and results; a step under way keeps its own hold on them until it ends."""
        super().close()
        del self._plain, self._tokenizer

    def _read(self, text: str) -> tuple[Model, Inputs]:
        model, inputs = read_passage(self._plain, text, self._tokenizer, None)
        return model, replace(inputs, notes=(*self._notes, *inputs.notes))

    def _edited(self, edits: Edits) -> tuple[Model, Inputs]:
        text = rewritten(self.text, edits, self.mask)
        if text == self.text:
            return self.model, self.inputs
        if not text.strip():
            msg = "Nothing is left of the text: take an edit back."
            raise ValueError(msg)
        return self._read(text)

    def _dressed(self, result: Attribution, seen: Seen, edits: Edits) -> Attribution:
        if result.text is None:
            shape = list(result.values.shape)
            count = 0 if seen.inputs.text is None else len(seen.inputs.text)
            msg = f"Values of shape {shape} are not one of each of {count} tokens. Leave layer at its default."
            raise ValueError(msg)
        return replace(result, edits=tuple(one.to_dict() for one in edits))


def mask_of(tokenizer: Any) -> str | None:
    """Return how a tokenizer spells its mask; None where it has none."""
    spelt = getattr(tokenizer, "mask_token", None)
    if isinstance(spelt, str) and spelt:
        return spelt
    number = getattr(tokenizer, "token_to_id", None)
    if not callable(number):
        return None
    return next((one for one in ("[MASK]", "<mask>", "<MASK>") if number(one) is not None), None)
