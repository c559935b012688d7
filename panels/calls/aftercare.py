"""Requests refills and cancels, each sent at most once.

A request is a row. A person queues it. A worker takes it (sending, with a deadline). Then the panel accepts or refuses
it in its own words, or it is unknown, because the panel may have got it. Only the status of an order shows whether it
is canceled.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from panels.calls.claiming import claims_under_way
from panels.calls.recording import record, tried
from panels.calls.refill_checks import check_refills, refills_at
from panels.calls.visit import CHUNK_OF_SINGLES, PanelClosedError, visit
from panels.models import Controls, JobRun, Order, OrderEvent, Panel, Refill
from panels.models.order_states import RequestState
from panels.orders.following import SOONEST, request_check
from panels.protocol.client import PanelClient
from panels.protocol.errors import NotSent, PanelError, Refused, failure_in
from panels.protocol.exchange import Latest
from panels.protocol.inquiry import CHUNK
from panels.providers.cancels import learn_cancels

# The calls for the claimed requests must begin within this time. The last exchange may take its own time after that.
SEND_WITHIN = timedelta(minutes=10)
SPARE = JobRun.CLOCKS_DIFFER + timedelta(seconds=30)
What = OrderEvent.What


def send_requests(panel_pk: int, stopping: threading.Event) -> Counter[str]:
    """Send the queued refills and cancels of a panel, unless sending is stopped, and check its refills that are due."""
    counts: Counter[str] = Counter()
    try:
        with visit(Panel.objects.open_for_questions(), panel_pk, stopping) as here:
            for step in (_send_refills, _send_cancels, check_refills):
                while not stopping.is_set() and (found := step(here.panel, here.client)):
                    here.note_answer()
                    counts += found
    except PanelClosedError as closed:
        return Counter(failed=1) if closed.panel else Counter()
    except PanelError:
        # The panel did nothing, or did not answer a question. The rows wait for the next visit.
        counts["failed"] += 1
    return counts


def expire_requests() -> int:
    """Turn requests past their deadline into unknown: their worker is gone, and the panel may have got them."""
    now = timezone.now()
    text = "No outcome was recorded, because the worker ended while sending. The panel may have received this."
    refills = Refill.objects.filter(state=RequestState.SENDING, send_deadline__lt=now)
    cancels = Order.objects.filter(cancel_state=RequestState.SENDING, cancel_deadline__lt=now)
    with transaction.atomic():
        # A refill before its order, in the order in which outcomes are recorded, to avoid deadlocks.
        overdue = dict(refills.order_by("pk").select_for_update().values_list("pk", "order_id"))
        Refill.objects.filter(pk__in=overdue).update(state=RequestState.UNKNOWN, error=text, finished_at=now)
        _raise_alarm(Order.objects.filter(pk__in=overdue.values()), "refill")
        _raise_alarm(cancels, "cancel")
        return len(overdue) + cancels.update(cancel_state=RequestState.UNKNOWN, cancel_error=text)


def pull_back_requests() -> int:
    """Shorten the deadlines of requests that were written by a clock that was ahead. Return the number of requests.

    Without this, such a request would be under way for as long as the clock was ahead, although its worker is gone.
    """
    now = timezone.now()
    refills = Refill.objects.filter(state=RequestState.SENDING, send_deadline__gt=now + SEND_WITHIN)
    cancels = Order.objects.filter(cancel_state=RequestState.SENDING, cancel_deadline__gt=now + SEND_WITHIN)
    pulled = 0
    for requests, name, panel in ((refills, "send_deadline", "order__panel"), (cancels, "cancel_deadline", "panel")):
        timeouts = (f"{panel}__connect_timeout", f"{panel}__read_timeout")
        for pk, connect, read in list(requests.values_list("pk", *timeouts)):
            longest = SEND_WITHIN + timedelta(seconds=Panel(connect_timeout=connect, read_timeout=read).total_timeout)
            too_late = requests.filter(pk=pk, **{f"{name}__gt": now + longest + JobRun.CLOCKS_DIFFER})
            pulled += too_late.update(**{name: now + longest})
    return pulled


def _raise_alarm(orders: QuerySet[Order], what: str) -> None:
    """Raise an alarm because it is not known whether the panel got a request. An earlier alarm stays."""
    text = f"The panel may have received the {what} request or not. Check at the panel before you request it again."
    Order.objects.filter(pk__in=list(orders.filter(alarm="").values_list("pk", flat=True))).update(alarm=text)


def _send_refills(panel: Panel, client: PanelClient) -> Counter[str]:
    waiting = refills_at(panel).filter(state=RequestState.QUEUED)
    is_single = not panel.multi_refill
    refills, not_after = _claim_requests(waiting, panel, "state", "send_deadline", is_single=is_single)
    if not refills:
        return Counter()
    answers = _send_call(client.refills, [refill.order.remote_id for refill in refills], not_after)
    for refill in refills:
        tried(partial(_settle_refill, refill, answers.get(refill.order.remote_id)))
    _raise_failure(answers)
    return Counter(refills=len(refills))


def _send_cancels(panel: Panel, client: PanelClient) -> Counter[str]:
    waiting = Order.objects.filter(cancel_state=RequestState.QUEUED, panel=panel)
    is_single = panel.cancel_parameter == Panel.CancelParameter.ORDER
    orders, not_after = _claim_requests(waiting, panel, "cancel_state", "cancel_deadline", is_single=is_single)
    if not orders:
        return Counter()
    answers = _send_call(client.cancels, [order.remote_id for order in orders], not_after)
    outcomes = {order: _cancel_outcome(answers, order.remote_id) for order in orders}
    for order, outcome in outcomes.items():
        tried(partial(_settle_cancel, order, outcome))
    tried(partial(learn_cancels, panel, {order.pk: outcome for order, outcome in outcomes.items()}))
    _raise_failure(answers)
    return Counter(cancels=len(orders))


def _cancel_outcome(answers: Mapping[str, PanelError | None], remote_id: str) -> str | PanelError | None:
    """Return "" for an accepted cancel, an error, or None if the answer left the order out."""
    is_accepted = remote_id in answers and answers[remote_id] is None
    return "" if is_accepted else answers.get(remote_id)


def _claim_requests(
    waiting: QuerySet[Any], panel: Panel, state: str, deadline: str, *, is_single: bool
) -> tuple[list[Any], Latest]:
    """Take the waiting rows of one call, ours until the deadline; return them and the latest time to begin a call."""
    chunk = CHUNK_OF_SINGLES if is_single else CHUNK
    exchange = timedelta(seconds=panel.total_timeout)
    not_after = Latest.after((SEND_WITHIN - SPARE).total_seconds())
    until = timezone.now() + SEND_WITHIN + exchange
    with claims_under_way, transaction.atomic():
        # Waits for a row that is being polled. A skipped row would have to wait for the next sweep.
        rows = list(waiting.order_by("pk").select_for_update(of=("self",))[:chunk])
        # Read after that wait, because sending may have been stopped meanwhile.
        if not rows or Controls.is_sending_stopped():
            return [], not_after
        waiting.model.objects.filter(pk__in=[row.pk for row in rows]).update(
            **{state: RequestState.SENDING, deadline: until}
        )
    return rows, not_after


def _send_call(
    call: Callable[..., Mapping[str, Any]], remote_ids: Sequence[str], not_after: Latest
) -> Mapping[str, Any]:
    """Return the outcome of each id. If the call as a whole failed, its error is the outcome of all ids."""
    try:
        return call(remote_ids, not_after=not_after)
    except PanelError as error:
        return dict.fromkeys(remote_ids, error)


def _raise_failure(answers: Mapping[str, Any]) -> None:
    """Raise the error that ended a call early. Its rows are settled then, and the visit notes the error and ends."""
    if failure := failure_in(answers):
        raise failure


def _is_to_be_sent_again(answer: object) -> bool:
    """Tell whether the panel did not look at a request: it was not sent, or the refusal is about the account."""
    return isinstance(answer, NotSent) or (isinstance(answer, Refused) and answer.is_about_account)


def _settle_refill(refill: Refill, answer: str | PanelError | None) -> None:
    what, now = f"refill {refill.pk} of order {refill.order_id}", timezone.now()
    if _is_to_be_sent_again(answer):
        sending = Refill.objects.filter(pk=refill.pk, state=RequestState.SENDING)
        record(f"{what} was not sent", lambda: sending.update(state=RequestState.QUEUED, send_deadline=None))
        return
    state, error = _outcome_of(answer)
    fields: dict[str, Any] = {"state": state, "error": error, "sent_at": now, "finished_at": now}
    if isinstance(answer, str):
        # A refill without an id cannot be followed.
        fields |= {"remote_id": answer, "finished_at": None, "next_check_at": now + SOONEST if answer else None}

    def write() -> None:
        # An answer after the deadline counts as well.
        mine = Refill.objects.filter(pk=refill.pk, state__in=(RequestState.SENDING, RequestState.UNKNOWN))
        with transaction.atomic():
            if mine.update(**fields):
                refill.order.add_event(What.REFILL, f"{state.label}. {error}".strip())
                if state == RequestState.UNKNOWN:
                    _raise_alarm(Order.objects.filter(pk=refill.order_id), "refill")

    record(f"{what}: {answer!r}", write)


def _settle_cancel(order: Order, answer: str | PanelError | None) -> None:
    what = f"cancel of order {order.pk}"
    mine = Order.objects.filter(pk=order.pk, cancel_requested_at=order.cancel_requested_at)
    if _is_to_be_sent_again(answer):
        sending = mine.filter(cancel_state=RequestState.SENDING)
        record(f"{what} was not sent", lambda: sending.update(cancel_state=RequestState.QUEUED, cancel_deadline=None))
        return
    state, error = _outcome_of(answer)

    def write() -> None:
        sent = mine.filter(cancel_state__in=(RequestState.SENDING, RequestState.UNKNOWN))
        with transaction.atomic():
            if sent.update(cancel_state=state, cancel_error=error, changed_at=timezone.now()):
                order.add_event(What.CANCEL, f"{state.label}. {error}".strip())
                if state == RequestState.UNKNOWN:
                    _raise_alarm(Order.objects.filter(pk=order.pk), "cancel")
        # Whether it was accepted or is unknown, the status of the order shows it.
        request_check(mine.exclude(cancel_state=RequestState.REFUSED))

    record(f"{what}: {answer!r}", write)


def _outcome_of(answer: str | PanelError | None) -> tuple[RequestState, str]:
    if isinstance(answer, str):
        return RequestState.ACCEPTED, ""
    if isinstance(answer, Refused):
        return RequestState.REFUSED, answer.text
    return RequestState.UNKNOWN, answer.text if answer else "The panel's answer did not contain this order."
