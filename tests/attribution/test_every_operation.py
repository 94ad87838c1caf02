"""Every operation that torch has: it gets a rule whose values add up, or it is refused by name and place."""

from __future__ import annotations

import inspect
import re
import warnings

import pytest
import torch
from torch import nn
from torch.overrides import get_overridable_functions, resolve_name

from xai_widgets.models import ModelError, Target, TorchModel
from xai_widgets.models.rules import COMPOSITES, AttentionRelevance, Relevance, Rescale
from xai_widgets.models.rules.operations import operation_of
from xai_widgets.models.rules.shares import Options

SIZE = 4
PLACES = torch.tensor([[2, 0, 1, 3], [1, 3, 2, 0], [0, 1, 2, 3], [3, 2, 1, 0]])
MASK = PLACES > 1

WAYS = [
    lambda x, _: (x,),
    lambda x, y: (x, y),
    lambda x, y: ([x, y],),
    lambda x, y: (x[0], y[0]),
    lambda x, y: (x[None], y[None]),
    lambda x, y: (x, y, x + y),
    lambda x, y: (x[None], y[None], (x + y)[None]),
    lambda x, y: (x[None, None], y[None, None, :2, :2]),
    lambda x, y: (x[None, None], y[None, None]),
    lambda x, y: (x, x[0], y[0]),
    lambda x, y: (x, 1, PLACES, y),
    lambda x, y: (x[:, :3], y[:, :3]),
    lambda x, y: ("ij,jk->ik", x, y),
    lambda x, y: (MASK, x, y),
    lambda x, _: (x, PLACES),
    lambda x, _: (x, MASK),
    lambda x, _: (x, 1),
    lambda x, _: (x, 2),
    lambda x, _: (x, 1, 2),
    lambda x, _: (x, 1, PLACES),
    lambda x, _: (x, 0, 1, 2),
    lambda x, _: (x, 0, 0, 1),
    lambda x, _: (x, (0, 1)),
    lambda x, _: (x, (SIZE,)),
    lambda x, _: (x, [2, 2], 1),
    lambda x, _: (x[None, None], 2),
    lambda x, _: (x[None, None], (2, 2)),
    lambda x, _: (x[None], 2),
    lambda x, _: (x[None, None, None], 2),
    lambda x, _: (x, MASK, 0.5),
    lambda x, _: (x, 0.25),
    lambda x, _: (x, 0.25, 0.5),
    lambda x, _: (1, x),
    *(lambda x, y, kind=kind: (x, 1, PLACES, y, kind) for kind in ("sum", "mean", "amax", "amin", "prod")),
    *(lambda x, _, p=p: (x, p, 1) for p in (float("inf"), -float("inf"), 0, 1, 3, "fro", "nuc")),
    *(lambda x, y, p=p: (x, y, p) for p in (float("inf"), 1, 3)),
]
"""How operations are called: with tensors, then also with numbers, which take shares of their own."""

TENSORS_ALONE = 13

PASSED_OVER = re.compile(
    "rand|dropout|bernoulli|multinomial|normal_|uniform|cauchy|exponential_|geometric|gumbel|poisson|rrelu|half|bfloat16"
)
"""Draw anew in each pass, or round."""

pytestmark = pytest.mark.filterwarnings("ignore")


def operations():
    """Return the public functions of torch by their names, each operation once."""
    found = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for functions in get_overridable_functions().values():
            for one in functions:
                title = resolve_name(one) or ""
                name = operation_of(one)[0]
                if callable(one) and "._" not in title and not PASSED_OVER.search(name) and not name.startswith("_"):
                    found.setdefault((name, inspect.isfunction(one)), (title, one))
    return sorted(found.values(), key=lambda pair: pair[0])


class Net(nn.Module):
    """An operation on two tensors that are made of the input."""

    def __init__(self, operation, way):
        super().__init__()
        self.operation, self.way = operation, way

    def forward(self, x):
        made = [self.operated(row) for row in x]
        return torch.stack(made)

    def operated(self, row):
        x, y = row.view(2, SIZE, SIZE).clone()
        found = self.operation(*self.way(x, y))
        parts = [torch.view_as_real(one) if one.is_complex() else one for one in tensors(found)]
        flat = torch.cat([one.reshape(-1) for one in parts if one.is_floating_point()])
        weights = torch.linspace(0.5, 1.5, len(flat), dtype=torch.float64)
        return torch.stack([(flat * weights).sum(), flat.sum()])


