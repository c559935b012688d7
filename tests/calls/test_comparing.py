"""An order keeps what its panel does not tell, and takes over what it tells, with an event for the history."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from panels.calls.comparing import compare
from panels.calls.unreadable import LEFT_OUT
from panels.models import OrderEvent
from panels.protocol.errors import Reason, Refused
from panels.protocol.wire import OrderStatus, Progress
from tests.factories import make_panel, make_placed, make_service


def answer(**fields):
    values = {
        "progress": Progress.IN_PROGRESS,
        "remote_status": "In progress",
        "charge": Decimal("0.9"),
        "currency": "USD",
        "start_count": 10,
        "remains": 500,
    }
    return OrderStatus(**values | fields)


@pytest.mark.django_db
def test_an_unknown_word_keeps_the_progress_and_is_flagged():
    order = make_placed(progress="in_progress", remote_status="In progress")
    finding = compare(order, answer(progress=None, remote_status="Sleeping"), order.panel, timezone.now())
    assert "progress" not in finding.fields
    assert finding.fields["is_word_unknown"] is True
    assert finding.fields["remote_status"] == "Sleeping"
    assert "Sleeping" in finding.events[-1][1]


@pytest.mark.django_db
def test_a_changed_charge_is_told_as_amounts_with_their_currency():
    order = make_placed(charge=Decimal("188.300000"), currency="USD")
    found = compare(order, answer(charge=Decimal("90.5"), currency="USD"), order.panel, timezone.now())
    assert (OrderEvent.What.CHARGE, "188.30\u00a0USD → 90.50\u00a0USD") in found.events


@pytest.mark.django_db
def test_what_is_not_said_stays():
    order = make_placed(charge=Decimal(1), start_count=5, remains=7, currency="USD", remote_status="In progress")
    said = answer(charge=None, currency="", start_count=None, remains=None)
    assert compare(order, said, order.panel, timezone.now()).fields == {}


@pytest.mark.django_db
def test_an_id_left_out_changes_nothing_but_the_trace():
    order, now = make_placed(), timezone.now()
    finding = compare(order, None, order.panel, now)
    assert finding.fields == {"error_text": LEFT_OUT, "unreadable_since": now}
    assert finding.events == ()


@pytest.mark.django_db
def test_not_found_is_believed_only_after_an_hour_and_proves_no_cancel():
    order = make_placed()
    gone, now = Refused("Incorrect order ID", Reason.NOT_FOUND), timezone.now()
    assert compare(order, gone, order.panel, now).fields == {}
    fields = compare(order, gone, order.panel, now + timedelta(minutes=61)).fields
    assert set(fields) == {"alarm", "error_text"}
    order.alarm, order.error_text = fields["alarm"], fields["error_text"]
    # A refusal is in the history once, not at every check.
    assert compare(order, gone, order.panel, now + timedelta(minutes=61)).fields == {}
    assert compare(order, answer(), order.panel, now).fields["alarm"] == ""


@pytest.mark.django_db
def test_a_finished_order_can_turn_into_another():
    order = make_placed(progress="completed", finished_at=timezone.now(), charge=Decimal("0.9"))
    back = answer(progress=Progress.PARTIAL, charge=Decimal("0.45"))
    finding = compare(order, back, order.panel, timezone.now())
    assert finding.fields["progress"] == "partial"
    assert [what for what, _ in finding.events] == ["progress", "charge"]


@pytest.mark.django_db
def test_the_panels_currency_override_wins():
    order = make_placed(make_service(make_panel(currency_override="EUR")), currency="")
    assert compare(order, answer(currency="USD"), order.panel, timezone.now()).fields["currency"] == "EUR"
