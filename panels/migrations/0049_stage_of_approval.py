from django.db import migrations, models

from panels.models.planning import Literal


class Migration(migrations.Migration):
    dependencies = [("panels", "0048_approval")]

    # The stage of an order that waits for approval. The index must have the expression of the queries.
    operations = [
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                fields=["batch", "id", "state"], condition=models.Q(("state", "asked")), name="order_asked"
            ),
        ),
        migrations.RemoveIndex(model_name="order", name="order_by_stage"),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                models.Case(
                    models.When(
                        models.Q(
                            ("alarm__gt", Literal("")),
                            models.Q(("held_reason__gt", Literal("")), ("state", Literal("queued"))),
                            _connector="OR",
                        ),
                        then=Literal("needs_you"),
                    ),
                    models.When(
                        models.Q(
                            ("cancel_state", Literal("accepted")),
                            ("progress__in", [Literal("canceled"), Literal("refunded")]),
                            ("state", Literal("placed")),
                        ),
                        then=Literal("withdrawn"),
                    ),
                    models.When(models.Q(("state__in", [Literal("asked")])), then=Literal("approval")),
                    models.When(models.Q(("state__in", [Literal("queued")])), then=Literal("waiting")),
                    models.When(models.Q(("state__in", [Literal("unknown")])), then=Literal("needs_you")),
                    models.When(models.Q(("state__in", [Literal("sending")])), then=Literal("sending")),
                    models.When(
                        models.Q(
                            (
                                "progress__in",
                                [
                                    Literal(""),
                                    Literal("pending"),
                                    Literal("processing"),
                                    Literal("in_progress"),
                                    Literal("paused"),
                                ],
                            ),
                            ("state", Literal("placed")),
                        ),
                        then=Literal("running"),
                    ),
                    models.When(
                        models.Q(("progress__in", [Literal("completed")]), ("state", Literal("placed"))),
                        then=Literal("done"),
                    ),
                    models.When(
                        models.Q(("progress__in", [Literal("partial")]), ("state", Literal("placed"))),
                        then=Literal("partly"),
                    ),
                    models.When(
                        models.Q(("state__in", [Literal("refused"), Literal("written_off")])), then=Literal("problem")
                    ),
                    models.When(
                        models.Q(
                            (
                                "progress__in",
                                [Literal("canceled"), Literal("refunded"), Literal("failed"), Literal("expired")],
                            ),
                            ("state", Literal("placed")),
                        ),
                        then=Literal("problem"),
                    ),
                    models.When(models.Q(("state__in", [Literal("withdrawn")])), then=Literal("withdrawn")),
                    output_field=models.CharField(),
                ),
                models.OrderBy(models.F("created_at"), descending=True),
                models.OrderBy(models.F("id"), descending=True),
                models.F("panel"),
                models.F("placed_by"),
                models.F("client"),
                name="order_by_stage",
            ),
        ),
    ]
