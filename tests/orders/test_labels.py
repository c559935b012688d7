"""The labels of an order can be corrected in every state, and its history names each change."""

from __future__ import annotations

import datetime as dt
import json
import threading

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from panels.clients.naming import NO_LABELS, Labels
from panels.models import LabelChange, Order, OrderEvent, OrderText, Recount
from panels.orders import labels
from panels.orders.actions import carry_out
from panels.orders.labels import change_labels, confirm_labels, count_losing_campaign, draft_labels, set_values
from tests.factories import make_campaign, make_client, make_order, make_placed, make_user

pytestmark = pytest.mark.django_db
LONG_AGO = dt.datetime(2030, 5, 1, tzinfo=dt.UTC)


def test_a_change_is_written_with_an_event_that_names_each_label():
    nova, user = make_client("Nova"), make_user()
    order = make_placed(reference="PO-1", reference_key="po-1")
    assert change_labels(order.pk, Labels(nova, make_campaign("Spring", nova), "PO-17", ""), user)
    order.refresh_from_db()
    assert (order.client, order.campaign.name, order.reference, order.reference_key) == (
        nova,
        "Spring",
        "PO-17",
        "po-17",
    )
    event = order.events.get()
    assert (event.what, event.actor) == (OrderEvent.What.LABELED, user)
    assert event.detail == "Client: – → Nova\nCampaign: – → Spring\nReference: PO-1 → PO-17"


def test_labels_can_be_removed():
    order = make_order(client=make_client(), note="Soon")
    assert change_labels(order.pk, NO_LABELS, None)
    order.refresh_from_db()
    assert (order.client, order.note) == (None, "")
    assert order.events.get().detail == "Client: Nova → –\nNote: Soon → –"


def test_the_same_labels_again_leave_no_event():
    order = make_order(client=make_client(), reference="PO-1", reference_key="po-1")
    assert not change_labels(order.pk, Labels(order.client, None, "PO-1", ""), None)
    assert not order.events.exists()


@pytest.mark.parametrize("state", Order.State)
def test_an_order_in_any_state_can_be_labeled_and_stays_in_it(state):
    order = make_order(state=state)
    assert change_labels(order.pk, Labels(note="Soon"), None)
    order.refresh_from_db()
    assert (order.state, order.attempt, order.note) == (state, 0, "Soon")


def test_a_change_leaves_what_the_panel_told_and_when():
    order = make_placed(changed_at=LONG_AGO, charge=3)
    before = Order.objects.filter(pk=order.pk).values("changed_at", "state", "attempt", "next_check_at", "charge").get()
    assert change_labels(order.pk, Labels(make_client()), None)
    after = Order.objects.filter(pk=order.pk).values("changed_at", "state", "attempt", "next_check_at", "charge").get()
    assert after == before


# -- many orders


def run(pks, values, user=None):
    """Give orders new labels, as the worker does after a person confirmed it."""
    action = draft_labels(pks, user)
    assert set_values(action.label_change, values)
    assert confirm_labels(action, json.dumps(values, sort_keys=True))
    carry_out(action.pk, threading.Event())
    action.refresh_from_db()
    return action


def test_many_orders_get_the_labels_in_chunks_and_their_histories_say_so(monkeypatch, operator):
    monkeypatch.setattr(labels, "CHUNK", 2)
    nova = make_client("Nova")
    orders = [make_placed(changed_at=LONG_AGO, note=f"Note {number}") for number in range(4)]
    same, other = make_placed(client=nova, reference="PO", reference_key="po"), make_placed()
    values = {"client": nova.pk, "reference": "PO"}
    with CaptureQueriesContext(connection) as queries:
        action = run([each.pk for each in [*orders, same]], values, operator)
    positions = [
        each["sql"] for each in queries if each["sql"].startswith('UPDATE "panels_labelchange" SET "position"')
    ]
    assert len(positions) == 3
    for number, order in enumerate(orders):
        order.refresh_from_db()
        assert (order.client, order.reference, order.reference_key, order.note) == (nova, "PO", "po", f"Note {number}")
        assert order.changed_at == LONG_AGO
        event = order.events.get()
        assert (event.actor, event.detail) == (operator, "Client: – → Nova\nReference: – → PO")
        assert "po" in OrderText.objects.get(pk=order.pk).text
    assert not same.events.exists()
    assert not other.events.exists()
    change = action.label_change
    assert action.finished_at
    assert (change.number, change.position, change.changed) == (5, 5, 4)
    assert {row.day for row in Recount.objects.all()} == {timezone.localdate()}


