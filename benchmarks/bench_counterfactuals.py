"""Counterfactual rows of the census model, four each, beside DiCE.

A torch network on one-hot columns says who earns more than 50,000 dollars. For some who do not, both look for four ways
to be told otherwise, with age only to rise and race, sex and country to stay, which DiCE is told by ranges and by the
columns that may vary. Each returned row is checked by the same reading of the constraints, and asked of the model, as
a row in the data's own types. What a peer raises is told.
"""

from __future__ import annotations

import contextlib
import io
import statistics
import time
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from measure import arguments, missing, ready, table
from torch import nn

import xai_widgets as xai
from xai_widgets.samples.people import adult

if TYPE_CHECKING:
    from collections.abc import Callable

FIXED = ["race", "sex", "native_country"]
WANTED = 4
GOALS = {"gradient": 100.0, "random": 3.0}


def census() -> tuple[Any, nn.Module, Callable[[Any], Any], list[str], list[str]]:
    """Return people without missing values, a network trained for some seconds, what encodes them, and columns."""
    people = adult()
    kept = people.frame.notna().all(axis=1)
    frame, answers = people.frame[kept].reset_index(drop=True), people.answers[kept].to_numpy()
    numbers = [name for name in frame if frame[name].dtype.kind in "iuf"]
    texts = [name for name in frame if name not in numbers]
    low, high = frame[numbers].min().to_numpy(float), frame[numbers].max().to_numpy(float)
    kinds = {name: sorted(frame[name].unique()) for name in texts}

    def encode(rows: Any) -> Any:
        parts = [(rows[numbers].to_numpy(float) - low) / (high - low)]
        parts += [
            (rows[name].to_numpy(object)[:, None] == np.array(kinds[name], object)).astype(float) for name in texts
        ]
        return np.concatenate(parts, 1)

    torch.manual_seed(0)
    x, y = torch.as_tensor(encode(frame)).float(), torch.as_tensor(answers == ">50K").float()[:, None]
    net = nn.Sequential(nn.Linear(x.shape[1], 20), nn.ReLU(), nn.Linear(20, 1), nn.Sigmoid())
    adam = torch.optim.Adam(net.parameters(), 0.01)
    for _ in range(3):
        for some in torch.randperm(len(x)).split(256):
            adam.zero_grad()
            nn.functional.binary_cross_entropy(net(x[some]), y[some]).backward()
            adam.step()
    return frame.assign(income=(answers == ">50K").astype(int)), net.eval(), encode, numbers, texts


class Judge:
    """How good some rows are as answers about another one."""

    def __init__(self, frame: Any, net: nn.Module, encode: Callable[[Any], Any], numbers: list[str]) -> None:
        self.frame, self.net, self.encode, self.numbers = frame, net, encode, numbers
        values = frame[numbers]
        self.scales = ((values - values.median()).abs().median().to_numpy(float)).clip(min=0)
        self.scales = np.where(self.scales > 0, self.scales, values.std().to_numpy(float))

    def score(self, rows: Any, row: Any) -> dict[str, float]:
        if not len(rows):
            return {"found": 0}
        with torch.no_grad():
            valid = (self.net(torch.as_tensor(self.encode(rows)).float())[:, 0] > 0.5).numpy()
        changed = (rows[list(row.index)].to_numpy(object) != row.to_numpy(object)) if len(rows) else np.zeros((0, 1))
        breaks = (rows[FIXED].to_numpy(object) != row[FIXED].to_numpy(object)).any(1)
        breaks |= rows["age"].to_numpy(float) < row["age"]
        for name in self.numbers:
            span = self.frame[name]
            breaks |= (rows[name].to_numpy(float) < span.min()) | (rows[name].to_numpy(float) > span.max())
            breaks |= rows[name].to_numpy(float) % 1 != 0
        far = self._far(rows, row)
        pairs = [self._far(rows.iloc[[i]], rows.iloc[j]).sum() for i in range(len(rows)) for j in range(i)]
        return {
            "found": len(rows),
            "valid": float(valid.mean()),
            "changes": float(changed.sum(1).mean()),
            "effort": float(far.sum(1).mean()),
            "diversity": float(np.mean(pairs)) if pairs else 0.0,
            "break": float(breaks.mean()),
        }

    def _far(self, rows: Any, row: Any) -> Any:
        texts = [name for name in row.index if name not in self.numbers]
        numbers = np.abs(rows[self.numbers].to_numpy(float) - row[self.numbers].to_numpy(float)) / self.scales
        return np.concatenate([numbers, rows[texts].to_numpy(object) != row[texts].to_numpy(object)], 1)


