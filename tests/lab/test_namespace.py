"""Which variables of a notebook could be explained, and how the call reads."""

import json
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler
from torch import nn

import xai_widgets as xai
from xai_widgets.lab.namespace import offers


def asked(**namespace):
    return json.loads(offers(namespace))


def inputs(**namespace):
    return [one["name"] + one["options"] for one in asked(**namespace)["inputs"]]


def test_models_are_what_has_learnt_something():
    found = asked(
        net=nn.Linear(2, 2), loss=nn.CrossEntropyLoss(), forest=LogisticRegression(), scaler=StandardScaler(),
        cls=nn.Linear, _hidden=nn.Linear(2, 2), f=len,
    )  # fmt: skip
    assert [one["name"] for one in found["models"]] == ["net", "forest"]


def test_what_was_imported_is_neither_model_nor_input():
    imported = {"np": np, "pd": pd, "torch": torch, "nn": nn, "Image": Image, "xai": xai}
    assert asked(**imported) == {"module": "xai", "models": [], "inputs": []}
    assert inputs(**imported, x=np.zeros((16, 16, 3), np.uint8)) == ["x"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (torch.rand(3, 16, 16), ["x"]),
        (np.zeros((16, 16, 3), np.uint8), ["x"]),
        (torch.rand(4, 3, 16, 16), ["x[0]"]),
        (np.zeros(5), ["x"]),
        (np.zeros((9, 5)), ["x[0], background=x"]),
        (np.zeros(()), []),
        (torch.zeros(0, 4), []),
        (Image.new("RGB", (9, 9)), ["x"]),
        ("The film is dull.", ["x"]),
        ("ab", []),
        ({"age": 3, "work": "none"}, ["x"]),
        ({"age": [3]}, []),
        (pd.Series({"age": 3}), ["x"]),
        (pd.DataFrame({"age": [3, 4]}), ["x.iloc[0], background=x"]),
        (pd.DataFrame({"age": []}), []),
        (nn.Parameter(torch.rand(3, 16, 16)), []),
        (3, []),
    ],
)
def test_an_input_is_told_by_its_type_and_shape(value, expected):
    assert inputs(x=value) == expected


def test_the_call_takes_the_variables_that_belong_to_the_kind():
    class Tokenizer:
        def convert_ids_to_tokens(self):
            """Do nothing."""

    more = {"labels": ["a"], "preprocess": len, "tok": Tokenizer(), "table": pd.DataFrame({"age": [1]})}
    assert inputs(text="a text", **more)[0] == "text, labels=labels, tokenizer=tok"
    assert inputs(row={"age": 1}, **more)[0] == "row, labels=labels, background=table"
    assert inputs(photo=torch.rand(3, 16, 16), **more)[0] == "photo, labels=labels, preprocess=preprocess"


def test_the_package_keeps_the_name_that_the_notebook_gave_it():
    assert asked(x=1)["module"] is None
    assert asked(explainer=sys.modules["xai_widgets"])["module"] == "explainer"


def test_asking_imports_nothing():
    program = (
        "import sys; from xai_widgets.lab.namespace import offers; before = set(sys.modules); "
        "offers({'x': 'a text', 'y': {'a': 1}}); print(sorted(set(sys.modules) - before), 'torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[] False"
