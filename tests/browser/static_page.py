"""A page that holds the image widget and a fake kernel: no Jupyter, no network."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
HTML = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>xai</title>
<link rel="stylesheet" href="page.css"><style>body {{ margin: 12px; {style} }}</style></head>
<body><script src="page.js"></script></body></html>
"""


def build(folder: Path, style: str = "") -> str:
    """Bundle the page into `folder` and return its address."""
    esbuild = ROOT / "node_modules" / ".bin" / "esbuild"
    if not esbuild.exists() or shutil.which("node") is None:
        msg = "The page needs `npm ci` first."
        raise FileNotFoundError(msg)
    command = [
        str(esbuild),
        "js/test/page.ts",
        "--bundle",
        "--format=iife",
        "--target=es2022",
        "--charset=utf8",
        "--jsx=automatic",
        "--jsx-import-source=preact",
        "--log-level=error",
        f"--outfile={folder / 'page.js'}",
    ]
    subprocess.run(command, cwd=ROOT, check=True)
    page = folder / "page.html"
    page.write_text(HTML.format(style=style), encoding="utf-8")
    return page.as_uri()
