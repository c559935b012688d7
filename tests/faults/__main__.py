"""Runs the faults: python -m tests.faults [--full] [--storage …] [--seed N] [--orders N] [--kills N] [--logs FOLDER].

Each run on PostgreSQL starts a server of its own. One of them needs a Redis at TEST_REDIS_URL.
"""

from __future__ import annotations

import argparse
import multiprocessing
import secrets
import shutil
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from tests.faults.run import Plan, Report, run
from tests.faults.storage import KINDS

MOST_SHOWN = 20
SHORT, FULL = {"orders": 500, "kills": 12}, {"orders": 10_000, "kills": 100}


def main() -> None:
    """Run each storage in its own process, and print one table. Fail if a promise was broken."""
    options = _options()
    logs = options.logs or Path(tempfile.mkdtemp(prefix="faults-"))
    print(f"seed {options.seed}, logs in {logs}", flush=True)
    figures = (FULL if options.full else SHORT) | {
        name: value for name in SHORT if (value := getattr(options, name)) is not None
    }
    plans = [Plan(storage=each, seed=options.seed, logs=logs / each, **figures) for each in options.storage]
    reports = _run_all(plans)
    print(_table(reports))
    for report in reports:
        _tell(report)
    failed = sum(bool(report.violations) for report in reports)
    if not failed:
        print("Every accepted order belongs to one of ours, none was placed twice, none is lost.")
    print(f"{len(reports) - failed} passed, {failed} failed")
    if not failed and not options.logs:
        shutil.rmtree(logs)
    sys.exit(bool(failed))


def _tell(report: Report) -> None:
    """Print the first violations. The logs have all of them."""
    for each in report.violations[:MOST_SHOWN]:
        print(f"{report.plan.storage}: {each}")
    if (more := len(report.violations) - MOST_SHOWN) > 0:
        print(f"{report.plan.storage}: and {more} more, see {report.plan.logs / 'violations.log'}")


def _run_all(plans: list[Plan]) -> list[Report]:
    """Run all plans at once, each in its own process, because each waits more than it computes."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(len(plans), mp_context=context, max_tasks_per_child=1) as pool:
        return list(pool.map(run, plans))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=sys.modules[__name__].__doc__)
    parser.add_argument("--full", action="store_true", help=f"{FULL['orders']:,} orders and {FULL['kills']} kills each")
    parser.add_argument("--storage", action="append", choices=KINDS, help="only this one; may be repeated")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    parser.add_argument("--orders", type=int, help="at least so many on each storage")
    parser.add_argument("--kills", type=int, help="at least so many on each storage")
    parser.add_argument("--logs", type=Path, help="where to keep the logs; else they are kept only if something fails")
    options = parser.parse_args()
    options.storage = options.storage or list(KINDS)
    return options


def _table(reports: list[Report]) -> str:
    names = list(dict.fromkeys(name for report in reports for name in report.figures))
    rows = [["", *(report.plan.storage for report in reports)]]
    rows += [[name, *(f"{report.figures.get(name, 0):,}" for report in reports)] for name in names]
    rows.append(["seconds", *(f"{report.seconds:.0f}" for report in reports)])
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join([row[0].ljust(widths[0]), *(cell.rjust(w) for cell, w in zip(row[1:], widths[1:], strict=True))])
        for row in rows
    )


if __name__ == "__main__":
    main()
