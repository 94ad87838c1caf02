"""A model as a function of texts, and what else is known of the text that it starts from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from xai_widgets.inputs import encode_texts, read_text
from xai_widgets.models.callables import PlainFunction
from xai_widgets.models.feeds import Reduced
from xai_widgets.models.stand_ins import all_vectors
from xai_widgets.models.texts import Listed, Packed, TextScorer
from xai_widgets.models.tokens import LastPosition, find_embedding, longest_text, only_last
from xai_widgets.prepare.read import read_for
from xai_widgets.prepare.text import accepted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from xai_widgets.inputs import Inputs
    from xai_widgets.models import TorchModel
    from xai_widgets.results import Prediction


@dataclass(frozen=True, eq=False)
class Subject:
    """A text, and the model as a function of it and of other texts.

    Attributes
    ----------
    text : str
    prediction : Prediction
        What the model says of it.
    scorer : TextScorer
    tokenizer : object
        None for a function of texts.
    embedded : TorchModel or None
        The model as a function of the vectors of this text's tokens, where it can be differentiated.
    inputs : Inputs or None
        These vectors, and where the tokens lie.
    vectors : Tensor or None, shape (vocabulary, features)
        Of all tokens, where the model has a table of them.
    notes : tuple of str
        What the reader should know, such as how much of the text was cut off.
    """

    text: str
    prediction: Prediction
    scorer: TextScorer
    tokenizer: Any = None
    embedded: TorchModel | None = None
    inputs: Inputs | None = None
    vectors: Tensor | None = None
    notes: tuple[str, ...] = ()


def subject_of(model: TorchModel, text: Any, tokenizer: Any = None) -> Subject:
    """Make a model a function of texts.

    Parameters
    ----------
    model : TorchModel
        Of a model of tokens, or a function of a list of texts.
    text : str
    tokenizer : object, optional
        The one that belongs to the model; none for a function of texts.

    Raises
    ------
    TypeError, ValueError
        For what is no text, for an empty one, for a model of tokens without its tokenizer or with another's.
    """
    if not isinstance(text, str):
        msg = f"the input must be a text, got {type(text).__name__}."
        raise TypeError(msg)
    if tokenizer is None:
        if not isinstance(model.module, PlainFunction):
            msg = "a model of tokens needs its tokenizer for a text: pass tokenizer=..."
            raise TypeError(msg)
        if not text.strip():
            msg = "the text is empty: give at least one word."
            raise ValueError(msg)
        feed = Listed()
        scorer = TextScorer(model.fed(feed, getattr(model.module, "task_told", None)), feed.encode)
        return Subject(text, scorer.predict(text), scorer)
    embedded, inputs = read_for(model, text, tokenizer=tokenizer)
    embedded.predict(inputs.x)  # which tells what the scores stand for
    names, named = names_for(model, text, tokenizer)
    limit = longest_text(model.module)
    packed = Packed(names, named=named, more=only_last(model.module))
    fed = model.fed(Reduced(packed, LastPosition()), embedded.task)
    fed.labels = embedded.labels
    scorer = TextScorer(fed, lambda texts: encode_texts(texts, tokenizer, names, limit))
    ids = encode_texts([text], tokenizer, names, limit)[0].to(model.device)
    layer, like = find_embedding(model.module, ids[:1], lambda: fed.scores(ids[None]))
    vectors = all_vectors(model.module, layer, like)
    return Subject(text, scorer.predict(text), scorer, tokenizer, embedded, inputs, vectors, inputs.notes)


def names_for(model: TorchModel, text: str, tokenizer: Any) -> tuple[Sequence[str], bool]:
    """Return the names of what a model takes of what a tokenizer makes, and whether it goes in by them."""
    _, tensors = read_text(text, tokenizer, longest_text(model.module))
    given, named = accepted(model.module, {name: one[0] for name, one in tensors.items()})
    # Without names, the tokens alone go in, in first place.
    return (tuple(given), True) if named else (("input_ids",), False)
