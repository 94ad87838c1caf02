"""How a result was computed, in a few lines that suffice to compute it again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xai_widgets.evaluations import Evaluation
from xai_widgets.export.code import literal
from xai_widgets.export.words import title_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xai_widgets.changes import Counterfactuals
    from xai_widgets.populations import PopulationResult
    from xai_widgets.results import Attribution

LONGEST = 300


def facts(result: Attribution | Counterfactuals | Evaluation | PopulationResult) -> dict[str, str]:
    """Return method, parameters, seed, weights, versions and cost, by name; without those that are not known."""
    title = title_of(result.method)
    made = dict(getattr(result, "provenance", {}))
    params = getattr(result, "params", {})
    # Importances have measures too: numbers, by name.
    measures = result.measures if isinstance(result, Evaluation) else ()
    backwards = getattr(result, "backwards", 0)
    time = made.pop("time", "").replace("T", " ").replace("+00:00", " UTC")
    found = {
        "Method": title if title == result.method else f"{title} ({result.method})",
        "Parameters": listed(params),
        "Measured with": "; ".join(f"{one.name}: {listed(one.params)}" for one in measures if one.params),
        "Seed": str(result.seed),
        "Weights": result.model_hash and f"fingerprint {result.model_hash}",
        "Cost": f"{result.forwards} forward and {backwards} backward passes, {result.seconds:.1f} s",
        "Versions": ", ".join(f"{name} {version}" for name, version in made.items()),
        "Computed": time,
    }
    return {name: value for name, value in found.items() if value}


def listed(params: Mapping[str, Any]) -> str:
    """Write parameters in a line."""
    return ", ".join(f"{name}={_brief(value)}" for name, value in params.items())


def _brief(value: Any) -> str:
    said = literal(value)
    return said if len(said) <= LONGEST else f"{said[:LONGEST]}…"
