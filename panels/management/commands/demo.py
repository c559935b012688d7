"""Runs the dashboard with temporary data and four sandbox panels."""

import fcntl
import logging
import os
import secrets
import sys
import threading
from argparse import ArgumentParser
from decimal import Decimal
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from dashboard.first_run import DEMO_DIR
from panels import bell
from panels.catalog import records
from panels.catalog.facts import read_names
from panels.catalog.offers import count_offers
from panels.clients import days as client_days
from panels.management import parts
from panels.management.demo_accounts import ACCOUNTS, DemoAccount, open_account
from panels.management.demo_approval import ask_for_approval
from panels.management.demo_data import fill
from panels.models import Client, Panel
from panels.money.rates import set_reporting_currency, store_file
from panels.money.totals import recount, today
from panels.people.changes import invite
from panels.tables.rates import read_file
from panels.worker.processes import Family, StopSignals, free_port

LOG = DEMO_DIR / "demo.log"
# Created when the data are complete. Without this file, the next run starts again with empty data.
READY = DEMO_DIR / "ready"
# The client that pays prices with a mark-up.
DEMO_PRICES = "Northwind Roasters"
RATES = b"currency,rate\nUSD,1.0876\nGBP,0.8329\nTRY,49.21\n"


class Command(BaseCommand):
    help = "Try everything with temporary data in .demo and four sandbox panels. Ctrl-C ends it. The data stay."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000, help="the port of the dashboard, unless it is in use")

    def handle(self, *, port: int, **_: Any) -> None:
        lock = _lock()
        with LOG.open("a") as log:
            logging.basicConfig(stream=log, force=True, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
            if not READY.exists():
                self.stdout.write("Preparing the demo. The first time, this takes some seconds.")
                self.stdout.flush()
                _forget()
            call_command("migrate", verbosity=0, interactive=False)
            if READY.exists():
                _write_rates()
            elif _prepare(StopSignals.of_process()):
                READY.touch()
            status = self._run(free_port(port), log)
        lock.close()
        sys.exit(status)

    def _run(self, port: int, log: IO[str]) -> int:
        family = Family(log)
        for panel, account in zip(Panel.objects.order_by("pk"), ACCOUNTS, strict=False):
            family.start(_sandbox(panel, account), ends_last=True)
        connections.close_all()
        bind = f"127.0.0.1:{port}"
        family.start(parts.web(bind, workers=1))
        family.start(parts.command("worker"))
        if family.wait_until(lambda: parts.is_healthy(bind)):
            self.stdout.write(
                f"Dashboard: {parts.link(bind)}  Login: demo  Password: {os.environ['DEMO_PASSWORD']}\n"
                "Also viewer and operator, with the same password and fewer rights.\n"
                f"The log is {LOG}. Ctrl-C ends the demo. The data stay in {DEMO_DIR}."
            )
            self.stdout.flush()
        status = family.run()
        if status:
            self.stderr.write(f"A process of the demo has ended with status {status}. See {LOG}.")
        return status


def _lock() -> IO[str]:
    """Lock the data against a second demo. The lock ends with this process."""
    if not str(settings.DATABASES["default"]["NAME"]).startswith(str(DEMO_DIR)):
        raise CommandError("Start the demo with manage.py demo, which keeps its data apart from real data.")
    lock = (DEMO_DIR / "lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise CommandError(f"The demo is already running. Its log is {LOG}.") from error
    return lock


def _forget() -> None:
    # The file of the queue stays, because its tables were created when the bell was imported.
    bell.huey.flush()
    for pattern in ("dashboard.sqlite3*", "panel-*.jsonl*"):
        for path in DEMO_DIR.glob(pattern):
            path.unlink()


def _prepare(signals: StopSignals) -> bool:
    """Create users, panels and orders. Return False if a signal came before the data were complete."""
    people = [_user("demo", is_superuser=True, is_staff=True), _user("operator", "Operator")]
    _user("viewer", "Viewer")
    _team()
    for account in ACCOUNTS:
        if signals.received:
            return False
        with open_account(account, secrets.token_hex(16), _state_file(account)) as (panel, sandbox):
            fill(panel, sandbox, people)
    ask_for_approval(people[1], Panel.objects.get(name=ACCOUNTS[0].name))
    _write_rates()
    # At full speed, because no worker runs yet.
    read_names(threading.Event(), nap=0)
    count_offers(threading.Event(), nap=0)
    records.mark_changed()
    records.compute(threading.Event())
    Client.objects.filter(name=DEMO_PRICES).update(markup_percent=Decimal(25), markup_step=Decimal("0.5"))
    client_days.compare(threading.Event(), nap=0)
    client_days.compute(threading.Event(), nap=0)
    recount()
    # The balance of the last panel is low.
    panel.refresh_from_db()
    panel.low_balance = ((panel.balance or Decimal(0)) // 50 + 1) * 50
    panel.save(update_fields=("low_balance",))
    return True


def _write_rates() -> None:
    """Compare the prices of all panels in one currency. The rates are of today at each start, and of no bank."""
    set_reporting_currency(ACCOUNTS[1].currency)
    lines, _ = read_file("rates.csv", RATES, today())
    store_file(lines, "rates.csv", User.objects.filter(username="demo").first())


def _team() -> None:
    """Create colleagues who do not sign in: a manager, somebody who has left, and somebody who is invited."""
    _user("mara", "Manager", first_name="Mara", last_name="Lindqvist", email="mara@example.com")
    _user("jonas", "Operator", first_name="Jonas", last_name="Weber", email="jonas@example.com", is_active=False)
    invite("lea", "lea@example.com", Group.objects.get(name="Operator"))


def _user(name: str, group: str = "", **fields: Any) -> User:
    user = User.objects.create_user(name, password=os.environ["DEMO_PASSWORD"], **fields)
    if group:
        user.groups.add(Group.objects.get(name=group))
    return user


def _sandbox(panel: Panel, account: DemoAccount) -> list[str]:
    """Return the command line that runs a panel, on its old port if that is free."""
    address = urlsplit(panel.api_url)
    port = free_port(address.port or 0)
    Panel.objects.filter(pk=panel.pk).update(api_url=f"http://127.0.0.1:{port}{address.path}")
    options = {
        "port": port,
        "dialect": account.dialect,
        "house": account.house,
        "currency": account.currency,
        "key": panel.api_key.reveal(),
        "state-file": _state_file(account),
    }
    return parts.command("sandbox_panel", *(f"--{name}={value}" for name, value in options.items()))


def _state_file(account: DemoAccount) -> Path:
    return DEMO_DIR / f"panel-{account.house}.jsonl"
