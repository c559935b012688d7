"""A restored backup sends nothing by itself: everything that waits in it becomes unknown or is closed."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import DatabaseError
from django.db.models import QuerySet
from django.utils import timezone

from panels.calls.claiming import Claims
from panels.models import Batch, Mail, Order, Refill
from panels.orders import resolution
from panels.orders.actions import carry_out, confirm_action, draft_action
from panels.orders.restore import WORDS, distrust_what_waits
from tests.factories import (
    make_asked,
    make_batch,
    make_mail,
    make_order,
    make_placed,
    make_refill,
    make_service,
    row_of,
)

pytestmark = pytest.mark.django_db


def test_an_order_that_waits_becomes_unknown_and_is_not_claimed():
    order = make_order(held_reason="The price has risen.")
    assert distrust_what_waits()["orders"] == 1
    order.refresh_from_db()
    assert (order.state, order.held_reason, order.error_text) == ("unknown", "", WORDS)
    assert [(event.what, event.detail) for event in order.events.all()] == [("unknown", WORDS)]
    assert Claims(order.panel_id).take() == ([], None)


def test_an_order_that_waits_for_approval_may_have_been_sent_since_and_is_not_sent_without_one(operator):
    order = make_asked(operator)
    assert distrust_what_waits()["orders"] == 1
    order.refresh_from_db()
    assert order.state == "unknown"
    assert resolution.send_again(order, operator) == ""
    order.refresh_from_db()
    assert order.state == "asked"
    assert Claims(order.panel_id).take() == ([], None)


def test_an_order_that_waited_for_money_waits_no_more_when_it_is_sent_again(operator):
    order = make_order(held_for_funds_at=timezone.now())
    distrust_what_waits()
    order.refresh_from_db()
    assert order.held_for_funds_at is None
    assert resolution.send_again(order, operator) == ""
    assert Claims(order.panel_id).take()[0] == [order]


def test_the_time_of_an_earlier_attempt_is_kept_only_for_an_order_on_its_way():
    sent = timezone.now() - timedelta(hours=1)
    queued = make_order(attempt=1, sent_at=sent)
    sending = make_order(state="sending", attempt=1, sent_at=sent)
    assert distrust_what_waits()["orders"] == 2
    assert Order.objects.get(pk=queued.pk).sent_at is None
    assert Order.objects.get(pk=sending.pk).sent_at == sent


@pytest.mark.parametrize("state", [each for each in Order.State.values if each not in ("asked", "queued", "sending")])
def test_an_order_that_does_not_wait_stays(state):
    order = make_order(state=state)
    assert distrust_what_waits().total() == 0
    order.refresh_from_db()
    assert (order.state, order.events.count()) == (state, 0)


@pytest.mark.parametrize(("state", "is_waiting"), [("queued", True), ("sending", True), ("accepted", False)])
def test_a_refill_that_waits_becomes_unknown(state, is_waiting):
    refill = make_refill(state=state)
    assert distrust_what_waits()["refills"] == is_waiting
    refill.refresh_from_db()
    assert refill.state == ("unknown" if is_waiting else state)
    assert (refill.error, refill.finished_at is not None) == (WORDS if is_waiting else "", is_waiting)
    assert [event.detail for event in refill.order.events.all()] == [WORDS] * is_waiting


@pytest.mark.parametrize(("state", "is_waiting"), [("queued", True), ("sending", True), ("refused", False)])
def test_a_cancel_that_waits_becomes_unknown_and_its_order_is_checked(state, is_waiting):
    order = make_placed(cancel_state=state, next_check_at=None)
    assert distrust_what_waits()["cancels"] == is_waiting
    order.refresh_from_db()
    assert (order.cancel_state, order.cancel_error) == (("unknown", WORDS) if is_waiting else (state, ""))
    assert (order.check_requested_at is not None) is is_waiting
    assert [event.detail for event in order.events.all()] == [WORDS] * is_waiting


def test_a_confirmed_action_is_closed_and_a_drafted_action_stays(operator):
    order = make_placed()
    confirmed, drafted = (draft_action("refresh", [order.pk], operator) for _ in range(2))
    confirm_action(confirmed)
    assert distrust_what_waits()["actions"] == 1
    assert carry_out(confirmed.pk, threading.Event()) == set()
    assert (confirmed.lines.get().outcome, confirmed.lines.get().detail) == ("skipped", WORDS)
    assert drafted.lines.get().outcome == ""
    assert Order.objects.get().check_requested_at is None


def test_a_draft_of_a_batch_is_discarded_and_other_batches_stay():
    service = make_service()
    draft, paused = make_batch(row_of(service)), make_batch(row_of(service))
    Batch.objects.filter(pk=paused.pk).update(state=Batch.State.PAUSED)
    assert distrust_what_waits()["drafts"] == 1
    assert [Batch.objects.get(pk=batch.pk).state for batch in (draft, paused)] == ["discarded", "paused"]


def test_if_one_part_fails_nothing_is_changed(monkeypatch):
    order = make_order()
    update = QuerySet.update

    def fail_at_refills(self, **fields):
        if self.model is Refill:
            raise DatabaseError("gone")
        return update(self, **fields)

    monkeypatch.setattr(QuerySet, "update", fail_at_refills)
    with pytest.raises(DatabaseError):
        distrust_what_waits()
    order.refresh_from_db()
    assert (order.state, order.events.count()) == ("queued", 0)


def test_a_mail_that_waits_is_not_sent_and_one_that_was_given_up_stays():
    make_mail(given_up_at=None, next_at=timezone.now())
    given_up = make_mail()
    distrust_what_waits()
    assert Mail.objects.get() == given_up
