from django.db import migrations, models

import panels.models.fields
from panels.migrations._columns import AddColumn


class Migration(migrations.Migration):
    dependencies = [
        ("panels", "0005_order_readings"),
    ]

    operations = [
        migrations.AddField(
            model_name="order",
            name="given_back",
            field=panels.models.fields.MoneyField(blank=True, decimal_places=6, max_digits=18, null=True),
        ),
        AddColumn(
            model_name="order",
            name="given_back_source",
            field=models.CharField(
                blank=True,
                choices=[
                    ("told", "the panel lowered the charge"),
                    ("balance", "computed; the balance of this panel has shown that it pays back"),
                    ("computed", "computed; not confirmed"),
                    ("person", "stated by a person"),
                ],
                db_default="",
                default="",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="panel",
            name="keeps_charge",
            field=models.BooleanField(editable=False, null=True, verbose_name="keeps the charge of canceled orders"),
        ),
        migrations.AlterField(
            model_name="orderevent",
            name="what",
            field=models.CharField(
                choices=[
                    ("created", "Created"),
                    ("adopted", "Imported"),
                    ("sent", "Sent to the panel"),
                    ("placed", "Placed"),
                    ("refused", "Refused by the panel"),
                    ("not_sent", "Not sent, will be retried"),
                    ("unknown", "Outcome unknown"),
                    ("held", "On hold"),
                    ("released", "Released"),
                    ("withdrawn", "Withdrawn"),
                    ("searched", "Searched at the panel"),
                    ("resolved", "Resolved"),
                    ("progress", "Progress"),
                    ("charge", "Charge changed"),
                    ("given_back", "Money back"),
                    ("flagged", "Flagged"),
                    ("refill", "Refill"),
                    ("cancel", "Cancel"),
                    ("follow", "Tracking"),
                    ("alarm", "Alarm"),
                    ("labeled", "Labels changed"),
                ],
                max_length=20,
            ),
        ),
    ]
