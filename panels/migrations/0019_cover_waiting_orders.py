from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("panels", "0018_personal_settings"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="order",
            name="order_waiting",
        ),
        migrations.RemoveIndex(
            model_name="order",
            name="order_held_for_funds",
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(("held_for_funds_at", None), ("held_reason", ""), ("state", "queued")),
                fields=["panel", "send_after", "id", "service", "state", "held_reason", "held_for_funds_at"],
                name="order_waiting",
            ),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(("held_for_funds_at__isnull", False), ("state", "queued")),
                fields=["panel", "send_after", "id", "state", "held_reason", "held_for_funds_at"],
                name="order_held_for_funds",
            ),
        ),
    ]
