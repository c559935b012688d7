"""The columns of the list of clients."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils import timezone

from panels.lists.clients import CLIENTS, EXPORTED, with_orders
from panels.models import Client, ClientDay
from tests.factories import make_client, make_order, make_panel, make_placed
from tests.lists import values

pytestmark = pytest.mark.django_db


def spend(client, cost, currency="USD", expected=0):
    amounts = {"cost": Decimal(cost), "currency": currency, "orders": 1, "expected": expected, "unpriced": 0}
    ClientDay.objects.create(day=timezone.localdate(), client_pk=client.pk, panel=make_panel(), **amounts)


def test_cells_and_export_take_no_query(django_assert_num_queries):
    user = values.with_all_columns(CLIENTS)
    nova = make_client("Nova <b>")
    Client.objects.filter(pk=nova.pk).update(markup_percent=Decimal("12.5"), markup_step=Decimal("0.5"))
    spend(nova, "10.02")
    spend(nova, 3, "EUR", expected=1)
    make_placed(client=nova)
    make_order(client=nova)
    make_order(client=nova, state="unknown")
    make_order(client=nova, state="refused")
    with django_assert_num_queries(3):
        rows = with_orders(Client.objects.all(), timezone.now())
    table = values.draw(CLIENTS, rows, user)
    assert table.columns
    with django_assert_num_queries(0):
        body = table.body
        exported = {name: read(rows[0]) for name, read in EXPORTED.items()}
    assert "Nova &lt;b&gt;" in body
    assert "12.5 %" in body
    assert f'href="/orders/?client={nova.pk}&amp;stage=needs_you">1</a>' in body
    assert f'href="/orders/?client={nova.pk}&amp;stage=problem&amp;created=30d">1</a>' in body
    assert f'href="/clients/{nova.pk}/#orders">2</a>' in body
    assert exported["Spent this month"] == "3 EUR, 10.02 USD"
    assert exported["Prices this month"] == "3.5 EUR, 11.5 USD"
    assert [exported[name] for name in list(EXPORTED)[5:8]] == [2, 1, 1]


def test_a_client_without_orders_and_prices_has_dashes():
    make_client()
    (row,) = with_orders(Client.objects.all(), timezone.now())
    assert (row.running, row.prices, EXPORTED["Spent this month"](row)) == (0, [], "")
    assert values.draw(CLIENTS, [row], values.with_all_columns(CLIENTS)).body.count("–") == 6
