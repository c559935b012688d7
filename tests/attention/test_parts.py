"""A finding speaks with the words of its kinds, the weightiest first, and leads to where its subject leads."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db.models import Q

from panels.attention.parts import Attention, Button, Finding, Listing, Need, Offer, Subject
from panels.models import Panel
from tests.factories import make_panel

AT = datetime(2026, 11, 30, tzinfo=UTC)
SUBJECT = Subject(
    name="panels", model=Panel, title=lambda row: f"Panel {row}", address=lambda row: f"/panels/{row}/",
    place=lambda row: f"at {row}", state=lambda _: "Paused",
)  # fmt: skip
BUTTON = Button(lambda _: "Open", "panels.view_panel", lambda row: f"/panels/{row}/")
HEAVY = Need(
    name="heavy", subject=SUBJECT, weight=2, when=Q(name="a"), sentence=lambda row: f"{row} is heavy.",
    buttons=(BUTTON,), badge=lambda _: "Heavy", since=lambda _: AT,
)  # fmt: skip
LIGHT = Need(name="light", subject=SUBJECT, weight=1, when=Q(), sentence=lambda _: "Light.", buttons=(BUTTON,))


def test_a_finding_has_the_title_of_its_subject_and_the_words_of_all_its_kinds():
    finding = Finding(7, (HEAVY, LIGHT), (BUTTON.offer(7),))
    assert (finding.title, finding.address, finding.place) == ("Panel 7", "/panels/7/", "at 7")
    assert finding.sentences == ["7 is heavy.", "Light."]
    assert finding.since == AT
    # Neither a state nor a kind without words has a badge.
    assert finding.badges == ["Paused", "Heavy"]


def test_a_button_is_a_link_or_posts_what_it_reads_of_the_row():
    assert BUTTON.offer(7) == Offer("Open", "/panels/7/", None)
    sending = Button(lambda row: f"Send {row}", "panels.view_panel", lambda _: "/", {"rate": lambda row: f"{row}.00"})
    assert sending.offer(7) == Offer("Send 7", "/", (("rate", "7.00"),))


@pytest.mark.django_db
def test_the_rows_of_a_kind_are_those_of_its_condition():
    panel = make_panel(name="a")
    make_panel(name="b")
    assert list(HEAVY.rows()) == [panel]
    assert HEAVY.flag == "needs_heavy"


def test_a_listing_leads_to_the_list_of_orders_with_its_filter():
    assert Listing("unknown", "state=unknown").address == "/orders/?state=unknown"


def test_attention_is_empty_without_numbers_and_findings():
    assert not Attention([], [], [])
    assert Attention([(1, Listing("unknown", "state=unknown"))], [], [])
    assert Attention([], [Finding(7, (LIGHT,), ())], [])
