"""Orders are sent elsewhere in the place of orders for which nothing was ordered, and nothing is bought twice."""

from __future__ import annotations

import itertools
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from panels.bulk.confirming import confirm, fingerprint
from panels.bulk.drafts import NotADraftError, change_line, discard
from panels.bulk.elsewhere import NOWHERE, choose_offers, draft_elsewhere, find_groups
from panels.models import Batch, Order, OrderEvent, RefusalWords
from panels.orders.refused import send_refused_again
from panels.orders.resolution import release, withdraw
from tests.factories import (
    make_offer,
    make_order,
    make_panel,
    make_placed,
    make_refusal,
    make_refused,
    make_service,
    make_unknown,
    make_user,
    read_offers,
)

pytestmark = pytest.mark.django_db
NAME = "Instagram Followers"
HELD = {"held_reason": "The price has risen."}
FUNDS = {"held_for_funds_at": timezone.now()}
# The orders that can be sent elsewhere, and all others.
CAN = {"refused": {"state": "refused"}, "withdrawn": {"state": "withdrawn"}, "held": HELD, "funds": FUNDS}
CANNOT = {
    "queued": {},
    "sending": {"state": "sending", "attempt": 1},
    "unknown": {"state": "unknown", "attempt": 1},
    "unknown and once held": {"state": "unknown", "attempt": 1} | HELD,
    "placed": {"state": "placed", "remote_id": "7", "progress": "in_progress"},
    "completed": {"state": "placed", "remote_id": "7", "progress": "completed"},
    "canceled": {"state": "placed", "remote_id": "7", "progress": "canceled"},
    "lost": {"state": "written_off", "attempt": 1},
}


@pytest.fixture
def here():
    return make_offer(NAME, make_panel(name="Here"), rate_per_1000=Decimal(2))


@pytest.fixture
def there(here):
    """The same at two other panels. The first one is cheaper."""
    found = [
        make_offer(NAME, make_panel(name=name), rate_per_1000=Decimal(rate)) for name, rate in (("B", 1), ("C", 3))
    ]
    read_offers()
    return found


def elsewhere(*orders):
    return draft_elsewhere([order.pk for order in orders], make_user("Operator"))


def order_all(batch):
    return confirm(batch, None, fingerprint(Batch.objects.get(pk=batch.pk)))


def state_of(order):
    return Order.objects.get(pk=order.pk).state


@pytest.mark.parametrize("fields", CAN.values(), ids=CAN)
def test_the_draft_changes_nothing_and_its_confirmation_orders_once_and_leaves_nothing_to_send(here, there, fields):
    order = make_order(here, note="For Ann", **fields)
    batch, skipped, left_out = elsewhere(order)
    line = batch.lines.get()
    assert (skipped, left_out, line.service, line.cost, line.messages) == (0, {}, there[0], Decimal(1), [])
    assert state_of(order) == fields.get("state", "queued")
    assert not order_all(batch).problem
    repeat = Order.objects.get(again_of=order)
    assert (repeat.service, repeat.link, repeat.quantity, repeat.note) == (there[0], order.link, 1000, "For Ann")
    assert state_of(order) == fields.get("state", "withdrawn")
    if "state" not in fields:
        event = order.events.get(what=OrderEvent.What.WITHDRAWN)
        assert event.detail == f"It is sent elsewhere, in {Batch.objects.get()}."
        # The page of the order on hold was still open.
        assert release(order, None) != ""
        assert withdraw(order, None) != ""
        assert state_of(order) == "withdrawn"
    assert Order.objects.filter(state="queued").get() == repeat


@pytest.mark.parametrize("fields", CANNOT.values(), ids=CANNOT)
def test_no_other_order_can_be_chosen(here, there, fields):
    order = make_order(here, **fields)
    batch, _, left_out = elsewhere(order)
    assert batch is None
    assert sum(left_out.values()) == 1
    assert not Batch.objects.exists()


@pytest.mark.parametrize("fields", CANNOT.values(), ids=CANNOT)
@pytest.mark.parametrize("before", CAN.values(), ids=CAN)
def test_an_order_that_changes_before_the_confirmation_is_not_doubled(here, there, before, fields):
    order = make_order(here, **before)
    batch, _, _ = elsewhere(order)
    as_queued = {"state": "queued", "held_reason": "", "held_for_funds_at": None}
    Order.objects.filter(pk=order.pk).update(**as_queued | fields)
    for _ in range(2):
        assert "1 line has errors" in order_all(batch).problem
        line = batch.lines.get()
        assert not line.is_doubtful
        # A hand-made request cannot overrule it.
        change_line(line, is_repeat_ok=True)
    assert not Order.objects.filter(again_of=order).exists()
    assert state_of(order) == fields.get("state", "queued")


def test_an_order_that_was_released_and_sent_before_the_confirmation_is_not_doubled(here, there):
    order = make_order(here, **HELD)
    batch, _, _ = elsewhere(order)
    assert release(order, None) == ""
    assert "is queued now" in " ".join(_messages_after(batch))
    assert state_of(order) == "queued"


def _messages_after(batch):
    assert order_all(batch).problem
    return batch.lines.get().messages


@pytest.mark.parametrize("named", ["", "unknown", "placed", "queued", "999999"])
def test_a_line_that_is_changed_by_hand_to_another_order_does_not_order_it(here, there, named):
    order = make_order(here, **HELD)
    others = {"unknown": make_unknown(here), "placed": make_placed(here), "queued": make_order(here)}
    batch, _, _ = elsewhere(order)
    text = str(others[named].pk) if named in others else named
    change_line(batch.lines.get(), cells=batch.lines.get().cells | {"again_of": text})
    change_line(batch.lines.get(), is_repeat_ok=True)
    assert "1 line has errors" in order_all(batch).problem
    assert Order.objects.count() == 4
    assert state_of(order) == "queued"


