"""Measures the parts that are named, or all: python -m tests.bench [--full] [sending] [batch] …"""

from __future__ import annotations

import argparse

from tests.bench import batch, catalog, isolation, pages, polling, sending
from tests.bench.report import table
from tests.bench.surroundings import database

# Each with how many rows it takes, and how many with --full.
PARTS = {
    # First: it fills a database that is empty.
    "pages": (pages.measure, 10_000, 1_000_000),
    "sending": (sending.measure, 400, 4_000),
    "batch": (batch.measure, 1_000, 10_000),
    "polling": (polling.measure, 400, 10_000),
    "catalog": (catalog.measure, 1_000, 10_000),
    "isolation": (isolation.measure, 200, 1_000),
}


def main() -> None:
    """Run the parts one after the other on one new database, and print one table."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Measure as ratios within one run.")
    parser.add_argument("parts", nargs="*", metavar="part", help=f"any of {', '.join(PARTS)}; all by default")
    parser.add_argument("--full", action="store_true", help="with as many rows as the promises speak of")
    options = parser.parse_args()
    if unknown := set(options.parts) - PARTS.keys():
        parser.error(f"there is no part {', '.join(sorted(unknown))}")
    rows = []
    with database() as name:
        for part in (part for part in PARTS if part in (options.parts or PARTS)):
            measure, few, many = PARTS[part]
            rows += measure(many if options.full else few, name)
    print(table(rows))


if __name__ == "__main__":
    main()
