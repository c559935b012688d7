"""The calls to a panel on one day. They show how reliably and how quickly the panel answers."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import F

from panels.models.panel import Panel


class PanelDay(models.Model):
    panel = models.ForeignKey(Panel, on_delete=models.PROTECT, related_name="days", db_index=False)
    # The day in UTC.
    day = models.DateField()
    # Every call was answered or has failed. A refusal is an answer. An answer that cannot be read is a failure.
    calls = models.PositiveIntegerField(default=0)
    answers = models.PositiveIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0)
    # The sum of the seconds that the answers took.
    seconds = models.FloatField(default=0)

    class Meta:
        ordering = ("-day", "panel")
        constraints = (models.UniqueConstraint(fields=("panel", "day"), name="one_row_per_panel_day"),)

    def __str__(self) -> str:
        return f"{self.day} at panel {self.panel_id}: {self.calls} calls"

    @classmethod
    def add(cls, panel_pk: int, day: dt.date, *, answers: int, failures: int, seconds: float) -> None:
        """Add calls to a day, by one UPDATE unless they are the first of the day."""
        row = cls.objects.filter(panel=panel_pk, day=day)
        sums = {
            "calls": F("calls") + answers + failures,
            "answers": F("answers") + answers,
            "failures": F("failures") + failures,
            "seconds": F("seconds") + seconds,
        }
        if not row.update(**sums):
            cls.objects.get_or_create(panel_id=panel_pk, day=day)
            row.update(**sums)

    @property
    def latency(self) -> dt.timedelta | None:
        """The average time of an answer, None without answers."""
        return dt.timedelta(seconds=self.seconds / self.answers) if self.answers else None
