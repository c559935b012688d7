"""The admin: every model to look at, nothing to break, and actions that go through the activities."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from django.contrib import admin as django_admin
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from panels.admin import orders as admin_orders
from panels.models import (
    ActionLine,
    BalanceReading,
    Batch,
    BatchLine,
    Controls,
    FoundId,
    IdSearch,
    JobRun,
    Order,
    OrderAction,
    OrderEvent,
    Panel,
    Refill,
    Service,
    ServiceChange,
    Worker,
)
from panels.providers import pauses
from tests.factories import (
    make_batch,
    make_order,
    make_panel,
    make_placed,
    make_refill,
    make_service,
    make_user,
    row_of,
)

KEY = "plain-secret-key-987654"
INLINE = re.compile(
    r"<style|\sstyle=|<script(?![^>]*\ssrc=)(?![^>]*application/json)|\son[a-z]+=|javascript:", re.IGNORECASE
)
MODELS = (
    ActionLine, BalanceReading, Batch, BatchLine, Controls, FoundId, IdSearch, JobRun, Order, OrderAction, OrderEvent,
    Panel, Refill, Service, ServiceChange, Worker,
)  # fmt: skip


@pytest.fixture
def superuser(db):
    return make_user(username="root", is_superuser=True, is_staff=True)


@pytest.fixture
def as_superuser(client, superuser):
    client.force_login(superuser)
    return client


@pytest.fixture
def rows(db):
    """A row of every model."""
    now = timezone.now()
    panel = make_panel(key=KEY, balance=Decimal(5))
    service = make_service(panel)
    order = make_placed(service)
    order.add_event(OrderEvent.What.SENT)
    action = OrderAction.objects.create(kind="refresh")
    batch = make_batch(row_of(service))
    search = IdSearch.objects.create(order=order, attempt=1)
    found = (
        panel,
        service,
        order,
        order.events.get(),
        action,
        ActionLine.objects.create(action=action, order=order),
        make_refill(order),
        BalanceReading.objects.create(panel=panel, at=now, balance=Decimal(5), why="schedule"),
        ServiceChange.objects.create(service=service, at=now, field="rate_per_1000", old="1", new="2"),
        batch,
        batch.lines.get(),
        Worker.objects.create(host="here", pid=1, started_at=now, seen_at=now),
        JobRun.objects.create(name="sweep"),
        Controls.objects.create(pk=1, sending_stopped_at=now),
        search,
        FoundId.objects.create(search=search, remote_id="991", remote_status="Pending", asked_at=now),
    )
    return {type(row): row for row in found}


def base(model):
    return f"/admin/{model._meta.app_label}/{model._meta.model_name}/"


def run(client, model, action, *rows):
    return client.post(base(model), {"action": action, "_selected_action": [row.pk for row in rows]})


# -- every model


def test_every_model_is_in_the_admin():
    registered = {model for model in django_admin.site._registry if model._meta.app_label == "panels"}
    assert registered == set(MODELS)


@pytest.mark.parametrize("who", ["manager", "superuser"])
@pytest.mark.parametrize("model", MODELS)
def test_a_row_can_be_found_and_looked_at_without_its_key(client, request, rows, model, who):
    client.force_login(request.getfixturevalue(who))
    secrets = (KEY, rows[Panel].api_key.token, "api_key")
    for address in (base(model), f"{base(model)}?q=1", f"{base(model)}{rows[model].pk}/change/"):
        response = client.get(address)
        page = response.content.decode()
        assert response.status_code == 200, address
        assert not any(secret in page for secret in secrets)
        assert not INLINE.search(page)
        assert 'name="_save"' not in page


@pytest.mark.parametrize("model", MODELS)
def test_nothing_is_added_changed_or_deleted_even_by_a_superuser(as_superuser, rows, model):
    row = rows[model]
    before = model.objects.values().get(pk=row.pk)
    for address in ("add/", f"{row.pk}/change/", f"{row.pk}/delete/"):
        posted = dict.fromkeys((field.name for field in model._meta.fields), "1") | {"post": "yes"}
        assert as_superuser.post(f"{base(model)}{address}", posted).status_code == 403, address
    run(as_superuser, model, "delete_selected", row)
    assert model.objects.values().get(pk=row.pk) == before
    assert model.objects.count() == 1
    assert not LogEntry.objects.exists()


@pytest.mark.parametrize("model", [Order, Service, Refill, OrderEvent, ActionLine, ServiceChange])
def test_queries_do_not_grow_with_rows(as_superuser, model):
    def fill(number):
        for _ in range(number):
            order = make_placed(placed_by=make_user())
            order.add_event(OrderEvent.What.SENT, actor=order.placed_by)
            make_refill(order, requested_by=order.placed_by)
            ActionLine.objects.create(action=OrderAction.objects.create(kind="refresh"), order=order)
            ServiceChange.objects.create(service=order.service, at=timezone.now(), field="name")

    def count():
        with CaptureQueriesContext(connection) as queries:
            assert as_superuser.get(base(model)).status_code == 200
        return len(queries)

    fill(2)
    few = count()
    fill(10)
    assert count() == few


def test_orders_are_found_as_on_their_own_page(as_superuser):
    order, other = make_placed(link="https://example.com/wanted"), make_placed(link="https://example.com/other")
    for term in (
        f"#{order.pk}",
        order.remote_id,
        "https://example.com/wan",
        order.service.name,
    ):
        page = as_superuser.get(base(Order), {"q": term}).content.decode()
        assert f"/{order.pk}/change/" in page, term
        assert f"/{other.pk}/change/" not in page, term


# -- who comes in


@pytest.mark.parametrize("group", ["", "Viewer", "Operator"])
def test_only_managers_and_staff_come_in(client, rows, group):
    client.force_login(make_user(group))
    for address in ("/admin/", base(Order), f"{base(Panel)}{rows[Panel].pk}/change/", "/admin/auth/user/"):
        response = client.get(address, follow=True)
        assert response.status_code == 403, address


def test_strangers_are_led_to_the_one_login_and_back(client, db):
    response = client.get("/admin/auth/user/", follow=True)
    assert response.redirect_chain[-1][0] == "/login/?next=/admin/auth/user/"
    assert response.templates[0].name == "registration/login.html"


def test_staff_see_only_what_they_may(client, rows):
    client.force_login(make_user(is_staff=True))
    assert client.get("/admin/").status_code == 200
    for model in MODELS:
        assert client.get(base(model)).status_code == 403
    assert client.get("/admin/auth/user/").status_code == 403


# -- what is done to orders


def test_a_refresh_goes_to_the_worker_at_once(as_manager, manager, rung):
    orders = [make_placed(), make_placed()]
    response = run(as_manager, Order, "refresh", *orders)
    action = OrderAction.objects.get()
    assert response.url == action.get_absolute_url()
    assert (action.kind, action.created_by, action.lines.count()) == ("refresh", manager, 2)
    assert action.confirmed_at
    assert rung == [("act", action.pk)]


@pytest.mark.parametrize("kind", ["refill", "cancel", "withdraw"])
def test_what_cannot_be_undone_is_asked_once_more(as_manager, rung, kind):
    response = run(as_manager, Order, kind, make_placed())
    action = OrderAction.objects.get()
    assert response.url == action.get_absolute_url()
    assert (action.kind, action.confirmed_at) == (kind, None)
    assert rung == []
    assert as_manager.get(response.url).status_code == 200


def test_an_action_takes_only_so_many(as_manager, rung, monkeypatch):
    monkeypatch.setattr(admin_orders, "MOST", 1)
    run(as_manager, Order, "refresh", make_placed(), make_placed())
    assert not OrderAction.objects.exists()
    assert rung == []


def test_who_may_only_look_has_no_actions(client, db, rung):
    order = make_placed()
    user = make_user("Viewer", is_staff=True)
    client.force_login(user)
    page = client.get(base(Order)).content.decode()
    assert 'name="action"' not in page
    for kind in ("refresh", "refill", "cancel", "withdraw"):
        run(client, Order, kind, order)
    assert not OrderAction.objects.exists()
    run(client, Panel, "pause", order.panel)
    assert not Panel.objects.get().paused_reason


# -- what is done to panels


def test_panels_are_asked_by_the_worker_and_inactive_ones_never(as_manager, rung):
    panel, inactive = make_panel(), make_panel(is_active=False)
    run(as_manager, Panel, "sync", panel, inactive)
    run(as_manager, Panel, "check_balance", panel, inactive)
    panel.refresh_from_db()
    inactive.refresh_from_db()
    assert panel.sync_requested_at
    assert panel.balance_requested_at
    assert (inactive.sync_requested_at, inactive.balance_requested_at) == (None, None)
    assert rung == [("sync", panel.pk), ("balance", panel.pk)]


def test_a_pause_by_hand_replaces_none_that_lasts(as_manager):
    panel, refused = make_panel(), make_panel()
    pauses.pause(refused, Panel.Pause.AUTH, "Invalid key")
    run(as_manager, Panel, "pause", panel, refused)
    assert Panel.objects.get(pk=panel.pk).paused_reason == Panel.Pause.BY_HAND
    assert Panel.objects.get(pk=refused.pk).paused_reason == Panel.Pause.AUTH


def test_a_resumed_panel_goes_on(as_manager, rung):
    panel, running = make_panel(), make_panel()
    make_order(make_service(panel))
    pauses.pause(panel, Panel.Pause.BY_HAND, "")
    run(as_manager, Panel, "resume", panel, running)
    assert not Panel.objects.get(pk=panel.pk).paused_reason
    assert rung == [(kind, panel.pk) for kind in ("submit", "confirm", "poll", "requests")]


def test_types_are_shown_by_their_names(as_superuser):
    service = make_service(type="custom_comments", raw_type="")
    make_order(service)
    for address in ("/admin/panels/service/", f"/admin/panels/service/{service.pk}/change/"):
        page = as_superuser.get(address).text
        assert "Custom Comments" in page
        assert ">custom_comments<" not in page
