"""The joined script: found like any static file, and up to date with its parts."""

from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

from dashboard import scripts


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.VAR_DIR = tmp_path


def test_it_holds_htmx_and_then_our_own_script():
    content = Path(finders.find("site.js")).read_text()
    htmx, own = content.index("var htmx="), content.index("The behaviour of pages beyond HTML and htmx")
    assert htmx < own


def test_a_part_without_a_semicolon_at_its_end_is_no_call_of_the_next():
    assert "sourceMappingURL=webauthn-json.browser-global.js.map\n\n;(function" in scripts.join().read_text()


def test_it_is_collected_with_the_other_static_files():
    listed = {name: storage for finder in finders.get_finders() for name, storage in finder.list(None)}
    with listed["site.js"].open("site.js") as file:
        assert b"var htmx=" in file.read()


def test_it_is_written_again_only_when_a_part_has_changed(settings, tmp_path):
    before = scripts.join().stat()
    assert scripts.join().stat().st_ino == before.st_ino
    source = tmp_path / "source"
    source.mkdir()
    for name in ("passkeys.js", "copy.js"):
        (source / name).touch()
    (source / "app.js").write_text("another();")
    settings.STATICFILES_DIRS = [source]
    finders.get_finder.cache_clear()
    try:
        assert scripts.join().read_text().endswith("another();")
    finally:
        finders.get_finder.cache_clear()
    assert [file.name for file in scripts.join().parent.iterdir()] == ["site.js"]


def test_a_missing_part_is_named(monkeypatch):
    monkeypatch.setattr(scripts, "PARTS", ("nowhere.js",))
    with pytest.raises(FileNotFoundError, match=r"nowhere\.js"):
        scripts.join()


def test_other_names_are_not_found():
    assert scripts.JoinedScript().find("other.js") == []
    assert len(scripts.JoinedScript().find("site.js", find_all=True)) == 1