def test_a_skipped_line_leaves_its_order_on_hold(here, there):
    held, refused = make_order(here, **HELD), make_order(here, state="refused")
    batch, _, _ = elsewhere(held, refused)
    change_line(batch.lines.get(number=1), is_left_out=True)
    assert not order_all(batch).problem
    assert release(held, None) == ""
    assert Order.objects.filter(again_of=held).count() == 0


def test_a_discarded_draft_leaves_its_orders_on_hold(here, there):
    order = make_order(here, **HELD)
    batch, _, _ = elsewhere(order)
    assert discard(batch)
    assert order_all(batch).problem
    assert release(order, None) == ""


def test_two_drafts_of_the_same_orders_order_once(here, there):
    orders = [make_order(here, **fields) for fields in (HELD, {"state": "refused"})]
    first, second = elsewhere(*orders)[0], elsewhere(*orders)[0]
    assert not order_all(first).problem
    assert "2 lines have errors" in order_all(second).problem
    assert Order.objects.filter(again_of__in=orders).count() == 2
    third, skipped, _ = elsewhere(*orders)
    assert skipped == 2
    assert "was ordered again already" in " ".join(third.lines.first().messages)


def test_a_replaced_order_is_never_claimed(here, there):
    order = make_order(here, **FUNDS)
    batch, _, _ = elsewhere(order)
    assert not order_all(batch).problem
    Order.objects.filter(pk=order.pk).update(held_for_funds_at=None)
    assert state_of(order) == "withdrawn"
    assert not Order.objects.filter(panel=here.panel, state="queued").exists()


def test_orders_are_told_apart_with_the_reason(here, there):
    lone = make_offer("TikTok Likes")
    read_offers()
    ids = itertools.count(1)
    each = [fields | ({"remote_id": str(next(ids))} if "remote_id" in fields else {}) for fields in CANNOT.values()]
    orders = [make_order(here, **fields) for fields in (HELD, *each)]
    _, _, left_out = elsewhere(*orders, make_order(lone, state="refused"), make_order(make_service(), state="refused"))
    assert left_out == {
        "queued": 1,
        "sending": 1,
        "with an unknown outcome": 2,
        "placed": 3,
        "marked as lost": 1,
        NOWHERE: 2,
    }


def test_an_order_with_an_alarm_is_skipped_until_a_person_has_looked(here, there):
    order = make_order(here, state="refused", alarm="Second order at the panel: 7.")
    batch, skipped, _ = elsewhere(order)
    assert skipped == 1
    assert "has an alarm" in " ".join(batch.lines.get().messages)


def test_a_refusal_in_words_that_nobody_has_decided_is_skipped(here, there):
    words = make_refusal(here.panel)
    batch, skipped, _ = elsewhere(make_refused(words, service=here))
    assert skipped == 1
    assert "Nobody has decided what the refusal" in " ".join(batch.lines.get().messages)
    RefusalWords.objects.update(meaning="orders")
    change_line(batch.lines.get(), is_left_out=False)
    assert not order_all(batch).problem


def test_an_active_equivalent_order_is_a_doubt_and_the_replaced_one_is_none(here, there):
    order = make_order(here, **HELD)
    other = make_placed(there[1], link=order.link)
    batch, _, _ = elsewhere(order)
    (message,) = batch.lines.get().messages
    assert f"Order {other.pk} is" in message


def test_the_offer_whose_limits_fit_all_orders_is_proposed(here):
    narrow = make_offer(NAME, rate_per_1000=Decimal("0.5"), max_quantity=500)
    wide = make_offer(NAME, rate_per_1000=Decimal("0.7"))
    read_offers()
    batch, _, _ = elsewhere(make_order(here, quantity=1000, **HELD), make_order(here, quantity=300, state="refused"))
    assert {line.service for line in batch.lines.all()} == {wide}
    (group,) = find_groups(batch)
    told = (group.service, len(group), group.chosen, [each.fits for each in group.choices])
    assert told == (here, 2, wide.pk, [1, 2])
    assert group.choices[0].service == narrow


def test_another_offer_can_be_chosen_and_its_doubts_are_new_ones(here, there):
    order = make_order(here, **HELD)
    make_placed(there[1], link=order.link)
    batch, _, _ = elsewhere(order)
    change_line(batch.lines.get(), is_repeat_ok=True)
    seen = fingerprint(Batch.objects.get())
    assert choose_offers(batch, {here.pk: there[1]}) == 1
    line = batch.lines.get()
    assert (line.service, line.cells["panel"], line.cost, line.is_repeat_ok) == (there[1], "C", Decimal(3), False)
    assert confirm(batch, None, seen).problem
    assert choose_offers(batch, {here.pk: there[1]}) == 0
    discard(batch)
    with pytest.raises(NotADraftError):
        choose_offers(batch, {here.pk: there[0]})


def test_an_order_that_refused_everybody_is_not_sent_again_after_it_went_elsewhere(here, there):
    words = make_refusal(here.panel, meaning="panel")
    order = make_refused(words, service=here)
    batch, _, _ = elsewhere(order)
    assert not order_all(batch).problem
    assert "was ordered again" in send_refused_again(Order.objects.get(pk=order.pk), None, timezone.now())


def test_many_orders_take_as_many_queries_as_two(here, there):
    def count(number):
        orders = [make_order(here, **HELD) for _ in range(number)]
        with CaptureQueriesContext(connection) as drafting:
            batch, _, _ = elsewhere(*orders)
        with CaptureQueriesContext(connection) as confirming:
            assert not order_all(batch).problem
        assert {state_of(order) for order in orders} == {"withdrawn"}
        return len(drafting), len(confirming)

    assert count(2) == count(40)
