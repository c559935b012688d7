"""What is to be said of a run in the end: its figures, what must not be, and a log of what was done to whom."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from panels.sandbox import Arrival
from tests.faults.verdict import AFTER_SEND, BEFORE_RECORD, BEFORE_SEND, Evidence, explanation, violations
from tests.faults.worker import DEADLINE, READ_TIMEOUT

if TYPE_CHECKING:
    from tests.faults.run import Report, Surroundings

# Seconds without any progress after which a run is not waited for any more.
SETTLE_WITHIN = 30.0
LINK = "https://"


def judge(now: Surroundings, report: Report) -> None:
    """Let all end well from here on, and judge: what is there then, and again after a person has decided."""
    for panel in now.panels:
        panel.faults.clear()
    _settle(now)
    evidence = _evidence(now)
    report.violations += violations(evidence)
    report.reasons = {each: explanation(each, evidence) for each in evidence.orders if each.state == "unknown"}
    report.figures = _figures(now, report, evidence)
    report.violations += _missing(report)
    while not now.stock.may_decide():
        time.sleep(0.1)
    ids = {entry.fields["link"]: entry.order_id for panel in now.panels for entry in panel.ledger}
    decisions = now.stock.decide(lambda link: ids.get(link, ""))
    report.figures |= {f"decided: {what}": decisions[what] for what in sorted(decisions)}
    _settle(now, with_unknown=True)
    evidence = _evidence(now, is_decided=True)
    left = [f"order {each.pk} ({each.link}): it is unknown" for each in evidence.orders if each.state == "unknown"]
    report.violations += [f"after all was decided: {each}" for each in violations(evidence) + left]
    report.violations += _keys_in_logs(now) + now.crew.all_left()


def _settle(now: Surroundings, *, with_unknown: bool = False) -> None:
    """Wait until nothing is queued or being sent (or, if so told, unknown), or nothing goes on any more."""
    seen, until = -1, 0.0
    while seen and (seen < 0 or time.monotonic() < until):
        now.stock.lift_pauses()
        left = now.stock.left().count() + (now.stock.unknown() if with_unknown else 0)
        if left != seen:
            seen, until = left, time.monotonic() + SETTLE_WITHIN
        time.sleep(0.1)


def _evidence(now: Surroundings, *, is_decided: bool = False) -> Evidence:
    return Evidence(
        links=set(now.stock.links),
        orders=now.stock.seen(),
        ledgers={panel.name: panel.ledger for panel in now.panels},
        arrivals={panel.name: panel.arrivals for panel in now.panels},
        strikes=[*now.crew.strikes, *now.saboteur.vanished],
        patience=READ_TIMEOUT,
        deadline=DEADLINE,
        restored=now.saboteur.restored,
        sent_again=now.stock.sent_again,
        fenced={} if is_decided else now.saboteur.fenced,
    )


def _figures(now: Surroundings, report: Report, evidence: Evidence) -> dict[str, int]:
    states = Counter(f"  {order.state}" for order in evidence.orders)
    faults = Counter(f"fault {each.fault.fault}" for _, each in _arrivals(now) if each.fault)
    reasons = Counter(f"unknown: {reason}" for reason in report.reasons.values())
    return {
        "orders": len(evidence.orders),
        **_sorted(states),
        "in the ledgers": sum(len(ledger) for ledger in evidence.ledgers.values()),
        **_sorted(now.saboteur.done),
        **_sorted(faults),
        **_sorted(reasons),
        "ids that came late": now.stock.late_ids(),
    }


def _sorted(counts: Counter[str]) -> dict[str, int]:
    return {name: counts[name] for name in sorted(counts)}


def _missing(report: Report) -> list[str]:
    """A run that was spared something proves nothing about it."""
    wanted = [f"unknown: kill {each}" for each in (BEFORE_SEND, AFTER_SEND, BEFORE_RECORD)]
    wanted += [f"stop {BEFORE_SEND}", f"stop {AFTER_SEND}", "panel vanished", "queue flushed", "database restored"]
    missing = [f"this has not happened: {each}" for each in wanted if not report.figures.get(each)]
    if report.figures["orders"] < report.plan.orders or report.figures["kill"] < report.plan.kills:
        missing.append("there were too few orders or kills")
    return missing


def _keys_in_logs(now: Surroundings) -> list[str]:
    return [
        f"{log}: it holds the key of {panel.name}"
        for log in now.crew.logs()
        for panel in now.panels
        if panel.key in log.read_text(errors="replace")
    ]


def write_log(now: Surroundings, report: Report) -> None:
    """Write down everything that was done, in its order, with what it hit, and the story of every wronged order."""
    path = report.plan.logs / "faults.log"
    path.write_text(
        "".join(f"{datetime.fromtimestamp(at, UTC):%H:%M:%S.%f} {text}\n" for at, text in _log(now, report))
    )
    words = {word.strip("():,") for each in report.violations for word in each.split() if LINK in word}
    if words:
        path.with_name("stories.log").write_text("\n".join(map(now.stock.story, sorted(words))))


def _log(now: Surroundings, report: Report) -> list[tuple[float, str]]:
    lines = [
        (each.began, f"{each.kind} {each.worker or each.panel} for {each.ended - each.began:.3f} s {each.why}")
        for each in [*now.crew.strikes, *now.saboteur.vanished]
    ]
    lines += [
        (each.at, f"{each.fault.fault} at {name} hit {each.fields['link']} of {each.caller} {each.fault.text}")
        for name, each in _arrivals(now)
        if each.fault
    ]
    lines += [
        (order.unknown_at or 0.0, f"order {order.pk} ({order.link}) is unknown: {reason}")
        for order, reason in report.reasons.items()
    ]
    return sorted([*now.blows, *lines])


def _arrivals(now: Surroundings) -> Iterator[tuple[str, Arrival]]:
    for panel in now.panels:
        for arrival in panel.arrivals:
            yield panel.name, arrival
