"""The commands for work without a worker, for keys and for restored backups."""

import io
import signal
import threading
import time
from datetime import timedelta

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.utils import timezone

from panels.calls.catalog import sync_catalog
from panels.models import Controls, Order, OrderAction, OrderEvent, Panel, Refill, Worker
from panels.models.order import RequestState
from panels.orders.actions import confirm_action, draft_action
from panels.sandbox import Fault, SandboxPanel
from panels.worker.processes import free_port
from tests.factories import make_order, make_panel, make_placed, make_refill

State = Order.State
NOBODY = f"http://127.0.0.1:{free_port(0)}/api/v2"


@pytest.fixture(autouse=True)
def own_signals():
    """Commands take SIGINT and SIGTERM over; give them back."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture
def sandbox():
    with SandboxPanel() as panel:
        yield panel


@pytest.fixture
def panel(sandbox, transactional_db):
    """An account at the sandbox, with its catalog."""
    panel = make_panel(name="Northwind", api_url=sandbox.api_url, key=sandbox.key)
    sync_catalog(panel.pk, threading.Event())
    return panel


def run(*arguments):
    """Run a command and return what it prints and how it failed, "" if it did not."""
    output = io.StringIO()
    try:
        call_command(*arguments, stdout=output)
    except CommandError as error:
        return output.getvalue(), str(error)
    return output.getvalue(), ""


def order_at(panel, sandbox, **fields):
    return make_order(panel.services.get(remote_id=sandbox.pick(refill=True, cancel=True).id), **fields)


def now_and(**time_later):
    return timezone.now() + timedelta(**time_later)


# -- catalogs


def test_all_catalogs_are_synced_and_what_failed_is_named(panel, sandbox):
    make_panel(name="Nowhere", api_url=NOBODY)
    make_panel(name="Asleep", is_active=False)
    sandbox.remove_service(sandbox.pick().id)
    output, failure = run("sync_catalog")
    assert f"Northwind: {len(sandbox.services)} listed, 0 new, 0 changed, 1 vanished\n" in output
    assert "Nowhere: " in output
    assert "Asleep" not in output
    assert failure == "Not everything was done at Nowhere."


def test_one_panel_can_be_named(panel, sandbox):
    make_panel(name="Nowhere")
    output, failure = run("sync_catalog", "--panel", "Northwind")
    assert (output.count("\n"), failure) == (1, "")
    assert run("sync_catalog", "--panel", "Nobody")[1].startswith("There is no active panel called Nobody.")


# -- orders


def test_queued_orders_are_sent_and_counted(panel, sandbox):
    first, second = order_at(panel, sandbox), order_at(panel, sandbox)
    order_at(panel, sandbox, held_reason="dearer")
    output, failure = run("submit_orders")
    assert output == "Northwind: 2 placed, 1 held for a person\n"
    assert failure == ""
    assert {entry.order_id for entry in sandbox.ledger} == set(
        Order.objects.filter(pk__in=(first.pk, second.pk)).values_list("remote_id", flat=True)
    )


def test_an_order_that_is_not_placed_is_a_failure(panel, sandbox):
    Panel.objects.update(parallel_calls=1)
    order_at(panel, sandbox)
    order_at(panel, sandbox)
    sandbox.faults.add(Fault.REFUSE, "add", text="Quantity less than minimal 50")
    output, failure = run("submit_orders")
    assert output == "Northwind: 1 placed, 1 refused; 1 not placed\n"
    assert failure == "Not everything was done at Northwind."


def test_a_panel_that_gets_paused_says_why(panel, sandbox):
    order_at(panel, sandbox)
    sandbox.faults.add(Fault.REFUSE, "add", text="Invalid API key")
    output, failure = run("submit_orders")
    assert "paused: Invalid API key" in output
    assert failure
    assert run("submit_orders") == (
        "Northwind: 0 placed, 1 still waiting because the panel does not accept the key\n",
        "",
    )


def test_a_silent_panel_is_asked_once_before_orders_go_out(panel, sandbox):
    order = make_order(panel.services.get(remote_id=sandbox.pick().id))
    Panel.objects.update(paused_reason="unreachable", paused_until=timezone.now(), failures=3)
    assert "1 placed" in run("submit_orders")[0]
    order.refresh_from_db()
    assert (order.state, sandbox.calls["balance"]) == ("placed", 1)
    Panel.objects.update(paused_reason="unreachable", paused_until=timezone.now() + timedelta(minutes=1))
    make_order(order.service)
    assert "1 still waiting because the panel does not answer" in run("submit_orders")[0]
    assert (len(sandbox.ledger), sandbox.calls["balance"]) == (1, 1)


def test_what_the_switch_stops_is_told(panel, sandbox):
    order_at(panel, sandbox)
    Controls.objects.update_or_create(pk=1, defaults={"sending_stopped_at": timezone.now()})
    assert "1 still waiting because all sending is stopped" in run("submit_orders")[0]


def test_what_a_dead_worker_left_behind_becomes_unknown(panel, sandbox):
    order = order_at(panel, sandbox, state=State.SENDING, attempt=1, send_deadline=now_and(seconds=-1))
    assert run("submit_orders")[0].startswith("1 that a worker had left behind are unknown now.\n")
    order.refresh_from_db()
    assert order.state == State.UNKNOWN
    assert sandbox.ledger == []


def test_ctrl_c_sends_nothing_more_and_records_what_was_being_sent(panel, sandbox):
    Panel.objects.update(parallel_calls=1)
    first, second = order_at(panel, sandbox), order_at(panel, sandbox)
    sandbox.faults.add(Fault.LATE_ANSWER, "add", seconds=1)

    def interrupt():
        while not sandbox.calls["add"]:
            time.sleep(0.01)
        signal.raise_signal(signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    thread.start()
    output, _ = run("submit_orders")
    thread.join()
    assert output == "Northwind: 1 placed, 1 still waiting\n"
    first.refresh_from_db()
    second.refresh_from_db()
    assert [first.state, second.state] == [State.PLACED, State.QUEUED]


def test_orders_refills_and_cancels_are_followed(panel, sandbox):
    order = order_at(panel, sandbox)
    run("submit_orders")
    order.refresh_from_db()
    sandbox.finish(order.remote_id, "Completed")
    Order.objects.update(next_check_at=timezone.now())
    output, failure = run("poll_orders")
    assert (output, failure) == ("Northwind: orders: 1 asked, 1 answered, 1 changed\n", "")
    make_refill(order)
    assert "aftercare: 1 refills" in run("poll_orders")[0]
    assert Refill.objects.get().state == RequestState.ACCEPTED


def test_a_candidate_is_confirmed(panel, sandbox):
    order = order_at(panel, sandbox)
    run("submit_orders")
    order.refresh_from_db()
    remote_id, order.remote_id = order.remote_id, ""
    Order.objects.update(state=State.UNKNOWN, remote_id="", candidate_id=remote_id, next_check_at=None)
    assert "1 confirmed" in run("poll_orders")[0]
    order.refresh_from_db()
    assert (order.state, order.remote_id) == (State.PLACED, remote_id)


def test_polling_a_dead_panel_fails(transactional_db):
    placed = make_placed()
    Panel.objects.update(name="Nowhere", api_url=NOBODY)
    output, failure = run("poll_orders")
    assert "a call failed: " in output
    assert failure == "Not everything was done at Nowhere."
    placed.refresh_from_db()
    assert placed.progress == Order.Progress.IN_PROGRESS


# -- keys


def test_keys_are_encrypted_anew_and_then_need_the_old_ones_no_more(db, settings):
    panel, fresh = make_panel(key="k3y-0123456789abcdef"), Fernet.generate_key().decode()
    settings.CREDENTIAL_KEYS = [fresh, *settings.CREDENTIAL_KEYS]
    output, failure = run("rotate_keys")
    assert failure == ""
    assert output.startswith("1 of 1 API keys are encrypted with the first of CREDENTIAL_KEYS now.\n")
    assert "may be removed" in output
    settings.CREDENTIAL_KEYS = [fresh]
    panel.refresh_from_db()
    assert panel.api_key.reveal() == "k3y-0123456789abcdef"
    assert "k3y" not in output


def test_a_key_that_cannot_be_read_is_named_and_left_alone(db, settings):
    lost, kept = make_panel(name="Lost"), make_panel(name="Kept")
    old, settings.CREDENTIAL_KEYS = settings.CREDENTIAL_KEYS, [Fernet.generate_key().decode()]
    kept.set_key("another-0123456789")
    kept.save()
    output, failure = run("rotate_keys")
    assert output.startswith("1 of 2 ")
    assert "may be removed" not in output
    assert "key of: Lost." in failure
    settings.CREDENTIAL_KEYS = old
    before = lost.api_key
    lost.refresh_from_db()
    assert lost.api_key == before


# -- a restored backup


def test_what_a_backup_shows_as_waiting_becomes_unknown(db):
    queued, held = make_order(), make_order(held_reason="dearer")
    sending = make_order(state=State.SENDING, attempt=1, send_deadline=now_and(minutes=-5))
    placed = make_placed(cancel_state=RequestState.QUEUED, next_check_at=None)
    waiting, sent = make_refill(), make_refill(state=RequestState.SENDING)
    done = make_refill(state=RequestState.ACCEPTED)
    output, failure = run("after_restore")
    assert output.startswith("3 orders, 2 refills and 1 cancels are unknown now; 0 confirmed actions were closed.")
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
    # Whether it was canceled its status tells.
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
