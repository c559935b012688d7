"""All sending is stopped and started by one switch, which keeps who stopped it first."""

from __future__ import annotations

import pytest

from panels.calls.claiming import Claims
from panels.models import Controls
from panels.orders.switch import start_sending, stop_sending
from tests.factories import make_order, make_user

pytestmark = pytest.mark.django_db


def test_sending_is_stopped_once_and_keeps_who_stopped_it(operator, caplog):
    assert stop_sending(operator)
    stopped = Controls.objects.get()
    assert (Controls.is_sending_stopped(), stopped.sending_stopped_by) == (True, operator)
    assert not stop_sending(make_user("Manager"))
    again = Controls.objects.get()
    assert (again.sending_stopped_at, again.sending_stopped_by) == (stopped.sending_stopped_at, operator)
    assert caplog.messages == [f"Sending was stopped by {operator}."]


def test_sending_is_started_once(operator, caplog):
    stop_sending(operator)
    assert start_sending(operator)
    controls = Controls.objects.get()
    assert (controls.sending_stopped_at, controls.sending_stopped_by) == (None, None)
    assert not start_sending(operator)
    assert caplog.messages[1:] == [f"Sending was started again by {operator}."]


def test_sending_that_was_never_stopped_cannot_be_started(operator):
    assert not start_sending(operator)
    assert not Controls.is_sending_stopped()


def test_no_order_is_claimed_between_stop_and_start(operator):
    order = make_order()
    stop_sending(operator)
    assert Claims(order.panel_id).take() == ([], None)
    start_sending(operator)
    assert Claims(order.panel_id).take() == ([order], None)
