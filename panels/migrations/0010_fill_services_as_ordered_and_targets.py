"""Fills the services as ordered from the catalog's history, and writes targets in their one spelling.

Works in pieces, each in a transaction of its own, and can be repeated after an interruption.
"""

from collections import defaultdict

from django.db import migrations, transaction

from panels.models.writing import update_rows
from panels.protocol.links import normalise_link

PIECE = 5_000
# The number of values in one query. SQLite takes at most 999.
AT_ONCE = 900
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


def fill_orders(apps, _):
    """Give each order the terms of its service at the time of the order, and its target in the one spelling."""
    orders = apps.get_model("panels", "Order").objects.only("service", "created_at", "as_ordered", "link", "link_key")
    for piece in _pieces(orders):
        spans = _terms_over_time(apps, {order.service_id for order in piece if order.as_ordered is None} - {None})
        changes = []
        for order in piece:
            terms = order.as_ordered or _terms_at(spans.get(order.service_id, ()), order.created_at)
            key = normalise_link(order.link)
            if terms != order.as_ordered or key != order.link_key:
                changes.append((order, {"as_ordered": terms, "link_key": key}))
        with transaction.atomic():
            update_rows(changes)


def fill_drafts(apps, _):
    """Write the targets of the lines of drafts in the one spelling."""
    drafts = apps.get_model("panels", "BatchLine").objects.filter(batch__state="draft").exclude(link_key="")
    for piece in _pieces(drafts.only("cells", "link_key")):
        with transaction.atomic():
            update_rows([(line, {"link_key": normalise_link(line.cells.get("link", ""))}) for line in piece])


def fill_former_names(apps, _):
    """Let each renamed service be found by its former names."""
    changes = apps.get_model("panels", "ServiceChange").objects.filter(field__in=("name", "category"))
    renamed = list(changes.order_by("service").values_list("service", flat=True).distinct())
    Service = apps.get_model("panels", "Service")
    for start in range(0, len(renamed), AT_ONCE):
        spans = _terms_over_time(apps, renamed[start : start + AT_ONCE])
        texts = {pk: _former_text([terms for _, terms in of_service]) for pk, of_service in spans.items()}
        with transaction.atomic():
            update_rows([(Service(pk=pk), {"former_text": text}) for pk, text in texts.items()])


def _pieces(rows):
    last = 0
    while piece := list(rows.filter(pk__gt=last).order_by("pk")[:PIECE]):
        last = piece[-1].pk
        yield piece


def _terms_over_time(apps, pks):
    """Return the terms of each service with the time since which they hold, the newest first. None is the beginning."""
    Service, ServiceChange = apps.get_model("panels", "Service"), apps.get_model("panels", "ServiceChange")
    spans, wanted = {}, sorted(pks)
    for start in range(0, len(wanted), AT_ONCE):
        some = wanted[start : start + AT_ONCE]
        changes = defaultdict(list)
        noted = ServiceChange.objects.filter(service__in=some, field__in=TERMS)
        for change in noted.order_by("-at", "-pk"):
            changes[change.service_id].append(change)
        for service in Service.objects.filter(pk__in=some).only("remote_id", *TERMS):
            spans[service.pk] = _spans(service, changes[service.pk])
    return spans


def _spans(service, changes):
    terms = {"service": service.remote_id} | {key: getattr(service, field) for field, key in TERMS.items()}
    spans, at = [], None
    for change in changes:
        # Changes of one sync have the same time.
        if change.at != at:
            spans.append((change.at, terms))
        at = change.at
        terms = terms | {TERMS[change.field]: _value(change.field, change.old)}
    return [*spans, (None, terms)]


def _terms_at(spans, moment):
    return next((terms for since, terms in spans if since is None or moment >= since), None)


def _former_text(terms):
    texts = dict.fromkeys(f"{each['service']} {each['name']} {each['category']}".lower() for each in terms)
    return "\n".join(list(texts)[1:])[:MAX_FORMER]


def _value(field, text):
    if field in ("name", "category"):
        return text
    if not text:
        return None
    return text == "True" if field in ("refill", "cancel") else int(text)


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("panels", "0009_keep_services_as_ordered"),
    ]

    operations = [
        migrations.RunPython(fill_orders, migrations.RunPython.noop),
        migrations.RunPython(fill_drafts, migrations.RunPython.noop),
        migrations.RunPython(fill_former_names, migrations.RunPython.noop),
    ]
