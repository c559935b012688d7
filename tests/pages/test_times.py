"""How times and durations look, and in which time zone."""

from __future__ import annotations

import zoneinfo
from datetime import UTC, datetime, timedelta

import pytest
from django.template import Context, Template
from django.template.loader import render_to_string
from django.utils import timezone

from panels.models import PersonalSettings
from panels.pages.times import distance, zone_of
from tests.factories import make_user

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
# How many seconds ago, and the words in UTC.
WORDS = [
    (0, "just now"),
    (9.4, "just now"),
    (9.6, "10\u00a0s ago"),
    (10, "10\u00a0s ago"),
    (59, "59\u00a0s ago"),
    (60, "1\u00a0min ago"),
    (3599, "59\u00a0min ago"),
    (3600, "1\u00a0h ago"),
    (86_399, "23\u00a0h ago"),
    (86_400, "28 Feb, 12:00"),
    (59 * 86_400, "1 Jan, 12:00"),
    (60 * 86_400, "31 Dec 2025, 12:00"),
    (-5, "in a moment"),
    (-10, "in 10\u00a0s"),
    (-300, "in 5\u00a0min"),
    (-86_399, "in 23\u00a0h"),
    (-86_400, "2 Mar, 12:00"),
    (-306 * 86_400, "1 Jan 2027, 12:00"),
]


def render(source: str, **context: object) -> str:
    return Template("{% load dashboard %}" + source).render(Context(context))


@pytest.fixture
def at_noon(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOON)


@pytest.mark.parametrize(("seconds", "text"), WORDS)
@pytest.mark.usefixtures("at_noon")
def test_ago_is_relative_up_to_a_day_and_then_a_date(seconds, text):
    assert f">{text}</time>" in render("{% ago at %}", at=NOON - timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("zone", "at", "text"),
    [
        ("Europe/Berlin", datetime(2026, 2, 1, 23, 30, tzinfo=UTC), "2 Feb, 00:30"),
        ("Europe/Berlin", datetime(2025, 12, 31, 23, 30, tzinfo=UTC), "1 Jan, 00:30"),
        ("America/New_York", datetime(2026, 1, 1, 4, 59, tzinfo=UTC), "31 Dec 2025, 23:59"),
        ("Asia/Kathmandu", datetime(2026, 2, 1, 12, 0, tzinfo=UTC), "1 Feb, 17:45"),
    ],
)
def test_a_date_and_its_year_are_those_of_the_zone(zone, at, text):
    assert distance(at.astimezone(zoneinfo.ZoneInfo(zone)), NOON) == text


@pytest.mark.usefixtures("at_noon")
def test_ago_and_moment_carry_the_exact_local_time():
    at = NOON - timedelta(days=2, minutes=3)
    with timezone.override("Europe/Berlin"):
        html, written = render("{% ago at %}", at=at), render("{% moment at %}", at=at)
    exact = 'datetime="2026-02-27T12:57:00+01:00" title="27 Feb 2026, 12:57:00 CET"'
    assert html == f"<time {exact} data-ago>27 Feb, 12:57</time>"
    assert written == f"<time {exact}>27 Feb, 12:57</time>"


def test_ago_of_nothing_is_never_or_the_given_words():
    assert render("{% ago at %}", at=None) == "never"
    assert render("{% ago at 'not yet' %}", at=None) == "not yet"


@pytest.mark.usefixtures("at_noon")
def test_a_wait_that_begins_now_is_not_rounded_down():
    a_little_later = timedelta(milliseconds=5)
    assert "in 15\u00a0min" in render("{% ago at %}", at=timezone.now() + timedelta(minutes=15) - a_little_later)


@pytest.mark.parametrize(
    ("time", "text"),
    [
        (None, "–"),
        (timedelta(seconds=0.44), "0.4\u00a0s"),
        (timedelta(seconds=9), "9\u00a0s"),
        (timedelta(minutes=15), "15\u00a0min"),
        (timedelta(hours=5), "5\u00a0h"),
        (timedelta(days=3), "3\u00a0d"),
    ],
)
def test_a_duration_has_one_unit(time, text):
    assert render("{{ time|span }}", time=time) == text


def test_the_day_of_an_imported_order_is_the_day_of_the_site():
    with timezone.override("America/New_York"):
        assert render("{{ at|site_day }}", at=datetime(2026, 3, 1, tzinfo=UTC)) == "2026-03-01"


@pytest.mark.usefixtures("at_noon")
def test_the_lock_out_page_says_when_to_try_again():
    html = render_to_string("locked_out.html", {"until": timezone.now() + timedelta(minutes=15)})
    assert "in 15\u00a0min" in html
    assert "12:15 UTC" in html


@pytest.mark.parametrize("name", ["", "Mars/Olympus", "../etc/passwd", "x" * 64])
def test_a_zone_that_is_not_known_is_the_zone_of_the_site(name):
    assert zone_of(PersonalSettings(time_zone=name)) is timezone.get_default_timezone()


@pytest.mark.django_db
def test_each_page_has_the_times_of_its_person(client):
    for name, words in (("Asia/Tokyo", "Times are in Asia/Tokyo."), ("", "Times are in UTC.")):
        user = make_user()
        PersonalSettings.objects.create(user=user, time_zone=name)
        client.force_login(user)
        assert words in " ".join(client.get("/account/").text.split())
        assert timezone.get_current_timezone_name() == "UTC"


@pytest.mark.django_db
def test_a_page_for_nobody_has_the_times_of_the_site(client):
    assert client.get("/login/").status_code == 200
