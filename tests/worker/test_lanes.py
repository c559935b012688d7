"""Each lane runs one piece of work at a time, and delays no other lane."""

from __future__ import annotations

import threading

from panels.worker.lanes import Lanes
from tests.processes import PATIENCE, eventually


def test_a_lane_runs_one_at_a_time_and_once_more_if_asked_meanwhile():
    lanes, started, go_on = Lanes(), [], threading.Event()

    def work():
        started.append(threading.current_thread().name)
        go_on.wait(PATIENCE)

    for _ in range(4):
        lanes.start("a", work)
    assert eventually(lambda: started)
    go_on.set()
    assert lanes.join(PATIENCE)
    assert len(started) == 2


def test_a_lane_that_hangs_holds_up_no_other():
    lanes, hanging, done = Lanes(), threading.Event(), threading.Event()
    lanes.start("slow", lambda: hanging.wait(PATIENCE))
    lanes.start("quick", done.set)
    assert done.wait(PATIENCE)
    assert not lanes.join(0.1)
    hanging.set()
    assert lanes.join(PATIENCE)


def test_an_error_ends_no_lane_and_no_lane_starts_after_stopping(caplog):
    lanes, done = Lanes(), threading.Event()
    lanes.start("a", lambda: 1 / 0)
    assert lanes.join(PATIENCE)
    assert "ZeroDivisionError" in caplog.text
    lanes.start("a", done.set)
    assert done.wait(PATIENCE)
    assert lanes.join(PATIENCE)
    lanes.stopping.set()
    done.clear()
    lanes.start("a", done.set)
    assert not done.wait(0.1)
