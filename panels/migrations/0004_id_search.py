import django.db.models.deletion
import panels.models.fields
from django.conf import settings
from django.db import migrations, models

SEEN_BY = ("Viewer", "Operator", "Manager")


def let_them_be_seen(apps, schema_editor):
    """Give the groups the right to see the new rows, made here under the names that Django gives it."""
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    ContentType = apps.get_model("contenttypes", "ContentType")
    for model in ("idsearch", "foundid"):
        kind, _ = ContentType.objects.get_or_create(app_label="panels", model=model)
        verbose_name = apps.get_model("panels", model)._meta.verbose_name
        permission, _ = Permission.objects.get_or_create(
            content_type=kind, codename=f"view_{model}", defaults={"name": f"Can view {verbose_name}"}
        )
        for group in Group.objects.filter(name__in=SEEN_BY):
            group.permissions.add(permission)


class Migration(migrations.Migration):

    dependencies = [
        ('panels', '0003_job_workers_and_type_names'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='FoundId',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('remote_id', models.CharField(max_length=64, verbose_name="panel's id")),
                ('remote_status', models.CharField(max_length=100, verbose_name="panel's word")),
                ('progress', models.CharField(blank=True, choices=[('pending', 'Pending'), ('processing', 'Processing'), ('in_progress', 'In progress'), ('completed', 'Completed'), ('partial', 'Partial'), ('canceled', 'Canceled'), ('refunded', 'Refunded'), ('failed', 'Failed'), ('paused', 'Paused'), ('expired', 'Expired')], max_length=20)),
                ('charge', panels.models.fields.MoneyField(decimal_places=6, max_digits=18, null=True)),
                ('currency', models.CharField(blank=True, max_length=8)),
                ('start_count', models.BigIntegerField(null=True)),
                ('remains', models.BigIntegerField(null=True)),
                ('asked_at', models.DateTimeField()),
            ],
            options={
                'verbose_name': 'found id',
                'ordering': ('pk',),
            },
        ),
        migrations.CreateModel(
            name='IdSearch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('attempt', models.PositiveIntegerField()),
                ('requested_at', models.DateTimeField(null=True)),
                ('calls', models.PositiveSmallIntegerField(default=0)),
                ('leased_until', models.DateTimeField(null=True)),
                ('is_single', models.BooleanField(default=False)),
                ('start', models.BigIntegerField(null=True)),
                ('asked_from', models.BigIntegerField(null=True)),
                ('asked_to', models.BigIntegerField(null=True)),
                ('asked', models.PositiveIntegerField(default=0)),
                ('searched_at', models.DateTimeField(null=True)),
                ('error', models.TextField(blank=True)),
            ],
            options={
                'verbose_name': 'search for an id',
                'verbose_name_plural': 'searches for ids',
                'ordering': ('-pk',),
            },
        ),
        migrations.AlterField(
            model_name='orderevent',
            name='what',
            field=models.CharField(choices=[('created', 'Created'), ('adopted', 'Adopted'), ('sent', 'Sent to the panel'), ('placed', 'Placed'), ('refused', 'Refused by the panel'), ('not_sent', 'Not sent, waits for another try'), ('unknown', 'Outcome unknown'), ('held', 'Held for a person'), ('released', 'Released'), ('withdrawn', 'Withdrawn'), ('searched', 'Looked for at the panel'), ('resolved', 'Resolved by a person'), ('progress', 'Progress'), ('charge', 'Charge changed'), ('flagged', 'Flagged'), ('refill', 'Refill'), ('cancel', 'Cancel'), ('follow', 'Following'), ('alarm', 'Alarm')], max_length=20),
        ),
        migrations.AddIndex(
            model_name='order',
            index=models.Index(fields=['panel', 'sent_at'], name='order_by_sent'),
        ),
        migrations.AddField(
            model_name='idsearch',
            name='order',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='id_searches', to='panels.order'),
        ),
        migrations.AddField(
            model_name='idsearch',
            name='requested_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='foundid',
            name='search',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='found', to='panels.idsearch'),
        ),
        migrations.AddIndex(
            model_name='idsearch',
            index=models.Index(condition=models.Q(('requested_at__isnull', False)), fields=['requested_at'], name='search_requested'),
        ),
        migrations.AddConstraint(
            model_name='idsearch',
            constraint=models.UniqueConstraint(fields=('order', 'attempt'), name='one_search_per_attempt'),
        ),
        migrations.AddConstraint(
            model_name='foundid',
            constraint=models.UniqueConstraint(fields=('search', 'remote_id'), name='one_found_id_per_search'),
        ),
        migrations.RunPython(let_them_be_seen, migrations.RunPython.noop),
    ]
