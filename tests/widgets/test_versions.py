"""Of too many versions the oldest go, and the tree holds together."""

from xai_widgets.widgets.versions import MOST, Versions


def look(tree, edits, text=None, score=0.5):
    """Ask for a version and see the answer."""
    tree.ask(edits)
    tree.see(text or str(edits), score, 0.0, "good")


def test_a_chain_loses_its_oldest_links():
    tree = Versions()
    for i in range(MOST + 7):
        look(tree, (i,), str(i))
    assert len(tree) == MOST
    assert [one.text for one in tree][::199] == ["7", str(MOST + 6)]
    assert [one.parent for one in tree] == [None, *range(MOST - 1)]


def test_branches_of_what_is_gone_hang_on_its_parent():
    tree = Versions()
    look(tree, (), "root")
    for i in range(MOST - 1):
        look(tree, (i,), f"leaf {i}")
        look(tree, (), "root")
    assert {one.parent for one in tree} == {None, 0}
    look(tree, ("new",), "new")  # made of the root, which goes
    assert [one.text for one in tree][-1] == "new"
    assert {one.parent for one in tree} == {None}


def test_a_version_seen_again_is_the_same_with_its_newest_score():
    tree = Versions()
    for score in (0.25, 0.75):
        look(tree, ("a",), "a", score)
    assert [(one.score, one.parent) for one in tree] == [(0.75, None)]


def test_what_was_taken_back_is_no_version_answered_or_not():
    tree = Versions()
    look(tree, ())
    look(tree, ("kept",))
    look(tree, ())
    look(tree, ("clicked",))
    tree.take_back()
    look(tree, ())
    tree.ask(("clicked",))
    tree.take_back()
    tree.see("clicked", 0.5, 0.0, "good")  # its answer was on the way
    look(tree, ())
    look(tree, ("typed",))
    assert [(one.edits, one.parent) for one in tree] == [((), None), (("kept",), 0), (("typed",), 0)]
    look(tree, ("kept",))
    tree.take_back()  # it was there before
    assert len(tree) == 3


def test_a_version_is_made_of_what_was_asked_for_before():
    tree = Versions()
    look(tree, ())
    look(tree, ("one",))
    tree.ask(())  # taken back, and not waited for
    look(tree, ("two",))
    tree.ask(("never answered",))
    tree.ask(("nor this",))
    look(tree, ("three",))
    assert [(one.edits, one.parent) for one in tree] == [((), None), (("one",), 0), (("two",), 0), (("three",), 2)]
