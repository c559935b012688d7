"""The demo has a person with limits, and an order that waits for approval."""

from __future__ import annotations

from decimal import Decimal

import pytest

from panels.management.demo_approval import COST, ask_for_approval
from panels.models import OrderLimit
from tests.factories import make_panel, make_service, make_user

pytestmark = pytest.mark.django_db


def test_an_order_above_the_limit_waits_for_approval():
    panel = make_panel()
    make_service(panel, rate_per_1000=Decimal(90), max_quantity=100)
    make_service(panel, rate_per_1000=Decimal("3.7"), min_quantity=10, max_quantity=10_000)
    order = ask_for_approval(make_user("Operator"), panel)
    assert (order.state, order.service.rate_per_1000) == ("asked", Decimal("3.7"))
    assert COST <= order.expected_cost < COST + 1
    assert OrderLimit.objects.get().person == order.placed_by


def test_without_a_fitting_service_there_is_a_limit_alone():
    panel = make_panel()
    make_service(panel, max_quantity=10)
    assert ask_for_approval(make_user("Operator"), panel) is None
    assert OrderLimit.objects.exists()
