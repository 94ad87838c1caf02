"""Which rule of relevance goes to which layer, by the names under which papers compare them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Rule = Literal["epsilon", "gamma", "zplus", "alpha2_beta1", "flat", "w_square", "z_box"]


@dataclass(frozen=True)
class Composite:
    """Rules of dense layers, convolutions and the first layer (None: as the others of its kind)."""

    dense: Rule
    convolution: Rule
    first: Rule | None = None


COMPOSITES = {
    "epsilon": Composite("epsilon", "epsilon"),
    "epsilon_plus": Composite("epsilon", "zplus"),
    "epsilon_plus_flat": Composite("epsilon", "zplus", "flat"),
    "epsilon_gamma_box": Composite("epsilon", "gamma", "z_box"),
    "epsilon_alpha2_beta1": Composite("epsilon", "alpha2_beta1"),
    "epsilon_alpha2_beta1_flat": Composite("epsilon", "alpha2_beta1", "flat"),
    "alpha2_beta1": Composite("alpha2_beta1", "alpha2_beta1"),
    "alpha1_beta0": Composite("zplus", "zplus"),
    "gamma": Composite("gamma", "gamma"),
    "deep_taylor": Composite("zplus", "zplus", "w_square"),
}
