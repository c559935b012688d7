import django.db.models.deletion
import panels.models.fields
from django.db import migrations, models


def grant_permissions(apps, schema_editor):
    """Let everybody see the records of services."""
    kind, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
        app_label="panels", model="servicerecord"
    )
    permission, _ = apps.get_model("auth", "Permission").objects.get_or_create(
        content_type=kind, codename="view_servicerecord", defaults={"name": "Can view service record"}
    )
    for group in apps.get_model("auth", "Group").objects.filter(name__in=("Viewer", "Operator", "Manager")):
        group.permissions.add(permission)


class Migration(migrations.Migration):
    dependencies = [
        ("panels", "0040_fill_service_facts"),
    ]

    operations = [
        migrations.CreateModel(
            name="ServiceRecord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("since", models.DateField(null=True)),
                ("orders", models.PositiveIntegerField(db_default=0, default=0)),
                ("finish_minutes", models.PositiveIntegerField(null=True)),
                ("finish_orders", models.PositiveIntegerField(db_default=0, default=0)),
                ("delivered", models.DecimalField(decimal_places=6, max_digits=7, null=True)),
                ("delivered_orders", models.PositiveIntegerField(db_default=0, default=0)),
                ("price", panels.models.fields.RateField(decimal_places=8, max_digits=18, null=True)),
                ("price_orders", models.PositiveIntegerField(db_default=0, default=0)),
                ("currency", models.CharField(blank=True, db_default="", default="", max_length=10)),
                ("numbers", models.JSONField(db_default={}, default=dict)),
                ("tally", models.JSONField(db_default={}, default=dict)),
                ("pooled_in", models.PositiveBigIntegerField(db_default=0, default=0)),
                ("computed_at", models.DateTimeField(null=True)),
                ("stale_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["service", "-created_at", "-id"], name="order_of_service"),
        ),
        migrations.AddField(
            model_name="servicerecord",
            name="panel",
            field=models.OneToOneField(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="record", to="panels.panel"
            ),
        ),
        migrations.AddField(
            model_name="servicerecord",
            name="product",
            field=models.OneToOneField(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="record", to="panels.product"
            ),
        ),
        migrations.AddField(
            model_name="servicerecord",
            name="service",
            field=models.OneToOneField(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="record", to="panels.service"
            ),
        ),
        migrations.AddIndex(
            model_name="servicerecord",
            index=models.Index(condition=models.Q(("stale_at__isnull", False)), fields=["id"], name="record_stale"),
        ),
        migrations.AddIndex(
            model_name="servicerecord",
            index=models.Index(
                condition=models.Q(("finish_minutes__isnull", False)),
                fields=["finish_minutes", "service"],
                name="record_by_finish",
            ),
        ),
        migrations.AddIndex(
            model_name="servicerecord",
            index=models.Index(
                condition=models.Q(("delivered__isnull", False)),
                fields=["delivered", "service"],
                name="record_by_delivered",
            ),
        ),
        migrations.AddIndex(
            model_name="servicerecord",
            index=models.Index(
                condition=models.Q(("price__isnull", False)), fields=["price", "service"], name="record_by_price"
            ),
        ),
        migrations.AddConstraint(
            model_name="servicerecord",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("panel", None), ("product", None), ("service__isnull", False)),
                    models.Q(("panel", None), ("product__isnull", False), ("service", None)),
                    models.Q(("panel__isnull", False), ("product", None), ("service", None)),
                    _connector="OR",
                ),
                name="record_of_one_thing",
            ),
        ),
        migrations.RunPython(grant_permissions, migrations.RunPython.noop),
    ]
