import django.core.validators
from django.db import migrations, models

import panels.protocol.order_types
from panels.migrations._columns import AddColumn


class Migration(migrations.Migration):
    dependencies = [("panels", "0014_unreadable_answers")]

    operations = [
        migrations.AddField(
            model_name="panel",
            name="body",
            field=models.CharField(
                choices=[("form", "form (the common form)"), ("json", "JSON")],
                db_default="form",
                default="form",
                help_text="How the fields of a call are sent.",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="panel",
            name="user_agent",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="Empty for the name of this program. Set the one of a browser if a firewall refuses the calls.",
                max_length=300,
                validators=[
                    django.core.validators.RegexValidator(
                        "\\A[\\x21-\\x7e](?:[\\x20-\\x7e]*[\\x21-\\x7e])?\\Z", "Use one line of plain ASCII characters."
                    )
                ],
                verbose_name="User-Agent",
            ),
        ),
        AddColumn(
            model_name="service",
            name="own_type",
            field=models.CharField(
                blank=True,
                choices=panels.protocol.order_types.type_choices,
                db_default="",
                default="",
                editable=False,
                max_length=40,
                verbose_name="type set by a person",
            ),
        ),
    ]
