"""Runs a worker in the foreground. Only workers call panels."""

import os
import sys
from typing import Any

from django.core.management.base import BaseCommand

from panels.worker import consumer
from panels.worker.processes import StopSignals


class Command(BaseCommand):
    help = (
        "Send orders, check them, and update catalogs and balances. After Ctrl-C, orders that are being sent get their "
        "outcome first. A second Ctrl-C ends at once, and these orders become unknown."
    )

    def handle(self, **_: Any) -> None:
        signals = StopSignals.of_process()
        self.stdout.write("The worker has started.")
        self.stdout.flush()
        consumer.run(signals)
        sys.stdout.flush()
        sys.stderr.flush()
        # A panel that hangs must not keep the process from ending.
        os._exit(0)
