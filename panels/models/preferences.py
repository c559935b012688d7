"""The settings of the whole team that managers change while the dashboard runs."""

from __future__ import annotations

from django.db import models


class Preferences(models.Model):
    """The only row of settings of the team."""

    # Prices of other currencies are shown and compared in it. "" compares nothing.
    reporting_currency = models.CharField(max_length=8, blank=True)

    class Meta:
        verbose_name_plural = "preferences"
        constraints = (models.CheckConstraint(condition=models.Q(pk=1), name="one_row_of_preferences"),)

    def __str__(self) -> str:
        return "Preferences"

    @classmethod
    def current(cls) -> Preferences:
        """Return the settings, or those by default while nobody has changed one."""
        return cls.objects.filter(pk=1).first() or cls(pk=1)
