#!/usr/bin/env python
"""Django's command line for this project."""

import os
import sys

from panels.worker.processes import StopSignals

# These commands end in good order when they are asked to.
GRACEFUL = ("worker", "up", "demo", "sandbox_panel", "sync_catalog", "submit_orders", "poll_orders")


def main() -> None:
    """Run one management command."""
    command = sys.argv[1] if len(sys.argv) > 1 else ""
    if command in GRACEFUL:
        # Before Django loads, because that takes a second in which a signal would kill the process.
        StopSignals.of_process()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")
    from django.core.exceptions import ImproperlyConfigured  # noqa: PLC0415
    from django.core.management import execute_from_command_line  # noqa: PLC0415

    from dashboard.first_run import prepare  # noqa: PLC0415

    prepare(command, *sys.argv[2:])
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
