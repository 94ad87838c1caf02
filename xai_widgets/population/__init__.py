"""What a model does with a whole population of rows: one file a method."""

from xai_widgets.population.accumulated import AccumulatedLocalEffects
from xai_widgets.population.curves import curves_of
from xai_widgets.population.dependence import PartialDependence
from xai_widgets.population.ice import Curves, grid_of, ice
from xai_widgets.population.overview import GlobalImportance
from xai_widgets.population.permutation import PermutationImportance
from xai_widgets.population.sensitivity import Sensitivity
from xai_widgets.population.study import STUDIES, Study, create_study, run_study
from xai_widgets.population.subject import Population
from xai_widgets.population.surrogate import Surrogate
from xai_widgets.population.truths import truths

__all__ = [
    "STUDIES",
    "AccumulatedLocalEffects",
    "Curves",
    "GlobalImportance",
    "PartialDependence",
    "PermutationImportance",
    "Population",
    "Sensitivity",
    "Study",
    "Surrogate",
    "create_study",
    "curves_of",
    "grid_of",
    "ice",
    "run_study",
    "truths",
]
