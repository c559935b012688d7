"""The pause of a panel: when orders may be sent to it, and when it may be asked.

A panel has at most one pause. It has a reason, and for some reasons a time. A weightier pause replaces a lighter one.

weight  reason        begins                              stops               ends
  0     rate_limit    the panel answered 429              everything          at its time
  0     unreachable   three calls in a row failed         everything          when a question is answered
  0     everybody     the panel takes no orders at all    sending             at its time one order is tried
  1     funds         no waiting order is affordable      sending             a balance that covers one, or a person
  2     unclear       three orders in a row were refused  sending             a person says what the words mean
                      in the same words, not known here
  3     auth          the key is refused or unreadable    everything          a new key, or a person
  4     by_hand       a person                            sending             a person


                        3 failures in a row, or 3 orders without an answer
        ┌──────────┐ ───────────────────────────────────────────────▶ ┌──────────────────────────┐
        │ not      │                                                  │ unreachable              │
        │ paused   │ ◀─────────────────────── answered ────────────── │ 30 s, 1 min, 2 min … 1 h │
        └──────────┘                     one question after the time  └──────────────────────────┘
          │  ▲  │  ▲                                                     ▲            │
     429  │  │  │  │ enough balance, a new key, a person                 └── silent ──┘
          ▼  │  ▼  │
   rate_limit   funds | unclear | auth | by_hand
    (a time)         (no time)

                          no order is taken                            at its time: one order
        ┌──────────┐ ────────────────────────▶ ┌─────────────────────┐ ──────────────────────▶ ┌──────────────────┐
        │ not      │                           │ everybody           │                         │ one order after  │
        │ paused   │                           │ 5, 10, 20 … 60 min  │ ◀── no order is taken ─ │ another is tried │
        └──────────┘                           └─────────────────────┘                         └──────────────────┘
             ▲                                                                   an order is taken       │
             └───────────────────────────────────────────────────────────────────────────────────────────┘

`quiet_until` is a time beside the pause. A pause with a time sets it, unless it stops only orders. Until then the
worker asks the panel nothing by itself, although a weightier pause may have replaced the first one.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone

if TYPE_CHECKING:
    from panels.models.panel import Panel  # noqa: F401  (named in a string below)


class PauseReason(models.TextChoices):
    AUTH = "auth", "the panel does not accept the key"
    FUNDS = "funds", "not enough funds"
    BY_HAND = "by_hand", "paused by hand"
    RATE_LIMIT = "rate_limit", "the rate limit of the panel is reached"
    UNREACHABLE = "unreachable", "the panel does not answer"
    EVERYBODY = "everybody", "the panel takes no orders"
    UNCLEAR = "unclear", "the panel refuses orders in words that are not known here"


# A pause with one of these reasons stops orders. Any other pause stops questions too.
STOPS_ONLY_ORDERS = (PauseReason.FUNDS, PauseReason.BY_HAND, PauseReason.EVERYBODY, PauseReason.UNCLEAR)
# These pauses are over when their time is over.
_TIMED = ("rate_limit", "everybody")
# The rule of `PauseRules.is_paused` at the time of the query.
_IS_OVER = Q(paused_reason__in=_TIMED, paused_until__lte=Now()) & (Q(quiet_until=None) | Q(quiet_until__lte=Now()))
IS_PAUSED = Q(paused_reason__gt="") & ~_IS_OVER
# The combinations that the table accepts.
POSSIBLE_PAUSE = (
    Q(paused_reason="", paused_until=None, quiet_until=None)
    | Q(paused_reason__in=("auth", "funds", "by_hand", "unclear"), paused_until=None)
    | Q(paused_reason="everybody", paused_until__isnull=False)
    | Q(paused_reason__in=("rate_limit", "unreachable"), paused_until__isnull=False)
    & (Q(quiet_until=None) | Q(quiet_until__lte=F("paused_until")))
)


class PanelQuerySet(models.QuerySet["Panel"]):
    """The rules of `takes_orders`, `takes_questions` and `is_probe_due` of a panel as queries."""

    def open_for_orders(self, now: datetime | None = None) -> PanelQuerySet:
        """Return the panels that orders may be sent to."""
        now = now or timezone.now()
        return self._not_quiet(now).filter(Q(paused_reason="") | Q(paused_reason__in=_TIMED, paused_until__lte=now))

    def open_for_questions(self, now: datetime | None = None) -> PanelQuerySet:
        """Return the panels that the worker may ask questions by itself."""
        is_over = Q(paused_reason="rate_limit", paused_until__isnull=False)
        return self._not_quiet(now).filter(Q(paused_reason__in=("", *STOPS_ONLY_ORDERS)) | is_over)

    def to_probe(self, now: datetime | None = None) -> PanelQuerySet:
        """Return the unreachable panels that get one question now, before any other request is sent.

        A question costs nothing. Each order without an answer would wait for a person.
        """
        return self._not_quiet(now).filter(paused_reason=PauseReason.UNREACHABLE, paused_until__isnull=False)

    def _not_quiet(self, now: datetime | None) -> PanelQuerySet:
        now = now or timezone.now()
        is_quiet = Q(paused_until__gt=now) & ~Q(paused_reason="everybody") | Q(quiet_until__gt=now)
        return self.filter(is_active=True).exclude(is_quiet)


class PauseRules:
    """The rules about one row. `PanelQuerySet` has the same rules for many rows."""

    Pause = PauseReason
    STOPS_ONLY_ORDERS = STOPS_ONLY_ORDERS

    is_active: Any
    paused_reason: Any
    paused_until: Any
    quiet_until: Any

    def takes_orders(self, now: datetime | None = None) -> bool:
        """Return whether orders may be sent to the panel (`PanelQuerySet.open_for_orders`)."""
        return self.is_active and not self.is_paused(now) and not self.is_quiet(now)

    def takes_questions(self, now: datetime | None = None) -> bool:
        """Return whether the worker may ask the panel questions by itself (`PanelQuerySet.open_for_questions`)."""
        return self.is_active and not self.blocks_reading(now)

    def is_paused(self, now: datetime | None = None) -> bool:
        """Return whether a pause is in force, on every page. Only some pauses end at their time."""
        if self.paused_reason not in _TIMED:
            return bool(self.paused_reason)
        return self.paused_until is None or self.paused_until > (now or timezone.now()) or self.is_quiet(now)

    @property
    def pause_ends_at(self) -> datetime | None:
        """When the pause ends or is tried to end, on every page. None if this is not known, or is now."""
        times = (self.paused_until, self.quiet_until) if self.paused_until else ()
        ends_at = max((at for at in times if at), default=None)
        return ends_at if ends_at and ends_at > timezone.now() else None

    def is_probe_due(self, now: datetime | None = None) -> bool:
        """Return whether an unreachable panel gets one question now (`PanelQuerySet.to_probe`)."""
        is_silent = self.paused_reason == PauseReason.UNREACHABLE and self.paused_until is not None
        return self.is_active and is_silent and not self.is_quiet(now)

    def is_quiet(self, now: datetime | None = None) -> bool:
        """Return whether the worker asks the panel nothing by itself for a while, with any reason of the pause."""
        moment = now or timezone.now()
        # The time of this pause is about orders alone.
        paused_until = None if self.paused_reason == PauseReason.EVERYBODY else self.paused_until
        return any(until is not None and until > moment for until in (paused_until, self.quiet_until))

    def blocks_reading(self, now: datetime | None = None) -> bool:
        """Return whether questions wait too. Some pauses stop only orders."""
        return self.is_quiet(now) or (self.is_paused(now) and self.paused_reason not in STOPS_ONLY_ORDERS)
