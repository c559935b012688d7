"""The tag `lucide` draws each icon only once."""

import pytest
from django.template import Context, Template
from lucide import IconDoesNotExist

from panels.pages import icons
from panels.templatetags import lucide


def render(source):
    return Template("{% load lucide %}" + source).render(Context())


def test_only_the_icons_are_registered():
    assert set(lucide.register.tags) == {"lucide"}
    assert lucide.register.filters == {}


def test_an_icon_is_drawn_in_its_size_with_its_attributes():
    svg = render("{% lucide 'wallet' size=16 class='icon' %}")
    assert svg.startswith("<svg")
    assert 'width="16"' in svg
    assert 'class="icon"' in svg


@pytest.fixture
def drawn(monkeypatch):
    """Record which icons are drawn, with an empty cache."""
    names = []
    icons.lucide.cache_clear()
    monkeypatch.setattr(icons, "draw", lambda name, *, size: names.append((name, size)) or f"{name}-{size} ")
    yield names
    icons.lucide.cache_clear()


def test_an_icon_of_one_size_is_drawn_once(drawn):
    text = render("{% lucide 'wallet' %}{% lucide 'wallet' %}{% lucide 'wallet' size=14 %}")
    assert text == "wallet-24 wallet-24 wallet-14 "
    assert drawn == [("wallet", 24), ("wallet", 14)]


def test_an_icon_that_does_not_exist_is_an_error():
    with pytest.raises(IconDoesNotExist):
        render("{% lucide 'no-such-icon' %}")
