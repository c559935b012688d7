"""The columns of the list of panels, and the fields that decide whether a poll has something new."""

from __future__ import annotations

import itertools
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from panels.lists.panels import EXPORTED, PANELS, PanelRow, total_balance
from panels.lists.totals import Sum, Totals
from panels.models import Panel, ServiceRecord
from tests.factories import make_panel, make_user
from tests.lists import values

pytestmark = pytest.mark.django_db
BY_NAME = {"is_active": False, "body": "json", "cancel_parameter": "order", "key_hint": "abcd"}
# These change together with other fields.
TOGETHER = {"paused_reason", "paused_until", "quiet_until"}
FIELDS = values.changeable(Panel, {"id", "created_at", "api_key", *TOGETHER})


def draw(panel, user=None, open_count=0):
    return values.draw(PANELS, [PanelRow(panel, open_count)], user or make_user("Manager")).body


def look(panel, user):
    fresh = Panel.objects.get(pk=panel.pk)
    return draw(fresh, user), PANELS.watched(PanelRow(fresh, 0))


@pytest.mark.parametrize("name", FIELDS)
def test_a_change_that_shows_in_a_row_is_seen_by_a_poll(name):
    user = values.with_all_columns(PANELS, "Manager")
    panel = make_panel(balance=Decimal(5), balance_error="No", unreadable_since=timezone.now(), failures=1)
    body, watched = look(panel, user)
    Panel.objects.filter(pk=panel.pk).update(**{name: values.other_value(FIELDS[name], BY_NAME, {})})
    other_body, other_watched = look(panel, user)
    assert body == other_body or watched != other_watched


RECORDED = {
    "finish_minutes": 70, "finish_orders": 3, "delivered": Decimal("0.5"), "delivered_orders": 4, "price": Decimal(7),
    "price_orders": 5, "currency": "EUR",
}  # fmt: skip


@pytest.mark.parametrize("name", RECORDED)
def test_a_change_of_the_record_that_shows_in_a_row_is_seen_by_a_poll(name):
    user = values.with_all_columns(PANELS, "Manager")
    panel = make_panel()
    record = ServiceRecord.objects.create(
        panel=panel, finish_minutes=60, finish_orders=30, delivered=1, delivered_orders=30, price=2, price_orders=30,
        currency="USD", orders=30, computed_at=timezone.now(),
    )  # fmt: skip
    body, watched = look(panel, user)
    ServiceRecord.objects.filter(pk=record.pk).update(**{name: RECORDED[name]})
    other_body, other_watched = look(panel, user)
    assert body != other_body
    assert watched != other_watched


def test_a_pause_that_begins_or_is_over_is_seen_by_a_poll():
    user = values.with_all_columns(PANELS, "Manager")
    panel = make_panel()
    now = timezone.now()
    pauses = [
        {"paused_reason": "rate_limit", "paused_until": now + timedelta(hours=1)},
        {"paused_reason": "unreachable", "paused_until": now + timedelta(hours=1)},
        {"paused_reason": "unreachable", "paused_until": now - timedelta(hours=1)},
        {"paused_reason": "by_hand", "paused_until": None},
        {"paused_reason": "rate_limit", "paused_until": now - timedelta(hours=1)},
    ]
    seen = [look(panel, user)]
    for pause in pauses:
        Panel.objects.filter(pk=panel.pk).update(**pause)
        seen.append(look(panel, user))
    assert all(before[1] != after[1] for before, after in itertools.pairwise(seen))
    assert PANELS.watched(PanelRow(panel, 1)) != PANELS.watched(PanelRow(panel, 2))


@pytest.mark.parametrize("reason", ["rate_limit", "unreachable"])
def test_a_time_that_is_over_is_seen_by_a_poll_although_nothing_was_written(monkeypatch, reason):
    now = timezone.now()
    panel = make_panel(paused_reason=reason, paused_until=now + timedelta(minutes=1))
    before = PANELS.watched(PanelRow(panel, 0))
    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(minutes=2))
    assert PANELS.watched(PanelRow(panel, 0)) != before


def test_cells_and_export_of_a_panel_take_no_query_and_read_no_key(django_assert_num_queries):
    user = values.with_all_columns(PANELS, "Manager")
    make_panel(last_error="Too many requests", failures=2)
    (panel,) = Panel.objects.select_related("record").defer("api_key")
    table = values.draw(PANELS, [PanelRow(panel, 3)], user)
    assert table.columns
    with django_assert_num_queries(0):
        assert "Too many requests" in table.body
        row = {name: read(PanelRow(panel, 3)) for name, read in EXPORTED.items()}
    assert (row["Panel"], row["Trouble"]) == (panel.name, "Too many requests")
    assert panel.get_deferred_fields() == {"api_key"}


def test_trouble_is_shown_in_full_on_hover_and_as_text():
    panel = make_panel(balance_error="<b>502</b> from the panel")
    body = draw(panel)
    words = "The balance was not read: &lt;b&gt;502&lt;/b&gt; from the panel"
    assert f'title="{words}"' in body
    assert body.count(words) == 2
    assert "<b>" not in body


def test_an_inactive_panel_and_a_panel_that_is_well_have_no_trouble():
    gone = make_panel(balance_error="502", is_active=False)
    for panel in (gone, make_panel()):
        assert '<td class="table__main table__remark"></td>' in draw(panel)


def test_a_low_balance_stands_beside_the_state():
    assert "<span>Low balance</span>" in draw(make_panel(balance=Decimal(1), low_balance=Decimal(2)))
    assert "<span>Low balance</span>" not in draw(make_panel(balance=Decimal(3), low_balance=Decimal(2)))


def test_what_is_asked_says_so_and_cannot_be_asked_again():
    body = draw(make_panel(balance_requested_at=timezone.now(), sync_requested_at=timezone.now()))
    assert "checking…" in body
    assert "syncing…" in body
    assert "/balance/" not in body
    assert "/sync/" not in body


@pytest.mark.parametrize(
    ("fields", "offered"), [({}, "pause"), ({"paused_reason": "by_hand"}, "resume"), ({"is_active": False}, "")]
)
def test_a_panel_is_paused_or_resumed_in_its_row(fields, offered):
    panel = make_panel(**fields)
    body = draw(panel)
    for name in ("pause", "resume"):
        assert (f'formaction="{panel.get_absolute_url()}{name}/"' in body) == (name == offered)


def test_open_orders_lead_to_their_list_but_only_if_there_are_any():
    panel = make_panel()
    assert f'<a href="/orders/?panel={panel.pk}">1,200</a>' in draw(panel, open_count=1200)
    assert "/orders/" not in draw(panel)


def test_the_total_is_of_the_known_balances_by_currency():
    rows = [PanelRow(make_panel(balance=balance), 0) for balance in (None, Decimal(2), Decimal(3))]
    rows.append(PanelRow(make_panel(balance=Decimal(4), reported_currency="EUR"), 0))
    assert total_balance(rows) == Totals((Sum("EUR", Decimal(4)), Sum("USD", Decimal(5))), missing=1)
