"""Every perturbation there is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from xai_widgets.inputs.occlude import Occlude
from xai_widgets.inputs.regions import Regions
from xai_widgets.inputs.sliders import Blur, Brightness, Contrast, Noise, Rotation

if TYPE_CHECKING:
    from xai_widgets.inputs.perturbation import Perturbation

PERTURBATIONS: dict[str, type[Perturbation]] = {
    cls.name: cls for cls in (Blur, Noise, Brightness, Contrast, Rotation, Occlude, Regions)
}
"""Every perturbation by name, in the order the widget shows them."""


def perturbation_from(edit: Any) -> Perturbation:
    """Build a perturbation from the protocol's `Edit`, trusting nothing in it.

    Raises
    ------
    TypeError, ValueError
        Saying what was expected and what came.
    """
    if not isinstance(edit, Mapping):
        msg = f"an edit must be a mapping such as {{'name': 'blur', 'value': 2}}, got {type(edit).__name__}."
        raise TypeError(msg)
    name = edit.get("name")
    if not isinstance(name, str) or name not in PERTURBATIONS:
        msg = f"there is no perturbation {name!r}; there are: {', '.join(PERTURBATIONS)}."
        raise ValueError(msg)
    return PERTURBATIONS[name].from_dict(edit)
