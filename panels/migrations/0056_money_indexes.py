from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("panels", "0047_open_books")]

    operations = [
        migrations.RemoveIndex(model_name="entry", name="entry_by_panel"),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(
                fields=["panel", "currency", "-value_at", "-id", "kind", "amount"], name="entry_by_account"
            ),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(
                condition=models.Q(("kind__in", ("deposit", "bonus", "given_back"))),
                fields=["value_at", "currency", "kind", "amount"],
                name="entry_received",
            ),
        ),
        migrations.AddConstraint(
            model_name="entry",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "opening")), fields=("panel", "currency"), name="one_opening_per_account"
            ),
        ),
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
                fields=["panel", "sent_at"],
                name="order_uncharged",
            ),
        ),
    ]
