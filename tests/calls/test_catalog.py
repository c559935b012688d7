"""A catalog is updated in bulk, its changes are noted, and no known service is lost."""

from __future__ import annotations

import threading
from dataclasses import replace
from decimal import Decimal

import pytest
from django.utils import timezone

from panels.calls.catalog import store_catalog, sync_catalog
from panels.models import Panel, Service, ServiceChange
from panels.protocol.errors import Deferred
from panels.protocol.wire import Catalog, CatalogRow
from panels.providers.service_types import set_type
from panels.sandbox import Fault
from tests.factories import make_order, make_panel


def sync(panel):
    return sync_catalog(panel.pk, threading.Event())


def row(remote_id="1", **fields):
    values = {
        "remote_id": remote_id,
        "name": f"Followers {remote_id}",
        "type": "default",
        "raw_type": "Default",
        "category": "Instagram",
        "rate_per_1000": Decimal("0.9"),
        "min_quantity": 100,
        "max_quantity": 10_000,
        "refill": True,
        "cancel": None,
        "dripfeed": None,
        "description": "",
    }
    return CatalogRow(**values | fields)


def store(panel, *rows, unusable=0):
    return store_catalog(panel, Catalog(rows, unusable))


def changes():
    return [(c.service.remote_id, c.field, c.old, c.new) for c in ServiceChange.objects.order_by("pk")]


def test_the_whole_catalog_is_stored_with_all_types(panel, sandbox):
    counts, error = sync(panel)
    assert error == ""
    assert counts["new"] == len(sandbox.services) == Service.objects.count()
    assert Service.objects.values("type").distinct().count() == 17
    panel.refresh_from_db()
    assert panel.catalog_synced_at is not None
    assert panel.sync_requested_at is None


def test_the_reduced_dialect_leaves_what_it_does_not_say_unknown(db, reduced_sandbox):
    panel = make_panel(api_url=reduced_sandbox.api_url, key=reduced_sandbox.key)
    assert sync(panel)[1] == ""
    assert set(Service.objects.values_list("cancel", flat=True)) == {None}


def test_a_second_sync_notes_what_changed(panel, sandbox):
    sync(panel)
    gone, dearer = list(sandbox.services)[:2]
    sandbox.remove_service(gone)
    sandbox.change_service(dearer, rate="12.34")
    counts, _ = sync(panel)
    assert (counts["new"], counts["changed"], counts["vanished"]) == (0, 1, 1)
    assert not Service.objects.get(remote_id=gone).is_listed
    assert {change[:2] for change in changes()} == {(gone, "is_listed"), (dearer, "rate_per_1000")}


@pytest.mark.parametrize(
    "fault", [Fault.DROP, Fault.ERROR_500, Fault.GARBAGE, Fault.EMPTY, Fault.NULL, Fault.HTML, Fault.TRUNCATED]
)
def test_a_failed_answer_changes_nothing_but_the_error(synced_panel, sandbox, fault, monkeypatch):
    monkeypatch.setattr("panels.protocol.client.BACKOFF", (0.0, 0.0))
    before = set(Service.objects.filter(is_listed=True).values_list("pk", flat=True))
    sandbox.faults.add(fault, "services", times=None)
    _, error = sync(synced_panel)
    assert error
    assert set(Service.objects.filter(is_listed=True).values_list("pk", flat=True)) == before
    assert Panel.objects.get().catalog_error == error


def test_an_empty_catalog_changes_nothing(synced_panel, sandbox):
    for service in list(sandbox.services):
        sandbox.remove_service(service)
    _, error = sync(synced_panel)
    assert "was kept" in error
    assert Service.objects.filter(is_listed=True).count() > 300


def keep_services(sandbox, number):
    for service in list(sandbox.services)[number:]:
        sandbox.remove_service(service)


def listed():
    return Service.objects.filter(is_listed=True).count()


@pytest.mark.parametrize("manner", ["followed", "repeated"])
def test_a_catalog_in_pages_is_stored_whole_and_its_services_vanish_as_others_do(panel, sandbox, manner):
    sandbox.page_catalog(100, manner)
    sync(panel)
    assert listed() == len(sandbox.services) > 400
    panel.refresh_from_db()
    assert panel.has_pages
    gone = list(sandbox.services)[250]
    keep_services(sandbox, 390)
    sandbox.remove_service(gone)
    counts, error = sync(panel)
    assert (counts["vanished"], error) == (12, "")
    assert not Service.objects.get(remote_id=gone).is_listed


