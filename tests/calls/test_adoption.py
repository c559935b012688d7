"""Orders that were placed elsewhere: their panel confirms their ids, and then they are followed like ours."""

from __future__ import annotations

import threading
import uuid
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from panels import bell, schedule
from panels.bulk import progress, results
from panels.bulk.adoption import EXISTING, create_adoption
from panels.calls.adoption import adopt
from panels.calls.comparing import compare
from panels.calls.polling import poll_due
from panels.id_search.evidence import find_around
from panels.models import Batch, DayTotal, Order, OrderEvent, Panel
from panels.money.totals import recount, spend, update_totals
from panels.orders.aftercare import request_refill
from panels.orders.following import next_check_at, request_check
from panels.protocol.client import PanelClient
from panels.protocol.errors import NotSent, OutcomeUnknown, Reason, Refused
from panels.protocol.exchange import Latest
from panels.protocol.wire import OrderStatus, Progress
from panels.tables.reading import read_paste
from panels.worker import tasks
from tests.factories import make_order, make_panel, make_placed, make_service, make_sheet, make_user

pytestmark = pytest.mark.django_db

WAIT = threading.Event()


def adopt_lines(*rows, **fields):
    return create_adoption(make_sheet(*rows), **{"created_by": None} | fields)[0]


def told(progress=Progress.IN_PROGRESS, **fields):
    values = {"charge": Decimal("0.5"), "start_count": 3, "remains": 7, "currency": "USD"} | fields
    return OrderStatus(progress=progress, remote_status=fields.get("remote_status", "In progress"), **values)


@pytest.fixture
def answers(monkeypatch):
    """The answers of the panel by id; "calls" lists the ids of each call, and an error at "*" is raised."""
    known, calls = {}, []

    def statuses(self, ids):
        calls.append(list(ids))
        if error := known.get("*"):
            raise error
        return {each: known[each] for each in ids if each in known}

    monkeypatch.setattr(PanelClient, "statuses", statuses)
    known["calls"] = calls
    return known


@pytest.fixture
def mine():
    return make_panel(name="North")


def test_lines_wait_for_the_worker_and_wrong_ones_say_why(mine):
    held = make_placed(make_service(mine), remote_id="900")
    batch = adopt_lines(
        {"panel": "north", "order": "101"},
        {"panel": "North", "order": "0"},
        {"panel": "Nowhere", "order": "102"},
        {"panel": "North", "order": "900"},
        {"panel": "North", "order": "101"},
        {"panel": "North", "link": "a b", "quantity": "x"},
    )
    assert (batch.source, batch.state) == ("adopted", "confirmed")
    assert [line.errors.keys() for line in batch.lines.all()] == [
        set(),
        {"order"},
        {"panel"},
        {"order"},
        {"order"},
        {"order", "link", "quantity"},
    ]
    lines = {line.number: line for line in batch.lines.all()}
    assert lines[5].messages == [f"This order is already here as order {held.pk}."]
    assert lines[6].messages == ["Line 2 has the same order ID."]
    assert schedule.waiting()["adopt"] == [mine.pk]
    assert Order.objects.count() == 1


def test_pasted_lines_are_read_with_and_without_a_panel(mine):
    sheet = read_paste("North | 101\nNorth | 102 | 5 | https://example.com/x | 1000", has_panel=True, kind=EXISTING)
    assert sheet.columns == ("panel", *EXISTING.pasted)
    batch, _ = create_adoption(sheet, created_by=None)
    assert [line.remote_id for line in batch.lines.all()] == ["101", "102"]
    alone, _ = create_adoption(read_paste("101", has_panel=False, kind=EXISTING), created_by=None, panel=mine)
    assert alone.lines.get().panel == mine


def test_a_list_sent_twice_makes_one_batch(mine):
    token, sheet = uuid.uuid4(), make_sheet({"panel": "North", "order": "101"})
    first = create_adoption(sheet, created_by=None, token=token)
    assert create_adoption(sheet, created_by=None, token=token) == (first[0], False)


def test_an_adopted_order_is_spent_on_its_own_day_or_not_at_all(mine, answers):
    make_placed(make_service(mine), charge=Decimal(8))
    update_totals()
    adopt_lines(
        {"panel": "North", "order": "101", "placed": "2024-11-03"},
        {"panel": "North", "order": "102", "placed": "03/11/2024 14:30:00"},
        {"panel": "North", "order": "103"},
        source_name="orders.xlsx",
    )
    answers |= {"101": told(charge=Decimal(1)), "102": told(charge=Decimal(2)), "103": told(charge=Decimal(4))}
    assert adopt(mine.pk, WAIT) == Counter(adopted=3)
    assert list(Order.objects.filter(attempt=0).order_by("remote_id").values_list("placed_at", flat=True)) == [
        datetime(2024, 11, 3, tzinfo=UTC),
        datetime(2024, 11, 3, 14, 30, tzinfo=UTC),
        None,
    ]
    for add_up in (update_totals, recount):
        add_up()
        days = {total.day: (total.cost, total.orders) for total in DayTotal.objects.all()}
        assert days == {date(2024, 11, 3): (3, 2), timezone.localdate(): (8, 1)}
    assert [row["month"] for row in spend(timezone.now())] == [8]


