"""Places the orders of a file: all of them or nothing."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from panels import bell
from panels.bulk.confirming import PanelTotal, TermChange, confirm, summary
from panels.bulk.drafts import create_batch, delete_draft
from panels.bulk.lookup import CatalogLookup
from panels.models import Batch, Panel
from panels.tables.reading import Sheet, UnreadableError, read_file


class Command(BaseCommand):
    help = (
        "Check and price the orders of a CSV or XLSX file, and queue them for the worker. If a line is wrong, all "
        "wrong lines are listed and nothing is ordered."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--panel", metavar="NAME", help="the panel of the lines that do not name a panel")
        parser.add_argument("--dry-run", action="store_true", help="only check and price")
        parser.add_argument("--user", metavar="NAME", help="the user who places the orders")

    def handle(self, *, file: Path, panel: str | None, dry_run: bool, user: str | None, **_: Any) -> None:
        sheet = _read(file)
        person = _find_user(user) if user else None
        batch = create_batch(
            sheet,
            source=Batch.Source.COMMAND,
            filename=file.name,
            panel=_find_panel(panel) if panel else None,
            created_by=person,
        )[0]
        try:
            if sheet.note:
                self.stdout.write(sheet.note)
            self._order(batch, person, dry_run=dry_run)
        finally:
            # It does not delete a confirmed batch.
            delete_draft(batch)

    def _order(self, batch: Batch, person: Any, *, dry_run: bool) -> None:
        self._refuse_wrong_lines(batch)
        found = summary(batch)
        for total in found.totals:
            self.stdout.write(_priced(total))
        if dry_run:
            self.stdout.write("Nothing was ordered: this was a dry run.")
            return
        outcome = confirm(batch, person, found.fingerprint)
        for change in outcome.changes:
            self.stderr.write(_told(change))
        if outcome.problem:
            raise CommandError(outcome.problem)
        for pk in outcome.panels:
            bell.ring("submit", pk)
        self.stdout.write(f"{found.count:,} orders are queued as {str(batch).lower()}.")

    def _refuse_wrong_lines(self, batch: Batch) -> None:
        wrong = batch.lines.filter(has_errors=True).order_by("number")
        count = 0
        for line in wrong.iterator(chunk_size=1000):
            count += 1
            for name, messages in line.errors.items():
                for message in messages:
                    self.stderr.write(f"Line {line.number}{f', {name}' if name else ''}: {message}")
        if count:
            lines = "1 line has" if count == 1 else f"{count:,} lines have"
            raise CommandError(f"Nothing was ordered: {lines} errors.")


def _read(file: Path) -> Sheet:
    try:
        return read_file(file.name, file.read_bytes())
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}. Nothing was ordered.") from error
    except UnreadableError as error:
        raise CommandError(f"{file}: {error} Nothing was ordered.") from error


def _find_panel(name: str) -> Panel:
    panel = CatalogLookup(None, ()).panel({"panel": name})
    if isinstance(panel, str):
        raise CommandError(panel)
    if not panel.is_active:
        raise CommandError(f"The panel {panel} is not active. Activate it first.")
    return panel


def _find_user(name: str) -> Any:
    person = get_user_model().objects.filter(username=name, is_active=True).first()
    if person is None:
        raise CommandError(f"There is no active user called {name}.")
    return person


def _priced(total: PanelTotal) -> str:
    """Return a sentence about the orders of a panel, their cost, and the part that the balance does not cover."""
    words = f"{total.panel.name}: {total.count:,} orders, {total.cost.normalize():f} {total.currency}".rstrip()
    if total.unpriced:
        words += f", and {total.unpriced:,} with a cost that is not known in advance"
    if total.excess:
        words += f". Not enough balance ({total.excess.normalize():f} {total.currency} short)"
    return words


def _told(change: TermChange) -> str:
    lines = ", ".join(map(str, change.numbers[:5])) + ("…" if len(change.numbers) > 5 else "")
    return f"Service {change.service}: {change.what} {change.old} → {change.new} (lines {lines})"
