"""Reading the facts of names, against the least that reading takes: to bring the same texts into plain letters."""

from __future__ import annotations

from collections.abc import Iterator

from tests.bench.meters import Stopwatch
from tests.bench.report import Row, times


def measure(count: int, database: str) -> Iterator[Row]:
    """Read so many names: the labelled ones again and again, each with its category."""
    from panels.catalog.names import read_name
    from panels.catalog.names.folding import fold
    from tests.catalog.names.labels import read_labels

    labelled = list(read_labels("labelled.txt"))
    names = [labelled[index % len(labelled)] for index in range(count)]
    with Stopwatch() as floor:
        for each in names:
            fold(each.name).casefold().split()
    with Stopwatch() as watch:
        for each in names:
            read_name(each.name, each.category, each.type)
    yield Row(
        f"names read: {count:,}",
        f"{watch.wall / count * 1000:.2f} ms a name, {watch.cpu / count * 1000:.2f} ms CPU",
        f"{floor.wall / count * 1000:.3f} ms: plain letters",
        times(watch.cpu, floor.cpu),
    )
