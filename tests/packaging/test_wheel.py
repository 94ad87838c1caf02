"""The wheel, installed where there is no Node and no source: what a user gets from `pip install`."""

import gzip
import json
import os
import re
import subprocess
import sys
import sysconfig
import zipfile
from email.parser import Parser
from importlib.metadata import version
from pathlib import Path

import pytest

from xai_widgets import __version__

ROOT = Path(__file__).parents[2]
KILOBYTE = 1000

TOPICS = ("text", "counterfactuals", "rows", "populations", "embeddings", "trust", "changed pictures", "saved")
SCATTERPLOT = 66
"""kB, packed, of regl-scatterplot, which draws the map of words: a library in place of code of our own."""

BUDGETS = {
    "engine": 500,
    "methods": 100,
    **dict.fromkeys(TOPICS, 65),
    "explorer": 40,
    "languages": 45,
    "lab": 65,
    "embeddings": 65 + SCATTERPLOT,
}
"""kB of the wheel a topic. The engine is what no other topic names: models and inputs of every kind, six methods with
exact incremental occlusion, the image widget. A third of the lab's are the tutorials that come with it."""

FILES = {
    "methods": r"attribution/(ablation|backprop|cam_scored|coalitions|conductance|deep_lift|fit|heads|masks|relevance"
    r"|rollout|shapley|surrogate)|models/(rules/|merging)",
    "text": r"widgets/(text\w*|generation|versions)\.py|export/(clusters|passage)|wire/units|api/words|factual/menu"
    r"|samples/(language_model|quotes)",
    "changed pictures": r"picture_|changed_pictures|inputs/regions|samples/digits|widgets/image_(asides|other|ways)"
    r"|wire/files|counterfactual/(first_regions|pictures|region|code_problem|walks)",
    "counterfactuals": r"counterfactual/|/changes\.py|export/diffs",
    "rows": r"widgets/(table\w*|scenarios)\.py|inputs/(cells|columns|rows|column_cache|table)|export/cells"
    r"|(api|prepare)/rows\.|prepare/(one_hots|pieces|separable)|samples/people|wire/rows",
    "explorer": r"/widgets/(explorer|population\w*|twins)\.py|wire/studies",
    "populations": r"population|export/(axes|charts|curves|swarm|trees)|models/first_linear",
    "languages": r"static/language-|/languages/",
    "embeddings": r"embedding|export/scatter|wire/spaces|samples/(word_vectors|judgements)",
    "saved": r"export/(atomic|bundle|change_files|checks|files|packed|record)|reports/|/(answers|saving|provenance)"
    r"|(export|lab)/(facts|fitting|layouts|page\.|tables|payload|vector|views)|^xai_widgets/language\.py",
    "trust": r"evaluation|api/comparisons|export/measured|widgets/(trust|judged)\.py",
    "lab": r"/labextensions/|xai_widgets/(lab/|tutorial)",
}
"""Which files a topic adds."""

VIEWS = {
    "text": "text.",
    "rows": "table.",
    "explorer": "population.",
    "embeddings": "embedding.",
    "saved": ("page.", "file.", "results."),
}
"""Which views are a topic's own. Parts of several topics are the engine's."""

pytestmark = pytest.mark.packaging

TRY = """
import shutil, sys
assert shutil.which("node") is None and shutil.which("npm") is None

import torch, xai_widgets as xai
assert xai.__file__.startswith(sys.prefix), xai.__file__

torch.manual_seed(0)
model = torch.nn.Sequential(
    torch.nn.Conv2d(3, 4, 3, padding=1), torch.nn.ReLU(), torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten(),
    torch.nn.Linear(4, 5),
).eval()
x = torch.rand(3, 16, 16)
found = xai.attribute(model, x, method="saliency", target=2)
assert found.values.shape == (3, 16, 16) and found.target == 2

w = xai.explain(model, x)
bundle = w._repr_mimebundle_()
bundle = bundle[0] if isinstance(bundle, tuple) else bundle
print(sorted(bundle))
w.close()
"""


