from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("panels", "0013_show_totals"),
    ]

    operations = [
        migrations.AddField(
            model_name="panel",
            name="has_pages",
            field=models.BooleanField(
                db_default=False, default=False, editable=False, verbose_name="catalog in pages"
            ),
        ),
        migrations.AddField(
            model_name="panel",
            name="unpaged_rows",
            field=models.PositiveIntegerField(editable=False, null=True),
        ),
    ]
