"""Other ways to go back through a network than its gradient, one rule an operation.

Rules sit on operations, not on modules: a network written with modules, with functions, in place or with a module
used twice is the same sequence of operations, and gets the same numbers.
"""

from __future__ import annotations

from xai_widgets.models.rules.attending import AttentionWatch
from xai_widgets.models.rules.attention import AttentionRelevance
from xai_widgets.models.rules.mode import Rules
from xai_widgets.models.rules.rectifiers import Rectifiers
from xai_widgets.models.rules.relevance import Relevance
from xai_widgets.models.rules.rescale import Rescale
from xai_widgets.models.rules.shares import COMPOSITES
from xai_widgets.models.rules.watch import Watch

__all__ = ["COMPOSITES", "AttentionRelevance", "AttentionWatch", "Rectifiers", "Relevance", "Rescale", "Rules", "Watch"]
