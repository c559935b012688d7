"""A draft that orders earlier orders again: the same orders at the present price, and nothing twice."""

from __future__ import annotations

from decimal import Decimal

import pytest

from panels.bulk.again import draft_again
from panels.bulk.confirming import confirm, fingerprint
from panels.bulk.drafts import change_line
from panels.models import Batch, BatchLine, Order, Service
from tests.factories import make_campaign, make_client, make_order, make_panel, make_placed, make_service, make_user

pytestmark = pytest.mark.django_db


def again(*orders):
    return draft_again([order.pk for order in orders], make_user("Operator"))


def order_all(batch):
    return confirm(batch, None, fingerprint(Batch.objects.get(pk=batch.pk)))


def repeats_of(order):
    return Order.objects.filter(again_of=order)


def test_each_order_is_ordered_again_with_its_fields_and_labels():
    client = make_client()
    labels = {"client": client, "campaign": make_campaign(client=client), "reference": "R-7", "note": "Two\nlines"}
    service = make_service(type="custom_comments", min_quantity=1)
    comments = {"params": {"comments": "One\nTwo"}, "quantity": 2, "type": "custom_comments"}
    first = make_order(
        state="refused", link="https://example.com/a", quantity=500, params={"runs": "2", "interval": "9"}
    )
    second = make_order(service, state="refused", link="https://example.com/b", **comments, **labels)
    batch, skipped = again(first, second)
    assert (skipped, batch.source, batch.is_draft) == (0, Batch.Source.AGAIN, True)
    assert not Order.objects.exclude(pk__in=[first.pk, second.pk])
    assert not order_all(batch).problem
    for order in (first, second):
        repeat = repeats_of(order).get()
        for name in ("panel", "service", "link", "quantity", "params", "client", "campaign", "reference", "note"):
            assert getattr(repeat, name) == getattr(order, name), name


def test_a_line_has_the_present_price_before_anything_is_ordered():
    service = make_service(rate_per_1000=Decimal(2))
    order = make_order(service, state="refused", quantity=1000, expected_cost=Decimal(2))
    Service.objects.update(rate_per_1000=Decimal(3))
    batch, _ = again(order)
    assert batch.lines.get().cost == Decimal(3)


def test_orders_of_several_panels_are_one_draft():
    orders = [make_order(make_service(make_panel(name=name)), state="refused") for name in ("Northwind", "northwind")]
    batch, _ = again(*orders)
    assert not order_all(batch).problem
    assert [repeats_of(order).get().panel for order in orders] == [order.panel for order in orders]


@pytest.mark.parametrize("link", ["https://example.com/a", ""])
@pytest.mark.parametrize("state", ["unknown", "sending", "queued", "written_off"])
def test_an_order_that_the_panel_may_have_is_skipped_with_its_reason(state, link):
    order = make_order(state=state, link=link, link_key=link)
    other = make_order(state="refused")
    batch, skipped = again(order, other)
    line = batch.lines.get(number=1)
    assert (skipped, line.is_left_out) == (1, True)
    assert f"rder {order.pk}" in " ".join(line.messages)
    assert not order_all(batch).problem
    assert not repeats_of(order)
    assert repeats_of(other).count() == 1


def test_an_unknown_order_cannot_be_ordered_again_before_somebody_has_decided():
    order = make_order(state="unknown", link="https://example.com/a")
    batch, _ = again(order)
    change_line(batch.lines.get(), is_left_out=False, is_repeat_ok=True)
    assert "1 line has errors" in order_all(batch).problem
    assert not repeats_of(order)


def test_a_second_draft_of_the_same_orders_skips_what_the_first_has_ordered():
    order = make_order(state="refused", link="https://example.com/a")
    order_all(again(order)[0])
    batch, skipped = again(order)
    assert skipped == 1
    assert "was ordered again already" in " ".join(batch.lines.get().messages)


def test_two_drafts_of_the_same_orders_order_them_once():
    order = make_order(state="refused")
    first, second = again(order)[0], again(order)[0]
    assert not order_all(first).problem
    assert "1 line has errors" in order_all(second).problem
    assert repeats_of(order).count() == 1


@pytest.mark.parametrize("fields", [{"state": "refused", "alarm": "Second order"}, {"state": "written_off"}])
def test_two_drafts_whose_doubts_were_accepted_order_once(fields):
    order = make_order(**fields)
    first, second = again(order)[0], again(order)[0]
    for batch in (first, second):
        change_line(batch.lines.get(), is_left_out=False)
        change_line(batch.lines.get(), is_repeat_ok=True)
    assert not order_all(first).problem
    repeats_of(order).update(state="placed", progress="completed", remote_id="7")
    assert "1 line has errors" in order_all(second).problem
    assert "was ordered again already" in " ".join(second.lines.get().messages)
    assert repeats_of(order).count() == 1
    # A person can accept this doubt too.
    change_line(second.lines.get(), is_repeat_ok=True)
    assert not order_all(second).problem


def test_an_order_that_was_sent_again_meanwhile_is_not_ordered_too():
    order = make_order(state="refused")
    batch, _ = again(order)
    now = batch.created_at + (batch.created_at - batch.created_at.replace(microsecond=0))
    Order.objects.filter(pk=order.pk).update(state="placed", progress="completed", remote_id="7", sent_at=now)
    assert "1 line has errors" in order_all(batch).problem


def test_a_line_that_only_repeats_a_skipped_line_can_be_ordered():
    service = make_service()
    lost = make_order(service, state="written_off", link="https://example.com/a")
    refused = make_order(service, state="refused", link="https://example.com/a")
    batch, skipped = again(lost, refused)
    assert skipped == 1
    assert not batch.lines.get(number=2).has_errors


def test_a_service_that_is_gone_is_an_error_of_its_line():
    order = make_order(make_service(is_listed=False), state="refused")
    batch, skipped = again(order)
    assert skipped == 0
    assert "no longer lists" in " ".join(batch.lines.get().messages)


def test_an_order_without_a_known_service_is_an_error_of_its_line():
    order = make_placed(progress="completed")
    Order.objects.filter(pk=order.pk).update(service=None, as_ordered=None)
    batch, _ = again(order)
    assert batch.lines.get().is_wrong


def test_many_orders_take_as_many_queries_as_two(django_assert_max_num_queries):
    service = make_service()
    orders = [make_order(service, state="refused", link=f"https://example.com/{n}") for n in range(30)]
    with django_assert_max_num_queries(21):
        again(*orders)
    assert BatchLine.objects.count() == 30
