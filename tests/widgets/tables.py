"""A table of people, and a model of them that anyone can check by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
from widgets.fakes import CALLS, FAIL, HOLD

RANDOM = np.random.default_rng(3)
FRAME = pd.DataFrame(
    {
        "age": RANDOM.integers(18, 80, 60),
        "income": np.round(RANDOM.lognormal(10, 0.4, 60), 2),
        "job": RANDOM.choice(["clerk", "boss", "cook"], 60),
        "owns": RANDOM.random(60) < 0.4,
        "since": pd.to_datetime("2015-01-01") + pd.to_timedelta(RANDOM.integers(0, 3000, 60), "D"),
    }
)
ROW = {"age": 30, "income": 20_000.0, "job": "clerk", "owns": False, "since": pd.Timestamp("2020-01-01")}
JOBS = {"clerk": -1.0, "boss": 1.5, "cook": 0.0}
LABELS = ["no", "yes"]


def logit(frame):
    days = (frame["since"] - pd.Timestamp("2015-01-01")).dt.days
    parts = (frame["age"] - 45) / 15, frame["income"] / 20_000 - 1, frame["job"].map(JOBS), 1.0 * frame["owns"]
    return np.asarray(sum(parts) - days / 3000, float)


def judge(frame):
    HOLD.wait()
    if FAIL.is_set():
        msg = "the vault is shut"
        raise RuntimeError(msg)
    CALLS.append(len(frame))
    z = logit(frame)
    return np.stack([np.zeros_like(z), z], 1)


def probability(**changes):
    return float(1 / (1 + np.exp(-logit(pd.DataFrame([{**ROW, **changes}]))[0])))
