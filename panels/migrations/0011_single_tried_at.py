from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("panels", "0010_fill_services_as_ordered_and_targets")]

    operations = [
        migrations.AddField(
            model_name="panel",
            name="single_tried_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
    ]
