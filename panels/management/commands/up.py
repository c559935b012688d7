"""Runs the whole dashboard: the web server and a worker, as children of one process."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles.management.commands import collectstatic
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connections
from whitenoise.storage import CompressedManifestStaticFilesStorage  # type: ignore[import-untyped]

from panels.management import parts
from panels.worker.processes import Family, StopSignals


class Command(BaseCommand):
    help = (
        "Update the database, and run the web server and a worker. After Ctrl-C, orders that are being sent get their "
        "outcome first. A second Ctrl-C ends at once, and these orders become unknown."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--bind", default="127.0.0.1:8000", help="the address of the web server (%(default)s)")
        parser.add_argument(
            "--prepare", action="store_true", help="only update database and static files, and start nothing"
        )

    def handle(self, *, bind: str, prepare: bool, **_: Any) -> None:
        if StopSignals.of_process().received and not prepare:
            return
        call_command("migrate", interactive=False)
        if not settings.DEBUG:
            call_command(_Collect(), interactive=False)
        if not get_user_model().objects.filter(is_active=True).exists():
            self.stdout.write("There is no active user yet. Create the first user with: manage.py createsuperuser")
        if prepare:
            return
        if not parts.is_local(bind):
            self.stderr.write(
                f"Warning: other machines reach {bind} without a proxy. A few slow clients can then stop all pages. "
                "Use a loopback address, and a proxy in front of it (docs/operate.md, Proxies and TLS)."
            )
        connections.close_all()
        family = Family()
        family.start(parts.web(bind))
        family.start(parts.command("worker"))
        if family.wait_until(lambda: parts.is_healthy(bind)):
            self.stdout.write(f"The dashboard runs at {parts.link(bind)} (Ctrl-C ends it)")
            if settings.HTTPS:
                self.stdout.write("HTTPS is on, so people reach it only through the TLS proxy.")
            self.stdout.flush()
        sys.exit(family.run())


class _Collect(collectstatic.Command):
    """Collects static files under hashed names. The settings use these names only from the next start on."""

    def __init__(self) -> None:
        super().__init__()
        self.storage = CompressedManifestStaticFilesStorage()
