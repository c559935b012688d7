"""How states look in a template."""

from types import SimpleNamespace

import pytest
from django.template import Context, Template
from django.template.loader import render_to_string
from lucide.templatetags.lucide import lucide

from panels.models import Order
from panels.models.order_states import RequestState
from panels.pages.states import KIND_ICONS, LOOKS
from panels.protocol.wire import Progress, RefillProgress


def render(source: str, **context: object) -> str:
    return Template("{% load dashboard %}" + source).render(Context(context))


def order(state: str = "placed", progress: str = "", held_reason: str = "") -> SimpleNamespace:
    return SimpleNamespace(state=state, progress=progress, held_reason=held_reason, held_for_funds_at=None)


def test_every_icon_that_a_state_uses_exists():
    for icon in {look.icon for look in LOOKS.values()} | set(KIND_ICONS.values()):
        assert lucide(icon).startswith("<svg")


def test_every_word_for_an_order_and_a_refill_has_a_look():
    words = {*Order.State.values, *RequestState.values, *map(str, Progress), *map(str, RefillProgress)}
    assert words - LOOKS.keys() == set()
    assert {look.kind for look in LOOKS.values()} <= KIND_ICONS.keys()


def test_a_badge_shows_icon_word_and_colour():
    html = render("{% badge 'in_progress' %}")
    assert 'class="badge badge--info"' in html
    assert "<svg" in html
    assert 'aria-hidden="true"' in html
    assert "<span>In progress</span>" in html


def test_a_badge_reads_words_however_they_are_spelled():
    assert render("{% badge 'Written off' %}") == render("{% badge 'Written_off' %}")
    assert "badge--good" in render("{% badge 'Completed' %}")


def test_an_unknown_word_gets_a_grey_badge_and_is_escaped():
    html = render("{% badge word %}", word="<i>odd</i>")
    assert "badge--neutral" in html
    assert "<i>" not in html


def test_label_kind_and_icon_of_a_badge_can_be_given():
    html = render("{% badge 'low' label='Low balance' kind='bad' icon='wallet' %}")
    assert "badge--bad" in html
    assert "Low balance" in html
    assert html == render("{% badge 'anything' label='Low balance' kind='bad' icon='wallet' %}")


@pytest.mark.parametrize(
    ("row", "word"),
    [
        (order("queued"), "Queued"),
        (order("queued", held_reason="The price rose."), "On hold"),
        (order("placed"), "Placed"),
        (order("placed", "partial"), "Partial"),
        (order("placed", "partial", "The price rose."), "Partial"),
        (order("unknown", "pending"), "Unknown"),
    ],
)
def test_an_order_shows_what_matters_now(row, word):
    assert f"<span>{word}</span>" in render("{% order_badge order %}", order=row)


@pytest.mark.parametrize(
    ("value", "css", "words"),
    [
        (True, "yes", "Refill"),
        ("yes", "yes", "Refill"),
        (False, "no", "No refill"),
        ("no", "no", "No refill"),
        (None, "unknown", "Refill not stated"),
        ("unknown", "unknown", "Refill not stated"),
        ("", "unknown", "Refill not stated"),
    ],
)
def test_a_flag_tells_no_from_not_stated(value, css, words):
    html = render("{% flag value 'Refill' %}", value=value)
    assert f"flag--{css}" in html
    assert f"<span>{words}</span>" in html


def test_the_page_for_a_fault_needs_no_request_and_no_context():
    assert "Something went wrong" in render_to_string("500.html")
