"""Plain functions and scikit-learn estimators: what hides parts works, what needs gradients says why not."""

import warnings

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.compose import make_column_transformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, LinearSVC
from sklearn.tree import DecisionTreeClassifier
from torch import nn

import xai_widgets as xai
from xai_widgets.models.callables import PlainFunction

RNG = np.random.default_rng(0)
TABLE = RNG.normal(size=(60, 4))
CLASSES = np.where(TABLE[:, 0] + TABLE[:, 1] > 0, "yes", "no")
ROW = [0.5, -1.0, 2.0, 0.25]


def test_a_linear_regression_gives_each_feature_its_weight_times_its_value():
    model = LinearRegression().fit(TABLE, TABLE @ [1.0, -2.0, 3.0, 0.0] + 5)
    for method in ("exact_shapley", "kernel_shap", "shapley_sampling", "feature_ablation", "occlusion"):
        result = xai.attribute(model, ROW, method)
        np.testing.assert_allclose(result.values, model.coef_ * ROW, atol=1e-6)
    assert result.prediction.task == "value"
    np.testing.assert_allclose(result.prediction.scores, model.predict([ROW]), rtol=1e-6)


def test_shapley_values_of_a_forest_sum_to_what_its_probability_gains():
    model = RandomForestClassifier(20, random_state=0).fit(TABLE, CLASSES)
    result = xai.attribute(model, ROW, target="yes")
    assert result.method == "exact_shapley"  # few features, no gradient
    both = model.predict_proba([ROW, [0] * 4])[:, 1]
    np.testing.assert_allclose(result.values.sum(), both[0] - both[1], rtol=1e-5)
    assert result.prediction.labels == ("no", "yes")
    np.testing.assert_allclose(result.prediction.probabilities, model.predict_proba([ROW])[0], rtol=1e-6)
    wide = RandomForestClassifier(5, random_state=0).fit(RNG.normal(size=(30, 20)), CLASSES[:30])
    assert xai.attribute(wide, np.zeros(20)).method == "kernel_shap"


def test_margins_and_plain_class_predictions_are_scores_too():
    machine = LinearSVC().fit(TABLE, CLASSES)
    values = xai.attribute(machine, ROW, target="yes").values
    np.testing.assert_allclose(values, machine.coef_[0] * ROW, atol=1e-6)
    np.testing.assert_allclose(xai.attribute(machine, ROW, target="no").values, -values, atol=1e-6)
    three = np.digitize(TABLE[:, 0], [-0.5, 0.5])
    margins = SVC().fit(TABLE, three)
    result = xai.attribute(margins, ROW, target=2)
    gain = margins.decision_function([ROW])[0, 2] - margins.decision_function([[0] * 4])[0, 2]
    np.testing.assert_allclose(result.values.sum(), gain, rtol=1e-5)

    class Guess:
        classes_ = np.array(["a", "b"])

        def predict(self, rows):
            return np.where(rows[:, 1] < 0, "a", "b")

    values = xai.attribute(Guess(), ROW, target="a").values
    np.testing.assert_allclose(values, [0, 1, 0, 0], atol=1e-7)


def test_columns_go_by_name_whatever_their_order_and_frames_stay_frames():
    frame = pd.DataFrame(TABLE, columns=["age", "fare", "size", "odd"])
    body = make_column_transformer((StandardScaler(), ["fare", "age"]), remainder="passthrough")
    model = make_pipeline(body, LogisticRegression()).fit(frame, CLASSES)
    given = dict(zip(frame.columns, ROW, strict=True))
    shuffled = {name: given[name] for name in ("odd", "size", "fare", "age")}
    rows = [ROW, np.array(ROW), given, shuffled, pd.Series(shuffled), pd.DataFrame([shuffled]), torch.tensor(ROW)]
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # scikit-learn warns of arrays in place of frames
        results = xai.attribute(model, rows)
    for result in results:
        assert result.names == ("age", "fare", "size", "odd")
        np.testing.assert_allclose(result.values, results[0].values, rtol=1e-6)
    expected = model.predict_proba(pd.DataFrame([given]))[0]
    np.testing.assert_allclose(results[-1].prediction.probabilities, expected, rtol=1e-6)
    with pytest.raises(ValueError, match="lacks the column 'fare'"):
        xai.attribute(model, {"age": 1, "size": 2, "odd": 3})
    with pytest.raises(ValueError, match="fitted with 4 columns, the row has 3"):
        xai.attribute(model, [1, 2, 3])
    with pytest.raises(TypeError, match="'fare' must hold a number, got 'high'"):
        xai.attribute(model, pd.Series({**given, "fare": "high"}))


