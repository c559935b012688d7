"""Reads the catalog of a panel, the answer of `services` (docs/protocol.md, 3)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal

from panels.protocol.answers import Answer, accepted_json, container, named_id, unknown
from panels.protocol.durations import read_average_time
from panels.protocol.errors import PanelError
from panels.protocol.fields import fields_of
from panels.protocol.order_fields import show_turning
from panels.protocol.order_types import fold_type
from panels.protocol.scalars import read_flag, read_limit, read_lines, read_rate, read_remote_id, read_text

# More than fit into the bytes of a catalog, unless a row has little more than an id and a price.
MOST_SERVICES = 100_000


@dataclass(frozen=True, slots=True)
class CatalogRow:
    """One usable service of the catalog. Amounts are in the currency of the panel; for packages the rate is flat."""

    remote_id: str
    name: str
    # A slug of order_types.ORDER_TYPES, "" for an unknown type.
    type: str
    raw_type: str
    category: str
    rate_per_1000: Decimal
    min_quantity: int | None
    max_quantity: int | None
    refill: bool | None
    cancel: bool | None
    dripfeed: bool | None
    description: str
    # As the panel wrote it, and in minutes. "" and None if the panel tells no time.
    average_time: str = ""
    average_minutes: int | None = None


@dataclass(frozen=True, slots=True)
class Catalog:
    """All usable rows, one for each remote id (the last row wins), and the number of unusable rows.

    `problem` says in a sentence why there is no usable row. `listed` counts the rows as they came. A catalog that is
    not whole may lack services, because it came in pages, and `failure` is the error of a page that was not read.
    """

    rows: tuple[CatalogRow, ...]
    unusable: int
    problem: str = ""
    listed: int = field(default=0, compare=False)
    is_whole: bool = True
    failure: PanelError | None = field(default=None, compare=False)

    def joined(self, later: Catalog) -> Catalog:
        """Return the services of two readings of the same catalog. The later one says what they are like."""
        rows = {row.remote_id: row for row in (*self.rows, *later.rows)}
        return replace(later, rows=tuple(rows.values()), is_whole=self.is_whole and later.is_whole)


def read_catalog(answer: Answer) -> Catalog:
    """Return the services in a list or a dict by id, bare or under `services` or `data` (docs/protocol.md, 3).

    Rows without an id or a rate are counted as unusable. Missing flags and limits are None, and so is a maximum of 0 or
    below the minimum. A catalog without rows is no error here: the caller decides. Raises NotSent, Refused and
    OutcomeUnknown like the readers of `wire`.
    """
    services = accepted_json(answer)
    while isinstance(services, dict) and (held := container(services, "services", "data")) is not None:
        services = held
    if isinstance(services, dict):
        if services and not any(isinstance(row, dict) for row in services.values()):
            return _empty_catalog(services, answer)
        # The key of a row may be its id.
        listed = [(row, answer.redaction.text(key)) for key, row in services.items()]
    else:
        listed = [(row, "") for row in services]
    if len(listed) > MOST_SERVICES:
        raise unknown(answer, f"The panel's catalog has more than {MOST_SERVICES:,} services.")
    rows = [_catalog_row(row, key) for row, key in listed]
    usable = {row.remote_id: row for row in rows if row is not None}
    problem = "" if usable else answer.redaction.text(_problem_of(listed))
    return Catalog(tuple(usable.values()), unusable=rows.count(None), problem=problem, listed=len(listed))


def _empty_catalog(answered: dict[str, object], answer: Answer) -> Catalog:
    """Return a catalog without rows for an answer that says in words that no service is on sale."""
    fields = fields_of(answered)
    texts = (read_text(fields.get(key), 200) for key in ("services", "data", "message", "msg"))
    if words := next(filter(None, texts), ""):
        return Catalog((), unusable=0, problem=f"The panel lists no service and says “{words}”.")
    raise unknown(answer, "The panel's answer has no list of services.")


def _problem_of(listed: list[tuple[object, str]]) -> str:
    """Say which field the rows of a catalog without a usable row lack."""
    if not listed:
        return "The panel's catalog is empty."
    rows = [fields_of(row) for row, _ in listed]
    have_ids = any(_service_id(row, key) for row, (_, key) in zip(rows, listed, strict=True))
    lacking = "a readable rate or price" if have_ids else "a service ID"
    seen = ", ".join(list(dict.fromkeys(name for row in rows[:10] for name in row))[:20])
    return f"No row of the panel's catalog has {lacking}. Its fields are: {read_text(seen, 300) or 'none'}."


def _service_id(fields: dict[str, object], key: str) -> str:
    return named_id(fields, ("service", "serviceid", "id")) or read_remote_id(key)


def _read_name(value: object, limit: int) -> str:
    return show_turning(read_text(value, limit))


def _catalog_row(row: object, key: str) -> CatalogRow | None:
    fields = fields_of(row)
    remote_id = _service_id(fields, key) if fields else ""
    rates = (read_rate(fields.get(name)) for name in ("rate", "price"))
    rate = next((rate for rate in rates if rate is not None), None)
    if not remote_id or rate is None:
        return None
    low, high = read_limit(fields.get("min")), read_limit(fields.get("max"))
    # A limit that cannot be means that the panel has none.
    if high is not None and high < max(low or 0, 1):
        high = None
    raw_type = _read_name(fields.get("type"), 100)
    average_time, average_minutes = read_average_time(fields.get("averagetime"))
    return CatalogRow(
        remote_id=remote_id,
        name=_read_name(fields.get("name"), 500),
        type=fold_type(raw_type),
        raw_type=raw_type,
        category=_read_name(fields.get("category"), 300),
        rate_per_1000=rate,
        min_quantity=low,
        max_quantity=high,
        refill=read_flag(fields.get("refill")),
        cancel=read_flag(fields.get("cancel")),
        dripfeed=read_flag(fields.get("dripfeed")),
        description=read_lines(fields.get("desc"), 4000) or read_lines(fields.get("description"), 4000),
        average_time=average_time,
        average_minutes=average_minutes,
    )
