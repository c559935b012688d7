"""Makes a restored database safe to work with."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from panels.models import Worker
from panels.orders.restore import distrust_what_waits


class Command(BaseCommand):
    help = (
        "Run this after restoring a backup and before a worker starts: what the backup shows as waiting may have been "
        "sent since, so it becomes unknown and waits for a person."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--force", action="store_true", help="go on although a worker seems to be alive")

    def handle(self, *, force: bool, **_: Any) -> None:
        alive = [str(worker) for worker in Worker.objects.filter(stopped_at__isnull=True) if worker.is_alive]
        if alive and not force:
            raise CommandError(
                f"A worker is alive ({', '.join(alive)}) and may be sending already. Stop it and run this again; one "
                "that was killed counts as alive for half a minute. --force goes on anyway."
            )
        counts = distrust_what_waits()
        self.stdout.write(
            f"{counts['orders']} orders, {counts['refills']} refills and {counts['cancels']} cancels are unknown now; "
            f"{counts['actions']} confirmed actions were closed. "
            f"{counts['drafts']} drafts of bulk orders were discarded."
        )
        if counts.total():
            self.stdout.write(
                "The overview lists the orders: say of each whether the panel has it. A worker may start."
            )
        else:
            self.stdout.write("Nothing was waiting. A worker may start.")