def tensors(found):
    if isinstance(found, torch.Tensor):
        return [found.resolve_conj()]
    return [one for part in found for one in tensors(part)] if isinstance(found, (tuple, list)) else []


def values(seed):
    generator = torch.Generator().manual_seed(seed)
    return 0.3 + 0.6 * torch.rand(2 * SIZE * SIZE, dtype=torch.float64, generator=generator)


def ways_of(operation, ways):
    """Yield networks with the operation, as far as it can be called so and what comes of it depends on the input."""
    for way in ways:
        net = Net(operation, way)
        try:
            leaf = values(0)[None].requires_grad_()
            first, again = net(leaf), net(leaf)
            if not (first.requires_grad and first.dtype == torch.float64 and torch.equal(first, again)):
                continue
            torch.autograd.grad(first[0, 0], leaf)
        except Exception:  # noqa: BLE001  it is not called so
            continue
        if first.isfinite().all():
            yield net


def outcomes(rules, ways):
    """Run each operation by rules, and return how far its values are from adding up and who was refused."""
    apart, refused, x, base = {}, {}, values(0)[None], values(1)[None]
    for title, operation in operations():
        for number, net in enumerate(ways_of(operation, ways)):
            made = rules(base)
            try:
                scores, back = TorchModel(net).gradients(x, Target(0), made)
            except ModelError as error:
                refused[f"{title} {number}"] = str(error)
                continue
            differs = isinstance(made, Rescale)
            parts, whole = (back * (x - base), scores - made.scores[:, 0]) if differs else (back, scores)
            size = float(parts.abs().sum()) + float(whole.abs().sum()) + 1e-6
            apart[f"{title} {number}"] = abs(float(parts.sum() - whole.sum())) / size
    return apart, refused


def named(refused, method):
    """Return the operations that were refused, and hold each refusal to its word."""
    pattern = rf"{method} has no rule for \S.*, called in test_every_operation\.py line \d+ \(operated\)"
    assert {one: text for one, text in refused.items() if not re.match(pattern, text)} == {}
    return {one.split()[0].rsplit(".", 1)[-1] for one in refused}


def test_differences_from_a_baseline_add_up_to_the_rise_of_the_score():
    apart, refused = outcomes(Rescale, WAYS)
    assert {one: gap for one, gap in apart.items() if not gap < 1e-7} == {}
    without = named(refused, "deep_lift")
    # What chooses among its values by their order, or solves for them, has no multipliers that everybody agrees on.
    assert without >= {"sort", "median", "topk", "kthvalue", "cummax", "angle", "inv", "svd"}
    ruled = "polar var std prod cross logcumsumexp cdist cosine_similarity det cov logaddexp diag bilinear"
    assert {one.split()[0].rsplit(".", 1)[-1] for one in apart} >= set(ruled.split())
    assert not without & {"polar", "var", "std", "prod", "cross", "logcumsumexp", "cosine_similarity"}


@pytest.mark.parametrize("method", ["lrp", "attention_lrp"])
def test_relevance_is_the_score_where_nothing_else_takes_a_share(method):
    options = Options(1e-9, 0.0, None, None)
    make = {
        "lrp": lambda _: Relevance(COMPOSITES["epsilon"], options),
        "attention_lrp": lambda _: AttentionRelevance(options),
    }
    apart, refused = outcomes(make[method], WAYS[:TENSORS_ALONE])
    kept = {one for one, gap in apart.items() if not gap < 1e-6}
    # A margin counts from one, which takes a share; softmax keeps some by its rule.
    assert {one for one in kept if not re.search(r"soft_margin|softm|dot_product_attention", one)} == set()
    assert named(refused, method) >= {"sort", "median", "polar", "prod", "logaddexp"}
