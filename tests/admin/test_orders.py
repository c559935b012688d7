"""The admin's actions on orders, and its search for them."""

import pytest

from panels.admin import orders
from panels.models import Order, OrderAction, Panel
from tests.admin.rows import base, run
from tests.factories import make_placed, make_user


def test_orders_are_found_as_on_their_own_page(as_superuser):
    order, other = make_placed(link="https://example.com/wanted"), make_placed(link="https://example.com/other")
    for term in (
        f"#{order.pk}",
        order.remote_id,
        "https://example.com/wan",
        "WANTED",
        order.service.name,
    ):
        page = as_superuser.get(base(Order), {"q": term}).content.decode()
        assert f"/{order.pk}/change/" in page, term
        assert f"/{other.pk}/change/" not in page, term


def test_a_refresh_goes_to_the_worker_at_once(as_manager, manager, rung):
    response = run(as_manager, Order, "refresh", make_placed(), make_placed())
    action = OrderAction.objects.get()
    assert response.url == action.get_absolute_url()
    assert (action.kind, action.created_by, action.lines.count()) == ("refresh", manager, 2)
    assert action.confirmed_at
    assert rung == [("act", action.pk)]


@pytest.mark.parametrize("kind", ["refill", "cancel", "withdraw"])
def test_an_action_that_cannot_be_undone_asks_for_confirmation(as_manager, rung, kind):
    response = run(as_manager, Order, kind, make_placed())
    action = OrderAction.objects.get()
    assert response.url == action.get_absolute_url()
    assert (action.kind, action.confirmed_at) == (kind, None)
    assert rung == []
    assert as_manager.get(response.url).status_code == 200


def test_an_action_takes_only_so_many(as_manager, rung, monkeypatch):
    monkeypatch.setattr(orders, "MOST", 1)
    run(as_manager, Order, "refresh", make_placed(), make_placed())
    assert not OrderAction.objects.exists()
    assert rung == []


def test_a_user_who_may_only_look_has_no_actions(client, db, rung):
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
