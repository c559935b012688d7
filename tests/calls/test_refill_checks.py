"""Accepted refills are asked about until they end, at longer and longer intervals."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from panels.calls.refill_checks import FOLLOW_REFILLS_FOR, check_refills
from panels.models import Refill
from panels.protocol.wire import RefillProgress, RefillStatus
from tests.factories import make_placed, make_refill

pytestmark = pytest.mark.django_db
STATUS = RefillStatus(progress=RefillProgress.IN_PROGRESS, remote_status="In progress")


class Panel:
    """A client whose panel tells one status of every refill."""

    def __init__(self, status=STATUS):
        self.status, self.asked = status, []

    def refill_statuses(self, ids):
        self.asked.append(list(ids))
        return dict.fromkeys(ids, self.status)


def refill_of(age, **fields):
    now = timezone.now()
    refill = make_refill(make_placed(), **{"state": "accepted", "remote_id": "77", "next_check_at": now} | fields)
    Refill.objects.filter(pk=refill.pk).update(requested_at=now - age)
    return refill


@pytest.mark.parametrize(
    ("age", "wait"),
    [
        (timedelta(minutes=1), timedelta(minutes=2)),
        (timedelta(hours=4), timedelta(hours=1)),
        (timedelta(days=20), timedelta(hours=2)),
    ],
)
def test_the_older_a_refill_is_the_later_it_is_asked_about_again(age, wait):
    refill, client = refill_of(age), Panel()
    assert check_refills(refill.order.panel, client) == {"checked": 1}
    refill.refresh_from_db()
    assert client.asked == [["77"]]
    assert abs(refill.next_check_at - timezone.now() - wait) < timedelta(seconds=30)
    assert (refill.progress, refill.remote_status) == ("in_progress", "In progress")
    # Not due.
    assert check_refills(refill.order.panel, client) == {}


def test_a_refill_that_has_ended_is_not_asked_about_again():
    refill = refill_of(timedelta(days=1))
    check_refills(refill.order.panel, Panel(RefillStatus(progress=RefillProgress.COMPLETED, remote_status="Completed")))
    refill.refresh_from_db()
    assert refill.finished_at is not None
    assert refill.next_check_at is None


def test_a_refill_that_does_not_end_is_given_up_with_the_reason():
    refill = refill_of(FOLLOW_REFILLS_FOR + timedelta(days=1))
    check_refills(refill.order.panel, Panel())
    refill.refresh_from_db()
    assert (refill.next_check_at, refill.finished_at) == (None, None)
    assert refill.error == "No longer tracked, because it had not ended after 60 days."


def test_only_the_refills_of_this_panel_are_asked_about():
    refill, other = refill_of(timedelta(hours=1)), refill_of(timedelta(hours=1), remote_id="78")
    client = Panel()
    check_refills(refill.order.panel, client)
    assert client.asked == [["77"]]
    assert Refill.objects.get(pk=other.pk).checked_at is None
