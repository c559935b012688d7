"""The labels of an order are corrected on a page of their own."""

from __future__ import annotations

import pytest
from django.urls import reverse

from panels.models import OrderEvent
from tests.factories import make_campaign, make_client, make_placed
from tests.views.pages import text_of

pytestmark = pytest.mark.django_db


def test_the_labels_of_a_placed_order_are_corrected_and_the_history_says_so(as_operator):
    order = make_placed(client=make_client("Nova"))
    address = reverse("order_labels", args=[order.pk])
    assert 'value="Nova"' in as_operator.get(address).content.decode()
    make_campaign("Launch", make_client("Orbit"))
    data = {"client": "orbit", "campaign": "launch", "reference": "PO-17", "note": "Second wave"}
    page = text_of(as_operator.post(address, data, follow=True))
    for words in ("Client Orbit", "Campaign Launch", "Reference PO-17", "Note Second wave", "Labels changed by"):
        assert words in page
    assert order.events.get().what == OrderEvent.What.LABELED


def test_an_unknown_client_changes_nothing_until_it_is_ticked(as_operator):
    order = make_placed()
    address = reverse("order_labels", args=[order.pk])
    refused = as_operator.post(address, {"client": "Nova"})
    assert refused.status_code == 422
    assert "Nothing was changed. Check the marked fields." in text_of(refused)
    assert not order.events.exists()
    as_operator.post(address, {"client": "Nova", "create": "Nova"})
    order.refresh_from_db()
    assert order.client.name == "Nova"


def test_a_viewer_sees_the_labels_and_no_way_to_change_them(as_viewer):
    order = make_placed(client=make_client("Nova"))
    page = as_viewer.get(order.get_absolute_url())
    assert "Client Nova" in text_of(page)
    assert reverse("order_labels", args=[order.pk]) not in page.content.decode()
