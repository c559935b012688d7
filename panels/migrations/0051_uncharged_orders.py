from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("panels", "0050_client_days")]

    operations = [
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(
                    ("rate_agreed__isnull", False),
                    ("state", "placed"),
                    models.Q(
                        ("charge__isnull", True),
                        models.Q(
                            ("charge", 0),
                            models.Q(
                                (
                                    "progress__in",
                                    ("completed", "partial", "canceled", "refunded", "failed", "expired"),
                                ),
                                _negated=True,
                            ),
                        ),
                        _connector="OR",
                    ),
                ),
                fields=["state", "panel", "sent_at"],
                name="order_uncharged",
            ),
        ),
    ]
