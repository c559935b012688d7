"""A panel of the demo after it was filled: marks, today's orders, and nothing that a person would wonder about."""

from datetime import timedelta

import pytest
from django.utils import timezone

from panels.management import demo_history
from panels.management.demo_accounts import ACCOUNTS, open_account
from panels.management.demo_data import BLOCKED_FOR, BLOCKED_NOTE, FAVOURITES, FIRST, PAST_ENDS, SECOND, fill
from panels.models import Batch, Order, Product, Refill, ServiceMark
from tests.factories import make_user

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def filled(tmp_path, monkeypatch):
    monkeypatch.setattr(demo_history, "DAYS", 40)
    account = next(each for each in ACCOUNTS if each.name not in (FIRST, SECOND))
    with open_account(account, "key-0123456789", tmp_path / "panel.jsonl") as (panel, sandbox):
        fill(panel, sandbox, [make_user(), make_user()])
        panel.refresh_from_db()
        yield panel, sandbox


def test_a_panel_without_trouble_has_a_past_and_a_today(filled):
    panel, sandbox = filled
    now = timezone.now()
    marks = ServiceMark.objects.filter(service__panel=panel)
    assert marks.filter(is_favourite=True).count() == FAVOURITES
    blocked = marks.get(is_blocked=True)
    assert (blocked.note, blocked.marked_by is None) == (BLOCKED_NOTE, False)
    assert sandbox.services[blocked.service.remote_id].delivery in ("refuses_refills", "dropping", "canceling")
    orders = Order.objects.filter(panel=panel)
    of_blocked = orders.filter(service=blocked.service)
    assert of_blocked.exists()
    assert not of_blocked.filter(created_at__gt=now - BLOCKED_FOR).exists()

    assert orders.filter(created_at__lt=now - timedelta(days=15)).count() > 20
    assert orders.filter(created_at__gt=now - PAST_ENDS, state="placed").exists()
    assert orders.filter(state="queued").exists()
    assert not Batch.objects.exists()
    assert Refill.objects.filter(order__panel=panel, finished_at=None, next_check_at__isnull=False).exists()
    assert panel.balance == sandbox.balance
    assert (panel.paused_reason, panel.last_error) == ("", "")
    assert not Product.objects.filter(is_stale=False).exists()
