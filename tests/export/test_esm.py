"""The browser's half of a widget: parts on the disk, one text for the browser."""

import json

import pytest

from xai_widgets import esm


@pytest.fixture
def static(tmp_path, monkeypatch):
    monkeypatch.setattr(esm, "STATIC", tmp_path)
    monkeypatch.delenv("ANYWIDGET_HMR", raising=False)
    for name, text in {"a.js": "view", "kit.js": "kit;", "base.css": "base"}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    views = {"a.js": ["kit.js", "a.js"], "a.css": ["base.css"], "b.js": ["kit.js", "b.js"]}
    (tmp_path / "views.json").write_text(json.dumps(views), encoding="utf-8")
    return tmp_path


@pytest.mark.usefixtures("static")
def test_a_view_is_its_parts_in_order():
    assert esm.asset("a.js") == "kit;view"
    assert esm.asset("a.css") == "base"


def test_without_a_list_every_view_is_one_file(static):
    (static / "views.json").unlink()
    assert esm.asset("a.js") == "view"


def test_only_a_whole_file_can_be_watched(static, monkeypatch):
    monkeypatch.setenv("ANYWIDGET_HMR", "1")
    assert esm.asset("a.js") == "kit;view"
    (static / "views.json").unlink()
    assert esm.asset("a.js") == static / "a.js"


@pytest.mark.usefixtures("static")
@pytest.mark.parametrize("name", ["b.js", "c.js"], ids=["a part is missing", "not built"])
def test_what_was_not_built_says_how_to_build_it(name):
    with pytest.raises(FileNotFoundError, match="make setup"):
        esm.asset(name)
    assert "make setup" in esm.asset(name, needed=False)
    assert esm.asset("c.css", needed=False) == ""


def test_the_viewer_of_files_is_one_module_with_one_export():
    made = esm.viewer("image", "zh")
    assert made["module"].count("export default") == 1
    assert made["style"] == esm.asset("image.css")
    assert "const words=null" in esm.viewer("text", "../zh")["module"]
    assert "const words=null" not in made["module"]


@pytest.mark.parametrize("view", ["export default(1);", "export default {};"], ids=["made smaller", "as written"])
def test_a_view_in_a_page_has_a_name_in_place_of_its_export(static, view):
    (static / "a.js").write_text(view, encoding="utf-8")
    text = esm.script(app="a.js")
    assert text.startswith("kit;const app=")
    assert "export" not in text


def test_what_exports_nothing_is_no_view(static):
    (static / "a.js").write_text("let app; export { app as default };", encoding="utf-8")
    with pytest.raises(AssertionError, match=r"a\.js is no view"):
        esm.script(app="a.js")
