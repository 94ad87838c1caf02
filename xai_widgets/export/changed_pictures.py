"""Changed pictures as plain data, and back: every field is checked on its way in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from xai_widgets.export import checks
from xai_widgets.export.packed import packed, unpacked
from xai_widgets.export.record import plain
from xai_widgets.picture_changes import PictureCandidate

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xai_widgets.results import Prediction

PICTURE = ("|u1", 3, 2**26)
MASK = ("|u1", 2, 2**26)
RGB = 3


def picture_record(one: PictureCandidate) -> dict[str, Any]:
    """Return a candidate as plain data, but for its prediction."""
    return {
        **plain({**vars(one), "prediction": None, "picture": None, "mask": None}),
        "picture": packed(one.picture),
        "mask": packed(one.mask.view(np.uint8)),
    }


def picture_of(name: str, value: Any) -> NDArray[np.uint8]:
    """Check a picture."""
    found: NDArray[np.uint8] = unpacked(name, value, PICTURE)
    checks.hold(name, found.shape[2] == RGB and found.size > 0)
    return found


def picture_candidate(
    found: dict[str, Any], original: NDArray[np.uint8], prediction: Prediction, *, valid: bool
) -> PictureCandidate:
    """Build a candidate from what a file holds.

    Raises
    ------
    FileError
        Naming the first field that is not as it should be.
    """
    picture, mask = picture_of("picture", found.get("picture")), unpacked("mask", found.get("mask"), MASK)
    regions, edit, code = (checks.plain(name, found.get(name)) for name in ("regions", "edit", "code"))
    checks.hold("picture", picture.shape == original.shape)
    checks.hold("mask", mask.shape == original.shape[:2])
    checks.hold("regions", regions is None or (type(regions) is tuple and all(type(one) is int for one in regions)))
    checks.hold("code", code is None or (type(code) is tuple and all(type(one) in {int, float} for one in code)))
    checks.hold("edit", edit is None or isinstance(edit, dict))
    lists = edit and {name: list(one) if isinstance(one, tuple) else one for name, one in edit.items()}
    return PictureCandidate(
        picture=picture,
        mask=mask > 0,
        prediction=prediction,
        delta=checks.number("delta", found.get("delta")),
        distance=checks.number("distance", found.get("distance")),
        survives=checks.number("survives", found.get("survives")),
        regions=regions,
        edit=lists,
        code=None if code is None else tuple(map(float, code)),
        valid=valid,
    )
