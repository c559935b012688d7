"""Fills the demo: the past of each panel, and then the scenes of today.

The real activities place the orders of today over HTTP. Then their times are moved into the past.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.text import slugify

from panels.bulk.confirming import confirm, summary
from panels.bulk.drafts import create_batch
from panels.bulk.progress import pause
from panels.calls import polling
from panels.calls.aftercare import send_requests
from panels.calls.balances import check_balance
from panels.calls.catalog import sync_catalog
from panels.calls.refusals import IN_A_ROW
from panels.calls.submission import submit_queued
from panels.catalog.facts import read_names
from panels.catalog.offers import mark_products_stale
from panels.clients.naming import NO_LABELS, Labels
from panels.management.demo_accounts import ACCOUNTS
from panels.management.demo_history import Past
from panels.management.demo_past import move_back, write_calls
from panels.management.demo_prices import KNOWN_FOR, Courses
from panels.management.demo_wishes import WISHES, Wishes
from panels.models import (
    BalanceReading,
    Batch,
    Entry,
    Order,
    Panel,
    Service,
    ServiceChange,
    ServiceMark,
)
from panels.money.charges import compare_charges
from panels.money.ledger import open_books
from panels.orders import aftercare, following
from panels.orders.placing import build_order, place_order
from panels.protocol.order_types import check
from panels.providers.service_types import set_type
from panels.sandbox import Fault, SandboxPanel
from panels.tables.reading import Line, Sheet

DAY = timedelta(days=1)
# The panels with trouble.
FIRST, SECOND = (account.name for account in ACCOUNTS[:2])
# The past ends so long ago. Then the scenes begin.
PAST_ENDS = timedelta(hours=7)
# How many services of each wish are ordered in the past, and how many favourites there are.
SERVICES, FAVOURITES = (3, 3, 3, 3, 2, 2, 2, 2, 2, 1, 1, 1, 1), 3
# The service that delivers in the first of these ways is blocked.
WORST = ("refuses_refills", "dropping", "canceling", "partial")
BLOCKED_FOR, BLOCKED_NOTE = 12 * DAY, "Drops within days, and refills are rejected. Do not order."
LINES = 4
# A status that nobody knows, and a type that nobody knows.
UNKNOWN_STATUS, UNKNOWN_TYPE = "Dispatched", "Story Mentions"
# The wish whose first service charges more than its list in the demo, and the number of its orders.
DEARER, DEARER_ORDERS = 4, 6
# The wish of an order that costs more than the balance and its quantity, and the wish whose service waits.
TOO_DEAR, TOO_MANY, WITHOUT_SUPPLIER = 9, 200_000, 7
# How many minutes orders last: the mean and the deviation of the logarithm.
LASTED = (5.0, 0.8)
# How often the orders of a day are asked about before they end.
POLLS = 3


def fill(panel: Panel, sandbox: SandboxPanel, people: Sequence[Any]) -> None:
    """Give a panel a catalog, past orders, and orders of today. The first two panels also have trouble."""
    history = _History(panel, sandbox, people)
    history.write_past()
    history.write_refill()
    history.write_today()
    if panel.name in (FIRST, SECOND):
        history.write_money()
        history.write_trouble()
        history.write_unknown_words()
        history.write_refusals()
        history.leave_unread()
    history.leave_waiting()
    check_balance(panel.pk, history.never)
    compare_charges()


class _History(Wishes):
    def __init__(self, panel: Panel, sandbox: SandboxPanel, people: Sequence[Any]) -> None:
        super().__init__(panel, people, {each.id: each.subject for each in sandbox.services.values()})
        self.sandbox, self.never = sandbox, threading.Event()

    def write_past(self) -> None:
        """Read the catalog, and write the orders, the prices, the calls and the marks of 90 days."""
        now = timezone.now()
        self._open_books()
        sync_catalog(self.panel.pk, self.never)
        # The facts say until when an order is refilled.
        read_names(self.never, nap=0)
        self.panel.refresh_from_db()
        self.panel.keeps_charge = self.panel.name == FIRST or None
        self.panel.save(update_fields=("keeps_charge",))
        self.sandbox.keep_charges(keep=self.panel.name == FIRST)
        wanted = [
            (service, pattern)
            for (wish, pattern), number in zip(WISHES, SERVICES, strict=True)
            for service in self._some_offers(wish, number)
        ]
        # Together, because each commit costs the demo its time.
        with transaction.atomic():
            ordered = [service for service, _ in wanted]
            courses = Courses(self.panel, self._chance, now).write(ordered, self.sandbox)
            blocked = self._mark(ordered, now - BLOCKED_FOR)
            courses[blocked.pk].gone.append((now - BLOCKED_FOR, now))
            Past(self, self.sandbox, self._chance, now).write(wanted, courses, now - PAST_ENDS)
            write_calls(self.panel, self._chance)

    def _some_offers(self, wish: str, number: int) -> list[Service]:
        """Return some offers for a wish. The first one is left for the scenes, because it may charge too much there."""
        offers = self._offers(wish)
        return self._chance.sample(offers[1:], min(number, len(offers) - 1)) or offers

    def _mark(self, ordered: Sequence[Service], moment: datetime) -> Service:
        """Mark favourites, and block a service that does not keep what it promises; return the blocked one."""
        ways = {service: self.sandbox.services[service.remote_id].delivery for service in ordered}
        good = [service for service, way in ways.items() if way in ("quick", "steady")]
        blocked = min(ways, key=lambda service: WORST.index(ways[service]) if ways[service] in WORST else len(WORST))
        marks = [ServiceMark(service=service, is_favourite=True) for service in good[:FAVOURITES]]
        marks.append(ServiceMark(service=blocked, is_blocked=True, note=BLOCKED_NOTE))
        for mark in marks:
            mark.marked_at, mark.marked_by = moment, self._somebody()
        ServiceMark.objects.bulk_create(marks)
        mark_products_stale(mark.service_id for mark in marks)
        return blocked

    def write_refill(self) -> None:
        """Request a refill that stays under way."""
        done = Order.objects.filter(panel=self.panel, progress=Order.Progress.COMPLETED, service__refill=True)
        order = done.filter(refills=None).order_by("-created_at").first()
        if order:
            aftercare.request_refill(order, self._somebody())
            send_requests(self.panel.pk, self.never)

    def write_today(self) -> None:
        """Leave orders under way. One of them is canceled if the panel has cancel."""
        orders = [self._place() for _ in range(5)]
        self._submit()
        # Several readings of each order.
        for _ in range(2 * POLLS):
            self.sandbox.skip(12)
            self._poll(orders)
        running = self._all(orders).filter(service__cancel=True).exclude(progress__in=Order.FINISHED).first()
        if self.panel.name == SECOND and running:
            aftercare.request_cancel(running, self._somebody())
            send_requests(self.panel.pk, self.never)
            self.sandbox.skip(12)
            self._poll(orders)
        self._move_all_back(orders, timedelta(minutes=110), timedelta(minutes=50))

    def _open_books(self) -> None:
        """Read the first balance in the past, and begin the books with it."""
        self.read_balance(KNOWN_FOR)
        Entry.objects.forget_openings(self.panel)
        reading = BalanceReading.objects.get(panel=self.panel)
        self.panel.refresh_from_db()
        open_books(self.panel, reading.balance, reading.at, reading)

    def read_balance(self, ago: timedelta) -> None:
        """Read the balance, and move this reading into the past."""
        check_balance(self.panel.pk, self.never, BalanceReading.Why.REQUEST)
        reading = BalanceReading.objects.filter(panel=self.panel).order_by("-pk")[:1]
        BalanceReading.objects.filter(pk__in=list(reading.values_list("pk", flat=True))).update(at=F("at") - ago)

    def write_trouble(self) -> None:
        """Refuse an order and lose the answer to another at one panel. Raise a price at the other panel."""
        if self.panel.name == FIRST:
            first = self._place()
            self._submit()
            second = self._place(service=first.service, link=first.link)
            self._submit()
            self._move_all_back((first, second), timedelta(minutes=46), timedelta(minutes=42))
            self._lose_one()
        else:
            wish, pattern = WISHES[0]
            service = self._chance.choice(self._offers(wish))
            held = self._place(service=service, link=self._link(pattern))
            self._raise_prices(service)
            self._submit()
            self._move_back(held, timedelta(minutes=12))

    def write_money(self) -> None:
        """Get money back for an order whose charge stays as it was, and be charged more than the list of one panel."""
        if self.panel.name != FIRST:
            return
        wish, pattern = WISHES[DEARER]
        service = self._offers(wish)[0]
        self.sandbox.change_service(service.remote_id, surcharge="1.31")
        canceled = self._place()
        orders = [canceled, *[self._place(service=service, link=self._link(pattern)) for _ in range(DEARER_ORDERS)]]
        self._submit()
        self.sandbox.skip(20)
        self._poll(orders)
        for order in self._all(orders):
            self.sandbox.finish(order.remote_id, "Canceled" if order == canceled else "Completed")
        self._poll(orders)
        self._move_all_back(orders, timedelta(minutes=400), timedelta(minutes=150))

    def write_refusals(self) -> None:
        """Leave an order and a service of one panel without money. Let the other panel refuse in words nobody knows."""
        if self.panel.name == FIRST:
            check_balance(self.panel.pk, self.never)
            dear = max(self._offers(WISHES[TOO_DEAR][0]), key=lambda service: service.rate_per_1000)
            self._place(service=dear, link=self._link(WISHES[TOO_DEAR][1]), quantity=str(TOO_MANY))
            self._let_service_wait(*WISHES[WITHOUT_SUPPLIER])
        else:
            wish, pattern = WISHES[0]
            words = "Order intake is resting, see our channel"
            self.sandbox.faults.add(Fault.REFUSE, "add", times=IN_A_ROW, text=words)
            for _ in range(IN_A_ROW):
                self._place(service=self._offers(wish)[0], link=self._link(pattern))
            self._submit()

    def _let_service_wait(self, wish: str, pattern: str) -> None:
        service = self._offers(wish)[0]
        self.sandbox.faults.add(Fault.REFUSE, "add", text="Not enough funds", service=service.remote_id)
        self._place(service=service, link=self._link(pattern))
        self._submit()
        # As if it had been tried for hours.
        now = timezone.now()
        hours = {
            "waits_since": now - timedelta(hours=3),
            "waits_until": now + timedelta(minutes=55),
            "wait_minutes": 60,
        }
        Service.objects.filter(pk=service.pk).update(**hours)

    def _lose_one(self) -> None:
        """Lose the answer to an order, between other orders and between two readings of the balance."""
        self.read_balance(timedelta(minutes=40))
        self.sandbox.faults.add(Fault.EMPTY, "add")
        for minutes in (38, 35):
            order = self._place()
            self._submit()
            self._move_back(order, timedelta(minutes=minutes))
        self.read_balance(timedelta(minutes=31))

    def write_unknown_words(self) -> None:
        """Let the panel use an unknown status for an order that is under way."""
        if self.panel.name != FIRST:
            return
        order = self._place()
        self._submit()
        self.sandbox.finish(self._all([order]).get().remote_id, UNKNOWN_STATUS, 1)
        self._poll([order])
        self._move_back(order, timedelta(hours=5))

    def leave_waiting(self) -> None:
        """Queue orders for the worker, a batch that is paused, and a draft that names a new client."""
        for _ in range(2):
            self._place()
        if self.panel.name not in (FIRST, SECOND):
            return
        person = self._somebody()
        rows = [self._labeled_row() for _ in range(LINES)]
        labels = Labels(reference="Spring plan", note="Agreed with the clients in March.")
        batch = self._upload(f"spring-{slugify(self.panel.name)}.csv", rows, person, labels)
        confirm(batch, person, summary(batch).fingerprint)
        pause(batch)
        if self.panel.name == FIRST:
            rows = [self._row() | {"client": "Nova Skincare", "campaign": "Opening"} for _ in range(LINES - 1)]
            # The link leads to another platform than its service is for.
            astray = self._row(self._offers("tiktok views")[0], self._link("https://youtu.be/{post}"))
            self._upload("opening.csv", [*rows, astray | {"client": "lumen bikes"}], person)

    def leave_unread(self) -> None:
        """Answer with a web page about one order of one panel, and read no answer about it since."""
        if self.panel.name != FIRST:
            return
        order = self._place()
        self._submit()
        self.sandbox.faults.add(Fault.HTML, "status")
        self._poll([order])
        self._move_back(order, timedelta(hours=4))
        # As if the other orders had been read since.
        Panel.objects.filter(pk=self.panel.pk).update(unreadable_since=None)

    def _upload(self, filename: str, rows: list[dict[str, str]], person: Any, labels: Labels = NO_LABELS) -> Batch:
        columns = tuple(dict.fromkeys(name for row in rows for name in row))
        lines = tuple(Line(number, row) for number, row in enumerate(rows, 2))
        sheet, source = Sheet(columns, lines), Batch.Source.FILE
        return create_batch(sheet, source=source, filename=filename, labels=labels, created_by=person)[0]

    def _raise_prices(self, service: Service) -> None:
        self.sandbox.change_service(service.remote_id, rate=service.rate_per_1000 * Decimal("1.4"))
        others = list(Service.objects.filter(panel=self.panel, orders=None, type="default", is_listed=True))
        others = self._chance.sample(others, 8)
        for other, factor in zip(others[:4], ("0.8", "0.9", "1.1", "1.25"), strict=True):
            self.sandbox.change_service(other.remote_id, rate=other.rate_per_1000 * Decimal(factor))
        self.sandbox.remove_service(others[5].remote_id)
        # An old order shows the name as ordered, and the present name beside it.
        renamed = Service.objects.filter(panel=self.panel, orders__isnull=False).exclude(pk=service.pk).first()
        if renamed:
            self.sandbox.change_service(renamed.remote_id, name=f"{renamed.name} [New Server]")
        # One service has an unknown type, and another has a type that a person has set.
        for other in others[6:]:
            self.sandbox.change_service(other.remote_id, type=UNKNOWN_TYPE)
        began = timezone.now()
        sync_catalog(self.panel.pk, self.never)
        set_type(others[7], "mentions", self.people[0])
        found = ServiceChange.objects.filter(service__panel=self.panel, at__gte=began)
        found.update(at=F("at") - timedelta(minutes=10))

    def _place(self, *, service: Service | None = None, link: str = "", **changes: str) -> Order:
        service, values = self._wish(service, link)
        values |= changes
        labels = self._labels(values.get("link", ""))
        person = self._somebody()
        order = build_order(service, check(service.offer(), values), placed_by=person, labels=labels.of_order)
        return place_order(order)[0]

    def _submit(self) -> None:
        submit_queued(self.panel.pk, self.never)

    def _poll(self, orders: Sequence[Order]) -> None:
        following.request_check(self._all(orders))
        polling.poll_due(self.panel.pk, self.never)

    def _all(self, orders: Sequence[Order]) -> QuerySet[Order]:
        return Order.objects.filter(pk__in=[order.pk for order in orders]).select_related("service")

    def _move_all_back(self, orders: Sequence[Order], earliest: timedelta, latest: timedelta) -> None:
        """Move orders to random times between two times ago. Their order stays, because panel order IDs rise."""
        spans = sorted((self._chance.uniform(latest / DAY, earliest / DAY) for _ in orders), reverse=True)
        for order, days in zip(orders, spans, strict=True):
            self._move_back(order, timedelta(days=days))

    def _move_back(self, order: Order, ago: timedelta) -> None:
        move_back(order, ago, lasted=timedelta(minutes=self._chance.lognormvariate(*LASTED)))
