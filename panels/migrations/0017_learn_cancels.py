from django.db import migrations, models


def remember_accepted(apps, schema_editor):
    """Note for each panel that has accepted a cancel that it takes them."""
    Order = apps.get_model("panels", "Order")
    Panel = apps.get_model("panels", "Panel")
    for panel in Panel.objects.only("pk"):
        if Order.objects.filter(panel=panel.pk, cancel_state="accepted").order_by().exists():
            Panel.objects.filter(pk=panel.pk).update(takes_cancels=True)


class Migration(migrations.Migration):
    dependencies = [("panels", "0016_catalog_pages_and_status_words")]

    operations = [
        migrations.AddField(
            model_name="panel",
            name="takes_cancels",
            field=models.BooleanField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="panel",
            name="refused_cancels",
            field=models.JSONField(blank=True, db_default=[], default=list, editable=False),
        ),
        migrations.RunPython(remember_accepted, migrations.RunPython.noop),
    ]
