"""Long texts: 2,000 tokens of an encoder by each kind of method, and a function of texts of 8,000 words.

The encoder is that of the sentiment sample with more positions, drawn at random beyond those that it has: what is
measured is time and memory.
"""

from __future__ import annotations

import resource
import time
from typing import Any

from measure import arguments, table

import xai_widgets as xai
from xai_widgets.samples import sentiment

SENTENCE = (
    "The cast is warm and the script is often funny, but a dull second half and an ending that nobody could believe "
    "make it a film that is easier to admire than to love. "
)
BUDGET = 10.0
ENCODER: dict[str, dict[str, Any]] = {
    "saliency": {},
    "integrated_gradients": {"n_steps": 9, "tolerance": 0.0},
    "attention_lrp": {},
}
FUNCTION: dict[str, dict[str, Any]] = {
    "feature_ablation": {"time_budget": BUDGET},
    "lime": {"n_samples": 4000, "time_budget": BUDGET},
    "kernel_shap": {"n_samples": 4000, "time_budget": BUDGET},
}


def memory() -> float:
    """Return the most memory that the process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


def longer(model: Any, tokens: int) -> Any:
    config = type(model.config)(**{**model.config.to_dict(), "max_position_embeddings": tokens})
    other = type(model)(config).eval()
    mine = {name: value for name, value in model.state_dict().items() if "position_embeddings" not in name}
    other.load_state_dict(mine, strict=False)
    return other


def happy(texts: list[str]) -> list[list[float]]:
    """Score texts by two words, which takes no time."""
    return [[0.0, text.count("warm") - text.count("dull")] for text in texts]


def measured(title: str, model: Any, text: str, methods: dict[str, dict[str, Any]], **common: Any) -> None:
    print(f"{title}, {len(text):,} characters; memory before {memory():.0f} MB")
    rows = []
    for method, given in methods.items():
        before, cpu, wall = memory(), time.process_time(), time.perf_counter()
        found = xai.attribute(model, text, method, **given, **common)
        spent = time.process_time() - cpu, time.perf_counter() - wall
        passes = found.forwards + found.backwards
        rows.append([method, *spent, passes, len(found.values), found.fraction, memory() - before])
    table(["", "CPU s", "wall s", "passes", "values", "done", "MB more at most"], rows)


def main() -> None:
    given = arguments("Long texts, by the sentiment classifier of the samples and by a function")
    model, tokenizer, _ = sentiment()
    tokens, words = (500, 2000) if given.quick else (2000, 8000)
    text = SENTENCE * (tokens // 36)
    tokenizer.model_max_length = tokens
    measured(f"An encoder of {tokens} tokens", longer(model, tokens), text, ENCODER, tokenizer=tokenizer, target=1)
    text = SENTENCE * (words // len(SENTENCE.split()))
    measured(f"A function of {words} words", happy, text, FUNCTION, target=1)


if __name__ == "__main__":
    main()
