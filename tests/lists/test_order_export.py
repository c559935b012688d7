"""The columns of the export of orders."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils import timezone

from panels.lists.order_export import EXPORTED
from panels.lists.orders import RELATED
from panels.models import Order
from panels.models.order_values import LIFETIME
from tests.factories import make_client, make_placed

pytestmark = pytest.mark.django_db


def test_every_column_of_an_order_is_read_without_a_query(django_assert_num_queries):
    make_placed(client=make_client("Acme"), reference="PO-1")
    (order,) = Order.objects.select_related(*RELATED)
    with django_assert_num_queries(0):
        row = {name: read(order) for name, read in EXPORTED.items()}
    assert (row["Order"], row["Client"], row["Reference"], row["State"]) == (order.pk, "Acme", "PO-1", "Placed")


def test_the_price_is_beside_the_cost_and_only_with_a_mark_up():
    nova = make_client("Nova")
    nova.markup_percent, nova.markup_step = Decimal(50), Decimal("0.5")
    order = make_placed(client=nova, charge=Decimal("2.1"))
    assert (EXPORTED["Cost"](order), EXPORTED["Price for the client"](order)) == (Decimal("2.1"), 3)
    assert EXPORTED["Price for the client"](make_placed(client=make_client("Orbit"), charge=Decimal(2))) is None
    assert EXPORTED["Price for the client"](make_placed(charge=Decimal(2))) is None
    assert EXPORTED["Price for the client"](make_placed(client=nova, charge=None, expected_cost=None)) is None


def test_a_lifetime_refill_is_a_word():
    ends = (timezone.now(), LIFETIME, None)
    found = [EXPORTED["Refill until"](make_placed(refill_until=end)) for end in ends]
    assert found == [ends[0], "lifetime", None]


def test_a_column_is_called_as_on_the_pages():
    assert {"Service ID", "Panel status", "Panel order ID", "Price when ordered"} < EXPORTED.keys()
