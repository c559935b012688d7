"""A renamed service is another one only by what both names say, read by the same parser."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from panels.catalog import facts
from panels.catalog.corrections import correct
from panels.catalog.names.reading import read_name
from panels.models import Order, Service, ServiceChange, ServiceFacts
from panels.orders import other_facts
from panels.orders.other_facts import why_other
from tests.factories import make_offer, make_order, read_offers

NOW, WAS = "By its name and category, the service", "when it was ordered."


def why(before: dict[str, object], now: dict[str, object], order: dict[str, object] | None = None) -> str:
    """Return why a service is another one that was ordered with some fields and has others now. Needs no database."""
    usual = {"name": "Instagram Followers", "category": "Instagram", "type": "default", "raw_type": "Default"}
    limits = {"min_quantity": 100, "max_quantity": 10_000, "rate_per_1000": Decimal("0.90"), "refill": True}
    ordered = Service(**usual | limits | before)
    kept = {"as_ordered": ordered.terms(), "rate_agreed": ordered.rate_per_1000} | (order or {})
    return why_other(Order(**kept), Service(**usual | limits | before | now))


@pytest.mark.parametrize(
    ("before", "now", "words"),
    [
        ({}, {"name": "Instagram Followers ⚡ NEW | HQ | 10K/day"}, ""),
        ({}, {"name": "<b>Instagram Followers</b> ★", "category": "★ Instagram [cheapest]"}, ""),
        ({}, {"name": "TikTok Followers"}, f"{NOW} is TikTok followers now. It was Instagram followers {WAS}"),
        ({}, {"name": "Instagram Likes"}, f"{NOW} is Instagram likes now. It was Instagram followers {WAS}"),
        ({}, {"name": "Instagram Followers USA"}, f"{NOW} is Instagram followers · US now."),
        ({}, {"name": "Instagram Followers | Female"}, f"{NOW} is Instagram followers · female now."),
        ({"name": "Instagram Story Views"}, {"name": "Instagram Reel Views"}, f"{NOW} is Instagram reel views now."),
        ({"name": "Instagram Likes"}, {"name": "Instagram Auto Likes"}, f"{NOW} is Instagram likes · automatic now."),
        (
            {"name": "YouTube Live Viewers | 60 Minutes", "category": "YouTube"},
            {"name": "YouTube Live Viewers | 15 Minutes"},
            f"{NOW} is YouTube viewers · 15 min now. It was YouTube viewers · 60 min {WAS}",
        ),
        # Only the category says the platform.
        ({"name": "Followers"}, {"category": "TikTok"}, f"{NOW} is TikTok followers now."),
        (
            {"name": "Followers"},
            {"category": "Best"},
            f"{NOW} is no longer Instagram followers. It is called “Followers” now.",
        ),
        ({}, {"name": "DO NOT ORDER"}, f"{NOW} is no longer Instagram followers. It is called “DO NOT ORDER” now."),
        # Nobody knew what it was.
        ({"name": "Server 7", "category": "Best"}, {"name": "TikTok Likes"}, ""),
    ],
)
def test_a_service_with_another_name_is_another_product_by_what_both_names_say(before, now, words):
    assert why(before, now).startswith(words)
    assert bool(why(before, now)) is bool(words)


@pytest.mark.parametrize(
    ("before", "now", "flag", "words"),
    [
        ("R30", "R30 ⚡", True, ""),
        ("R30", "R60", True, ""),
        ("R30", "No Refill", True, "has no refill now. It had 30 days of refill"),
        ("R30", "No Refill", None, "has no refill now. It had 30 days of refill"),
        # The panel's own flag said no already.
        ("R30", "No Refill", False, ""),
        ("R60", "R30", False, ""),
        # Within one class, and over several.
        ("R90", "R60", True, "has 60 days of refill now. It had 90 days of refill"),
        ("Lifetime Refill", "365 Days Refill", True, "has 365 days of refill now. It had a lifetime of refill"),
        ("R90", "HQ", True, "has no stated time of refill now. It had 90 days of refill"),
        # A flag alone promises as much as 30 days.
        ("R30", "HQ", True, ""),
        ("R30", "HQ", None, "has no stated time of refill now. It had 30 days of refill"),
        ("HQ", "No Refill", True, "has no refill now. It had no stated time of refill"),
        ("No Refill", "Non Drop", True, ""),
    ],
)
def test_a_service_whose_name_promises_less_refill_than_before_is_another_one(before, now, flag, words):
    names = [{"name": f"Instagram Followers | {end}", "refill": flag} for end in (before, now)]
    found = why(*names)
    assert words in found
    assert bool(found) is bool(words)


def test_no_sentence_is_longer_than_its_column():
    most = Order._meta.get_field("held_reason").max_length
    words = " ".join(f"Zeta{letter}" for letter in "abcdefghijklmnopqrstuvw")
    found = why({"name": f"Instagram {words} Followers"}, {"name": f"{'x' * 250} {'DO NOT ORDER ' * 12}"})
    assert found
    assert len(found) <= most
    texts = [f"{'x' * 500}{number}" for number in range(2)]
    said = [other_facts._Said(text, text, True, None) for text in texts]
    assert len(other_facts._in_words(*said)) <= most


@pytest.mark.parametrize("kept", [None, {}, {"service": "7"}, {"name": ""}, {"name": "Instagram Followers"}])
def test_an_order_that_lacks_the_terms_of_its_service_is_not_held(kept):
    assert why({"category": ""}, {}, {"as_ordered": kept}) == ""
    assert why({}, {"name": "TikTok Likes"}, {"as_ordered": None}) == ""


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=40), st.text(max_size=40), st.text(max_size=20), st.integers(0, 2**31 - 1) | st.none())
def test_no_name_raises_an_error_because_a_claim_must_go_on(before, now, category, least):
    fields = {"category": category, "min_quantity": least, "raw_type": category}
    assert isinstance(why({"name": f"Instagram Followers {before}", **fields}, {"name": now, "category": before}), str)


def test_names_are_read_once_for_all_orders_of_a_service(monkeypatch):
    read = []
    monkeypatch.setattr(other_facts, "read_name", lambda name, *rest, **more: read.append(name) or read_name(name))
    other_facts._read.cache_clear()
    for _ in range(3):
        why({"name": "Instagram Followers A"}, {"name": "Instagram Followers B"})
        why({}, {})
    assert read == ["Instagram Followers A", "Instagram Followers B"]


@pytest.mark.django_db
def test_neither_a_correction_nor_a_new_parser_makes_another_service(manager, monkeypatch):
    service = make_offer("Instagram Followers | R30")
    read_offers()
    order = make_order(service)
    correct(service, {"platform": "tiktok", "metric": "likes", "refill_days": "0"}, manager)
    read_offers()
    assert ServiceFacts.objects.get().product.title == "TikTok likes"
    assert why_other(order, Service.objects.get()) == ""
    # The same name says something else to a new version.
    monkeypatch.setattr(other_facts, "read_name", lambda name, *rest, **more: read_name("VK Likes"))
    other_facts._read.cache_clear()
    assert why_other(order, Service.objects.get()) == ""
    monkeypatch.undo()
    other_facts._read.cache_clear()
    Service.objects.update(name="Instagram Followers | R30 | HQ")
    assert why_other(order, Service.objects.get()) == ""


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("before", "now"),
    [
        ("Instagram Followers", "TikTok Followers"),
        ("Instagram Followers", "Instagram Followers | 5K/Day"),
        ("Instagram Followers | R90", "Instagram Followers | R30"),
        ("Instagram Followers", "Server 7"),
        ("Server 7", "Instagram Followers"),
    ],
)
def test_what_the_watch_reports_as_another_thing_is_held(before, now):
    service = make_offer(before, category="")
    read_offers()
    order = make_order(service)
    Service.objects.update(name=now)
    facts.mark_stale([service.pk], is_told=True)
    # Held before the new name is read, and after it.
    held = why_other(order, Service.objects.get())
    read_offers()
    kinds = {ServiceChange.Kind.THING, ServiceChange.Kind.REFILL_LOST}
    assert bool(held) is ServiceChange.objects.filter(kind__in=kinds).exists()
    assert why_other(order, Service.objects.get()) == held
