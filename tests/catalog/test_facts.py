"""Names are read once, in pieces, and again when they or the parser change."""

import threading

import pytest

from panels.catalog import facts
from panels.catalog.names.facts import VERSION
from panels.models import Product, RefillClass, Service, ServiceFacts
from tests.factories import make_offer, make_panel, make_service

NAME = "Instagram Followers [30 Days Refill] [Real] [10K/Day] Start: 0-1 Hours"


def read():
    return facts.read_names(threading.Event())


def test_a_name_is_read_once(db):
    service = make_offer(NAME)
    assert read() == 1
    assert read() == 0
    found = ServiceFacts.objects.get(pk=service.pk)
    assert (found.refill_days, found.quality, found.speed_max, found.start_max_minutes) == (30, "real", 10_000, 60)
    assert (found.refill_class, found.version) == (RefillClass.MONTH, VERSION)
    assert (found.product.platform, found.product.metric, found.product.title) == (
        "instagram",
        "followers",
        "Instagram followers",
    )


def test_names_of_an_older_parser_are_read_again(db):
    make_offer(NAME)
    read()
    ServiceFacts.objects.update(version=VERSION - 1, refill_days=7)
    assert read() == 1
    assert ServiceFacts.objects.get().refill_days == 30


def test_a_correction_survives_another_name(db):
    service = make_offer(NAME)
    ServiceFacts.objects.update(corrections={"refill_days": "L", "geo": "TR", "quality": ""})
    read()
    Service.objects.update(name=f"{NAME} new")
    facts.mark_stale([service.pk])
    read()
    found = ServiceFacts.objects.get()
    assert (found.refill_days, found.refill_class) == (ServiceFacts.LIFETIME_DAYS, RefillClass.LIFETIME)
    assert (found.quality, found.product.geo) == ("", "TR")


def test_services_of_several_panels_are_one_product_and_an_unknown_one_is_its_own(db):
    for name in (NAME, "IG Followers | R365", "Mystery package", "Mystery package", "Another mystery"):
        make_offer(name, category="")
    read()
    assert Product.objects.count() == 3
    assert Product.objects.get(platform="instagram").facts.count() == 2


def test_all_pieces_are_read_and_a_stop_ends_between_two(db, monkeypatch):
    monkeypatch.setattr(facts, "PIECE", 2)
    monkeypatch.setattr(facts, "NAP", 0)
    panel = make_panel()
    for number in range(5):
        make_offer(f"Instagram Likes {number}", panel)
    stopped = threading.Event()
    stopped.set()
    assert facts.read_names(stopped) == 0
    assert read() == 5


def test_a_service_that_changes_while_it_is_read_is_read_again(db):
    service = make_offer(NAME)
    row = ServiceFacts.objects.select_related("service").get()
    Service.objects.update(name="TikTok Views")
    assert facts._write_facts([(row, facts.read_service(service))]) == 0
    assert facts.stale().count() == 1


def test_a_long_key_and_odd_values_are_stored(db):
    make_offer(" ".join(f"Zorb{a}{b} followers [99999999999999999999/day]" for a in "abc" for b in "abcd")[:500])
    make_service()
    assert read() == 1
    product = Product.objects.get()
    assert len(product.key) <= Product.MAX_KEY
    assert ServiceFacts.objects.filter(version=VERSION).count() == 1


@pytest.mark.parametrize(
    ("found", "must"),
    [
        ({"name": ("a", "b")}, True),
        ({"refill": (True, False)}, True),
        ({"rate_per_1000": (1, 2)}, False),
        ({"rate_per_1000": (1, 0)}, True),
        ({"description": ("a", "b"), "average_time": ("", "x")}, False),
    ],
)
def test_only_what_facts_follow_from_lets_a_name_be_read_again(found, must):
    assert facts.must_be_read(found) == must
