"""An exchange rate: how many units of a currency one euro was worth on a day. All conversions go over the euro."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class ExchangeRate(models.Model):
    """The rate of a currency for a day. The euro has no rows."""

    class Source(models.TextChoices):
        TYPED = "typed", "typed"
        FILE = "file", "file"
        ECB = "ecb", "ECB"

    currency = models.CharField(max_length=8)
    day = models.DateField()
    # Within the limits of tables/rates.py.
    per_euro = models.DecimalField(max_digits=18, decimal_places=10)
    source = models.CharField(max_length=8, choices=Source)
    # When it was stored, and the person who typed it or uploaded its file.
    stored_at = models.DateTimeField()
    stored_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ("currency", "-day")
        constraints = (models.UniqueConstraint(fields=("currency", "day"), name="one_rate_per_currency_and_day"),)
        indexes = (models.Index(fields=("day",), name="rate_by_day"),)

    def __str__(self) -> str:
        return f"1 EUR = {self.per_euro.normalize():f} {self.currency} on {self.day}"

    @classmethod
    def newest(cls, *related: str) -> list[ExchangeRate]:
        """Return the newest rate of each currency with these relations, sorted by currency, in one query."""
        # The days come from the index alone. A day has some thirty rows.
        latest = cls.objects.order_by().values("currency").annotate(latest=models.Max("day")).values("latest")
        rows = cls.objects.filter(day__in=latest).order_by("currency", "day")
        rows = rows.select_related(*related) if related else rows
        return list({row.currency: row for row in rows}.values())
