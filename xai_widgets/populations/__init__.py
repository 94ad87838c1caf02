"""What a model does with a whole population of rows: frozen results that need numpy alone."""

from xai_widgets.populations.base import PopulationResult
from xai_widgets.populations.effects import Curve, Effects, Surface
from xai_widgets.populations.importances import Importances

__all__ = ["Curve", "Effects", "Importances", "PopulationResult", "Surface"]
