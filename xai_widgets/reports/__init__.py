"""A written explanation for somebody without Python: plain words made of the numbers by rules, pictures and tables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from xai_widgets.changes import CHANGE_WRITERS
from xai_widgets.evaluations import EVALUATION_WRITERS
from xai_widgets.export.atomic import write_atomically
from xai_widgets.export.page import document
from xai_widgets.language import languages, written_in
from xai_widgets.populations.base import POPULATION_WRITERS
from xai_widgets.reports.pages import evaluation_html, write_changes, write_evaluation, write_population, write_view
from xai_widgets.reports.parts import gathered, read_in, written
from xai_widgets.reports.style import STYLE
from xai_widgets.results import PAINTERS, WRITERS

__all__ = ["report"]

WRITERS[".html"] = write_view
CHANGE_WRITERS[".html"] = write_changes
EVALUATION_WRITERS[".html"] = write_evaluation
POPULATION_WRITERS[".html"] = write_population
PAINTERS["evaluation"] = evaluation_html


def report(*results: Any, language: str | None = None) -> None:
    """Write a report: what was predicted, why, what would change it, how far to trust it and how it was computed.

    The last argument is the file to write, ``xai.report(widget, "report.html")``. The page needs no network and runs no
    script; it prints well. No language model writes it: each sentence follows from numbers by a rule.

    Parameters
    ----------
    *results : Attribution, Counterfactuals, Evaluation, result about a table, or widget; then str or Path
        In any mix. Those about one input are told together. Of a widget all it knows is told, once it has finished.
    language : {"en", "zh"}, optional
        Of the report; by default that in which a widget given here is read, else English. Words in pictures are
        English where no font of the system has the language's letters.

    Raises
    ------
    TypeError
        For anything else, and where no file is named.
    ValueError
        Where there is nothing to tell, for a name that does not end in ``.html``, and for another language.
    OSError
        Where nothing can be written; what was there before is left as it was.
    """
    if not results or not isinstance(results[-1], (str, Path)):
        msg = 'report needs the name of a file at the end: xai.report(result, "report.html").'
        raise TypeError(msg)
    *given, name = results
    path = Path(name)
    if path.suffix.lower() != ".html":
        msg = f"cannot tell the format of {path.name!r}: the name of a report must end in .html."
        raise ValueError(msg)
    known = languages()
    if language is not None and language not in known:
        msg = f"language must be one of {', '.join(map(repr, known))}, got {language!r}."
        raise ValueError(msg)
    read = next((one for one in read_in(given) if one in known), "en")
    with written_in(language or read) as code:
        found = gathered(given)
        if not found:
            msg = "report needs a result at least: of xai.attribute, xai.counterfactuals, xai.evaluate, or a widget."
            raise ValueError(msg)
        title, body = written(found)
    write_atomically(path, document(title, STYLE, body, language=code))
