"""An order on hold says what the same costs at another panel."""

from __future__ import annotations

from decimal import Decimal

import pytest

from panels.attention.held import find_elsewhere, say_held
from tests.factories import make_offer, make_order, make_panel, read_offers

pytestmark = pytest.mark.django_db


def test_held_orders_name_the_same_elsewhere_with_one_query(django_assert_num_queries):
    here = make_offer("Instagram Followers", rate_per_1000=Decimal(2))
    make_offer("IG Followers", make_panel(), rate_per_1000=Decimal("0.43"))
    lone = make_offer("TikTok Likes")
    read_offers()
    orders = [make_order(service, held_reason="The price < before.") for service in (here, here, lone)]
    with django_assert_num_queries(1):
        find_elsewhere(orders)
    first, _, last = (say_held(order).replace("\xa0", " ") for order in orders)
    assert "from 0.43 USD per 1000</a>" in first
    assert "price &lt; before" in first
    assert last == "The price < before."
