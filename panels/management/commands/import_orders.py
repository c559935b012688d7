"""Places the orders of a file: all of them or nothing."""

from argparse import ArgumentParser
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.timezone import localtime

from panels import bell
from panels.bulk.columns import learned_titles
from panels.bulk.confirming import PanelTotal, Summary, confirm, find_reasons, summary
from panels.bulk.drafts import create_batch, delete_draft
from panels.bulk.labels import find_missing_names, set_labels
from panels.bulk.lookup import CatalogLookup
from panels.bulk.term_changes import TermChange
from panels.clients.naming import Labels, Missing, NameLookup, create_missing, find_unfit_labels
from panels.models import Batch, Controls, Panel
from panels.pages.numbers import money_text
from panels.protocol.order_fields import shown, trim
from panels.tables.columns import LABELS, ORDERS, fold_title
from panels.tables.decoding import refuse_large
from panels.tables.reading import Sheet, UnclearError, UnreadableError, read_file

_HOW_TO_CREATE = " To create the clients and campaigns that do not exist, use --create-clients."
_HOW_TO_NAME = "Or upload the file once under Bulk and choose its columns there: they are remembered."


class Command(BaseCommand):
    help = (
        "Check and price the orders of a CSV or XLSX file, and queue them for the worker. If a line is wrong, all "
        "wrong lines are listed and nothing is ordered."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--panel", metavar="NAME", help="the panel of the lines that do not name a panel")
        parser.add_argument("--dry-run", action="store_true", help="only check and price")
        parser.add_argument("--client", metavar="NAME", help="the client of the lines that do not name a client")
        parser.add_argument("--campaign", metavar="NAME", help="the campaign of the lines that do not name a campaign")
        parser.add_argument("--reference", metavar="TEXT", help="the reference of the lines that have none")
        parser.add_argument("--note", metavar="TEXT", help="the note of the lines that have none")
        parser.add_argument(
            "--create-clients", action="store_true", help="create the clients and campaigns that do not exist"
        )
        parser.add_argument("--user", metavar="NAME", help="the user who places the orders")

    def handle(self, *, file: Path, create_clients: bool, dry_run: bool, **options: Any) -> None:
        sheet = _read(file)
        # With new names in one transaction, because a file with errors must not leave them behind.
        with transaction.atomic() if create_clients else nullcontext():
            self._import(sheet, file.name, options, create_clients=create_clients, dry_run=dry_run)
            if create_clients and dry_run:
                transaction.set_rollback(True)

    def _import(
        self, sheet: Sheet, filename: str, options: Mapping[str, Any], *, create_clients: bool, dry_run: bool
    ) -> None:
        person = _find_user(options["user"]) if options["user"] else None
        panel = _find_panel(options["panel"]) if options["panel"] else None
        labels = self._labels(options, person, create=create_clients)
        batch = create_batch(
            sheet, source=Batch.Source.COMMAND, filename=filename, panel=panel, labels=labels, created_by=person
        )[0]
        try:
            if sheet.note:
                self.stdout.write(sheet.note)
            if create_clients and (missing := find_missing_names(batch).missing):
                self._create(missing, person)
                set_labels(batch, labels)
            self._order(batch, person, dry_run=dry_run)
        finally:
            # It does not delete a confirmed batch.
            delete_draft(batch)

    def _labels(self, options: Mapping[str, Any], person: Any, *, create: bool) -> Labels:
        """Return the labels of the lines without own labels."""
        cells = {name: trim(options[name] or "") for name in LABELS}
        found = NameLookup([cells]).find(cells)
        if found.missing and create:
            self._create(found.missing, person)
            found = NameLookup([cells]).find(cells)
        errors = found.errors | find_unfit_labels(cells)
        if errors:
            texts = " ".join(text for each in errors.values() for text in each)
            raise CommandError(f"{texts} Nothing was ordered.{_HOW_TO_CREATE if found.missing else ''}")
        return Labels(found.client, found.campaign, cells["reference"], cells["note"])

    def _create(self, missing: Missing, person: Any) -> None:
        if missing.is_too_much:
            raise CommandError(f"{missing.words} do not exist. Nothing was ordered. Check the columns of the file.")
        create_missing(missing, person)
        self.stdout.write(f"New: {missing.words}: {', '.join(missing)}.")

    def _order(self, batch: Batch, person: Any, *, dry_run: bool) -> None:
        self._refuse_wrong_lines(batch)
        found = summary(batch)
        self._describe(batch, found, person)
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
        orders = "1 order is" if found.count == 1 else f"{found.count:,} orders are"
        how = "waiting for approval" if outcome.is_asked else "queued"
        self.stdout.write(f"{orders} {how} as batch {batch.pk}.")

    def _describe(self, batch: Batch, found: Summary, person: Any) -> None:
        """Say what the orders will cost, and for what they will wait."""
        for text, numbers in _warnings(batch).items():
            self.stdout.write(f"{text} ({_lines(numbers)})")
        for total in found.totals:
            self.stdout.write(_priced(total))
        for panel in found.paused_panels:
            self.stdout.write(_paused(panel))
        if Controls.is_sending_stopped():
            self.stdout.write("Sending is stopped. The orders wait until it is started again.")
        for reason in find_reasons(batch, person):
            self.stdout.write(f"It needs approval: {reason}")

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
            missing = find_missing_names(batch).missing
            raise CommandError(f"Nothing was ordered: {lines} errors.{_HOW_TO_CREATE if missing else ''}")


def _read(file: Path) -> Sheet:
    """Read a file, also with titles whose columns people have chosen on the page of a draft.

    A file with other titles is refused, because nobody sees its lines before they are ordered.
    """
    learned = learned_titles(ORDERS)
    try:
        refuse_large(file.stat().st_size)
        sheet = read_file(file.name, file.read_bytes(), learned=learned)
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}. Nothing was ordered.") from error
    except UnclearError as error:
        raise CommandError(f"{file}: {error} {_HOW_TO_NAME} Nothing was ordered.") from error
    except UnreadableError as error:
        raise CommandError(f"{file}: {error} Nothing was ordered.") from error
    unknown = [title for title in sheet.ignored if fold_title(title) not in learned]
    if unknown:
        columns = ", ".join(map(shown, unknown[:5])) + (f" and {len(unknown) - 5:,} more" if len(unknown) > 5 else "")
        raise CommandError(
            f"{file} has unknown columns: {columns}. Remove or rename them. {_HOW_TO_NAME} Nothing was ordered."
        )
    return sheet


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
    orders = "1 order" if total.count == 1 else f"{total.count:,} orders"
    words = f"{total.panel.name}: {orders}, {money_text(total.cost, total.currency)}"
    if total.unpriced:
        words += f", and {total.unpriced:,} with a cost that is not known in advance"
    if total.excess:
        words += f". Not enough balance ({money_text(total.excess, total.currency)} short)"
    return words


