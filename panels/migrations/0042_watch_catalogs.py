import django.db.models.deletion
from django.db import migrations, models

from panels.migrations._columns import AddColumn

LISTS = [
    ("orders", "Orders"),
    ("batches", "Bulk"),
    ("services", "Catalog"),
    ("products", "Products"),
    ("service_changes", "Catalog changes"),
    ("refills", "Refills"),
    ("panels", "Panels"),
    ("changes", "History"),
    ("people", "People"),
]
KINDS = [
    ("dearer", "Dearer"),
    ("cheaper", "Cheaper"),
    ("gone", "Gone"),
    ("back", "Back"),
    ("new", "New"),
    ("refill_lost", "Refill lost"),
    ("cancel_lost", "Cancel lost"),
    ("limits", "Limits"),
    ("type", "Type"),
    ("thing", "Another thing"),
    ("contradiction", "Name and flag contradict"),
    ("renamed", "Renamed"),
    ("other", "Other terms"),
]


class Migration(migrations.Migration):
    dependencies = [("panels", "0041_records")]

    operations = [
        AddColumn(
            "servicechange",
            "panel",
            models.ForeignKey(
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="panels.panel",
            ),
        ),
        AddColumn(
            "servicechange",
            "kind",
            models.CharField(choices=KINDS, db_default="other", default="other", editable=False, max_length=20),
        ),
        AddColumn(
            "servicechange",
            "is_used",
            models.BooleanField("in use", db_default=False, default=False, editable=False),
        ),
        AddColumn(
            "servicechange",
            "is_serious",
            models.BooleanField("serious", db_default=False, default=False, editable=False),
        ),
        AddColumn(
            "servicefacts",
            "version_before",
            models.PositiveSmallIntegerField(db_default=0, default=0, editable=False),
        ),
        AddColumn(
            "servicefacts",
            "is_contradictory",
            models.BooleanField(db_default=False, default=False, editable=False),
        ),
        AddColumn(
            "panel",
            "catalog_fall",
            models.JSONField(blank=True, db_default={}, default=dict, editable=False),
        ),
        migrations.AddField("panel", "catalog_fell_at", models.DateTimeField(editable=False, null=True)),
        migrations.AddField("personalsettings", "changes_seen_at", models.DateTimeField(editable=False, null=True)),
        migrations.AlterField("savedview", "list_name", models.CharField("list", choices=LISTS, max_length=20)),
    ]
