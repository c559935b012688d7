"""The rows of a kept database: every state of everything, each with its history, and the same in every run."""

from __future__ import annotations

import itertools
import random
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from unittest.mock import patch

from django.apps import apps
from django.contrib.auth.models import User
from django.test import override_settings
from django.utils import timezone

from panels.bulk.adoption import create_adoption
from panels.bulk.confirming import confirm, summary
from panels.bulk.drafts import change_line, discard
from panels.bulk.progress import pause
from panels.models import (
    ActionLine,
    BalanceReading,
    Batch,
    Controls,
    FoundId,
    IdSearch,
    JobRun,
    Order,
    OrderAction,
    OrderEvent,
    Panel,
    Refill,
    Service,
    ServiceChange,
    Worker,
)
from panels.models.encryption import Secret
from panels.models.order_states import RequestState
from panels.money import totals
from panels.protocol.order_types import ORDER_TYPES
from tests.factories import (
    make_batch,
    make_order,
    make_panel,
    make_placed,
    make_refill,
    make_service,
    make_sheet,
    make_user,
    row_of,
)
from tests.upgrades.kept import CREDENTIAL_KEY, ENCRYPTED_API_KEY

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
OPEN_PANEL = "Open"
GOOD_DRAFT = "good.csv"
VIEWER, OPERATOR, MANAGER = "viewer", "operator", "manager"
State, What = Order.State, OrderEvent.What
ANSWERED = {"attempt": 1, "sent_at": NOW - timedelta(hours=5), "finished_at": NOW - timedelta(hours=4)}
# What the fields of all types of orders may hold.
PARAMS = {
    "runs": "2",
    "interval": "30",
    "comments": "Good\nVery good",
    "usernames": "alma\nbruno",
    "hashtags": "sun\nsea",
    "hashtag": "sun",
    "username": "alma",
    "media": "https://example.com/p/1",
    "answer_number": "2",
    "groups": "one\ntwo",
    "keywords": "coffee",
    "country": "US",
    "device": "1",
    "type_of_traffic": "1",
    "google_keyword": "coffee",
    "min": "100",
    "max": "200",
    "posts": "5",
    "delay": "30",
}


def fill() -> None:
    """Fill an empty database."""
    with _repeatable(), override_settings(CREDENTIAL_KEYS=[CREDENTIAL_KEY]):
        people = _make_people()
        panels = _make_panels()
        services = _make_services(panels)
        _make_orders(services, people)
        _make_batches(services[OPEN_PANEL], people)
        _make_refills(services[OPEN_PANEL], people)
        _make_actions(people)
        _make_searches(services[OPEN_PANEL], people)
        _make_operations(people)
        totals.recount()


@contextmanager
def _repeatable() -> Iterator[None]:
    """Stop the clock, and make tokens from numbers."""
    chance = random.Random(1)
    replaced = {uuid.uuid4: lambda: uuid.UUID(int=chance.getrandbits(128), version=4), timezone.now: lambda: NOW}
    fields = [field for model in apps.get_models() for field in model._meta.concrete_fields]
    for field in fields:
        if field.default in (uuid.uuid4, timezone.now):
            field._get_default = replaced[field.default]
    with patch("django.utils.timezone.now", lambda: NOW), patch("uuid.uuid4", replaced[uuid.uuid4]):
        yield


# -- people, panels, services


def _make_people() -> dict[str, User]:
    people = {name: make_user(name.title(), username=name) for name in (VIEWER, OPERATOR, MANAGER)}
    people["owner"] = make_user(username="owner", is_staff=True, is_superuser=True, last_login=NOW)
    # A password that nobody has; Django's own is random.
    User.objects.update(password="!", email="somebody@example.com")
    return people