def test_an_adopted_order_without_a_day_is_followed_like_any_other(mine, answers):
    adopt_lines({"panel": "North", "order": "101"})
    answers["101"] = told()
    adopt(mine.pk, WAIT)
    order = Order.objects.get()
    now = timezone.now()
    assert now < order.next_check_at < now + timedelta(minutes=2)
    order.changed_at = None
    assert next_check_at(order, order.created_at + timedelta(minutes=8)) == order.created_at + timedelta(minutes=10)
    assert find_around(make_order(order.service or make_service(mine), state="unknown", sent_at=now)).lower is None


def test_an_adopted_order_without_a_day_that_is_not_found_has_an_hour_too(mine, answers):
    adopt_lines({"panel": "North", "order": "101"})
    answers["101"] = told()
    adopt(mine.pk, WAIT)
    order, gone = Order.objects.get(), Refused("Incorrect order ID", Reason.NOT_FOUND)
    assert compare(order, gone, mine, timezone.now()).fields == {}
    assert "alarm" in compare(order, gone, mine, timezone.now() + timedelta(minutes=61)).fields


@pytest.mark.parametrize(
    ("placed", "words"),
    [
        ("2024-11-03", "elsewhere, on 2024-11-03"),
        ("", "elsewhere. The day is not known, so the order is not counted as spent."),
    ],
)
def test_the_pages_say_on_which_day_an_adopted_order_counts(mine, answers, as_viewer, placed, words):
    batch = adopt_lines({"panel": "North", "order": "101", "placed": placed})
    answers["101"] = told()
    adopt(mine.pk, WAIT)
    for address in (Order.objects.get().get_absolute_url(), batch.get_absolute_url()):
        assert words in as_viewer.get(address).text
    assert "<dt>Imported by</dt>" in as_viewer.get(Order.objects.get().get_absolute_url()).text
    counted = "1, because the day is not known" in as_viewer.get(batch.get_absolute_url()).text
    assert counted is not bool(placed)


def test_a_confirmed_id_becomes_a_placed_order_with_all_that_the_panel_tells(mine, answers):
    user, service = make_user("Operator"), make_service(mine)
    row = {"panel": "North", "service": service.remote_id, "link": "https://example.com/p", "quantity": "1000"}
    batch = adopt_lines(row | {"order": "101"}, {"panel": "North", "order": "102"}, created_by=user)
    answers |= {"101": told(), "102": told(Progress.COMPLETED)}
    assert adopt(mine.pk, WAIT) == Counter(adopted=2)
    first, second = Order.objects.order_by("pk")
    assert (first.state, first.remote_id, first.progress, first.charge, first.remains) == (
        "placed",
        "101",
        "in_progress",
        Decimal("0.5"),
        7,
    )
    assert (first.service, first.quantity, first.link_key, first.placed_by) == (service, 1000, "example.com/p", user)
    assert (first.as_ordered, second.as_ordered) == (service.terms(), None)
    assert (first.is_adopted, first.is_open, first.batch) == (True, True, batch)
    assert [event.what for event in first.events.all()] == [OrderEvent.What.ADOPTED, OrderEvent.What.PROGRESS]
    assert (second.service, second.values, second.is_finished) == (None, {}, True)
    assert second.finished_at is not None
    assert second.next_check_at is not None
    assert [line.order for line in batch.lines.all()] == [first, second]
    assert schedule.waiting()["adopt"] == []


def test_an_order_of_an_unknown_service_may_be_refilled_and_canceled(mine, answers):
    adopt_lines({"panel": "North", "order": "101"}, {"panel": "North", "order": "102"})
    answers |= {"101": told(), "102": told(Progress.COMPLETED)}
    adopt(mine.pk, WAIT)
    running, done = Order.objects.order_by("pk")
    assert running.can_cancel
    assert done.can_refill
    assert request_refill(done, None) == ""


def test_a_service_that_is_not_in_the_catalog_is_only_a_warning(mine, answers):
    batch = adopt_lines({"panel": "North", "order": "101", "service": "77"})
    assert "imported without it" in batch.lines.get().warnings[0]
    answers["101"] = told()
    assert adopt(mine.pk, WAIT) == Counter(adopted=1)
    assert Order.objects.get().service is None


def test_an_id_that_the_panel_does_not_know_is_told_on_its_line(mine, answers):
    batch = adopt_lines({"panel": "North", "order": "101"}, {"panel": "North", "order": "102"})
    answers |= {"101": told(), "102": Refused("Incorrect order ID", Reason.NOT_FOUND)}
    assert adopt(mine.pk, WAIT) == Counter(adopted=1, unfit=1)
    assert batch.lines.get(number=3).messages == ["Panel answer: Incorrect order ID"]
    found = progress.find_progress(batch)
    assert (found.placed, found.unfit, found.waiting, found.total) == (1, 1, 0, 2)
    assert [row[:2] for row in results.refused(batch)] == [["North", "102"]]


