"""An order above a person's limits is stored and not sent, and only the approval of a manager queues it."""

from __future__ import annotations

import threading
import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from panels.bulk import progress
from panels.bulk.again import draft_again
from panels.bulk.confirming import confirm, find_reasons, summary
from panels.bulk.elsewhere import draft_elsewhere
from panels.calls.claiming import Claims
from panels.calls.outcomes import expire_sends
from panels.clients.naming import Labels
from panels.lists.order_totals import NOT_ACCEPTED
from panels.models import Batch, Order, OrderAction, OrderLimit, Panel, Service
from panels.models.order_states import is_replaceable
from panels.money import costs
from panels.orders import approval, funds, holding, refused, resolution
from panels.orders.actions import carry_out, start_action
from panels.orders.labels import change_labels
from panels.orders.placing import build_order, is_active, place_order
from panels.orders.queue import queued
from panels.orders.restore import distrust_what_waits
from panels.protocol.order_types import check
from panels.providers import pauses
from tests.bulk.batches import confirm_batch
from tests.factories import (
    make_asked,
    make_batch,
    make_order,
    make_panel,
    make_placed,
    make_service,
    make_user,
    row_of,
    set_limits,
)
from tests.processes import PATIENCE

pytestmark = pytest.mark.django_db
State = Order.State
DAY = timedelta(days=1)
# 1,000 cost 10.
RATE = Decimal(10)


def place(service, person, cost):
    """Place an order of this cost, as the form does."""
    values = {"link": f"https://example.com/{Order.objects.count()}", "quantity": str(cost * 100)}
    return place_order(build_order(service, check(service.offer(), values), placed_by=person))[0]


@pytest.fixture
def service(db):
    return make_service(rate_per_1000=RATE, max_quantity=1_000_000)


@pytest.fixture
def alex(db):
    return make_user("Operator", username="alex")


def plain(text):
    """Return a text with plain spaces, because an amount and its currency are not parted at the end of a line."""
    return text.replace("\xa0", " ")


def mark_of(order):
    return approval.look_at("pk", [order.pk])[order.pk].mark


def mark_of_batch(batch):
    return approval.look_at("batch", [batch.pk])[batch.pk].mark


# -- when an order is created


def test_an_order_above_the_largest_waits_for_approval_and_says_why(service, alex):
    alex = set_limits(alex, largest=50)
    assert place(service, alex, 50).state == "queued"
    order = place(service, alex, 60)
    order.refresh_from_db()
    why = "This costs 60.00 USD, above the limit of 50.00 USD an order."
    assert (order.state, plain(order.asked_because)) == ("asked", why)
    events = [(event.what, plain(event.detail), event.actor) for event in order.events.all()]
    assert events == [("created", "", alex), ("asked", why, alex)]
    assert Claims(order.panel_id).take()[0] == [Order.objects.get(state="sending")]


def test_the_orders_of_a_day_count_with_those_that_wait_and_without_those_that_never_went(service, alex):
    alex = set_limits(alex, per_day=100)
    own = {"placed_by": alex, "currency": "USD", "expected_cost": Decimal(1000)}
    for state in ("refused", "withdrawn"):
        make_order(service, state=state, **own)
    make_order(service, **own | {"created_at": timezone.now() - DAY})
    make_order(service, **own | {"currency": "EUR"})
    make_order(service, **own | {"placed_by": make_user()})
    make_placed(service, **own | {"rate_agreed": None, "charge": Decimal(1000)})
    make_asked(alex, service, expected_cost=Decimal(30))
    make_placed(service, **own | {"expected_cost": Decimal(50), "charge": Decimal(40)})
    assert place(service, alex, 30).state == "queued"
    order = place(service, alex, 1)
    assert order.state == "asked"
    assert plain(order.asked_because) == "This makes 101.00 USD on one day, above the limit of 100.00 USD a day."


def test_a_limit_is_of_one_currency(service, alex):
    alex = set_limits(alex, "EUR", largest=1)
    assert place(service, alex, 60).state == "queued"
    euros = make_service(make_panel(reported_currency="EUR"), rate_per_1000=RATE)
    assert place(euros, alex, 2).state == "asked"


def test_with_a_limit_of_nothing_every_order_waits(service, alex):
    assert place(service, set_limits(alex, largest=0), 1).state == "asked"


def test_an_order_of_unknown_cost_waits_if_there_is_a_limit(service, alex):
    alex = set_limits(alex, per_day=100)
    order = build_order(service, check(service.offer(), {"link": "https://a.test", "quantity": "100"}), placed_by=alex)
    order.expected_cost = None
    why = "The cost is not known in advance, and the limit is 100.00 USD a day."
    assert plain(place_order(order)[0].asked_because) == why


