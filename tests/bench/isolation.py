"""The speed of a panel that works, beside panels that hang or answer with 32 MiB, and what these occupy."""

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
        after = _run(well, addresses[0], count, database)
        peaks = [sum(look(address, "peaks").values()) for address in hanging]
        calls = sum(sum(look(address, "calls").values()) for address in huge)
    alone = (before.rate + after.rate) / 2
    for what, run in ((f"{HANGING} panels that hang", beside_hanging), (f"{HUGE} with answers of 32 MiB", beside_huge)):
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


def _spoil(panels: Sequence[Any], addresses: Sequence[str], count: int, *, fault: str) -> None:
    """Let each call to some panels meet a fault, and give these panels work of every kind."""
    for panel, address, value in zip(panels, addresses, VALUES, strict=False):
        tell(address, "faults", fault=fault, times=None, text=value)
        if fault == "huge":
            # The first answer takes long to pack, which is no work of the worker.
            with urllib.request.urlopen(address, b"action=balance") as answer:
                answer.read()
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


def _run(panel: Any, address: str, count: int, database: str, *, beside: Sequence[str] = ()) -> Run:
    """Queue orders and start a worker, until it has sent them."""
    _queue(panel, count)
    before = len(look(address, "ledger"))
    with worker(database) as process:
        until(lambda: len(look(address, "ledger")) > before)
        until(lambda: all(look(each, "calls").get("add", 0) >= PARALLEL for each in beside))
        threads = len(list(Path(f"/proc/{process.pid}/task").iterdir()))
        until(lambda: is_sent(panel))
        memory = peak_memory(process.pid)
    entries = look(address, "ledger")[before:]
    assert len(entries) == count, f"{len(entries)} of {count} orders arrived"
    return Run(orders_a_second(entries, SLOW), threads, memory)
