"""The most memory that an explanation takes beyond the model, beside one forward and backward pass of as many inputs.

Each row is a process of its own, since memory once taken is seldom given back; modules and kernels are loaded before,
by a run on a small network and a pass of the large one. A long run lays out the weights of convolutions once, and keeps
them: as many bytes as those weights have, whatever the batch and the number of steps. They are counted in the
megabytes, and in one of the two ratios.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from measure import arguments, table

GOAL = 1.2
MODELS = ("resnet-18", "resnet-50")

PROGRAM = """
import sys, threading, time
sys.path.insert(0, {here!r})
import torch
torch.set_num_threads(1)
import nets, xai_widgets as xai
from xai_widgets.models import pace
model, x = nets.net({model!r})
x = x[0]
sizes = []
learn = pace.Pace.learn
pace.Pace.learn = lambda self, size, seconds: (sizes.append(size), learn(self, size, seconds))[1]

def resident():
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS")) / 1000

def peak(work):
    work_done, most = threading.Event(), [resident()]
    def watch():
        while not work_done.wait(0.002):
            most[0] = max(most[0], resident())
    thread = threading.Thread(target=watch)
    thread.start()
    before = resident()
    work()
    work_done.set()
    thread.join()
    return most[0] - before

def ours(model, x, steps):
    xai.attribute(model, x, "integrated_gradients", target=0, n_steps=steps, tolerance=0.0)

def by_hand(model, x, size):
    batch = x.expand(size, -1, -1, -1).clone().requires_grad_()
    model(batch)[:, 0].sum().backward(inputs=[batch])

small = torch.nn.Sequential(torch.nn.Conv2d(3, 8, 3), torch.nn.BatchNorm2d(8), torch.nn.Flatten()).eval()
ours(small, x[:, :16, :16], 9)
by_hand(model, x, 1)
sizes.clear()
{work}
"""
OURS = """
most = peak(lambda: ours(model, x, {steps}))
print("MEASURED", max(sizes), most)
"""
WEIGHTS = """
convolutions = [one for one in model.modules() if isinstance(one, torch.nn.Conv2d)]
print("MEASURED", len(convolutions), sum(one.weight.numel() * one.weight.element_size() for one in convolutions) / 1e6)
"""
PASS = """
print("MEASURED", {size}, peak(lambda: by_hand(model, x, {size})))
"""
CAPTUM = """
from captum.attr import IntegratedGradients
most = peak(lambda: IntegratedGradients(model).attribute(x[None], target=0, n_steps={steps}))
print("MEASURED", {steps}, most)
"""


def measured(model: str, work: str, **values: int) -> tuple[int, float] | None:
    """Return the largest batch and megabytes; None where something is not installed."""
    program = PROGRAM.format(here=str(Path(__file__).parent), model=model, work=work.format(**values))
    # So that the memory of a tensor goes back to the system with it.
    environment = {**os.environ, "MALLOC_MMAP_THRESHOLD_": "65536"}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, env=environment)
    found = re.search(r"MEASURED (\d+) ([\d.]+)", done.stdout)
    if found is None:
        print(f"  {done.stderr.strip().splitlines()[-1:]}")
        return None
    return int(found[1]), float(found[2])


def main() -> None:
    given = arguments("Memory beyond the model, in MB: integrated gradients of 100 steps beside one pass")
    steps = 33 if given.quick else 65
    rows: list[list[object]] = []
    for model in MODELS[: 1 if given.quick else None]:
        ours = measured(model, OURS, steps=steps)
        if ours is None:
            continue
        one, kept = measured(model, PASS, size=ours[0]), measured(model, WEIGHTS)
        floor, weights = (found[1] if found else float("nan") for found in (one, kept))
        rows += [
            [model, f"one pass of {ours[0]}", floor, 1.0, 1.0],
            [model, f"ours, {steps} steps", ours[1], ours[1] / floor, (ours[1] - weights) / floor],
        ]
        captum = measured(model, CAPTUM, steps=steps)
        if captum is not None:
            rows.append([model, f"captum, {steps} steps", captum[1], captum[1] / floor, None])
    table(["model", "", "MB", "ratio", f"without laid-out weights (goal {GOAL})"], rows)


if __name__ == "__main__":
    main()
