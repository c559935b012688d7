from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("panels", "0013_show_totals"),
    ]

    operations = [
        migrations.AddField(
            model_name="order",
            name="unreadable_since",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="panel",
            name="answered_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="panel",
            name="calls_lowered_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="panel",
            name="calls_lowered_from",
            field=models.PositiveIntegerField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="panel",
            name="unreadable_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="panel",
            name="unreadable_since",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="panel",
            name="unreadable_text",
            field=models.TextField(blank=True, db_default="", default="", editable=False),
        ),
        migrations.AddField(
            model_name="refill",
            name="unreadable_since",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(("next_check_at__isnull", False), ("unreadable_since__isnull", False)),
                fields=["panel", "unreadable_since", "next_check_at"],
                name="order_unreadable",
            ),
        ),
        migrations.AddIndex(
            model_name="refill",
            index=models.Index(
                condition=models.Q(("next_check_at__isnull", False), ("unreadable_since__isnull", False)),
                fields=["unreadable_since", "next_check_at", "order"],
                name="refill_unreadable",
            ),
        ),
    ]
