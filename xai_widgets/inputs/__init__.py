"""What the user has, made into what the model eats, with the way back to the user's pixels."""

from xai_widgets.inputs.base import BASELINES, CHANNELS, STAND_INS, Inputs, References
from xai_widgets.inputs.edits import (
    Delete,
    Mask,
    Replace,
    TextEdit,
    check_edits,
    edit_from,
    edits_between,
    moved,
    rewritten,
)
from xai_widgets.inputs.fills import FILLS, filling
from xai_widgets.inputs.occlude import Occlude
from xai_widgets.inputs.passages import encode_texts, read_text
from xai_widgets.inputs.perturb import PERTURBATIONS, eaten, perturb, perturbation_from
from xai_widgets.inputs.perturbation import Perturbation, Slider
from xai_widgets.inputs.read import read_inputs
from xai_widgets.inputs.regions import Regions, runs_of
from xai_widgets.inputs.rows import batch_of
from xai_widgets.inputs.several import is_several, read_several, rows_of
from xai_widgets.inputs.sliders import Blur, Brightness, Contrast, Noise, Rotation
from xai_widgets.inputs.superpixels import grid_cells, superpixels
from xai_widgets.inputs.vocabulary import mask_of, whole_words

__all__ = [
    "BASELINES",
    "CHANNELS",
    "FILLS",
    "PERTURBATIONS",
    "STAND_INS",
    "Blur",
    "Brightness",
    "Contrast",
    "Delete",
    "Inputs",
    "Mask",
    "Noise",
    "Occlude",
    "Perturbation",
    "References",
    "Regions",
    "Replace",
    "Rotation",
    "Slider",
    "TextEdit",
    "batch_of",
    "check_edits",
    "eaten",
    "edit_from",
    "edits_between",
    "encode_texts",
    "filling",
    "grid_cells",
    "is_several",
    "mask_of",
    "moved",
    "perturb",
    "perturbation_from",
    "read_inputs",
    "read_several",
    "read_text",
    "rewritten",
    "rows_of",
    "runs_of",
    "superpixels",
    "whole_words",
]