@pytest.fixture(scope="session")
def wheel(tmp_path_factory):
    """Return the wheel that the browser's tests run on, or build one."""
    folder = os.environ.get("XAI_WIDGETS_WHEEL")
    if folder is None:
        folder = tmp_path_factory.mktemp("wheel")
        subprocess.run([sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", folder, ROOT], check=True)
    [path] = Path(folder).glob("*.whl")
    return path


@pytest.fixture(scope="session")
def static(wheel):
    """Return what is sent to browsers: the parts of all views by name, and of each view the names of its parts."""
    folder = "xai_widgets/static/"
    with zipfile.ZipFile(wheel) as archive:
        names = [name for name in archive.namelist() if name.startswith(folder)]
        parts = {name.removeprefix(folder): archive.read(name) for name in names}
    parts.pop("licences.txt")
    return parts, json.loads(parts.pop("views.json"))


@pytest.fixture(scope="session")
def clean(tmp_path_factory, wheel):
    """Install the wheel into an environment of its own.

    Its dependencies (a gigabyte, and the same files) are lent by this environment: a `.pth` file puts their folder at
    the end of the path. Such files are not read recursively, so the editable install of the source does not come
    along, and the package under test can only be the wheel's; the script checks that as well.
    """
    folder = tmp_path_factory.mktemp("clean") / "venv"
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    python = folder / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "-q", "--no-deps", "--no-index", wheel], check=True)
    where = "import sysconfig; print(sysconfig.get_path('purelib'))"
    own = subprocess.run([python, "-c", where], check=True, capture_output=True, text=True).stdout.strip()
    Path(own, "lent.pth").write_text(sysconfig.get_path("purelib"))
    return folder


