"""Of too many versions the oldest go, and the tree holds together."""

from xai_widgets.widgets.versions import MOST, Versions


def test_a_chain_loses_its_oldest_links():
    tree = Versions()
    for i in range(MOST + 7):
        tree.see((i,), str(i), 0.5, 0.0, "good")
    assert len(tree) == MOST
    assert [one.text for one in tree][::199] == ["7", str(MOST + 6)]
    assert [one.parent for one in tree] == [None, *range(MOST - 1)]


def test_branches_of_what_is_gone_hang_on_its_parent():
    tree = Versions()
    tree.see((), "root", 0.5, 0.0, "good")
    for i in range(MOST - 1):
        tree.see((i,), f"leaf {i}", 0.5, 0.0, "good")
        tree.see((), "root", 0.5, 0.0, "good")
    assert {one.parent for one in tree} == {None, 0}
    tree.see(("new",), "new", 0.25, -0.25, "good")  # made of the root, which goes
    assert [one.text for one in tree][-1] == "new"
    assert {one.parent for one in tree} == {None}


def test_a_version_seen_again_is_the_same_with_its_newest_score():
    tree = Versions()
    for score in (0.25, 0.75):
        tree.see(("a",), "a", score, 0.0, "good")
    assert [(one.score, one.parent) for one in tree] == [(0.75, None)]
