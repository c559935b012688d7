from django.db import migrations, models

KINDS = [("reset", "New password"), ("invitation", "Invitation"), ("change", "Changed sign-in")]


class Migration(migrations.Migration):
    dependencies = [("panels", "0036_views_of_people")]

    operations = [
        migrations.AlterField("mail", "kind", models.CharField(choices=KINDS, max_length=20)),
        migrations.AddField("mail", "what", models.CharField(blank=True, db_default="", default="", max_length=100)),
    ]
