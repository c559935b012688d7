"""The past of the demo: 90 days of orders at a panel, as if they had been placed, polled and refilled here.

No call is made. Each order goes as its service delivers, and the sandbox panel knows it afterwards. Its answers are
taken in by the code of the poller, at the times at which the poller would have asked. So the rows, the panel's records
and the balance agree.
"""

from __future__ import annotations

import datetime as dt
import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from panels.management.demo_balance import write_balance
from panels.management.demo_polls import follow
from panels.management.demo_prices import DAY, DAYS, Course
from panels.management.demo_refills import Ask, ask_for_refill, write_refills
from panels.management.demo_wishes import Wishes
from panels.models import Entry, Order, OrderEvent, OrderReading, Service
from panels.models.order_states import RequestState
from panels.models.order_text import write_texts
from panels.models.writing import insert_rows
from panels.money.given_back import learn_lowering
from panels.orders.placing import build_order
from panels.orders.refill_ends import note_refill_ends
from panels.protocol.order_types import check
from panels.protocol.wording import reason_for
from panels.sandbox import SandboxPanel
from panels.sandbox.deliveries import DELIVERIES
from panels.sandbox.life import Chances, SandboxOrder
from panels.sandbox.rules import SandboxService, check_and_price
from panels.sandbox.state import FIRST_ORDER_ID, WIDEST_ORDER_GAP

# The orders of a working day at the beginning and at the end of the past, and the part of them at a weekend.
FIRST_PACE, LAST_PACE, WEEKEND = 6.0, 9.0, 0.5
# The hour of most orders, and the deviation.
NOON = (13.0, 2.8)
# How many minutes pass until an order starts, and from there until it ends: the median and the deviation of the
# logarithm.
STARTED, LASTED = (math.log(12), 0.9), (math.log(150), 0.8)
# What units are lost in days, and how many of the orders go to an earlier target.
DROPS_IN, REPEATED = 10 * DAY, 0.22
REFUSED, STUCK, CANCEL_ASKED = 0.03, 0.004, 0.4
STEPS = 5
REFUSALS = (
    "Quantity less than minimal 100",
    "You have active order with this link. Please wait until order being completed.",
    "Incorrect service ID",
    "Bad link",
    "This account is private",
)
What = OrderEvent.What


@dataclass(slots=True)
class Target:
    """A link and what is known of its count: the last order for it, and when a refill brought back what was lost."""

    link: str
    count: int
    last: SandboxOrder | None = None
    drop: float = 0.0
    refilled_at: float = math.inf

    def count_at(self, at: float) -> int:
        """Return the count at a time."""
        if self.last is None:
            return self.count
        share = min(max((at - self.last.ends_at) / DROPS_IN.total_seconds(), 0.0), 1.0)
        return self.last.count_at(at, 0.0 if self.refilled_at <= at else self.drop * share)


@dataclass(slots=True)
class Offered:
    """A service that was ordered in the past, with the pattern of its links, its course, and the targets so far."""

    service: Service
    there: SandboxService
    pattern: str
    course: Course
    pace: float
    targets: list[Target] = field(default_factory=list)


@dataclass(slots=True)
class PastOrder:
    """An order of the past with the rows that belong to it. The order at the panel is None if it was refused."""

    order: Order
    sent_at: dt.datetime
    events: list[OrderEvent]
    there: SandboxOrder | None = None
    readings: list[OrderReading] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    asks: list[Ask] = field(default_factory=list)


