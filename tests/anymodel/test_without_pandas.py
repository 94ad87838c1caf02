"""Rows as arrays, in a Python that has no pandas: attributions, counterfactuals, what a whole table does, widgets."""

import subprocess
import sys

TRY = """
import sys
sys.modules["pandas"] = None  # importing it raises ModuleNotFoundError

import numpy as np
import torch
import xai_widgets as xai

torch.manual_seed(0)
rows = torch.randn(60, 3)
data = rows.numpy()
net = torch.nn.Linear(3, 2)
names = ["age", "hours", "wage"]

found = xai.attribute(net, data[0], "exact_shapley", background=data, features=names, target=1)
gained = net(rows)[0, 1] - net(rows)[:, 1].mean()
assert found.names == tuple(names)
assert abs(found.values.sum() - float(gained.detach())) < 0.2, (found.values.sum(), gained)

asked = 1 - int(net(rows[0]).argmax())
rules = xai.Constraints(immutable=["age"])
ways = xai.counterfactuals(net, data[0], asked, background=data, features=names, constraints=rules, n=2)
assert len(ways) and all(way.prediction.probabilities.argmax() == asked for way in ways.candidates)
assert all(change.column != "age" for way in ways.candidates for change in way.changes)
assert ways.records() and set(ways.columns()) >= {"changes"}
try:
    ways.to_dataframe()
except ImportError as error:
    assert "pandas" in str(error)
else:
    raise AssertionError("there is no pandas")

w = xai.explain(net, data[0], background=data, features=names)
assert w.result(60).values.shape == (3,)
w.close()
table = xai.explain(net, data, features=names)
assert table.wait(60)
table.close()
print("done")
"""


def test_arrays_need_no_pandas():
    done = subprocess.run([sys.executable, "-c", TRY], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()[-4:]) == (0, "done"), done.stderr
