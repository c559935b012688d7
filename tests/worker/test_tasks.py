"""The queue is a bell: what it carries may be lost, and what waits is found in the rows all the same."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from huey import PostgresHuey, RedisHuey, SqliteHuey

from panels import bell, schedule
from panels.models import JobRun, Order, OrderAction, Panel, Refill
from panels.protocol.client import PanelClient
from panels.protocol.errors import Unreadable
from panels.sandbox import Fault, SandboxPanel
from panels.worker import sweep, tasks
from panels.worker.lanes import Lanes
from tests.factories import make_order, make_panel, make_placed, make_refill, make_service


@pytest.fixture
def rung():
    """What the queue holds, as (kind, pk)."""
    bell.huey.storage.flush_queue()

    def read():
        return [task.args for task in bell.huey.pending()]

    yield read
    bell.huey.storage.flush_queue()


# -- the bell


@pytest.mark.django_db
def test_the_bell_rings_only_after_the_commit(rung, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        bell.ring("submit", 7)
        assert rung() == []
    assert rung() == [("submit", 7)]


@pytest.mark.django_db(transaction=True)
def test_nothing_rings_for_what_was_rolled_back(rung):
    with transaction.atomic():
        bell.ring("submit", 7)
        transaction.set_rollback(True)
    assert rung() == []


@pytest.mark.django_db(transaction=True)
def test_a_queue_that_is_gone_is_logged_and_hurts_nobody(monkeypatch, caplog):
    monkeypatch.setattr(bell, "_silent_until", 0.0)
    monkeypatch.setattr(bell.huey.storage, "enqueue", lambda *_: 1 / 0)
    bell.ring("submit", 7)
    assert "sweep will find it" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_what_waits_is_worked_off_although_the_queue_is_gone(monkeypatch):
    order, done = make_order(), []
    monkeypatch.setattr(bell, "_silent_until", 0.0)
    monkeypatch.setattr(bell.huey.storage, "enqueue", lambda *_: 1 / 0)
    for kind in tasks.WORK:
        monkeypatch.setitem(tasks.WORK, kind, lambda pk, kind=kind: done.append((kind, pk)))
    tasks.run_sweep()
    assert tasks.lanes.join(10)
    assert ("submit", order.panel_id) in done


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("sqlite:///{folder}/q.sqlite3", SqliteHuey),
        ("redis://127.0.0.1:6379/0", RedisHuey),
        ("postgres://nobody@127.0.0.1:9/none", PostgresHuey),
    ],
)
def test_any_of_the_three_queues_can_be_had_without_reaching_it(url, kind, tmp_path):
    assert isinstance(bell._queue(url.format(folder=tmp_path)), kind)


def test_another_queue_is_refused_by_name():
    from django.core.exceptions import ImproperlyConfigured

    with pytest.raises(ImproperlyConfigured, match="QUEUE_URL"):
        bell._queue("amqp://localhost")


def test_the_worker_never_runs_tasks_inside_the_web_process():
    assert bell.huey.immediate is False


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("fault", [Fault.ERROR_500, Fault.DROP])
def test_answers_to_questions_end_no_pause_of_a_panel_that_leaves_orders_unanswered(synced_panel, sandbox, rung, fault):
    service = synced_panel.services.get(remote_id=str(sandbox.pick("Default").id))
    for number in range(9):
        make_order(service, link=f"https://example.com/p/{number}", quantity=service.min_quantity)
    sandbox.faults.add(fault, "add", times=None)
    bell.ring("submit", synced_panel.pk)
    for expected in (3, 4, 5):
        work_off_the_queue()
        assert sandbox.calls["add"] == expected
        # The pause ends by its time, and one more order shows whether anything has changed.
        Panel.objects.update(**dict.fromkeys(("paused_until", "quiet_until"), timezone.now()))
        tasks.run_sweep(every=timedelta())
    assert sandbox.calls["balance"] >= 3


def work_off_the_queue():
    """Do what the queue holds, and whatever that rings for."""
    while task := bell.huey.dequeue():
        kind, pk = task.args
        tasks.WORK[kind](pk)


# -- lanes


def test_a_lane_runs_one_at_a_time_and_once_more_if_asked_meanwhile():
    lanes, started, go_on = Lanes(), [], threading.Event()

    def work():
        started.append(threading.current_thread().name)
        go_on.wait(5)

    for _ in range(4):
        lanes.start("a", work)
    while not started:
        time.sleep(0.01)
    go_on.set()
    assert lanes.join(5)
    assert len(started) == 2


def test_a_lane_that_hangs_holds_up_no_other():
    lanes, hanging, done = Lanes(), threading.Event(), threading.Event()
    lanes.start("slow", lambda: hanging.wait(5))
    lanes.start("quick", done.set)
    assert done.wait(2)
    assert not lanes.join(0.1)
    hanging.set()
    assert lanes.join(5)


def test_an_error_ends_no_lane_and_stopping_starts_none(caplog):
    lanes, done = Lanes(), threading.Event()
    lanes.start("a", lambda: 1 / 0)
    assert lanes.join(5)
    assert "ZeroDivisionError" in caplog.text
    lanes.start("a", done.set)
    assert done.wait(2)
    assert lanes.join(5)
    lanes.stopping.set()
    done.clear()
    lanes.start("a", done.set)
    assert not done.wait(0.1)


# -- the sweep


def fresh_panel(**fields):
    now = timezone.now()
    return make_panel(**{"balance_checked_at": now, "catalog_synced_at": now} | fields)


@pytest.mark.django_db
def test_the_sweep_finds_what_waits_in_the_rows_alone():
    idle = fresh_panel()
    sending, polling, refilling, canceling, checking = (make_service(fresh_panel()) for _ in range(5))
    make_order(sending)
    make_placed(polling)
    make_refill(make_placed(refilling, progress="completed", next_check_at=None))
    make_placed(canceling, cancel_state="queued", next_check_at=None)
    old = make_placed(checking, next_check_at=None)
    Refill.objects.create(order=old, state="accepted", remote_id="1", next_check_at=timezone.now())
    named = make_service(fresh_panel())
    make_order(named, state="unknown", candidate_id="5")
    found = schedule.waiting()
    assert found["submit"] == [sending.panel_id]
    assert found["poll"] == [polling.panel_id]
    assert found["confirm"] == [named.panel_id]
    assert sorted(found["requests"]) == sorted([refilling.panel_id, canceling.panel_id, checking.panel_id])
    assert found["sync"] == found["balance"] == found["act"] == []
    assert idle.pk not in {pk for pks in found.values() for pk in pks}


@pytest.mark.django_db
def test_the_sweep_leaves_paused_and_inactive_panels_alone():
    later = timezone.now() + timedelta(minutes=5)
    make_order(make_service(fresh_panel(is_active=False)))
    make_placed(make_service(fresh_panel(is_active=False)))
    funds = make_service(fresh_panel(paused_reason="funds"))
    make_order(funds)
    make_placed(funds)
    gone = make_service(fresh_panel(paused_reason="unreachable", paused_until=later))
    make_order(gone)
    make_placed(gone)
    make_order(gone, state="unknown", candidate_id="5")
    back = make_service(fresh_panel(paused_reason="unreachable", paused_until=timezone.now()))
    make_order(back)
    make_placed(back)
    slow = make_service(fresh_panel(paused_reason="rate_limit", paused_until=timezone.now()))
    make_order(slow)
    found = schedule.waiting()
    assert found["submit"] == [slow.panel_id]
    assert found["poll"] == [funds.panel_id]
    assert found["confirm"] == []
    # One question tells whether it is back, before anything else.
    assert found["balance"] == [back.panel_id]


@pytest.mark.django_db
def test_the_sweep_finds_requested_and_overdue_syncs_and_balances():
    now = timezone.now()
    asked = fresh_panel(sync_requested_at=now, balance_requested_at=now)
    old = fresh_panel(catalog_synced_at=now - timedelta(hours=7), balance_checked_at=now - timedelta(minutes=16))
    never = make_panel()
    fresh_panel()
    fresh_panel(paused_reason="auth", catalog_synced_at=None, balance_checked_at=None)
    asked_though_paused = fresh_panel(paused_reason="auth", sync_requested_at=now, balance_requested_at=now)
    found = schedule.waiting()
    assert (
        sorted(found["sync"])
        == sorted(found["balance"])
        == sorted([asked.pk, old.pk, never.pk, asked_though_paused.pk])
    )


@pytest.mark.django_db
def test_what_a_clock_put_off_that_was_ahead_waits_no_longer_than_anything_else():
    now = timezone.now()
    ahead, in_time = now + timedelta(days=1), now + timedelta(minutes=10)
    panel = fresh_panel(paused_reason="unreachable", paused_until=ahead, quiet_until=ahead)
    late, soon = (make_order(make_service(panel), send_after=at) for at in (ahead, in_time))
    sent = make_order(
        make_service(panel),
        state="sending",
        attempt=1,
        sent_at=ahead,
        send_deadline=ahead + timedelta(minutes=3),
    )
    followed, left = (make_placed(make_service(panel), next_check_at=at) for at in (ahead, in_time))
    refill = make_refill(left, next_check_at=ahead)
    synced = make_panel(
        **dict.fromkeys(("catalog_synced_at", "balance_checked_at", "catalog_tried_at", "balance_tried_at"), ahead)
    )
    assert synced.pk in schedule.waiting()["sync"]
    assert synced.pk in schedule.waiting()["balance"]
    assert sweep.pull_back() == 6
    # Its exchange may be under way.
    assert sweep.expire() == 0
    for row, name in (
        (panel, "paused_until"),
        (panel, "quiet_until"),
        (late, "send_after"),
        (sent, "send_deadline"),
        (followed, "next_check_at"),
        (refill, "next_check_at"),
    ):
        row.refresh_from_db()
        assert getattr(row, name) < in_time, name
    assert sent.send_deadline > now + timedelta(minutes=3)
    assert sweep.pull_back() == 0
    soon.refresh_from_db()
    left.refresh_from_db()
    assert (soon.send_after, left.next_check_at) == (in_time, in_time)


@pytest.mark.django_db
def test_the_balance_is_read_once_more_when_an_unknown_order_can_not_come_any_more():
    now = timezone.now()
    panel = fresh_panel(balance_tried_at=now - timedelta(seconds=30))
    fields = {"attempt": 1, "sent_at": now - timedelta(minutes=3)}
    order = make_order(make_service(panel), state="unknown", send_deadline=now + timedelta(seconds=60), **fields)
    make_order(make_service(panel), state="unknown", send_deadline=now - timedelta(seconds=60), **fields)
    assert sweep.ask_what_is_left() == 0
    Order.objects.filter(pk=order.pk).update(send_deadline=now - timedelta(seconds=10))
    assert sweep.ask_what_is_left() == 1
    assert sweep.ask_what_is_left() == 0
    assert schedule.waiting()["balance"] == [panel.pk]
    Panel.objects.update(balance_requested_at=None, balance_tried_at=timezone.now())
    assert sweep.ask_what_is_left() == 0


@pytest.mark.django_db
def test_what_failed_is_tried_again_only_after_a_while():
    now = timezone.now()
    make_panel(catalog_tried_at=now, balance_tried_at=now)
    rested = make_panel(catalog_tried_at=now - timedelta(minutes=31), balance_tried_at=now - timedelta(minutes=6))
    found = schedule.waiting()
    assert found["sync"] == found["balance"] == [rested.pk]


@pytest.mark.django_db
def test_a_lease_is_kept_although_who_asks_had_to_wait_for_the_database(monkeypatch):
    asked_at = timezone.now()
    assert JobRun.take("x", every=timedelta(), at_most=timedelta(minutes=5))
    monkeypatch.setattr(timezone, "now", lambda: asked_at)
    assert JobRun.take("x", every=timedelta(), at_most=timedelta(minutes=5)) is None


@pytest.mark.django_db
def test_a_clock_that_was_set_back_stops_no_job():
    ahead = timezone.now() + timedelta(hours=8)
    JobRun.objects.create(name="x", started_at=ahead, leased_until=ahead)
    assert JobRun.take("x", every=timedelta(minutes=1), at_most=timedelta(minutes=5))


@pytest.mark.django_db
def test_a_worker_whose_clock_is_a_little_behind_runs_no_job_again():
    ahead = timezone.now() + timedelta(seconds=5)
    job = JobRun.objects.create(name="x", started_at=ahead, leased_until=ahead + timedelta(minutes=5))
    assert JobRun.take("x", every=timedelta(), at_most=timedelta(minutes=5)) is None
    job.give_back()
    assert JobRun.take("x", every=timedelta(minutes=1), at_most=timedelta(minutes=5)) is None
    assert JobRun.take("x", every=timedelta(), at_most=timedelta(minutes=5))


@pytest.mark.django_db
def test_the_sweep_finds_confirmed_actions_that_are_not_finished():
    now = timezone.now()
    OrderAction.objects.create(kind="refresh")
    OrderAction.objects.create(kind="refresh", confirmed_at=now, finished_at=now)
    open_action = OrderAction.objects.create(kind="refresh", confirmed_at=now)
    assert schedule.waiting()["act"] == [open_action.pk]


@pytest.mark.django_db
def test_only_one_worker_sweeps_at_a_time(rung):
    make_order(make_service(fresh_panel()))
    tasks.run_sweep()
    assert len(rung()) == 1
    tasks.run_sweep()
    assert len(rung()) == 1
    JobRun.objects.update(started_at=timezone.now() - timedelta(minutes=1))
    tasks.run_sweep()
    assert len(rung()) == 2


@pytest.mark.django_db
def test_a_sweep_that_failed_says_so_and_the_next_one_runs(rung, monkeypatch):
    monkeypatch.setattr(schedule, "waiting", lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        tasks.run_sweep()
    job = JobRun.objects.get(name="sweep")
    assert "division" in job.last_error
    assert job.leased_until is None


@pytest.mark.django_db
def test_a_lease_passes_on_when_its_holder_is_gone():
    first = JobRun.take("x", every=timedelta(), at_most=timedelta(minutes=5))
    assert JobRun.take("x", every=timedelta(), at_most=timedelta(minutes=5)) is None
    JobRun.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    second = JobRun.take("x", every=timedelta(), at_most=timedelta(minutes=5))
    first.give_back("late")
    assert JobRun.objects.get().holder == second.holder
    assert JobRun.objects.get().last_error == ""


# -- the kinds of work, end to end over HTTP


@pytest.mark.django_db(transaction=True)
def test_a_task_does_the_whole_job_of_its_kind(panel, sandbox, rung):
    Panel.objects.update(sync_requested_at=timezone.now(), balance_requested_at=timezone.now())
    for kind in ("sync", "balance"):
        bell.work.call_local(kind, panel.pk)
    assert tasks.lanes.join(10)
    panel.refresh_from_db()
    assert panel.catalog_synced_at
    assert panel.balance is not None
    service = panel.services.get(remote_id=str(sandbox.pick("Default", cancel=True).id))
    order = make_order(service, quantity=service.min_quantity)
    bell.work.call_local("submit", panel.pk)
    assert tasks.lanes.join(10)
    order.refresh_from_db()
    assert order.state == Order.State.PLACED
    Order.objects.update(cancel_state="queued", next_check_at=timezone.now())
    # One after the other: a cancel that was accepted asks for the order anew.
    for kind in ("requests", "poll"):
        bell.work.call_local(kind, panel.pk)
        assert tasks.lanes.join(10)
    order.refresh_from_db()
    assert order.cancel_state == "accepted"
    assert order.checked_at is not None


def run(kind, pk):
    bell.work.call_local(kind, pk)
    assert tasks.lanes.join(20)


@pytest.mark.django_db(transaction=True)
def test_what_was_asked_for_by_a_clock_that_is_ahead_is_done_once(panel, sandbox, rung):
    later = timezone.now() + timedelta(hours=1)
    Panel.objects.update(sync_requested_at=later, balance_requested_at=later)
    for kind in ("sync", "balance"):
        run(kind, panel.pk)
        assert (kind, panel.pk) not in rung()
    panel.refresh_from_db()
    assert (panel.sync_requested_at, panel.balance_requested_at) == (None, None)
    assert sandbox.calls == {"services": 1, "balance": 1}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("kind", "call"), [("sync", "services"), ("balance", "balance")])
def test_what_is_asked_for_during_a_call_that_fails_is_done_after_it(panel, sandbox, rung, monkeypatch, kind, call):
    def fail(self):
        Panel.objects.update(**{f"{kind}_requested_at": timezone.now()})
        raise Unreadable("no")

    Panel.objects.update(**{f"{kind}_requested_at": timezone.now() - timedelta(seconds=1)})
    monkeypatch.setattr(PanelClient, call, fail)
    run(kind, panel.pk)
    assert (kind, panel.pk) in rung()
    assert Panel.objects.get().__dict__[f"{kind}_requested_at"] is not None


@pytest.mark.django_db(transaction=True)
def test_an_id_that_a_person_named_does_not_wait_for_a_long_round_of_questions(synced_panel, sandbox, rung):
    service = synced_panel.services.get(remote_id=str(sandbox.pick("Default").id))
    order = make_order(service, quantity=service.min_quantity)
    run("submit", synced_panel.pk)
    Order.objects.update(state="unknown", candidate_id=sandbox.ledger[0].order_id, remote_id="")
    released = threading.Event()
    try:
        tasks.lanes.start(("poll", synced_panel.pk), lambda: released.wait(20))
        tasks.run_sweep(every=timedelta())
        assert ("confirm", synced_panel.pk) in rung()
        bell.work.call_local("confirm", synced_panel.pk)
        while ("confirm", synced_panel.pk) in tasks.lanes.running():
            time.sleep(0.01)
    finally:
        released.set()
    assert tasks.lanes.join(10)
    order.refresh_from_db()
    assert order.state == Order.State.PLACED
    assert rung()[-1] == ("poll", synced_panel.pk)


# -- a panel that misbehaves


@pytest.mark.django_db(transaction=True)
def test_a_panel_that_vanished_is_asked_one_question_before_its_orders_go_out_again(synced_panel, sandbox, rung):
    service = synced_panel.services.get(remote_id=str(sandbox.pick("Default").id))
    orders = [make_order(service, quantity=service.min_quantity) for _ in range(4)]
    Panel.objects.update(parallel_calls=4)
    sandbox.vanish()
    run("submit", synced_panel.pk)
    assert pause_of(synced_panel) == ("unreachable", 30)
    assert set(Order.objects.values_list("state", flat=True)) == {"queued"}

    Panel.objects.update(**dict.fromkeys(("paused_until", "quiet_until"), timezone.now()))
    Order.objects.update(send_after=timezone.now())
    assert (schedule.waiting()["submit"], schedule.waiting()["balance"]) == ([], [synced_panel.pk])
    run("balance", synced_panel.pk)
    assert pause_of(synced_panel) == ("unreachable", 60)

    sandbox.come_back()
    Panel.objects.update(**dict.fromkeys(("paused_until", "quiet_until"), timezone.now()))
    before = sandbox.calls
    # As somebody places one more.
    run("submit", synced_panel.pk)
    assert (rung(), sandbox.calls) == ([("balance", synced_panel.pk)], before)
    run("balance", synced_panel.pk)
    assert rung()[-1] == ("submit", synced_panel.pk)
    run("submit", synced_panel.pk)
    assert {(order.link, order.state) for order in Order.objects.all()} == {(each.link, "placed") for each in orders}
    assert sandbox.calls - before == {"balance": 1, "add": 4}
    assert pause_of(synced_panel) == ("", 0)


def pause_of(panel):
    panel.refresh_from_db()
    seconds = (panel.paused_until - timezone.now()).total_seconds() if panel.paused_until else 0
    # The next multiple of ten: some time has passed since.
    return panel.paused_reason, -(-seconds // 10) * 10


@pytest.mark.django_db(transaction=True)
def test_a_panel_that_hangs_on_every_call_holds_up_no_other_and_gets_few_at_once(synced_panel, sandbox, rung):
    service = synced_panel.services.get(remote_id=str(sandbox.pick("Default").id))
    Panel.objects.update(parallel_calls=2)
    for _ in range(6):
        make_order(service, quantity=service.min_quantity)
        make_placed(service)
    with SandboxPanel() as other:
        well = make_panel(api_url=other.api_url, key=other.key)
        sandbox.faults.add(Fault.HANG, times=None)
        for _ in range(5):
            for kind in ("submit", "poll", "requests", "sync", "balance"):
                bell.work.call_local(kind, synced_panel.pk)
        while sandbox.calls["add"] < 2 or not sandbox.calls["status"]:
            time.sleep(0.01)
        bell.work.call_local("sync", well.pk)
        while ("sync", well.pk) in tasks.lanes.running():
            time.sleep(0.01)
    assert well.services.exists()
    assert sandbox.peaks == {"add": 2, "status": 1, "services": 1, "balance": 1}
    assert len(tasks.lanes.running()) <= 5
    sandbox.faults.clear()
    sandbox.vanish()
    assert tasks.lanes.join(20)
