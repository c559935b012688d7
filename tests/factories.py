"""Creates rows with sensible values. Each test gives the values that matter to it."""

from __future__ import annotations

import itertools
import threading
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import Group, User
from django.utils import timezone

from panels.bulk.drafts import create_batch
from panels.catalog import facts, offers, records
from panels.models import (
    Batch,
    Campaign,
    Client,
    Entry,
    ExchangeRate,
    JobRun,
    Mail,
    Order,
    Panel,
    Preferences,
    Refill,
    RefusalWords,
    SavedView,
    Service,
    ServiceFacts,
    StatusWord,
)
from panels.models.client import fold_name
from panels.money.totals import today
from panels.people.order_limits import Amounts, write_limits
from panels.protocol.links import normalise_link
from panels.protocol.refill_words import says_no_refill
from panels.tables.reading import Line, Sheet

_numbers = itertools.count(1)


def make_user(group: str = "", **fields: Any) -> User:
    """Create a user. `group` is Viewer, Operator or Manager, or "" for no permissions."""
    fields.setdefault("username", f"{(group or 'somebody').lower()}{next(_numbers)}")
    user = User.objects.create_user(**fields)
    if group:
        user.groups.add(Group.objects.get(name=group))
    return user


def make_panel(**fields: Any) -> Panel:
    """Create a panel at an address where no server listens. `key` is its plain API key."""
    key = fields.pop("key", "k3y-0123456789abcdef")
    fields.setdefault("name", f"Panel {next(_numbers)}")
    fields.setdefault("api_url", "http://127.0.0.1:9/api/v2")
    fields.setdefault("reported_currency", "USD")
    fields.setdefault("calls_per_minute", None)
    # One call at a time needs no threads. Threads would not see the transaction of a test.
    fields.setdefault("parallel_calls", 1)
    panel = Panel(**fields)
    panel.set_key(key)
    panel.save()
    return panel


def make_fresh_panel(**fields: Any) -> Panel:
    """Create a panel whose catalog and balance were read just now."""
    now = timezone.now()
    return make_panel(**{"balance_checked_at": now, "catalog_synced_at": now} | fields)


def make_service(panel: Panel | None = None, **fields: Any) -> Service:
    """Create a listed service of type Default at 0.90 per 1000, from 100 to 10,000."""
    number = next(_numbers)
    now = timezone.now()
    values: dict[str, Any] = {
        "remote_id": str(number),
        "name": f"Instagram Followers {number}",
        "type": "default",
        "raw_type": "Default",
        "category": "Instagram",
        "rate_per_1000": Decimal("0.90"),
        "min_quantity": 100,
        "max_quantity": 10_000,
        "refill": True,
        "cancel": True,
        "first_seen_at": now,
        "last_seen_at": now,
    } | fields
    values.setdefault("search_text", f"{values['remote_id']} {values['name']} {values['category']}".lower())
    values.setdefault("says_no_refill", says_no_refill(values["name"], values["category"]))
    return Service.objects.create(panel=panel or make_panel(), **values)


def make_offer(name: str, panel: Panel | None = None, **fields: Any) -> Service:
    """Create a listed service whose name will be read."""
    service = make_service(panel, name=name, **fields)
    ServiceFacts.objects.create(service=service)
    return service


def read_offers() -> None:
    """Read the names that must be read, and count the offers of their products, as the worker does."""
    facts.read_names(threading.Event())
    offers.count_offers(threading.Event())


def make_order(service: Service | None = None, **fields: Any) -> Order:
    """Create a queued order of 1,000."""
    service = service or make_service()
    number = next(_numbers)
    values: dict[str, Any] = {
        "link": f"https://example.com/p/{number}",
        "quantity": 1000,
        "type": service.type,
        "as_ordered": service.terms(),
        "rate_agreed": service.rate_per_1000,
        "expected_cost": service.rate_per_1000,
        "currency": service.panel.currency,
    } | fields
    values.setdefault("link_key", normalise_link(values["link"]))
    return Order.objects.create(panel=service.panel, service=service, **values)


def make_asked(person: User, service: Service | None = None, **fields: Any) -> Order:
    """Create an order of a person that waits for approval."""
    because = "This costs 0.90 USD, above the limit of 0.50 USD an order."
    values = {"state": Order.State.ASKED, "placed_by": person, "asked_because": because} | fields
    return make_order(service, **values)


def set_limits(person: User, currency: str = "USD", largest: Any = None, per_day: Any = None) -> User:
    """Limit the orders of a person in a currency, and return the person as the next page reads them."""
    amounts = (None if each is None else Decimal(str(each)) for each in (largest, per_day))
    write_limits(person, {currency: Amounts(*amounts)})
    return User.objects.get(pk=person.pk)


def make_unknown(service: Service | None = None, **fields: Any) -> Order:
    """Create an order that its panel may have, past its deadline."""
    past = timezone.now() - timedelta(seconds=1)
    return make_order(service, **{"state": Order.State.UNKNOWN, "attempt": 1, "send_deadline": past} | fields)


def make_placed(service: Service | None = None, **fields: Any) -> Order:
    """Create an order that its panel has accepted and that is due for a check."""
    now = timezone.now()
    values: dict[str, Any] = {
        "state": Order.State.PLACED,
        "attempt": 1,
        "remote_id": str(700_000 + next(_numbers)),
        "progress": Order.Progress.IN_PROGRESS,
        "sent_at": now,
        "placed_at": now,
        "next_check_at": now,
    } | fields
    return make_order(service, **values)