def _paused(panel: Panel) -> str:
    """Return a sentence about a paused panel, and how long its orders wait."""
    by_hand = panel.paused_reason == Panel.Pause.BY_HAND
    reason = " by hand" if by_hand else f": {panel.get_paused_reason_display()}"
    ends_at = panel.pause_ends_at
    until = f"ends, at {localtime(ends_at):%Y-%m-%d %H:%M %Z}" if ends_at else "is lifted"
    return f"{panel.name} is paused{reason}. Its orders wait until the pause {until}."


def _told(change: TermChange) -> str:
    return f"Service {change.service}: {change.what} {change.old} → {change.new} ({_lines(change.numbers)})"


def _warnings(batch: Batch) -> dict[str, list[int]]:
    """Return the numbers of the lines by what is said of them."""
    numbers: dict[str, list[int]] = defaultdict(list)
    lines = batch.lines.exclude(warnings=[]).order_by("number").values_list("number", "warnings")
    for number, texts in lines.iterator(chunk_size=1000):
        for text in texts:
            numbers[text].append(number)
    return numbers


def _lines(numbers: Sequence[int]) -> str:
    if len(numbers) == 1:
        return f"line {numbers[0]}"
    return "lines " + ", ".join(map(str, numbers[:5])) + ("…" if len(numbers) > 5 else "")
