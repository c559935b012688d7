"""A request to refill an order: first the state of our request, then the panel's progress."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from panels.models.order import Order
from panels.models.order_states import RequestState
from panels.protocol.wire import RefillProgress as WireProgress


class Refill(models.Model):
    class Progress(models.TextChoices):
        PENDING = WireProgress.PENDING.value, "Pending"
        IN_PROGRESS = WireProgress.IN_PROGRESS.value, "In progress"
        AWAITING = WireProgress.AWAITING.value, "Awaiting"
        APPROVED = WireProgress.APPROVED.value, "Approved"
        COMPLETED = WireProgress.COMPLETED.value, "Completed"
        REJECTED = WireProgress.REJECTED.value, "Rejected"
        CANCELED = WireProgress.CANCELED.value, "Canceled"
        ERROR = WireProgress.ERROR.value, "Error"

    FINISHED = (Progress.COMPLETED, Progress.REJECTED, Progress.CANCELED, Progress.ERROR)

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="refills")
    state = models.CharField(max_length=20, choices=RequestState, default=RequestState.QUEUED)
    # Set while sending. After this time the outcome of the call is unknown.
    send_deadline = models.DateTimeField(null=True, editable=False)
    # Some panels accept a refill without an id. Such a refill cannot be tracked.
    remote_id = models.CharField("panel refill ID", max_length=64, blank=True)
    progress = models.CharField(max_length=20, choices=Progress, blank=True)
    remote_status = models.CharField("panel status", max_length=100, blank=True)
    # Whether the panel's status of a followed refill is a word that we do not know. `progress` is the earlier progress.
    is_word_unknown = models.BooleanField(default=False, db_default=False, editable=False)
    error = models.TextField(blank=True)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    requested_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True, editable=False)
    checked_at = models.DateTimeField(null=True, editable=False)
    next_check_at = models.DateTimeField(null=True, editable=False)
    finished_at = models.DateTimeField(null=True, editable=False)
    # Since when no answer shows the progress of this refill. None if the last answer showed it.
    unreadable_since = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ("-requested_at", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=("order",),
                condition=models.Q(state__in=("queued", "sending")),
                name="one_refill_request_at_a_time",
            ),
        )
        indexes = (
            models.Index(fields=("-requested_at", "-id"), name="refill_by_requested"),
            models.Index(fields=("state",), name="refill_waiting", condition=models.Q(state__in=("queued", "sending"))),
            models.Index(fields=("next_check_at",), name="refill_due", condition=models.Q(next_check_at__isnull=False)),
            # Every page looks for these words.
            models.Index(
                fields=("is_word_unknown", "order"),
                condition=models.Q(is_word_unknown=True),
                name="refill_with_unknown_word",
            ),
            models.Index(
                fields=("unreadable_since", "next_check_at", "order"),
                condition=models.Q(unreadable_since__isnull=False, next_check_at__isnull=False),
                name="refill_unreadable",
            ),
        )

    def __str__(self) -> str:
        return f"Refill {self.remote_id or self.pk} of order {self.order_id}"

    @property
    def status_word(self) -> str:
        """The panel's progress if it is known, else the state of our request."""
        return self.progress or self.state

    @property
    def is_open(self) -> bool:
        """Whether the refill may change without a person."""
        return self.state in (RequestState.QUEUED, RequestState.SENDING) or self.next_check_at is not None
