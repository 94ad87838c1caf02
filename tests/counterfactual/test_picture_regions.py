"""Fewest regions of a picture, on models whose smallest sets are found by trying all."""

import itertools

import numpy as np
import pytest
import torch
from torch import nn

import xai_widgets as xai
from xai_widgets.inputs import grid_cells, perturb, perturbation_from, read_inputs, superpixels

HEIGHT, WIDTH = 12, 16
EVERY = {"most": 12, "tries": 5000}


def model_of(seed, classes=3):
    """Scores that pixels sum up to, of no symmetry."""
    generator = torch.Generator().manual_seed(seed)
    net = nn.Sequential(nn.Flatten(), nn.Linear(3 * HEIGHT * WIDTH, classes))
    with torch.no_grad():
        net[1].weight.copy_(torch.randn(net[1].weight.shape, generator=generator) / 8)
        net[1].bias.zero_()
    return net.eval(), torch.rand(3, HEIGHT, WIDTH, generator=generator)


def rounded(x):
    return (x * 255).round() / 255


def winner(net, x):
    return int(net(x[None]).argmax())


def smallest(net, x, label, cover, wanted):
    """Return size and number of the smallest sets of regions, by trying all."""
    count = int(label.max()) + 1
    for size in range(1, count + 1):
        sets = itertools.combinations(range(count), size)
        good = [s for s in sets if wanted(winner(net, torch.where(torch.isin(label, torch.tensor(s)), cover, x)))]
        if good:
            return size, good
    return None, []


@pytest.mark.parametrize("seed", range(10))
def test_the_smallest_set_is_the_one_that_trying_all_finds(seed):
    net, x = model_of(seed)
    now = winner(net, x)
    size, good = smallest(net, rounded(x), superpixels(rounded(x), 12), torch.zeros(()), lambda one: one != now)
    found = xai.counterfactuals(net, x, regions=12, fill="colour", n=3, **EVERY)
    assert found.fewest
    assert len(found.candidates[0].regions) == size
    assert {one.regions for one in found.candidates if len(one.regions) == size} <= set(good)
    assert "No smaller set of these" in found.notes[-1]


@pytest.mark.parametrize("fill", ["mean", "blur", "noise", "colour"])
@pytest.mark.parametrize("seed", range(4))
def test_all_that_are_returned_flip_the_class_in_8_bits_and_as_the_widgets_edit(seed, fill):
    net, x = model_of(seed)
    now = winner(net, x)
    found = xai.counterfactuals(net, x, regions=12, fill=fill, n=4, seed=5, **EVERY)
    inputs = read_inputs(x, device="cpu", dtype=torch.float32)
    for one in found.candidates:
        picture = torch.from_numpy(one.picture).permute(2, 0, 1) / 255
        assert winner(net, picture) != now
        assert winner(net, perturb(inputs, [perturbation_from(one.edit)], seed=5).x) != now
        assert int(one.prediction.probabilities.argmax()) != now
        # The edit's picture is that picture but for rounding, and nothing else has changed.
        edited = perturb(inputs, [perturbation_from(one.edit)], seed=5).x
        assert float((edited - picture).abs().max()) <= 1.01 / 255
        assert np.array_equal(one.picture[~one.mask], found.original[~one.mask])
        assert one.area == pytest.approx(one.mask.mean())
        for region in one.regions:  # none can be put back
            kept = np.isin(superpixels(rounded(x), 12).numpy(), [r for r in one.regions if r != region])
            if fill == "colour":
                assert winner(net, torch.where(torch.from_numpy(kept), 0.0, rounded(x))) == now


def test_different_ones_are_found_where_there_are_some():
    # Each of four bright corners alone makes class 1: any of them, covered, is one answer less.
    class Least(nn.Module):
        def forward(self, x):
            parts = nn.functional.adaptive_avg_pool2d(x.mean(1), 2).flatten(1)
            return torch.stack([0.5 - parts.min(1).values, parts.min(1).values - 0.2], 1)

    x = torch.full((3, 16, 16), 0.8)
    found = xai.counterfactuals(Least(), x, regions=4, fill="colour", n=4)
    assert [one.regions for one in found.candidates] == [(0,), (1,), (2,), (3,)]
    assert found.fewest


def test_cells_are_taken_over_from_another_picture():
    net, x = model_of(2)
    other = next(one for seed in range(9) if winner(net, one := model_of(20 + seed)[1]) != winner(net, x))
    size, good = smallest(
        net, rounded(x), grid_cells(HEIGHT, WIDTH, 12), rounded(other), lambda one: one == winner(net, other)
    )
    found = xai.counterfactuals(net, x, other=other, regions=12, n=2, **EVERY)
    assert found.index == winner(net, other)
    assert found.fewest
    assert len(found.candidates[0].regions) == size
    assert found.candidates[0].regions in good
    assert found.candidates[0].edit is None
    inside = found.candidates[0].mask
    assert np.array_equal(
        found.candidates[0].picture[inside], (rounded(other) * 255).round().byte().permute(1, 2, 0).numpy()[inside]
    )


