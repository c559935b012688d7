import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def grant_permissions(apps, schema_editor):
    """Let everybody see the words of refusals."""
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    ContentType = apps.get_model("contenttypes", "ContentType")
    kind, _ = ContentType.objects.get_or_create(app_label="panels", model="refusalwords")
    permission, _ = Permission.objects.get_or_create(
        content_type=kind, codename="view_refusalwords", defaults={"name": "Can view refusal words"}
    )
    for group in Group.objects.filter(name__in=("Viewer", "Operator", "Manager")):
        group.permissions.add(permission)


class Migration(migrations.Migration):
    dependencies = [
        ("panels", "0011_single_tried_at"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="RefusalWords",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("folded", models.CharField(max_length=300)),
                ("text", models.TextField()),
                (
                    "meaning",
                    models.CharField(
                        blank=True,
                        choices=[("", "not decided"), ("panel", "the panel"), ("orders", "these orders")],
                        default="",
                        max_length=10,
                    ),
                ),
                ("began_at", models.DateTimeField()),
                ("asked_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
                ("final_until", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name_plural": "refusal words",
                "ordering": ("-asked_at", "-pk"),
            },
        ),
        migrations.RemoveConstraint(
            model_name="panel",
            name="possible_pause",
        ),
        migrations.AddField(
            model_name="order",
            name="again_of",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="repeats",
                to="panels.order",
            ),
        ),
        migrations.AddField(
            model_name="panel",
            name="refused_targets",
            field=models.JSONField(blank=True, db_default=[], default=list, editable=False),
        ),
        migrations.AddField(
            model_name="panel",
            name="refused_words",
            field=models.CharField(blank=True, db_default="", default="", editable=False, max_length=300),
        ),
        migrations.AddField(
            model_name="panel",
            name="turned_away",
            field=models.PositiveIntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.AlterField(
            model_name="panel",
            name="paused_reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("auth", "the panel does not accept the key"),
                    ("funds", "not enough funds"),
                    ("by_hand", "paused by hand"),
                    ("rate_limit", "the rate limit of the panel is reached"),
                    ("unreachable", "the panel does not answer"),
                    ("everybody", "the panel takes no orders"),
                    ("unclear", "the panel refuses orders in words that are not known here"),
                ],
                editable=False,
                max_length=20,
            ),
        ),
        migrations.AddConstraint(
            model_name="panel",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("paused_reason", ""), ("paused_until", None), ("quiet_until", None)),
                    models.Q(("paused_reason__in", ("auth", "funds", "by_hand", "unclear")), ("paused_until", None)),
                    models.Q(("paused_reason", "everybody"), ("paused_until__isnull", False)),
                    models.Q(
                        ("paused_reason__in", ("rate_limit", "unreachable")),
                        ("paused_until__isnull", False),
                        models.Q(
                            ("quiet_until", None), ("quiet_until__lte", models.F("paused_until")), _connector="OR"
                        ),
                    ),
                    _connector="OR",
                ),
                name="possible_pause",
            ),
        ),
        migrations.AddField(
            model_name="refusalwords",
            name="decided_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="refusalwords",
            name="panel",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="refusal_words",
                to="panels.panel",
            ),
        ),
        migrations.AddField(
            model_name="order",
            name="refused_in",
            field=models.ForeignKey(
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="orders",
                to="panels.refusalwords",
            ),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(("refused_in__isnull", False)), fields=["refused_in", "id"], name="order_refused_in"
            ),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(("again_of__isnull", False)), fields=["again_of"], name="order_again_of"
            ),
        ),
        migrations.AddIndex(
            model_name="refusalwords",
            index=models.Index(condition=models.Q(("meaning", "")), fields=["panel"], name="words_to_decide"),
        ),
        migrations.AddConstraint(
            model_name="refusalwords",
            constraint=models.UniqueConstraint(fields=("panel", "folded"), name="one_row_per_words"),
        ),
        migrations.AlterField(
            model_name="orderaction",
            name="kind",
            field=models.CharField(
                choices=[
                    ("refresh", "Refresh"),
                    ("refill", "Refill"),
                    ("cancel", "Cancel"),
                    ("withdraw", "Withdraw"),
                    ("send_again", "Send again"),
                ],
                max_length=20,
            ),
        ),
        migrations.RunPython(grant_permissions, migrations.RunPython.noop),
    ]
