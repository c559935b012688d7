"""The form of templates: the length of lines, and no unused template, partial or class of the style sheet."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "templates"
TEMPLATES = {path.relative_to(FOLDER).as_posix(): path.read_text() for path in sorted(FOLDER.rglob("*.html"))}
CODE = [path.read_text() for folder in ("panels", "dashboard") for path in sorted((ROOT / folder).rglob("*.py"))]
SCRIPTS = [path.read_text() for path in sorted((ROOT / "static").rglob("*.js"))]
STYLE = (ROOT / "static/app.css").read_text()

LONGEST = 120
# Django loads these templates by itself.
ASKED_FOR = {
    "400.html",
    "403.html",
    "404.html",
    "500.html",
    "admin/auth/user/change_form.html",
    "admin/base_site.html",
    "registration/login.html",
    "registration/password_change_done.html",
    "registration/password_change_form.html",
}
# htmx sets this class on an element that waits for an answer.
SET_BY_HTMX = {"htmx-request"}

PARTIAL = re.compile(r"{% partialdef (\w+)( inline)? %}")
CLASSES = re.compile(r"""(?:\b(?:class(?:Name)?|css)["']?\s*[=:]\s*f?|{% external_link [\w.]+ )(["'`])(.*?)\1""")


@pytest.mark.parametrize("name", TEMPLATES)
def test_no_line_is_too_long(name):
    lines = enumerate(TEMPLATES[name].splitlines(), start=1)
    assert not [(number, len(line)) for number, line in lines if len(line) > LONGEST]


@pytest.mark.parametrize("name", sorted(TEMPLATES.keys() - ASKED_FOR))
def test_every_template_is_named_by_code_or_by_another_template(name):
    others = [text for other, text in TEMPLATES.items() if other != name]
    whole_name = re.compile(rf"(?<![\w/.]){re.escape(name)}(?!\w)")
    assert any(whole_name.search(text) for text in [*others, *CODE])


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_partial_is_used(name):
    text, code = TEMPLATES[name], "\n".join(CODE)
    unused = [
        partial
        for partial, is_inline in PARTIAL.findall(text)
        if not is_inline and f"{{% partial {partial} %}}" not in text and f'partial="{partial}"' not in code
    ]
    assert not unused


def test_every_class_of_the_style_sheet_is_used():
    sources = [*TEMPLATES.values(), *CODE, *SCRIPTS]
    values = " ".join(value for text in sources for _, value in CLASSES.findall(text))
    used = set(re.findall(r"[\w-]+", values)) | SET_BY_HTMX
    words = set(re.findall(r"[^\W_]+", "\n".join(sources).lower()))

    def is_used(name):
        begun = re.match(r".*(?:--|__)", name)
        return name in used or (begun and begun[0] in used and name.removeprefix(begun[0]) in words)

    selectors = re.sub(r'/\*.*?\*/|"[^"]*"', "", STYLE, flags=re.DOTALL)
    assert not {name for name in re.findall(r"\.([a-z][\w-]*)", selectors) if not is_used(name)}
