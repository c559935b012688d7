"""The catalog changes of the demo's past lead to the present catalog, and agree with each other."""

import random
import threading
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from panels.calls.catalog import sync_catalog
from panels.management.demo_prices import DAYS, FORMER_WORDS, GONE, KNOWN_FOR, NEW, Course, Courses
from panels.models import Service, ServiceChange
from panels.providers.history import prices

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def test_a_course_knows_the_terms_of_each_day():
    course = Course([(NOW, Decimal(3)), (NOW + DAY, Decimal(4))], renamed=(NOW + DAY, "Old"))
    course.gone.append((NOW + DAY, NOW + 2 * DAY))
    assert [course.rate_at(NOW + days * DAY) for days in (-1, 0, 1, 9)] == [3, 3, 4, 4]
    assert [course.name_at(NOW + days * DAY, "New") for days in (0, 1)] == ["Old", "New"]
    assert [course.is_offered_at(NOW + days * DAY) for days in (0, 1, 2)] == [True, False, True]


@pytest.fixture
def written(synced_panel, sandbox):
    """The ordered services of a panel, and their courses."""
    ordered = list(Service.objects.filter(panel=synced_panel, type="default").order_by("pk")[10:22])
    courses = Courses(synced_panel, random.Random(1), timezone.now()).write(ordered, sandbox)
    return ordered, courses


def test_the_prices_of_a_service_end_at_the_present_one_and_are_those_of_its_course(written):
    ordered, courses = written
    for service in ordered:
        service.refresh_from_db()
        found, course = prices(service), courses[service.pk]
        assert [rate for _, rate in found] == [rate for _, rate in course.prices] if found else True
        assert course.prices[-1][1] == course.rate_at(timezone.now()) == service.rate_per_1000
        assert [at for at, _ in course.prices] == sorted(at for at, _ in course.prices)
    assert sum(len(courses[service.pk].prices) >= 2 for service in ordered) == len(ordered)


def test_all_changes_are_in_the_past_and_one_sync_found_many(written):
    times = list(ServiceChange.objects.values_list("at", flat=True))
    now = timezone.now()
    assert all(now - DAYS * DAY - DAY < at < now for at in times)
    assert max(times.count(at) for at in set(times)) >= 30


def test_the_next_sync_finds_nothing_new(written, synced_panel):
    counts, error = sync_catalog(synced_panel.pk, threading.Event())
    assert error == ""
    assert (counts["new"], counts["changed"], counts["vanished"]) == (0, 0, 0)


def test_services_went_and_came_back_and_some_are_new(written, synced_panel, sandbox):
    gone = Service.objects.filter(panel=synced_panel, is_listed=False)
    assert gone.count() == GONE
    assert not {service.remote_id for service in gone} & set(sandbox.services)
    changes = ServiceChange.objects.filter(field="is_listed").order_by("at")
    by_service = {}
    for change in changes:
        by_service.setdefault(change.service_id, []).append((change.old, change.new))
    found = list(by_service.values())
    assert found.count([("", "True")]) == NEW
    assert found.count([("True", "False")]) == GONE
    assert found.count([("True", "False"), ("False", "True")]) == len(found) - NEW - GONE > 0
    new = Service.objects.get(pk=next(pk for pk, each in by_service.items() if each == [("", "True")]))
    assert new.first_seen_at == new.changes.get(field="is_listed").at
    assert synced_panel.services.earliest("first_seen_at").first_seen_at < timezone.now() - KNOWN_FOR


def test_renamed_services_are_found_by_their_former_name(written):
    ordered, courses = written
    renamed = [service for service in ordered if courses[service.pk].renamed]
    assert len(renamed) == len(FORMER_WORDS)
    for service in renamed:
        service.refresh_from_db()
        at, former = courses[service.pk].renamed
        assert former.lower() in service.former_text
        assert service.changes.filter(field="name", old=former, new=service.name, at=at).exists()


def test_the_same_chance_gives_the_same_past(written, synced_panel, sandbox):
    ordered, courses = written
    kept = {pk: [rate for _, rate in course.prices] for pk, course in courses.items()}
    ServiceChange.objects.all().delete()
    Service.objects.filter(panel=synced_panel).update(is_listed=True)
    again = Courses(synced_panel, random.Random(1), timezone.now())
    again._write_gone = lambda *_: None
    assert {pk: [rate for _, rate in course.prices] for pk, course in again.write(ordered, sandbox).items()} == kept
