"""Keeps the records of services, products and panels equal to the team's own orders of the last 90 days.

    orders change ──mark──▶ stale records of services ──compute──▶ stale records of their products and panels ──pool──▶

Nothing is ever added to a record. The record of a service is computed anew from its orders, and that of a product or a
panel from the tallies of its services, so a wrong number does not last. Each day all records are computed anew, because
the days move on. Orders are read without a transaction, and a piece of records is written in a short one.
"""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Collection
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from panels.catalog.drops import read_drops
from panels.catalog.order_rows import read_tallies
from panels.catalog.tallies import EIGHT_PLACES, SIX_PLACES, Numbers, Tally, added, numbers_of
from panels.models import JobRun, Order, Refill, ServiceFacts, ServiceRecord
from panels.models.planning import unindexed
from panels.models.product import MOST_PRICE
from panels.models.writing import update_rows
from panels.money.totals import midnight, today

MARK, JOB = "find changed records", "compute records"
DAYS = 90
# A service whose orders change all the time is computed so often.
MARK_EVERY = dt.timedelta(minutes=10)
# A change may become visible only after a run that began later. Clocks differ too.
OVERLAP = dt.timedelta(minutes=10)
# An order may be refused so long after it was created, and a refill may end so long after its request.
REFUSED_WITHIN, REFILLED_WITHIN = dt.timedelta(days=2), dt.timedelta(days=61)
# The services, the products and the panels of one piece, and the nap after it as a multiple of the time that it took.
PIECE, PRODUCTS, PANELS, NAP = 50, 20, 1, 1.0
MARKED_AT_ONCE = 500
# The number of orders that the number of the product counts for.
WEIGHT = 10


def first_day() -> dt.date:
    """Return the first of the days whose orders count."""
    return today() - dt.timedelta(days=DAYS - 1)


def stale(**of: Any) -> QuerySet[ServiceRecord]:
    """Return the records whose orders have changed."""
    return ServiceRecord.objects.filter(stale_at__isnull=False, **of)


# -- which records are stale


def mark_changed() -> int:
    """Mark the records whose orders or services have changed since the last run, and return their number."""
    now = timezone.now()
    services = _touched(_since(now)) | _aged()
    products = _moved()
    _mark("service", services, now)
    _mark("product", products, now)
    return len(services) + len(products)


def _since(now: dt.datetime) -> dt.datetime:
    """Return since when changes of orders may not have been seen by an earlier run."""
    good_run = JobRun.objects.filter(name=MARK, succeeded_at__isnull=False).first()
    return min(good_run.succeeded_at, now) - OVERLAP if good_run and good_run.succeeded_at else midnight(first_day())


def _touched(since: dt.datetime) -> set[int]:
    """Return the services with an order that was accepted, changed, refused or refilled since then."""
    orders, refills = Order.objects.order_by(), Refill.objects.order_by()
    # By no index of services, in whose order SQLite would read all orders to find each service once.
    service = unindexed("service_id")
    changed = orders.alias(touched_at=Coalesce("changed_at", "placed_at")).filter(touched_at__gte=since)
    refused = orders.filter(state=Order.State.REFUSED, created_at__gte=since - REFUSED_WITHIN, finished_at__gte=since)
    asked = refills.filter(requested_at__gte=since - REFILLED_WITHIN)
    refilled = asked.filter(Q(requested_at__gte=since) | Q(sent_at__gte=since) | Q(finished_at__gte=since))
    found = (changed.values_list(service), refused.values_list(service), refilled.values_list("order__service"))
    return {pk for rows in found for (pk,) in rows.distinct() if pk is not None}


def _aged() -> set[int]:
    """Return the services with orders whose record begins on an earlier day."""
    aged = ServiceRecord.objects.filter(service__isnull=False, orders__gt=0, since__lt=first_day(), stale_at=None)
    return set(aged.values_list("service", flat=True))


def _moved() -> set[int]:
    """Return the products that have gained or lost a service with orders."""
    product = Coalesce(F("service__facts__product"), 0)
    moved = ServiceRecord.objects.filter(service__isnull=False, orders__gt=0).exclude(pooled_in=product)
    pairs = moved.values_list("pooled_in", "service__facts__product")
    return {pk for pair in pairs for pk in pair if pk}


def _mark(name: str, pks: Collection[int], now: dt.datetime) -> None:
    """Let the records of these services, products or panels be computed anew."""
    model: Any = ServiceRecord._meta.get_field(name).related_model
    ordered = sorted(pks)
    for first in range(0, len(ordered), MARKED_AT_ONCE):
        with transaction.atomic():
            found = model._default_manager.filter(pk__in=ordered[first : first + MARKED_AT_ONCE])
            missing = found.filter(~Exists(ServiceRecord.objects.filter(**{name: OuterRef("pk")})))
            new = [ServiceRecord(**{f"{name}_id": pk}) for pk in missing.values_list("pk", flat=True)]
            # Two workers may create the same record at once.
            ServiceRecord.objects.bulk_create(new, ignore_conflicts=True)
            marked = ServiceRecord.objects.filter(**{f"{name}__in": ordered[first : first + MARKED_AT_ONCE]})
            marked.update(stale_at=now)


# -- the numbers


def compute(stopping: threading.Event) -> int:
    """Compute all stale records: those of services first, then of products and panels. Return their number."""
    number = 0
    for step in (_compute_services, _pool_products, _pool_panels):
        number += _in_pieces(step, stopping)
    return number


