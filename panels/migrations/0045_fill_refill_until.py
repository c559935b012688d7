"""Gives finished orders the time until when they are refilled, by what the name of their service says now.

Works in pieces, each in a transaction of its own, and can be repeated after an interruption.
"""

from types import SimpleNamespace

from django.db import migrations, transaction

from panels.catalog.facts import read_service, values_of
from panels.models import ServiceFacts
from panels.models.order_values import OrderValues
from panels.models.writing import update_rows

PIECE = 5_000
READ = ("pk", "service_id", "progress", "remains", "start_count", "quantity", "params", "finished_at")


class Finished(OrderValues, SimpleNamespace):
    """The values of an order from which the end of its refill follows."""


def fill_refill_ends(apps, _):
    """Write the ends of the refills of all orders that have none yet. The worker may not have read the names."""
    orders = apps.get_model("panels", "Order")
    services = apps.get_model("panels", "Service").objects
    days = {}
    last = 0
    # All orders of a piece, because an index of the progress would not be in the order of the pks.
    while piece := list(orders.objects.filter(pk__gt=last).order_by("pk").values_list(*READ, "refill_until")[:PIECE]):
        finished = [Finished(**dict(zip(READ, row, strict=False))) for row in piece if row[-2] and not row[-1]]
        new = {each.service_id for each in finished} - days.keys() - {None}
        days |= {service.pk: _days(service) for service in services.filter(pk__in=new)}
        with transaction.atomic():
            ends = [(each, each.refill_end(days.get(each.service_id), ServiceFacts.LIFETIME_DAYS)) for each in finished]
            update_rows([(orders(pk=each.pk), {"refill_until": end}) for each, end in ends if end])
        last = piece[-1][0]


def _days(service):
    facts = read_service(service)
    found = values_of(facts, service, 0)
    return found["refill_days"] if found["refill_class"] else None


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("panels", "0044_refill_until")]

    operations = [migrations.RunPython(fill_refill_ends, migrations.RunPython.noop)]
