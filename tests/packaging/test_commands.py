"""The commands of the README and for those who work on it, and what Python they say they need."""

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]


def would(*words: str) -> str:
    """Return the last command that make would run."""
    environment = ["env", "-u", "MAKEFLAGS", "-u", "MAKELEVEL", "make", "--dry-run", *words]
    shown = subprocess.run(environment, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return shown.strip().splitlines()[-1]


def test_the_demo_opens_the_quickstart_in_a_browser_unless_told_otherwise():
    plain, hidden = would("demo"), would("demo", "OPEN=0", "PORT=8899")
    for command in (plain, hidden):
        assert command.startswith("jupyter lab ")
        [first] = re.findall(r"default_url=/lab/tree/(\S+)", command)
        [folder] = re.findall(r"root_dir=(\S+)", command)
        assert (ROOT / folder / first).is_file()
        assert "--ip=127.0.0.1" in command
    assert "--no-browser" not in plain
    assert "--port" not in plain
    assert "--no-browser" in hidden
    assert "--port=8899 --ServerApp.port_retries=0" in hidden


def test_modules_are_compiled_once_and_only_those_that_are_imported():
    given = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MAKELEVEL")}
    command = ["make", "--no-print-directory", "--eval=shown: ; @env", "shown"]
    given["PYTHONDONTWRITEBYTECODE"] = "1"
    shown = subprocess.run(command, cwd=ROOT, env=given, check=True, capture_output=True, text=True).stdout
    environment = dict(line.split("=", 1) for line in shown.splitlines() if "=" in line)
    asked = """
import sys
from pip._internal.commands.install import InstallCommand
print(sys.dont_write_bytecode, bool(InstallCommand("install", "").parse_args([])[0].compile))
"""
    command = [sys.executable, "-c", asked]
    said = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    assert said.stdout.split() == ["False", "False"]


def test_what_is_worked_on_is_built_anew_when_a_source_is_touched(tmp_path):
    assert would("dev").startswith("npm run --silent watch & ")
    assert "ANYWIDGET_HMR=1 jupyter lab" in would("dev")
    # In a copy, whose views nobody reads.
    shutil.copytree(ROOT / "js", tmp_path / "js")
    shutil.copytree(ROOT / "xai_widgets" / "export", tmp_path / "xai_widgets" / "export")
    shutil.copy(ROOT / "package.json", tmp_path)
    (tmp_path / "node_modules").symlink_to((ROOT / "node_modules").resolve())
    view, source = tmp_path / "xai_widgets" / "static" / "image.js", tmp_path / "js" / "core" / "words.ts"

    def comes(text):
        end = time.monotonic() + 60
        while not (view.exists() and text in view.read_text()):
            assert watcher.poll() is None, watcher.returncode
            assert time.monotonic() < end, f"{text} is not in the view"

    node = shutil.which("node")
    with subprocess.Popen([node, "js/build.mjs", "--watch"], cwd=tmp_path, stdin=subprocess.PIPE) as watcher:
        try:
            comes('"Compare with"')
            source.write_text(source.read_text().replace('"Compare with"', '"Set it beside"'))
            comes('"Set it beside"')
        finally:
            watcher.kill()


def test_every_benchmark_is_run_and_one_prints_what_it_measured_beside_its_goal():
    assert "for script in benchmarks/bench_*.py" in would("bench")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "benchmarks/bench_import.py", "--quick"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    assert re.search(r"image\.js, gzip +[\d.]+ +60\b", done.stdout), done.stdout


def test_the_pictures_of_the_documentation_are_taken_by_scripts():
    assert would("docs-pictures") == "python scripts/docs_tutorials.py"
    for script in ("docs_pictures", "docs_gallery", "docs_tutorials"):
        command = [sys.executable, f"scripts/{script}.py", "--help"]
        assert "--into" in subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


def test_every_python_that_is_promised_is_declared():
    project = (ROOT / "pyproject.toml").read_text()
    declared = re.findall(r'"Programming Language :: Python :: (3\.\d+)"', project)
    assert declared == ["3.10", "3.11", "3.12", "3.13"]
    assert f'requires-python = ">={declared[0]}"' in project