def test_a_campaign_of_another_client_is_removed_and_counted_before():
    nova, orbit = make_client("Nova"), make_client("Orbit")
    spring, launch = make_campaign("Spring", nova), make_campaign("Spring", orbit)
    free = make_campaign("Free")
    orders = [
        make_order(client=nova, campaign=spring),
        make_order(client=orbit, campaign=launch),
        make_order(campaign=free),
        make_order(client=nova),
    ]
    pks = [order.pk for order in orders]

    def losing(**values):
        action = draft_labels(pks, None)
        set_values(action.label_change, values)
        return count_losing_campaign(LabelChange.objects.get(pk=action.pk))

    assert losing(client=orbit.pk) == 2
    assert losing(client=None) == 2
    assert losing(client=orbit.pk, campaign=launch.pk) == 0
    assert losing(note="x") == 0
    run(pks, {"client": orbit.pk})
    assert [Order.objects.get(pk=pk).campaign for pk in pks] == [None, launch, None, None]
    assert orders[0].events.get().detail == "Client: Nova → Orbit\nCampaign: Spring → –"
    run(pks, {"client": nova.pk, "campaign": spring.pk})
    assert {Order.objects.get(pk=pk).campaign for pk in pks} == {spring}
    # The campaigns have the same name, and the money moves all the same.
    assert orders[1].events.last().detail == "Client: Orbit → Nova"
    run(pks, {"client": None, "note": ""})
    assert {(Order.objects.get(pk=pk).client, Order.objects.get(pk=pk).campaign) for pk in pks} == {(None, None)}


def test_a_change_that_was_stopped_goes_on_where_it_was(monkeypatch):
    monkeypatch.setattr(labels, "CHUNK", 1)
    orders, stopping = [make_order() for _ in range(3)], threading.Event()
    action = draft_labels([order.pk for order in orders], None)
    set_values(action.label_change, {"note": "x"})
    # Nothing is done before the yes, and not with other labels than those that were shown.
    assert not confirm_labels(action, '{"note": "y"}')
    carry_out(action.pk, threading.Event())
    assert not OrderEvent.objects.exists()
    assert confirm_labels(action, '{"note": "x"}')
    assert not confirm_labels(action, '{"note": "x"}')
    assert not set_values(action.label_change, {"note": "z"})
    monkeypatch.setattr(stopping, "wait", lambda _: stopping.set())
    carry_out(action.pk, stopping)
    assert (OrderEvent.objects.count(), LabelChange.objects.get().position) == (1, 1)
    carry_out(action.pk, threading.Event())
    assert OrderEvent.objects.count() == 3
    assert {order.note for order in Order.objects.all()} == {"x"}


def test_after_each_chunk_others_may_write_as_long_as_it_took(monkeypatch):
    monkeypatch.setattr(labels, "CHUNK", 1)
    naps, stopping = [], threading.Event()
    monkeypatch.setattr(stopping, "wait", naps.append)
    action = draft_labels([make_order().pk, make_order().pk], None)
    set_values(action.label_change, {"note": "x"})
    confirm_labels(action, '{"note": "x"}')
    carry_out(action.pk, stopping)
    assert len(naps) == 2
    assert min(naps) > 0
