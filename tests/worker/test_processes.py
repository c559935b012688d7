"""A family of processes: all processes end together, and no process outlives the parent."""

import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from types import SimpleNamespace

import pytest

from panels.worker import processes
from panels.worker.processes import AS_ONE, Family, StopSignals, free_port
from tests.processes import ROOT, eventually, own_port

PARENT = """
    import sys
    from panels.worker.processes import Family

    family = Family()
    for script in sys.argv[1:]:
        family.start([sys.executable, "-c", script], ends_last="late" in script)
    print("started", flush=True)
    sys.exit(family.run())
"""
SLEEP = "import time; time.sleep(600)"
STUBBORN = "import signal, time; signal.signal(15, lambda *_: print('asked', flush=True)); print('deaf', flush=True)\n"
STUBBORN += "while True: time.sleep(1)"
SAYS = "import signal, sys, time; signal.signal(15, lambda *_: (print('{0}', flush=True), sys.exit()))\n"
SAYS += "print('ready', flush=True); time.sleep(600)"

# Prints the heaps of a process in which six threads hold memory at the same time.
HEAPS = """
    import ctypes, sys, threading
    from panels.worker import processes

    if sys.argv[1] == "shared":
        processes.share_heaps()
    libc, all_hold = ctypes.CDLL(None), threading.Barrier(7)
    libc.fopen.restype = ctypes.c_void_p

    def hold():
        libc.malloc(5000)
        all_hold.wait()

    for _ in range(6):
        threading.Thread(target=hold).start()
    all_hold.wait()
    libc.malloc_info(0, ctypes.c_void_p(libc.fopen(b"/dev/stdout", b"w")))
    libc.fflush(None)
"""

# Frees 80 MB but for the last small piece, and prints the memory of the process before and after it gives memory back.
FREED = """
    import ctypes, pathlib
    from panels.worker import processes

    def rss():
        return pathlib.Path("/proc/self/status").read_text().split("VmRSS:")[1].split()[0]

    libc = ctypes.CDLL(None)
    libc.malloc.restype, libc.free.argtypes = ctypes.c_void_p, [ctypes.c_void_p]
    pieces = [libc.malloc(8000) for _ in range(10_000)]
    for piece in pieces:
        ctypes.memset(ctypes.c_void_p(piece), 1, 8000)
    for piece in pieces[:-1]:
        libc.free(piece)
    before = rss()
    processes.give_memory_back()
    print(before, rss())
"""


@pytest.fixture
def family(start):
    def run(*scripts):
        parent = start("-c", textwrap.dedent(PARENT), *scripts, cwd=ROOT)
        assert eventually(lambda: "started" in parent.output), parent.output
        return parent

    return run


def test_when_a_child_ends_all_end_with_its_status(family):
    assert family(SLEEP, "import sys, time; time.sleep(.3); sys.exit(7)").wait() == 7


def test_a_child_that_was_killed_leaves_nothing_of_its_own_behind(family):
    script = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {SLEEP + '#grandchild'!r}])"
    parent = family(script)
    assert eventually(lambda: len(parent.all()) == 3)
    os.kill(parent.pid_of("subprocess"), signal.SIGKILL)
    assert parent.wait() == 128 + signal.SIGKILL


def test_a_ctrl_c_of_the_terminal_reaches_only_the_parent_which_ends_the_others(family):
    parent = family(SAYS.format("asked"), SAYS.format("late"))
    assert eventually(lambda: parent.output.count("ready") == 2)
    parent.signal(signal.SIGINT, group=True)
    assert parent.wait() == 0
    # The child with `ends_last` got its signal last.
    assert sorted(parent.output.split()[:3]) == ["ready", "ready", "started"]
    assert parent.output.split()[3:] == ["asked", "late"]
    assert "KeyboardInterrupt" not in parent.output


def test_a_second_signal_ends_all_at_once(family):
    parent = family(STUBBORN)
    assert eventually(lambda: "deaf" in parent.output)
    parent.signal(signal.SIGTERM)
    assert eventually(lambda: "asked" in parent.output)
    time.sleep(2 * AS_ONE)
    assert len(parent.all()) == 2
    parent.signal(signal.SIGTERM)
    assert parent.wait() == 128 + signal.SIGTERM


@pytest.fixture
def signals():
    return StopSignals.of_process()


def test_a_second_signal_that_belongs_to_the_first_ends_nothing(signals, monkeypatch):
    clock, done = [100.0], []
    monkeypatch.setattr(processes, "time", SimpleNamespace(monotonic=lambda: clock[0]))
    monkeypatch.setattr(processes.os, "_exit", done.append)
    signals.at_once = lambda: done.append("all")
    assert not signals.received
    for _ in range(2):
        signal.raise_signal(signal.SIGTERM)
        clock[0] += AS_ONE
    assert (signals.received, done) == (True, [])
    clock[0] += 0.1
    signal.raise_signal(signal.SIGINT)
    assert done == ["all", 128 + signal.SIGINT]


def test_a_command_sees_a_signal_that_came_before_it_began(signals):
    signal.raise_signal(signal.SIGTERM)
    assert StopSignals.of_process() is signals
    assert Family().signals is signals
    assert signals.received


def test_no_child_is_started_after_a_signal(signals):
    family = Family()
    signal.raise_signal(signal.SIGINT)
    family.start(["/nowhere/program"])
    assert family.run() == 0


def test_signals_are_taken_before_django_loads():
    script = "import sys, panels.worker.processes; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=False).returncode == 0


def test_nothing_outlives_a_parent_that_was_killed(family):
    parent = family(SLEEP)
    parent.signal(signal.SIGKILL)
    assert parent.wait() == -signal.SIGKILL


def test_a_port_that_is_taken_is_not_chosen():
    port = own_port()
    with socket.create_server(("127.0.0.1", port)):
        assert free_port(port) != port
    assert free_port(port) == port


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="how glibc gives memory to threads")
def test_all_threads_of_a_worker_share_two_heaps():
    def count(how):
        command = [sys.executable, "-c", textwrap.dedent(HEAPS), how]
        told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
        return told.count("<heap nr=")

    assert count("apart") > count("shared") == 2


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="how glibc keeps memory that is free")
def test_a_worker_gives_free_memory_back():
    command = [sys.executable, "-c", textwrap.dedent(FREED)]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    before, after = map(int, told.split())
    assert before - after > 60_000
