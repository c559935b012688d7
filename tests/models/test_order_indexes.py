"""SQLite uses a partial index only if the query repeats its condition. These queries use theirs."""

from __future__ import annotations

import pytest
from django.db import connection
from django.utils import timezone

from panels.models import Order
from panels.models.order_states import NEEDS_A_PERSON

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "sqlite", reason="how SQLite plans a query"),
]
NOW = timezone.now()


@pytest.mark.parametrize(
    ("index", "conditions"),
    [
        ("order_sending", {"panel": 1, "state": "sending", "send_deadline__lte": NOW}),
        ("order_due", {"panel": 1, "next_check_at__lte": NOW}),
        ("order_again_of", {"again_of": 1}),
        ("order_by_sent", {"panel": 1, "sent_at__gt": NOW}),
    ],
)
def test_a_query_of_the_worker_reads_its_index(index, conditions):
    assert f"INDEX {index} " in Order.objects.filter(**conditions).order_by().explain()


@pytest.mark.parametrize(
    ("index", "conditions"), [("order_of_panel", {"panel": 1}), ("order_of_client", {"client": 1})]
)
def test_a_list_reads_its_orders_in_sequence_and_sorts_nothing(index, conditions):
    plan = Order.objects.filter(**conditions).explain()
    assert f"INDEX {index} " in plan
    assert "TEMP B-TREE" not in plan


def test_what_needs_a_person_is_found_without_reading_other_orders():
    assert "INDEX order_needs_a_person" in Order.objects.filter(NEEDS_A_PERSON).order_by().explain()
