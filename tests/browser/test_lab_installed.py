"""What these tests run on: one package, whole."""

import os
from pathlib import Path

from browser.lab import PACKAGE

FOUND = """
import xai_widgets
from xai_widgets.esm import STATIC
print(xai_widgets.__file__, STATIC, sep="|")
"""


def test_kernel_views_and_extension_are_of_one_package_which_is_the_wheels_where_one_was_built(lab):
    wheel = os.environ.get("XAI_WIDGETS_WHEEL")
    if wheel is not None:
        assert PACKAGE.parent == Path(wheel)
        assert not (PACKAGE / "labextension").exists(), "only the source has it there"
    lab.open("found.ipynb", [FOUND]).run(0)
    assert lab.text(0).strip().split("|") == [str(PACKAGE / "__init__.py"), str(PACKAGE / "static")]
    loaded = lab.page.evaluate("performance.getEntriesByType('resource').map(one => one.name)")
    [entry] = [address for address in loaded if "/extensions/xai-widgets/static/remoteEntry." in address]
    status = "address => fetch(new URL('../install.json', address)).then(answer => answer.status)"
    # An install writes this file beside the extension; in the source it lies elsewhere.
    assert lab.page.evaluate(status, entry) == (404 if wheel is None else 200)
    if wheel is None:
        lab.expected.append("install.json")
