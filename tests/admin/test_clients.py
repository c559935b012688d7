"""The admin shows clients and what was spent for them, and changes nothing."""

from __future__ import annotations

import pytest

from panels.models import Campaign, Client, LabelChange

pytestmark = pytest.mark.django_db


def test_a_day_of_a_client_is_found_by_the_client(as_superuser, rows):
    page = as_superuser.get("/admin/panels/clientday/", {"q": "7"}).text
    assert "1 client day" in page
    assert "3.00" in page
    assert "0 client days" in as_superuser.get("/admin/panels/clientday/", {"q": "70"}).text


@pytest.mark.parametrize("model", [Client, Campaign])
def test_clients_and_campaigns_lead_to_their_pages(as_superuser, rows, model):
    row = rows[model]
    page = as_superuser.get(f"/admin/panels/{model.__name__.lower()}/{row.pk}/change/").text
    assert f'href="{row.get_absolute_url()}"' in page


def test_the_packed_orders_of_a_change_of_labels_are_not_shown(as_superuser, rows):
    page = as_superuser.get(f"/admin/panels/labelchange/{rows[LabelChange].pk}/change/").text
    assert "Changed" in page
    assert "Packed" not in page
