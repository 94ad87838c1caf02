"""How far an explanation can be trusted: measures of it, one file a family, each registered once."""

from xai_widgets.evaluation.base import METRICS, Metric, Reading, create_metrics, register_metric
from xai_widgets.evaluation.compare import compare_steps
from xai_widgets.evaluation.completeness import Completeness
from xai_widgets.evaluation.deletion import Deletion, Insertion
from xai_widgets.evaluation.infidelity import Infidelity
from xai_widgets.evaluation.localisation import PointingGame, RelevanceMass
from xai_widgets.evaluation.randomisation import Randomisation
from xai_widgets.evaluation.road import Road
from xai_widgets.evaluation.runs import evaluate_steps
from xai_widgets.evaluation.shape import Complexity, Sparseness
from xai_widgets.evaluation.stability import MaxSensitivity, SeedSpread
from xai_widgets.evaluation.subject import Subject, mask_of

__all__ = [
    "METRICS",
    "Completeness",
    "Complexity",
    "Deletion",
    "Infidelity",
    "Insertion",
    "MaxSensitivity",
    "Metric",
    "PointingGame",
    "Randomisation",
    "Reading",
    "RelevanceMass",
    "Road",
    "SeedSpread",
    "Sparseness",
    "Subject",
    "compare_steps",
    "create_metrics",
    "evaluate_steps",
    "mask_of",
    "register_metric",
]
