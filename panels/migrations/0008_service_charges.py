from django.db import migrations, models

from panels.migrations._columns import AddColumn


class Migration(migrations.Migration):
    dependencies = [
        ("panels", "0007_compute_given_back"),
    ]

    operations = [
        migrations.AddField(
            model_name="service",
            name="charge_ratio",
            field=models.DecimalField(decimal_places=6, editable=False, max_digits=12, null=True),
        ),
        AddColumn(
            model_name="service",
            name="charges_compared",
            field=models.PositiveIntegerField(db_default=0, default=0, editable=False),
        ),
        AddColumn(
            model_name="service",
            name="overcharged_orders",
            field=models.PositiveIntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.AddField(
            model_name="service",
            name="overcharged_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="service",
            name="overcharge_seen_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(("charge__isnull", False)), fields=["service", "-id"], name="order_charged"
            ),
        ),
        migrations.AddIndex(
            model_name="service",
            index=models.Index(
                condition=models.Q(("overcharged_at__isnull", False)), fields=["panel"], name="service_overcharged"
            ),
        ),
    ]
