"""Who works, what ran when, and the switch that stops all sending."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone


class Worker(models.Model):
    """A worker process, alive as long as it is seen."""

    ALIVE_FOR = timedelta(seconds=30)

    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    host = models.CharField(max_length=255)
    pid = models.PositiveIntegerField()
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField(db_index=True)
    stopped_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-seen_at",)

    def __str__(self) -> str:
        return f"{self.host} {self.pid}"

    @property
    def is_alive(self) -> bool:
        return self.stopped_at is None and self.seen_at > timezone.now() - self.ALIVE_FOR


class JobRun(models.Model):
    """The lease on a job that must run once at a time, and how its last run went."""

    name = models.CharField(max_length=60, unique=True)
    leased_until = models.DateTimeField(null=True)
    holder = models.UUIDField(null=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    @classmethod
    def take(cls, name: str, *, every: timedelta, at_most: timedelta) -> JobRun | None:
        """Lease a job for `at_most`; None if it is leased, or began less than `every` ago."""
        now = timezone.now()
        cls.objects.get_or_create(name=name)
        holder = uuid.uuid4()
        # Times that lie ahead are from before the clock was set back.
        free = models.Q(leased_until__isnull=True) | ~models.Q(leased_until__range=(now, now + at_most))
        due = models.Q(started_at__isnull=True) | ~models.Q(started_at__range=(now - every, now))
        taken = cls.objects.filter(free, due, name=name).update(
            leased_until=now + at_most, holder=holder, started_at=now
        )
        return cls.objects.get(name=name, holder=holder) if taken else None

    def give_back(self, error: str = "") -> None:
        """End the lease, unless somebody else has taken over."""
        JobRun.objects.filter(pk=self.pk, holder=self.holder).update(
            leased_until=None, holder=None, finished_at=timezone.now(), last_error=error
        )


class Controls(models.Model):
    """The one row of switches."""

    sending_stopped_at = models.DateTimeField(null=True, blank=True)
    sending_stopped_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name_plural = "controls"
        constraints = (models.CheckConstraint(condition=models.Q(pk=1), name="one_row_of_controls"),)

    def __str__(self) -> str:
        return "Sending is stopped" if self.sending_stopped_at else "Sending is on"

    @classmethod
    def is_sending_stopped(cls) -> bool:
        """Tell whether the one switch that stops all sending is thrown."""
        return cls.objects.filter(sending_stopped_at__isnull=False).exists()
