"""What the name of a service says, and what the team says about the service."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from panels.models.product import Product, RefillClass
from panels.models.service import Service


class ServiceFacts(models.Model):
    """The facts by which the offers of a product differ. The product has the other facts.

    They are read from the name (catalog/names). A correction by a person counts more, and survives syncs.
    """

    # Stands for a lifetime, so that refills can be compared.
    LIFETIME_DAYS = 36_500
    # The version of facts that must be read anew.
    STALE = 0
    # The days of refill from which on a class begins. No refill is a class of its own.
    CLASSES: ClassVar = ((365, RefillClass.LIFETIME), (100, RefillClass.LONG), (32, RefillClass.QUARTER))

    service = models.OneToOneField(Service, on_delete=models.CASCADE, primary_key=True, related_name="facts")
    # None until the name has been read.
    product = models.ForeignKey(Product, null=True, on_delete=models.PROTECT, related_name="facts")
    # The version of the parser (catalog.names.facts.VERSION) that has read them.
    version = models.PositiveSmallIntegerField(default=STALE, db_default=STALE, editable=False)
    # The version that had read these facts before the panel said something else, while they are stale for no other
    # reason. STALE if a change must not be noted: a person has corrected them, or the name has not been read before.
    version_before = models.PositiveSmallIntegerField(default=STALE, db_default=STALE, editable=False)
    is_noise = models.BooleanField("is no service", default=False, db_default=False)
    # 0 if the name says that there is no refill, LIFETIME_DAYS for a lifetime, None if it says nothing.
    refill_days = models.PositiveIntegerField(null=True)
    refill_mode = models.CharField(max_length=20, blank=True, default="", db_default="")
    refill_class = models.PositiveSmallIntegerField(
        choices=RefillClass, default=RefillClass.NONE, db_default=RefillClass.NONE
    )
    # Name and flag say opposite things about refills.
    is_contradictory = models.BooleanField(default=False, db_default=False, editable=False)
    quality = models.CharField(max_length=120, blank=True, default="", db_default="")
    # In units a day.
    speed_min = models.PositiveBigIntegerField(null=True)
    speed_max = models.PositiveBigIntegerField(null=True)
    start_max_minutes = models.PositiveIntegerField(null=True)
    # 0, a percentage, low or high.
    drop_max = models.CharField(max_length=10, blank=True, default="", db_default="")
    # What a person has corrected: the value by the name of the fact (catalog.names.facts.Facts), "" for "not said".
    corrections = models.JSONField(default=dict, db_default={}, blank=True, editable=False)
    corrected_at = models.DateTimeField(null=True, editable=False)
    corrected_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )

    class Meta:
        verbose_name_plural = "service facts"
        indexes = (
            models.Index(fields=("version", "service"), name="facts_by_version"),
            models.Index(fields=("corrected_at",), condition=Q(corrected_at__isnull=False), name="facts_corrected"),
        )

    def __str__(self) -> str:
        return f"Facts of {self.service_id}"

    @classmethod
    def class_of(cls, days: int | None, flag: bool | None) -> RefillClass:  # noqa: FBT001
        """Return the class of refill by what is worse: what the name says, or the panel's own flag.

        days: None if the name says nothing. Then a flag alone promises the shortest refill.
        """
        if flag is False or days == 0 or (days is None and not flag):
            return RefillClass.NONE
        return next((each for least, each in cls.CLASSES if (days or 0) >= least), RefillClass.MONTH)

    @staticmethod
    def contradicts(days: int | None, flag: bool | None) -> bool:  # noqa: FBT001
        """Return whether the name promises a refill and the flag says no, or the other way round."""
        return days is not None and flag is not None and bool(days) != flag


class ServiceMark(models.Model):
    """What the team says about a service: a favourite, a service that must not be ordered, or a note."""

    MAX_NOTE = 500

    service = models.OneToOneField(Service, on_delete=models.CASCADE, primary_key=True, related_name="mark")
    is_favourite = models.BooleanField("favourite", default=False)
    is_blocked = models.BooleanField("blocked", default=False)
    note = models.CharField(max_length=MAX_NOTE, blank=True)
    marked_at = models.DateTimeField(default=timezone.now)
    marked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        indexes = (
            models.Index(fields=("service",), condition=Q(is_favourite=True), name="mark_favourite"),
            models.Index(fields=("service",), condition=Q(is_blocked=True), name="mark_blocked"),
        )

    def __str__(self) -> str:
        return f"{self.service_id} {self.in_words}"

    @property
    def in_words(self) -> str:
        """The mark and the note in words."""
        words = ("favourite" if self.is_favourite else "", "blocked" if self.is_blocked else "", self.note)
        return ", ".join(filter(None, words))

    @staticmethod
    def why_blocked(service: Service) -> str:
        """Return why the team does not order a service that was read with its mark, "" if it is not blocked."""
        mark = getattr(service, "mark", None)
        if mark is None or not mark.is_blocked:
            return ""
        note = mark.note.strip()
        return f"The team has blocked this service: {note}" if note else "The team has blocked this service."
