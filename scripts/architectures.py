"""Explain a tiny model of every architecture in transformers' lists, and write docs/models.md.

Give names of architectures to see what comes of them without writing.
"""

from __future__ import annotations

import signal
import sys
import warnings
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

import torch
import transformers
from anymodel.families import FAMILIES, NO_ATTENTION, NO_MAP, WORKS, quiet, report
from anymodel.zoo import TASKS
from anymodel.zoo_settings import STOOD_IN

MOST_SECONDS = 120
MEANINGLESS = {NO_MAP: "no picture", NO_ATTENTION: "none"}
INTRO = """# Which models work

A tiny model with random weights of every architecture in the lists of transformers {transformers} is explained by one
method of every family, through `xai.attribute(model, x)` with nothing but the model and an input: saliency, integrated
gradients, feature ablation, LIME, Kernel SHAP, Grad-CAM, LRP or else AttnLRP, and attention rollout.
`scripts/architectures.py` writes this page from a real run (torch {torch}); `make test-all` holds it to its word,
`make test` one row of each kind.

A number stands for the reason why not: see the end of the page. Where there is no picture, there is no map; where
nothing attends, there is no attention to follow. In brackets is what works where the first that is tried does not: LRP
is for convolutional and dense networks, AttnLRP for others.

Relevance works where it is also conserved: no operation keeps more than a thousandth of what flows, but for layers with
biases, sums with constants such as positions, and softmax, which keep a share by their rules.

{stood_in} need libraries that were stood in for: the tests' own plain torch does what the model
asks of them. LRP and AttnLRP may refuse the kernels of the libraries themselves.
"""


def main(wanted: list[str]) -> None:
    """Run all, or those wanted."""
    quiet()
    warnings.simplefilter("ignore")
    signal.signal(signal.SIGALRM, _too_long)
    found: dict[str, dict[str, dict[str, str]]] = {}
    for task, names in TASKS.items():
        for name in names:
            if wanted and name not in wanted:
                continue
            signal.alarm(MOST_SECONDS)
            row = report(task, name)
            signal.alarm(0)
            found.setdefault(task, {})[name] = row
            print(task, name, {k: v for k, v in row.items() if v != WORKS}, flush=True)
    if not wanted:
        (ROOT / "docs" / "models.md").write_text(page(found), "utf-8")


def _too_long(*_: object) -> None:
    msg = f"more than {MOST_SECONDS} s"
    raise TimeoutError(msg)


def page(found: dict[str, dict[str, dict[str, str]]]) -> str:
    """Write the page."""
    reasons: dict[str, int] = {}
    stood_in = " and ".join(f"`{name}` ({library})" for name, library in STOOD_IN.items())
    versions = {"transformers": transformers.__version__, "torch": torch.__version__}
    parts = [INTRO.format(**versions, stood_in=stood_in)]
    for task, rows in found.items():
        built = [row for row in rows.values() if "model" not in row]
        counts = ", ".join(
            f"{family} {sum(row[family].startswith(WORKS) for row in built)}"
            for family in FAMILIES
            if any(row[family] not in MEANINGLESS for row in built)
        )
        parts += [
            f"## {task.capitalize()}",
            f"{len(built)} of {len(rows)} were built and run; of these work: {counts}.",
        ]
        head = ["| architecture |", *(f" {family} |" for family in FAMILIES)]
        lines = ["".join(head), "|---" * (len(FAMILIES) + 1) + "|"]
        for name, row in sorted(rows.items()):
            cells = [_cell(row.get(family, row.get("model", "")), reasons) for family in FAMILIES]
            library = f" ({STOOD_IN[name]} stood in for)" if name in STOOD_IN else ""
            lines.append(f"| `{name}`{library} | {' | '.join(cells)} |")
        parts.append("\n".join(lines))
    parts.append("## Reasons")
    parts.append("\n".join(f"{number}. {_plain(reason)}" for reason, number in reasons.items()))
    return "\n\n".join(part.strip() for part in parts) + "\n"


def _cell(text: str, reasons: dict[str, int]) -> str:
    if text.startswith(WORKS):
        return text
    if text in MEANINGLESS:
        return MEANINGLESS[text]
    return str(reasons.setdefault(text, len(reasons) + 1))


def _plain(text: str) -> str:
    return text.replace("<", "&lt;").replace("|", "\\|").replace("`", "'").replace("[", "\\[")


if __name__ == "__main__":
    main(sys.argv[1:])
