"""What all tests share."""

from __future__ import annotations

import os

import pytest

# The machine's cores are for the test processes: threads inside each would only get in each other's way. So would those
# inside the kernels and servers that tests start: they spin while they wait for each other.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import torch
from hypothesis import settings

import xai_widgets.api  # noqa: F401  registers the methods, by which some tests are parametrized
from xai_widgets import samples
from xai_widgets.models import execution

torch.set_num_threads(1)
settings.register_profile("untimed", deadline=None)  # how long an example takes is the machine's matter
settings.load_profile("untimed")


def pytest_addoption(parser: pytest.Parser) -> None:
    text = "explain a tiny model of every architecture that transformers lists, not ten of them"
    parser.addoption("--every-architecture", action="store_true", help=text)


@pytest.fixture(scope="session")
def critic() -> samples.Sentiment:
    """A real sentence classifier: ``model, tokenizer, labels``. Its head is trained once on a machine, and kept."""
    return samples.sentiment()


@pytest.fixture(scope="session")
def storyteller() -> samples.LanguageModel:
    """A real causal language model: ``model, tokenizer``. Its weights are converted once on a machine, and kept."""
    return samples.language_model()


@pytest.fixture
def _copies_are_worth_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give small networks the faster copy that large ones are given."""
    monkeypatch.setattr(execution, "WORTH", 0.0)


@pytest.fixture(autouse=True)
def _seeded() -> None:
    # `torch.manual_seed` asks all devices beside this, and writes down from where: a millisecond a test.
    torch.default_generator.manual_seed(0)
