"""What a model does with a whole population of rows: frozen results that need numpy alone."""

from xai_widgets.populations.base import PopulationResult
from xai_widgets.populations.contributions import Contributions
from xai_widgets.populations.effects import Curve, Effects, Surface
from xai_widgets.populations.importances import Importances
from xai_widgets.populations.tree import Node, SurrogateTree

__all__ = ["Contributions", "Curve", "Effects", "Importances", "Node", "PopulationResult", "Surface", "SurrogateTree"]
