"""Scores are found in whatever a model returns, and mean what the model meant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from xai_widgets.models import ModelError, TorchModel, resolve_target
from xai_widgets.models.callables import PlainFunction
from xai_widgets.widgets.messages import target_in_words


@dataclass
class Output:
    """Like a transformers ModelOutput: attributes, some of them None."""

    logits: torch.Tensor
    loss: torch.Tensor | None = None


class Returns(nn.Module):
    def __init__(self, wrap: Any, outputs: int = 3) -> None:
        super().__init__()
        self.linear = nn.Linear(4, outputs)
        self.wrap = wrap

    def forward(self, x: torch.Tensor) -> Any:
        return self.wrap(self.linear(x))


X = torch.tensor([0.5, -1.0, 2.0, 0.1])


@pytest.mark.parametrize(
    "wrap",
    [
        lambda s: s,
        lambda s: (s, torch.zeros(7)),
        lambda s: [s],
        lambda s: {"hidden": torch.zeros(1, 9), "logits": s},
        lambda s: {"anything": s},
        lambda s: Output(logits=s),
        lambda s: s[:, :, None, None],
    ],
    ids=["tensor", "tuple", "list", "dict", "odd dict", "object", "1x1 map"],
)
def test_scores_are_found(wrap: Any) -> None:
    torch.manual_seed(0)
    module = Returns(wrap)
    expected = module.linear(X).detach()
    adapter = TorchModel(module)
    prediction = adapter.predict(X)
    np.testing.assert_allclose(prediction.scores, expected.numpy(), rtol=1e-6)
    np.testing.assert_allclose(prediction.probabilities, expected.softmax(0).numpy(), rtol=1e-5)
    assert prediction.task == "classes"


@pytest.mark.parametrize(
    ("wrap", "message"),
    [
        (lambda _: "cat", "got str"),
        (lambda s: s.argmax(1), "class numbers cannot be explained"),
        (lambda s: s[:, :, None].expand(-1, -1, 5), r"got shape \[1, 3, 5\]"),
        (lambda s: s * float("nan"), "returned NaN"),
        (lambda s: torch.cat([s, s]), "for a batch of 1 it returned 2"),
        (lambda _: None, "got NoneType"),
    ],
)
def test_what_is_no_scores_is_refused(wrap: Any, message: str) -> None:
    with pytest.raises(ModelError, match=message):
        TorchModel(Returns(wrap)).predict(X)


def test_tasks() -> None:
    def task(wrap: Any, outputs: int, labels: list[str] | None = None) -> tuple[str, list[float]]:
        torch.manual_seed(0)
        adapter = TorchModel(Returns(wrap, outputs), labels=labels)
        prediction = adapter.predict(X)
        return f"{adapter.task}/{prediction.task}", prediction.probabilities.tolist()

    torch.manual_seed(0)
    z = nn.Linear(4, 1)(X).item()
    p = 1 / (1 + np.exp(-z))
    kind, probabilities = task(lambda s: s, 1, ["no", "yes"])
    assert kind == "logit/binary"
    assert probabilities == pytest.approx([1 - p, p], rel=1e-5)
    kind, probabilities = task(torch.sigmoid, 1, ["no", "yes"])
    assert kind == "probability/binary"
    assert probabilities == pytest.approx([1 - p, p], rel=1e-5)
    kind, probabilities = task(lambda s: s, 1)
    assert kind == "value/value"
    assert probabilities == pytest.approx([z])
    kind, probabilities = task(lambda s: s.softmax(1), 3)
    assert kind == "probabilities/classes"
    assert sum(probabilities) == pytest.approx(1)
    assert task(torch.sigmoid, 3)[0] == "probabilities/classes"


def test_a_sum_of_one_by_chance_makes_no_probabilities() -> None:
    """What a model's scores stand for is the same for every input."""
    chance, x = nn.Linear(4, 3), X.clone()
    with torch.no_grad():
        chance.weight.abs_()
        chance.bias.zero_()
        x = x.abs() / chance(x.abs()).sum()
    assert float(chance(x[None]).sum()) == pytest.approx(1)
    one, other = TorchModel(chance), TorchModel(chance)
    assert (one.predict(x).probabilities == one.predict(x).scores).sum() == 0
    other.predict(2 * x)
    assert one.task == other.task == "logits"
    assert one.forwards == 2  # the look at others is no pass of the run

    def shares(x: torch.Tensor) -> torch.Tensor:
        positive = chance(x).abs() + 0.1
        return positive / positive.sum(1, keepdim=True)

    def shares_of_parts(x: torch.Tensor) -> torch.Tensor:
        return x.abs() / x.abs().sum(1, keepdim=True)  # NaN for zeros

    def of_one(x: torch.Tensor) -> torch.Tensor:
        assert len(x) == 1
        return shares(x)

    for function in (shares, shares_of_parts, of_one):
        adapter = TorchModel(PlainFunction(function))
        adapter.predict(X)
        assert adapter.task == "probabilities"


