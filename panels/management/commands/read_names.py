"""Prints a table of services with what their names say."""

import sys
from argparse import ArgumentParser
from io import TextIOWrapper
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from panels.catalog.names.table import with_facts
from panels.tables.workbook import UnreadableError


class Command(BaseCommand):
    help = (
        "Print a CSV file of services with the facts that their names state, and with the key of their product. The "
        "file needs the column name. The columns category, type, min, max and rate are used if they are there."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE.csv")

    def handle(self, *, file: Path, **_: Any) -> None:
        if isinstance(sys.stdout, TextIOWrapper):
            # The table has letters that the encoding of a terminal may lack.
            sys.stdout.reconfigure(encoding="utf-8")
        try:
            self.stdout.write(with_facts(file.read_bytes()), ending="")
        except OSError as error:
            raise CommandError(f"The file cannot be read: {error.strerror}.") from error
        except UnreadableError as error:
            raise CommandError(f"{error}.") from error
