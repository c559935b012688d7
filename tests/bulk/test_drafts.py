"""Ten or ten thousand orders from a table: mistakes are told, and what is confirmed is ordered once."""

from __future__ import annotations

import csv
import io
import threading
import uuid
from collections import Counter
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook

from panels import schedule
from panels.bulk import progress, results
from panels.bulk.checking import check_lines
from panels.bulk.confirming import confirm, summary
from panels.bulk.drafts import NotADraftError, change_line, create_batch, delete_old_drafts, discard, leave_out_wrong
from panels.calls.claiming import Claims
from panels.calls.submission import submit_queued
from panels.models import Batch, BatchLine, JobRun, Order, OrderEvent, Panel, Service
from panels.models.order import IllegalMoveError
from panels.orders.moves import move_all
from panels.orders.restore import distrust_what_waits
from panels.tables.reading import read_file
from panels.worker import tasks
from tests.factories import (
    make_batch,
    make_order,
    make_panel,
    make_placed,
    make_service,
    make_sheet,
    make_user,
    row_of,
)

pytestmark = pytest.mark.django_db


def line(batch, number):
    return batch.lines.get(number=number)


def order_all(batch, user=None):
    """Confirm what the summary of now shows."""
    outcome = confirm(batch, user, summary(batch).fingerprint)
    assert outcome.problem == ""
    return outcome


# -- the check


def test_a_good_table_is_kept_as_a_draft_with_prices_and_orders_nothing():
    service = make_service()
    batch = make_batch(row_of(service), row_of(service, quantity=2000), filename="June.csv")
    assert batch.state == Batch.State.DRAFT
    assert [(each.number, each.cost, each.currency) for each in batch.lines.all()] == [
        (2, Decimal("0.90"), "USD"),
        (3, Decimal("1.80"), "USD"),
    ]
    assert not batch.lines.filter(has_errors=True).exists()
    assert not Order.objects.exists()


def test_the_panel_is_found_in_any_case_and_the_default_serves_lines_without_one():
    named, default = make_service(make_panel(name="North Wind")), make_service()
    batch = make_batch(row_of(named, panel="north wind"), row_of(default, panel=""), panel=default.panel)
    assert [each.service for each in batch.lines.all()] == [named, default]


def test_the_same_letters_decide_between_panels_whose_names_differ_only_in_case():
    small, large = make_service(make_panel(name="alpha")), make_service(make_panel(name="ALPHA"))
    batch = make_batch(row_of(large), row_of(small), row_of(small, panel="Alpha"))
    assert line(batch, 2).service == large
    assert line(batch, 3).service == small
    assert "Several panels" in line(batch, 4).errors["panel"][0]


def test_ids_keep_their_zeros():
    panel = make_panel()
    plain, zeros = make_service(panel, remote_id="12"), make_service(panel, remote_id="0012")
    batch = make_batch(row_of(zeros), row_of(plain))
    assert [each.service for each in batch.lines.all()] == [zeros, plain]


