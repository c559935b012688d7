"""The catalog changes of the demo's past: price steps, services that came, went, came back, or had another name."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import F

from panels.calls.catalog import BULK
from panels.catalog import watch
from panels.catalog.offers import mark_products_stale
from panels.models import Panel, Service, ServiceChange
from panels.models.fields import plain
from panels.models.writing import update_rows
from panels.sandbox import SandboxPanel
from panels.schedule import SYNC_EVERY

# The days of the past, and for how long all services have been known.
DAYS = 90
KNOWN_FOR = dt.timedelta(days=DAYS + 7)
DAY = dt.timedelta(days=1)
# The prices of a service as parts of the price before.
STEPS = ("0.85", "0.92", "0.96", "1.04", "1.08", "1.15", "1.3")
# How many services changed their price together once, and by how much, and how many changed alone.
TOGETHER, RISE, ALONE = 40, Decimal("1.08"), 30
RETURNED = RENAMED = NEW = 3
GONE = 2
FORMER_WORDS = ("[Slow]", "[Server 1]", "⛔ Updating")
FINEST = Decimal("0.001")


@dataclass(slots=True)
class Course:
    """The terms of a service over time: its prices since the first one, its former name, and when it was gone."""

    prices: list[tuple[dt.datetime, Decimal]]
    renamed: tuple[dt.datetime, str] | None = None
    gone: list[tuple[dt.datetime, dt.datetime]] = field(default_factory=list)

    def rate_at(self, moment: dt.datetime) -> Decimal:
        """Return the price at a time."""
        return next((rate for since, rate in reversed(self.prices) if since <= moment), self.prices[0][1])

    def name_at(self, moment: dt.datetime, present: str) -> str:
        """Return the name at a time."""
        return self.renamed[1] if self.renamed and moment < self.renamed[0] else present

    def is_offered_at(self, moment: dt.datetime) -> bool:
        """Return whether the service could be ordered at a time."""
        return not any(since <= moment < until for since, until in self.gone)


class Courses:
    """Makes up the past of the services of a panel, and writes it. The present terms are those of the panel."""

    def __init__(self, panel: Panel, chance: random.Random, now: dt.datetime) -> None:
        self._panel, self._chance, self._now = panel, chance, now
        self._changes: list[ServiceChange] = []
        self._found: dict[int, Course] = {}

    def write(self, ordered: Sequence[Service], sandbox: SandboxPanel) -> dict[int, Course]:
        """Write the changes of the past, and return the courses of the ordered services by their pk."""
        services = Service.objects.filter(panel=self._panel)
        services.update(first_seen_at=F("first_seen_at") - KNOWN_FOR)
        kept = {service.pk for service in ordered}
        others = list(services.exclude(pk__in=kept).filter(type="default").order_by("pk"))
        self._chance.shuffle(others)
        self._write_prices([*ordered, *others[:ALONE]], others[:TOGETHER])
        self._write_names(self._chance.sample(ordered, min(RENAMED, len(ordered))))
        rest = others[TOGETHER:]
        for service in [*ordered[-1:], *rest[:RETURNED]]:
            self._write_return(service)
        self._write_new(rest[RETURNED : RETURNED + NEW])
        self._write_gone(rest[RETURNED + NEW : RETURNED + NEW + GONE], sandbox)
        self._changes.sort(key=lambda change: change.at)
        for change in self._changes:
            change.is_used = change.service_id in kept
        ServiceChange.objects.bulk_create(self._changes, batch_size=BULK)
        mark_products_stale({change.service_id for change in self._changes})
        return {service.pk: self._course(service) for service in ordered}

    def _course(self, service: Service) -> Course:
        return self._found.setdefault(service.pk, Course([(self._now - KNOWN_FOR, service.rate_per_1000)]))

    def _write_prices(self, alone: Sequence[Service], together: Collection[Service]) -> None:
        rise = self._sync_time(25, 35)
        for service in dict.fromkeys([*alone, *together]):
            number = self._chance.choice((1, 2, 2, 3, 4)) if service in alone else 0
            times = {self._sync_time(1, DAYS) for _ in range(number)} | ({rise} if service in together else set())
            rate = service.rate_per_1000
            prices = self._course(service).prices
            # From the present price back.
            for moment in sorted(times, reverse=True):
                factor = RISE if moment == rise else Decimal(self._chance.choice(STEPS))
                before = max((rate / factor).quantize(FINEST), FINEST)
                if before != rate:
                    self._note(service, moment, "rate_per_1000", plain(before), plain(rate))
                    prices.insert(1, (moment, rate))
                rate = before
            prices[0] = (prices[0][0], rate)

    def _write_names(self, services: Sequence[Service]) -> None:
        rows = []
        for service, words in zip(services, FORMER_WORDS, strict=False):
            moment, former = self._sync_time(5, 50), f"{service.name} {words}"
            self._note(service, moment, "name", former, service.name)
            self._course(service).renamed = (moment, former)
            rows.append((service, {"former_text": f"{service.remote_id} {former} {service.category}".lower()}))
        update_rows(rows)

    def _write_return(self, service: Service) -> None:
        gone = self._sync_time(12, DAYS - 10)
        back = gone + self._chance.randint(4, 30) * SYNC_EVERY
        self._note(service, gone, "is_listed", "True", "False")
        self._note(service, back, "is_listed", "False", "True")
        self._course(service).gone.append((gone, back))

    def _write_new(self, services: Sequence[Service]) -> None:
        for service in services:
            moment = self._sync_time(1, 40)
            self._note(service, moment, "is_listed", "", "True")
            update_rows([(service, {"first_seen_at": moment})])

    def _write_gone(self, services: Sequence[Service], sandbox: SandboxPanel) -> None:
        for service in services:
            moment = self._sync_time(1, 40)
            self._note(service, moment, "is_listed", "True", "False")
            update_rows([(service, {"is_listed": False, "last_seen_at": moment - SYNC_EVERY})])
            sandbox.remove_service(service.remote_id)

    def _note(self, service: Service, moment: dt.datetime, what: str, old: str, new: str) -> None:
        self._changes.append(watch.new_change(service, what, old, new, moment))

    def _sync_time(self, latest: int, earliest: int) -> dt.datetime:
        """Return the time of a sync so many days ago. All changes that one sync found have its time."""
        number = self._chance.randint(latest * DAY // SYNC_EVERY, earliest * DAY // SYNC_EVERY)
        return self._now - number * SYNC_EVERY - dt.timedelta(minutes=7)
