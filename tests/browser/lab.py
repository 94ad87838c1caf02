"""Real Jupyter servers, and a driver for the notebooks that a real browser opens in them."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
from playwright.sync_api import TimeoutError as NotInTime
from playwright.sync_api import expect

import xai_widgets

ROOT = Path(__file__).parents[2]
PACKAGE = Path(xai_widgets.__file__).parent
"""Under test: the source beside these tests, or an installed wheel."""

TOKEN = "test-token"
START_SECONDS, STOP_SECONDS = 180, 10

PATIENCE = 60_000
"""Milliseconds. What is awaited comes in a tenth of a second, but the machine may have more to do."""

# `currentWidget` is null whenever nothing has the focus, so the panel is looked up.
PANEL = "[...window.jupyterapp.shell.widgets('main')].find(w => w.context && w.content?.widgets)"


def script(text):
    """Write the notebook's panel as PANEL in a script for the page."""
    return text.replace("PANEL", PANEL)


NOISE = (
    # Notebook 7 logs this at every start, without our extension too
    "Cannot read properties of undefined (reading 'schema')",
    # a page that is left before JupyterLab's debugger had its answer
    "Could not restore the debugger state: Canceled future",
    # The server lists kernels, or lets them be talked to, before it has made one whole; JupyterLab asks again
    "/api/kernels?",
    "Unexpected response code: 500",
)

SETTINGS = {
    # asks the internet for news
    "@jupyterlab/apputils-extension/notification": '{"fetchNews": "false", "checkForUpdates": false}',
}

LANGUAGE = "@jupyterlab/translation-extension/plugin"
"""The setting that JupyterLab's language is chosen by, below the folder of settings."""

BARE = '{"disabledExtensions": {"xai-widgets": true}}'
"""As if the extension were not installed, in ``labconfig/page_config.json``."""


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def ended(process, seconds):
    """Give a server some time, and tell whether it ended in it: asked without a pause, it would have half a core."""
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


def terminate(process):
    """End a server that leads a group of its own, and all that it has started."""
    os.killpg(process.pid, signal.SIGTERM)  # SIGINT would ask "shut down? y/n"
    if not ended(process, STOP_SECONDS):
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def extension(folder: Path) -> Path:
    """Let a server find the extension of the package under test: installed beside it, or built in the source."""
    installed = PACKAGE.parent / "share" / "jupyter"
    if installed.is_dir():
        return installed
    link = folder / "labextensions" / "xai-widgets"
    link.parent.mkdir(parents=True)
    link.symlink_to(PACKAGE / "labextension")
    return folder


def language_pack(folder: Path, locale: str) -> Path:
    """Make a package that tells JupyterLab that it can speak a language, as its real packs do, without their words."""
    name = f"jupyterlab_language_pack_{locale}"
    head = {"domain": "jupyterlab", "language": locale, "plural_forms": "nplurals=1; plural=0;", "version": "1"}
    for file, text in {
        f"{name}/__init__.py": "",
        f"{name}/locale/{locale}/LC_MESSAGES/jupyterlab.json": json.dumps({"": head}),
        f"{name}-1.dist-info/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n",
        f"{name}-1.dist-info/entry_points.txt": f"[jupyterlab.languagepack]\n{locale} = {name}\n",
    }.items():
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text(text)
    return folder


