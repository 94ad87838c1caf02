"""The two commands of the README, and what Python they say they need."""

import re
import subprocess
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


def test_every_python_that_is_promised_is_declared():
    project = (ROOT / "pyproject.toml").read_text()
    declared = re.findall(r'"Programming Language :: Python :: (3\.\d+)"', project)
    assert declared == ["3.10", "3.11", "3.12", "3.13"]
    assert f'requires-python = ">={declared[0]}"' in project
