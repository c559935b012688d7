"""How amounts, times, counts and states look in a template."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import override_settings
from django.utils import timezone
from lucide.templatetags.lucide import lucide

from panels.models import Order
from panels.models.order_states import RequestState
from panels.pages import formats
from panels.pages.formats import KIND_ICONS, LOOKS
from panels.protocol.wire import Progress, RefillProgress

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def render(source: str, **context: object) -> str:
    return Template("{% load dashboard %}" + source).render(Context(context))


def order(state: str = "placed", progress: str = "", held_reason: str = "") -> SimpleNamespace:
    return SimpleNamespace(state=state, progress=progress, held_reason=held_reason, held_for_funds_at=None)


@pytest.fixture
def at_noon(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOON)


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (Decimal("12.5"), "12.50"),
        (Decimal(12), "12.00"),
        (12, "12.00"),
        (Decimal("1234.5"), "1,234.50"),
        (Decimal("-1234567.891"), "-1,234,567.891"),
        (Decimal("0.001250"), "0.00125"),
        (Decimal("0.0000005"), "0.000001"),
        (Decimal("-0.0000001"), "0.00"),
        (Decimal("1E+3"), "1,000.00"),
        (Decimal("999999999999.999999"), "999,999,999,999.999999"),
    ],
)
def test_money_shows_two_to_six_decimals_and_groups_thousands(amount, text):
    assert render("{% money a 'USD' %}", a=amount) == f"{text}\u00a0USD"


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (None, "–"),
        (0, "0.00\u00a0USD"),
        (Decimal("12.50"), "12.50\u00a0USD"),
        (Decimal("391.920028"), '<span title="391.920028\u00a0USD">391.92\u00a0USD</span>'),
        (Decimal("-1.005"), '<span title="-1.005\u00a0USD">-1.01\u00a0USD</span>'),
        (Decimal("0.0042"), "0.0042\u00a0USD"),
    ],
)
def test_a_total_has_two_decimals_and_the_exact_amount_on_hover(amount, text):
    assert render("{% total a 'USD' %}", a=amount) == text


def test_a_total_says_that_it_is_expected_and_escapes_its_currency():
    assert render("{% total a 'EUR' is_expected=True %}", a=Decimal("1.234")).count("≈\u00a01.2") == 2
    assert "<b>" not in render("{% total a c %}", a=Decimal("1.234"), c="<b>")


def test_money_without_an_amount_is_a_dash_and_without_a_currency_only_the_amount():
    assert render("{% money a 'USD' %}", a=None) == "–"
    assert render("{% money a '' %}", a=Decimal(1)) == "1.00"


def test_a_currency_from_a_panel_is_escaped():
    assert "<b>" not in render("{% money a c %}", a=Decimal(1), c="<b>")


def test_a_rate_keeps_eight_decimals_and_says_per_1000():
    assert render("{% rate a 'EUR' %}", a=Decimal("0.00012345")) == "0.00012345\u00a0EUR per\u00a01000"
    assert render("{% rate a 'EUR' %}", a=None) == "–"


def test_count_groups_numbers_and_leaves_words():
    assert render("{% count n %}", n=12345) == "12,345"
    assert render("{% count n %}", n="10,000+") == "10,000+"
    assert render("{% count n %}", n=None) == "–"
    assert render("{% count n %}", n=0) == "0"


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (timedelta(), "just now"),
        (timedelta(seconds=9), "just now"),
        (timedelta(seconds=10), "10\u00a0s ago"),
        (timedelta(seconds=59), "59\u00a0s ago"),
        (timedelta(seconds=60), "1\u00a0min ago"),
        (timedelta(minutes=59, seconds=59), "59\u00a0min ago"),
        (timedelta(hours=1), "1\u00a0h ago"),
        (timedelta(days=29), "29\u00a0d ago"),
        (timedelta(days=30), "30 Jan 2026"),
        (timedelta(seconds=-5), "in a moment"),
        (timedelta(minutes=-5), "in 5\u00a0min"),
        (timedelta(days=-40), "10 Apr 2026"),
    ],
)
@pytest.mark.usefixtures("at_noon")
def test_ago_says_how_far_away_a_moment_is(span, text):
    assert f">{text}</time>" in render("{% ago at %}", at=NOON - span)


@pytest.mark.usefixtures("at_noon")
def test_ago_carries_the_exact_local_time():
    with override_settings(TIME_ZONE="Europe/Berlin"), timezone.override("Europe/Berlin"):
        html = render("{% ago at %}", at=NOON - timedelta(minutes=3))
    assert 'datetime="2026-03-01T12:57:00+01:00"' in html
    assert 'title="1 Mar 2026, 12:57:00 CET"' in html


def test_ago_of_nothing_is_never_or_the_given_words():
    assert render("{% ago at %}", at=None) == "never"
    assert render("{% ago at 'not yet' %}", at=None) == "not yet"


@pytest.mark.usefixtures("at_noon")
def test_a_wait_that_begins_now_is_not_rounded_down():
    a_little_later = timedelta(milliseconds=5)
    assert "in 15\u00a0min" in render("{% ago wait|from_now %}", wait=timedelta(minutes=15) - a_little_later)


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


@pytest.mark.usefixtures("at_noon")
def test_the_lock_out_page_says_when_to_try_again():
    html = render_to_string("locked_out.html", {"failure_limit": 5, "cooloff_timedelta": timedelta(minutes=15)})
    assert "in 15\u00a0min" in html
    assert "12:15 UTC" in html


def test_a_cost_says_whether_all_or_a_part_of_the_charge_came_back():
    for amount, words in (("0.20", "partly given back"), ("0", "given back in full")):
        found = SimpleNamespace(amount=Decimal(amount), is_expected=False)
        assert words in formats.cost(found, "USD", charged=Decimal("0.50"))
