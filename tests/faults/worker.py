"""A worker like `manage.py worker`, with shorter times: python -m tests.faults.worker <name> <folder>.

Three things differ from the real worker. Deadlines, pauses and the schedule take seconds instead of minutes, in the
same proportion. An order can be made to wait between its claim and its send. And its clock can be set (clock.py). The
name of the worker is its User-Agent, so a panel knows the sender of each call, and it is beside every claim in the file
of claims. The worker ends with its parent, which holds the other end of its standard input.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from panels.worker.processes import StopSignals

START_WITHIN, SPARE = 1.5, 1.0  # In seconds.
CONNECT_TIMEOUT, READ_TIMEOUT = 1, 2
DEADLINE = START_WITHIN + CONNECT_TIMEOUT + READ_TIMEOUT + SPARE
SWEEP_EVERY = 0.5
LEASE = timedelta(seconds=3)
# Files in the folder of a run: the claims, the panel to which nothing is sent for now, and when a process stood still.
CLAIMS, TAKEN, HOLD, PULSE = "claims.log", "taken.log", "hold-{}", "pulse.log"
LOOK_EVERY = 0.01


def shorten(name: str) -> None:
    """Let everything that takes minutes take seconds."""
    from panels.calls import aftercare, claiming, conclusions, outcomes, recording
    from panels.models import JobRun, Panel
    from panels.protocol import transport
    from panels.providers import pauses

    claiming.START_WITHIN = timedelta(seconds=START_WITHIN)
    claiming.SPARE = timedelta(seconds=SPARE)
    # As long as the deadline of an order, in all.
    aftercare.SEND_WITHIN = timedelta(seconds=START_WITHIN + 2 * SPARE)
    aftercare.SPARE = timedelta(seconds=SPARE)
    recording.LONGEST_WAIT = 1.0
    outcomes.FIRST_RETRY_AFTER = timedelta(seconds=0.3)
    outcomes.LONGEST_RETRY = timedelta(seconds=1)
    conclusions.FIRST_PAUSE = timedelta(seconds=0.3)
    conclusions.LONGEST_PAUSE = pauses.LONGEST_PAUSE = timedelta(seconds=1)
    conclusions.RATE_LIMIT_PAUSE = timedelta(seconds=0.3)
    # The panels answer 429 at random.
    conclusions.slow_down = lambda *_: None
    Panel.total_timeout = property(lambda self: float(self.connect_timeout + self.read_timeout))
    transport._user_agent = lambda: name
    take = JobRun.take
    # A worker that was killed during a job keeps its lease.
    JobRun.take = lambda name, *, every, at_most: take(name, every=every, at_most=min(at_most, LEASE))


def wait_where_told(folder: Path) -> None:
    """Begin no send to a panel while a file names it."""
    from panels.calls import submission

    call = submission.call

    def wait_and_call(order: Any, *arguments: Any) -> Any:
        while (folder / HOLD.format(order.panel_id)).exists():
            time.sleep(LOOK_EVERY)
        return call(order, *arguments)

    submission.call = wait_and_call


def _sweep_often() -> None:
    from panels.worker.tasks import lanes, run_sweep

    while True:
        time.sleep(SWEEP_EVERY)
        lanes.start("sweep", partial(run_sweep, every=timedelta(seconds=SWEEP_EVERY / 2)))


def _end_with_parent() -> None:
    sys.stdin.read()
    os._exit(1)


def main() -> None:
    """Work until a signal. The signals are taken before the other modules load, because loading takes a second."""
    signals = StopSignals.of_process()
    from tests.bench.surroundings import set_up
    from tests.faults.claims import note_claims, note_taken
    from tests.faults.clock import FILE, follow
    from tests.faults.pulse import watch

    set_up(os.environ["QUEUE_URL"])
    name, folder = sys.argv[1], Path(sys.argv[2])
    shorten(name)
    follow(folder / FILE.format(name))
    watch(name, folder / PULSE)
    note_claims(name, folder / CLAIMS)
    note_taken(name, folder / TAKEN)
    wait_where_told(folder)
    from panels.worker import consumer

    threading.Thread(target=_end_with_parent, daemon=True).start()
    threading.Thread(target=_sweep_often, daemon=True).start()
    consumer.run(signals)
    sys.stderr.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