def test_a_person_without_limits_costs_no_query_more(service, alex):
    def count(person):
        with CaptureQueriesContext(connection) as captured:
            assert place(service, person, 60).state == "queued"
        return len(captured)

    nobody = count(None)
    # The settings are read with each page.
    person = User.objects.select_related("personal").get(pk=alex.pk)
    assert count(person) == nobody
    set_limits(alex, largest=500)
    with_limits = User.objects.select_related("personal").get(pk=alex.pk)
    assert count(with_limits) > nobody


def test_the_orders_of_a_batch_wait_together(service, alex):
    alex = set_limits(alex, largest=5, per_day=6)
    batch = make_batch(row_of(service, quantity=100), row_of(service, quantity=100))
    assert find_reasons(batch, alex) == []
    assert confirm_batch(batch, alex).panels == (service.panel_id,)
    batch = make_batch(row_of(service, quantity=100), row_of(service, quantity=600))
    reasons = find_reasons(batch, alex)
    assert [plain(text) for text in reasons] == [
        "The largest order costs 6.00 USD, above the limit of 5.00 USD an order.",
        "This makes 9.00 USD on one day, above the limit of 6.00 USD a day.",
    ]
    outcome = confirm_batch(batch, alex)
    assert (outcome.is_asked, outcome.panels) == (True, ())
    assert {*batch.orders.values_list("state", "asked_because")} == {("asked", "\n".join(reasons))}
    assert {*batch.orders.values_list("events__what", flat=True)} == {"created", "asked"}
    found = progress.find_progress(batch)
    assert (found.asked, found.total, found.is_open, found.is_done) == (2, 2, False, False)


def test_an_order_that_is_sent_elsewhere_does_not_count_beside_its_replacement(alex):
    service = make_service(rate_per_1000=RATE)
    held = make_order(service, placed_by=alex, expected_cost=Decimal(60), held_reason="Price", quantity=6000)
    other = make_service(make_panel(), rate_per_1000=RATE)
    alex = set_limits(alex, per_day=100)
    batch = make_batch(row_of(other, quantity=6000, again_of=held.pk), source=Batch.Source.ELSEWHERE)
    assert find_reasons(batch, alex) == []
    assert not confirm_batch(batch, alex).is_asked
    held.refresh_from_db()
    assert (held.state, batch.orders.get().state) == ("withdrawn", "queued")


# -- the decision


def test_an_approved_order_is_queued_once_with_the_word_of_the_manager(service, alex, manager):
    order = place(service, set_limits(alex, largest=50), 60)
    before = timezone.now()
    assert approval.approve(order, manager, mark_of(order), "Client has paid", wait=timedelta(seconds=9)) == ""
    again = approval.approve(order, manager, "", "")
    assert again == f"Order {order.pk} is queued now. Nothing was changed."
    assert approval.refuse(order, manager) == again
    order.refresh_from_db()
    assert (order.state, order.asked_because) == ("queued", "")
    assert order.send_after >= before + timedelta(seconds=9)
    event = order.events.last()
    assert (event.what, event.detail, event.actor) == ("approved", "Client has paid", manager)


def test_an_approved_order_is_compared_with_its_service_at_the_claim(service, alex, manager):
    order = place(service, set_limits(alex, largest=50), 60)
    Service.objects.update(rate_per_1000=RATE * 2)
    assert approval.approve(order, manager, mark_of(order)) == ""
    assert Claims(order.panel_id).take()[0] == []
    order.refresh_from_db()
    assert order.held_reason.startswith("The price has risen")


def test_an_order_that_is_not_approved_is_withdrawn_with_the_reason(service, alex, manager):
    order = place(service, set_limits(alex, largest=50), 60)
    assert approval.refuse(order, manager, "Too dear") == ""
    order.refresh_from_db()
    assert (order.state, order.error_text) == ("withdrawn", f"Not approved by {manager}: Too dear")
    assert order.finished_at
    assert (order.events.last().what, order.events.last().actor) == ("not_approved", manager)


def test_nothing_is_approved_that_the_manager_has_not_seen(service, alex, manager):
    alex = set_limits(alex, largest=50, per_day=100)
    order = place(service, alex, 60)
    seen = mark_of(order)
    place(service, alex, 45)
    assert approval.approve(order, manager, seen) == approval.CHANGED
    assert Order.objects.get(pk=order.pk).state == "asked"
    (case,) = approval.look_at("pk", [order.pk]).values()
    assert "This makes 105.00 USD on one day, above the limit of 100.00 USD a day." in map(plain, case.reasons)
    assert approval.approve(order, manager, case.mark) == ""


