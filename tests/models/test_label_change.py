"""A change of labels keeps its orders in one row."""

from __future__ import annotations

import pytest

from panels.models import LabelChange, OrderAction


@pytest.mark.django_db
def test_the_orders_are_read_as_they_were_chosen():
    pks = [1, 2, 700_000, 2**40]
    action = OrderAction.objects.create(kind="label")
    LabelChange.objects.create(action=action, values={"note": "x"}, packed=LabelChange.pack(pks), number=4)
    change = LabelChange.objects.get()
    assert list(change.order_pks) == pks
    assert (str(change), change.position, change.changed) == ("Labels of 4 orders", 0, 0)


def test_half_a_million_orders_take_less_than_a_megabyte():
    assert len(LabelChange.pack(range(1, 500_001))) < 1_000_000