class Server:
    """A Jupyter server on loopback that keeps everything it writes in one temporary folder.

    In a `bare` one, pages have no extension of ours. With a `locale`, such as ``zh_CN``, JupyterLab is set to it.
    """

    def __init__(
        self,
        folder: Path,
        *,
        app: str = "jupyterlab",
        python: str = sys.executable,
        bare: bool = False,
        locale: str | None = None,
    ):
        self.app = app
        self.root = folder / "root"
        self.root.mkdir(parents=True)
        settings, paths = dict(SETTINGS), [os.environ.get("PYTHONPATH", "")]
        if locale:
            settings[LANGUAGE] = json.dumps({"locale": locale})
            paths.insert(0, str(language_pack(folder / "packs", locale)))
        for name, text in settings.items():
            file = folder / "settings" / f"{name}.jupyterlab-settings"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        if bare:
            (folder / "config" / "labconfig").mkdir(parents=True)
            (folder / "config" / "labconfig" / "page_config.json").write_text(BARE)
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.log = folder / "server.log"
        self.run = TemporaryDirectory(prefix="run-")  # a short path: sockets take no longer ones
        flag = {"jupyterlab": "LabApp", "notebook": "JupyterNotebookApp"}[app]
        self.process = subprocess.Popen(
            [
                python,
                *("-m", app, "--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}"),
                "--ServerApp.port_retries=0",
                f"--IdentityProvider.token={TOKEN}",
                f"--ServerApp.root_dir={self.root}",
                f"--{flag}.expose_app_in_browser=True",
                # A kernel's ports are chosen before it takes them, and with many servers and pages at once another may.
                "--KernelManager.transport=ipc",
            ],
            env=dict(
                os.environ,
                PYTHONPATH=os.pathsep.join(filter(None, paths)),
                JUPYTER_PATH=str(extension(folder / "share")),
                JUPYTER_CONFIG_DIR=str(folder / "config"),
                JUPYTER_DATA_DIR=str(folder / "data"),
                JUPYTER_RUNTIME_DIR=self.run.name,
                IPYTHONDIR=str(folder / "ipython"),
                JUPYTERLAB_SETTINGS_DIR=str(folder / "settings"),
                JUPYTERLAB_WORKSPACES_DIR=str(folder / "workspaces"),
                JUPYTER_PLATFORM_DIRS="1",
            ),
            cwd=folder,
            stdout=self.log.open("w"),
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        end = time.monotonic() + START_SECONDS
        while not self.answers():
            if ended(self.process, 0.05) or time.monotonic() > end:
                raise RuntimeError(self.log.read_text()[-3000:])

    def answers(self):
        try:
            with urllib.request.urlopen(f"{self.url}/api?token={TOKEN}", timeout=2) as response:
                return response.status == 200
        except OSError:
            return False

    def stop(self):
        terminate(self.process)
        self.run.cleanup()

    def write(self, name, cells, *, outputs=None, trusted=False):
        """Write a notebook of code cells, with the outputs of some of them."""
        notebook = nbformat.v4.new_notebook()
        notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
        for i, source in enumerate(cells):
            cell = nbformat.v4.new_code_cell(source)
            for data in (outputs or {}).get(i, []):
                cell.outputs.append(nbformat.v4.new_output("display_data", data=data))
            if trusted:
                cell.metadata.trusted = True
            notebook.cells.append(cell)
        path = self.root / name
        nbformat.write(notebook, path)
        return path

    def read(self, name):
        return nbformat.read(self.root / name, as_version=4)


class Lab:
    """A page with one notebook in it; its cells are run through the application, not by clicking.

    Every error in the browser's console and every request to another machine is a failure, unless a test says
    that it expects it (`expected`).
    """

    def __init__(self, page, server):
        self.page, self.server = page, server
        self.errors, self.external, self.expected = [], [], list(NOISE)
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda e: self.errors.append(str(e)))
        page.on("console", self._console)
        page.on("request", self._request)

    def _console(self, message):
        if message.type == "error":
            self.errors.append(f"{message.text} ({message.location.get('url')})")

    def _request(self, request):
        own = (self.server.url, self.server.url.replace("http", "ws"), "data:", "blob:")
        if not request.url.startswith(own):
            self.external.append(request.url)

    def goto(self, path):
        """Open any page of the server and wait until the application stands."""
        self.page.goto(f"{self.server.url}/{path}{'&' if '?' in path else '?'}token={TOKEN}")
        # A predicate given to wait_for_function must not be async: the promise itself would count as true.
        self.page.wait_for_function("() => window.jupyterapp")
        self.page.evaluate("() => window.jupyterapp.restored.then(() => true)")
        return self

    def open(self, name, cells=None, *, kernel=True, **written):
        """Open a notebook, after writing it when cells are given, and wait until it can run."""
        if cells is not None:
            self.server.write(name, cells, **written)
        self.goto(f"{'doc/tree' if self.server.app == 'jupyterlab' else 'notebooks'}/{name}")
        return self.attend(kernel=kernel)

    def attend(self, *, kernel=True):
        """Wait until the notebook on the page is ready, with a kernel that waits for work."""
        self.page.wait_for_function(script("() => PANEL"))
        self.page.evaluate(
            script("""async () => {
                const w = PANEL;
                await w.revealed; await w.context.ready;
                window.jupyterapp.shell.activateById(w.id); }""")
        )
        if kernel:
            self.page.wait_for_function(script("() => PANEL.context.sessionContext.session?.kernel?.status === 'idle'"))
        return self

    def run(self, i, *, wait=True):
        """Run the cell, and wait for its end unless told otherwise."""
        self.page.evaluate(
            script("""([i, wait]) => {
                const w = PANEL; window.jupyterapp.shell.activateById(w.id);
                const nb = w.content; nb.activeCellIndex = i; nb.deselectAll();
                const p = window.jupyterapp.commands.execute('notebook:run-cell');
                return wait ? p.then(() => true) : true; }"""),
            [i, wait],
        )
        return self

    def run_until(self, i, said, seconds=60):
        """Run a cell again until it says so: a comm's end goes to a subshell, and the cell may overtake it."""
        end = time.monotonic() + seconds
        while self.run(i).text(i) != said:
            assert time.monotonic() < end, f"{self.text(i)!r} instead of {said!r}"

    def output(self, i):
        """Locate the output area of a cell."""
        return self.page.locator(".jp-Notebook-cell").nth(i).locator(".jp-Cell-outputArea")

    def text(self, i):
        """Return what a cell printed, from the notebook's model."""
        return self.page.evaluate(
            script(
                """i => PANEL.content.widgets[i].model.outputs.toJSON()
                .map(o => [o.text, o.data?.['text/plain'], o.ename, o.evalue].flat().filter(Boolean).join(' '))
                .join('')"""
            ),
            i,
        )

    def state(self, i):
        return self.page.evaluate(script("i => PANEL.content.widgets[i].model.executionState"), i)

    def command(self, name, **args):
        return self.page.evaluate(
            "([name, args]) => window.jupyterapp.commands.execute(name, args).then(() => true)", [name, args]
        )

    def palette(self, text):
        """Type into the palette. It closes when anything else takes the focus, as a page that still loads may."""
        end = time.monotonic() + PATIENCE / 1000
        while True:
            self.command("apputils:activate-command-palette")
            try:
                self.page.locator(".lm-CommandPalette-input").last.fill(text, timeout=2000)
            except NotInTime:
                assert time.monotonic() < end, "the palette closes again and again"
            else:
                return

    def choose(self, entry):
        """Run an entry of the palette."""
        end = time.monotonic() + PATIENCE / 1000
        while True:
            self.palette(entry)
            try:
                active = self.page.locator(".lm-CommandPalette-item.lm-mod-active", has_text=entry)
                active.wait_for(timeout=2000)
                self.page.locator(".lm-CommandPalette-input").last.press("Enter", timeout=2000)
            except NotInTime:
                assert time.monotonic() < end, "the palette closes again and again"
            else:
                return

    def save(self):
        self.page.evaluate(script("() => PANEL.context.save().then(() => true)"))

    def theme(self, name):
        """Change to the `light` or the `dark` theme."""
        self.command("apputils:change-theme", theme=f"JupyterLab {name.title()}")
        light = "true" if name == "light" else "false"
        expect(self.page.locator("body")).to_have_attribute("data-jp-theme-light", light)
        expect(self.page.locator("#jupyterlab-splash")).to_have_count(0)  # it veils the page while the theme loads
        return self

    def shots(self, folder: Path, name, locator=None):
        """Take a picture in both themes; return the two files."""
        folder.mkdir(parents=True, exist_ok=True)
        files = []
        for theme in ("dark", "light"):
            self.theme(theme)
            files.append(folder / f"{name}-{theme}.png")
            (locator or self.page).screenshot(path=files[-1])
        return files

    def shutdown(self):
        self.page.evaluate(
            script("() => window.jupyterapp && PANEL?.context?.sessionContext?.shutdown()?.then(() => true)")
        )

    def check(self):
        """Fail if the browser complained or asked another machine."""
        unexpected = [error for error in self.errors if not any(known in error for known in self.expected)]
        assert not unexpected, unexpected
        assert not self.external, self.external


def shared(context, server, name, cells):
    """Keep one notebook, and so one kernel, open for many tests: torch is imported once, in its first cell."""
    driver = Lab(context.new_page(), server)
    driver.open(name, cells).run(0)
    yield driver
    driver.shutdown()
    context.close()