def dice(method: str, frame: Any, net: nn.Module, numbers: list[str]) -> Callable[[Any], Any]:
    """Return DiCE's search for one row."""
    import dice_ml  # noqa: PLC0415

    data = dice_ml.Data(dataframe=frame, continuous_features=numbers, outcome_name="income")
    model = dice_ml.Model(model=net, backend="PYT", func="ohe-min-max")
    explainer = dice_ml.Dice(data, model, method=method)
    # It makes a number of an array with one, which numpy 2 refuses; the class is known here.
    explainer.infer_target_cfs_class = lambda *_: 1
    may = [name for name in frame if name not in {*FIXED, "income"}]

    def find(row: Any) -> Any:
        ranges = {name: [int(frame[name].min()), int(frame[name].max())] for name in numbers}
        ranges["age"][0] = int(row["age"])
        given = row.to_frame().T.astype(frame.drop(columns="income").dtypes.to_dict())
        options = {"total_CFs": WANTED, "desired_class": "opposite", "features_to_vary": may, "permitted_range": ranges}
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            found = explainer.generate_counterfactuals(given, **options).cf_examples_list[0].final_cfs_df
        return found.drop(columns="income").astype(dict.fromkeys(numbers, float))

    return find


def ours(method: str, frame: Any, net: nn.Module, encode: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return our search for one row."""
    background = frame.drop(columns="income")
    keep = xai.Constraints(immutable=FIXED, direction={"age": "up"})
    options: dict[str, Any] = {"background": background, "encode": encode, "labels": ["<=50K", ">50K"]}

    def find(row: Any) -> Any:
        found = xai.counterfactuals(net, row, ">50K", n=WANTED, constraints=keep, method=method, **options)
        rows = [one.values for one in found.candidates]
        return type(frame)(rows, columns=list(background))

    return find


def main() -> None:
    given = arguments("Four counterfactual rows of the census model, beside DiCE", ("gradient", "random", "genetic"))
    frame, net, encode, numbers, _ = census()
    background = frame.drop(columns="income")
    with torch.no_grad():
        says = net(torch.as_tensor(encode(background)).float())[:, 0].numpy()
    asked = background[(says > 0.1) & (says < 0.4)].sample(2 if given.quick else 5, random_state=0)
    judge = Judge(background, net, encode, numbers)
    methods = given.only or ["gradient", "random", "genetic"]
    ready("xai_widgets.api")  # our parts are imported at first use, which is no row's time
    peers = not missing("dice_ml")
    if peers:
        ready("dice_ml")
    seconds: dict[str, float] = {}
    heads = ["", "CPU s a row", "found", "valid", "changes", "effort", "diversity", "break", "DiCE / ours"]
    rows: list[list[Any]] = []
    for method in methods:
        works = {"ours": lambda method=method: ours(method, frame, net, encode)}
        if peers:
            works = {"DiCE": lambda method=method: dice(method, frame, net, numbers)} | works
        for who, make in works.items():
            try:
                find, times, scores = make(), [], []
                # The slow one is asked about the first alone.
                for _, row in asked.iloc[: 1 if who == "DiCE" and method == "gradient" else None].iterrows():
                    began = time.process_time()
                    found = find(row)
                    times.append(time.process_time() - began)
                    scores.append(judge.score(found, row))
            except Exception as error:  # noqa: BLE001  a peer's own, which is told
                rows.append([f"{who}, {method}", f"{type(error).__name__}: {error}"[:60], *[None] * 7])
                continue
            seconds[f"{who} {method}"] = statistics.median(times)
            mean = {name: float(np.mean([one.get(name, 0.0) for one in scores])) for name in scores[0]}
            peer = seconds.get(f"DiCE {method}")
            ratio = None if who == "DiCE" or peer is None else peer / seconds[f"ours {method}"]
            cells = [mean.get(name) for name in ("found", "valid", "changes", "effort", "diversity", "break")]
            rows.append([f"{who}, {method}", seconds[f"{who} {method}"], *cells, ratio])
    table(heads, rows)
    for method, goal in GOALS.items():
        peer = seconds.get(f"DiCE {method}")
        if peer is not None:
            ratio = peer / seconds[f"ours {method}"]
            print(f"  {method}: {ratio:.1f}, goal {goal:g}: {'met' if ratio >= goal else 'missed'}")


if __name__ == "__main__":
    main()
