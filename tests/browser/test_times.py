"""Relative times go on in the browser with the words of the server, and a tap shows the exact time."""

from __future__ import annotations

import zoneinfo
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from panels.pages.times import distance
from tests.pages.test_times import NOON, WORDS

pytestmark = pytest.mark.django_db(transaction=True)

ADD_TIMES = """(times) => {
  for (const [iso, live] of times) {
    const time = document.createElement("time");
    time.dateTime = iso;
    time.title = `Exactly ${iso}`;
    time.dataset.ago = "";
    time.textContent = "as it came";
    const box = document.createElement("p");
    if (live) box.setAttribute("aria-live", "polite");
    box.append(time);
    document.querySelector("main").append(box);
  }
}"""
SHOWN = "main p:not([aria-live]) > time"
# The page updates its times when a person comes back to it.
COME_BACK = "document.dispatchEvent(new Event('visibilitychange'))"


@pytest.fixture
def account(open_page, sign_in):
    """Open a page at a fixed time. No poll tells the time of the server."""

    def account(**options):
        page = open_page(**options)
        sign_in(page)
        page.route("**/status/", lambda route: route.fulfill(status=204))
        page.clock.install(time=NOON)
        page.goto("/account/")
        page.clock.pause_at(NOON + timedelta(hours=1))
        return page

    return account


def test_the_browser_has_the_words_of_the_server(account):
    now = NOON + timedelta(hours=1)
    zones = [zoneinfo.ZoneInfo(name) for name in ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu")]
    moments = [(now - timedelta(seconds=int(seconds))).astimezone(zone) for seconds, _ in WORDS for zone in zones]
    page = account()
    page.evaluate(ADD_TIMES, [[each.isoformat(), False] for each in moments])
    for later in (timedelta(0), timedelta(seconds=1), timedelta(hours=13), timedelta(days=400)):
        now += later
        page.clock.fast_forward(later // timedelta(milliseconds=1))
        page.evaluate(COME_BACK)
        assert page.locator(SHOWN).all_text_contents() == [distance(each, now) for each in moments]


def test_times_go_on_by_themselves_while_the_page_is_seen(account):
    page = account()
    page.evaluate(ADD_TIMES, [[NOON.isoformat(), False]])
    page.clock.run_for(1000)
    assert page.locator(SHOWN).text_content() == "1\u00a0h ago"
    page.evaluate("Object.defineProperty(document, 'hidden', {value: true})")
    page.clock.run_for(7_200_000)
    assert page.locator(SHOWN).text_content() == "1\u00a0h ago"


def test_a_live_region_is_left_alone_because_it_would_be_read_again(account):
    page = account()
    page.evaluate(ADD_TIMES, [[NOON.isoformat(), True], [NOON.isoformat(), False]])
    page.clock.run_for(1000)
    assert page.locator("main p > time").all_text_contents() == ["as it came", "1\u00a0h ago"]


def test_a_tap_shows_the_exact_time(account):
    page = account(has_touch=True)
    page.evaluate(ADD_TIMES, [[NOON.isoformat(), False]])
    page.locator(SHOWN).tap()
    expect(page.locator("#toasts")).to_contain_text(f"Exactly {NOON.isoformat()}")


def test_a_click_shows_nothing_more_than_the_title(account):
    page = account()
    page.evaluate(ADD_TIMES, [[NOON.isoformat(), False]])
    page.locator(SHOWN).click()
    expect(page.locator("#toasts")).to_be_empty()
