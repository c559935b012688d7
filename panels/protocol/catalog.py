"""Reads the catalog of a panel, the answer of `services` (docs/protocol.md, 3)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from panels.protocol.answers import Answer, accepted_json, container, named_id, unknown
from panels.protocol.durations import read_average_time
from panels.protocol.order_types import fold_type
from panels.protocol.scalars import MAX_WHOLE, read_flag, read_integer, read_lines, read_rate, read_remote_id, read_text


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
    """All usable rows, one for each remote id (the last row wins), and the number of unusable rows."""

    rows: tuple[CatalogRow, ...]
    unusable: int


def read_catalog(answer: Answer) -> Catalog:
    """Return the services in a list or a dict by id, bare or under `services` or `data` (docs/protocol.md, 3).

    Rows without an id or a rate are counted as unusable. Missing flags and limits are None. A catalog without rows is
    no error here: the caller decides. Raises NotSent, Refused and OutcomeUnknown like the readers of `wire`.
    """
    services = accepted_json(answer)
    while isinstance(services, dict) and (held := container(services, "services", "data")) is not None:
        services = held
    if isinstance(services, dict):
        if services and not any(isinstance(row, dict) for row in services.values()):
            raise unknown(answer, "The panel's answer has no list of services.")
        rows = [_catalog_row(row, key) for key, row in services.items()]
    else:
        rows = [_catalog_row(row) for row in services]
    usable = {row.remote_id: row for row in rows if row is not None}
    return Catalog(tuple(usable.values()), unusable=rows.count(None))


def _catalog_row(row: object, key: str = "") -> CatalogRow | None:
    if not isinstance(row, dict):
        return None
    remote_id = named_id(row, ("service", "service_id", "id")) or read_remote_id(key)
    rate = read_rate(row.get("rate"))
    if not remote_id or rate is None:
        return None
    raw_type = read_text(row.get("type"), 100)
    average_time, average_minutes = read_average_time(row.get("average_time"))
    return CatalogRow(
        remote_id=remote_id,
        name=read_text(row.get("name"), 500),
        type=fold_type(raw_type),
        raw_type=raw_type,
        category=read_text(row.get("category"), 300),
        rate_per_1000=rate,
        min_quantity=read_integer(row.get("min"), 0, MAX_WHOLE),
        max_quantity=read_integer(row.get("max"), 0, MAX_WHOLE),
        refill=read_flag(row.get("refill")),
        cancel=read_flag(row.get("cancel")),
        dripfeed=read_flag(row.get("dripfeed")),
        description=read_lines(row.get("desc"), 4000) or read_lines(row.get("description"), 4000),
        average_time=average_time,
        average_minutes=average_minutes,
    )
