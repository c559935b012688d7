"""Measures the named parts, or all parts: python -m tests.bench [--full] [polling] [catalog] …"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Container

from tests.bench import batch, catalog, isolation, names, orders, pages, polling, records, sending, serving
from tests.bench.fill import PANELS, fill
from tests.bench.report import Row, table
from tests.bench.surroundings import database, machine, surroundings

# The number of orders in the database, without and with --full. The list is also measured with few orders.
MANY, FEW = (10_000, 1_000_000), (1_000, 10_000)
# In the order of the table. Each part has its number of rows, without and with --full.
PARTS = {
    "polling": (polling.measure, 400, 10_000),
    "catalog": (catalog.measure, 1_000, 10_000),
    "names": (names.measure, 2_000, 20_000),
    "records": (records.measure, 10_000, 100_000),
    "list": (orders.measure, *MANY),
    "batch": (batch.measure, 1_000, 10_000),
    "sending": (sending.measure, 400, 4_000),
    "isolation": (isolation.measure, 200, 1_000),
    "web": (serving.measure, *MANY),
    "pages": (pages.measure, *MANY),
}
# These parts need a database full of orders, before other parts add panels and orders.
READING = ("list", "web", "pages")


def main() -> None:
    """Measure the parts, and print one table."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Measure as ratios within one run.")
    parser.add_argument("parts", nargs="*", metavar="part", help=f"any of {', '.join(PARTS)}; all by default")
    parser.add_argument("--full", action="store_true", help="with as many rows as the promises speak of")
    options = parser.parse_args()
    if unknown := set(options.parts) - PARTS.keys():
        parser.error(f"there is no part {', '.join(sorted(unknown))}")
    with surroundings():
        found = run(options.parts or PARTS, is_full=options.full)
        print(f"{machine()}; ≈ is scaled up from a part\n")
    print(table(row for part in PARTS for row in found.get(part, [])))


def run(wanted: Container[str], *, is_full: bool) -> dict[str, list[Row]]:
    """Measure the parts one after the other on one new database. The list of few orders has its own database."""
    found: dict[str, list[Row]] = {}
    if "list" in wanted:
        with database() as name:
            _fill(FEW[is_full])
            found["list"] = list(orders.measure(FEW[is_full], name))
    reading = [part for part in READING if part in wanted]
    with database() as name:
        if reading:
            _fill(MANY[is_full])
        for part in (*reading, *(part for part in PARTS if part in wanted and part not in reading)):
            print(f"measuring: {part}", file=sys.stderr)
            measure, *counts = PARTS[part]
            found[part] = found.get(part, []) + list(measure(counts[is_full], name))
    return found


def _fill(orders: int) -> None:
    """Fill a database with so many orders, and with a fifth as many services."""
    print(f"filling: {orders:,} orders", file=sys.stderr)
    fill(orders, PANELS, orders // 100)


if __name__ == "__main__":
    main()
