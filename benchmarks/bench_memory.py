"""The most memory that an explanation takes beyond the model, beside one forward and backward pass of as many inputs.

One method of every family, on the model itself as a notebook has it, and Captum's integrated gradients. As many inputs
are those of the largest batch that was run; parts of inputs, which incremental occlusion passes, count as whole ones.
DeepLIFT and Deep SHAP compare each input of a batch with a baseline, and both go through the model: for them, a batch
of n stands beside one pass of 2 n inputs, so DeepLIFT of one photo beside a pass of two.
Each row is a process of its own, since memory once taken is seldom given back; modules and kernels are loaded before,
by a run on a small network and a pass of the large one. Whatever a run takes is counted, laid-out weights and the
points of the path among it.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from measure import arguments, table

GOAL = 1.2
MODELS = ("resnet-18", "vit-small", "resnet-50")
METHODS: dict[str, dict[str, object]] = {
    "saliency": {},
    "guided_backprop": {},
    "smooth_grad": {"n_samples": 32, "tolerance": 0.0},
    "integrated_gradients": {"n_steps": 129, "tolerance": 0.0},
    "expected_gradients": {"n_samples": 32, "tolerance": 0.0},
    "conductance": {"n_steps": 65, "tolerance": 0.0},
    "deep_lift": {},
    "deep_shap": {"n_samples": 32, "tolerance": 0.0},
    "lrp": {},
    "attention_lrp": {},
    "grad_cam": {},
    "guided_grad_cam": {},
    "score_cam": {"time_budget": 30.0},
    "ablation_cam": {"time_budget": 30.0},
    "occlusion": {"sliding_window_shapes": 32, "strides": 16},
    "rise": {"n_samples": 96, "tolerance": 0.0},
    "lime": {"n_samples": 96, "tolerance": 0.0},
    "kernel_shap": {"n_samples": 96, "tolerance": 0.0},
    "shapley_sampling": {"n_samples": 96, "tolerance": 0.0},
    "feature_ablation": {"time_budget": 30.0},
}
"""With how much of it: the most is taken early, except where something is kept of every pass."""

OF_TRANSFORMERS: dict[str, dict[str, object]] = {
    "saliency": {},
    "integrated_gradients": {"n_steps": 129, "tolerance": 0.0},
    "deep_lift": {},
    "deep_shap": {"n_samples": 32, "tolerance": 0.0},
    "lrp": {},
    "attention_lrp": {},
    "attention_rollout": {},
}
"""Those to which attention and norms make a difference; `lrp` refuses them, and names `attention_lrp`."""

PAIRED = ("deep_lift", "deep_shap")
"""Each input goes through the model beside what it is compared with."""

PROGRAM = """
import contextlib, sys, threading, time
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
    try:
        work()
    finally:  # what is refused ends, too
        work_done.set()
        thread.join()
    return most[0] - before

def ours(model, x, method, **options):
    xai.attribute(model, x, method, target=0, **options)

def by_hand(model, x, size):
    batch = x.expand(size, -1, -1, -1).clone().requires_grad_()
    model(batch)[:, 0].sum().backward(inputs=[batch])

parts = torch.nn.Conv2d(3, 8, 3), torch.nn.BatchNorm2d(8), torch.nn.ReLU(), torch.nn.AvgPool2d(10), torch.nn.Flatten()
small = torch.nn.Sequential(*parts, torch.nn.Linear(72, 2)).eval()
by_hand(model, x, 1)
sizes.clear()
{work}
"""
OURS = """
with contextlib.suppress(ValueError, xai.ModelError):  # what attends refuses a network that does not
    ours(small, x[:, :32, :32], {method!r}, **{options!r})
sizes.clear()
most = peak(lambda: ours(model, x, {method!r}, **{options!r}))
print("MEASURED", max(sizes, default=1), most)
"""
PASS = """
print("MEASURED", {size}, peak(lambda: by_hand(model, x, {size})))
"""
CAPTUM = """
from captum.attr import IntegratedGradients
most = peak(lambda: IntegratedGradients(model).attribute(x[None], target=0, n_steps={steps}))
print("MEASURED", {steps}, most)
"""


def measured(model: str, work: str, **values: object) -> tuple[int, float] | None:
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
    given = arguments(
        "Memory beyond the model, in MB, beside one forward and backward pass", only=tuple(METHODS | OF_TRANSFORMERS)
    )
    rows: list[list[object]] = []
    for model in MODELS[: 2 if given.quick else None]:
        passes: dict[int, float] = {}
        methods = OF_TRANSFORMERS if model == "vit-small" else METHODS
        for method in [name for name in methods if not given.only or name in given.only]:
            ours = measured(model, OURS, method=method, options=methods[method])
            if ours is None:
                continue
            size, most = ours[0] * (1 + (method in PAIRED)), ours[1]
            if size not in passes:
                one = measured(model, PASS, size=size)
                passes[size] = one[1] if one else float("nan")
            rows.append([model, method, size, passes[size], most, most / passes[size]])
        if not given.only and passes:
            steps = 33
            captum = measured(model, CAPTUM, steps=steps)
            if captum is not None:
                rows.append([model, f"Captum's, {steps} steps", steps, None, captum[1], None])
    table(["model", "method", "inputs", "one pass", "MB", f"ratio (goal {GOAL})"], rows)


if __name__ == "__main__":
    main()
