"""What would have to change of a photo: asked, shown as it comes, gone to by a click."""

from playwright.sync_api import expect

SEARCH = "kernel.model.sent.filter(m => m.kind === 'search')"


def test_regions_are_searched_for_shown_and_gone_to(open_view):
    view = open_view({"options": {"steps": 2}}).ready()
    panel = view.page.locator("[data-xai=search]")
    panel.locator("summary").click()
    panel.get_by_role("combobox", name="Hide by").select_option("blur")
    panel.get_by_role("button", name="Search", exact=True).click()
    found = panel.locator("[data-xai=found]")
    expect(found).to_have_count(2)
    expect(panel.get_by_text("No smaller set of these 40 regions does it")).to_be_visible()
    assert view.page.evaluate(SEARCH) == [
        {
            "kind": "search",
            "open": True,
            "way": "cover",
            "target": None,
            "within": None,
            "n": 3,
            "most": 10,
            "fill": "blur",
        }
    ]
    expect(found.first).to_contain_text("tabby 62.0% → 21.0%")
    expect(found.first).to_contain_text("1 region, 25.0% of the photo")
    expect(found.first).to_contain_text("stays in 3 of 3 copies")
    assert found.first.locator("canvas").evaluate("c => [...c.getContext('2d').getImageData(0, 0, 1, 1).data]") == [
        60, 60, 60, 255,
    ]  # fmt: skip

    before = view.pixels()
    found.nth(1).get_by_role("button").click()
    view.settled()
    (edit,) = view.edits()
    assert (edit["name"], edit["fill"], sum(edit["runs"])) == ("regions", "blur", 224 * 224)
    assert view.pixels() != before
    expect(found.nth(1).get_by_role("button")).to_have_attribute("aria-current", "true")
    expect(view.page.get_by_text("Regions found by the search are covered")).to_be_visible()
    view.page.get_by_role("button", name="Undo").click()
    assert view.edits() == []
    expect(panel.locator("[aria-current]")).to_have_count(0)


def test_answers_of_an_earlier_input_are_marked_and_asked_for_again(open_view):
    view = open_view({"options": {"steps": 2}}).ready()
    panel = view.page.locator("[data-xai=search]")
    panel.locator("summary").click()
    panel.get_by_role("button", name="Search", exact=True).click()
    found, old = panel.locator("[data-xai=found]"), panel.locator("[data-xai=old]")
    expect(found).to_have_count(2)
    expect(old).to_have_count(0)
    # To go to an answer leaves the others what they are.
    found.first.get_by_role("button").click()
    expect(found.first.get_by_role("button")).to_have_attribute("aria-current", "true")
    expect(old).to_have_count(0)
    slider = view.page.get_by_role("slider", name="Brightness")
    slider.focus()
    slider.press("ArrowRight")
    expect(old).to_contain_text("answers for an earlier input")
    assert found.first.evaluate("one => getComputedStyle(one.closest('.xai-grey')).filter") != "none"
    edits = view.edits()
    old.get_by_role("button", name="Search again").click()
    view.page.wait_for_function(f"{SEARCH}.length === 2")
    expect(old).to_have_count(0)
    expect(found).to_have_count(2)
    assert view.page.evaluate("document.querySelector('.xai-root').xai.store.search.value.edits") == edits
    view.page.get_by_role("button", name="Reset").first.click()
    expect(old).to_have_count(1)
    old.get_by_role("button", name="Search again").click()
    expect(old).to_have_count(0)
    panel.get_by_role("combobox", name="Hide by").select_option("blur")
    expect(old).to_contain_text("an earlier question")


def test_a_search_can_be_stopped(open_view):
    view = open_view({"options": {"steps": 2, "endless": True, "delayMs": 1}})
    panel = view.page.locator("[data-xai=search]")
    panel.locator("summary").click()
    panel.get_by_role("button", name="Search", exact=True).click()
    expect(panel.get_by_role("progressbar")).to_be_visible()
    panel.get_by_role("button", name="Stop").click()
    view.page.wait_for_function(f"{SEARCH}.length === 2")
    assert view.page.evaluate(f"{SEARCH}.at(-1).open") is False


def test_an_output_is_asked_for_by_its_range_and_no_class_is_asked_about(open_view):
    view = open_view({"labels": None, "options": {"task": "value", "outputs": 1}}).ready()
    panel = view.page.locator("[data-xai=search]")
    panel.locator("summary").click()
    go = panel.get_by_role("button", name="Search", exact=True)
    expect(panel.get_by_text("Say at least, or at most, what the output is to be.")).to_be_visible()
    expect(go).to_have_attribute("aria-disabled", "true")
    expect(panel.get_by_role("combobox", name="For the answer")).to_have_count(0)
    reach = panel.get_by_role("group", name="The output is to be")
    reach.get_by_label("at least").fill("-2.5")
    reach.get_by_label("at least").press("Tab")
    expect(reach.get_by_label("at most")).to_be_focused()
    go.click()
    assert view.page.evaluate(SEARCH)[0]["within"] == [-2.5, None]
    expect(panel.locator("[data-xai=found]").first).to_be_visible()
    old = panel.locator("[data-xai=old]")
    expect(old).to_have_count(0)
    reach.get_by_label("at most").fill("7")
    reach.get_by_label("at most").press("Tab")
    expect(old).to_contain_text("answers to an earlier question")
    old.get_by_role("button", name="Search again").click()
    assert view.page.evaluate(SEARCH)[-1]["within"] == [-2.5, 7]
    expect(old).to_have_count(0)


def test_the_probability_of_a_class_that_was_chosen_is_asked_for_by_its_range(open_view):
    view = open_view({}).ready()
    panel = view.page.locator("[data-xai=search]")
    panel.locator("summary").click()
    reach = panel.get_by_role("group", name="Its probability is to be")
    expect(reach).to_have_count(0)
    field = panel.get_by_role("combobox", name="For the answer")
    field.click()
    field.press("ArrowDown")
    field.press("Enter")
    reach.get_by_label("at least").fill("0.9")
    panel.get_by_role("button", name="Search", exact=True).click()
    asked = view.page.evaluate(SEARCH)[-1]
    assert asked["within"] == [0.9, None]
    assert asked["target"] is not None
    # Without a class there is nothing that the range is of.
    panel.get_by_role("button", name="Clear: For the answer").click()
    expect(reach).to_have_count(0)
