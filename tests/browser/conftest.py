"""One JupyterLab, and one Notebook 7, for all browser tests of a session."""

import os
import shutil
from pathlib import Path

import pytest
from browser.image_widget import SETUP, SHOWN, VIEW, cell, one_widget, shown
from browser.lab import PATIENCE, Lab, Server, shared
from browser.static_page import (  # noqa: F401  fixtures of the static page tests
    address,
    all_pages,
    open_view,
    pages,
    said,
)
from browser.text_page import open_text  # noqa: F401  likewise
from playwright.sync_api import expect

HERE = Path(__file__).parent

expect.set_options(timeout=PATIENCE)

# Chromium as it can run without a screen, without a sandbox of its own and without asking the internet.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_collection_modifyitems(items):
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


def chromium():
    names = (os.environ.get("CHROMIUM", "chromium"), "chromium-browser", "google-chrome")
    return next(filter(None, map(shutil.which, names)), None)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    path = chromium()
    assert path, "the browser tests need chromium: apt-get install -y chromium fonts-dejavu-core"
    return {**browser_type_launch_args, "executable_path": path, "args": ARGUMENTS}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args):
    return {**browser_context_args, "viewport": {"width": 1400, "height": 1000}}


def serve(folder, app):
    server = Server(folder, app=app)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def lab_server(tmp_path_factory):
    yield from serve(tmp_path_factory.mktemp("lab"), "jupyterlab")


@pytest.fixture(scope="session")
def notebook_server(tmp_path_factory):
    yield from serve(tmp_path_factory.mktemp("notebook"), "notebook")


def drive(page, server):
    driver = Lab(page, server)
    yield driver
    driver.check()  # before the shutdown, which logs errors of its own
    driver.shutdown()


@pytest.fixture
def lab(page, lab_server):
    """Open notebooks in JupyterLab."""
    yield from drive(page, lab_server)


@pytest.fixture(scope="session")
def image_notebook(browser, browser_context_args, lab_server):
    yield from shared(browser.new_context(**browser_context_args), lab_server, "image.ipynb", [SETUP, "", "", ""])


@pytest.fixture
def studio(image_notebook):
    """Show image widgets in the notebook they share."""
    yield from one_widget(image_notebook)


@pytest.fixture
def view(studio):
    """Show a fresh widget and wait until its first picture is finished."""
    cell(studio, VIEW, SHOWN)
    return shown(studio, VIEW).settled()


@pytest.fixture
def notebook7(page, notebook_server):
    """Open notebooks in Notebook 7."""
    yield from drive(page, notebook_server)


@pytest.fixture(params=["jupyterlab", "notebook"])
def host(request, page):
    """Open notebooks in one after the other."""
    server = request.getfixturevalue({"jupyterlab": "lab_server", "notebook": "notebook_server"}[request.param])
    yield from drive(page, server)


@pytest.fixture
def opened(browser):
    """Open a file, and hold it to silence: no request but for itself, no word in the console."""
    noise, contexts = [], []

    def open_(path, **options):
        context = browser.new_context(viewport={"width": 1200, "height": 1000}, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: noise.append(str(error)))
        page.on("console", lambda message: said(message, noise))
        page.on("request", lambda request: noise.append(request.url) if request.url != path.as_uri() else None)
        page.goto(path.as_uri())
        page.wait_for_selector(".xai-root, main h1")
        return page

    yield open_
    for context in contexts:
        context.close()
    assert noise == []
