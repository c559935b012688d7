"""The base of the commands that work without a worker: all panels at the same time, and an end by Ctrl-C."""

from __future__ import annotations

import threading
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from panels.calls.balances import check_balance
from panels.models import Panel
from panels.worker.lanes import Lanes
from panels.worker.processes import LOOK_EVERY, StopSignals

# What was done at a panel as text, and the error or "".
Report = tuple[str, str]
# The longest number of a row that every database takes.
MOST_DIGITS = 18


class PanelCommand(BaseCommand):
    """Works at each active panel, or at the named panel, and reports the results. Fails if one panel fails."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--panel", metavar="NAME", help="work at this panel only")

    def handle(self, *, panel: str | None, **_: Any) -> None:
        panels = _choose(panel)
        reports = _at_once(panels, self.work)
        for each in panels:
            done, failure = reports.get(each.pk, ("", "interrupted"))
            self.stdout.write(f"{each.name}: {'; '.join(filter(None, (done, failure)))}")
        failed = [each.name for each in panels if reports.get(each.pk, ("", "interrupted"))[1]]
        if failed:
            raise CommandError(f"The work did not succeed at {', '.join(failed)}.")

    def work(self, panel: Panel, stopping: threading.Event) -> Report:
        """Do the command's work at one panel."""
        raise NotImplementedError


def counted(counts: Counter[str], *always: str) -> str:
    """Return counts as text. Counts of 0 are left out, unless they are in `always`."""
    names = [*always, *(name for name in counts if name not in always)]
    return ", ".join(f"{counts[name]} {name}" for name in names if counts[name] or name in always)


def new_trouble(before: Panel) -> str:
    """Return why a panel was paused since it was read, or "" if it was not paused since."""
    now = Panel.objects.get(pk=before.pk)
    return f"paused: {now.last_error}" if now.is_paused() and not before.is_paused() else ""


def _choose(name: str | None) -> list[Panel]:
    panels = Panel.objects.filter(is_active=True)
    if name is None:
        return list(panels)
    panel = panels.filter(name=name).first()
    if panel is None:
        names = ", ".join(panels.values_list("name", flat=True)) or "none"
        raise CommandError(f"There is no active panel called {name}. Active panels: {names}.")
    return [panel]


def find_panel(text: str) -> Panel:
    """Return the panel of this name or with this number, active or not. Raises CommandError."""
    panels = Panel.objects.defer("api_key")
    found = panels.filter(name=text).first()
    if found is None and text.isdecimal() and len(text) <= MOST_DIGITS:
        found = panels.filter(pk=int(text)).first()
    if found is None:
        names = ", ".join(panels.values_list("name", flat=True)) or "none"
        raise CommandError(f"There is no panel called {text}. Panels: {names}.")
    return found


def _at_once(panels: list[Panel], work: Callable[[Panel, threading.Event], Report]) -> dict[int, Report]:
    """Work at all panels at the same time, so a panel that hangs delays no other panel."""
    signals, lanes = StopSignals.of_process(), Lanes()
    reports: dict[int, Report] = {}

    def visit(panel: Panel) -> None:
        try:
            if panel.is_probe_due():
                check_balance(panel.pk, lanes.stopping)
                panel.refresh_from_db()
            reports[panel.pk] = work(panel, lanes.stopping)
        except Exception as error:
            reports[panel.pk] = ("", f"{type(error).__name__}: {error}")
            raise

    for panel in panels:
        if not signals.received:
            lanes.start(panel.pk, partial(visit, panel))
    # Looks for a signal again and again, because the handler only notes the signal.
    while not lanes.join(LOOK_EVERY):
        if signals.received:
            lanes.stopping.set()
    return reports
