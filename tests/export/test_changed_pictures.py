"""Changed pictures as text, frame, drawing and file."""

import io
import json

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

import xai_widgets as xai
from xai_widgets.export.picture_diffs import marked


class Corner(nn.Module):
    """Class 1 where the top left quarter is dark."""

    def forward(self, x):
        lead = 5 * (0.4 - x[..., :8, :8].mean((1, 2, 3)))
        return torch.stack([-lead, lead], 1)


@pytest.fixture(scope="module")
def found():
    return xai.counterfactuals(
        Corner(), torch.full((3, 16, 16), 0.9), regions=4, fill="colour", labels=["bright", "da\nrk <b>"], target=1
    )


def test_a_frame_tells_what_was_covered_and_how_sure_it_is(found):
    row = found.to_dataframe().iloc[0]
    assert (row.regions, row.changes, row.area) == ((0,), 1, 0.25)
    assert row.before == pytest.approx(1 / (1 + np.exp(5)), rel=0.01)
    assert row.probability == pytest.approx(1 / (1 + np.exp(-4)), rel=1e-4)
    assert row.delta == pytest.approx(row.probability - row.before)
    assert row.survives == 1
    assert row.distance == pytest.approx(0.25 * 230 / 255)


def test_it_is_said_and_drawn(found):
    bundle = found._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "image/png"}
    assert "covered: region 0" in bundle["text/plain"]
    assert "25.0% of the picture, stays in 3 of 3 copies" in bundle["text/plain"]
    assert "No smaller set of these 4 regions does it" in bundle["text/plain"]
    drawn = Image.open(io.BytesIO(bundle["image/png"]))
    assert drawn.width == 860
    lines = marked(found, found.candidates[0])
    inside = lines[: lines.shape[0] // 2 - 4, : lines.shape[1] // 2 - 4]
    assert (inside == found.original[0, 0]).all(), "what was covered is shown as it was"
    assert {0, 255} <= set(lines[lines.shape[0] // 4].ravel().tolist()), "with a line around it"


def test_what_was_saved_comes_back(found, tmp_path):
    found.save(tmp_path / "why.xai.json")
    back = xai.load(tmp_path / "why.xai.json")
    assert np.array_equal(back.original, found.original)
    mine, theirs = found.candidates[0], back.candidates[0]
    assert np.array_equal(mine.picture, theirs.picture)
    assert np.array_equal(mine.mask, theirs.mask)
    assert (mine.regions, mine.edit, mine.code, mine.survives) == (
        theirs.regions, theirs.edit, theirs.code, theirs.survives,
    )  # fmt: skip
    assert back.to_dataframe().equals(found.to_dataframe())
    found.save(tmp_path / "why.png")
    assert Image.open(tmp_path / "why.png").width == 860


@pytest.mark.parametrize(
    "damage",
    [
        lambda r: r["original"].update(shape=[16, 16, 4]),
        lambda r: r["original"].update(shape=[10**6, 10**6, 3]),
        lambda r: r["original"].update(zlib="x"),
        lambda r: r["candidates"][0].update(picture=r["original"]["zlib"]),
        lambda r: r["candidates"][0]["mask"].update(shape=[8, 32]),
        lambda r: r["candidates"][0].update(regions=["a"]),
        lambda r: r["candidates"][0].update(code={"a": 1}),
        lambda r: r["candidates"][0].update(edit=3),
        lambda r: r["candidates"][0].update(survives=None),
    ],
)
def test_a_damaged_file_is_refused_by_name(found, damage, tmp_path):
    path = tmp_path / "why.xai.json"
    found.save(path)
    record = json.loads(path.read_text())
    damage(record)
    path.write_text(json.dumps(record))
    with pytest.raises(ValueError, match=r"cannot read 'why.xai.json'"):
        xai.load(path)
