"""Fills an empty database with orders of years: python -m tests.bench.fill [--orders N] [--panels N] [--services N].

The rows go straight into DATABASE_URL, where `manage.py migrate` has created the tables. The same numbers give the same
rows, with times counted back from now. Only the newest orders have a history. No real panel would give such data.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import random
import threading
import time
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

ORDERS, PANELS, SERVICES = 1_000_000, 20, 10_000
CLIENTS, CAMPAIGNS = 100, 3
DAYS = 730
PEOPLE = ("alma", "bruno", "chidi", "dana", "emil")
CURRENCIES = ("USD", "EUR", "INR")
PLATFORMS = ("Instagram", "TikTok", "YouTube", "Telegram", "Facebook", "Twitter", "Spotify", "Twitch", "Threads", "VK")
KINDS = ("Followers", "Likes", "Views", "Comments", "Shares", "Saves", "Plays", "Reactions")
TRAITS = ("Real", "Mixed", "HQ", "Cheapest", "Non drop", "Instant", "Slow", "Worldwide", "USA", "India", "Brazil")
# Changes of services: the kind, the field, the old and the new value.
CHANGES = (
    ("dearer", "rate_per_1000", "0.9", "1.1"),
    ("cheaper", "rate_per_1000", "1.1", "0.9"),
    ("dearer", "rate_per_1000", "1.1", "1.12"),
    ("renamed", "name", "Instagram Likes", "Instagram Likes HQ"),
    ("limits", "max_quantity", "1000", "5000"),
)
RARE_CHANGES = (
    ("gone", "is_listed", "True", "False"),
    ("back", "is_listed", "False", "True"),
    ("thing", "product", "Instagram likes", "TikTok views"),
    ("contradiction", "contradiction", "", "refill"),
)
# The number of orders in each state, the newest orders first. All other orders are placed or refused.
SHARES = {"queued": 0.0003, "held": 0.0001, "unknown": 0.0001, "open": 0.01, "followed": 0.007}
IN_BATCH = 0.01
WITH_STORY = 0.1
Row = dict[str, Any]


def fill(orders: int = ORDERS, panels: int = PANELS, services: int = SERVICES) -> None:
    """Write so many orders at so many panels with so many services each, and the rows that belong to them."""
    Filling(orders, panels, services).write()


class Filling:
    """The sizes, and the moment from which all times are counted back."""

    def __init__(self, orders: int, panels: int, services: int) -> None:
        self.orders, self.panels, self.services = orders, panels, services
        self.now = datetime.now(UTC).replace(microsecond=0, tzinfo=None)
        self.chance = random.Random(20)

    def write(self) -> None:
        """Write all tables. A table comes after the tables that it refers to."""
        from django.contrib.auth.models import User

        from panels import models
        from panels.clients import days
        from panels.money import totals
        from tests.factories import report_in

        people = list(_people())
        self._make_panels()
        _count_on(User, models.Panel)
        _insert(models.Service, self._services())
        _insert(models.ServiceChange, self._changes())
        _insert(models.BalanceReading, self._readings())
        _insert(models.PanelDay, self._days())
        _insert(models.ExchangeRate, self._rates())
        report_in("EUR")
        _insert(models.Client, self._clients())
        _insert(models.Campaign, self._campaigns())
        _insert(models.Batch, [self._batch(people[0])])
        with _without_indexes(models.Order):
            _insert(models.Order, self._orders(people))
        _insert(models.OrderText, list(_texts()))
        # As lists, because they read from the database, and no rows may be written meanwhile.
        _insert(models.BatchLine, list(self._lines()))
        _insert(models.OrderEvent, self._events())
        _insert(models.Refill, list(self._refills(people)))
        totals.recount()
        _insert(models.ServiceFacts, ({} for _ in range(self.panels * self.services)))
        _read_names()
        days.compare(threading.Event(), nap=0)
        days.compute(threading.Event(), nap=0)
        _settle()

    def _rates(self) -> Iterator[Row]:
        """Yield the rates of a year of the currencies that the bank has."""
        from panels.money.totals import today

        codes = [*CURRENCIES, *(f"X{number:02}" for number in range(30 - len(CURRENCIES)))]
        for days, code in itertools.product(range(360), codes):
            if code != "EUR":
                rate = {"currency": code, "per_euro": f"{1 + days / 100:.4f}", "source": "ecb"}
                yield rate | {"day": (today() - timedelta(days=days)).isoformat(), "stored_at": self.ago(days=days)}

    def ago(self, **lapse: float) -> str:
        """Return a moment of the past in a form that both databases accept."""
        return (self.now - timedelta(**lapse)).isoformat(" ")

    def _make_panels(self) -> None:
        from tests.factories import make_panel

        now = datetime.now(UTC)
        for number in range(self.panels):
            make_panel(
                pk=number + 1,
                name=f"Account {number + 1:02}",
                reported_currency=CURRENCIES[number % len(CURRENCIES)],
                balance=1000 + number,
                balance_checked_at=now,
                catalog_synced_at=now,
                parallel_calls=4,
            )

    def _services(self) -> Iterator[Row]:
        seen = {"first_seen_at": self.ago(days=DAYS), "last_seen_at": self.ago(hours=1)}
        for panel, number in itertools.product(range(self.panels), range(self.services)):
            remote_id = str(1000 + number * 3 + panel)
            platform, kind = self.chance.choice(PLATFORMS), self.chance.choice(KINDS)
            traits = " | ".join(self.chance.sample(TRAITS, 3))
            name = f"{platform} {kind} [{traits}] - Max {self.chance.randint(1, 900)}K - Speed {number % 97}K/Day"
            category = f"{platform} {kind} {number % 7}"
            yield seen | {
                "panel_id": panel + 1,
                "remote_id": remote_id,
                "name": name,
                "type": "default",
                "raw_type": "Default",
                "category": category,
                "rate_per_1000": f"{self.chance.randint(1, 9000) / 1000:.3f}",
                "min_quantity": 10,
                "max_quantity": 100_000,
                "refill": number % 3 == 0,
                "cancel": number % 4 == 0,
                "description": f"Start: 0-1 h. Speed: {number % 97},000 a day. Quality: {traits}. " * 3,
                "is_listed": number % 50 != 0,
                "search_text": f"{remote_id} {name} {category}".lower(),
            }

    def _changes(self) -> Iterator[Row]:
        """Yield five changes a service, most of them of prices, and every tenth of a service in use."""
        services = self.panels * self.services
        for number in range(5 * services):
            rare = RARE_CHANGES[number // 100 % len(RARE_CHANGES)] if number % 100 == 0 else None
            kind, field, old, new = rare or CHANGES[number % len(CHANGES)]
            service = number * 7 % services
            yield {
                "service_id": service + 1,
                "panel_id": service // self.services + 1,
                "at": self.ago(seconds=40 * number),
                "field": field,
                "old": old,
                "new": new,
                "kind": kind,
                "is_used": number % 10 == 0,
                "is_serious": number % 50 == 0,
            }

    def _clients(self) -> Iterator[Row]:
        for number in range(1, CLIENTS + 1):
            yield {"name": f"Client {number}", "name_key": f"client {number}", "created_at": self.ago(days=DAYS)}

    def _campaigns(self) -> Iterator[Row]:
        for client, number in itertools.product(range(1, CLIENTS + 1), range(1, CAMPAIGNS + 1)):
            name = {"name": f"Campaign {number}", "name_key": f"campaign {number}"}
            yield name | {"client_id": client, "created_at": self.ago(days=DAYS)}

    def _labels(self, number: int) -> Row:
        """Label most orders with a client, some of them with a campaign, and some with a reference."""
        if number % 10 < 3:
            return {}
        client = int(CLIENTS * self.chance.random() ** 2)
        campaign = client * CAMPAIGNS + number % CAMPAIGNS + 1 if number % 10 < 6 else None
        reference = f"PO-{number // 20}" if number % 10 == 9 else ""
        keys = {"reference": reference, "reference_key": reference.lower()}
        return {"client_id": client + 1, "campaign_id": campaign, **keys}

    def _readings(self) -> Iterator[Row]:
        for panel, hours in itertools.product(range(self.panels), range(min(DAYS * 24, self.orders // self.panels))):
            currency = CURRENCIES[panel % len(CURRENCIES)]
            balance = f"{1000 + self.chance.randint(0, 500)}"
            yield {
                "panel_id": panel + 1,
                "at": self.ago(hours=hours),
                "balance": balance,
                "currency": currency,
                "why": "schedule",
            }

    def _days(self) -> Iterator[Row]:
        for panel, days in itertools.product(range(self.panels), range(DAYS)):
            day = (self.now - timedelta(days=days)).date().isoformat()
            calls = {"calls": 1000, "answers": 990, "failures": 10, "seconds": 400.0}
            yield calls | {"panel_id": panel + 1, "day": day}

    @property
    def batch_size(self) -> int:
        """The number of orders of the batch."""
        return int(self.orders * IN_BATCH)

    def _batch(self, person: int) -> Row:
        at = self.ago(days=3)
        return {
            "state": "confirmed",
            "source": "file",
            "filename": "orders.csv",
            "columns": '["link", "quantity"]',
            "created_by_id": person,
            "created_at": at,
            "confirmed_at": at,
        }

    def _orders(self, people: list[int]) -> Iterator[Row]:
        """Yield the orders from the oldest to the newest. The orders that are under way are among the last."""
        waiting = self._positions()
        is_in_batch = range(self.orders - 3 * self.batch_size, self.orders - 2 * self.batch_size)
        apart = timedelta(days=DAYS) / self.orders
        for number in range(self.orders):
            created = self.now - apart * (self.orders - number)
            row = self._order(number, created, people)
            if number in is_in_batch:
                row["batch_id"] = 1
            yield row | self._labels(number) | self._fate(waiting.get(number, ""), number, created)

    def _positions(self) -> dict[int, str]:
        """Choose which of the newest orders are under way. Return their state by number."""
        newest = iter(self.chance.sample(range(int(self.orders * 0.97), self.orders), int(self.orders * 0.025)))
        return {
            number: name
            for name, share in SHARES.items()
            for number in itertools.islice(newest, max(int(self.orders * share), 1))
        }

    def _order(self, number: int, created: datetime, people: list[int]) -> Row:
        # Some panels and services are used much more than others.
        panel = int(self.panels * self.chance.random() ** 2)
        service = panel * self.services + int(self.services * self.chance.random() ** 3)
        quantity = self.chance.randint(1, 50) * 100
        link = self.chance.randrange(max(self.orders // 5, 1))
        rate = 0.1 + service % 90 / 100
        at = created.isoformat(" ")
        return {
            "token": f"{self.chance.getrandbits(128):032x}",
            "panel_id": panel + 1,
            "service_id": service + 1,
            "type": "default",
            "link": f"https://www.instagram.com/p/C{link:07x}/",
            "link_key": f"instagram.com/p/C{link:07x}",
            "quantity": quantity,
            "send_after": at,
            "currency": CURRENCIES[panel % len(CURRENCIES)],
            "rate_agreed": f"{rate:.8f}",
            "expected_cost": f"{rate * quantity / 1000:.6f}",
            "placed_by_id": people[int(len(people) * self.chance.random() ** 2)],
            "created_at": at,
        }

    def _fate(self, waits: str, number: int, created: datetime) -> Row:
        sent = (created + timedelta(seconds=2)).isoformat(" ")
        tried = {"attempt": 1, "sent_at": sent}
        if waits == "queued":
            return {}
        if waits == "held":
            return {"held_reason": "The price has risen from 0.9 to 1.2."}
        if waits == "unknown":
            return tried | {"state": "unknown", "error_text": "It did not answer in time."}
        placed = tried | {"state": "placed", "remote_id": str(5_000_000 + number), "placed_at": sent}
        if waits == "open":
            progress = self.chance.choice(("pending", "processing", "in_progress"))
            soon = self.ago(seconds=-self.chance.randint(60, 3600))
            return placed | {"progress": progress, "next_check_at": soon, "start_count": 10, "remains": 90}
        return self._ending(placed, waits, created)

    def _ending(self, placed: Row, waits: str, created: datetime) -> Row:
        end = created + timedelta(hours=self.chance.randint(1, 40))
        ended, polled = end.isoformat(" "), (end - timedelta(minutes=10)).isoformat(" ")
        found = self.chance.random()
        if found < 0.02 and not waits:
            refused = {"state": "refused", "error_class": "link", "error_text": "Incorrect link", "finished_at": ended}
            return {"attempt": 1, "sent_at": placed["sent_at"]} | refused
        if found < 0.025 and not waits:
            return {"state": "withdrawn", "finished_at": ended}
        if found < 0.026 and not waits:
            return {"state": "written_off", "attempt": 1, "sent_at": placed["sent_at"]}
        progress = "completed" if found < 0.9 else "partial" if found < 0.94 else "canceled"
        amount = self.chance.randint(1, 5_000_000)
        charge = "0" if progress == "canceled" else f"{amount // 1_000_000}.{amount % 1_000_000:06}"
        followed = {"next_check_at": self.ago(seconds=-self.chance.randint(60, 21_600))} if waits else {}
        # Two of three services refill for thirty days.
        refill = {"refill_until": (end + timedelta(days=30)).isoformat(" ")} if found < 0.6 else {}
        ending = {"progress": progress, "charge": charge, "start_count": 10, "remains": 0, "checked_at": ended}
        ends = {"changed_at": ended, "finished_at": ended, "finished_after": polled, "finished_before": ended}
        return placed | ending | refill | followed | ends

    def _lines(self) -> Iterator[Row]:
        from panels.models import Order

        found = Order.objects.filter(batch=1).order_by("pk").values_list("pk", "panel", "service", "link", "link_key")
        for number, (pk, panel, service, link, key) in enumerate(found, 2):
            yield {
                "batch_id": 1,
                "number": number,
                "token": f"{self.chance.getrandbits(128):032x}",
                "cells": json.dumps({"link": link, "quantity": "1000"}),
                "panel_id": panel,
                "service_id": service,
                "link_key": key,
                "rate": "0.9",
                "cost": "0.9",
                "currency": CURRENCIES[(panel - 1) % len(CURRENCIES)],
                "order_id": pk,
            }

    def _events(self) -> Iterator[Row]:
        first = self.orders - int(self.orders * WITH_STORY) + 1
        for pk in range(first, self.orders + 1):
            for what, minutes in (("created", 3), ("sent", 2), ("placed", 1)):
                yield {"order_id": pk, "at": self.ago(minutes=self.orders - pk + minutes), "what": what}

    def _refills(self, people: list[int]) -> Iterator[Row]:
        from panels.models import Order

        completed = Order.objects.filter(progress="completed").order_by("pk").values_list("pk", flat=True)
        for number, pk in enumerate(completed[: self.orders // 100]):
            is_open = number % 100 == 0
            yield {
                "order_id": pk,
                "state": "accepted",
                "remote_id": str(9_000_000 + number),
                "progress": "pending" if is_open else "completed",
                "requested_by_id": people[number % len(people)],
                "requested_at": self.ago(minutes=number),
                "next_check_at": self.ago(minutes=-5) if is_open else None,
            }


def _texts() -> Iterator[Row]:
    """Yield the texts of all orders for the search."""
    from panels.models import Order, OrderText
    from panels.models.order_text import text_of

    for order in Order.objects.only(*OrderText.SOURCES).order_by("pk").iterator():
        yield {"text": text_of(order)}


def _people() -> Iterator[int]:
    from tests.factories import make_user

    for number, name in enumerate(PEOPLE, 1):
        yield make_user("Manager", username=name, pk=number).pk


def _insert(model: Any, rows: Iterable[Row]) -> None:
    """Write rows numbered from 1, in the fastest way, with the model's defaults for missing values."""
    from django.db import connection, transaction

    defaults = _defaults(model)
    columns = ", ".join(f'"{name}"' for name in (model._meta.pk.column, *defaults))
    table = model._meta.db_table
    numbered = ((number, *map(row.get, defaults, defaults.values())) for number, row in enumerate(rows, 1))
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                for row in numbered:
                    copy.write_row(row)
        else:
            # The cursor's own method would keep all rows in memory.
            marks = ", ".join("?" * (len(defaults) + 1))
            connection.connection.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", numbered)
    _count_on(model)


