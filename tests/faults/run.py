"""One run on one storage: workers, panels, orders and faults."""

from __future__ import annotations

import contextlib
import random
import secrets
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.bench.surroundings import account
from tests.faults.care import Care
from tests.faults.care_blows import CareBlows
from tests.faults.care_panel import CarePanel
from tests.faults.catalogs import Catalogs
from tests.faults.contests import Contests
from tests.faults.crew import Crew
from tests.faults.memory import MemoryWatch
from tests.faults.outages import Outages
from tests.faults.outcome import judge, write_log
from tests.faults.panel import FAULTS, PARALLEL, PER_MINUTE, SpoiledPanel
from tests.faults.pulse import OURS, watch
from tests.faults.saboteur import Saboteur
from tests.faults.stock import Stock
from tests.faults.storage import Storage
from tests.faults.web import Web
from tests.faults.worker import CONNECT_TIMEOUT, PULSE, READ_TIMEOUT

WORKERS, PANELS = 3, 3
# The refills and the cancels that wait when a fault occurs.
CARE_IN_STOCK = 2
# The seconds of each answer. They leave work for the next fault.
LATENCY = 0.15
# The least number of orders that wait at each panel when a fault occurs.
IN_STOCK = 14
# The number of attempts at a fault that did not succeed, because a busy machine misses the moment.
TRIES = 8


@dataclass(frozen=True)
class Plan:
    """The least amount of work of a run."""

    storage: str
    seed: int
    orders: int
    kills: int
    logs: Path


@dataclass
class Report:
    """The figures and the violations of a run."""

    plan: Plan
    figures: dict[str, int] = field(default_factory=dict)
    # The explanation of each unknown order.
    reasons: dict[Any, str | None] = field(default_factory=dict)
    seconds: float = 0.0
    violations: list[str] = field(default_factory=list)


