from django.db import migrations, models

from panels.migrations._columns import AddColumn


class Migration(migrations.Migration):
    dependencies = [
        ("panels", "0025_fill_batch_names"),
    ]

    operations = [
        AddColumn(
            model_name="orderaction",
            name="query",
            field=models.TextField(blank=True, db_default="", default="", editable=False),
        ),
        migrations.AlterField(
            model_name="batch",
            name="source",
            field=models.CharField(
                choices=[
                    ("paste", "Pasted"),
                    ("file", "File"),
                    ("command", "Command"),
                    ("adopted", "Imported"),
                    ("again", "Order again"),
                ],
                max_length=20,
            ),
        ),
    ]