@pytest.mark.parametrize("manner", ["ignored", "refused"])
def test_no_service_vanishes_from_a_list_that_may_be_cut_off(synced_panel, sandbox, manner):
    before = listed()
    sandbox.page_catalog(250, manner)
    new = next(iter(sandbox.services))
    sandbox.change_service(new, rate="12.34")
    for calls in (2, 1, 1):
        was = sandbox.calls["services"]
        counts, error = sync(synced_panel)
        assert (counts["vanished"], error, listed()) == (0, "", before)
        assert sandbox.calls["services"] == was + calls
    assert Service.objects.get(remote_id=new).rate_per_1000 == Decimal("12.34")
    seen = Service.objects.order_by("-last_seen_at").values_list("last_seen_at", flat=True)
    assert seen[0] == seen[249] > seen[250]
    Panel.objects.update(sync_requested_at=timezone.now())
    was = sandbox.calls["services"]
    sync(synced_panel)
    assert sandbox.calls["services"] == was + 2
    sandbox.page_catalog(0, manner)
    keep_services(sandbox, 249)
    assert sync(synced_panel)[0]["vanished"] == before - 249
    assert not Panel.objects.get().is_list_cut_off


@pytest.mark.parametrize("fault", [Fault.DROP, Fault.ERROR_500, Fault.GARBAGE, Fault.HTML, Fault.RATE_LIMIT])
def test_a_page_that_fails_removes_nothing_and_the_others_are_stored(synced_panel, sandbox, fault, monkeypatch):
    monkeypatch.setattr("panels.protocol.client.BACKOFF", (0.0, 0.0))
    sandbox.page_catalog(100)
    sync(synced_panel)
    before, synced_at = listed(), Panel.objects.get().catalog_synced_at
    first = next(iter(sandbox.services))
    sandbox.change_service(first, rate="12.34")
    keep_services(sandbox, 350)
    sandbox.faults.add(fault, "services", times=None)
    monkeypatch.setattr(sandbox.faults, "take", _third_page_on(sandbox))
    counts, error = sync(synced_panel)
    assert error.startswith("Only a part of the catalog was read. ")
    assert (counts["vanished"], counts["changed"], listed()) == (0, 1, before)
    panel = Panel.objects.get()
    assert (panel.catalog_error, panel.catalog_synced_at, panel.sync_requested_at) == (error, synced_at, None)
    assert panel.is_paused() == (fault is Fault.RATE_LIMIT)


def test_a_service_that_moves_to_another_page_between_two_calls_does_not_vanish(synced_panel, sandbox, monkeypatch):
    sandbox.page_catalog(250)
    sync(synced_panel)
    before, gone = listed(), next(iter(sandbox.services))
    take, calls = sandbox.faults.take, iter([None, sandbox.remove_service])

    def remove_after_first_page(*call):
        if remove := next(calls, None):
            remove(gone)
        return take(*call)

    monkeypatch.setattr(sandbox.faults, "take", remove_after_first_page)
    counts, error = sync(synced_panel)
    assert (error, listed(), counts["vanished"]) == ("", before, 0)
    # The next sync sees that it is gone.
    assert sync(synced_panel)[0]["vanished"] == 1
    assert list(Service.objects.filter(is_listed=False).values_list("remote_id", flat=True)) == [gone]


def test_a_second_reading_that_fails_removes_nothing(synced_panel, sandbox, monkeypatch):
    monkeypatch.setattr("panels.protocol.client.BACKOFF", (0.0, 0.0))
    sandbox.page_catalog(250)
    sync(synced_panel)
    before = listed()
    keep_services(sandbox, 340)
    sandbox.faults.add(Fault.DROP, "services", times=None)
    take, calls = sandbox.faults.take, iter([None] * 3)
    monkeypatch.setattr(sandbox.faults, "take", lambda *call: next(calls, take) and take(*call))
    counts, error = sync(synced_panel)
    assert (counts["vanished"], listed()) == (0, before)
    assert error.startswith("Only a part of the catalog was read. ")
    assert Panel.objects.get().failures == 1


def test_a_worker_that_ends_between_two_pages_is_no_failure_of_the_panel(synced_panel, sandbox, monkeypatch):
    sandbox.page_catalog(250)
    before, requested_at = listed(), timezone.now()
    Panel.objects.update(sync_requested_at=requested_at)
    paced = iter([None])

    def pace(*_):
        def wait():
            if next(paced, "no more") is not None:
                raise Deferred("The worker is shutting down.")

        return wait

    monkeypatch.setattr("panels.calls.visit.pace", pace)
    assert sync(synced_panel)[1] == "The worker is shutting down."
    panel = Panel.objects.get()
    assert (panel.catalog_error, panel.sync_requested_at, panel.failures) == ("", requested_at, 0)
    assert listed() == before


def _third_page_on(sandbox):
    """Let the planned fault meet the calls from the third one on."""
    take, calls = sandbox.faults.take, iter([None, None])
    return lambda *call: next(calls, take) and take(*call)


@pytest.mark.django_db
def test_a_first_sync_is_no_news_a_later_arrival_is():
    panel = make_panel()
    store(panel, row("1"))
    assert changes() == []
    store(panel, row("1"), row("2"))
    assert changes() == [("2", "is_listed", "", "True")]


