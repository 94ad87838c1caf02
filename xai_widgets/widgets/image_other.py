"""The second picture of an image widget: given from Python, or a file that a reader chose."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING, Any

from PIL import Image, UnidentifiedImageError

from xai_widgets.api.picture_changes import second_picture
from xai_widgets.export.payload import shrink
from xai_widgets.export.picture_diffs import THUMB
from xai_widgets.widgets.aside import Question
from xai_widgets.widgets.base import PREDICT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from torch import Tensor

    from xai_widgets.inputs import Inputs
    from xai_widgets.jobs import Worker
    from xai_widgets.results import Prediction
    from xai_widgets.widgets.image_session import ImageSession
    from xai_widgets.wire import Message, Other

FORMATS = ("JPEG", "PNG")
"""What views send, whatever was chosen."""

MOST_PIXELS = 2048**2
"""So many may a file that a reader chose have: a few bytes can stand for very many."""


class OtherPicture:
    """A second picture, and what the model says of it.

    Parameters
    ----------
    worker : Worker
    session : ImageSession
        Is given the picture.
    post : callable
        Sends a message to the views.
    preprocess : callable or None
        The widget's.
    chosen : callable
        Is told of a file that became a picture.
    """

    def __init__(
        self,
        worker: Worker,
        session: ImageSession,
        post: Callable[[Message], None],
        preprocess: Any,
        chosen: Callable[[Image.Image], None],
    ) -> None:
        self._session, self._preprocess, self._chosen = session, preprocess, chosen
        # Only Python's own thread can put random numbers back.
        self._random = preprocess is not None and session.inputs.traced is None
        # Before a search that is asked for right after it.
        self.question = Question(worker, "other", priority=PREDICT, post=post, empty={"picture": None, "label": None})

    def give(self, x: Tensor) -> None:
        """Take what the model eats of a picture that Python gave."""
        self._ask("", lambda: x)

    def choose(self, file: Other) -> None:
        """Take a file."""

        def read() -> Tensor:
            if self._random:
                msg = "preprocess draws random numbers, which only Python's own thread can put back: give other= there."
                raise ValueError(msg)
            picture = opened(file.data, grey=self._session.inputs.x.shape[0] == 1)
            x = second_picture(self._session.model, self._session.inputs, picture, self._preprocess)
            self._chosen(picture)
            return x

        self._ask(file.name, read)

    def _ask(self, name: str, read: Callable[[], Tensor]) -> None:
        session = self._session

        def steps() -> Iterator[tuple[Inputs, Prediction]]:
            session.other = None
            session.ready()
            x = read()
            prediction = session.model.predict(x)
            session.other = x
            yield replace(session.inputs, x=x), prediction

        def tell(answer: Message, found: tuple[Inputs, Prediction]) -> None:
            inputs, prediction = found
            answer.content["label"] = prediction.top(1)[0][0]
            answer.add("picture", shrink(inputs.view(), 3 * THUMB**2), "|u1")

        self.question.ask(steps, tell, {"name": name})


def opened(data: bytes, *, grey: bool) -> Image.Image:
    """Open a file from a browser, trusting nothing in it.

    Raises
    ------
    ValueError
        For anything but a picture of those formats and a moderate size.
    """
    try:
        picture = Image.open(BytesIO(data), formats=FORMATS)
        width, height = picture.size
        if width * height > MOST_PIXELS:
            msg = f"the picture must have at most {MOST_PIXELS:,} pixels, got {width} x {height}."
            raise ValueError(msg)
        return picture.convert("L" if grey else "RGB")
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError) as error:
        msg = f"the file must be a {' or '.join(FORMATS)} picture, and it cannot be read as one."
        raise ValueError(msg) from error
