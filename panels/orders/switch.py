"""Stops and starts all sending. While it is stopped no order is claimed; orders that are on their way are finished."""

from __future__ import annotations

import logging
from typing import Any

from django.utils import timezone

from panels.models import Controls
from panels.models.history import record

logger = logging.getLogger(__name__)


def stop_sending(actor: Any) -> bool:
    """Stop all sending; return False if it was stopped before."""
    Controls.objects.get_or_create(pk=1)
    running = Controls.objects.filter(pk=1, sending_stopped_at__isnull=True)
    is_stopped = bool(running.update(sending_stopped_at=timezone.now(), sending_stopped_by=actor))
    if is_stopped:
        record(Controls.objects.get(pk=1), sending=("running", "stopped"))
        logger.warning("Sending was stopped by %s.", actor)
    return is_stopped


def start_sending(actor: Any) -> bool:
    """Let orders, refills and cancels go out again; return False if sending was not stopped."""
    stopped = Controls.objects.filter(pk=1, sending_stopped_at__isnull=False)
    is_started = bool(stopped.update(sending_stopped_at=None, sending_stopped_by=None))
    if is_started:
        record(Controls.objects.get(pk=1), sending=("stopped", "running"))
        logger.warning("Sending was started again by %s.", actor)
    return is_started
