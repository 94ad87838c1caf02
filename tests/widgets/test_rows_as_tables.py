"""What a row is explained by, as frames: contributions, and the curves of its columns."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from torch import nn
from widgets.tables import FRAME, LABELS, ROW, judge, logit

import xai_widgets as xai

pytestmark = pytest.mark.usefixtures("gate")

ASKED: dict[str, Any] = {"background": FRAME, "labels": LABELS}


def test_contributions_of_a_row_are_a_frame_with_what_it_holds() -> None:
    found = xai.attribute(judge, ROW, target="yes", **ASKED)
    frame = found.to_dataframe()
    assert list(frame) == ["column", "value", "contribution"]
    assert frame["column"].tolist() == list(FRAME)
    assert frame["value"].tolist() == [30, 20_000.0, "clerk", False, "2020-01-01"]
    np.testing.assert_array_equal(frame["contribution"], found.values)
    plain = xai.attribute(nn.Linear(2, 2), torch.ones(2)).to_dataframe()
    assert plain["column"].tolist() == ["feature 0", "feature 1"]
    assert plain["value"].tolist() == [1.0, 1.0]


def test_a_text_is_one_of_tokens_and_a_map_none() -> None:
    said = xai.attribute(lambda texts: [float(len(one)) for one in texts], "all is well", "feature_ablation")
    frame = said.to_dataframe()
    assert frame["token"].tolist() == ["all", "is", "well"]
    assert list(frame) == ["token", "start", "stop", "added", "value"]
    net = nn.Sequential(nn.Flatten(), nn.Linear(16, 2))
    with pytest.raises(ValueError, match=r"only a text or a row is a table, not values of shape \(1, 4, 4\)"):
        xai.attribute(net, torch.rand(1, 4, 4), "saliency").to_dataframe()


def test_curves_of_a_row_say_what_the_model_says_of_each_row_with_one_value_changed() -> None:
    curves = xai.individual_curves(judge, ROW, target="yes", **ASKED)
    frame = curves.to_dataframe()
    assert list(frame) == ["column", "value", "probability"]
    assert set(frame["column"]) == set(FRAME)
    for column, value, said in frame.itertuples(index=False):
        row = pd.DataFrame([{**ROW, column: value}]).astype(FRAME.dtypes.to_dict())
        assert said == pytest.approx(1 / (1 + np.exp(-logit(row)[0])), abs=1e-6)
    own = frame[(frame["column"] == "age") & (frame["value"] == ROW["age"])]
    assert own["probability"].item() == pytest.approx(judge_of(ROW), abs=1e-6)
    assert curves["job"].grid == ("boss", "clerk", "cook")
    assert xai.individual_curves(judge, ROW, **ASKED).label == "no"
    with pytest.raises(TypeError, match="target must be one class"):
        xai.individual_curves(judge, ROW, target=("no", "yes"), **ASKED)


def judge_of(row: dict[str, Any]) -> float:
    return float(1 / (1 + np.exp(-logit(pd.DataFrame([row]))[0])))


def test_curves_of_the_row_on_show_follow_its_changes_and_save(tmp_path: Any) -> None:
    widget = xai.TabularExplainer(judge, ROW, target="yes", changes={"job": "boss"}, **ASKED)
    try:
        found = widget.curves()
        off_screen = xai.individual_curves(judge, {**ROW, "job": "boss"}, target="yes", **ASKED)
        for name in FRAME:
            np.testing.assert_allclose(found[name].mean, off_screen[name].mean, atol=1e-6)
            assert found[name].grid == off_screen[name].grid
    finally:
        widget.close()
    for suffix in (".html", ".png", ".svg", ".csv", ".xai.json"):
        found.save(tmp_path / f"curves{suffix}")
    again = xai.load(tmp_path / "curves.xai.json")
    pd.testing.assert_frame_equal(again.to_dataframe(), found.to_dataframe())
    assert (tmp_path / "curves.csv").read_text(encoding="utf-8-sig").startswith("column,value,probability")
    with pytest.raises(RuntimeError, match="closed"):
        widget.curves()


def test_curves_are_missing_where_the_model_fails() -> None:
    def fails(rows: Any) -> Any:
        if (rows["age"] > 60).any():
            msg = "nobody is that old"
            raise ValueError(msg)
        return judge(rows)

    frame = xai.individual_curves(fails, ROW, **ASKED).to_dataframe()
    old = (frame["column"] == "age") & (frame["value"].map(lambda one: isinstance(one, int) and one > 60))
    assert frame["probability"].isna().equals(old)