class Past:
    """Makes up the orders of one panel until a time, and writes them."""

    def __init__(self, wishes: Wishes, sandbox: SandboxPanel, chance: random.Random, now: dt.datetime) -> None:
        self._wishes, self._sandbox, self._chance, self._now = wishes, sandbox, chance, now
        self._panel = wishes.panel
        self._chances = Chances(chance.randrange(10**6), 1.0, overdelivers=sandbox.dialect == "000")
        self._last_id, self._links = FIRST_ORDER_ID, set[str]()

    def write(self, wanted: Sequence[tuple[Service, str]], courses: Mapping[int, Course], until: dt.datetime) -> None:
        """Place orders for the wanted services, which have patterns of links, on each day of the past."""
        there = self._sandbox.services
        offered = [
            Offered(each, there[each.remote_id], pattern, courses[each.pk], self._chance.uniform(0.5, 1.8))
            for each, pattern in wanted
        ]
        times = sorted(self._times(until))
        entered = [self._enter(self._chance.choice(offered), moment) for moment in times]
        kept = [each for each in entered if each is not None]
        note_refill_ends([each.order for each in kept])
        _insert(kept)
        refills = write_refills([ask for each in kept for ask in each.asks], self._chance)
        orders = [each.there for each in kept if each.there]
        self._sandbox.remember(orders, refills)
        person = self._wishes._somebody()
        left = write_balance(self._panel, self._sandbox.balance, orders, self._chance, self._now, person)
        self._sandbox.set_balance(left)
        if any(each.order.given_back_source == Order.GivenBack.TOLD for each in kept):
            learn_lowering(self._panel)

    def _times(self, until: dt.datetime) -> list[dt.datetime]:
        """Return when the orders were placed: more and more on each day, fewer at weekends, most around noon."""
        found = []
        for ago in range(DAYS, -1, -1):
            day = (self._now - ago * DAY).replace(hour=0, minute=0, second=0, microsecond=0)
            pace = LAST_PACE + (FIRST_PACE - LAST_PACE) * ago / DAYS
            number = round(pace * (WEEKEND if day.weekday() >= 5 else 1) * self._chance.uniform(0.6, 1.4))
            hours = [min(max(self._chance.gauss(*NOON), 5.5), 22.5) for _ in range(number)]
            found += [day + dt.timedelta(hours=hour) for hour in hours]
        return [moment for moment in found if self._now - DAYS * DAY < moment < until]

    def _enter(self, offered: Offered, moment: dt.datetime) -> PastOrder | None:
        """Return an order of this time, None if the service could not be ordered then."""
        if not offered.course.is_offered_at(moment):
            return None
        target = self._target(offered, moment.timestamp())
        service, rate = offered.service, offered.course.rate_at(moment)
        values = self._wishes._values(service, target.link)
        labels, person = self._wishes._labels(target.link), self._wishes._somebody()
        order = build_order(service, check(service.offer(rate), values), placed_by=person, labels=labels.of_order)
        order.rate_agreed, order.created_at, order.send_after = rate, moment, moment
        order.as_ordered = {**service.terms(), "name": offered.course.name_at(moment, service.name)}
        sent = moment + dt.timedelta(seconds=self._chance.uniform(0.5, 20))
        order.attempt, order.sent_at = 1, sent
        past = PastOrder(order, sent, [OrderEvent(at=moment, actor=person, what=What.CREATED)])
        past.events.append(OrderEvent(at=sent, what=What.SENT, detail="Attempt 1"))
        if self._chance.random() < REFUSED:
            self._refuse(past)
        else:
            self._go(past, offered, target, values)
        return past

    def _target(self, offered: Offered, at: float) -> Target:
        """Return a new target, or an earlier one whose last order has ended for two days."""
        free = [each for each in offered.targets if each.last and each.last.ends_at + 2 * DAY.total_seconds() < at]
        if free and self._chance.random() < REPEATED:
            return self._chance.choice(free)
        while (link := self._wishes._link(offered.pattern)) in self._links:
            pass
        self._links.add(link)
        return Target(link, int(math.exp(self._chance.uniform(math.log(40), math.log(30_000)))))

    def _refuse(self, past: PastOrder) -> None:
        order, text = past.order, self._chance.choice(REFUSALS)
        refused = past.sent_at + dt.timedelta(seconds=self._chance.uniform(0.2, 3))
        order.state, order.finished_at = Order.State.REFUSED, refused
        order.error_class, order.error_text = reason_for(text), text
        past.events.append(OrderEvent(at=refused, what=What.REFUSED, detail=text))

    def _go(self, past: PastOrder, offered: Offered, target: Target, values: Mapping[str, str]) -> None:
        """Let the panel take an order, follow it until now, and request what a person would request."""
        order, way = past.order, DELIVERIES[offered.there.delivery]
        placed = past.sent_at + dt.timedelta(seconds=self._chance.uniform(0.2, 3))
        there = self._plan(order, offered, values, placed)
        there.start_count = target.count_at(there.at)
        order.state, order.placed_at, order.remote_id = Order.State.PLACED, placed, there.id
        past.there = there
        past.events.append(OrderEvent(at=placed, what=What.PLACED, detail=f"The panel order ID is {there.id}."))
        if there.outcome == "Canceled" and offered.there.cancel and self._chance.random() < CANCEL_ASKED:
            self._ask_for_cancel(past, there)
        events, past.readings, past.entries = follow(order, there, self._panel, self._now)
        past.events += events
        if ask := ask_for_refill(order, offered.there, self._chance, self._wishes._somebody(), self._now):
            past.asks.append(ask)
        target.last, target.drop = there, way.drop
        target.refilled_at = past.asks[0].kept_at if past.asks else math.inf
        if target not in offered.targets:
            offered.targets.append(target)

    def _plan(self, order: Order, offered: Offered, values: Mapping[str, str], placed: dt.datetime) -> SandboxOrder:
        """Return the order at the panel with its end, and with times of hours instead of minutes."""
        fields = {name: text for name, text in values.items() if text}
        priced = check_and_price(replace(offered.there, rate=order.rate_agreed), fields)
        self._last_id += self._chance.randint(1, WIDEST_ORDER_GAP)
        there = SandboxOrder(
            str(self._last_id), offered.there.id, fields, priced.units, priced.charge, placed.timestamp(), 0
        )
        way = DELIVERIES[offered.there.delivery]
        self._chances.plan(there, way)
        pace = way.pace * offered.pace * (200 if self._chance.random() < STUCK else 1)
        there.starts_at = there.at + 60 * pace * self._chance.lognormvariate(*STARTED)
        there.ends_at = there.starts_at + 60 * pace * self._chance.lognormvariate(*LASTED)
        there.charge_shown_at, there.steps = there.at, STEPS
        if there.outcome == "Canceled":
            there.starts_at = there.ends_at
        return there

    def _ask_for_cancel(self, past: PastOrder, there: SandboxOrder) -> None:
        order, asked = past.order, dt.datetime.fromtimestamp(there.ends_at - 400, dt.UTC)
        if not there.at < asked.timestamp() < (self._now - DAY).timestamp():
            return
        person = self._wishes._somebody()
        there.is_cancel_requested = True
        order.cancel_state, order.cancel_requested_at = RequestState.ACCEPTED, asked
        order.cancel_requested_by = person
        accepted = asked + dt.timedelta(seconds=self._chance.uniform(1, 20))
        past.events.append(OrderEvent(at=asked, actor=person, what=What.CANCEL, detail="Requested."))
        past.events.append(OrderEvent(at=accepted, what=What.CANCEL, detail="Accepted."))


def _insert(orders: Sequence[PastOrder]) -> None:
    """Insert the orders with their texts, events, readings and entries."""
    insert_rows([past.order for past in orders])
    pks = dict(Order.objects.filter(panel=orders[0].order.panel).values_list("token", "pk"))
    events: list[OrderEvent] = []
    readings: list[OrderReading] = []
    entries: list[Entry] = []
    for past in orders:
        pk = past.order.pk = pks[past.order.token]
        for event in past.events:
            event.order_id = pk
        for reading in past.readings:
            reading.order_id = pk
        for entry in past.entries:
            entry.order_id = pk
        events += sorted(past.events, key=lambda event: event.at)
        readings += past.readings
        entries += past.entries
    write_texts((past.order.pk, past.order) for past in orders)
    insert_rows(events)
    insert_rows(readings)
    insert_rows(entries)
