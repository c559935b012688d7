"""The orders of the demo fit their services."""

from decimal import Decimal

import pytest

from panels.management.demo_wishes import COSTS, WISHES, Wishes
from panels.models import ServiceMark
from panels.protocol.order_types import check
from tests.factories import make_panel, make_service, make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("least", "most"), [(10, 10_000), (7_000, 8_000), (1, 3)])
def test_a_wish_fits_the_limits_and_the_fields_of_its_service(least, most):
    service = make_service(min_quantity=least, max_quantity=most)
    wishes = Wishes(service.panel, [make_user()])
    for _, pattern in WISHES:
        found, values = wishes._wish(service, wishes._link(pattern))
        assert found == service
        assert check(service.offer(), values).errors == {}
        assert least <= int(values["quantity"]) <= most


def test_a_quantity_without_limits_costs_a_few_dollars():
    service = make_service(min_quantity=None, max_quantity=None, rate_per_1000=Decimal(2))
    cost = 2 * Wishes(service.panel, [])._quantity(service) / 1000
    assert 0.5 * COSTS[0] <= cost <= COSTS[1]


def test_the_same_panel_gets_the_same_wishes():
    panel = make_panel()
    patterns = [pattern for _, pattern in WISHES]
    assert [Wishes(panel, [])._link(each) for each in patterns] == [Wishes(panel, [])._link(each) for each in patterns]


def test_services_are_found_by_their_subject_where_names_are_short_and_blocked_ones_are_left_out():
    likes, other, blocked = [make_service(name="IG Likes", panel=panel) for panel in [make_panel()] * 3]
    ServiceMark.objects.create(service=blocked, is_blocked=True)
    subjects = {each.remote_id: "Instagram Likes" for each in (likes, blocked)} | {other.remote_id: "Instagram Saves"}
    assert Wishes(likes.panel, [])._offers("instagram likes") == []
    assert Wishes(likes.panel, [], subjects)._offers("instagram likes") == [likes]


def test_labels_are_looked_up_once(django_assert_num_queries):
    wishes = Wishes(make_panel(), [make_user()])
    link = "https://www.facebook.com/lumenbikes/posts/1"
    first = wishes._labels(link)
    with django_assert_num_queries(0):
        again = wishes._labels(link)
    assert (again.client, again.campaign) == (first.client, first.campaign)
    assert first.client.name == "Lumen Bikes"
    assert not wishes._labels("https://elsewhere.example").client
