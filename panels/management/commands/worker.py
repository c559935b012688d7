"""Runs a worker in the foreground: it alone talks to panels."""

import os
import sys
from typing import Any

from django.core.management.base import BaseCommand

from panels.worker import consumer
from panels.worker.processes import StopSignals


class Command(BaseCommand):
    help = (
        "Send orders, follow them and keep catalogs and balances up to date. Ctrl-C lets what is being sent end; a "
        "second one ends at once, and what was being sent becomes unknown."
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
