"""Compares what panels charge with what was agreed: for each order, and for each service by its latest orders.

Two questions, two measures:

was it agreed?        the charge against the expected cost, which the person saw when ordering
what does it charge?  the charge against the listed price. The expected cost of new orders learns the answer.

Nothing is ever added up: a service whose orders have changed is compared anew by its latest orders. So polling does no
work for it, and a wrong result does not last.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from statistics import median
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Coalesce
from django.utils import timezone

from panels.models import JobRun, Order, Panel, Service
from panels.models.fields import plain
from panels.models.planning import unindexed
from panels.models.service import distance
from panels.models.writing import update_rows
from panels.money.given_back import CENT
from panels.protocol.order_types import Billing, order_type

JOB = "compare charges"
# A change may become visible only after a run that began later. Clocks differ too.
OVERLAP = timedelta(minutes=10)
# The first run looks back so far.
LONGEST = timedelta(days=30)
LATEST = 50
LARGEST_RATIO = Decimal(9999)
READ = (
    *("service_id", "state", "progress", "charge", "given_back", "given_back_source", "expected_cost", "rate_agreed"),
    *("currency", "type", "quantity", "params", "created_at"),
)
Source = Order.GivenBack


# -- one order


def is_beyond(charge: Decimal, agreed: Decimal) -> bool:
    """Tell whether a charge is beyond the price guard. A difference of a cent comes from rounding, and never is."""
    if charge - agreed <= CENT:
        return False
    return charge > agreed * (1 + Decimal(str(settings.PRICE_GUARD_PERCENT)) / 100)


def full_charge(order: Order) -> Decimal | None:
    """Return what the panel charged before it lowered the charge to pay back; None while it reports no charge."""
    if not order.charge:
        return None
    charge: Decimal = order.charge
    return charge + (order.given_back or 0) if order.given_back_source == Source.TOLD else charge


def is_overcharged(order: Order, panel: Panel) -> bool:
    """Tell whether an order was charged beyond what was agreed, in the same currency."""
    charge, agreed = full_charge(order), order.expected_cost
    if charge is None or agreed is None or order.rate_agreed is None or order.currency != panel.currency:
        return False
    return order.state == Order.State.PLACED and is_beyond(charge, agreed)


def describe_overcharge(order: Order, changes: Mapping[str, Any]) -> str:
    """Say that an answer charges an order beyond what was agreed; "" if it does not, or if an answer did before."""
    charge, agreed = changes.get("charge"), order.expected_cost
    if not charge or agreed is None or order.rate_agreed is None or (order.currency and "currency" in changes):
        return ""
    if not is_beyond(charge, agreed):
        return ""
    before = full_charge(order)
    if before and is_beyond(before, agreed):
        return ""
    above = f" ({distance(charge / agreed)})" if agreed else ""
    currency = f"\u00a0{order.currency or changes.get('currency', '')}".rstrip()
    return f"Charged {plain(charge)}{currency} instead of the expected {plain(agreed)}{currency}{above}."


def listed_cost(order: Order, panel: Panel) -> Decimal | None:
    """Return the cost of an order at the listed price, None if it does not follow from the price alone."""
    kind, rate = order_type(order.type), order.rate_agreed
    # The charge of a drip-feed may grow with its runs, and that of a subscription with its posts.
    if rate is None or "runs" in order.params or kind.billing is Billing.SUBSCRIPTION:
        return None
    if kind.billing is Billing.FLAT:
        return None if kind.counted_field and panel.bills_package_per_line else rate
    return None if order.quantity is None else (rate * order.quantity).scaleb(-3)


def ratio_of(order: Order, panel: Panel) -> Decimal | None:
    """Return the charge of an order as a multiple of its listed cost, None if the two cannot be compared."""
    listed, charge = listed_cost(order, panel), order.charge
    if not listed or not charge or order.currency != panel.currency or order.given_back_source == Source.TOLD:
        return None
    if abs(charge - listed) <= CENT:
        return Decimal(1)
    # An order that has not been delivered in full may be charged in part.
    return None if charge < listed and order.progress != Order.Progress.COMPLETED else charge / listed


# -- the services


def compare_charges() -> int:
    """Compare the services whose orders have changed since the last run with their latest charges; count them."""
    touched = Order.objects.alias(touched_at=Coalesce("changed_at", "placed_at")).filter(
        touched_at__gte=_since(timezone.now()), charge__isnull=False, rate_agreed__isnull=False
    )
    # By no index of services, in whose order SQLite would read all orders to find each service once.
    pks = set(touched.order_by().values_list(unindexed("service_id"), flat=True).distinct())
    by_panel: dict[int, list[Service]] = defaultdict(list)
    for service in Service.objects.filter(pk__in=pks).select_related("panel").defer("description", "search_text"):
        by_panel[service.panel_id].append(service)
    for panel_pk in sorted(by_panel):
        _compare_services(by_panel[panel_pk])
    return len(pks)


def _since(now: datetime) -> datetime:
    """Return since when changes of orders may not have been seen by an earlier run."""
    good_run = JobRun.objects.filter(name=JOB, last_error="", finished_at__isnull=False).first()
    return min(good_run.finished_at, now) - OVERLAP if good_run and good_run.finished_at else now - LONGEST


def _compare_services(services: Sequence[Service]) -> None:
    changes = [(service, assess(service, _latest_charged(service))) for service in services]
    with transaction.atomic():
        # A sync of the catalog locks the panel too, so the two never wait for each other's services.
        Panel.objects.select_for_update(no_key=True).get(pk=services[0].panel_id)
        # A service whose price has changed meanwhile is compared by the next run.
        update_rows([each for each in changes if _is_news(*each)], where=("rate_per_1000",))


def _latest_charged(service: Service) -> list[Order]:
    charged = Order.objects.filter(service=service, charge__isnull=False, charge__gt=0)
    return list(charged.only(*READ).order_by("-pk")[:LATEST])


def _is_news(service: Service, values: Mapping[str, Any]) -> bool:
    return any(getattr(service, name) != value for name, value in values.items())


def assess(service: Service, orders: Iterable[Order]) -> dict[str, Any]:
    """Return what a service charges, by its latest orders at the price that is listed now."""
    comparable = [order for order in orders if order.rate_agreed == service.rate_per_1000]
    ratios = [ratio for order in comparable if (ratio := ratio_of(order, service.panel)) is not None]
    overcharged = [order.created_at for order in comparable if is_overcharged(order, service.panel)]
    newest, seen_at = max(overcharged, default=None), service.overcharge_seen_at
    return {
        "charge_ratio": _rounded(median(ratios)) if ratios else None,
        "charges_compared": len(ratios),
        "overcharged_orders": len(overcharged),
        # What was ordered before a person saw it is no news.
        "overcharged_at": None if newest and seen_at and newest <= seen_at else newest,
    }


def _rounded(ratio: Decimal) -> Decimal:
    """Round to whole percents, because each change of the ratio changes the price of drafts."""
    return min(ratio.quantize(Decimal("0.01") if ratio > Decimal("0.1") else Decimal("0.000001")), LARGEST_RATIO)


def forget_charges(service_pks: Iterable[int]) -> None:
    """Forget what services charged, because their listed prices have changed."""
    Service.objects.filter(pk__in=list(service_pks)).update(
        charge_ratio=None, charges_compared=0, overcharged_orders=0, overcharged_at=None
    )


def mark_seen(service: Service) -> None:
    """Note that a person has seen what a service charges. Orders that are placed later count again."""
    Service.objects.filter(pk=service.pk).update(overcharge_seen_at=timezone.now(), overcharged_at=None)
