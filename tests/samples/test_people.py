"""Real people as rows: every one is there, in types that say what a column is."""

from xai_widgets import samples


def test_the_census_is_whole_and_says_what_is_known_of_it():
    frame, answers, test, truth = samples.adult()
    assert (len(frame), len(test)) == (32_561, 16_281)
    assert set(answers) == set(truth) == {"<=50K", ">50K"}
    rich = answers == ">50K"
    assert round(float(rich[frame["sex"] == "Male"].mean()), 3) == 0.306
    assert round(float(rich[frame["sex"] == "Female"].mean()), 3) == 0.109
    assert frame["age"].dtype.kind == "i"
    assert frame["workclass"].isna().sum() == 1836
    assert "?" not in set(frame["occupation"])
    assert "income" not in frame


def test_the_credits_are_whole():
    frame, answers, test, truth = samples.german()
    assert (len(frame), len(test)) == (800, 200)
    assert ((answers == "good").sum() + (truth == "good").sum()) == 700
    assert frame["telephone"].dtype == bool
    assert not frame.isna().to_numpy().any()
    assert "no checking account" in set(frame["status"])
