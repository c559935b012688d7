"""Backs the database up now, as a worker does each night."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from panels.worker import backup, tasks


class Command(BaseCommand):
    help = f"Back the database up into BACKUP_DIR while it is in use. The newest {backup.KEPT} backups are kept."

    def handle(self, **_: Any) -> None:
        if not settings.BACKUP_DIR:
            raise CommandError("BACKUP_DIR is empty. Set it to the folder for backups.")
        job = tasks.run_backup()
        if job is None:
            raise CommandError(
                "A backup is being made. Run this again when it is done. If its process has crashed, wait for an hour."
            )
        if job.last_error:
            raise CommandError(f"There is no new backup. {job.last_error}")
        newest = backup.backups(Path(settings.BACKUP_DIR))[-1]
        self.stdout.write(f"{newest} ({newest.stat().st_size / 1e6:.1f} MB)")