MISTAKES = {
    "no panel": ({"panel": ""}, {"panel": "missing"}),
    "unknown panel": ({"panel": "Nowhere"}, {"panel": "no panel called"}),
    "no service": ({"service": ""}, {"service": "missing"}),
    "unknown service": ({"service": "999999"}, {"service": "has no service"}),
    "below the minimum": ({"quantity": 5}, {"quantity": "below"}),
    "above the maximum": ({"quantity": 50_000}, {"quantity": "above"}),
    "no number": ({"quantity": "many"}, {"quantity": "whole number"}),
    "no link": ({"link": ""}, {"link": "missing"}),
    "spaces in the link": ({"link": "https://example.com/a b"}, {"link": "spaces"}),
    "a field of another type": ({"comments": "Nice"}, {"comments": "take no comments"}),
    "half a drip-feed": ({"runs": 3}, {"interval": "missing"}),
    "several at once": (
        {"link": "", "quantity": 5, "username": "x"},
        {"link": "missing", "quantity": "below", "username": "take no username"},
    ),
    "unknown service with a bad quantity": ({"service": "999999", "quantity": "x"}, {"service": "no", "quantity": "x"}),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_every_mistake_of_a_line_is_told_with_its_column(name):
    cells, expected = MISTAKES[name]
    service = make_service()
    batch = make_batch(row_of(service), row_of(service, **cells))
    assert not line(batch, 2).has_errors
    wrong = line(batch, 3)
    assert wrong.has_errors
    assert wrong.errors.keys() == expected.keys()
    for column, words in expected.items():
        assert words in " ".join(wrong.errors[column])
    assert wrong.cells.items() >= {key: str(value) for key, value in cells.items() if value != ""}.items()


def test_a_vanished_service_and_an_inactive_panel_are_wrong():
    gone, off = make_service(is_listed=False), make_service(make_panel(is_active=False))
    batch = make_batch(row_of(gone), row_of(off))
    assert "no longer lists" in line(batch, 2).errors["service"][0]
    assert "not active" in line(batch, 3).errors["panel"][0]


def test_what_cannot_be_stored_is_told_instead():
    batch = make_batch(row_of(make_service(), link="https://example.com/\x00\ud800"))
    assert "\x00" not in line(batch, 2).cells["link"]
    assert "control characters" in line(batch, 2).errors["link"][0]


# -- repeats


def test_lines_that_repeat_each_other_each_name_the_others():
    service, other = make_service(), make_service()
    link = "https://www.example.com/p/1/"
    batch = make_batch(
        row_of(service, link=link), row_of(other, link=link), row_of(service, link="example.com/p/1"), row_of(service)
    )
    assert line(batch, 2).errors == {"link": ["Line 4 orders the same service for the same link."]}
    assert line(batch, 4).errors == {"link": ["Line 2 orders the same service for the same link."]}
    assert not line(batch, 3).has_errors
    assert not line(batch, 5).has_errors


def test_many_repeats_are_named_in_short():
    service = make_service()
    batch = make_batch(*[row_of(service, link="https://example.com/p/1") for _ in range(6)])
    assert line(batch, 2).messages == ["Lines 3, 4, 5 and 2 more order the same service for the same link."]
    assert line(batch, 4).messages == ["Lines 2, 3, 5 and 2 more order the same service for the same link."]


def test_subscriptions_without_a_link_do_not_repeat_each_other():
    service = make_service(type="subscriptions", min_quantity=1)
    rows = [row_of(service, link="", quantity="", username=name, min=10, max=20, delay=5) for name in ("ann", "bob")]
    batch = make_batch(*rows)
    assert not batch.lines.filter(has_errors=True).exists()
    assert summary(batch).unpriced == 2


@pytest.mark.parametrize(
    ("state", "progress", "is_active"),
    [
        ("queued", "", True),
        ("sending", "", True),
        ("unknown", "", True),
        ("placed", "", True),
        ("placed", "in_progress", True),
        ("placed", "completed", False),
        ("refused", "", False),
        ("withdrawn", "", False),
    ],
)
def test_an_active_order_for_the_same_service_and_link_is_told(state, progress, is_active):
    service = make_service()
    order = make_order(service, state=state, progress=progress, link="https://example.com/p/1")
    make_order(link="https://example.com/p/1")
    batch = make_batch(row_of(service, link="http://www.example.com/p/1"))
    expected = [f"Order {order.pk} is still active for the same service and link."] if is_active else []
    assert line(batch, 2).messages == expected


def test_a_repeat_that_a_person_accepts_is_only_a_warning_and_leaves_the_other_good():
    service = make_service()
    link = "https://example.com/p/1"
    batch = make_batch(row_of(service, link=link), row_of(service, link=link))
    touched = change_line(line(batch, 3), is_repeat_ok=True)
    assert [each.number for each in touched] == [2, 3]
    assert not batch.lines.filter(has_errors=True).exists()
    assert line(batch, 3).warnings == ["Line 2 orders the same service for the same link."]
    assert line(batch, 2).warnings == []
    order_all(batch)
    assert Order.objects.count() == 2


def test_a_repeat_is_accepted_for_the_link_that_it_repeats_and_no_other():
    service = make_service()
    link, other = "https://example.com/p/1", "https://example.com/p/2"
    batch = make_batch(*[row_of(service, link=each) for each in (link, link, other)])
    change_line(line(batch, 3), is_repeat_ok=True)
    change_line(line(batch, 3), cells=row_of(service, link=link, quantity=2000))
    assert not line(batch, 3).has_errors
    change_line(line(batch, 3), cells=row_of(service, link=other))
    assert [line(batch, number).has_errors for number in (2, 3, 4)] == [False, True, True]


# -- a person at work


def test_a_corrected_line_is_checked_again_with_those_it_clashed_with():
    service = make_service()
    link, other = "https://example.com/p/1", "https://example.com/p/2"
    batch = make_batch(*[row_of(service, link=each) for each in (link, link, other)])
    touched = change_line(line(batch, 3), cells=row_of(service, link=other, quantity="2,000"))
    assert [each.number for each in touched] == [2, 3, 4]
    assert not line(batch, 2).has_errors
    assert line(batch, 3).messages == ["Line 4 orders the same service for the same link."]
    assert line(batch, 4).messages == ["Line 3 orders the same service for the same link."]
    assert line(batch, 3).cost == Decimal("1.8")


def test_a_line_left_out_counts_for_nothing_until_it_is_taken_back():
    service = make_service()
    link = "https://example.com/p/1"
    batch = make_batch(row_of(service, link=link), row_of(service, link=link))
    change_line(line(batch, 3), is_left_out=True)
    assert not line(batch, 2).has_errors
    assert (summary(batch).count, summary(batch).left_out, summary(batch).wrong) == (1, 1, 0)
    change_line(line(batch, 3), is_left_out=False)
    assert batch.lines.filter(has_errors=True).count() == 2


def test_all_wrong_lines_can_be_left_out_at_once():
    service = make_service()
    batch = make_batch(row_of(service), row_of(service, quantity=1), row_of(service, link=""))
    assert leave_out_wrong(batch) == 2
    order_all(batch)
    assert Order.objects.count() == 1


def test_lines_of_a_batch_that_is_no_draft_stay_as_they_are():
    service = make_service()
    batch = make_batch(row_of(service))
    order_all(batch)
    with pytest.raises(NotADraftError, match="confirmed"):
        change_line(line(batch, 2), is_left_out=True)
    with pytest.raises(NotADraftError):
        leave_out_wrong(batch)


def test_an_upload_sent_twice_makes_one_batch():
    token, sheet = uuid.uuid4(), make_sheet(row_of(make_service()))
    first, is_new = create_batch(sheet, source="paste", created_by=None, token=token)
    again, is_new_again = create_batch(sheet, source="paste", created_by=None, token=token)
    assert (again, is_new, is_new_again) == (first, True, False)
    assert BatchLine.objects.count() == 1


def test_another_table_out_of_the_same_form_is_another_batch():
    # A browser that goes back shows the form with the token that it had.
    token, service = uuid.uuid4(), make_service()
    tables = [make_sheet(row_of(service, quantity=quantity)) for quantity in (1000, 2000)]
    first, second = (create_batch(each, source="paste", created_by=None, token=token)[0] for each in tables)
    elsewhere, _ = create_batch(tables[0], source="paste", created_by=None, token=token, panel=make_panel())
    assert len({first, second, elsewhere}) == 3
    assert line(second, 2).cells["quantity"] == "2000"


# -- what it will cost


def test_costs_are_told_per_panel_and_currency_against_what_is_left_of_the_balance():
    rich = make_service(make_panel(name="A", balance=Decimal(5)))
    poor = make_service(make_panel(name="B", balance=Decimal(2), reported_currency="EUR"))
    unread = make_service(make_panel(name="C"))
    make_order(poor, expected_cost=Decimal("1.50"), currency="EUR")
    make_order(poor, expected_cost=Decimal(100), currency="EUR", state="refused")
    batch = make_batch(
        row_of(rich), row_of(rich), row_of(poor), row_of(unread), row_of(rich, quantity=1), row_of(rich, link="")
    )
    change_line(line(batch, 7), is_left_out=True)
    found = summary(batch)
    assert [
        (each.panel.name, each.currency, each.count, each.cost, each.available, each.excess) for each in found.totals
    ] == [
        ("A", "USD", 2, Decimal("1.8"), Decimal(5), 0),
        ("B", "EUR", 1, Decimal("0.9"), Decimal("0.5"), Decimal("0.4")),
        ("C", "USD", 1, Decimal("0.9"), None, 0),
    ]
    assert (found.count, found.wrong, found.left_out, found.can_confirm) == (4, 1, 1, False)


def test_what_was_sent_since_the_balance_was_read_is_no_longer_left():
    now = timezone.now()
    service = make_service(make_panel(balance=Decimal(5), balance_checked_at=now))
    before, since = now - timedelta(minutes=1), now + timedelta(minutes=1)
    for state, sent_at, charge in (
        ("placed", since, Decimal("0.50")),
        # Right after placing many panels say that it cost nothing.
        ("placed", since, Decimal(0)),
        ("unknown", since, None),
        ("refused", since, None),
        ("placed", before, None),
        ("queued", None, None),
    ):
        placed = {"placed_at": sent_at, "remote_id": f"{charge}{sent_at}"[:60]} if state == "placed" else {}
        make_order(service, state=state, sent_at=sent_at, charge=charge, expected_cost=Decimal(1), **placed)
    (total,) = summary(make_batch(row_of(service))).totals
    assert (total.promised, total.available) == (Decimal("3.5"), Decimal("1.5"))


# -- confirm


def test_confirming_queues_every_line_once_and_says_where():
    user, service = make_user("Operator"), make_service()
    batch = make_batch(row_of(service, runs=2, interval=10), row_of(service))
    shown = summary(batch).fingerprint
    outcome = confirm(batch, user, shown)
    assert outcome.is_new
    assert outcome.panels == (service.panel_id,)
    first, second = Order.objects.order_by("pk")
    assert (first.state, first.quantity, first.params, first.expected_cost) == (
        "queued",
        1000,
        {"runs": "2", "interval": "10"},
        Decimal("1.8"),
    )
    assert (first.placed_by, first.rate_agreed, first.batch, line(batch, 2).order) == (
        user,
        service.rate_per_1000,
        batch,
        first,
    )
    assert line(batch, 3).order == second
    assert [event.what for event in first.events.all()] == [OrderEvent.What.CREATED]
    again = confirm(batch, user, shown)
    assert (again.batch, again.is_new, again.problem) == (batch, False, "")
    assert Order.objects.count() == 2


def test_wrong_lines_stop_it():
    service = make_service()
    batch = make_batch(row_of(service), row_of(service, quantity=1))
    outcome = confirm(batch, None, summary(batch).fingerprint)
    assert outcome.problem.startswith("1 line is wrong. Nothing was ordered")
    assert not Order.objects.exists()
    batch.refresh_from_db()
    assert batch.is_draft


CHANGED = {
    "rate": ({"rate_per_1000": Decimal("0.95")}, ("rate", "0.9 USD per 1000", "0.95 USD per 1000"), True),
    "lower rate": ({"rate_per_1000": Decimal("0.80")}, ("rate", "0.9 USD per 1000", "0.8 USD per 1000"), True),
    "limit": ({"max_quantity": 5000}, ("maximum", "10,000", "5,000"), True),
    "limit that is passed": ({"max_quantity": 500}, ("maximum", "10,000", "500"), False),
    "listing": ({"is_listed": False}, ("listed", "yes", "no"), False),
    "type": ({"type": "package"}, ("type", "Default", "Package"), False),
}


@pytest.mark.parametrize("name", CHANGED)
def test_what_changed_since_the_check_stops_it_and_is_shown(name):
    fields, expected, is_fit = CHANGED[name]
    service, other = make_service(), make_service()
    batch = make_batch(row_of(service), row_of(other), row_of(service))
    shown = summary(batch).fingerprint
    Service.objects.filter(pk=service.pk).update(**fields)
    outcome = confirm(batch, None, shown)
    assert not Order.objects.exists()
    assert "have changed" in outcome.problem
    (change,) = outcome.changes
    assert (change.service, (change.what, change.old, change.new), change.numbers) == (service, expected, (2, 4))
    assert (not line(batch, 2).has_errors) == is_fit
    if is_fit:
        assert line(batch, 2).cost == Service.objects.get(pk=service.pk).rate_per_1000
        order_all(batch)
        assert Order.objects.count() == 3
    else:
        assert confirm(batch, None, summary(batch).fingerprint).problem.startswith("2 lines are wrong")


def test_an_order_that_became_active_meanwhile_stops_it():
    service = make_service()
    batch = make_batch(row_of(service, link="https://example.com/p/1"))
    shown = summary(batch).fingerprint
    make_order(service, link="https://example.com/p/1")
    assert "1 line is wrong" in confirm(batch, None, shown).problem
    assert Order.objects.count() == 1


def test_another_page_than_the_one_of_now_confirms_nothing():
    service = make_service()
    batch = make_batch(row_of(service), row_of(service))
    shown = summary(batch).fingerprint
    # It costs the same.
    change_line(line(batch, 3), cells=row_of(service, link="https://example.com/another"))
    assert "has changed since this page" in confirm(batch, None, shown).problem
    assert not Order.objects.exists()


def test_a_discarded_or_empty_batch_orders_nothing():
    service = make_service()
    batch = make_batch(row_of(service))
    change_line(line(batch, 2), is_left_out=True)
    assert "No line is left" in confirm(batch, None, summary(batch).fingerprint).problem
    assert discard(batch)
    assert not discard(batch)
    assert "discarded" in confirm(batch, None, summary(batch).fingerprint).problem
    assert not Order.objects.exists()


# -- ten thousand

SERVICES = 40


def big_rows(panel, services, count=10_000):
    return [
        row_of(services[i % SERVICES], link=f"https://example.com/p/{panel.pk}/{i}", quantity=100 + i % 900)
        for i in range(count)
    ]


def spoil(rows, service):
    """Put every kind of mistake on a few lines of a table; returns what is expected, by line."""
    expected = {}
    for index, (cells, errors) in enumerate(MISTAKES.values()):
        for place in (7 + index * 31, 9_000 + index * 17):
            rows[place] |= {name: str(value) for name, value in cells.items()}
            expected[place + 2] = set(errors)
    rows[5001] = dict(rows[5000])
    expected |= {5002: {"link"}, 5003: {"link"}}
    make_order(service, link="https://example.com/active")
    rows[6000] = row_of(service, link="https://example.com/active")
    expected[6002] = {"link"}
    vanished = make_service(service.panel, is_listed=False)
    rows[6500] = row_of(vanished)
    expected[6502] = {"service"}
    rows[6600] = row_of(make_service(make_panel(is_active=False)))
    expected[6602] = {"panel"}
    return expected


def test_ten_thousand_lines_list_every_mistake_and_order_nothing(django_assert_max_num_queries):
    panel = make_panel()
    services = [make_service(panel) for _ in range(SERVICES)]
    rows = big_rows(panel, services)
    expected = spoil(rows, services[0])
    batch = make_batch(*rows)
    wrong = batch.lines.filter(has_errors=True)
    assert {each.number: set(each.errors) for each in wrong} == expected
    assert [each.number for each in batch.lines.order_by("-has_errors", "number")[:3]] == sorted(expected)[:3]
    assert confirm(batch, None, summary(batch).fingerprint).problem.startswith(f"{len(expected)} lines are wrong")
    assert Order.objects.count() == 1
    lines = list(batch.lines.all())
    with django_assert_max_num_queries(20):
        check_lines(batch, lines)


def test_the_queries_of_a_check_follow_panels_and_chunks_not_lines():
    panel = make_panel()
    services = [make_service(panel) for _ in range(SERVICES)]

    def queries(count):
        batch = make_batch(*big_rows(panel, services, count))
        lines = list(batch.lines.all())
        with CaptureQueriesContext(
            connection,
        ) as captured:
            check_lines(batch, lines)
        return len(captured)

    assert queries(3) == queries(800)


@pytest.mark.django_db(transaction=True)
def test_ten_thousand_lines_become_as_many_orders_once_however_often_they_are_confirmed():
    panel = make_panel()
    services = [make_service(panel) for _ in range(SERVICES)]
    batch = make_batch(*big_rows(panel, services))
    shown = summary(batch).fingerprint
    outcomes, start = [], threading.Barrier(2)

    def click():
        start.wait(60)
        outcomes.append(confirm(Batch.objects.get(pk=batch.pk), None, shown))
        connections.close_all()

    clicks = [threading.Thread(target=click) for _ in range(2)]
    for each in clicks:
        each.start()
    for each in clicks:
        each.join()
    assert sorted(each.is_new for each in outcomes) == [False, True]
    assert [each.problem for each in outcomes] == ["", ""]
    assert Order.objects.filter(batch=batch, state="queued").count() == 10_000
    assert Order.objects.values("service", "link_key").distinct().count() == 10_000
    assert OrderEvent.objects.filter(what="created").count() == 10_000
    assert batch.lines.filter(order__batch=batch).count() == 10_000


@pytest.mark.django_db(transaction=True)
def test_three_hundred_lines_are_in_the_panels_ledger_once_each(synced_panel, sandbox):
    Panel.objects.update(calls_per_minute=None, parallel_calls=4)
    sandbox.set_balance(Decimal(100_000))
    service = synced_panel.services.get(remote_id=str(sandbox.pick("Default").id))
    rows = [row_of(service, link=f"https://example.com/each/{i}", quantity=service.min_quantity) for i in range(300)]
    batch = make_batch(*rows)
    order_all(batch)
    counts = submit_queued(synced_panel.pk, threading.Event())
    assert counts == Counter(placed=300)
    placed = [entry.fields["link"] for entry in sandbox.ledger]
    assert sorted(placed) == sorted(row["link"] for row in rows)
    assert progress.find_progress(batch).placed == 300
    assert order_all(batch).is_new is False
    assert submit_queued(synced_panel.pk, threading.Event()) == Counter()
    assert len(sandbox.ledger) == 300


# -- under way


def confirmed(*services):
    batch = make_batch(*[row_of(service) for service in services])
    order_all(batch)
    batch.refresh_from_db()
    return batch


def test_nothing_of_a_paused_batch_goes_out_until_it_goes_on():
    service = make_service()
    batch = confirmed(service)
    assert progress.pause(batch)
    assert not progress.pause(batch)
    assert Claims(service.panel_id).take() == ([], None)
    assert schedule.waiting()["submit"] == []
    assert progress.resume(batch)
    assert not progress.resume(batch)
    assert schedule.waiting()["submit"] == [service.panel_id]
    assert Claims(service.panel_id).take() == ([batch.orders.get()], None)


def test_a_draft_cannot_be_paused():
    assert not progress.pause(make_batch(row_of(make_service())))


def test_withdrawing_takes_back_what_waits_and_nothing_else(monkeypatch):
    monkeypatch.setattr(progress, "CHUNK", 2)
    user, service = make_user("Operator"), make_service()
    batch = confirmed(*[service] * 6)
    sending, held, *waiting = batch.orders.order_by("pk")
    Order.objects.filter(pk=sending.pk).update(state="sending", attempt=1)
    Order.objects.filter(pk=held.pk).update(held_reason="The price has risen.")
    other = make_order(service)
    assert progress.withdraw_unsent(batch, user) == 5
    assert Counter(batch.orders.values_list("state", flat=True)) == {"withdrawn": 5, "sending": 1}
    assert Order.objects.get(pk=other.pk).state == "queued"
    taken = Order.objects.get(pk=held.pk)
    assert (taken.held_reason, taken.finished_at is None) == ("", False)
    assert [(event.what, event.actor) for event in waiting[0].events.order_by("pk")][-1] == ("withdrawn", user)
    assert progress.withdraw_unsent(batch, user) == 0


def test_moving_many_orders_leaves_those_in_another_state_and_refuses_what_no_order_may_do():
    waiting, placed = make_order(), make_placed()
    pks = [waiting.pk, placed.pk]
    withdrawn = (Order.State.QUEUED, Order.State.WITHDRAWN)
    assert move_all(pks, withdrawn, what=OrderEvent.What.WITHDRAWN) == 1
    assert Order.objects.get(pk=placed.pk).state == "placed"
    assert (waiting.events.count(), placed.events.count()) == (1, 0)
    with pytest.raises(IllegalMoveError):
        move_all(pks, (Order.State.PLACED, Order.State.QUEUED), what=OrderEvent.What.RELEASED)


def test_progress_counts_every_stage_and_sums_what_the_panels_have_by_currency():
    euro = make_service(make_panel(reported_currency="EUR"))
    service = make_service()
    batch = confirmed(*[service] * 9, euro)
    orders = list(batch.orders.order_by("pk"))
    changes = [
        {"held_reason": "Why"},
        {"state": "sending"},
        {"state": "placed", "progress": "in_progress", "charge": Decimal("0.5")},
        {"state": "placed", "progress": "completed"},
        {"state": "refused"},
        {"state": "unknown"},
        {"state": "withdrawn"},
        {"state": "written_off"},
    ]
    for order, fields in zip(orders, changes, strict=False):
        Order.objects.filter(pk=order.pk).update(**fields)
    # Right after placing many panels say that it cost nothing.
    Order.objects.filter(pk=orders[9].pk).update(state="placed", charge=0)
    found = progress.find_progress(batch)
    assert (found.queued, found.held, found.sending, found.placed, found.finished) == (1, 1, 1, 2, 1)
    assert (found.refused, found.unknown, found.withdrawn, found.written_off) == (1, 1, 1, 1)
    assert (found.total, found.sent, found.settled) == (10, 6, 7)
    assert (found.is_open, found.is_done) == (True, False)
    assert found.costs == (("EUR", Decimal("0.9"), True), ("USD", Decimal("1.4"), True))


def test_progress_of_many_batches_costs_as_many_queries_as_of_one(django_assert_num_queries):
    batches = [confirmed(make_service()) for _ in range(5)]
    with django_assert_num_queries(3):
        assert [each.queued for each in progress.progress_of(batches).values()] == [1] * 5


# -- results


def test_results_are_the_own_columns_and_what_became_of_each_line():
    service = make_service(remote_id="0012")
    rows = [row_of(service, link=f"=link{i}") for i in range(3)]
    batch = make_batch(*rows)
    change_line(line(batch, 4), is_left_out=True)
    order_all(batch)
    first, second = batch.orders.order_by("pk")
    Order.objects.filter(pk=first.pk).update(
        state="placed", remote_id="77", progress="partial", charge=Decimal("0.45"), start_count=5, remains=-2
    )
    Order.objects.filter(pk=second.pk).update(state="refused", error_text="-Bad link")
    header = results.results_header(batch)
    text = "".join(results.as_csv(header, results.results(batch))).removeprefix("\ufeff")
    found = list(csv.DictReader(io.StringIO(text, newline="")))
    assert found[0] == {
        "panel": service.panel.name,
        "service": "0012",
        "link": "'=link0",
        "quantity": "1000",
        "state": "placed",
        "remote_id": "77",
        "progress": "partial",
        "charge": "0.45",
        "currency": "USD",
        "start_count": "5",
        "remains": "-2",
        "error": "",
    }
    assert (found[1]["state"], found[1]["error"]) == ("refused", "'-Bad link")
    assert found[2]["state"] == "left out"
    book = load_workbook(io.BytesIO(results.as_workbook(header, results.results(batch))))
    cells = [[cell.value for cell in row] for row in book.active.iter_rows()]
    assert cells[0] == header
    assert cells[1][:4] == [service.panel.name, "0012", "'=link0", "1000"]
    assert cells[1][7] == 0.45


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_refused_lines_come_back_as_a_table_that_can_be_uploaded_again(kind):
    service = make_service(type="custom_comments", min_quantity=1)
    comments = "=1+1\n'quoted'\n+2"
    rows = [row_of(service, quantity="", comments=comments, panel="") for _ in range(3)]
    batch = make_batch(*rows, panel=service.panel)
    order_all(batch)
    Order.objects.filter(pk=line(batch, 3).order_id).update(state="refused", error_text="=No")
    header, found = results.refused_header(batch), results.refused(batch)
    as_csv = kind == "csv"
    content = "".join(results.as_csv(header, found)).encode() if as_csv else results.as_workbook(header, found)
    sheet = read_file(f"refused.{kind}", content)
    (again,) = sheet.lines
    assert again.cells == line(batch, 3).cells | {"panel": service.panel.name}
    fresh, _ = create_batch(sheet, source="file", created_by=None)
    assert not fresh.lines.filter(has_errors=True).exists()


def test_what_was_added_in_a_correction_comes_back_as_well():
    service = make_service(type="custom_comments", min_quantity=1)
    row = row_of(service, quantity="")
    batch = make_batch(row, panel=service.panel)
    change_line(line(batch, 2), cells={**row, "comments": "one\ntwo"})
    order_all(batch)
    Order.objects.update(state="refused")
    batch.refresh_from_db()
    assert results.refused_header(batch) == [*row, "comments", "error"]
    assert list(results.refused(batch)) == [[*row.values(), "one\ntwo", ""]]
    assert "comments" in results.results_header(batch)


def test_a_text_that_no_cell_of_a_workbook_can_hold_is_cut_and_says_so():
    content = results.as_workbook(["a"], [["x" * 40_000], ["\x00"]])
    cells = [row[0].value for row in load_workbook(io.BytesIO(content)).active.iter_rows()]
    assert len(cells[1]) == results.MAX_CELL
    assert cells[1].endswith("holds no more)")


# -- drafts


def age(batch, **ago):
    Batch.objects.filter(pk=batch.pk).update(checked_at=timezone.now() - timedelta(**ago))


def test_what_nobody_confirmed_for_a_week_is_deleted():
    service = make_service()
    old, discarded, young, ordered = (make_batch(row_of(service)) for _ in range(4))
    discard(discarded)
    order_all(ordered)
    for batch in (old, discarded, ordered):
        age(batch, days=7, minutes=1)
    age(young, days=6, hours=23)
    assert delete_old_drafts() == 2
    assert set(Batch.objects.all()) == {young, ordered}
    assert BatchLine.objects.count() == 2


def test_the_sweep_deletes_old_drafts_once_a_day():
    batch = make_batch(row_of(make_service()))
    age(batch, days=8)
    tasks.run_sweep()
    assert not Batch.objects.exists()
    late = make_batch(row_of(make_service()))
    age(late, days=8)
    tasks.run_sweep(every=timedelta())
    assert Batch.objects.exists()
    JobRun.objects.filter(name="delete old drafts").update(started_at=timezone.now() - timedelta(days=1, minutes=1))
    tasks.run_sweep(every=timedelta())
    assert not Batch.objects.exists()


def test_a_restored_backup_gives_no_draft_a_second_life():
    batch = make_batch(row_of(make_service()))
    assert distrust_what_waits()["drafts"] == 1
    assert "discarded" in confirm(batch, None, summary(batch).fingerprint).problem


def test_only_a_placed_order_may_be_without_a_service():
    order = make_placed()
    Order.objects.filter(pk=order.pk).update(service=None, rate_agreed=None)
    with pytest.raises(IntegrityError):
        Order.objects.filter(pk=order.pk).update(state="queued")


@pytest.mark.parametrize("group", ["Viewer", "Operator", "Manager"])
def test_everybody_sees_lines_and_only_who_orders_changes_batches(group):
    user = make_user(group)
    assert user.has_perms(["panels.view_batch", "panels.view_batchline"])
    assert user.has_perms(["panels.add_batch", "panels.change_batch"]) == (group != "Viewer")


def test_results_take_as_many_queries_as_chunks(django_assert_num_queries):
    batch = confirmed(*[make_service()] * 20)
    with django_assert_num_queries(2):
        assert len(list(results.results(batch))) == 20
