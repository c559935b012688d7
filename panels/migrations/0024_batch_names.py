from django.db import migrations, models

from panels.migrations._columns import AddColumn


class Migration(migrations.Migration):
    dependencies = [("panels", "0023_read_refills_in_names")]

    operations = [
        AddColumn(
            model_name="batch",
            name="name",
            field=models.CharField(blank=True, db_default="", default="", max_length=100),
        ),
        AddColumn(
            model_name="batch",
            name="search_text",
            field=models.TextField(blank=True, db_default="", default="", editable=False),
        ),
        AddColumn(
            model_name="batch",
            name="is_name_proposed",
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
        migrations.AddIndex(
            model_name="batch",
            index=models.Index(fields=["state"], name="batch_by_state"),
        ),
    ]
