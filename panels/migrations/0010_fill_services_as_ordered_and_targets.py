"""Fills the services as ordered from the catalog's history, and writes targets in their one spelling.

Works in pieces, each in a transaction of its own, and can be repeated after an interruption.
"""

from collections import defaultdict

from django.db import migrations, transaction
from django.db.models import Exists, OuterRef

from panels.models.writing import update_rows
from panels.protocol.links import normalise_link

PIECE = 5_000
# The terms of an order whose changes the catalog notes, by the name of their field.
TERMS = {
    "name": "name",
    "category": "category",
    "min_quantity": "minimum",
    "max_quantity": "maximum",
    "refill": "refill",
    "cancel": "cancel",
}
MAX_FORMER = 4_000


def fill_services_as_ordered(apps, _):
    """Give each order the terms of its service at the time of the order, as the changes since then tell."""
    Service, ServiceChange, Order = (apps.get_model("panels", name) for name in ("Service", "ServiceChange", "Order"))
    ordered = Service.objects.filter(Exists(Order.objects.filter(service=OuterRef("pk")))).order_by("pk")
    last = 0
    while services := list(ordered.filter(pk__gt=last).defer("description")[:500]):
        last = services[-1].pk
        changes = defaultdict(list)
        noted = ServiceChange.objects.filter(service__gte=services[0].pk, service__lte=last, field__in=TERMS)
        for change in noted.order_by("-at", "-pk"):
            changes[change.service_id].append(change)
        for service in services:
            _fill_service(Order, service, changes[service.pk])


def _fill_service(Order, service, changes):
    terms = {"service": service.remote_id} | {key: getattr(service, field) for field, key in TERMS.items()}
    names, until = [], None
    for change in changes:
        if change.at != until:
            _fill_orders(Order.objects.filter(service=service.pk, created_at__gte=change.at), terms)
        until = change.at
        terms = terms | {TERMS[change.field]: _value(change.field, change.old)}
        names.append(f"{service.remote_id} {terms['name']} {terms['category']}".lower())
    _fill_orders(Order.objects.filter(service=service.pk), terms)
    others = [name for name in dict.fromkeys(names) if name != service.search_text]
    if others:
        type(service).objects.filter(pk=service.pk).update(former_text="\n".join(others)[:MAX_FORMER])


def _fill_orders(orders, terms):
    """Give the terms to the orders that have none yet. The newest orders come first, so these orders are the right ones."""
    unfilled = orders.filter(as_ordered__isnull=True).order_by("pk")
    while pks := list(unfilled.values_list("pk", flat=True)[:PIECE]):
        with transaction.atomic():
            unfilled.filter(pk__lte=pks[-1]).order_by().update(as_ordered=terms)


def _value(field, text):
    if field in ("name", "category"):
        return text
    if not text:
        return None
    return text == "True" if field in ("refill", "cancel") else int(text)


def rewrite_targets(apps, _):
    """Write the targets of orders and of drafts in the spelling that finds repeats now."""
    Order, BatchLine = apps.get_model("panels", "Order"), apps.get_model("panels", "BatchLine")
    orders = Order.objects.exclude(link="").only("link", "link_key")
    _rewrite(orders, lambda order: order.link)
    drafts = BatchLine.objects.filter(batch__state="draft").exclude(link_key="").only("cells", "link_key")
    _rewrite(drafts, lambda line: line.cells.get("link", ""))


def _rewrite(rows, link_of):
    last = 0
    while piece := list(rows.filter(pk__gt=last).order_by("pk")[:PIECE]):
        last = piece[-1].pk
        changed = [(row, {"link_key": key}) for row in piece if (key := normalise_link(link_of(row))) != row.link_key]
        with transaction.atomic():
            update_rows(changed)


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("panels", "0009_keep_services_as_ordered"),
    ]

    operations = [
        migrations.RunPython(fill_services_as_ordered, migrations.RunPython.noop),
        migrations.RunPython(rewrite_targets, migrations.RunPython.noop),
    ]
