"""What the own orders at a panel show: three numbers on its page and in the list, and all of them on a page."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone

from tests.factories import count_records, make_delivered, make_order, make_panel, make_service, make_user
from tests.views.pages import count_queries, text_of

pytestmark = pytest.mark.django_db
FRAGMENT = {"HTTP_HX_REQUEST": "true"}


def orders_at(panel, hours=3):
    """Create orders of two services of a panel, and count them."""
    for rate in ("1", "3"):
        service = make_service(panel, rate_per_1000=Decimal(rate))
        for _ in range(10):
            make_delivered(service, timedelta(hours=hours))
    make_order(service, state="refused", error_class="duplicate", finished_at=timezone.now())
    count_records()


def test_the_page_of_a_panel_and_the_list_show_three_numbers_and_lead_to_all(as_viewer):
    panel, other = make_panel(name="Northwind"), make_panel(name="Quiet")
    orders_at(panel)
    link = f'href="/panels/{panel.pk}/record/"'
    for address in (panel.get_absolute_url(), "/panels/"):
        answer = as_viewer.get(address)
        assert link in answer.text
        for number in ("≤ 3 h", "100 %", "2.00 USD"):
            assert number in text_of(answer)
        # Of the orders, and of services with few of them.
        assert "20 orders of the last 90 days" in answer.text.replace("\xa0", " ")
    assert link in as_viewer.get(panel.get_absolute_url(), **FRAGMENT).text
    assert f"/panels/{other.pk}/record/" not in as_viewer.get("/panels/").text
    assert "/record/" not in as_viewer.get(other.get_absolute_url()).text


def test_who_may_not_see_orders_sees_no_numbers_of_them(client):
    panel, user = make_panel(), make_user()
    orders_at(panel)
    user.user_permissions.add(Permission.objects.get(codename="view_panel"))
    client.force_login(user)
    for address in (panel.get_absolute_url(), "/panels/"):
        assert "/record/" not in client.get(address).text
    assert client.get(f"/panels/{panel.pk}/record/").status_code == 403


def test_the_page_of_the_record_has_all_numbers_with_their_orders_and_the_charts(as_viewer):
    panel = make_panel(name="Northwind")
    orders_at(panel)
    orders_at(make_panel(), hours=9)
    page = as_viewer.get(f"/panels/{panel.pk}/record/")
    told = {line.name: line for line in page.context["record"].lines}
    assert (told["Orders"].orders, told["Refused"].orders) == (20, 1)
    assert told["Time to finish"].fact.replace("\xa0", " ") == "half ≤ 3 h, 90 % ≤ 3 h"
    assert page.text.count("<figure") == 2
    # A panel promises nothing, its services do.
    assert "Promised" not in page.text
    for name, line in told.items():
        assert as_viewer.get(line.address).context["total"] == line.orders, name


def test_a_panel_without_orders_says_so(as_viewer):
    panel = make_panel()
    assert "No orders of the last 90 days" in as_viewer.get(f"/panels/{panel.pk}/record/").text


def test_the_numbers_take_no_query_more(as_viewer):
    pages = [f"/panels/{make_panel().pk}/", "/panels/"]
    make_service(make_panel())
    as_viewer.get(pages[0])
    before = [count_queries(as_viewer, address) for address in pages]
    orders_at(make_panel())
    orders_at(make_panel())
    assert [count_queries(as_viewer, address) for address in pages] == before
