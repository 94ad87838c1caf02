"""A row with its background: what the widget takes, the plain call takes too, and one bad row spoils nothing."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from torch import nn

import xai_widgets as xai
from xai_widgets.attribution.gradients import SmoothGrad

RANDOM = np.random.default_rng(3)
FRAME = pd.DataFrame(
    {
        "age": RANDOM.integers(18, 80, 60),
        "job": RANDOM.choice(["clerk", "boss", "cook"], 60),
        "since": pd.to_datetime("2015-01-01") + pd.to_timedelta(RANDOM.integers(0, 3000, 60), "D"),
    }
)
ROW: dict[str, Any] = {"age": 30, "job": "clerk", "since": pd.Timestamp("2020-01-01")}
OLD = 70
GROUPS = ["exact_shapley", "kernel_shap", "shapley_sampling", "feature_ablation", "lime"]


def judge(rows: pd.DataFrame) -> Any:
    z = (rows["age"] - 45) / 15 + rows["job"].map({"clerk": -1.0, "boss": 1.5, "cook": 0.0})
    return np.stack([0 * z, z], 1)


def strict(rows: pd.DataFrame) -> Any:
    if (rows["age"] > OLD).any():
        msg = "nobody is that old"
        raise ValueError(msg)
    return judge(rows)


@pytest.mark.parametrize("method", ["auto", *GROUPS])
def test_the_plain_call_says_what_the_widget_says(method: str) -> None:
    found = xai.attribute(judge, ROW, method, background=FRAME, target=1)
    widget = xai.TabularExplainer(judge, ROW, background=FRAME, method=method, target=1)
    shown = widget.result(60)
    widget.close()
    # Batches find their size by time, and rounding goes by batches.
    np.testing.assert_allclose(found.values, shown.values, rtol=1e-5, atol=1e-7)
    assert (found.method, found.names, found.cells) == (shown.method, shown.names, shown.cells)


def test_steps_several_rows_and_encoded_ones() -> None:
    *_, last = xai.attribute_iter(judge, ROW, background=FRAME, target=1)
    assert last.values.sum() == pytest.approx(last.prediction.scores[1] - judge(FRAME)[:, 1].mean(), abs=0.5)
    both = xai.attribute(judge, FRAME.iloc[:2], background=FRAME, target=1)
    assert [one.cells[0] for one in both if one.cells] == FRAME["age"][:2].tolist()

    def encode(rows: pd.DataFrame) -> Any:
        return np.stack([rows["age"] / 50, rows["job"] == "boss"], 1).astype(float)

    torch.manual_seed(0)
    net = nn.Linear(2, 2)
    found = xai.attribute(net, ROW, background=FRAME, encode=encode, target=1)
    assert found.names == ("age", "job", "since")
    assert found.values[2] == 0
    assert found.values[0] != 0


def test_what_does_not_go_together_is_said() -> None:
    with pytest.raises(TypeError, match=r"'job' must hold a number, got 'clerk': give background=, rows of the data"):
        xai.attribute(judge, ROW)
    with pytest.raises(TypeError, match="with background=, target must be a class, a label or a pair"):
        xai.attribute(judge, ROW, background=FRAME, target=xai.TextSpan(0, 1))
    mixing = {"n_steps": 4}
    encode = lambda rows: rows[["age"]].to_numpy(float)  # noqa: E731
    with pytest.raises(ValueError, match=r"integrated_gradients does not fit here\. It mixes rows"):
        xai.attribute(nn.Linear(1, 2), ROW, "integrated_gradients", background=FRAME, encode=encode, **mixing)


def test_an_array_for_a_method_that_wants_one_is_its_own() -> None:
    table = RANDOM.normal(size=(30, 3)).astype(np.float32)
    net = nn.Linear(3, 2)
    steady = {"n_samples": 20, "tolerance": 0.0}
    named = xai.attribute(net, table[0], "smooth_grad", background=table, **steady)
    ready = xai.attribute(net, table[0], SmoothGrad(background=table, n_samples=20, tolerance=0.0))
    # Batches find their size by the time they take, and others are rounded in another way.
    np.testing.assert_allclose(named.values, ready.values, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("method", GROUPS)
def test_rows_for_which_the_model_fails_are_compared_with_no_more(method: str) -> None:
    few = FRAME.head(25)
    kept = few[few["age"] <= OLD]
    assert 0 < len(kept) < len(few)
    found = xai.attribute(strict, ROW, method, background=few, target=1)
    alike = xai.attribute(judge, ROW, method, background=kept, target=1)
    np.testing.assert_allclose(found.values, alike.values, atol=2e-2 if method == "lime" else 1e-6)
    said = f"{25 - len(kept)} of 25 rows to compare with were left out: the model fails for them. The model raised"
    assert found.notes[0].startswith(said)


def test_a_model_that_fails_for_all_rows_says_why() -> None:
    with pytest.raises(xai.ModelError, match="nobody is that old"):
        xai.attribute(strict, ROW, background=FRAME.assign(age=OLD + 1).astype({"age": float}), target=1)


def test_measures_leave_such_rows_out_too_and_noise_turns_no_category() -> None:
    found = xai.attribute(strict, ROW, "exact_shapley", background=FRAME, target=1)
    told = xai.evaluate(strict, ROW, found, ["deletion", "max_sensitivity"], background=FRAME)
    assert np.isfinite(told["deletion"].value)
    # Two of a hundred parts of the spread change the age's share alone.
    assert told["max_sensitivity"].value < 0.1


@pytest.mark.parametrize(
    "given", [{"features": ["a", "b"]}, {"encode": lambda rows: rows}], ids=lambda one: next(iter(one))
)
def test_what_tells_of_rows_that_are_not_there_is_refused(given):
    for run in (xai.attribute, xai.attribute_iter):
        with pytest.raises(TypeError, match="tell of background=, rows of the data: give these too"):
            run(lambda rows: rows @ np.ones(2), [1.0, 2.0], **given)


def paired(rows: pd.DataFrame) -> Any:
    """Fail for young bosses, of whom the data have none."""
    if ((rows["age"] < 40) & (rows["job"] == "boss")).any():
        msg = "no boss is that young"
        raise ValueError(msg)
    return judge(rows)


GROWN = FRAME[(FRAME["age"] >= 40) | (FRAME["job"] != "boss")]


@pytest.mark.parametrize("method", GROUPS)
def test_rows_whose_cells_the_model_takes_beside_none_of_the_rows_own_are_compared_with_no_more(method: str) -> None:
    # Beside the row's own age, 30, no boss may stand: and all methods but that of single cells show such a mixture.
    few = GROWN.head(25)
    kept = few[few["job"] != "boss"]
    assert 0 < len(kept) < len(few)
    found = xai.attribute(paired, ROW, method, background=few, target=1)
    alike = xai.attribute(judge, ROW, method, background=kept, target=1)
    np.testing.assert_allclose(found.values, alike.values, atol=2e-2 if method == "lime" else 1e-6)
    gone, of = len(few) - len(kept), len(few)
    said = f"{gone} of {of} rows to compare with were left out: the model fails for mixtures of them"
    assert found.notes[0].startswith(said)
    assert "no boss is that young" in found.notes[0]
    if "shap" in method:
        whole = judge(pd.DataFrame([ROW]))[0, 1] - judge(kept)[:, 1].mean()
        assert found.values.sum() == pytest.approx(whole, abs=1e-5)


@pytest.mark.parametrize("method", GROUPS)
def test_where_no_row_is_left_the_cells_are_named_and_what_to_do(method: str) -> None:
    def picky(rows: pd.DataFrame) -> Any:
        if ((rows["job"] == "clerk") & (rows["age"] != ROW["age"])).any():
            msg = "no such clerk"
            raise ValueError(msg)
        return judge(rows)

    ages = FRAME.assign(age=FRAME["age"] + 31)
    said = r"for an input of the row age \d+, job clerk, since \d{4}-.*: no such clerk\. It is shown inputs with parts"
    with pytest.raises(xai.ModelError, match=said):
        xai.attribute(picky, ROW, method, background=ages, target=1)


def test_a_path_that_the_model_does_not_take_is_left_out() -> None:
    class Strict(nn.Module):
        def forward(self, rows: torch.Tensor) -> torch.Tensor:
            if ((rows[:, 0] > 0.25) & (rows[:, 1] > 0.25)).any():
                msg = "not both"
                raise ValueError(msg)
            return torch.stack([rows[:, 0] * 0, rows @ torch.tensor([1.0, 2.0])], 1)

    table = np.array([[0.0, 0.0], [1.0, 0.0], [0.1, 0.1], [0.2, 0.0]], np.float32)
    row = np.array([0.0, 1.0], np.float32)
    found = xai.attribute(Strict(), row, "expected_gradients", background=table, target=1, n_samples=400)
    assert found.notes[0].startswith("1 of 4 rows to compare with were left out")
    np.testing.assert_allclose(found.values, (row - table[[0, 2, 3]].mean(0)) * [1.0, 2.0], atol=1e-2)


@pytest.mark.parametrize("method", GROUPS)
def test_one_baseline_that_the_model_does_not_take_is_said_with_what_to_do(method: str) -> None:
    def shares(rows: Any) -> Any:
        if (abs(np.asarray(rows).sum(1) - 1) > 1e-3).any():
            msg = "shares must sum to one"
            raise ValueError(msg)
        return np.asarray(rows)

    with pytest.raises(
        xai.ModelError, match=r"shares must sum to one\. It is shown inputs with parts hidden: give row"
    ):
        xai.attribute(shares, np.array([0.2, 0.3, 0.5]), method, target=1)
    # What belongs together is hidden together.
    together = {"feature_mask": np.zeros(3, int), "baselines": torch.tensor([[0.3, 0.3, 0.4]])}
    if method in {"exact_shapley", "feature_ablation"}:
        found = xai.attribute(shares, np.array([0.2, 0.3, 0.5]), method, target=1, **together)
        assert np.isfinite(found.values).all()


MANY = pd.concat([FRAME] * 5, ignore_index=True).assign(age=lambda rows: rows["age"] + np.arange(len(rows)) % 7)


@pytest.mark.parametrize("method", GROUPS)
def test_it_says_with_how_many_rows_it_compares_and_how_far_their_mean_may_be_from_that_of_all(method: str) -> None:
    options = {"tolerance": 0.0, "n_samples": 40} if method not in {"exact_shapley", "feature_ablation"} else {}
    note, *_ = xai.attribute(judge, ROW, method, background=MANY, target=1, **options).notes
    assert note.startswith("Compared with 25 of 300 rows, drawn by chance: their mean score is 0.523, that of all ")
    note, *_ = xai.attribute(lambda rows: -judge(rows), ROW, method, background=MANY, target=1, **options).notes
    assert "their mean score is −0.523, that" in note  # with the minus that stands beside other figures
    few = FRAME.head(20)
    assert xai.attribute(judge, ROW, method, background=few, target=1).notes[0] == "Compared with all 20 rows."
    assert "Compared" not in str(xai.attribute(judge, ROW, method, background=MANY, baselines=FRAME, target=1).notes)


def test_how_far_the_mean_of_drawn_rows_may_be_off_holds_in_about_95_of_100_draws() -> None:
    scores, held = judge(MANY)[:, 1], 0
    for seed in range(100):
        note = xai.attribute(judge, ROW, "feature_ablation", background=MANY, target=1, seed=seed).notes[0]
        mean, half = map(float, re.findall(r"score is (\S+), that of all is within ±(\S+) ", note.replace("−", "-"))[0])
        held += abs(mean - scores.mean()) <= half
    assert 85 <= held <= 99
    # No wider than it need be: rows are not drawn twice.
    assert half < 2.2 * scores.std() / 5


def test_a_network_which_is_quick_is_compared_with_more_rows_than_a_function() -> None:
    net = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.ReLU(), torch.nn.Linear(4, 2)).eval()
    rows = np.random.default_rng(0).random((300, 3)).astype(np.float32)
    for model, count in ((net, 100), (lambda x: net(torch.as_tensor(x, dtype=torch.float32)).detach().numpy(), 25)):
        note = xai.attribute(model, rows[0], "exact_shapley", background=rows, target=1).notes[0]
        assert note.startswith(f"Compared with {count} of 300 rows")


def test_other_rows_to_compare_with_are_given_as_the_background_has_them() -> None:
    others = FRAME[FRAME["job"] != "boss"].head(7)
    found = xai.attribute(judge, ROW, "exact_shapley", background=FRAME, baselines=others, target=1)
    alike = xai.attribute(judge, ROW, "exact_shapley", background=others.assign(job=others["job"]), target=1)
    np.testing.assert_allclose(found.values, alike.values, atol=1e-6)
    assert found.values.sum() == pytest.approx(found.prediction.scores[1] - judge(others)[:, 1].mean(), abs=1e-5)
    widget = xai.TabularExplainer(judge, ROW, background=FRAME, method="exact_shapley", baselines=others, target=1)
    np.testing.assert_allclose(widget.result(60).values, found.values, atol=1e-6)
    widget.close()
    with pytest.raises(ValueError, match="the row lacks the column 'job'"):
        xai.attribute(judge, ROW, "lime", background=FRAME, baselines=others[["age", "since"]])
    hots = pd.DataFrame({"age": [20.0, 50.0, 70.0], "boss": [1.0, 0.0, 0.0], "cook": [0.0, 1.0, 1.0]})
    model = lambda rows: np.stack([rows["age"] * 0, rows["age"] / 10 + 3 * rows["boss"]], 1)  # noqa: E731
    asked: dict[str, Any] = {"background": hots, "encode": {"job": ["boss", "cook"]}, "target": 1}
    one = xai.attribute(model, hots.iloc[0], "exact_shapley", baselines=hots.iloc[1:], **asked)
    np.testing.assert_allclose(one.values, [(20 - 60) / 10, 3], atol=1e-5)


def test_cells_that_are_the_same_in_both_rows_are_passed_once() -> None:
    calls: list[int] = []

    def counted(rows: pd.DataFrame) -> Any:
        calls.append(len(rows))
        return judge(rows)

    # Of the age alone does any of these rows differ.
    alike = FRAME.head(9).assign(job=ROW["job"], since=ROW["since"], age=np.arange(31, 40))
    found = xai.attribute(counted, ROW, "exact_shapley", background=FRAME, baselines=alike, target=1)
    plain = xai.attribute(judge, ROW, "exact_shapley", background=FRAME, baselines=alike.assign(age=35), target=1)
    assert found.values[1] == found.values[2] == 0
    assert found.values[0] == pytest.approx(plain.values[0], abs=1e-5)
    # Shown or hidden beside each; and read, predicted, and looked at beside others.
    assert found.forwards <= 2 * len(alike) + 6
    assert sum(calls) <= found.forwards + 8


def test_a_row_is_predicted_once_and_stands_among_the_first_others_which_tells_whether_they_mix() -> None:
    calls: list[int] = []

    def counted(rows: Any) -> Any:
        calls.append(len(rows))
        return np.stack([rows[:, 0] * 0, rows @ [1.0, 2.0, 3.0]], 1)

    rows = np.random.default_rng(0).random((30, 3))
    asked: dict[str, Any] = {"background": rows, "baselines": torch.from_numpy(rows[1:]), "target": 1}
    found = xai.attribute(counted, rows[0], "exact_shapley", **asked)
    # All coalitions beside 29 rows; the row that stands among them is no work of the method's.
    assert calls == [1, 29 * 8 + 1]
    assert found.forwards == 29 * 8

    def centred(rows: Any) -> Any:
        away = rows - rows.mean(0) if len(rows) > 1 else rows
        return np.stack([rows[:, 0] * 0, away @ [1.0, 2.0, 3.0]], 1)

    apart = xai.attribute(centred, rows[0], "exact_shapley", **asked)
    assert any("depend on which others are in its batch" in note for note in apart.notes)
    np.testing.assert_allclose(apart.values, found.values, atol=1e-6)


def test_an_array_that_is_changed_in_place_is_read_again() -> None:
    rows = np.random.default_rng(0).random((30, 2))
    score = lambda rows: np.stack([rows[:, 0] * 0, rows.sum(1)], 1)  # noqa: E731
    ask = lambda: xai.attribute(score, np.ones(2), "exact_shapley", background=rows, target=1).values  # noqa: E731
    before = ask()
    rows[:, 1] += 5
    np.testing.assert_allclose(ask() - before, [0, -5], atol=1e-5)
