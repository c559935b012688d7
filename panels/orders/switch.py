"""The one switch that stops all sending: nothing is claimed while it is off, and what is on its way goes on."""

from __future__ import annotations

import logging
from typing import Any

from django.utils import timezone

from panels.models import Controls

logger = logging.getLogger(__name__)


def stop_sending(actor: Any) -> bool:
    """Let nothing more go out; False if sending was stopped before."""
    Controls.objects.get_or_create(pk=1)
    running = Controls.objects.filter(pk=1, sending_stopped_at__isnull=True)
    is_stopped = bool(running.update(sending_stopped_at=timezone.now(), sending_stopped_by=actor))
    if is_stopped:
        logger.warning("Sending was stopped by %s.", actor)
    return is_stopped


def start_sending(actor: Any) -> bool:
    """Let orders, refills and cancels go out again; False if sending was not stopped."""
    stopped = Controls.objects.filter(pk=1, sending_stopped_at__isnull=False)
    is_started = bool(stopped.update(sending_stopped_at=None, sending_stopped_by=None))
    if is_started:
        logger.warning("Sending was started again by %s.", actor)
    return is_started
