"""The browser's half of a widget, as text."""

from __future__ import annotations

import json
import os
from pathlib import Path

from xai_widgets._version import __version__

STATIC = Path(__file__).parent / "static"
EXPORT = "export default"
"""What the last part of a view begins with, whether a space follows or not."""


def _parts() -> dict[str, list[str]]:
    views = STATIC / "views.json"
    found: dict[str, list[str]] = json.loads(views.read_text(encoding="utf-8")) if views.is_file() else {}
    return found


def script(**views: str) -> str:
    """Return several views as one text, each under a name in place of its export, the parts that they share once.

    Parameters
    ----------
    **views : str
        By the name that the script gives it, the name of the built file.

    Raises
    ------
    FileNotFoundError
        When the frontend has not been built, or is being watched: then there are no parts.
    """
    known = _parts()
    if not known.keys() >= set(views.values()):
        msg = f"{STATIC} holds no parts of {', '.join(views.values())}: run `npm run build:views` in a checkout."
        raise FileNotFoundError(msg)
    texts = {part: (STATIC / part).read_text(encoding="utf-8") for name in views.values() for part in known[name]}
    for given, name in views.items():
        part = known[name][-1]
        assert texts[part].startswith(EXPORT), f"{part} is no view"
        texts[part] = f"const {given}={texts[part].removeprefix(EXPORT)}"
    return "".join(texts.values())


def language(code: str) -> str | None:
    """Return the words of a language as an ES module; None for one that there are no words of.

    Parameters
    ----------
    code : str
        The first part of its BCP 47 tag, such as ``"zh"``. It comes from outside, so it is looked up and made no path.
    """
    known = {path.stem: path for path in STATIC.glob("language-*.js")}
    path = known.get(f"language-{code}")
    if path is None:
        return None
    return f"const KERNEL={path.with_suffix('.json').read_text(encoding='utf-8')};{path.read_text(encoding='utf-8')}"


def sentences(code: str) -> dict[str, str]:
    """Return what Python says in a language, by its English; nothing where :func:`language` has none."""
    if language(code) is None:
        return {}
    found: dict[str, str] = json.loads((STATIC / f"language-{code}.json").read_text(encoding="utf-8"))
    return found


def language_constant(code: str, given: str) -> str:
    """Return the words of a language as a constant, for a script that imports nothing; ``null`` without them.

    Parameters
    ----------
    code : str
        As of :func:`language`.
    given : str
        Name of the constant.
    """
    module = language(code)
    if module is None:
        return f"const {given}=null;"
    body, found, name = module.rstrip().rstrip(";").rpartition("export{")
    assert found, f"the language {code} exports nothing"
    return f"const {given}=(()=>{{{body}return {name.partition(' ')[0]}}})();"


def viewer(kind: str, code: str) -> dict[str, str]:
    """Return what shows saved explanations of one kind in a browser: an ES module, and its style.

    Parameters
    ----------
    kind : {"image", "text", "table", "population", "results"}
    code : str
        As of :func:`language`.

    Raises
    ------
    FileNotFoundError
        When the frontend has not been built.
    """
    module = script(view=f"{kind}.js", file="file.js") + language_constant(code, "words")
    return {
        "module": f'{module}export default (saved, el) => file(view, saved, el, words, "{__version__}");',
        "style": str(asset(f"{kind}.css")),
    }


def asset(name: str, *, needed: bool = True) -> str | Path:
    """Return a built file of the frontend.

    Views share parts, each stored once; ``views.json`` says which of them, one after the other, are the file. Without
    that list every view is one file: `make dev` builds so.

    As text: anywidget keeps every instance of a class alive whose ``_esm`` is a path
    (https://github.com/manzt/anywidget/issues/929). With ``ANYWIDGET_HMR=1`` (``make dev``) a whole file is returned
    as a path, for hot reload.

    Parameters
    ----------
    name : str
    needed : bool
        Whether a file that has not been built is an error; else the widget says so where it would be shown.

    Raises
    ------
    FileNotFoundError
        When the frontend has not been built, saying how to.
    """
    paths = [STATIC / part for part in _parts().get(name, [name])]
    if not all(path.is_file() for path in paths):
        msg = (
            f"{STATIC / name} is missing: the frontend is not built. "
            "Run `make setup` in a checkout, else reinstall xai-widgets."
        )
        if needed:
            raise FileNotFoundError(msg)
        shown = f"export default {{ render({{ el }}) {{ el.textContent = {json.dumps(msg)}; }} }};\n"
        return shown if name.endswith(".js") else ""
    if os.environ.get("ANYWIDGET_HMR") == "1" and len(paths) == 1:
        return paths[0]
    return "".join(path.read_text(encoding="utf-8") for path in paths)