def test_targets() -> None:
    labels = ["tabby cat", "tiger cat", "lynx"]
    prediction = TorchModel(Returns(lambda s: s), labels=labels).predict(X)
    scores = torch.tensor([[1.0, 2.0, 5.0]])
    assert resolve_target("lynx", prediction).of(scores).item() == 5
    assert resolve_target("Tiger Cat", prediction).index == 1
    assert resolve_target(("lynx", 0), prediction).of(scores).item() == 4
    assert resolve_target(None, prediction).index == int(prediction.probabilities.argmax())
    assert resolve_target(np.int64(2), prediction).index == 2
    with pytest.raises(ValueError, match=r"no label 'tigger cat'.*tiger cat"):
        resolve_target("tigger cat", prediction)
    with pytest.raises(ValueError, match=r"0\.\.2 .*got 3"):
        resolve_target(3, prediction)
    with pytest.raises(ValueError, match="must differ"):
        resolve_target((1, "tiger cat"), prediction)
    with pytest.raises(ValueError, match="two classes"):
        resolve_target((0, 1, 2), prediction)
    for wrong in (1.5, True, object()):
        with pytest.raises(TypeError, match="class number, a label"):
            resolve_target(wrong, prediction)


def test_one_logit_has_two_targets() -> None:
    prediction = TorchModel(Returns(lambda s: s, 1), labels=["no", "yes"]).predict(X)
    scores = torch.tensor([[3.0]])
    assert resolve_target("yes", prediction).of(scores).item() == 3
    assert resolve_target("no", prediction).of(scores).item() == -3
    assert resolve_target(("yes", "no"), prediction).of(scores).item() == 6


def test_a_label_of_several_classes_says_which_they_are() -> None:
    prediction = TorchModel(Returns(lambda s: s), labels=["crane", "Lynx", "crane"]).predict(X)
    for asked in ("crane", "Crane"):
        with pytest.raises(ValueError, match=r"'[cC]rane' is that of 2 classes, 0, 2\. Give the number of one"):
            resolve_target(asked, prediction)
    assert resolve_target("lynx", prediction).index == 1
    assert resolve_target(2, prediction).index == 2
    assert [target_in_words(i, prediction.labels) for i in range(3)] == [0, "Lynx", 2]


def test_a_wrong_number_of_labels_is_refused() -> None:
    with pytest.raises(ValueError, match="3 classes, but 2 labels"):
        TorchModel(Returns(lambda s: s), labels=["a", "b"]).predict(X)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
def test_any_floating_type(dtype: torch.dtype) -> None:
    module = Returns(lambda s: s).to(dtype)
    adapter = TorchModel(module)
    assert adapter.dtype == dtype
    prediction = adapter.predict(X.to(dtype))
    assert prediction.probabilities.sum() == pytest.approx(1, abs=1e-5)
