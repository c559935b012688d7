from django.db import migrations, models

LISTS = [
    ("orders", "Orders"),
    ("batches", "Bulk"),
    ("services", "Catalog"),
    ("refills", "Refills"),
    ("panels", "Panels"),
    ("changes", "History"),
    ("people", "People"),
]


class Migration(migrations.Migration):
    dependencies = [("panels", "0035_mail")]

    operations = [
        migrations.AlterField("savedview", "list_name", models.CharField("list", choices=LISTS, max_length=20)),
    ]