def run(plan: Plan) -> Report:
    """Send orders through all faults, and judge their outcomes. Loads Django for this storage."""
    began = time.monotonic()
    report = Report(plan)
    plan.logs.mkdir(parents=True, exist_ok=True)
    with (
        _folder() as folder,
        Storage.of(plan.storage, folder) as storage,
        Surroundings(plan, storage) as surroundings,
    ):
        try:
            _break_everything(plan, surroundings)
            judge(surroundings, report)
        except Exception:
            (plan.logs / "failure.log").write_text(traceback.format_exc())
            report.violations.append(f"the run itself failed: {plan.logs / 'failure.log'}")
        write_log(surroundings, report)
    report.seconds = time.monotonic() - began
    return report


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    """Yield a folder that the user of a PostgreSQL server can enter too."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


class Surroundings(contextlib.ExitStack):
    """The panels, our accounts at them, the orders and the workers, until the end of the run."""

    def __init__(self, plan: Plan, storage: Storage) -> None:
        super().__init__()
        self.plan, self.storage = plan, storage

    def __enter__(self) -> Surroundings:
        super().__enter__()
        plan = self.plan
        self.chance = random.Random(f"{plan.seed}/{plan.storage}")
        self.panels = [self.enter_context(self._panel(number)) for number in range(PANELS)]
        care_panel = CarePanel("care", secrets.token_hex(16), latency=LATENCY, seed=plan.seed)
        self.care_panel = self.enter_context(care_panel)
        limits = {"parallel_calls": PARALLEL, "connect_timeout": CONNECT_TIMEOUT, "read_timeout": READ_TIMEOUT}
        *accounts, care_account = [
            account(panel.api_url, key=panel.key, name=panel.name, calls_per_minute=panel.per_minute, **limits)
            for panel in (*self.panels, self.care_panel)
        ]
        for panel in self.panels:
            panel.misbehave()
        # The other panels lower the charge when they pay back.
        self.panels[0].keep_charges()
        self.stock, self.care = Stock(accounts), Care(self.care_panel, care_account)
        self.crew, self.web = Crew(WORKERS, plan.logs), Web(plan.logs)
        self.callback(self.crew.end)
        watch(OURS, plan.logs / PULSE)
        self.memory = self.enter_context(MemoryWatch(self._pids))
        self._prepare_blows()
        self.blows: list[tuple[float, str]] = []
        return self

    def _prepare_blows(self) -> None:
        crew, chance = self.crew, self.chance
        self.saboteur = Saboteur(crew, self.panels, self.stock, self.storage, chance)
        done = self.saboteur.done
        self.outages = Outages(crew, self.panels, self.storage, chance, done, self.saboteur.strikes)
        self.care_blows = CareBlows(crew, self.care_panel, self.care, self.storage, chance, done)
        self.catalogs = Catalogs(self.panels, done)
        self.contests = Contests(self.web, self.stock, self.care, chance, done)

    def _pids(self) -> dict[int, str]:
        web = self.web.pids()
        return {each.process.pid: "worker" for each in self.crew.workers} | dict.fromkeys(web, "web process")

    def _panel(self, number: int) -> SpoiledPanel:
        return SpoiledPanel(
            f"panel-{number}",
            secrets.token_hex(16),
            latency=LATENCY,
            seed=self.plan.seed * PANELS + number,
            per_minute=PER_MINUTE if number == PANELS - 1 else None,
        )


def _break_everything(plan: Plan, now: Surroundings) -> None:
    """Cause every fault once, a restore included, and then random faults until the number of kills is reached."""
    saboteur, stock = now.saboteur, now.stock
    stock.add(3 * PANELS * IN_STOCK)
    now.care.keep(CARE_IN_STOCK)
    now.crew.fill()
    _strike(now, saboteur.kill_after_send)
    _strike(now, saboteur.copy_when_left, 2 * PANELS * IN_STOCK, now.care)
    # No order is created between a copy and its restore, because a restore loses such orders, as with any backup.
    _strike(now, saboteur.kill_before_record)
    _strike(now, saboteur.restore_when_left, PANELS * IN_STOCK)
    # Only now, because a fault whose orders the restore lost would prove nothing.
    for number, panel in enumerate(now.panels):
        panel.misbehave_once(FAULTS[number::PANELS])
    now.care_panel.misbehave_once()
    now.enter_context(now.web)
    stock.add(plan.orders - len(stock.links))
    waiting = _each_blow(now)
    for _ in range(TRIES):
        waiting = [blow for blow in waiting if not _falls(now, blow)]
    blows = _random_blows(now)
    while saboteur.done["kill"] < plan.kills:
        _keep(now)
        _strike(now, now.chance.choice(blows))
    stock.wait_until(lambda: _faults_left(now))
    stock.wait_until(lambda: stock.left().count(), PANELS * IN_STOCK)


def _each_blow(now: Surroundings) -> list[Callable[[], None]]:
    """Return every blow that this storage can get."""
    saboteur, outages, care = now.saboteur, now.outages, now.care_blows
    blows = [saboteur.flush_queue, saboteur.kill_before_send, saboteur.stop_after_send, care.kill_after_ask]
    blows += [saboteur.kill_after_send, saboteur.vanish, outages.set_clock_forward, now.contests.decide_together]
    blows += [saboteur.stop_before_send, care.kill_before_care_record, outages.set_clock_back]
    blows += [now.catalogs.read_at_bounds]
    blows += [outages.stop_database] * now.storage.has_server + [outages.fill_disk] * now.storage.disk.is_small
    return [*blows, saboteur.kill_before_record, saboteur.lie, saboteur.close_by_owner]


def _random_blows(now: Surroundings) -> list[Callable[[], None]]:
    """Return the blows from which the next one is drawn. Those that are drawn often do not take long."""
    saboteur, care = now.saboteur, now.care_blows
    often = [saboteur.kill_at_random] * 12 + [saboteur.kill_after_send, saboteur.kill_before_record] * 8
    often += [care.kill_after_ask, care.kill_before_care_record] * 4
    often += [saboteur.kill_before_send, saboteur.vanish, saboteur.flush_queue] * 3
    return often + _each_blow(now)


def _keep(now: Surroundings) -> None:
    now.stock.keep(IN_STOCK)
    now.care.keep(CARE_IN_STOCK)


def _faults_left(now: Surroundings) -> int:
    left = sum(panel.faults_left for panel in (*now.panels, now.care_panel))
    if left:
        _keep(now)
    return left


def _falls(now: Surroundings, blow: Callable[..., None]) -> bool:
    missed = _missed(now)
    _keep(now)
    _strike(now, blow)
    return _missed(now) == missed


def _missed(now: Surroundings) -> int:
    return sum(times for what, times in now.saboteur.done.items() if what.startswith("missed"))


def _strike(now: Surroundings, blow: Callable[..., None], *arguments: Any) -> None:
    began = time.time()
    blow(*arguments)
    now.crew.fill()
    now.blows.append((began, f"{blow.__name__} took {time.time() - began:.1f} s"))
