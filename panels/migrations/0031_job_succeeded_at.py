from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("panels", "0030_fill_order_texts")]

    operations = [
        migrations.AddField(model_name="jobrun", name="succeeded_at", field=models.DateTimeField(null=True)),
    ]
