"""Reads the orders of services into their tallies, as the database gives the rows.

A service may have a hundred thousand orders. So no order becomes an object, and the database turns times into numbers.
Nothing is written here, and no transaction is open meanwhile.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Func, IntegerField, QuerySet
from django.db.models.fields.json import KT

from panels.catalog.percentiles import rounded_up
from panels.catalog.tallies import Tally
from panels.models import Order, Refill
from panels.models.order_states import RequestState
from panels.models.planning import unindexed_text
from panels.money.costs import COST
from panels.protocol.order_types import ORDER_TYPES, Billing

Progress, Source = Order.Progress, Order.GivenBack
COUNTED = (Order.State.PLACED, Order.State.REFUSED)
# An order whose ID was found so many seconds after it was sent was not watched from its beginning.
WATCHED_WITHIN = 600
MICRO, RATE = 10**6, 10**8
# As plain texts in sets, because each row is looked up in several of them.
COMPLETED, REFUSED = str(Progress.COMPLETED), str(Order.State.REFUSED)
ENDED_DELIVERED = frozenset({COMPLETED, str(Progress.PARTIAL)})
MOVED = ENDED_DELIVERED | {str(Progress.IN_PROGRESS)}
FINISHED, GIVEN_UP = frozenset(map(str, Order.FINISHED)), frozenset(map(str, Order.GIVEN_UP))
TAKEN_BACK = frozenset({str(Progress.CANCELED), str(Progress.REFUNDED)})
BY_UNIT = {slug for slug, kind in ORDER_TYPES.items() if kind.billing is Billing.PER_UNIT} | {""}
SUBSCRIPTIONS = {slug for slug, kind in ORDER_TYPES.items() if kind.billing is Billing.SUBSCRIPTION}


class Seconds(Func):
    """A time as whole seconds since 1970."""

    output_field = IntegerField()

    def as_sqlite(self, compiler: Any, connection: Any, **more: Any) -> Any:
        """Use the function of SQLite. A percent sign is halved by each of two substitutions."""
        return self.as_sql(compiler, connection, template="CAST(STRFTIME('%%%%s', %(expressions)s) AS INTEGER)", **more)

    def as_postgresql(self, compiler: Any, connection: Any, **more: Any) -> Any:
        """Use the function of PostgreSQL."""
        template = "FLOOR(EXTRACT(EPOCH FROM %(expressions)s))::bigint"
        return self.as_sql(compiler, connection, template=template, **more)


class OrderRow(NamedTuple):
    """What is read of an order. Times are seconds, amounts are as the database gives them."""

    service: int
    state: str
    progress: str
    error_class: str
    type: str
    quantity: int | None
    runs: Any
    remains: int | None
    cost: Any
    currency: str
    charge: Any
    given_back_source: str
    rate: Any
    cancel_state: str
    sent: int | None
    placed: int | None
    moved: int | None
    finished: int | None
    ended: int | None
    status: int | None

    @property
    def total(self) -> int | None:
        """The quantity of all runs together."""
        return None if self.quantity is None else self.quantity * int(self.runs or 1)


_COLUMNS = (
    *("service_id", "state", "progress", "error_class", "type", "quantity", "runs", "remains", "cost", "currency"),
    *("charge", "given_back_source", "rate_agreed", "cancel_state"),
    *("at_sent", "at_placed", "at_moved", "at_finished", "at_ended", "at_status"),
)
_TIMES = {
    "sent": "sent_at",
    "placed": "placed_at",
    "moved": "moved_before",
    "finished": "finished_before",
    "ended": "finished_at",
    "status": "status_at",
}


def read_tallies(services: Sequence[int], since: datetime) -> dict[int, Tally]:
    """Return the tally of each of these services, by its orders that were created since then. Drops are not in it."""
    tallies: dict[int, Tally] = defaultdict(Tally)
    for row in map(OrderRow._make, fetch_raw(_orders(services, since))):
        _count(tallies[row.service], row)
    for service, *refill in fetch_raw(_refills(services, since)):
        _count_refill(tallies[service], *refill)
    return dict(tallies)


def fetch_raw(rows: QuerySet[Any, Any]) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a query as the database gives them, because Django converts each value at a higher cost."""
    sql, params = rows.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        while piece := cursor.fetchmany(2000):
            yield from piece