def test_methods_that_need_a_gradient_say_so_and_the_others_work():
    model = DecisionTreeClassifier(random_state=0).fit(TABLE, CLASSES)
    listed = {one.name: one.why_not for one in xai.methods(model, ROW)}
    for name in (
        "saliency",
        "integrated_gradients",
        "deep_lift",
        "lrp",
        "attention_lrp",
        "guided_backprop",
        "var_grad",
    ):
        assert "differentiable model, which DecisionTreeClassifier is not" in listed[name]
    for name in ("lime", "kernel_shap", "exact_shapley", "feature_ablation", "occlusion", "shapley_sampling"):
        assert listed[name] is None
    with pytest.raises(ValueError, match=r"saliency does not fit here\. It needs a differentiable model"):
        xai.attribute(model, ROW, "saliency")
    picture = torch.rand(3, 8, 8)
    listed = {one.name: one.why_not for one in xai.methods(lambda x: x.mean((1, 2, 3)).numpy(force=True), picture)}
    assert "this function" in listed["grad_cam"]
    assert "this function" in listed["score_cam"]
    assert listed["rise"] is None


def test_a_function_of_arrays_and_its_twin_of_tensors_get_the_same_values():
    weights = RNG.normal(size=(4, 3))

    def of_arrays(rows):
        assert isinstance(rows, np.ndarray)
        return np.tanh(rows) @ weights

    def of_tensors(rows):
        assert isinstance(rows, torch.Tensor)
        return rows.tanh() @ torch.from_numpy(weights).to(rows)

    for x in (ROW, torch.tensor(ROW, dtype=torch.float64), np.array(ROW)):
        one, two = (xai.attribute(f, x, "exact_shapley", target=1).values for f in (of_arrays, of_tensors))
        np.testing.assert_allclose(one, two, rtol=1e-6)
        np.testing.assert_allclose(one, np.tanh(ROW) * weights[:, 1], rtol=1e-5)
    gradient = xai.attribute(of_tensors, torch.tensor(ROW, dtype=torch.float64), "saliency", target=1, absolute=False)
    np.testing.assert_allclose(gradient.values, (1 - np.tanh(ROW) ** 2) * weights[:, 1], rtol=1e-6)


def test_a_function_around_a_network_can_be_differentiated_like_it():
    net = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 5)).double().eval()
    x = torch.tensor(ROW, dtype=torch.float64)
    inner = xai.attribute(nn.Sequential(*net, Take()), x, target=1)
    outer = xai.attribute(lambda rows: net(rows)[:, 2:], x, target=1)
    assert outer.method == inner.method == "integrated_gradients"
    np.testing.assert_allclose(outer.values, inner.values, rtol=1e-5, atol=1e-7)
    assert all(p.grad is None for p in net.parameters())


class Take(nn.Module):
    def forward(self, x):
        return x[:, 2:]


def test_an_estimator_is_neither_copied_nor_changed():
    class Heavy:
        def __deepcopy__(self, memo):
            raise AssertionError

        def predict(self, rows):
            return rows.sum(1)

    heavy = Heavy()
    np.testing.assert_allclose(xai.attribute(heavy, ROW).values, ROW, rtol=1e-6)
    assert vars(heavy) == {}
    function = PlainFunction(heavy.predict)
    handle = function.register_forward_hook(lambda *_: None)
    xai.attribute(function, ROW)
    assert list(function._forward_hooks) == [handle.id]


@pytest.mark.parametrize(
    ("model", "match"),
    [
        (nn.Linear, "Give an instance, not the class"),
        (LinearRegression, "Give an instance, not the class"),
        (3, "scikit-learn estimator or a function of a batch, got int"),
        ("net", "got str"),
    ],
)
def test_what_is_no_model_is_refused(model, match):
    with pytest.raises(TypeError, match=match):
        xai.attribute(model, ROW)


def test_errors_inside_come_with_their_reason():
    with pytest.raises(RuntimeError, match="NotFittedError"):
        xai.attribute(LinearRegression(), ROW)
    with pytest.raises(RuntimeError, match="must return numbers"):
        xai.attribute(lambda rows: ["a"] * len(rows), ROW)
    with pytest.raises(RuntimeError, match="class numbers cannot be explained"):
        xai.attribute(lambda rows: (rows[:, 0] > 0).astype(int), ROW)


def test_a_row_survives_a_file(tmp_path):
    result = xai.attribute(lambda rows: rows.sum(1), {"age": 3, "fare": 2.5})
    assert result.names == ("age", "fare")
    for name in ("why.npz", "why.xai.json"):
        result.save(tmp_path / name)
        back = xai.load(tmp_path / name)
        assert back.names == result.names
        np.testing.assert_array_equal(back.values, result.values)
