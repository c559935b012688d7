"""The houses sell mostly the same products under other names, and each service delivers in one of the ways it may."""

from collections import Counter

import pytest

from panels.catalog.names.product import product_key
from panels.catalog.names.reading import read_name
from panels.sandbox.catalog import build_catalog
from panels.sandbox.deliveries import DELIVERIES, STEADY
from panels.sandbox.houses import HOUSES
from panels.sandbox.products import QUALITIES

OPEN = [name for name, house in HOUSES.items() if not house.is_steady]


def product_of(service):
    low, high, rate = service.min, service.max, service.rate
    return product_key(read_name(service.name, service.category, service.type, low=low, high=high, rate=rate))


def test_only_the_plain_catalogs_deliver_alike():
    for house in HOUSES:
        ways = {service.delivery for service in build_catalog("003", "USD", house)}
        assert ways == ({STEADY} if house not in OPEN else set(DELIVERIES))


def test_the_qualities_name_ways_that_there_are():
    assert {way for quality in QUALITIES for way in quality.deliveries} == set(DELIVERIES)


def test_the_same_house_always_delivers_alike_and_houses_differ():
    assert build_catalog("003", "USD", "kestrel") == build_catalog("003", "USD", "kestrel")
    here, there = [
        {(each.subject, each.description): each.delivery for each in build_catalog("003", "USD", house)}
        for house in ("kestrel", "tasman")
    ]
    assert any(here[each] != there[each] for each in here.keys() & there.keys())


def test_most_products_are_offered_by_all_houses_although_their_names_differ():
    offered = Counter(
        key for house in OPEN for key in {product_of(each) for each in build_catalog("003", "USD", house)}
    )
    everywhere = [key for key, number in offered.items() if number == len(OPEN)]
    assert len(everywhere) >= 100
    assert not any(key.startswith("?") for key in everywhere)


def test_the_names_of_one_draft_say_the_same_product_in_each_house():
    keys = {}
    for house in OPEN:
        for service in build_catalog("003", "USD", house):
            # The name of the quality, which is the same in all houses, is in the description.
            quality = service.description.splitlines()[1]
            keys.setdefault((service.subject, quality), set()).add(product_of(service))
    assert sum(len(found) > 1 for found in keys.values()) <= len(keys) // 50


@pytest.mark.parametrize(("house", "least", "most"), [("kestrel", 0.2, 0.6), ("tasman", 0.1, 0.45)])
def test_some_services_are_one_upstream_resold(house, least, most):
    plain = {(each.name, each.min, each.max) for each in build_catalog("000", "USD", "brightline")}
    own = [(each.name, each.min, each.max) for each in build_catalog("003", "USD", house)]
    assert least / 2 < sum(each in plain for each in own) / len(own) < most


def test_prices_differ_between_houses():
    rates = [{each.description: each.rate for each in build_catalog("003", "USD", house)} for house in OPEN]
    shared = set.intersection(*map(set, rates))
    assert sum(len({each[text] for each in rates}) >= 3 for text in shared) > len(shared) * 0.9


def test_an_unknown_house_is_named_in_the_error():
    with pytest.raises(ValueError, match="no house atlantis"):
        build_catalog("003", "USD", "atlantis")
