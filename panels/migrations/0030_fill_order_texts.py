"""Gives each order its text for the search.

Works in pieces, each in a transaction of its own, and can be repeated after an interruption.
"""

from django.db import connection, migrations, transaction
from django.db.models import Exists, OuterRef

from panels.models.order_text import OrderText, write_texts
from panels.models.search_index import create_search_indexes, drop_order_index

PIECE = 5_000


def fill_texts(apps, _):
    """Write the texts of the orders that have none."""
    if connection.vendor == "sqlite":
        # Each piece adds to the index, because an index of all texts at once would lock the database for long. On
        # PostgreSQL it locks only the table of texts, which nobody uses yet, and it is created after the migrations.
        create_search_indexes(using=connection.alias)
    orders = apps.get_model("panels", "Order").objects.only(*OrderText.SOURCES)
    texts = apps.get_model("panels", "OrderText").objects.filter(pk=OuterRef("pk"))
    last = 0
    while piece := list(orders.filter(~Exists(texts), pk__gt=last).order_by("pk")[:PIECE]):
        with transaction.atomic():
            write_texts((order.pk, order) for order in piece)
        last = piece[-1].pk


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("panels", "0029_order_texts")]

    operations = [migrations.RunPython(fill_texts, lambda *_: drop_order_index())]
