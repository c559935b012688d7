"""Creates the table of the cache. It keeps the limits of guessed codes, and the codes that were used."""

from django.core.management import call_command
from django.db import migrations


def create_table(_, schema_editor):
    call_command("createcachetable", database=schema_editor.connection.alias, verbosity=0)


class Migration(migrations.Migration):
    dependencies = [("panels", "0033_history")]

    operations = [migrations.RunPython(create_table, migrations.RunPython.noop)]
