"""Notes of each service whether its name says that there is no refill.

Works in pieces, each in a transaction of its own, and can be repeated after an interruption.
"""

from django.db import migrations, transaction

from panels.protocol.refill_words import says_no_refill

PIECE = 5_000
# The number of values in one query. SQLite takes at most 999.
AT_ONCE = 900


def read_names(apps, _):
    Service = apps.get_model("panels", "Service")
    last = 0
    services = Service.objects.order_by("pk").values_list("pk", "name", "category")
    while piece := list(services.filter(pk__gt=last)[:PIECE]):
        last = piece[-1][0]
        found = [pk for pk, name, category in piece if says_no_refill(name, category)]
        with transaction.atomic():
            for start in range(0, len(found), AT_ONCE):
                Service.objects.filter(pk__in=found[start : start + AT_ONCE]).update(says_no_refill=True)


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("panels", "0022_service_says_no_refill")]

    operations = [migrations.RunPython(read_names, migrations.RunPython.noop)]
