"""Vectors of words: what lies near what, what a map of them keeps, and how well they agree with people."""

from xai_widgets.embeddings.analogies import Analogy
from xai_widgets.embeddings.clusters import Separation
from xai_widgets.embeddings.neighbours import METRICS, Neighbour
from xai_widgets.embeddings.projections import PROJECTIONS, Layout
from xai_widgets.embeddings.sources import word_vectors
from xai_widgets.embeddings.validity import Agreement
from xai_widgets.embeddings.vectors import WordVectors
from xai_widgets.embeddings.words import UnknownWordError

__all__ = [
    "METRICS",
    "PROJECTIONS",
    "Agreement",
    "Analogy",
    "Layout",
    "Neighbour",
    "Separation",
    "UnknownWordError",
    "WordVectors",
    "word_vectors",
]
