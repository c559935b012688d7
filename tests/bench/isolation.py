"""The speed of a panel that works, beside panels that hang or give answers of any size, and what these occupy."""

from __future__ import annotations

import contextlib
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench.meters import peak_memory
from tests.bench.report import Row, times
from tests.bench.surroundings import account, look, sandbox, tell
from tests.bench.worker import is_sent, orders_a_second, until, worker

PARALLEL = 4
HANGING, HUGE = 2, 3
# In seconds. It is so long that the panel limits the rate, and not this machine.
SLOW = 0.2
# The values of which the huge answers of each panel are made.
VALUES = ("0.1", "[]", '{"":0.1}')
# Of which catalogs just below the bounds are made: the most bytes, the most values, and the most of both.
# One text with an emoji makes each character of the whole answer take four bytes.
AT_BOUNDS = (f'"{"x" * 2000}\U0001f600"', '{"a":0.1}', f'"{"x" * 20}\U0001f600"')
# In MB. A worker must have less beside any answers.
MOST_MEMORY = 400


@dataclass(frozen=True)
class Run:
    """The orders per second of a worker, the number of its threads, and its peak memory in MB."""

    rate: float
    threads: int
    memory: float


def measure(count: int, database: str) -> Iterator[Row]:
    """Send so many orders by a real worker: alone, beside panels that hang, beside huge answers, and alone again."""
    from panels.models import Panel

    with contextlib.ExitStack() as stack:
        addresses = [stack.enter_context(sandbox(SLOW)) for _ in range(1 + HANGING + HUGE)]
        Panel.objects.update(is_active=False)
        well, *others = [account(address, parallel_calls=PARALLEL) for address in addresses]
        Panel.objects.exclude(pk=well.pk).update(is_active=False)
        before = _run(well, addresses[0], count, database)
        hanging, huge = addresses[1 : 1 + HANGING], addresses[1 + HANGING :]
        _spoil(others[:HANGING], hanging, count, fault="hang")
        beside_hanging = _run(well, addresses[0], count, database, beside=hanging)
        Panel.objects.exclude(pk=well.pk).update(is_active=False)
        _spoil(others[HANGING:], huge, count, fault="huge")
        beside_huge = _run(well, addresses[0], count, database, beside=huge)
        Panel.objects.exclude(pk=well.pk).update(is_active=False)
        _fill_bounds(others[HANGING:], huge)
        at_bounds = _run(well, addresses[0], count, database, beside=huge, action="services")
        Panel.objects.exclude(pk=well.pk).update(is_active=False)
        after = _run(well, addresses[0], count, database)
        peaks = [sum(look(address, "peaks").values()) for address in hanging]
        calls = sum(sum(look(address, "calls").values()) for address in huge)
    alone = (before.rate + after.rate) / 2
    for what, run in (
        (f"{HANGING} panels that hang", beside_hanging),
        (f"{HUGE} with answers of 32 MiB", beside_huge),
        (f"{HUGE} with catalogs at the bounds", at_bounds),
    ):
        yield Row(
            f"sending {count:,} orders beside {what}",
            f"{run.rate:.1f} orders/s",
            f"{alone:.1f} orders/s: alone",
            times(alone, run.rate),
        )
        if run is beside_hanging:
            yield Row(
                "  what these occupy", f"{' and '.join(map(str, peaks))} calls at once, {run.threads} threads in all"
            )
    yield Row(
        f"  memory of the worker, {calls} of these answers",
        f"{beside_huge.memory:.0f} MB",
        f"{before.memory:.0f} MB: alone",
        times(beside_huge.memory, before.memory),
    )
    yield Row(
        f"  memory of the worker, {HUGE} catalogs just below the bounds at once",
        f"{at_bounds.memory:.0f} MB",
        f"limit: {MOST_MEMORY} MB",
        "" if at_bounds.memory < MOST_MEMORY else "OVER",
    )


def size_at_bounds(value: str) -> int:
    """Return the bytes of the longest list of this value that is still read as a catalog."""
    from panels.protocol.body import CATALOG

    # As the body counts: a comma is one value, and a list or an object is four.
    values = 1 + 4 * (value.count("[") + value.count("{"))
    length = len(value.encode()) + 1
    return min(CATALOG.bytes - length - 2, (CATALOG.values - 4 - values) // values * length)


def _fill_bounds(panels: Sequence[Any], addresses: Sequence[str]) -> None:
    """Let the catalogs of some panels be just below the bounds, and ask for them. All else is well."""
    from django.utils import timezone

    from panels.models import Panel

    for address, value in zip(addresses, AT_BOUNDS, strict=True):
        tell(address, "faults/clear")
        tell(address, "faults", fault="huge", action="services", times=None, text=value, size=size_at_bounds(value))
        _pack(address, b"action=services")
    rows = Panel.objects.filter(pk__in=[panel.pk for panel in panels])
    rows.update(is_active=True, sync_requested_at=timezone.now(), paused_reason="", paused_until=None, quiet_until=None)


def _pack(address: str, call: bytes) -> None:
    """Call a panel once, because the first answer takes long to pack, which is no work of the worker."""
    with urllib.request.urlopen(address, call) as answer:
        answer.read()


def _spoil(panels: Sequence[Any], addresses: Sequence[str], count: int, *, fault: str) -> None:
    """Let each call to some panels meet a fault, and give these panels work of every kind."""
    for panel, address, value in zip(panels, addresses, VALUES, strict=False):
        tell(address, "faults", fault=fault, times=None, text=value)
        if fault == "huge":
            _pack(address, b"action=balance")
        _occupy(panel, count)


def _occupy(panel: Any, count: int) -> None:
    """Give a panel work of every kind."""
    from django.utils import timezone

    from panels.models import Panel
    from tests.factories import make_placed

    _queue(panel, count)
    for _ in range(20):
        make_placed(panel.services.first())
    now = timezone.now()
    Panel.objects.filter(pk=panel.pk).update(is_active=True, balance_requested_at=now, sync_requested_at=now)


def _queue(panel: Any, count: int) -> None:
    from tests.factories import make_order

    service = panel.services.filter(type="default", is_listed=True).first()
    for _ in range(count):
        make_order(service, quantity=service.min_quantity)


def _run(
    panel: Any, address: str, count: int, database: str, *, beside: Sequence[str] = (), action: str = "add"
) -> Run:
    """Queue orders and start a worker, until it has sent them. The others have had calls of that action by then."""
    more, had = PARALLEL if action == "add" else 1, {each: look(each, "calls").get(action, 0) for each in beside}
    _queue(panel, count)
    before = len(look(address, "ledger"))
    with worker(database) as process:
        until(lambda: len(look(address, "ledger")) > before)
        until(lambda: all(look(each, "calls").get(action, 0) >= had[each] + more for each in beside))
        threads = len(list(Path(f"/proc/{process.pid}/task").iterdir()))
        until(lambda: is_sent(panel))
        memory = peak_memory(process.pid)
    entries = look(address, "ledger")[before:]
    assert len(entries) == count, f"{len(entries)} of {count} orders arrived"
    return Run(orders_a_second(entries, SLOW), threads, memory)
