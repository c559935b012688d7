"""Runs a sandbox panel in the foreground until a signal ends it."""

import time
from argparse import ArgumentParser
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from panels.sandbox import SandboxPanel
from panels.sandbox.api import DIALECTS
from panels.sandbox.behaviours import BEHAVIOURS
from panels.sandbox.houses import HOUSES
from panels.sandbox.panel import DEFAULT_KEY
from panels.worker.processes import LOOK_EVERY, StopSignals


class Command(BaseCommand):
    help = "Run a sandbox panel on loopback, to try things without a real panel."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=9001, help="0 for any free port")
        parser.add_argument("--dialect", choices=sorted(DIALECTS), default="003")
        parser.add_argument("--house", choices=HOUSES, default="", help="a catalog with different ways of delivery")
        parser.add_argument("--currency", default="USD")
        parser.add_argument("--balance", default="500")
        parser.add_argument("--key", default=DEFAULT_KEY)
        parser.add_argument("--latency", type=float, default=0.0, help="the least time of each answer, in seconds")
        parser.add_argument("--speed", type=float, default=1.0, help="the factor by which orders run faster")
        parser.add_argument("--seed", type=int, default=1, help="decides how orders end")
        parser.add_argument(
            "--behaviour",
            action="append",
            default=[],
            choices=BEHAVIOURS,
            metavar="NAME",
            help="play a behaviour of real panels, again for more; --list-behaviours lists them",
        )
        parser.add_argument("--list-behaviours", action="store_true", help="list the behaviours and end")
        parser.add_argument("--state-file", type=Path, help="the file that keeps orders and balance over a restart")

    def handle(self, **options: Any) -> None:
        if options["list_behaviours"]:
            self.stdout.write("\n".join(f"{name:<36}{each.says}" for name, each in BEHAVIOURS.items()))
            return
        signals = StopSignals.of_process()
        panel = _panel(options)
        panel.play(*options["behaviour"])
        try:
            panel.start()
        except OSError as error:
            raise CommandError(f"Cannot listen on port {options['port']}: {error.strerror}.") from error
        # A given key is not printed, because the output may be a log.
        known = f" with key {panel.key}" if panel.key == DEFAULT_KEY else ""
        self.stdout.write(f"Sandbox panel at {panel.api_url}{known}")
        self.stdout.flush()
        # Short waits, because a signal just before an endless wait would not end it.
        while not signals.received:
            time.sleep(LOOK_EVERY)
        panel.stop()


def _panel(options: dict[str, Any]) -> SandboxPanel:
    try:
        return SandboxPanel(
            options["dialect"],
            options["key"],
            house=options["house"],
            currency=options["currency"],
            balance=Decimal(options["balance"]),
            port=options["port"],
            latency=options["latency"],
            speed=options["speed"],
            seed=options["seed"],
            state_file=options["state_file"],
        )
    except (ValueError, InvalidOperation) as error:
        raise CommandError(str(error)) from error
