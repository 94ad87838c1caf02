"""How it looks: themes, contrast, widths."""

import re

import pytest
from playwright.sync_api import expect


def test_dark_follows_the_host_live(open_view):
    view = open_view().ready()
    root = view.page.locator(".xai-root")
    expect(root).to_have_attribute("data-xai-theme", "light")
    light = view.pixels()
    view.page.evaluate("document.body.dataset.jpThemeLight = 'false'")
    expect(root).to_have_attribute("data-xai-theme", "dark")
    assert view.pixels() != light
    view.page.evaluate("() => { delete document.body.dataset.jpThemeLight; document.body.className = 'vscode-dark' }")
    expect(root).to_have_attribute("data-xai-theme", "dark")
    # As VS Code marks its themes; the light high contrast for extensions that know the dark one alone
    for marks, theme in (
        ("vscode-light", "light"),
        ("vscode-high-contrast", "dark"),
        ("vscode-high-contrast-light vscode-high-contrast", "light"),
        ("dark", "dark"),
        ("", "light"),
    ):
        view.page.evaluate("marks => { document.body.className = marks }", marks)
        expect(root).to_have_attribute("data-xai-theme", theme)


def test_what_vs_code_puts_behind_widgets_does_not_frame_ours(open_view):
    view = open_view().ready()
    colours = view.page.locator(".xai-root").evaluate(
        """root => { const style = document.createElement('style');
        style.textContent = '.cell-output-ipywidget-background { background: white !important }';
        const ours = document.createElement('div'), other = document.createElement('div');
        for (const one of [ours, other]) one.className = 'cell-output-ipywidget-background';
        document.head.prepend(style); root.replaceWith(ours); ours.append(root); document.body.append(other);
        return [ours, other].map(one => getComputedStyle(one).backgroundColor) }"""
    )
    assert colours == ["rgba(0, 0, 0, 0)", "rgb(255, 255, 255)"]


def test_views_share_the_width_of_a_row_of_ipywidgets(open_view):
    view = open_view().ready()
    widths = view.page.locator(".xai-root").evaluate(
        """root => { const row = document.createElement('div'), boxes = [0, 1].map(() => document.createElement('div'));
        row.className = 'widget-hbox'; row.style.display = 'flex'; row.style.width = '900px';
        root.replaceWith(row); row.append(...boxes); boxes[0].append(root); boxes[1].append(root.cloneNode());
        return boxes.map(one => one.getBoundingClientRect().width) }"""
    )
    assert widths == [450, 450]


def test_high_contrast_keeps_the_marks(open_view):
    view = open_view(forced_colors="active").ready()
    fill = view.page.locator(".xai-bar-fill").first
    track = view.page.locator(".xai-bar-track").first
    colour = "el => getComputedStyle(el).backgroundColor"
    assert fill.evaluate(colour) != track.evaluate(colour)
    assert (
        view.page.locator(".xai-segment-input:checked + .xai-segment-face").first.evaluate(
            "el => getComputedStyle(el).borderTopWidth"
        )
        == "2px"
    )


def test_reduced_motion_stops_transitions(open_view):
    view = open_view(reduced_motion="reduce").ready()
    for summary in view.page.locator(".xai-root details > summary").all():
        summary.click()
    moving = view.page.evaluate(
        """() => [...document.querySelectorAll('.xai-root, .xai-root *')].filter(e => {
                const {transitionProperty, transitionDuration, animationName, scrollBehavior} = getComputedStyle(e);
                return (transitionProperty !== 'none' && transitionDuration !== '0s') || animationName !== 'none'
                    || scrollBehavior === 'smooth' }).map(e => e.className)"""
    )
    assert moving == []


@pytest.mark.parametrize("width", [420, 720, 1000, 1400])
def test_nothing_overflows(open_view, width):
    view = open_view(width=width + 24).ready()
    view.page.get_by_label("Compare with", exact=True).select_option("rise")
    view.page.get_by_text("Parameters of Integrated gradients").click()
    view.stroke()
    view.settled("b")
    over = view.page.evaluate(
        """() => { const root = document.querySelector('.xai-root'); const edge = root.getBoundingClientRect().right;
            return [...root.querySelectorAll('*')].filter(e => !e.closest('.xai-hidden, svg')
                && e.getClientRects().length && e.getBoundingClientRect().right > edge + 0.5).map(e => e.className) }"""
    )
    assert over == []
    assert view.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_resize_redraws_at_the_new_size(open_view):
    view = open_view().ready()
    view.page.set_viewport_size({"width": 444, "height": 900})
    view.page.wait_for_function("document.querySelector('canvas.xai-canvas').width < 420")
    view.hover(0.5, 0.5)
    expect(view.readout()).to_contain_text(re.compile(r"x 11\d, y 11\d"))


def test_at_twice_the_size_nothing_is_lost(open_view):
    view = open_view(width=640, height=450, device_scale_factor=2).ready()
    assert view.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    ratio = "canvas => canvas.width / canvas.getBoundingClientRect().width"
    assert view.canvas.evaluate(ratio) == pytest.approx(2, abs=0.01)
    view.hover(0.5, 0.5)
    expect(view.readout()).to_contain_text("x 112, y 112")


@pytest.mark.parametrize("width", [320, 740, 1200])
def test_who_is_most_likely_is_not_cut_off(open_view, width):
    view = open_view(width=width + 24).ready()
    why = view.page.get_by_role("combobox", name="Why", exact=True)
    expect(why).to_have_attribute("placeholder", "tabby (most likely)")
    needed, room = why.evaluate(
        """field => { const {font, paddingLeft, paddingRight} = getComputedStyle(field);
            const pen = document.createElement('canvas').getContext('2d'); pen.font = font;
            return [pen.measureText(field.placeholder).width,
                field.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight)] }"""
    )
    assert needed <= room


def test_reasons_stand_clear_of_what_unfolds_them_whatever_the_host_does_to_lists(open_view):
    view = open_view().ready()
    # As JupyterLab has it.
    host = "body dl { margin: 0 } .jp-OutputArea-output dl { margin: 0; padding: 0 }"
    view.page.add_style_tag(content=host)
    view.page.evaluate("document.querySelector('.xai-root').parentElement.classList.add('jp-OutputArea-output')")
    summary = view.page.get_by_text("Why 1 method is greyed")
    summary.click()
    above, below = summary.bounding_box(), view.page.locator("[data-xai=refused] dt").first.bounding_box()
    assert below["y"] - above["y"] - above["height"] >= 5
