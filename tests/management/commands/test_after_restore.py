"""After a restore, no order and no request is sent again."""

from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from panels import schedule
from panels.bell import ALL
from panels.catalog import facts, offers, records
from panels.catalog.elsewhere import elsewhere_of
from panels.models import (
    ExchangeRate,
    JobRun,
    Order,
    OrderAction,
    OrderEvent,
    Product,
    ProductGrade,
    ServiceFacts,
    ServiceRecord,
    Worker,
)
from panels.models.order_states import RequestState
from panels.orders.actions import confirm_action, draft_action
from panels.worker import tasks
from tests.factories import (
    make_offer,
    make_order,
    make_panel,
    make_placed,
    make_rate,
    make_refill,
    read_offers,
    report_in,
)
from tests.management.running import now_and, run

State = Order.State


def test_orders_and_requests_that_wait_in_a_backup_become_unknown(db):
    queued, held = make_order(), make_order(held_reason="dearer")
    sending = make_order(state=State.SENDING, attempt=1, send_deadline=now_and(minutes=-5))
    placed = make_placed(cancel_state=RequestState.QUEUED, next_check_at=None)
    waiting, sent = make_refill(), make_refill(state=RequestState.SENDING)
    done = make_refill(state=RequestState.ACCEPTED)
    output, failure = run("after_restore")
    assert output.startswith("3 orders, 2 refills and 1 cancels are unknown now. 0 confirmed actions were closed.")
    assert failure == ""
    for order in (queued, held, sending):
        order.refresh_from_db()
        assert (order.state, order.held_reason) == (State.UNKNOWN, "")
        event = order.events.get()
        assert event.what == OrderEvent.What.UNKNOWN
        assert "A backup was restored" in event.detail
        assert "A backup was restored" in order.error_text
    placed.refresh_from_db()
    assert placed.cancel_state == RequestState.UNKNOWN
    # Its status shows whether it was canceled.
    assert placed.next_check_at <= timezone.now()
    for refill in (waiting, sent, done):
        refill.refresh_from_db()
    assert [waiting.state, sent.state, done.state] == [RequestState.UNKNOWN] * 2 + [RequestState.ACCEPTED]
    assert waiting.order.events.get().what == OrderEvent.What.REFILL
    assert "Nothing was waiting" in run("after_restore")[0]


def test_an_action_that_a_backup_shows_as_confirmed_is_not_carried_out_again(db, operator):
    action = draft_action(OrderAction.Kind.CANCEL, [make_placed().pk], operator)
    confirm_action(action)
    draft = draft_action(OrderAction.Kind.CANCEL, [make_placed().pk], operator)
    run("after_restore")
    action.refresh_from_db()
    draft.refresh_from_db()
    assert action.finished_at
    assert action.lines.get().outcome == "skipped"
    assert draft.lines.get().outcome == ""


def test_a_worker_that_is_alive_forbids_it_unless_forced(db):
    order = make_order()
    worker = Worker.objects.create(host="here", pid=4711, started_at=timezone.now(), seen_at=timezone.now())
    assert "here 4711" in run("after_restore")[1]
    order.refresh_from_db()
    assert order.state == State.QUEUED
    assert run("after_restore", "--force")[1] == ""
    order.refresh_from_db()
    assert order.state == State.UNKNOWN
    make_order()
    worker.stopped_at = timezone.now()
    worker.save()
    assert run("after_restore")[1] == ""


def test_no_offer_of_a_backup_is_ranked_by_a_rate_that_is_too_old_by_now(db):
    report_in("EUR")
    make_rate("USD", "1.25")
    service = make_offer("Instagram Followers", make_panel(reported_currency="USD"))
    make_offer("IG Followers", make_panel(reported_currency="EUR"), rate_per_1000=Decimal("0.10"))
    read_offers()
    assert elsewhere_of([service.pk])
    assert ProductGrade.objects.filter(compared=2).exists()
    # All products were counted an hour ago, by the rate of then.
    JobRun.objects.create(name="count all products", started_at=now_and(hours=-1), succeeded_at=now_and(hours=-1))
    ExchangeRate.objects.update(day=now_and(days=-10).date())
    run("after_restore")
    assert schedule.waiting()["offers"] == [ALL]
    tasks.WORK["offers"](ALL)
    assert not ProductGrade.objects.filter(compared=2).exists()


def test_what_was_due_in_a_backup_is_done_although_a_worker_of_then_had_begun_it(db):
    service = make_offer("Instagram Followers")
    read_offers()
    make_placed(service)
    records.mark_changed()
    tasks.WORK["records"](ALL)
    # Some days later: a name, a product and a record wait, and workers that do not exist any more hold the leases.
    old = now_and(days=-3)
    ServiceFacts.objects.update(version=ServiceFacts.STALE)
    Product.objects.update(is_stale=True)
    ServiceRecord.objects.filter(service=service).update(stale_at=old, since=old.date(), orders=7)
    ServiceRecord.objects.exclude(service=service).update(since=old.date())
    for name in ("sweep", "read names", offers.JOB, records.MARK, records.JOB):
        leased = {"started_at": old, "leased_until": old + timedelta(minutes=10), "succeeded_at": old}
        JobRun.objects.update_or_create(name=name, defaults=leased)
    run("after_restore")
    waiting = schedule.waiting()
    assert (waiting["offers"], waiting["records"]) == ([ALL], [ALL])
    tasks.WORK["offers"](ALL)
    tasks.WORK["records"](ALL)
    assert not facts.stale().exists()
    assert not Product.objects.filter(is_stale=True).exists()
    assert not records.stale().exists()
    assert set(ServiceRecord.objects.values_list("orders", "since")) == {(1, records.first_day())}