def test_nobody_with_limits_approves_an_own_order(service):
    mia = set_limits(make_user("Manager"), largest=50)
    order = place(service, mia, 60)
    assert approval.approve(order, mia, mark_of(order)) == approval.OWN
    mia = set_limits(mia)
    assert approval.look_at("pk", [order.pk])[order.pk].reasons == ()
    assert approval.approve(order, mia, mark_of(order)) == ""


def test_a_batch_is_approved_or_refused_as_a_whole(service, alex, manager, monkeypatch):
    monkeypatch.setattr(approval, "CHUNK", 1)
    alex = set_limits(alex, largest=5)
    batches = [make_batch(row_of(service, quantity=100), row_of(service, quantity=600)) for _ in range(2)]
    for batch in batches:
        confirm_batch(batch, alex)
    first, second = batches
    single = first.orders.first()
    assert "belongs to a batch" in approval.approve(single, manager, mark_of(single))
    assert approval.approve(first, manager, mark_of_batch(first), "Good") == ""
    assert approval.refuse(second, manager, "No") == ""
    assert [*first.orders.values_list("state", flat=True)] == ["queued"] * 2
    assert [*second.orders.values_list("state", flat=True)] == ["withdrawn"] * 2
    assert "waits for approval any more" in approval.approve(first, manager, "")
    assert progress.find_progress(second).is_done


def test_an_asked_batch_can_be_taken_back(service, alex):
    alex = set_limits(alex, largest=5)
    batch = make_batch(row_of(service, quantity=600))
    confirm_batch(batch, alex)
    assert progress.withdraw_unsent(batch, alex) == 1
    assert batch.orders.get().state == "withdrawn"


def test_the_cases_of_many_orders_take_three_queries(service, alex, django_assert_num_queries):
    alex = set_limits(alex, largest=50, per_day=60)
    orders = [place(service, alex, 60) for _ in range(3)]
    with django_assert_num_queries(3):
        found = approval.look_at("pk", [order.pk for order in orders])
    assert {len(case.reasons) for case in found.values()} == {2}


# -- at the same time


def run_at_once(*works):
    """Run functions in threads of their own at the same time, and return their results."""
    results, start = [None] * len(works), threading.Barrier(len(works))

    def run(number, work):
        start.wait(PATIENCE)
        try:
            results[number] = work()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.django_db(transaction=True)
def test_two_windows_cannot_exceed_the_limit_of_a_day_together(service, alex):
    alex = set_limits(alex, per_day=100)
    states = run_at_once(*[lambda: place(service, alex, 40).state] * 4)
    assert sorted(states) == ["asked", "asked", "queued", "queued"]


@pytest.mark.django_db(transaction=True)
def test_a_batch_and_a_window_cannot_exceed_the_limit_together(service, alex):
    alex = set_limits(alex, per_day=100)
    batch = make_batch(row_of(service, quantity=6000))
    shown = summary(batch).fingerprint
    run_at_once(lambda: place(service, alex, 60), lambda: confirm(batch, alex, shown))
    assert sorted(Order.objects.values_list("state", flat=True)) == ["asked", "queued"]


@pytest.mark.django_db(transaction=True)
def test_of_two_managers_one_approves(service, alex):
    order = place(service, set_limits(alex, largest=50), 60)
    people, mark = [make_user("Manager") for _ in range(2)], mark_of(order)
    problems = run_at_once(*[lambda person=person: approval.approve(order, person, mark) for person in people])
    assert sorted(map(bool, problems)) == [False, True]
    assert order.events.filter(what="approved").count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("end", ["withdraw", "refuse"])
def test_an_order_is_approved_or_withdrawn_and_not_both(service, alex, manager, end):
    order = place(service, set_limits(alex, largest=50), 60)
    mark, same = mark_of(order), Order.objects.select_related("panel").get(pk=order.pk)
    ends = {"withdraw": lambda: resolution.withdraw(same, alex), "refuse": lambda: approval.refuse(order, manager)}
    problems = run_at_once(lambda: approval.approve(order, manager, mark), ends[end])
    assert sorted(map(bool, problems)) == [False, True]
    what = [event for event in order.events.values_list("what", flat=True) if event not in ("created", "asked")]
    order.refresh_from_db()
    assert (order.state, len(what)) == ("withdrawn" if problems[0] else "queued", 1)


# -- the promise


def _read(order):
    return Order.objects.select_related("service__panel", "refused_in").get(pk=order.pk)


def _confirm_draft(batch, actor):
    if batch:
        confirm(batch, actor, summary(batch).fingerprint)


