"""The worker processes, the leases of scheduled jobs, and the switch that stops all sending."""

from __future__ import annotations

import os
import socket
import uuid
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone


class Worker(models.Model):
    """A worker process. It writes `seen_at` again and again while it is alive."""

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

    @classmethod
    def alive(cls) -> models.QuerySet[Worker]:
        """Return the workers that were seen in the last 30 seconds and have not stopped."""
        return cls.objects.filter(stopped_at__isnull=True, seen_at__gt=timezone.now() - cls.ALIVE_FOR)

    @property
    def is_alive(self) -> bool:
        return self.stopped_at is None and self.seen_at > timezone.now() - self.ALIVE_FOR

    @property
    def state(self) -> str:
        """The state for lists: alive, stopped, or lost if the worker is gone without a stop."""
        if self.is_alive:
            return "alive"
        return "stopped" if self.stopped_at else "lost"


class JobRun(models.Model):
    """The lease of a job that must not run twice at the same time, and the result of its last run."""

    # The name of the job that backs the database up. The overview tells of it when it does not succeed.
    BACKUP = "back up"
    # The name of the job that fetches the exchange rates. The overview tells of it too.
    RATES = "fetch exchange rates"
    # The most that the clocks of machines differ. A later time was written before a clock was set back.
    CLOCKS_DIFFER = timedelta(minutes=1)

    name = models.CharField(max_length=60, unique=True)
    leased_until = models.DateTimeField(null=True)
    holder = models.UUIDField(null=True)
    # Host and pid of the process that runs the job or ran it last.
    worker = models.CharField(max_length=280, blank=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    # The end of the last run without an error.
    succeeded_at = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    @classmethod
    def take(cls, name: str, *, every: timedelta, at_most: timedelta) -> JobRun | None:
        """Lease a job for `at_most`. None if the job is leased, or if it began less than `every` ago."""
        now = timezone.now()
        cls.objects.get_or_create(name=name)
        holder = uuid.uuid4()
        latest = now + cls.CLOCKS_DIFFER
        free = models.Q(leased_until__isnull=True) | ~models.Q(leased_until__range=(now, latest + at_most))
        is_rested = models.Q(started_at__isnull=True) | ~models.Q(started_at__range=(now - every, latest))
        due = is_rested if every else models.Q()
        taken = cls.objects.filter(free, due, name=name).update(
            leased_until=now + at_most, holder=holder, started_at=now, worker=f"{socket.gethostname()} {os.getpid()}"
        )
        return cls.objects.filter(name=name, holder=holder).first() if taken else None

    @property
    def is_running(self) -> bool:
        return self.leased_until is not None and self.leased_until > timezone.now()

    @property
    def is_lost(self) -> bool:
        """Whether the lease ran out before its holder gave it back."""
        return self.leased_until is not None and not self.is_running

    @property
    def has_failed(self) -> bool:
        """Whether the last run ended with an error, or came to no end."""
        return bool(self.last_error) or self.is_lost

    @property
    def took(self) -> timedelta | None:
        """The duration of the last run, None while the job is leased or lost."""
        if self.leased_until or self.started_at is None or self.finished_at is None:
            return None
        return max(self.finished_at - self.started_at, timedelta())

    def give_back(self, error: str = "") -> None:
        """End the lease, unless another worker holds it by now."""
        now = timezone.now()
        success = {} if error else {"succeeded_at": now}
        JobRun.objects.filter(pk=self.pk, holder=self.holder).update(
            leased_until=None, holder=None, finished_at=now, last_error=error, **success
        )
        self.last_error = error


class Controls(models.Model):
    """The only row of switches."""

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
    def stopped(cls) -> models.QuerySet[Controls]:
        """Return the row of switches if sending is stopped, else no row."""
        return cls.objects.filter(sending_stopped_at__isnull=False)

    @classmethod
    def is_sending_stopped(cls) -> bool:
        """Return whether sending is stopped."""
        return cls.stopped().exists()
