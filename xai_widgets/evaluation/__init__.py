"""How far an explanation can be trusted: measures of it, one file a family, each registered once."""

from xai_widgets.evaluation.base import METRICS, Metric, Reading, create_metrics, register_metric
from xai_widgets.evaluation.deletion import Deletion, Insertion
from xai_widgets.evaluation.parts import Parts
from xai_widgets.evaluation.runs import evaluate_steps
from xai_widgets.evaluation.subject import Subject

__all__ = [
    "METRICS",
    "Deletion",
    "Insertion",
    "Metric",
    "Parts",
    "Reading",
    "Subject",
    "create_metrics",
    "evaluate_steps",
    "register_metric",
]
