from django.db import migrations, models

from panels.migrations._columns import AddColumn


class Migration(migrations.Migration):
    dependencies = [("panels", "0021_stages")]

    operations = [
        AddColumn(
            model_name="service",
            name="says_no_refill",
            field=models.BooleanField(
                db_default=False, default=False, editable=False, verbose_name="name says no refill"
            ),
        ),
    ]
