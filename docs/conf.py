"""How the documentation site is built: `make docs`."""

import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

import docs_math
import docs_pages
import docs_tutorials

from xai_widgets import __version__

project = "xai_widgets"
version = release = __version__
copyright = "the xai_widgets authors"  # noqa: A001  the name that Sphinx reads

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build"]
html_theme = "furo"
html_math_renderer = "mathml"
html_title = "xai_widgets"
html_static_path = ["style"]
html_css_files = ["narrow.css"]

# Single backticks mark code, as in the comments of the source.
default_role = "code"
autodoc_member_order = "bysource"
autodoc_typehints = "none"
napoleon_google_docstring = False
napoleon_use_rtype = False
napoleon_use_ivar = True
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3
# Files of the repository that a page names are no pages of the site.
suppress_warnings = ["myst.xref_missing"]


def setup(app: Any) -> None:
    """Write the pages that follow from the code, before the others are read."""
    app.add_html_math_renderer("mathml", (docs_math.show_inline, None), (docs_math.show_block, None))
    for pages in (docs_pages, docs_tutorials):
        app.connect("builder-inited", lambda _, pages=pages: pages.write(ROOT / "docs"))
