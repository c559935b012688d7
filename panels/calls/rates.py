"""Fetches the daily exchange rates of the European Central Bank. Only the worker does, once a day.

The file has one day and the units of each currency for one euro:

    <Envelope><Cube><Cube time="2026-11-27"><Cube currency="USD" rate="1.0876"/>…</Cube></Cube></Envelope>
"""

from __future__ import annotations

import datetime as dt
from xml.parsers import expat

from django.conf import settings

from panels.money import rates
from panels.money.totals import today
from panels.protocol.body import Bounds
from panels.protocol.errors import PanelError
from panels.protocol.exchange import Endpoint
from panels.protocol.transport import Transport
from panels.tables.rates import EURO, RateLine, WrongError, read_code, read_day, read_per_euro

# The file has 2 KiB and 30 rates.
BOUNDS, MOST_RATES = Bounds(256 * 1024, 10_000), 500


class UnreadableRatesError(Exception):
    """The file was not read. The text says why."""


def fetch_rates() -> str:
    """Fetch the file and store its rates. Return "", or the reason why no rate is stored."""
    endpoint = Endpoint(
        settings.EXCHANGE_RATES_URL,
        read_timeout=20.0,
        total_timeout=30.0,
        allow_private_hosts=settings.PANEL_ALLOW_PRIVATE_HOSTS,
        allow_http=settings.PANEL_ALLOW_HTTP,
    )
    transport = Transport(endpoint)
    try:
        answer = transport.get(bounds=BOUNDS)
    except PanelError as error:
        return error.text
    finally:
        transport.close()
    if answer.http_status != 200:
        # A redirect is not followed, because it may lead anywhere.
        return f"The server of the exchange rates answered with HTTP {answer.http_status}. No rate was stored."
    try:
        if answer.excess:
            raise UnreadableRatesError("It is too large.")
        rates.store_fetched(read_rates(answer.body, today()))
    except UnreadableRatesError as error:
        return f"The file of exchange rates was not read. {error} No rate was stored."
    return ""


def read_rates(content: bytes, day: dt.date) -> list[RateLine]:
    """Return the rates of a file, read on this day. Raises UnreadableRatesError if anything in it is wrong."""
    reader = _Reader()
    try:
        reader.parser.Parse(content, True)  # noqa: FBT003
    # Beside the errors of XML, there are those of the encoding that the file names.
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise UnreadableRatesError("It is no XML of a kind that is read here.") from error
    if len(reader.days) != 1 or not reader.given:
        raise UnreadableRatesError("It does not have the rates of one day.")
    try:
        its_day = read_day(reader.days[0], day)
        lines = [RateLine(read_code(code), read_per_euro(rate), its_day) for code, rate in reader.given]
    except WrongError as error:
        raise UnreadableRatesError(str(error)) from error
    if len({line.currency for line in lines} | {EURO}) <= len(lines):
        raise UnreadableRatesError("A currency is in it twice, or the euro is.")
    return lines


class _Reader:
    """Collects the days and the rates of the elements named Cube."""

    def __init__(self) -> None:
        self.days: list[str] = []
        self.given: list[tuple[str, str]] = []
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.StartDoctypeDeclHandler = self.refuse
        self.parser.StartElementHandler = self.start

    def refuse(self, *_: object) -> None:
        # The bank writes no document type, and its entities can grow without a limit.
        raise UnreadableRatesError("It has a document type.")

    def start(self, name: str, given: dict[str, str]) -> None:
        if name.rpartition(" ")[2] != "Cube":
            return
        if given.get("time", "").strip():
            self.days.append(given["time"])
        if "currency" in given:
            self.given.append((given["currency"], given.get("rate", "")))
        if len(self.given) > MOST_RATES:
            raise UnreadableRatesError("It has too many rates.")
