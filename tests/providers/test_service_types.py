"""A person sets the type of a service, and goes back to the one that its panel tells."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from panels.models import Service, ServiceChange
from panels.protocol.order_types import ORDER_TYPES
from panels.providers.service_types import set_type
from tests.factories import make_service

pytestmark = pytest.mark.django_db


def types_of(service):
    service.refresh_from_db()
    return service.type, service.own_type


@pytest.mark.parametrize("slug", ORDER_TYPES)
@pytest.mark.parametrize(("told", "raw"), [("", ""), ("", "Magic"), ("poll", "Poll")])
def test_each_type_can_be_set_over_each_type_of_a_panel_and_taken_back(manager, slug, told, raw):
    service = make_service(type=told, raw_type=raw)
    assert set_type(service, slug, manager)
    assert types_of(service) == (slug, slug)
    assert set_type(service, "", manager)
    assert types_of(service) == (told, "")
    assert ServiceChange.objects.count() == 2


def test_the_type_goes_back_to_what_the_panel_tells_by_now(manager):
    service = make_service(type="", raw_type="Magic")
    set_type(service, "poll", manager)
    # A sync has written it since the page was shown.
    Service.objects.update(raw_type="Package")
    set_type(service, "", manager)
    assert types_of(service) == ("package", "")


def test_nothing_is_written_twice(manager):
    service = make_service(type="")
    shown = Service.objects.get()
    assert set_type(service, "poll", manager)
    assert not set_type(shown, "poll", manager)
    assert ServiceChange.objects.count() == 1


def test_only_the_two_types_are_written(manager):
    service = make_service(type="", name="As shown")
    Service.objects.update(name="Renamed", is_listed=False)
    set_type(service, "poll", manager)
    service.refresh_from_db()
    assert (service.name, service.is_listed) == ("Renamed", False)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time.")
def test_a_sync_of_the_panel_waits(manager):
    service = make_service()
    with CaptureQueriesContext(connection) as queries:
        set_type(service, "poll", manager)
    assert any('FROM "panels_panel"' in each["sql"] and "FOR NO KEY UPDATE" in each["sql"] for each in queries)