def _orders(services: Sequence[int], since: datetime) -> QuerySet[Any, Any]:
    times = {f"at_{name}": Seconds(column) for name, column in _TIMES.items()}
    of_services = Order.objects.filter(service__in=services, created_at__gte=since)
    counted = of_services.alias(is_in=unindexed_text("state")).filter(is_in__in=COUNTED)
    return counted.order_by().annotate(cost=COST, runs=KT("params__runs"), **times).values_list(*_COLUMNS)


def _refills(services: Sequence[int], since: datetime) -> QuerySet[Any, Any]:
    asked = Refill.objects.filter(order__service__in=services, order__created_at__gte=since)
    timed = asked.order_by().annotate(asked=Seconds("requested_at"), ended=Seconds("finished_at"))
    return timed.values_list("order__service_id", "state", "progress", "asked", "ended")


def _count_refill(tally: Tally, state: str, progress: str, asked: int, ended: int | None) -> None:
    """Count a refill. Nobody knows how a refill went on whose panel gave it no ID."""
    tally.refills["asked"] += 1
    is_kept = progress == Refill.Progress.COMPLETED
    if not is_kept and progress not in Refill.FINISHED and state != RequestState.REFUSED:
        return
    tally.refills["kept" if is_kept else "broken"] += 1
    if ended is not None:
        tally.refilled[rounded_up(ended - asked), is_kept] += 1


def _count(tally: Tally, row: OrderRow) -> None:
    """Count an order."""
    if row.state == REFUSED:
        tally.refused[row.error_class or "unknown"] += 1
        return
    tally.orders["placed"] += 1
    tally.orders[row.progress or "none"] += 1
    if row.progress in FINISHED:
        _count_units(tally, row)
    if row.runs is None and row.type not in SUBSCRIPTIONS and row.rate is not None:
        _count_times(tally, row)
        _count_charge(tally, row)


def _count_units(tally: Tally, row: OrderRow) -> None:
    """Count what an ended order delivered and cost.

    The remains of an order that was given up say nothing. Its money comes back, so it counts as not delivered, unless a
    person took it back.
    """
    total = row.total
    if not total:
        return
    if row.progress in ENDED_DELIVERED and row.remains is not None:
        delivered = max(total - max(row.remains, 0), 0)
        if row.cost is not None:
            sums = tally.prices.get(row.currency) or tally.prices.setdefault(row.currency, Counter())
            sums["orders"] += 1
            sums["cost"] += round(row.cost * MICRO)
            sums["delivered"] += delivered
    elif row.progress in GIVEN_UP and not (row.progress in TAKEN_BACK and row.cancel_state == RequestState.ACCEPTED):
        delivered = 0
    else:
        return
    units = tally.units
    units["counted"] += 1
    units["ordered"] += total
    units["delivered"] += delivered


def _count_times(tally: Tally, row: OrderRow) -> None:
    """Count how long an order took to start and to finish, or for how long it certainly had not done so.

    An open order counts until its panel last told its status, and an order that ended otherwise counts until its end.
    """
    begun = row.placed if row.sent is None else row.sent
    if begun is None or row.placed is None or row.placed - begun > WATCHED_WITHIN:
        return
    end = row.ended if row.finished is None else row.finished
    is_over, is_delivered = row.progress in FINISHED, row.progress in ENDED_DELIVERED
    known_until = end if is_over else row.status
    if row.moved is not None:
        tally.start[rounded_up(row.moved - begun), True] += 1
    elif known_until is not None and row.progress not in MOVED:
        tally.start[rounded_up(known_until - begun), False] += 1
    if known_until is None:
        return
    took = max(known_until - begun, 0)
    tally.finish[rounded_up(took), is_delivered] += 1
    if row.quantity:
        tally.per_1000[rounded_up(-(-took * 1000 // row.quantity)), is_delivered] += 1


def _count_charge(tally: Tally, row: OrderRow) -> None:
    """Count what a completed order was charged, beside its price by the list."""
    if not (row.charge and row.rate and row.quantity and row.type in BY_UNIT and row.progress == COMPLETED):
        return
    if row.given_back_source == Source.TOLD:
        return
    # In the unit in which this is a whole number: the eighth decimal of a price for 1000.
    listed = round(row.rate * RATE) * row.quantity
    sums = tally.charges.get(row.currency) or tally.charges.setdefault(row.currency, Counter())
    sums["orders"] += 1
    sums["charged"] += round(row.charge * MICRO)
    sums["listed"] += listed