def _make_panels() -> dict[str, Panel]:
    """Make a panel for each reason of a pause, one that is not paused and one that is not active."""
    wait = {"paused_until": LATER, "quiet_until": LATER}
    pauses: dict[str, dict[str, Any]] = {
        Panel.Pause.RATE_LIMIT: wait,
        Panel.Pause.UNREACHABLE: wait | {"failures": 3, "unanswered_orders": 3},
        Panel.Pause.FUNDS: {"paused_balance": Decimal("0.5")},
        Panel.Pause.AUTH: {},
        Panel.Pause.BY_HAND: {},
    }
    found = {OPEN_PANEL: _panel(OPEN_PANEL, low_balance=Decimal(50), currency_override="EUR")}
    for reason, fields in pauses.items():
        found[reason] = _panel(Panel.Pause(reason).name, paused_reason=reason, last_error="It failed.", **fields)
    found["inactive"] = _panel(
        "Inactive",
        is_active=False,
        balance_requested_at=NOW,
        sync_requested_at=NOW,
        balance_error="It did not answer.",
        catalog_error="It did not answer.",
        always_send_quantity=True,
        bills_package_per_line=True,
        multi_status=False,
        multi_refill=False,
        cancel_parameter=Panel.CancelParameter.ORDER,
    )
    for panel, why in itertools.product(found.values(), BalanceReading.Why):
        BalanceReading.objects.create(panel=panel, at=NOW, balance=Decimal("12.345678"), currency="USD", why=why)
    return found


def _panel(name: str, **fields: Any) -> Panel:
    panel = make_panel(
        name=name,
        balance=Decimal("123.456789"),
        balance_checked_at=NOW,
        balance_tried_at=NOW,
        catalog_synced_at=NOW,
        catalog_tried_at=NOW,
        calls_per_minute=60,
        next_call_at=NOW,
        **fields,
    )
    panel.api_key = Secret(ENCRYPTED_API_KEY)
    panel.save(update_fields=("api_key",))
    return panel


def _make_services(panels: dict[str, Panel]) -> dict[str, dict[str, Service]]:
    """Give each panel a service, and one panel a service of each type; one is no longer listed."""
    found = {name: {"default": make_service(panel)} for name, panel in panels.items()}
    for slug, kind in ORDER_TYPES.items():
        if slug != "default":
            found[OPEN_PANEL][slug] = make_service(panels[OPEN_PANEL], type=slug, raw_type=kind.label, dripfeed=False)
    gone = make_service(panels[OPEN_PANEL], type="", raw_type="Novelty", is_listed=False, description="No more.")
    found[OPEN_PANEL]["gone"] = gone
    for field, old, new in (("rate_per_1000", "0.8", "0.9"), ("is_listed", "True", "False")):
        ServiceChange.objects.create(service=gone, at=NOW - timedelta(days=1), field=field, old=old, new=new)
    return found


# -- orders


def _make_orders(services: dict[str, dict[str, Service]], people: dict[str, User]) -> None:
    """Make an order in each state and each progress at one panel, of each type, and two at each other panel."""
    mine = services[OPEN_PANEL]["default"]
    orders = [*_placed_orders(mine), *_other_orders(mine, people), *_cancelled_orders(mine, people)]
    for slug, service in services[OPEN_PANEL].items():
        names = {field.name for field in service.order_type.fields}
        params = {name: text for name, text in PARAMS.items() if name in names}
        orders.append(make_placed(service, params=params, remote_status="In progress", **_steps(9)))
        orders[-1].placed_by = people[OPERATOR]
        orders[-1].save(update_fields=("placed_by",))
        assert slug in ("gone", service.type)
    for found in services.values():
        orders += [make_order(found["default"]), make_placed(found["default"], **_steps(20))]
    for order in orders:
        _tell(order, What.CREATED, actor=people[OPERATOR])
        if order.state == State.PLACED and order.attempt:
            _tell(order, What.SENT)
            _tell(order, What.PLACED, f"Order {order.remote_id}")
    for what in What:
        _tell(orders[0], what, "Something happened.")


def _tell(order: Order, what: str, detail: str = "", actor: User | None = None) -> None:
    OrderEvent.objects.create(order=order, what=what, detail=detail, actor=actor, at=order.sent_at or order.created_at)


