"""What an image widget computes of its picture."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from xai_widgets.api.picture_changes import changed_picture
from xai_widgets.counterfactual import PictureSubject, SearchRun
from xai_widgets.inputs import Inputs, perturb
from xai_widgets.widgets.image_ways import NO_DECODER, search_of
from xai_widgets.widgets.session import Session

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from torch import Tensor

    from xai_widgets.api.picture_codes import Codes
    from xai_widgets.changes import Counterfactuals
    from xai_widgets.models import Model
    from xai_widgets.results import Attribution
    from xai_widgets.widgets.session import Edits, Observation
    from xai_widgets.wire import Seek

PARTS = 50
"""So often a search that finds nothing new says how far it is."""


class ImageSession(Session):
    """Model and picture of one widget."""

    _photo: tuple[Inputs, NDArray[np.uint8]] | None = None
    """The newest edited input and its photo, which all results of a run show."""

    other: Tensor | None = None
    """What the model eats of a second picture."""

    codes: Codes | None = None
    """A decoder of pictures."""

    def ready(self) -> None:
        """Find out how `preprocess` maps the photo."""
        guess = self.inputs
        found = guess.traced() if guess.traced else guess
        if vars(self).get("inputs") is guess:  # else it was closed meanwhile
            self.inputs = found

    def search(self, edits: Edits, asked: Seek) -> Iterator[Counterfactuals | None]:
        """Search for changes of the edited picture for another answer; None where little is new."""
        search = search_of(asked)
        other = self.other if asked.way == "other" else None
        codes = self.codes if asked.way == "latent" else None
        if asked.way == "other" and other is None:
            msg = "There is no other picture yet: choose a file, or give the widget other=..."
            raise ValueError(msg)
        if asked.way == "latent" and codes is None:
            raise ValueError(NO_DECODER)
        if codes is not None and codes.encoder is None and edits:
            msg = "The code that was given is of the picture without changes: undo them first, or give an encoder."
            raise ValueError(msg)
        seen = self.see(edits)
        subject = PictureSubject(seen.model, seen.inputs, seen.prediction)
        options: dict[str, Any] = {"within": asked.within, "seed": self.seed, "other": other, "codes": codes}
        problem = changed_picture(search, subject, asked.target, **options)
        told: tuple[Any, ...] = ()
        for found in SearchRun(search, problem, n=asked.n, seed=self.seed, time_budget=self.time_budget):
            news = (found.candidates, math.floor(found.fraction * PARTS))
            yield found if news != told or found.fraction == 1 else None
            told = news

    def close(self) -> None:
        """Let go of model, input and results; a step under way keeps its own hold on them until it ends."""
        super().close()
        self._photo = self.other = self.codes = None

    def _edited(self, edits: Edits) -> tuple[Model, Inputs]:
        return self.model, perturb(self.inputs, edits, self.seed)

    def _dressed(self, result: Attribution, seen: Observation, edits: Edits) -> Attribution:
        if result.photo is None:
            shape = list(result.values.shape)
            msg = f"Values of shape {shape} are no map of the picture. Choose a layer with height and width."
            raise ValueError(msg)
        photo = self._edited_photo(seen.inputs) if seen.edited else seen.inputs.photo
        return replace(result, photo=photo, edits=tuple(one.to_dict() for one in edits))

    def _edited_photo(self, inputs: Inputs) -> NDArray[np.uint8]:
        if self._photo is None or self._photo[0] is not inputs:
            self._photo = inputs, edited_photo(inputs)
        return self._photo[1]


def edited_photo(inputs: Inputs) -> NDArray[np.uint8]:
    """Return the display photo with what the model sees of the edited picture in its place."""
    assert inputs.photo is not None
    assert inputs.region is not None
    photo = Image.fromarray(inputs.photo)
    x0, y0, x1, y1 = (round(edge) for edge in inputs.region)
    view = Image.fromarray(inputs.view()).resize((max(1, x1 - x0), max(1, y1 - y0)), Image.Resampling.BILINEAR)
    photo.paste(view, (x0, y0))
    return np.asarray(photo)