@pytest.mark.django_db
def test_a_service_that_comes_back_is_listed_again_and_keeps_its_orders():
    panel = make_panel()
    store(panel, row("1"), row("2"))
    order = make_order(Service.objects.get(remote_id="2"))
    store(panel, row("1"))
    store(panel, row("1"), row("2", rate_per_1000=Decimal("1.5")))
    assert Service.objects.get(remote_id="2", is_listed=True) == order.service
    assert changes() == [
        ("2", "is_listed", "True", "False"),
        ("2", "rate_per_1000", "0.9", "1.5"),
        ("2", "is_listed", "False", "True"),
    ]


@pytest.mark.django_db
def test_every_told_field_is_brought_up_to_date():
    panel = make_panel()
    store(panel, row())
    new = replace(
        row(),
        name="Likes",
        type="package",
        raw_type="Package",
        category="TikTok",
        rate_per_1000=Decimal("3.25"),
        min_quantity=None,
        max_quantity=5,
        refill=False,
        cancel=True,
        dripfeed=True,
        description="Fast",
        average_time="12 minutes",
        average_minutes=12,
    )
    assert store(panel, new)["changed"] == 1
    service = Service.objects.get()
    assert {name: getattr(service, name) for name in new.__slots__} == {n: getattr(new, n) for n in new.__slots__}
    assert "likes" in service.search_text


@pytest.mark.django_db
def test_an_unchanged_catalog_writes_no_changes():
    panel = make_panel()
    store(panel, row("1"), row("2"))
    assert store(panel, row("1"), row("2"))["changed"] == 0
    assert changes() == []


@pytest.mark.django_db
def test_another_average_time_is_stored_and_is_no_change_of_the_catalog():
    panel = make_panel()
    store(panel, row("1"), row("2", average_time="2 hours", average_minutes=120))
    told = {"average_time": "35 minutes", "average_minutes": 35}
    counts = store(panel, row("1", **told), row("2", rate_per_1000=Decimal(1)))
    assert counts["changed"] == 1
    assert changes() == [("2", "rate_per_1000", "0.9", "1")]
    stored = Service.objects.order_by("remote_id").values_list("average_time", "average_minutes", "rate_per_1000")
    assert list(stored) == [("35 minutes", 35, Decimal("0.9")), ("", None, Decimal(1))]


@pytest.mark.django_db
def test_a_type_that_a_person_has_set_is_kept_and_its_panels_type_is_noted(manager):
    panel = make_panel()
    store(panel, row(type="", raw_type="Magic"))
    service = Service.objects.get()
    assert set_type(service, "likes_spread", manager)
    store(panel, row(type="package", raw_type="Package", name="Renamed"))
    service.refresh_from_db()
    assert (service.type, service.own_type, service.raw_type) == ("likes_spread", "likes_spread", "Package")
    by = f"set by {manager}"
    assert changes() == [
        ("1", "type", "unknown, ordered as Default", f"Likes spread ({by})"),
        ("1", "name", "Followers 1", "Renamed"),
        ("1", "raw_type", "Magic", "Package"),
    ]
    assert set_type(service, "", manager)
    assert not set_type(service, "", manager)
    store(panel, row(type="package", raw_type="Package", name="Renamed"))
    service.refresh_from_db()
    assert (service.type, service.own_type) == ("package", "")
    assert changes()[3:] == [("1", "type", "Likes spread", f"Package (as the panel lists it, by {manager})")]


@pytest.mark.django_db
def test_another_panels_services_are_left_alone():
    first, second = make_panel(), make_panel()
    store(first, row("1"))
    store(second, row("1"), row("2"))
    store(second, row("2"))
    assert Service.objects.get(panel=first).is_listed


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["first", "unchanged", "changed", "timed"])
def test_queries_do_not_grow_with_the_rows(state, django_assert_max_num_queries):
    panel = make_panel()
    rows = [row(str(number)) for number in range(400)]
    if state != "first":
        store(panel, *rows)
    if state == "changed":
        rows = [replace(r, rate_per_1000=Decimal(2)) for r in rows]
    if state == "timed":
        rows = [replace(r, average_time=r.remote_id, average_minutes=int(r.remote_id) + 1) for r in rows]
    with django_assert_max_num_queries(25):
        store(panel, *rows)


def test_a_name_that_says_no_refill_is_noted_at_each_rename(db):
    panel = make_panel()
    for name, says_so in (("Likes No Refill", True), ("Likes Refill 30D", False), ("Likes NR", True)):
        store(panel, row(name=name))
        assert Service.objects.get().says_no_refill is says_so


def test_a_renamed_service_keeps_the_words_of_its_former_names(db):
    panel = make_panel()
    for name in ("Likes", "Likes HQ", "Likes HQ", "Likes", "Views"):
        store(panel, row(name=name))
    service = Service.objects.get()
    assert service.search_text == "1 views instagram"
    assert service.former_text == "1 likes instagram\n1 likes hq instagram"
    for number in range(300):
        store(panel, row(name=f"Views {number}"))
    service.refresh_from_db()
    assert service.former_text.startswith("1 views 298 instagram\n1 views 297 instagram")
    assert len(service.former_text) <= 4000
