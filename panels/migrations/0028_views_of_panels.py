from django.db import migrations, models

LISTS = [
    ("orders", "Orders"),
    ("batches", "Bulk"),
    ("services", "Catalog"),
    ("refills", "Refills"),
    ("panels", "Panels"),
]


class Migration(migrations.Migration):
    dependencies = [("panels", "0027_source_tables")]

    operations = [
        migrations.AlterField("savedview", "list_name", models.CharField("list", choices=LISTS, max_length=20)),
    ]