def test_an_id_that_was_passed_over_is_asked_about_alone_before_it_is_given_up(mine, answers):
    batch = adopt_lines({"panel": "North", "order": "101"}, {"panel": "North", "order": "102"})
    answers["101"] = told()
    assert adopt(mine.pk, WAIT) == Counter(adopted=1, unfit=1)
    assert answers["calls"] == [["101", "102"], ["102"]]
    assert "no answer" in batch.lines.get(number=3).messages[0]


def test_garbage_about_one_id_says_nothing_about_the_panel(mine, monkeypatch):
    def statuses(self, ids):
        if ids == ["102"]:
            raise OutcomeUnknown("No JSON.")
        return {"101": told()}

    monkeypatch.setattr(PanelClient, "statuses", statuses)
    adopt_lines({"panel": "North", "order": "101"}, {"panel": "North", "order": "102"})
    assert adopt(mine.pk, WAIT) == Counter(adopted=1, unfit=1)
    assert Panel.objects.get().failures == 0


def test_what_was_answered_before_a_failure_is_kept(mine, monkeypatch):
    def statuses(self, ids):
        if ids == ["102"]:
            raise NotSent("Away.")
        return {"101": told()}

    monkeypatch.setattr(PanelClient, "statuses", statuses)
    batch = adopt_lines({"panel": "North", "order": "101"}, {"panel": "North", "order": "102"})
    assert adopt(mine.pk, WAIT) == Counter(adopted=1, failed=1)
    assert not batch.lines.get(number=3).has_errors
    assert Panel.objects.get().failures == 1


@pytest.mark.parametrize("error", [OutcomeUnknown("No answer."), Refused("Invalid API key", Reason.AUTH)])
def test_what_could_not_be_asked_waits(mine, answers, error):
    batch = adopt_lines({"panel": "North", "order": "101"})
    answers["*"] = error
    assert adopt(mine.pk, WAIT) == Counter(failed=1)
    line = batch.lines.get()
    assert (line.order, line.has_errors) == (None, False)
    assert progress.find_progress(batch).waiting == 1
    assert Panel.objects.get().last_error == error.text


def test_ids_are_asked_about_a_hundred_at_a_time(mine, answers):
    adopt_lines(*[{"panel": "North", "order": str(number)} for number in range(1001, 1251)])
    answers |= {str(number): told() for number in range(1001, 1251)}
    assert adopt(mine.pk, WAIT) == Counter(adopted=250)
    assert [len(call) for call in answers["calls"]] == [100, 100, 50]


def test_two_batches_that_name_the_same_order_follow_it_once(mine, answers):
    first, second = (adopt_lines({"panel": "North", "order": "101"}) for _ in range(2))
    answers["101"] = told()
    assert adopt(mine.pk, WAIT) == Counter(adopted=1, unfit=1)
    assert first.lines.get().order == Order.objects.get()
    assert second.lines.get().messages == [f"{first} already imported this order."]


def test_an_order_that_we_came_to_hold_meanwhile_is_not_taken_twice(mine, answers):
    batch = adopt_lines({"panel": "North", "order": "101"})
    held = make_placed(make_service(mine), remote_id="101")
    answers["101"] = told()
    assert adopt(mine.pk, WAIT) == Counter(unfit=1)
    assert batch.lines.get().messages == [f"This order is already here as order {held.pk}."]


@pytest.mark.parametrize("fields", [{"is_active": False}, {"paused_reason": "auth"}])
def test_a_panel_that_must_not_be_asked_is_left_alone(mine, answers, fields):
    adopt_lines({"panel": "North", "order": "101"})
    Panel.objects.update(**fields)
    assert adopt(mine.pk, WAIT) == Counter()
    assert answers["calls"] == []
    assert schedule.waiting()["adopt"] == []


@pytest.mark.django_db(transaction=True)
def test_orders_placed_elsewhere_are_adopted_and_tracked(synced_panel, sandbox):
    service = sandbox.pick("Default")
    with PanelClient(synced_panel.account()) as client:
        ids = [
            client.add(
                str(service.id),
                "default",
                {"link": f"https://example.com/{number}", "quantity": str(service.min)},
                not_after=Latest.after(60),
            )
            for number in range(3)
        ]
    batch = adopt_lines(*[{"panel": "Sandbox", "order": each} for each in (*ids, "99999999")])
    bell.work.call_local("adopt", synced_panel.pk)
    assert tasks.lanes.join(60)
    assert sorted(Order.objects.values_list("remote_id", flat=True)) == sorted(ids)
    assert batch.lines.get(has_errors=True).remote_id == "99999999"
    sandbox.finish(ids[0], "Completed")
    request_check(Order.objects.all())
    poll_due(synced_panel.pk, WAIT)
    assert Order.objects.get(remote_id=ids[0]).progress == "completed"
    assert len(sandbox.ledger) == 3
    assert Batch.objects.get().is_adoption