def _in_pieces(step: Callable[[], int], stopping: threading.Event) -> int:
    number = 0
    while not stopping.is_set():
        began = time.monotonic()
        done = step()
        if not done:
            break
        number += done
        stopping.wait(NAP * (time.monotonic() - began))
    return number


def _compute_services() -> int:
    """Compute a piece of the stale records of services, and return their number."""
    records = list(stale(service__isnull=False).select_related("service__panel").defer("tally").order_by("pk")[:PIECE])
    if not records:
        return 0
    pks, since = [record.service_id for record in records if record.service_id], first_day()
    tallies = read_tallies(pks, midnight(since))
    for pk, drops in read_drops(pks, midnight(since)).items():
        tallies.setdefault(pk, Tally()).drops = drops
    products = dict(ServiceFacts.objects.filter(pk__in=pks, product__isnull=False).values_list("pk", "product"))
    pools = dict(ServiceRecord.objects.filter(product__in=products.values()).values_list("product", "numbers"))
    changes = []
    for record in records:
        tally, pool = tallies.get(_pk(record), Tally()), pools.get(products.get(_pk(record)) or 0)
        changes.append((record, _values(record, tally, since, pool)))
    with transaction.atomic():
        # A record that was marked meanwhile is computed again.
        update_rows(changes, where=("stale_at",))
        now = timezone.now()
        _mark("product", {pk for pk in products.values() if pk}, now)
        _mark("panel", {record.service.panel_id for record in records if record.service}, now)
    return len(records)


def _pk(record: ServiceRecord) -> int:
    return record.service_id or 0


def _pool_products() -> int:
    """Compute a piece of the stale records of products, and the estimates of their services."""
    records = list(stale(product__isnull=False).defer("tally").order_by("pk")[:PRODUCTS])
    members = _members(service__facts__product__in=[record.product_id for record in records])
    by_product = defaultdict(list)
    for member in members.annotate(of=F("service__facts__product")):
        by_product[member.of].append(member)
    since = first_day()
    for record in records:
        mine = by_product[record.product_id]
        values = _values(record, added(Tally.from_json(each.tally) for each in mine), since)
        few = [each for each in mine if any(map(each.is_few, ServiceRecord.COLUMNS))]
        estimates = [(each, columns_of(each.numbers, _currency(each), values["numbers"])) for each in few]
        with transaction.atomic():
            if update_rows([(record, values)], where=("stale_at",)):
                update_rows(estimates, where=("computed_at",))
                ServiceRecord.objects.filter(pk__in=[each.pk for each in mine]).update(pooled_in=record.product_id)
    return len(records)


def _pool_panels() -> int:
    """Compute the stale record of a panel."""
    records = list(stale(panel__isnull=False).select_related("panel").defer("tally").order_by("pk")[:PANELS])
    for record in records:
        tallies = _members(service__panel=record.panel_id).values_list("tally", flat=True)
        values = _values(record, added(map(Tally.from_json, tallies.iterator())), first_day())
        with transaction.atomic():
            update_rows([(record, values)], where=("stale_at",))
    return len(records)


def _members(**of: Any) -> QuerySet[ServiceRecord]:
    return ServiceRecord.objects.filter(orders__gt=0, **of).select_related("service__panel").order_by()


def _values(record: ServiceRecord, tally: Tally, since: dt.date, pool: Numbers | None = None) -> dict[str, Any]:
    """Return the values of a record by its tally."""
    numbers = numbers_of(tally)
    return {
        "since": since,
        "orders": tally.number,
        "numbers": numbers,
        "tally": tally.to_json(),
        "computed_at": timezone.now(),
        "stale_at": None,
        **columns_of(numbers, _currency(record), pool),
    }


def _currency(record: ServiceRecord) -> str:
    """Return the present currency of the prices of a record, "" if it has none."""
    panel = record.service.panel if record.service else record.panel
    return panel.currency if panel else ""


def columns_of(numbers: Numbers, currency: str, pool: Numbers | None = None) -> dict[str, Any]:
    """Return the columns that lists show. Few orders are moved towards the numbers of the product (`pool`).

    The price is in this currency, or in the one with the most orders. It is not moved, because the prices of the offers
    of one product differ by the offer and not by chance.
    """
    prices, pool = numbers.get("prices", {}), pool or {}
    shown = currency if currency in prices else max(prices, key=lambda each: (prices[each]["orders"], each), default="")
    price = prices.get(shown, {})
    finish = _estimate(numbers.get("finish_p90"), numbers.get("finish_orders", 0), pool.get("finish_p90"))
    delivered = _estimate(numbers.get("delivered"), numbers.get("delivered_orders", 0), pool.get("delivered"))
    amount = None if price.get("price") is None else Decimal(str(price["price"]))
    return {
        "finish_minutes": None if finish is None else int(-(-finish // 60)),
        "finish_orders": numbers.get("finish_orders", 0),
        "delivered": None if delivered is None else delivered.quantize(SIX_PLACES),
        "delivered_orders": numbers.get("delivered_orders", 0),
        "price": None if amount is None else min(max(amount, -MOST_PRICE), MOST_PRICE).quantize(EIGHT_PLACES),
        "price_orders": price.get("orders", 0),
        "currency": shown,
    }


def _estimate(own: Any, number: int, pooled: Any) -> Decimal | None:
    """Return a number of so many orders, moved towards the number of the product if they are few."""
    if own is None:
        return None
    if number >= ServiceRecord.FEW or pooled is None:
        return Decimal(str(own))
    return (number * Decimal(str(own)) + WEIGHT * Decimal(str(pooled))) / (number + WEIGHT)
