"""There is one row for each day, panel, client, campaign and currency or metric, also without a client."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from panels.models import ClientDay, ClientUnits, Recount
from tests.factories import make_panel

pytestmark = pytest.mark.django_db
DAY = dt.date(2030, 5, 1)


@pytest.mark.parametrize(
    ("model", "amounts", "other"),
    [
        (ClientDay, {"currency": "USD", "cost": 1, "orders": 1, "expected": 0, "unpriced": 0}, {"currency": "EUR"}),
        (ClientUnits, {"metric": "likes", "units": 1, "orders": 1}, {"metric": "views"}),
    ],
)
def test_no_client_and_no_campaign_are_keys_too(model, amounts, other):
    key = {"day": DAY, "panel": make_panel()}
    for more in ({}, {"client_pk": 1}, {"campaign_pk": 1}, {"panel": make_panel()}, other):
        model.objects.create(**key | amounts | more)
    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.create(**key, **amounts)
    assert str(model.objects.filter(client_pk=1).get()).startswith("2030-05-01 for client 1: 1")


def test_a_day_may_be_named_twice():
    panel = make_panel()
    for _ in range(2):
        Recount.objects.create(day=DAY, panel=panel)
    assert str(Recount.objects.first()) == f"2030-05-01 at panel {panel.pk}"
