"""Totals of days, and the indexes that a million orders need, with those gone that nothing used."""

import django.db.models.deletion
import django.db.models.functions.comparison
import panels.models.fields
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('panels', '0004_id_search'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='DayTotal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('currency', models.CharField(blank=True, max_length=8)),
                ('cost', panels.models.fields.MoneyField(decimal_places=6, max_digits=18)),
                ('orders', models.PositiveIntegerField()),
                ('unpriced', models.PositiveIntegerField()),
                ('summed_at', models.DateTimeField(db_index=True)),
            ],
            options={
                'ordering': ('-day', 'panel', 'currency'),
            },
        ),
        migrations.RemoveIndex(
            model_name='order',
            name='order_by_link',
        ),
        migrations.RemoveIndex(
            model_name='order',
            name='order_by_panel',
        ),
        migrations.RemoveIndex(
            model_name='order',
            name='order_by_state',
        ),
        migrations.RemoveIndex(
            model_name='order',
            name='order_by_progress',
        ),
        migrations.RemoveIndex(
            model_name='order',
            name='order_by_batch',
        ),
        migrations.RemoveIndex(
            model_name='service',
            name='service_by_category',
        ),
        migrations.AlterField(
            model_name='order',
            name='batch',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='orders', to='panels.batch'),
        ),
        migrations.AlterField(
            model_name='order',
            name='cancel_requested_by',
            field=models.ForeignKey(db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='order',
            name='candidate_by',
            field=models.ForeignKey(db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='order',
            name='panel',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='orders', to='panels.panel'),
        ),
        migrations.AlterField(
            model_name='order',
            name='placed_by',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='order',
            name='service',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='orders', to='panels.service'),
        ),
        migrations.AlterField(
            model_name='orderevent',
            name='actor',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='orderevent',
            name='order',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='events', to='panels.order'),
        ),
        migrations.AlterField(
            model_name='service',
            name='panel',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='services', to='panels.panel'),
        ),
        migrations.AlterField(
            model_name='servicechange',
            name='service',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='changes', to='panels.service'),
        ),
        migrations.AddIndex(
            model_name='order',
            index=models.Index(condition=models.Q(('check_requested_at__isnull', False)), fields=['panel'], name='order_check_requested'),
        ),
        migrations.AddIndex(
            model_name='order',
            index=models.Index(fields=['link_key'], name='order_by_link_start', opclasses=('varchar_pattern_ops',)),
        ),
        migrations.AddIndex(
            model_name='order',
            index=models.Index(fields=['panel', '-created_at', '-id', 'placed_by'], name='order_of_panel'),
        ),
        migrations.AddIndex(
            model_name='order',
            index=models.Index(fields=['state', '-created_at', '-id', 'panel', 'placed_by'], name='order_in_state'),
        ),
        migrations.AddIndex(
            model_name='order',
            index=models.Index(fields=['progress', '-created_at', '-id', 'panel', 'placed_by'], name='order_in_progress'),
        ),
        migrations.AddIndex(
            model_name='order',
            index=models.Index(condition=models.Q(('batch__isnull', False)), fields=['batch', '-created_at', '-id'], name='order_of_batch'),
        ),
        migrations.AddIndex(
            model_name='order',
            index=models.Index(fields=['panel', 'placed_at'], name='order_by_placed'),
        ),
        migrations.AddIndex(
            model_name='order',
            index=models.Index(django.db.models.functions.comparison.Coalesce('changed_at', 'placed_at'), name='order_by_touched'),
        ),
        migrations.AddIndex(
            model_name='service',
            index=models.Index(fields=['category', 'is_listed', 'panel'], name='service_by_category'),
        ),
        migrations.AddField(
            model_name='daytotal',
            name='panel',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='panels.panel'),
        ),
        migrations.AddConstraint(
            model_name='daytotal',
            constraint=models.UniqueConstraint(fields=('day', 'panel', 'currency'), name='one_total_per_day_panel_currency'),
        ),
    ]
