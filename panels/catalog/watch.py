"""Watches the catalogs: says what each change of a service means, and which changes a person should look at.

It only reports. The claim compares the terms of each order with the catalog by itself, and holds what no longer fits.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from panels.models import (
    Batch,
    BatchLine,
    Order,
    PersonalSettings,
    Product,
    Service,
    ServiceChange,
    ServiceFacts,
    ServiceMark,
)
from panels.models.planning import unindexed

Kind = ServiceChange.Kind
# A service that was ordered within this time is used.
USED_FOR = timedelta(days=30)
# Nobody is told of changes from before this time.
UNSEEN_FOR = timedelta(days=30)
# A rise of the price from this multiple on is serious.
SERIOUS_RISE = Decimal("1.05")
SERIOUS = {Kind.GONE, Kind.REFILL_LOST, Kind.THING}
LISTING = {("", "True"): Kind.NEW, ("False", "True"): Kind.BACK, ("True", "False"): Kind.GONE}
KINDS = {
    "min_quantity": Kind.LIMITS,
    "max_quantity": Kind.LIMITS,
    "raw_type": Kind.TYPE,
    "type": Kind.TYPE,
    "name": Kind.RENAMED,
    "category": Kind.RENAMED,
    ServiceChange.PRODUCT: Kind.THING,
    ServiceChange.CONTRADICTION: Kind.CONTRADICTION,
}
LOST = {"refill": Kind.REFILL_LOST, "cancel": Kind.CANCEL_LOST}
# The words of a contradiction, by whether the name promises a refill.
SAYS_REFILL, SAYS_NO_REFILL = "refill", "no refill"


def kind_of(field: str, old: str, new: str) -> Kind:
    """Return what a change means. Its values are texts as they are stored.

    A refill or cancel that is no longer stated is not lost.
    """
    if field == "rate_per_1000":
        return Kind.DEARER if Decimal(new) > Decimal(old) else Kind.CHEAPER
    if field == "is_listed":
        return LISTING.get((old, new), Kind.OTHER)
    if field in LOST and (old, new) == ("True", "False"):
        return LOST[field]
    if field == ServiceChange.REFILL_CLASS and int(new) < int(old):
        return Kind.REFILL_LOST
    return KINDS.get(field, Kind.OTHER)


def new_change(service: Service, field: str, old: str, new: str, at: datetime) -> ServiceChange:
    """Return the row of a change. It is not saved, and `mark_used` must see it before."""
    kind = kind_of(field, old, new)
    change = ServiceChange(service=service, panel_id=service.panel_id, at=at, field=field, old=old, new=new, kind=kind)
    # A price that was 0 has risen beyond every multiple.
    ratio = change.ratio if kind == Kind.DEARER else Decimal(0)
    change.is_serious = kind in SERIOUS or ratio is None or ratio >= SERIOUS_RISE
    return change


def mark_used(changes: Sequence[ServiceChange]) -> None:
    """Mark the changes of services that the team uses now."""
    panels = {change.panel_id for change in changes if change.panel_id}
    used = {pk for panel in panels for pk in used_services(panel)}
    for change in changes:
        change.is_used = change.service_id in used


def used_services(panel_pk: int) -> set[int]:
    """Return the pks of the services of a panel that the team uses: ordered lately, favourites, or in a draft."""
    since = timezone.now() - USED_FOR
    ordered = Order.objects.filter(panel=panel_pk, created_at__gte=since, service__isnull=False).order_by()
    favourites = ServiceMark.objects.filter(is_favourite=True, service__panel=panel_pk).order_by()
    drafts = Batch.objects.filter(state=Batch.State.DRAFT).order_by().values("pk")
    # By the index of the batch, because a panel may have the lines of years.
    lines = BatchLine.objects.alias(at=unindexed("panel_id")).filter(
        batch__in=drafts, at=panel_pk, service__isnull=False, is_left_out=False
    )
    others = (favourites.values_list("service"), lines.order_by().values_list("service"))
    return {pk for (pk,) in ordered.values_list("service").union(*others)}


# -- what the names say


def note_facts(readings: Iterable[tuple[ServiceFacts, Mapping[str, Any]]]) -> None:
    """Note what the names say now and did not say before. Must be called before the new facts are written.

    readings: the old facts with their service, and the new values by field. Facts are compared only if the same version
    of the parser has read both, and only because the panel says something else.
    """
    compared = [(old, new) for old, new in readings if old.product_id and old.version_before == new["version"]]
    changes = [*_other_products(compared), *_other_refills(compared)]
    mark_used(changes)
    ServiceChange.objects.bulk_create(changes)


Compared = Collection[tuple[ServiceFacts, Mapping[str, Any]]]


def _other_products(compared: Compared) -> list[ServiceChange]:
    """Return the changes of services that are another product now. A product that was not known says nothing."""
    moved = [(old, new["product"]) for old, new in compared if old.product_id != new["product"]]
    if not moved:
        return []
    products = Product.objects.in_bulk({pk for old, new in moved for pk in (old.product_id, new)})
    now, found = timezone.now(), []
    for old, pk in moved:
        before, after = products[old.product_id], products[pk]
        if before.is_known:
            found.append(new_change(old.service, ServiceChange.PRODUCT, before.title, after.title, now))
    return found


def _other_refills(compared: Compared) -> list[ServiceChange]:
    """Return the changes of what the names say about refills. A change of the flag alone is noted by the sync."""
    now, found = timezone.now(), []
    for old, new in compared:
        flag = old.service.refill
        before, after = ServiceFacts.class_of(old.refill_days, flag), new["refill_class"]
        if old.refill_days != new["refill_days"] and before != after:
            texts = str(int(before)), str(int(after))
            found.append(new_change(old.service, ServiceChange.REFILL_CLASS, *texts, now))
        was_so = old.is_contradictory and bool(old.refill_days) == bool(new["refill_days"])
        if new["is_contradictory"] and not was_so:
            said = SAYS_REFILL if new["refill_days"] else SAYS_NO_REFILL
            found.append(new_change(old.service, ServiceChange.CONTRADICTION, "", said, now))
    return found


# -- what a person has not seen


def last_look(user: Any) -> str:
    """Return when a person last looked at the changes, in ISO format. "" if never."""
    seen = PersonalSettings.of(user).changes_seen_at
    return seen.isoformat() if seen else ""


def unseen(last_look: str) -> QuerySet[ServiceChange]:
    """Return the serious changes of used services since a person last looked."""
    rows = ServiceChange.objects.filter(is_used=True, is_serious=True, at__gt=Now() - UNSEEN_FOR)
    return rows.filter(at__gt=datetime.fromisoformat(last_look)) if last_look else rows


def is_unseen(change: ServiceChange, seen_at: datetime | None) -> bool:
    """Return whether a change counts as new for a person who last looked then, None if never."""
    since = timezone.now() - UNSEEN_FOR
    return change.is_used and change.is_serious and change.at > max(seen_at or since, since)


def mark_seen(user: Any) -> None:
    """Note that a person looks at the changes now."""
    personal = PersonalSettings.of(user)
    personal.changes_seen_at = timezone.now()
    # One statement, which leaves the other settings of the same row as they are.
    PersonalSettings.objects.bulk_create(
        [personal], update_conflicts=True, unique_fields=("user",), update_fields=("changes_seen_at",)
    )
    # The menu of this page counts after it.
    user.personal = personal
