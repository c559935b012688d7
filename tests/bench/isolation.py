"""The speed of a panel that works, beside panels that hang on every call, and the threads that these occupy."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tests.bench.report import Row, times
from tests.bench.surroundings import account, look, sandbox, tell
from tests.bench.worker import is_sent, orders_a_second, until, worker

PARALLEL = 4
HANGING = 2
# In seconds. It is so long that the panel limits the rate, and not this machine.
SLOW = 0.2


def measure(count: int, database: str) -> Iterator[Row]:
    """Send so many orders by a real worker, three times. The second time, it also works for panels that hang."""
    from panels.models import Panel

    with contextlib.ExitStack() as stack:
        addresses = [stack.enter_context(sandbox(SLOW)) for _ in range(1 + HANGING)]
        Panel.objects.update(is_active=False)
        well, *hanging = [account(address, parallel_calls=PARALLEL) for address in addresses]
        before, _ = _rate(well, addresses[0], count, database)
        for panel, address in zip(hanging, addresses[1:], strict=True):
            tell(address, "faults", fault="hang", times=None)
            _occupy(panel, count)
        beside, threads = _rate(well, addresses[0], count, database, beside=addresses[1:])
        Panel.objects.exclude(pk=well.pk).update(is_active=False)
        after, _ = _rate(well, addresses[0], count, database)
        peaks = [sum(look(address, "peaks").values()) for address in addresses[1:]]
    alone = (before + after) / 2
    yield Row(
        f"sending {count:,} orders beside {HANGING} panels that hang",
        f"{beside:.1f} orders/s",
        f"{alone:.1f} orders/s: alone",
        times(alone, beside),
    )
    yield Row("  what these occupy", f"{' and '.join(map(str, peaks))} calls at once, {threads} threads in all")


def _occupy(panel: Any, count: int) -> None:
    """Give a panel work of every kind."""
    from django.utils import timezone

    from panels.models import Panel
    from tests.factories import make_placed

    _queue(panel, count)
    for _ in range(20):
        make_placed(panel.services.first())
    now = timezone.now()
    Panel.objects.filter(pk=panel.pk).update(balance_requested_at=now, sync_requested_at=now)


def _queue(panel: Any, count: int) -> None:
    from tests.factories import make_order

    service = panel.services.filter(type="default", is_listed=True).first()
    for _ in range(count):
        make_order(service, quantity=service.min_quantity)


def _rate(panel: Any, address: str, count: int, database: str, *, beside: Sequence[str] = ()) -> tuple[float, int]:
    """Queue orders and start a worker. Return the orders per second, and the number of the worker's threads."""
    _queue(panel, count)
    before = len(look(address, "ledger"))
    with worker(database) as process:
        until(lambda: len(look(address, "ledger")) > before)
        until(lambda: all(look(each, "calls").get("add", 0) >= PARALLEL for each in beside))
        threads = len(list(Path(f"/proc/{process.pid}/task").iterdir()))
        until(lambda: is_sent(panel))
    entries = look(address, "ledger")[before:]
    assert len(entries) == count, f"{len(entries)} of {count} orders arrived"
    return orders_a_second(entries, SLOW), threads
