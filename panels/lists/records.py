"""The record of a service, a product or a panel as a table: what is promised, what the orders show, and the orders."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlencode

from django.urls import reverse

from panels.catalog.tallies import Tally
from panels.models import Order, Service, ServiceFacts, ServiceRecord
from panels.models.service import distance
from panels.pages import numbers
from panels.pages.facts import short, span
from panels.pages.numbers import NBSP, NO_VALUE
from panels.pages.records import MINUTE, percent, seconds_within
from panels.protocol.errors import Reason

Progress = Order.Progress
# How an order ends, but for completed ones.
OTHER_ENDS = (Progress.PARTIAL, Progress.CANCELED, Progress.REFUNDED, Progress.FAILED, Progress.EXPIRED)
REASONS = {
    Reason.AUTH: "account",
    Reason.RATE_LIMIT: "too many requests",
    Reason.DUPLICATE: "already ordered for this target",
    Reason.FUNDS: "not enough balance",
    Reason.EVERYBODY: "panel takes no orders",
    Reason.NOT_ELIGIBLE: "not possible for this target",
    Reason.NOT_FOUND: "service not found",
    Reason.VALIDATION: "wrong values",
    Reason.UNKNOWN: "other words",
}


@dataclass(frozen=True)
class Line:
    """A number with the promise about it, "" for none, and its orders: how many, and the address of their list."""

    name: str
    fact: str
    orders: int
    address: str
    promise: str = ""
    # For a share: the orders that it is a share of. None: `orders`.
    sample: int | None = None

    @property
    def is_few(self) -> bool:
        """Whether so few orders show the number that it may be chance."""
        sample = self.orders if self.sample is None else self.sample
        return 0 < sample < ServiceRecord.FEW


@dataclass(frozen=True)
class RecordPage:
    """What a page shows of a record: its lines, and the times of the charts in minutes with their numbers of orders."""

    record: ServiceRecord
    lines: list[Line]
    start: Mapping[int, int]
    finish: Mapping[int, int]

    @property
    def has_promises(self) -> bool:
        """Whether anything is promised. A product and a panel promise nothing, because their services do."""
        return any(line.promise for line in self.lines)


def record_page(record: ServiceRecord, of: Mapping[str, object], service: Service | None = None) -> RecordPage:
    """Return what a page shows of a record. `of` is the filter of its orders, such as {"service": 5}.

    The promises are those of the service: its name, and what the panel says of it.
    """
    tally = Tally.from_json(record.tally)
    lines = [*_times(record, of, service), *_deliveries(record, of), *_refills(record, of, service)]
    lines += _costs(record, of, service)
    return RecordPage(record, lines, _minutes(tally.start), _minutes(tally.finish))


def _minutes(times: Mapping[tuple[int, bool], int]) -> Mapping[int, int]:
    """Return how many orders took how many minutes."""
    found: Counter[int] = Counter()
    for (seconds, is_event), number in times.items():
        found[-(-seconds // MINUTE)] += number if is_event else 0
    return +found


def _orders(record: ServiceRecord, of: Mapping[str, object], **more: str) -> str:
    since = {"created_from": f"{record.since:%Y-%m-%d}"}
    return f"{reverse('order_list')}?{urlencode({**of, **more, **since})}"


def _times(record: ServiceRecord, of: Mapping[str, object], service: Service | None) -> Iterator[Line]:
    told = record.numbers
    placed = told["orders"].get("placed", 0)
    yield Line("Orders", "accepted", placed, _orders(record, of, state=Order.State.PLACED))
    promises = _promised_times(service)
    for name, title in (("start", "Time to start"), ("finish", "Time to finish"), ("per_1000", "Time for 1000 units")):
        half, most = (seconds_within(told[f"{name}_{share}"]) for share in ("p50", "p90"))
        fact = f"half {half}, 90{NBSP}% {most}" if NO_VALUE not in (half, most) else f"half {half}"
        fact = NO_VALUE if half == NO_VALUE else fact
        shown = {"state": Order.State.PLACED} if name == "start" else {"progress": "finished"}
        yield Line(title, fact, told[f"{name}_orders"], _orders(record, of, **shown), promises.get(name, ""))


def _promised_times(service: Service | None) -> dict[str, str]:
    facts: ServiceFacts | None = getattr(service, "facts", None)
    found = {}
    if facts and facts.start_max_minutes is not None:
        found["start"] = "instant" if facts.start_max_minutes == 0 else f"0–{span(facts.start_max_minutes)}"
    if service and service.average_minutes is not None:
        found["finish"] = f"{span(service.average_minutes)} on average"
    if facts and facts.speed_max:
        found["per_1000"] = f"{short(facts.speed_max)} a day"
    return found


def _deliveries(record: ServiceRecord, of: Mapping[str, object]) -> Iterator[Line]:
    told = record.numbers
    placed = told["orders"].get("placed", 0)
    ended = told["delivered_orders"]
    yield Line("Delivered", percent(told["delivered"]), ended, _orders(record, of, progress="finished"))
    for progress in OTHER_ENDS:
        if number := told["orders"].get(progress, 0):
            share = f"{percent(number / placed)} of the orders"
            yield Line(progress.label, share, number, _orders(record, of, progress=progress), sample=placed)
    if refused := sum(told["refused"].values()):
        # PostgreSQL keeps no order of names in JSON.
        counts = sorted(told["refused"].items(), key=lambda each: (-each[1], each[0]))
        reasons = [f"{REASONS.get(Reason(name), name)}{_times_of(number)}" for name, number in counts]
        address = _orders(record, of, state=Order.State.REFUSED)
        yield Line("Refused", ", ".join(reasons), refused, address, sample=placed + refused)


def _times_of(number: int) -> str:
    return f" × {number:,}" if number > 1 else ""


def _refills(record: ServiceRecord, of: Mapping[str, object], service: Service | None) -> Iterator[Line]:
    told, facts = record.numbers, getattr(service, "facts", None)
    if number := told["drop_orders"]:
        promise = {"0": "none", "": ""}.get(facts.drop_max, facts.drop_max) if facts else ""
        promise = f"{promise}{NBSP}%" if promise.isdecimal() else promise
        yield Line("Drop", percent(told["drop"]), number, _orders(record, of, progress="finished"), promise)
    if asked := told["refills"]["asked"]:
        ended = told["refills"]["kept"] + told["refills"]["broken"]
        fact = f"{told['refills']['kept']:,} of {ended:,} kept" if ended else "none has ended yet"
        if told["refilled_p50"] is not None:
            fact = f"{fact}, half {seconds_within(told['refilled_p50'])}"
        address = f"{reverse('refill_list')}?{urlencode(of)}"
        promise = f"for {facts.refill_days:,}{NBSP}d" if facts and facts.refill_days else ""
        yield Line("Refills", fact, asked, address, promise)


def _costs(record: ServiceRecord, of: Mapping[str, object], service: Service | None) -> Iterator[Line]:
    told, address = record.numbers, _orders(record, of, progress="finished")
    for currency, each in sorted(told["charges"].items()):
        name = "Charged" if len(told["charges"]) == 1 else f"Charged in {currency}"
        ratio = Decimal(each["ratio"])
        fact = "as listed" if ratio == 1 else f"{distance(ratio)} the list"
        yield Line(name, fact, each["orders"], _orders(record, of, progress=Progress.COMPLETED))
    for currency, each in sorted(told["prices"].items()):
        promise = ""
        if service and service.panel.currency == currency:
            promise = numbers.price(service.rate_per_1000, currency)
        price = numbers.price(Decimal(each["price"]), currency)
        yield Line("Paid per 1000 delivered", price, each["orders"], address, promise)
        if each["kept"] is not None:
            kept = numbers.price(Decimal(each["kept"]), currency)
            yield Line("Paid per 1000 kept", kept, told["drop_orders"], address)