def _steps(days: int) -> dict[str, Any]:
    """Return the times of an order that was placed some days ago."""
    placed = NOW - timedelta(days=days)
    return {"created_at": placed, "send_after": placed, "sent_at": placed, "placed_at": placed}


def _placed_orders(service: Service) -> Iterator[Order]:
    """Make an order in each progress, and two that were placed elsewhere."""
    for days, progress in enumerate(("", *Order.Progress), 1):
        counted = {"charge": Decimal("0.85"), "start_count": 10, "remains": days, "checked_at": NOW, "changed_at": NOW}
        is_finished = progress in Order.FINISHED
        times = {"finished_at": NOW, "next_check_at": None} if is_finished else {"next_check_at": LATER}
        fields = {**_steps(days), **times, **(counted if progress else {})}
        yield make_placed(service, progress=progress, remote_status=progress.title(), **fields)
    for known in (True, False):
        adopted = make_placed(service, attempt=0, sent_at=None, placed_at=None, charge=Decimal(2), checked_at=NOW)
        if not known:
            Order.objects.filter(pk=adopted.pk).update(service=None, rate_agreed=None, expected_cost=None)
        yield adopted
    yield make_placed(
        service,
        alarm="The panel may have this order twice.",
        is_word_unknown=True,
        remote_status="Frozen",
        check_requested_at=NOW,
        error_text="The panel said something new.",
        **_steps(3),
    )


def _other_orders(service: Service, people: dict[str, User]) -> Iterator[Order]:
    """Make orders that their panel does not have, or may not have."""
    sent = {"attempt": 1, "sent_at": NOW - timedelta(hours=1)}
    yield make_order(service, placed_by=people[OPERATOR])
    yield make_order(service, send_after=LATER, attempt=2)
    yield make_order(service, held_reason="The price has risen from 0.9 to 1.2.")
    yield make_order(service, state=State.SENDING, send_deadline=LATER, **sent)
    yield make_order(service, state=State.REFUSED, error_class="link", error_text="Incorrect link", **ANSWERED)
    yield make_order(service, state=State.WITHDRAWN, finished_at=NOW)
    yield make_order(service, state=State.WRITTEN_OFF, error_text="It did not answer.", **ANSWERED)
    yield make_order(service, state=State.UNKNOWN, error_text="It did not answer.", **sent)
    yield make_order(
        service,
        state=State.UNKNOWN,
        candidate_id="700999",
        candidate_by=people[MANAGER],
        candidate_error="The panel does not know this ID.",
        **sent,
    )


def _cancelled_orders(service: Service, people: dict[str, User]) -> Iterator[Order]:
    for state in RequestState:
        yield make_placed(
            service,
            cancel_state=state,
            cancel_requested_at=NOW,
            cancel_requested_by=people[OPERATOR],
            cancel_deadline=LATER if state == RequestState.SENDING else None,
            cancel_error="The panel said no." if state == RequestState.REFUSED else "",
            **_steps(2),
        )


# -- what belongs to orders


def _make_batches(services: dict[str, Service], people: dict[str, User]) -> None:
    """Make a batch of each source in each state; two drafts, one of them with wrong lines."""
    service, operator = services["default"], people[OPERATOR]
    good = [row_of(service), row_of(service, quantity=2000)]
    wrong = [row_of(service, quantity=1), row_of(service, service="no such service"), row_of(service)]
    _batch(1, *good, filename=GOOD_DRAFT)
    draft = _batch(2, *wrong, wrong[-1], filename="wrong.csv", created_by=operator, panel=service.panel)
    change_line(draft.lines.get(number=2), is_left_out=True)
    change_line(draft.lines.get(number=5), is_repeat_ok=True)
    for number, source in enumerate((Batch.Source.PASTE, Batch.Source.COMMAND), 3):
        batch = _batch(number, row_of(service), row_of(service), source=source, created_by=operator)
        confirm(batch, operator, summary(batch).fingerprint)
        if source == Batch.Source.COMMAND:
            pause(batch)
    discard(_batch(5, row_of(service)))
    placed = Order.objects.filter(progress=Order.Progress.COMPLETED).earliest("pk")
    names = ({"order": placed.remote_id}, {"order": "801234", "service": service.remote_id, "link": "https://e.com/1"})
    rows = [{"panel": service.panel.name, **name} for name in names]
    create_adoption(make_sheet(*rows), created_by=operator, source_name="old.csv", token=uuid.UUID(int=6))