def test_what_is_black_and_white_in_a_picture_is_so_in_the_other():
    # Values around zero, each picture with a range of its own.
    net = nn.Sequential(nn.Flatten(), nn.Linear(3 * 8 * 8, 2, bias=False))
    with torch.no_grad():
        net[1].weight.copy_(torch.tensor([[1.0], [-1.0]]).expand(2, 192) / 192)
    x = torch.linspace(-1, 2, 192).reshape(3, 8, 8)
    found = xai.counterfactuals(net, x, other=torch.full((3, 8, 8), -0.7), regions=4, n=1)
    one = found.candidates[0]
    assert np.unique(one.picture[one.mask]).tolist() == [round(255 * 0.3 / 3)]
    with pytest.raises(ValueError, match="the model says 'class 0' of the other picture too"):
        xai.counterfactuals(net, x, other=torch.full((3, 8, 8), 0.7))


def test_what_was_not_searched_to_the_end_says_so():
    net, x = model_of(8)  # four regions are needed
    found = xai.counterfactuals(net, x, regions=12, fill="colour", n=1, most=12, tries=40)
    assert not found.fewest
    assert "ot searched to the end" in found.notes[-1]


def test_limits():
    net, x = model_of(0)
    alone = xai.counterfactuals(net, x, regions=1, fill="noise", seed=3)
    assert [one.regions for one in alone.candidates] in ([], [(0,)])

    class Constant(nn.Module):
        def forward(self, x):
            return torch.tensor([[1.0, 0.0]]).expand(len(x), 2) + 0 * x.sum()

    none = xai.counterfactuals(Constant(), x)
    assert not none.candidates
    assert not none.fewest
    assert "no region moves the score at all" in none.notes[-1]
    assert "image/png" in none._repr_mimebundle_()
    assert list(none.to_dataframe().columns)[:3] == ["regions", "changes", "area"]

    few = xai.counterfactuals(net, x, target=(winner(net, x) + 1) % 3, regions=3, most=1, within=(0.999, None))
    assert "None found: no set of up to 1 of these" in few.notes[-1]
    with pytest.raises(ValueError, match="is predicted already"):
        xai.counterfactuals(net, x, target=winner(net, x))
    with pytest.raises(ValueError, match="must become a picture of shape"):
        xai.counterfactuals(net, x, other=x[:, :4])
    with pytest.raises(ValueError, match="goes with method='regions'"):
        xai.counterfactuals(net, x, other=x, method="smooth")
    with pytest.raises(ValueError, match="changes a text, and this is a picture"):
        xai.counterfactuals(net, x, method="fewest_edits")
    with pytest.raises(TypeError, match="got shape"):
        xai.counterfactuals(net, torch.rand(5))


def test_it_gets_better_can_be_left_and_repeats():
    net, x = model_of(9)
    options = {"regions": 12, "fill": "noise", "n": 3, "seed": 4, **EVERY}
    steps = list(xai.counterfactuals_iter(net, x, **options))
    sizes = [min(len(one.regions) for one in step.candidates) for step in steps if step.candidates]
    assert sizes == sorted(sizes, reverse=True)
    assert len(steps) > 5
    for step in xai.counterfactuals_iter(net, x, **options):
        if step.candidates:
            break
    assert step.fraction < 1
    again = xai.counterfactuals(net, x, **options)
    assert [one.regions for one in again.candidates] == [one.regions for one in steps[-1].candidates]


class Nearer(nn.Module):
    """Which of two pictures more of the cells come from: more than a share of them has to."""

    def __init__(self, share):
        super().__init__()
        self.share = share

    def forward(self, x):
        lead = x.mean((1, 2, 3)) - self.share
        return torch.stack([-lead, lead], 1)


def test_of_a_very_different_picture_a_first_set_comes_within_a_few_passes_a_region():
    # 50 of 100 cells have to come from the other picture; growing one by one would take 3,700 passes.
    black, white = torch.zeros(3, 40, 40), torch.ones(3, 40, 40)
    options = {"other": white, "regions": 100, "most": 60, "n": 1}
    steps = xai.counterfactuals_iter(Nearer(0.495), black, tries=10_000, **options)
    first = next(one for one in steps if one.candidates)
    assert first.forwards < 400
    assert len(first.candidates[0].regions) == 50
    assert not first.fewest
    last = xai.counterfactuals(Nearer(0.495), black, tries=600, **options)
    assert len(last.candidates[0].regions) == 50
    assert not last.fewest
    assert "a smaller set may exist" in last.notes[-1]
    few = xai.counterfactuals(Nearer(0.495), black, tries=600, **{**options, "most": 49})
    assert not few.candidates
    assert "not searched to the end" in few.notes[-1]