def _by_action(kind, order, actor):
    action = start_action(kind, [order.pk], actor, uuid.uuid4())
    carry_out(action.pk, threading.Event())


# Everything else that a person or the worker does with orders.
ACTS = {
    "claim": lambda order, _: Claims(order.panel_id).take(),
    "release": lambda order, actor: resolution.release(_read(order), actor),
    "send again": lambda order, actor: resolution.send_again(_read(order), actor),
    "send refused again": lambda order, actor: refused.send_refused_again(_read(order), actor, timezone.now()),
    "mark as lost": lambda order, actor: resolution.write_off(_read(order), actor),
    "name an id": lambda order, actor: resolution.name_candidate(_read(order), "991", actor),
    "label": lambda order, actor: change_labels(order.pk, Labels(reference="A-1"), actor),
    "seen": lambda order, actor: resolution.dismiss_alarm(_read(order), actor),
    "hold": lambda order, actor: holding.hold_waiting(order.service, actor),
    "release held": lambda order, actor: holding.release_held(order.service, actor),
    "funds": lambda order, _: funds.settle(Panel.objects.get(pk=order.panel_id)),
    "unread funds": lambda *_: funds.release_unread(timezone.now()),
    "pause panel": lambda order, _: pauses.pause(order.panel, Panel.Pause.BY_HAND, "By hand"),
    "resume panel": lambda order, _: pauses.resume(order.panel),
    "pause batch": lambda order, _: order.batch and progress.pause(order.batch),
    "resume batch": lambda order, _: order.batch and progress.resume(order.batch),
    "overdue": lambda *_: expire_sends(),
    "restore": lambda *_: distrust_what_waits(),
    "again": lambda order, actor: _confirm_draft(draft_again([order.pk], actor)[0], actor),
    "elsewhere": lambda order, actor: _confirm_draft(draft_elsewhere([order.pk], actor)[0], actor),
    **{
        kind: lambda order, actor, kind=kind: _by_action(kind, order, actor)
        for kind in OrderAction.Kind.values
        if kind not in (OrderAction.Kind.WITHDRAW, OrderAction.Kind.LABEL)
    },
}


@example(names=["restore", "send again", "claim", "release"], has_batch=False)
@given(names=st.lists(st.sampled_from(sorted(ACTS)), max_size=12), has_batch=st.booleans())
@settings(
    max_examples=60, deadline=None, phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck)
)
def test_no_way_but_an_approval_leads_from_asked_to_queued(names, has_batch):
    with transaction.atomic():
        service = make_service(make_panel(balance=Decimal(1000), free_balance=Decimal(1000)))
        make_service(make_panel())
        person, actor = make_user("Operator"), make_user("Manager")
        batch = Batch.objects.create(state="confirmed", confirmed_by=person) if has_batch else None
        order = make_asked(person, service, batch=batch)
        for name in names:
            ACTS[name](order, actor)
            order.refresh_from_db()
            assert order.state in ("asked", "unknown", "written_off"), (name, names)
            assert order.attempt == 0
            assert not order.events.filter(what__in=("sent", "approved")).exists()
        transaction.set_rollback(True)


# For each state: whether the order waits to be sent, is active, takes a part of the balance, can be withdrawn, can be
# sent elsewhere, has a cost, has it in no kept total, and is doubted after a restore.
STATES = {
    State.ASKED: (False, True, False, True, False, True, True, True),
    State.QUEUED: (True, True, True, True, False, True, True, True),
    State.SENDING: (False, True, True, False, False, True, True, True),
    State.PLACED: (False, True, False, False, False, True, False, False),
    State.REFUSED: (False, False, False, False, True, False, False, False),
    State.UNKNOWN: (False, True, False, False, False, True, True, False),
    State.WITHDRAWN: (False, False, False, False, True, False, False, False),
    State.WRITTEN_OFF: (False, False, False, False, False, True, True, False),
}


def test_what_each_state_means_is_decided_for_every_state():
    assert set(STATES) == set(State)


@pytest.mark.parametrize("state", State)
def test_every_rule_about_states_knows_this_one(state):
    order = make_order(state=state)
    order.refresh_from_db()
    found = (
        queued().filter(pk=order.pk).exists(),
        Order.objects.filter(is_active()).exists(),
        bool(sum(costs.promised_costs([order.panel]).values())),
        order.can_withdraw,
        is_replaceable(order),
        costs.cost_of(order) is not None,
        state in NOT_ACCEPTED,
        distrust_what_waits()["orders"] == 1,
    )
    assert found == STATES[state]


def test_the_limits_of_a_person_are_deleted_with_the_person(alex):
    set_limits(alex, largest=50)
    alex.delete()
    assert not OrderLimit.objects.exists()
