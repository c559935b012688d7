"""Each task does all work of its kind, and a panel with faults delays no other panel."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.utils import timezone

from panels import bell, schedule
from panels.catalog import records
from panels.models import ExchangeRate, JobRun, Mail, Order, Panel, ServiceRecord
from panels.money.totals import today
from panels.people import mails
from panels.protocol.client import PanelClient
from panels.protocol.errors import Unreadable
from panels.providers import pauses
from panels.sandbox import Fault, SandboxPanel
from panels.worker import backup, tasks
from tests.factories import (
    make_delivered,
    make_fresh_panel,
    make_mail,
    make_order,
    make_panel,
    make_placed,
    make_service,
    make_user,
    report_in,
)
from tests.processes import PATIENCE, eventually
from tests.servers import Server, answering, http


@pytest.mark.django_db(transaction=True)
def test_due_work_is_done_although_the_queue_is_down(monkeypatch):
    order, done = make_order(), []
    monkeypatch.setattr(bell, "_silent_until", 0.0)
    monkeypatch.setattr(bell.huey.storage, "enqueue", lambda *_: 1 / 0)
    for kind in tasks.WORK:
        monkeypatch.setitem(tasks.WORK, kind, lambda pk, kind=kind: done.append((kind, pk)))
    tasks.run_sweep()
    assert tasks.lanes.join(PATIENCE)
    assert ("submit", order.panel_id) in done


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("fault", [Fault.ERROR_500, Fault.DROP])
def test_answers_to_questions_end_no_pause_of_a_panel_that_leaves_orders_unanswered(
    synced_panel, sandbox, in_queue, fault
):
    service = synced_panel.services.get(remote_id=str(sandbox.pick("Default").id))
    for number in range(9):
        make_order(service, link=f"https://example.com/p/{number}", quantity=service.min_quantity)
    sandbox.faults.add(fault, "add", times=None)
    bell.ring("submit", synced_panel.pk)
    for expected in (3, 4, 5):
        work_off_the_queue()
        assert sandbox.calls["add"] == expected
        # The pause ends by its time. One more order then shows whether the panel has changed.
        Panel.objects.update(**dict.fromkeys(("paused_until", "quiet_until"), timezone.now()))
        tasks.run_sweep(every=timedelta())
    assert sandbox.calls["balance"] >= 3


def work_off_the_queue():
    """Run the tasks of the queue, and the tasks that they add."""
    while task := bell.huey.dequeue():
        kind, pk = task.args
        tasks.WORK[kind](pk)


@pytest.mark.django_db
def test_only_one_worker_sweeps_at_a_time(in_queue):
    make_order(make_service(make_fresh_panel()))
    tasks.run_sweep()
    assert len(in_queue()) == 1
    tasks.run_sweep()
    assert len(in_queue()) == 1
    JobRun.objects.update(started_at=timezone.now() - timedelta(minutes=1))
    tasks.run_sweep()
    assert len(in_queue()) == 2


@pytest.mark.django_db
def test_a_failed_sweep_records_its_error_and_the_next_sweep_runs(in_queue, monkeypatch):
    monkeypatch.setattr(schedule, "waiting", lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        tasks.run_sweep()
    job = JobRun.objects.get(name="sweep")
    assert "division" in job.last_error
    assert job.leased_until is None


@pytest.mark.django_db(transaction=True)
def test_a_task_does_the_whole_job_of_its_kind(panel, sandbox, in_queue):
    Panel.objects.update(sync_requested_at=timezone.now(), balance_requested_at=timezone.now())
    for kind in ("sync", "balance"):
        bell.work.call_local(kind, panel.pk)
    assert tasks.lanes.join(PATIENCE)
    panel.refresh_from_db()
    assert panel.catalog_synced_at
    assert panel.balance is not None
    service = panel.services.get(remote_id=str(sandbox.pick("Default", cancel=True).id))
    order = make_order(service, quantity=service.min_quantity)
    bell.work.call_local("submit", panel.pk)
    assert tasks.lanes.join(PATIENCE)
    order.refresh_from_db()
    assert order.state == Order.State.PLACED
    Order.objects.update(cancel_state="queued", next_check_at=timezone.now())
    # One after the other, because an accepted cancel requests a check of the order.
    for kind in ("requests", "poll"):
        bell.work.call_local(kind, panel.pk)
        assert tasks.lanes.join(PATIENCE)
    order.refresh_from_db()
    assert order.cancel_state == "accepted"
    assert order.checked_at is not None


def run(kind, pk):
    bell.work.call_local(kind, pk)
    assert tasks.lanes.join(PATIENCE)


@pytest.mark.django_db(transaction=True)
def test_a_request_by_a_clock_that_is_ahead_is_done_once(panel, sandbox, in_queue):
    later = timezone.now() + timedelta(hours=1)
    Panel.objects.update(sync_requested_at=later, balance_requested_at=later)
    for kind in ("sync", "balance"):
        run(kind, panel.pk)
        assert (kind, panel.pk) not in in_queue()
    panel.refresh_from_db()
    assert (panel.sync_requested_at, panel.balance_requested_at) == (None, None)
    assert sandbox.calls == {"services": 1, "balance": 1}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("kind", "call"), [("sync", "services"), ("balance", "balance")])
def test_a_request_during_a_call_that_fails_is_done_after_it(panel, sandbox, in_queue, monkeypatch, kind, call):
    def fail(self):
        Panel.objects.update(**{f"{kind}_requested_at": timezone.now()})
        raise Unreadable("no")

    Panel.objects.update(**{f"{kind}_requested_at": timezone.now() - timedelta(seconds=1)})
    monkeypatch.setattr(PanelClient, call, fail)
    run(kind, panel.pk)
    assert (kind, panel.pk) in in_queue()
    assert Panel.objects.get().__dict__[f"{kind}_requested_at"] is not None


@pytest.mark.django_db(transaction=True)
def test_an_id_that_a_person_named_does_not_wait_for_a_long_round_of_questions(synced_panel, sandbox, in_queue):
    service = synced_panel.services.get(remote_id=str(sandbox.pick("Default").id))
    order = make_order(service, quantity=service.min_quantity)
    run("submit", synced_panel.pk)
    Order.objects.update(state="unknown", candidate_id=sandbox.ledger[0].order_id, remote_id="")
    released = threading.Event()
    try:
        tasks.lanes.start(("poll", synced_panel.pk), lambda: released.wait(PATIENCE))
        tasks.run_sweep(every=timedelta())
        assert ("confirm", synced_panel.pk) in in_queue()
        bell.work.call_local("confirm", synced_panel.pk)
        assert eventually(lambda: ("confirm", synced_panel.pk) not in tasks.lanes.running())
    finally:
        released.set()
    assert tasks.lanes.join(PATIENCE)
    order.refresh_from_db()
    assert order.state == Order.State.PLACED
    assert in_queue()[-1] == ("poll", synced_panel.pk)


@pytest.mark.django_db(transaction=True)
def test_a_panel_that_vanished_is_asked_one_question_before_its_orders_go_out_again(synced_panel, sandbox, in_queue):
    service = synced_panel.services.get(remote_id=str(sandbox.pick("Default").id))
    orders = [make_order(service, quantity=service.min_quantity) for _ in range(4)]
    Panel.objects.update(parallel_calls=4)
    sandbox.vanish()
    began = timezone.now()
    run("submit", synced_panel.pk)
    assert is_silent_for(30, synced_panel, began)
    assert set(Order.objects.values_list("state", flat=True)) == {"queued"}

    Panel.objects.update(**dict.fromkeys(("paused_until", "quiet_until"), timezone.now()))
    Order.objects.update(send_after=timezone.now())
    assert (schedule.waiting()["submit"], schedule.waiting()["balance"]) == ([], [synced_panel.pk])
    began = timezone.now()
    run("balance", synced_panel.pk)
    assert is_silent_for(60, synced_panel, began)

    sandbox.come_back()
    Panel.objects.update(**dict.fromkeys(("paused_until", "quiet_until"), timezone.now()))
    before = sandbox.calls
    # As if a person placed one more order.
    run("submit", synced_panel.pk)
    # Before it are the tasks for the ends of the pauses.
    assert (in_queue()[-1], sandbox.calls) == (("balance", synced_panel.pk), before)
    run("balance", synced_panel.pk)
    # The pause has ended, so everything that waited for its end goes on.
    assert in_queue()[-4:] == [(kind, synced_panel.pk) for kind in pauses.AT_END]
    run("submit", synced_panel.pk)
    assert {(order.link, order.state) for order in Order.objects.all()} == {(each.link, "placed") for each in orders}
    assert sandbox.calls - before == {"balance": 1, "add": 4}
    synced_panel.refresh_from_db()
    assert (synced_panel.paused_reason, synced_panel.paused_until) == ("", None)


@pytest.mark.django_db(transaction=True)
def test_a_backup_is_made_once_a_night_and_holds_up_no_order(in_queue, settings, monkeypatch, tmp_path):
    began, may_end, made = threading.Event(), threading.Event(), []

    def copy(folder, _):
        made.append(folder)
        began.set()
        assert may_end.wait(PATIENCE)
        return ""

    settings.BACKUP_DIR = str(tmp_path)
    monkeypatch.setattr(backup, "problem_of_backup", copy)
    order = make_order(make_service(make_fresh_panel()))
    tasks.run_sweep(every=timedelta())
    assert began.wait(PATIENCE)
    try:
        # While it runs, the next sweep finds the work, and begins no second one.
        tasks.run_sweep(every=timedelta())
        assert in_queue().count(("submit", order.panel_id)) == 2
    finally:
        may_end.set()
    assert tasks.lanes.join(PATIENCE)
    tasks.run_sweep(every=timedelta())
    assert tasks.lanes.join(PATIENCE)
    assert made == [tmp_path]
    assert JobRun.objects.get(name=JobRun.BACKUP).succeeded_at
    JobRun.objects.filter(name=JobRun.BACKUP).update(started_at=timezone.now() - timedelta(days=1))
    tasks.run_sweep(every=timedelta())
    assert tasks.lanes.join(PATIENCE)
    assert len(made) == 2


@pytest.mark.parametrize(("hours", "is_kept"), [(25, True), (27, False)])
@pytest.mark.django_db
def test_a_worker_without_a_folder_forgets_backups_unless_another_worker_makes_them(in_queue, hours, is_kept):
    ago = timezone.now() - timedelta(hours=hours)
    JobRun.objects.create(name=JobRun.BACKUP, started_at=ago, last_error="pg_dump is not installed.")
    tasks.run_sweep()
    assert JobRun.objects.filter(name=JobRun.BACKUP, started_at=ago).exists() is is_kept


@pytest.mark.django_db(transaction=True)
def test_rates_are_fetched_once_a_day_where_currencies_are_compared(in_queue, settings):
    def sweep():
        tasks.run_sweep(every=timedelta())
        assert tasks.lanes.join(PATIENCE)
        return JobRun.objects.filter(name=JobRun.RATES).first()

    make_fresh_panel(reported_currency="USD")
    file = f"<a><Cube time='{today()}'/><Cube currency='USD' rate='1.25'/></a>".encode()
    with Server(answering(http(b"", status="500 No"), http(file))) as bank:
        settings.EXCHANGE_RATES_URL = bank.url
        assert sweep() is None
        report_in("EUR")
        assert "HTTP 500" in sweep().last_error
        sweep()
        assert len(bank.requests) == 1
        JobRun.objects.filter(name=JobRun.RATES).update(started_at=timezone.now() - timedelta(days=1, hours=1))
        assert sweep().succeeded_at
        sweep()
        assert len(bank.requests) == 2
    assert str(ExchangeRate.objects.get()) == f"1 EUR = 1.25 USD on {today()}"
    # Nobody is told of old runs when nothing is fetched any more.
    report_in("USD")
    assert sweep() is None


@pytest.mark.django_db
def test_a_job_that_a_person_interrupts_does_not_count_as_running(settings, monkeypatch, tmp_path):
    def interrupt(*_):
        raise KeyboardInterrupt

    settings.BACKUP_DIR = str(tmp_path)
    monkeypatch.setattr(backup, "problem_of_backup", interrupt)
    with pytest.raises(KeyboardInterrupt):
        tasks.run_backup()
    job = JobRun.objects.get()
    assert (job.leased_until, job.last_error) == (None, "KeyboardInterrupt")


def is_silent_for(seconds, panel, began):
    """Return whether a panel was paused for so long by an event since then."""
    panel.refresh_from_db()
    paused_at = panel.paused_until - timedelta(seconds=seconds)
    return panel.paused_reason == "unreachable" and began <= paused_at <= timezone.now()


@pytest.mark.django_db(transaction=True)
def test_a_panel_that_hangs_on_every_call_holds_up_no_other_and_gets_few_at_once(synced_panel, sandbox, in_queue):
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
        assert eventually(lambda: sandbox.calls["add"] == 2 and sandbox.calls["status"])
        bell.work.call_local("sync", well.pk)
        assert eventually(lambda: ("sync", well.pk) not in tasks.lanes.running())
    assert well.services.exists()
    assert sandbox.peaks == {"add": 2, "status": 1, "services": 1, "balance": 1}
    assert len(tasks.lanes.running()) <= 5
    sandbox.faults.clear()
    sandbox.vanish()
    assert tasks.lanes.join(PATIENCE)


@pytest.mark.django_db(transaction=True)
def test_the_worker_sends_a_mail_that_waits_and_deletes_old_ones(mail_server, in_queue):
    ann = make_user(email="ann@example.com")
    mails.ask_for_reset("ann@example.com")
    assert in_queue() == [("mail", bell.ALL)]
    run("mail", bell.ALL)
    assert [mail["To"] for mail in mail_server.taken] == ["ann@example.com"]
    make_mail(ann, given_up_at=None, sent_at=timezone.now() - timedelta(days=8))
    tasks.run_sweep(every=timedelta())
    assert Mail.objects.get().sent_at


@pytest.mark.django_db(transaction=True)
def test_the_worker_finds_the_services_whose_orders_have_changed_and_computes_their_records(in_queue):
    service = make_delivered(make_service(), timedelta(hours=1)).service
    tasks.run_sweep(every=timedelta())
    assert ServiceRecord.objects.get(service=service).stale_at
    assert schedule.waiting()["records"] == [bell.ALL]
    run("records", bell.ALL)
    assert service.record.orders == 1
    assert schedule.waiting()["records"] == []
    assert JobRun.objects.get(name=records.JOB).last_error == ""
