"""The script that takes the documentation's pictures."""

import subprocess
import sys

import numpy as np
from browser.lab import ROOT
from PIL import Image


def test_a_methods_picture_is_taken_from_the_running_widget_also_where_there_is_one(tmp_path):
    file = tmp_path / "methods" / "saliency.webp"
    file.parent.mkdir()
    file.write_bytes(b"an old one")
    command = [sys.executable, ROOT / "scripts" / "docs_pictures.py", "--into", tmp_path, "saliency"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    pixels = np.asarray(Image.open(file).convert("RGB")).astype(int)
    assert pixels.shape[1] == 420
    assert (np.ptp(pixels, axis=2) > 60).any(), "a photo with a map over it"
    assert list(tmp_path.rglob("*.*")) == [file]