def _batch(number: int, *rows: dict[str, str], **fields: Any) -> Batch:
    return make_batch(*rows, token=uuid.UUID(int=number), **fields)


def _make_refills(services: dict[str, Service], people: dict[str, User]) -> None:
    """Make a refill in each state, and an accepted one in each progress."""
    stages = [(state, "") for state in RequestState] + [(RequestState.ACCEPTED, each) for each in Refill.Progress]
    for number, (state, progress) in enumerate(stages):
        order = make_placed(services["default"], progress=Order.Progress.COMPLETED, next_check_at=None, **_steps(8))
        was_sent = state != RequestState.QUEUED
        make_refill(
            order,
            state=state,
            progress=progress,
            requested_by=people[OPERATOR],
            remote_id=str(9000 + number) if progress else "",
            remote_status=progress.title(),
            send_deadline=LATER if state == RequestState.SENDING else None,
            sent_at=NOW if was_sent else None,
            checked_at=NOW if progress else None,
            next_check_at=LATER if progress and progress not in Refill.FINISHED else None,
            finished_at=NOW if progress in Refill.FINISHED else None,
            error="The panel said no." if state == RequestState.REFUSED else "",
        )


def _make_actions(people: dict[str, User]) -> None:
    """Make an action of each kind that was carried out, and one that waits for a confirmation."""
    orders = list(Order.objects.order_by("pk")[:3])
    for kind, is_confirmed in (*zip(OrderAction.Kind, itertools.repeat(True)), (OrderAction.Kind.REFRESH, False)):
        at = NOW if is_confirmed else None
        action = OrderAction.objects.create(kind=kind, created_by=people[OPERATOR], confirmed_at=at, finished_at=at)
        for order, outcome in zip(orders, ActionLine.Outcome, strict=True):
            detail = "Not possible now." if outcome == ActionLine.Outcome.SKIPPED else ""
            ActionLine.objects.create(action=action, order=order, outcome=outcome, detail=detail)


def _make_searches(services: dict[str, Service], people: dict[str, User]) -> None:
    """Make a search that waits for the worker, and one that found an ID in each progress."""
    lost = [
        make_order(services["default"], state=State.UNKNOWN, attempt=1, sent_at=NOW - timedelta(hours=2))
        for _ in range(2)
    ]
    IdSearch.objects.create(order=lost[0], attempt=1, requested_at=NOW, requested_by=people[OPERATOR])
    search = IdSearch.objects.create(
        order=lost[1],
        attempt=1,
        calls=3,
        leased_until=NOW,
        start=710_000,
        asked_from=709_950,
        asked_to=710_050,
        asked=101,
        searched_at=NOW,
        error="The panel did not answer.",
    )
    for number, progress in enumerate(Order.Progress):
        FoundId.objects.create(
            search=search,
            remote_id=str(710_000 + number),
            remote_status=progress.label,
            progress=progress,
            charge=Decimal("0.9"),
            currency="EUR",
            start_count=10,
            remains=number,
            asked_at=NOW,
        )


def _make_operations(people: dict[str, User]) -> None:
    """Make a worker that ended and one that was killed, jobs, and the switch that stops sending."""
    for pid, stopped_at in ((101, NOW), (102, None)):
        Worker.objects.create(host="kept", pid=pid, started_at=NOW, seen_at=NOW, stopped_at=stopped_at)
    JobRun.objects.create(name="sweep", worker="kept 101", started_at=NOW, finished_at=NOW, last_error="It failed.")
    JobRun.objects.create(name=totals.JOB, worker="kept 102", started_at=NOW, leased_until=LATER, holder=uuid.uuid4())
    Controls.objects.update_or_create(pk=1, defaults={"sending_stopped_at": NOW, "sending_stopped_by": people[MANAGER]})
