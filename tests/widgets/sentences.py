"""Every sentence of the package that a widget may show, as it stands in the source: {} for what differs."""

import ast
import re
from pathlib import Path

import xai_widgets
from xai_widgets.method import REGISTRY

PACKAGE = Path(xai_widgets.__file__).parent

ELSEWHERE = (
    *("api", "esm.py", "evaluations.py", "export", "findings.py", "jobs", "method.py", "reports", "results.py"),
    *("samples", "text.py", "wire", "models/incremental", "evaluation/subject.py"),
    *(
        "counterfactual/constraints.py",
        "counterfactual/menu.py",
        "counterfactual/ordered.py",
        "embeddings/clusters.py",
        "embeddings/contexts.py",
    ),
    *("embeddings/neighbours.py", "embeddings/words.py", "inputs/base.py", "inputs/cells.py"),
    *("inputs/columns.py", "inputs/decode.py", "inputs/edits.py", "inputs/fills.py"),
    *(
        "inputs/passages.py",
        "inputs/perturb.py",
        "inputs/perturbation.py",
        "inputs/preprocess.py",
        "inputs/regions.py",
        "inputs/rows.py",
    ),
    *("inputs/several.py", "inputs/table.py", "population/metrics.py", "population/subject.py", "population/truths.py"),
    *("prepare/language.py", "prepare/one_hots.py", "prepare/read.py", "prepare/rows.py", "prepare/scorers.py"),
    *("widgets/base.py", "widgets/dispatch.py", "widgets/embedding.py", "widgets/explainer.py", "widgets/image.py"),
    *("widgets/linked.py", "widgets/population.py", "widgets/table.py", "widgets/trust.py"),
)
"""Where nothing is said to a view: what Python's own cell raises or prints, what is written into files, what a view of
another version would be told, and reasons that are caught."""


def said():
    """Yield where each sentence stands, and it."""
    for path in sorted(PACKAGE.rglob("*.py")):
        name = path.relative_to(PACKAGE).as_posix()
        if not name.startswith(ELSEWHERE):
            for line, sentence in sentences(ast.parse(path.read_text(encoding="utf-8"))):
                # Who is told what came instead has written it in Python; what a model does is found out in a widget.
                if "got {}" not in sentence or name.startswith("models/"):
                    yield f"{name}:{line}", sentence
                    first, _, rest = sentence.partition(" ")
                    if first in REGISTRY:  # the model check tells the same of whichever method it is
                        yield f"{name}:{line}", f"It {rest}"


def sentences(tree):
    """Yield line and text of what ends as a sentence does, but for documentation and what explains a parameter."""
    nodes = list(ast.walk(tree))
    left_out = {id(inner) for node in nodes if unsaid(node) for inner in ast.walk(node)}
    left_out |= {id(inner) for node in nodes if isinstance(node, ast.JoinedStr) for inner in node.values}
    raised = {
        id(node.value) for node in nodes if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "msg"
    }
    for node in nodes:
        found = template(node)
        ends = id(node) in raised or found.endswith((".", "?", "!"))
        if id(node) not in left_out and ends and re.match(r"[^;,].*[a-z].* .*[a-z]{2}", found):
            yield node.lineno, found


def template(node):
    """Return a text with {} for each stretch that differs."""
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    texts = [
        one.value if isinstance(one, ast.Constant) and isinstance(one.value, str) else "{}"
        for one in parts
        if isinstance(one, (ast.Constant, ast.FormattedValue))
    ]
    return re.sub(r"(\{\})+", "{}", "".join(texts)).strip()


def unsaid(node):
    """Tell whether what is below is read in the source, or is translated as a method's own."""
    if isinstance(node, ast.Call):
        return getattr(node.func, "id", "") == "parameter"
    if isinstance(node, ast.AnnAssign):
        return getattr(node.target, "id", "") == "sentence"
    return isinstance(node, ast.Assert) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
