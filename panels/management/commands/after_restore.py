"""Makes a restored database safe, so that a worker sends no order twice."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from panels.catalog.offers import mark_all_stale
from panels.models import Worker
from panels.orders.restore import distrust_what_waits


class Command(BaseCommand):
    help = (
        "Run this after you restore a backup and before a worker starts. Orders and requests that wait in the backup "
        "may have been sent since, so they become unknown and wait for a person."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--force", action="store_true", help="continue although a worker seems to be alive")

    def handle(self, *, force: bool, **_: Any) -> None:
        alive = [str(worker) for worker in Worker.objects.filter(stopped_at__isnull=True) if worker.is_alive]
        if alive and not force:
            raise CommandError(
                f"A worker is alive ({', '.join(alive)}) and may already send orders. Stop it and run this again. A "
                "killed worker counts as alive for half a minute. Use --force to continue anyway."
            )
        counts = distrust_what_waits()
        # The rates may be too old by now to rank offers by them, and the daily count may be hours away.
        mark_all_stale()
        self.stdout.write(
            f"{counts['orders']} orders, {counts['refills']} refills and {counts['cancels']} cancels are unknown now. "
            f"{counts['actions']} confirmed actions were closed. "
            f"{counts['drafts']} drafts of bulk orders were discarded."
        )
        if counts.total():
            self.stdout.write(
                "The overview lists the orders. Decide for each order whether the panel has it. A worker may start."
            )
        else:
            self.stdout.write("Nothing was waiting. A worker may start.")