def _count_on(*models: Any) -> None:
    """Let the numbers of later rows begin after the rows that are there."""
    from django.core.management.color import no_style
    from django.db import connection

    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)


def _defaults(model: Any) -> Row:
    """Return the default of each column in a form that both databases accept."""
    fields = [field for field in model._meta.concrete_fields if not field.generated and not field.primary_key]
    found = {field.column: field.get_default() for field in fields}
    for name, value in found.items():
        if isinstance(value, dict | list):
            found[name] = json.dumps(value)
        elif isinstance(value, datetime | uuid.UUID):
            found[name] = str(value)
    return found


@contextmanager
def _without_indexes(model: Any) -> Iterator[None]:
    """Build the indexes of a table once, after all of its rows are written."""
    _each_index(model, "remove_index")
    yield
    _each_index(model, "add_index")


def _each_index(model: Any, change: str) -> None:
    from django.db import connection

    for index in model._meta.indexes:
        # Only collected, because SQLite's own schema editor does not work in a transaction.
        with connection.cursor() as cursor, connection.schema_editor(collect_sql=True) as editor:
            getattr(editor, change)(model, index)
            for statement in editor.collected_sql:
                cursor.execute(statement)


def _read_names() -> None:
    """Read all names and count the offers of all products as the worker does, but without its naps."""
    import threading
    from unittest.mock import patch

    from panels.catalog import facts, offers

    with patch.multiple(facts, NAP=0, PIECE=1000), patch.multiple(offers, NAP=0, PIECE=1000):
        facts.read_names(threading.Event())
        offers.count_offers(threading.Event())


def _settle() -> None:
    """Update the statistics. PostgreSQL does this by itself, but SQLite does not."""
    from django.db import connection

    if connection.vendor == "postgresql" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")


def main() -> None:
    """Fill the database of DATABASE_URL."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.fill", description=__doc__)
    for name, number in (("orders", ORDERS), ("panels", PANELS), ("services", SERVICES)):
        parser.add_argument(f"--{name}", type=int, default=number)
    options = parser.parse_args()
    if "DATABASE_URL" not in os.environ:
        parser.error("DATABASE_URL must name the database to fill")
    from tests.bench.surroundings import set_up

    set_up()
    from panels.models import Panel

    if Panel.objects.exists():
        parser.error("the database is not empty")
    began = time.perf_counter()
    fill(options.orders, options.panels, options.services)
    print(f"{options.orders:,} orders in {time.perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main()
