"""An action has one line for each of its orders, and each line begins without an outcome."""

from __future__ import annotations

import pytest
from django.db import IntegrityError
from django.db.models import ProtectedError
from django.urls import reverse

from panels.models import ActionLine, OrderAction
from tests.factories import make_order

pytestmark = pytest.mark.django_db


def make_action(*orders):
    """Create a cancel of some orders."""
    action = OrderAction.objects.create(kind=OrderAction.Kind.CANCEL)
    ActionLine.objects.bulk_create(ActionLine(action=action, order=order) for order in orders)
    return action


def test_a_line_waits_until_it_has_an_outcome():
    action = make_action(make_order(), make_order())
    assert [line.outcome for line in action.lines.all()] == [ActionLine.Outcome.WAITING] * 2
    assert (action.confirmed_at, action.finished_at) == (None, None)


def test_an_order_is_in_an_action_once():
    order = make_order()
    make_action(order)
    with pytest.raises(IntegrityError):
        make_action(order, order)


def test_an_order_of_an_action_cannot_be_deleted_and_the_lines_of_a_deleted_action_go():
    order = make_order()
    action = make_action(order)
    with pytest.raises(ProtectedError):
        order.delete()
    action.delete()
    assert not ActionLine.objects.exists()
    order.delete()


def test_an_action_has_a_page_and_a_name():
    action = make_action()
    assert action.get_absolute_url() == reverse("order_action", args=[action.pk])
    assert str(action) == f"Cancel {action.pk}"