def make_delivered(service: Service, took: timedelta, **fields: Any) -> Order:
    """Create an order that was sent four days ago and completed so long afterwards, without remains."""
    sent = timezone.now().replace(microsecond=0) - timedelta(days=4)
    end = sent + took
    values: dict[str, Any] = {
        "progress": Order.Progress.COMPLETED,
        **dict.fromkeys(("created_at", "sent_at", "placed_at", "finished_after"), sent),
        **dict.fromkeys(("moved_before", "finished_before", "finished_at", "status_at", "changed_at"), end),
        "remains": 0,
        "charge": service.rate_per_1000,
        "next_check_at": None,
    } | fields
    return make_placed(service, **values)


def count_records() -> None:
    """Compute the records of services, as the worker does."""
    records.mark_changed()
    records.compute(threading.Event())


def make_refill(order: Order | None = None, **fields: Any) -> Refill:
    """Create a queued refill of a completed order."""
    order = order or make_placed(progress=Order.Progress.COMPLETED)
    return Refill.objects.create(order=order, **fields)


def make_sheet(*rows: dict[str, str]) -> Sheet:
    """Create a table of these rows. Their numbers begin at 2, as in a file."""
    lines = tuple(
        Line(number, {name: value for name, value in row.items() if value}) for number, row in enumerate(rows, 2)
    )
    return Sheet(tuple(dict.fromkeys(name for row in rows for name in row)), lines)


def row_of(service: Service, /, **cells: Any) -> dict[str, str]:
    """Return the cells of a valid line: 1,000 for its own link."""
    row: dict[str, Any] = {
        "panel": service.panel.name,
        "service": service.remote_id,
        "link": f"https://example.com/p/{next(_numbers)}",
        "quantity": 1000,
    }
    return {name: str(value) for name, value in (row | cells).items()}


def make_batch(*rows: dict[str, str], **fields: Any) -> Batch:
    """Create a checked draft of these rows."""
    fields = {"source": Batch.Source.FILE, "created_by": None} | fields
    return create_batch(make_sheet(*rows), **fields)[0]


def make_client(name: str = "Nova") -> Client:
    """Create a client."""
    return Client.objects.create(name=name, name_key=fold_name(name))


def make_campaign(name: str = "Spring", client: Client | None = None) -> Campaign:
    """Create a campaign of a client, or of no client."""
    return Campaign.objects.create(name=name, name_key=fold_name(name), client=client)


def make_refusal(panel: Panel | None = None, **fields: Any) -> RefusalWords:
    """Create words that refused orders some minutes ago, and whose meaning nobody has decided."""
    ago = timezone.now() - timedelta(minutes=5)
    values = {"text": "Olmaz", "folded": "olmaz", "began_at": ago, "asked_at": ago} | fields
    return RefusalWords.objects.create(panel=panel or make_panel(), **values)


def make_status_word(panel: Panel | None = None, **fields: Any) -> StatusWord:
    """Create a status word that a person has given a meaning."""
    values = {"kind": "order", "text": "Sleeping", "folded": "sleeping", "meaning": "paused"} | fields
    return StatusWord.objects.create(panel=panel or make_panel(), **values)


def make_refused(words: RefusalWords, **fields: Any) -> Order:
    """Create an order that these words refused."""
    service = fields.pop("service", None) or make_service(words.panel)
    values = {"state": Order.State.REFUSED, "attempt": 1, "error_class": "unknown", "error_text": words.text}
    times = {"sent_at": words.began_at, "finished_at": words.asked_at}
    return make_order(service, **values | times | {"refused_in": words} | fields)


def make_view(owner: User, name: str = "My queue", **fields: Any) -> SavedView:
    """Create a person's own view of the queued orders."""
    values = {"list_name": "orders", "query": "state=queued"} | fields
    return SavedView.objects.create(owner=owner, name=name, **values)


def make_mail(person: User | None = None, **fields: Any) -> Mail:
    """Create a mail that was given up."""
    values = {"kind": Mail.Kind.RESET, "tries": 5, "given_up_at": timezone.now(), "error": "No answer."}
    return Mail.objects.create(person=person or make_user(), **values | fields)


def make_entry(panel: Panel | None = None, **fields: Any) -> Entry:
    """Create an entry of the ledger, a deposit of 5."""
    panel, now = panel or make_panel(), timezone.now()
    values = {"kind": "deposit", "amount": Decimal(5), "currency": panel.currency, "at": now}
    values |= {"value_after": now, "value_at": now} | fields
    entry = Entry(panel=panel, **values)
    entry.save()
    return entry


def make_rate(currency: str, per_euro: Any, *, days_ago: int = 0, **fields: Any) -> ExchangeRate:
    """Create a typed rate: one euro is so many units of the currency."""
    values = {"day": today() - timedelta(days=days_ago), "source": "typed", "stored_at": timezone.now()} | fields
    return ExchangeRate.objects.create(currency=currency, per_euro=Decimal(str(per_euro)), **values)


def report_in(currency: str) -> None:
    """Set the reporting currency."""
    Preferences.objects.update_or_create(pk=1, defaults={"reporting_currency": currency})


def make_job(name: str, days_ago: float | None = 3, **fields: Any) -> JobRun:
    """Create a job that has succeeded so long ago, None for never, at a dashboard with a panel."""
    # Without a panel, the overview only asks for one.
    make_panel()
    at = None if days_ago is None else timezone.now() - timedelta(days=days_ago)
    return JobRun.objects.create(name=name, succeeded_at=at, **fields)
