"""The labels of an order can be corrected in every state, and its history names each change."""

from __future__ import annotations

import pytest

from panels.clients.naming import NO_LABELS, Labels
from panels.models import Order, OrderEvent
from panels.orders.labels import change_labels
from tests.factories import make_campaign, make_client, make_order, make_placed, make_user

pytestmark = pytest.mark.django_db


def test_a_change_is_written_with_an_event_that_names_each_label():
    nova, user = make_client("Nova"), make_user()
    order = make_placed(reference="PO-1", reference_key="po-1")
    labels = Labels(nova, make_campaign("Spring", nova), "PO-17", "")
    assert change_labels(order.pk, labels, user)
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
