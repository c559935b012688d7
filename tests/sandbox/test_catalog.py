"""The catalog of each dialect: all types, many platforms, always the same."""

import pytest

from panels.sandbox.catalog import build_catalog
from panels.sandbox.rules import TYPES

PLATFORMS = ("Instagram", "TikTok", "YouTube", "Facebook", "Telegram", "Twitter", "Spotify", "Twitch", "Website")


@pytest.mark.parametrize("dialect", ["000", "003"])
def test_the_catalog_has_all_types_and_many_platforms(dialect):
    services = build_catalog(dialect, "USD")
    assert len(services) >= 300
    assert {service.type for service in services} == set(TYPES)
    assert len(TYPES) == 17
    assert all(any(platform in service.category for service in services) for platform in PLATFORMS)
    assert len({service.id for service in services}) == len(services)
    assert len({service.name for service in services}) == len(services)
    assert all(service.min <= service.max and 0 < service.rate <= 40 for service in services)
    assert any("&amp;" in service.name for service in services)
    assert {service.refill for service in services} == {service.cancel for service in services} == {True, False}


def test_the_catalog_is_the_same_every_time_and_differs_between_dialects():
    assert build_catalog("003", "USD") == build_catalog("003", "USD")
    names = [{service.name for service in build_catalog(dialect, "USD")} for dialect in ("000", "003")]
    assert len(names[0] & names[1]) > 100
    assert names[0] - names[1]
    assert names[1] - names[0]


def test_prices_follow_the_exchange_rate():
    dollars, rupees = build_catalog("003", "USD")[0], build_catalog("003", "INR")[0]
    assert dollars.name == rupees.name
    assert 80 < rupees.rate / dollars.rate < 88
