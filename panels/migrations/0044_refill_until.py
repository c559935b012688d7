from django.db import migrations, models

from panels.migrations._columns import AddColumn

SOURCES = [
    ("paste", "Pasted"),
    ("file", "File"),
    ("command", "Command"),
    ("adopted", "Imported"),
    ("again", "Order again"),
    ("elsewhere", "Send elsewhere"),
]


class Migration(migrations.Migration):
    dependencies = [("panels", "0043_fill_service_changes")]

    operations = [
        AddColumn("order", "refill_until", models.DateTimeField(editable=False, null=True)),
        migrations.AddIndex(
            "order",
            models.Index(
                fields=["refill_until", "-created_at", "-id", "panel", "placed_by"],
                condition=models.Q(("refill_until__isnull", False)),
                name="order_by_refill_until",
            ),
        ),
        migrations.AlterField("batch", "source", models.CharField(choices=SOURCES, max_length=20)),
    ]
