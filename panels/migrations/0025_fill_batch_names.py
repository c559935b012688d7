"""Gives batches of before the name that is proposed for a new batch.

Works in pieces, each in a transaction of its own, and can be repeated after an interruption.
"""

from django.db import migrations, transaction
from django.db.models import Count, OuterRef, Subquery

from panels.bulk.naming import propose_name
from panels.models.batch import name_columns
from panels.models.writing import update_rows

PIECE = 500


def fill_names(apps, _):
    """Name the batches that have no name and were not filled yet."""
    lines = apps.get_model("panels", "BatchLine").objects.filter(batch=OuterRef("pk"))
    first = Subquery(lines.order_by("number").values("cells")[:1])
    count = Subquery(lines.order_by().values("batch").annotate(number=Count("pk")).values("number"))
    unnamed = apps.get_model("panels", "Batch").objects.filter(name="", search_text="").only("filename")
    last = 0
    while piece := list(unnamed.annotate(first=first, count=count).filter(pk__gt=last).order_by("pk")[:PIECE]):
        last = piece[-1].pk
        names = {batch: propose_name(batch.filename, batch.first or {}, batch.count or 0) for batch in piece}
        with transaction.atomic():
            update_rows(
                [(batch, name_columns(name, batch.filename, is_proposed=True)) for batch, name in names.items()]
            )


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("panels", "0024_batch_names")]

    operations = [migrations.RunPython(fill_names, migrations.RunPython.noop)]
