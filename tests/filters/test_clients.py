"""Clients are found by words of their names and of their campaigns."""

from __future__ import annotations

import pytest

from panels.filters import ClientFilter
from panels.models import Client
from tests.factories import make_campaign, make_client

pytestmark = pytest.mark.django_db


def found(**query):
    return [client.name for client in ClientFilter(query).rows]


@pytest.mark.parametrize("text", ["ÉCLAIR", "éclair co", "  Co  "])
def test_a_client_is_found_by_each_word_in_any_case(text):
    make_client("Éclair & Co")
    make_client("Nova")
    assert found(q=text) == ["Éclair & Co"]


def test_a_client_is_found_by_its_campaign():
    nova = make_client("Nova")
    make_campaign("Spring launch", nova)
    make_campaign("Spring", make_client("Orbit"))
    assert found(q="spring") == ["Nova", "Orbit"]
    assert found(q="nova launch") == ["Nova"]
    assert found(q="nova 100%") == []


def test_clients_with_and_without_prices_are_told_apart():
    make_client("Nova")
    Client.objects.filter(pk=make_client("Orbit").pk).update(markup_percent=0)
    assert found(prices="yes") == ["Orbit"]
    assert found(prices="no") == ["Nova"]
    assert found(prices="maybe") == []
