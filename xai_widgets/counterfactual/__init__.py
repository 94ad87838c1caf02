"""What would have to change for another answer: searches for counterfactuals, one file a family."""

from xai_widgets.counterfactual.beam import FewestEdits
from xai_widgets.counterfactual.bound import Bound
from xai_widgets.counterfactual.code_problem import DecodedProblem, WaveProblem
from xai_widgets.counterfactual.constraints import Constraints
from xai_widgets.counterfactual.edits import deletion, editable, insertion, replacement, rewritten
from xai_widgets.counterfactual.goals import Goal, continuation_goal, resolve_goal
from xai_widgets.counterfactual.gradient import GradientRows
from xai_widgets.counterfactual.menu import about, effects, menu
from xai_widgets.counterfactual.pictures import PictureProblem, PictureSubject
from xai_widgets.counterfactual.problem import Sources, TextProblem
from xai_widgets.counterfactual.region_problem import RegionProblem
from xai_widgets.counterfactual.regions import FewestRegions
from xai_widgets.counterfactual.row_problem import RowProblem
from xai_widgets.counterfactual.runs import SearchRun
from xai_widgets.counterfactual.sampling import GeneticRows, NearestRows, RandomRows
from xai_widgets.counterfactual.search import SEARCHES, Search, SearchState, create_search, register_search
from xai_widgets.counterfactual.spheres import GrowingSpheres
from xai_widgets.counterfactual.walks import LatentPicture, SmoothPicture

__all__ = [
    "SEARCHES",
    "Bound",
    "Constraints",
    "DecodedProblem",
    "FewestEdits",
    "FewestRegions",
    "GeneticRows",
    "Goal",
    "GradientRows",
    "GrowingSpheres",
    "LatentPicture",
    "NearestRows",
    "PictureProblem",
    "PictureSubject",
    "RandomRows",
    "RegionProblem",
    "RowProblem",
    "Search",
    "SearchRun",
    "SearchState",
    "SmoothPicture",
    "Sources",
    "TextProblem",
    "WaveProblem",
    "about",
    "continuation_goal",
    "create_search",
    "deletion",
    "editable",
    "effects",
    "insertion",
    "menu",
    "register_search",
    "replacement",
    "resolve_goal",
    "rewritten",
]
