"""A foreign address becomes a link only if a browser may open it."""

import pytest

from panels.pages.links import external_link


@pytest.mark.parametrize("address", ["https://example.com/a?b=1&c=2", "HTTP://example.com/a"])
def test_a_web_address_is_a_link_without_a_referrer(address):
    html = external_link(address, "clip")
    assert html.startswith('<a class="clip" href="')
    assert 'rel="noopener noreferrer nofollow"' in html
    assert f">{address.partition('://')[2].replace('&', '&amp;')}</a>" in html


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "@name", '"><b>'])
def test_any_other_text_is_only_shown(address):
    html = external_link(address)
    assert html.startswith('<span class="" title="')
    assert "href" not in html
    assert "<b>" not in html


def test_no_address_is_a_dash():
    assert external_link("") == "–"
