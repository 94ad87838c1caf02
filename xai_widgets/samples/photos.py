"""A few real photos."""

from __future__ import annotations

from PIL import Image

from xai_widgets.samples.packages import folder

PACKAGE = "scikit-image"

PHOTOS = {
    "astronaut": "astronaut.png",
    "camera": "camera.png",
    "cat": "chelsea.png",
    "coffee": "coffee.png",
    "coins": "coins.png",
    "rocket": "rocket.jpg",
}
"""The names that `photo` knows, and the file of each."""


def photo(name: str = "cat") -> Image.Image:
    """Load a photo.

    The photos come from the package ``scikit-image``, and all are CC0 or without known copyright: *astronaut* (NASA),
    *camera* (Lav Varshney), *cat* (Chelsea, by Stefan van der Walt), *coffee* (Rachel Michetti), *coins* (Brooklyn
    Museum), *rocket* (SpaceX).

    Parameters
    ----------
    name
        One of `PHOTOS`.

    Returns
    -------
    Image
        The photo as it is; *camera* and *coins* are grey.

    Raises
    ------
    ValueError
        If there is no photo of that name.
    ImportError
        If the package is not installed.
    """
    if name not in PHOTOS:
        msg = f"expected the name of a photo, one of {', '.join(PHOTOS)}, got {name!r}"
        raise ValueError(msg)
    picture = Image.open(folder("skimage", PACKAGE) / "data" / PHOTOS[name])
    picture.load()  # all of it, which closes the file
    return picture
