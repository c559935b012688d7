"""What is old goes once a day, and everything else stays."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from panels.models import Batch, OrderAction, ServiceChange
from panels.tables.rates import KEPT_FOR
from panels.worker import tidying
from panels.worker.tidying import KEEP_CHANGES, tidy
from tests.factories import make_batch, make_rate, make_service, row_of

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def make_draft(age):
    draft = make_batch(row_of(make_service()))
    Batch.objects.update(checked_at=timezone.now() - age)
    return draft


def make_action(age):
    action = OrderAction.objects.create(kind="refresh")
    OrderAction.objects.update(created_at=timezone.now() - age)
    return action


def make_change(age):
    return ServiceChange.objects.create(service=make_service(), field="name", at=timezone.now() - age)


def make_old_rate(age):
    # A day is kept or deleted as a whole.
    return make_rate("USD", 1, days_ago=age.days + (age > KEPT_FOR))


@pytest.mark.parametrize("is_old", [False, True])
@pytest.mark.parametrize(
    ("make", "kept"),
    [
        (make_draft, timedelta(days=7)),
        (make_action, timedelta(days=1)),
        (make_change, KEEP_CHANGES),
        (make_old_rate, KEPT_FOR),
    ],
)
def test_a_row_is_kept_for_its_time_and_then_deleted(make, kept, is_old):
    row = make(kept + HOUR if is_old else kept - HOUR)
    tidy()
    assert type(row).objects.exists() is not is_old


def test_old_changes_are_deleted_in_pieces_while_time_is_left(monkeypatch):
    monkeypatch.setattr(tidying, "PIECE", 2)
    for _ in range(5):
        make_change(KEEP_CHANGES + HOUR)
    monkeypatch.setattr(tidying, "DELETE_FOR", 0)
    tidying.delete_old_changes()
    assert ServiceChange.objects.count() == 5
    monkeypatch.setattr(tidying, "DELETE_FOR", 60)
    tidying.delete_old_changes()
    assert not ServiceChange.objects.exists()