def inside(clean, *arguments):
    """Run the clean environment's Python away from the source, with nothing but that environment on the PATH."""
    env = {**os.environ, "PATH": str(clean / "bin"), "PYTHONPATH": "", "VIRTUAL_ENV": str(clean)}
    done = subprocess.run(
        [clean / "bin" / "python", *arguments], capture_output=True, text=True, cwd=clean, env=env, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_one_version_everywhere():
    package = json.loads((ROOT / "package.json").read_text())
    assert package["version"] == version("xai-widgets") == __version__


def test_the_wheel_holds_what_is_needed_and_no_more(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    shared = "xai_widgets-{}.data/data/share/jupyter/labextensions/xai-widgets/".format(version("xai-widgets"))
    assert "xai_widgets/py.typed" in names
    assert shared + "package.json" in names
    assert shared + "install.json" in names
    assert any(name.startswith(shared + "static/remoteEntry.") for name in names)
    assert any(name.endswith("/etc/jupyter/jupyter_server_config.d/xai_widgets.json") for name in names)
    folders = {name.split("/")[0] for name in names}
    assert len(folders) == 3, folders  # the package, its data, its metadata
    assert not [name for name in names if name.endswith((".ts", ".tsx", ".map", ".pyc")) or "/." in name]
    assert not [name for name in names if name.startswith("xai_widgets/labextension")], "it is among the data"


def test_whose_code_browsers_are_sent_is_told_with_its_licence(wheel):
    with zipfile.ZipFile(wheel) as archive:
        text = archive.read("xai_widgets/static/licences.txt").decode()
    told = {re.match(r"\S+", one)[0]: one for one in re.split(r"\n-{80}\n\n", text)}
    assert {"preact", "@preact/signals", "regl", "regl-scatterplot"} <= set(told)
    assert all("Permission is hereby granted, free of charge" in one for one in told.values())
    assert "Jason Miller" in told["preact"]


def test_each_view_comes_in_parts_that_are_stored_once(static):
    parts, views = static
    assert set(views) >= {"image.js", "image.css", "text.js", "text.css"}
    parts = {name: text for name, text in parts.items() if not name.startswith("language-")}  # asked for by themselves
    assert set(parts) == {part for names in views.values() for part in names}
    assert {*views["image.js"]} & {*views["text.js"]}
    contents = list(parts.values())
    assert len(set(contents)) == len(contents)


def topic_of(name, views):
    """Return the topic that a file of the wheel counts for."""
    part = name.removeprefix("xai_widgets/static/")
    shown = [view for view, parts in views.items() if part in parts]
    if shown:
        own = (topic for topic, start in VIEWS.items() if all(view.startswith(start) for view in shown))
        return next(own, "engine")
    return next((topic for topic, files in FILES.items() if re.search(files, name)), "engine")


def test_each_topic_keeps_to_its_share_of_the_wheel(wheel, static):
    _, views = static
    sizes = dict.fromkeys(BUDGETS, 0)
    with zipfile.ZipFile(wheel) as archive:
        for file in archive.infolist():
            # A file costs two headers with its name in each, and a row of the list of files, which is counted as it is.
            size = file.compress_size + 76 + 2 * len(file.filename)
            sizes[topic_of(file.filename, views)] += size
    assert sum(sizes.values()) == pytest.approx(wheel.stat().st_size, rel=0.001), "nothing was left out"
    assert {topic: size for topic, size in sizes.items() if size > BUDGETS[topic] * KILOBYTE} == {}, sizes


def test_what_goes_to_the_browser_is_one_small_module_that_asks_nobody(static):
    parts, views = static
    for view, names in views.items():
        content = b"".join(parts[name] for name in names)
        addresses = set(re.findall(rb"(?:https?:)?//[\w.-]+\.[a-z]{2,}[\w./-]*", content))
        assert all(one.startswith(b"http://www.w3.org/") for one in addresses), addresses  # names, not addresses
        # A language is loaded from bytes that the kernel sent, as the view itself was.
        content = re.sub(rb"await\(?\s*import\(\w+\)", b"", content, count=1)
        others = rb"\bimport\s*[({\"'*]|\bimport\s+\w+\s+from\b|@import|url\((?![\"']?(?:data:|#))"
        assert not re.findall(others, content), view
        if view.endswith(".js"):
            library = SCATTERPLOT if view == "embedding.js" else 0  # a view fetches nothing, so it brings it along
            # What views share counts for each: the picture's has its limit in all, the others mainly for their own.
            assert len(gzip.compress(content)) <= (60 if view == "image.js" else 64 + library) * KILOBYTE, view
            own = b"".join(parts[name] for name in names if not name.startswith("shared-"))
            assert len(gzip.compress(own)) <= (40 + library) * KILOBYTE, view


def test_the_wheel_requires_only_what_every_user_needs(wheel):
    with zipfile.ZipFile(wheel) as archive:
        [name] = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        metadata = Parser().parsestr(archive.read(name).decode())
    required = {re.match(r"[\w-]+", line)[0] for line in metadata.get_all("Requires-Dist") if "extra ==" not in line}
    assert required == {"anywidget", "filelock", "ipywidgets", "numpy", "pillow", "torch", "traitlets"}
    assert metadata["License-Expression"] == "BSD-3-Clause"


def test_the_installed_wheel_explains_without_node(clean):
    assert "application/vnd.jupyter.widget-view+json" in inside(clean, "-c", TRY)


def test_the_installed_wheel_brings_the_jupyterlab_extension(clean):
    shown = inside(clean, "-m", "jupyterlab.labextensions", "list")
    [line] = [line for line in shown.splitlines() if "xai-widgets" in line]
    assert "enabled" in line
    assert "OK" in line
    assert f"{clean}/share/jupyter/labextensions" in shown


def test_the_installed_wheel_brings_the_server_extension(clean):
    shown = inside(clean, "-m", "jupyter_server.extension.serverextension", "list")
    assert re.search(r"xai_widgets\.lab\.server.*enabled", shown), shown
    assert re.search(r"xai_widgets\.lab\.server.*OK", shown), shown
