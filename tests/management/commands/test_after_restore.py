"""After a restore, no order and no request is sent again."""

from django.utils import timezone

from panels.models import Order, OrderAction, OrderEvent, Worker
from panels.models.order_states import RequestState
from panels.orders.actions import confirm_action, draft_action
from tests.factories import make_order, make_placed, make_refill
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
