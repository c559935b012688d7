"""How times and durations look."""

from datetime import UTC, datetime, timedelta

import pytest
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import override_settings
from django.utils import timezone

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def render(source: str, **context: object) -> str:
    return Template("{% load dashboard %}" + source).render(Context(context))


@pytest.fixture
def at_noon(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOON)


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


@pytest.mark.usefixtures("at_noon")
def test_the_lock_out_page_says_when_to_try_again():
    html = render_to_string("locked_out.html", {"failure_limit": 5, "cooloff_timedelta": timedelta(minutes=15)})
    assert "in 15\u00a0min" in html
    assert "12:15 UTC" in html
