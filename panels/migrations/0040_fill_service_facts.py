"""Gives each service a row for its facts. The worker reads the names afterwards.

Works in pieces, each in a transaction of its own, and can be repeated after an interruption.
"""

from django.db import migrations, transaction
from django.db.models import Exists, OuterRef

PIECE = 5_000


def add_rows(apps, _):
    """Insert the missing rows."""
    facts = apps.get_model("panels", "ServiceFacts")
    missing = apps.get_model("panels", "Service").objects.filter(~Exists(facts.objects.filter(pk=OuterRef("pk"))))
    last = 0
    while piece := list(missing.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:PIECE]):
        with transaction.atomic():
            facts.objects.bulk_create([facts(service_id=pk) for pk in piece])
        last = piece[-1]


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("panels", "0039_products")]

    operations = [migrations.RunPython(add_rows, migrations.RunPython.noop)]
