"""The live views: traits and messages in front, jobs behind."""

from xai_widgets.widgets.dispatch import explain
from xai_widgets.widgets.embedding import EmbeddingExplorer
from xai_widgets.widgets.image import ImageExplainer
from xai_widgets.widgets.population import PopulationExplorer
from xai_widgets.widgets.table import TabularExplainer
from xai_widgets.widgets.text import TextExplainer

__all__ = ["EmbeddingExplorer", "ImageExplainer", "PopulationExplorer", "TabularExplainer", "TextExplainer", "explain"]
