"""The result of a run: its figures, the violations, and a log of all faults."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from panels.sandbox import Arrival, Fault
from tests.faults import books, care_evidence
from tests.faults.care_evidence import CareEvidence
from tests.faults.evidence import AFTER_SEND, BEFORE_RECORD, BEFORE_SEND, Evidence, Strike
from tests.faults.explanation import explanation
from tests.faults.memory import too_much
from tests.faults.panel import FAULTS, PARALLEL, fault_name
from tests.faults.verdict import trouble_in, violations
from tests.faults.worker import DEADLINE, READ_TIMEOUT

if TYPE_CHECKING:
    from tests.faults.run import Report, Surroundings

LINK = "https://"
PLACED_SINCE, NOT_PLACED_SINCE = "restored, and placed since the copy", "restored, and not placed"


def judge(now: Surroundings, report: Report) -> None:
    """Let all work end in peace, and judge twice: then, and again after a person has decided."""
    for panel in (*now.panels, now.care_panel):
        panel.behave()
    now.stock.wait_until(lambda: now.stock.left().count() + now.care.left())
    evidence, care = _evidence(now), _care_evidence(now)
    report.violations += violations(evidence) + care_evidence.violations(care)
    report.reasons = {each: explanation(each, evidence) for each in evidence.orders if each.state == "unknown"}
    report.figures = _figures(now, report, evidence) | _care_figures(care)
    report.violations += _missing(now, report)
    now.stock.wait_until(now.stock.undecidable)
    ids = {entry.fields["link"]: entry.order_id for panel in now.panels for entry in panel.ledger}
    clicked = now.contests.resolve_all(lambda link: ids.get(link, ""))
    # The panel confirms the ids that were named, or nobody can name the id because another order has it.
    now.stock.wait_until(lambda: now.stock.open().count() - now.stock.undecided().count())
    decisions = now.stock.decide(lambda link: ids.get(link, ""))
    report.figures |= _sorted(clicked) | {f"decided: {what}": decisions[what] for what in sorted(decisions)}
    now.stock.wait_until(lambda: now.stock.open().count())
    evidence = _evidence(now, is_decided=True)
    left = [f"order {each.pk} ({each.link}): it is unknown" for each in evidence.orders if each.state == "unknown"]
    report.violations += [f"after all was decided: {each}" for each in violations(evidence) + left]
    report.violations += now.contests.problems + now.web.problems() + too_much(now.memory.peaks)
    report.figures |= {f"most memory of a {kind}, MB": round(peak) for kind, peak in sorted(now.memory.peaks.items())}
    report.violations += now.crew.complaints() + _in_logs(now) + list(books.problems(now.panels))


def _evidence(now: Surroundings, *, is_decided: bool = False) -> Evidence:
    return Evidence(
        links=set(now.stock.links),
        orders=now.stock.seen(),
        ledgers={panel.name: panel.ledger for panel in now.panels},
        arrivals={panel.name: panel.arrivals for panel in now.panels},
        claims=now.crew.claims(),
        strikes=_strikes(now),
        patience=READ_TIMEOUT,
        deadline=DEADLINE,
        parallel=PARALLEL,
        peaks={panel.name: panel.peak for panel in now.panels},
        per_minute={panel.name: panel.per_minute for panel in now.panels if panel.per_minute},
        restored=now.saboteur.restored,
        restored_at=now.saboteur.restored_at,
        fenced=now.saboteur.fenced,
        is_decided=is_decided,
        sent_again=now.stock.sent_again,
        clicked=now.stock.clicked,
        written_off=now.stock.written_off,
        given_up=now.stock.given_up,
        withdrawable=now.stock.withdrawable,
    )


def _strikes(now: Surroundings) -> list[Strike]:
    return [*now.crew.strikes, *now.saboteur.strikes, *now.crew.starved()]


def _care_evidence(now: Surroundings) -> CareEvidence:
    return CareEvidence(
        requested=now.care.requested,
        requests=now.care.seen(),
        asks=now.care_panel.asks,
        refills=now.care_panel.refills,
        canceled=now.care_panel.canceled,
        taken=now.crew.taken(),
        strikes=_strikes(now),
        patience=READ_TIMEOUT,
        restored=now.saboteur.restored,
    )


def _care_figures(evidence: CareEvidence) -> dict[str, int]:
    states = Counter(f"  {each.action}s {each.state}" for each in evidence.requests)
    reasons = Counter(
        f"unknown request: {care_evidence.explanation(each, evidence)}"
        for each in evidence.requests
        if each.state == "unknown"
    )
    return {
        "refills and cancels": len(evidence.requests),
        **_sorted(states),
        "asked of the panel": len(evidence.asks),
        **_sorted(reasons),
    }


def _figures(now: Surroundings, report: Report, evidence: Evidence) -> dict[str, int]:
    states = Counter(f"  {order.state}" for order in evidence.orders)
    faults = Counter(
        f"fault {fault_name(each.fault.fault, each.fault.text)}" for _, each in _arrivals(now) if each.fault
    )
    reasons = Counter(f"unknown: {reason}" for reason in report.reasons.values())
    return {
        "orders": len(evidence.orders),
        **_sorted(states),
        "in the ledgers": sum(len(ledger) for ledger in evidence.ledgers.values()),
        **_sorted(now.saboteur.done),
        **_sorted(faults),
        **_sorted(reasons),
        **_restored(evidence),
        "ids that came late": now.stock.late_ids(),
        "most refused in unknown words before a pause": now.saboteur.most_refused,
        "most orders at a panel at once": max(evidence.peaks.values()),
        "workers that sent orders": len({each.caller for _, each in _arrivals(now)}),
    }


def _restored(evidence: Evidence) -> dict[str, int]:
    """Count the orders that waited in a restored copy: those that had been sent since, and the others."""
    placed = {entry.fields["link"] for ledger in evidence.ledgers.values() for entry in ledger}
    restored = [order.link in placed for order in evidence.orders if order.pk in evidence.restored]
    return {PLACED_SINCE: sum(restored), NOT_PLACED_SINCE: len(restored) - sum(restored)}


def _sorted(counts: Counter[str]) -> dict[str, int]:
    return {name: counts[name] for name in sorted(counts)}


def _missing(now: Surroundings, report: Report) -> list[str]:
    """Return sentences about faults that did not occur, because this run proves nothing about them."""
    wanted = [f"unknown: kill {each}" for each in (BEFORE_SEND, AFTER_SEND, BEFORE_RECORD)]
    wanted += [f"stop {BEFORE_SEND}", f"stop {AFTER_SEND}", "panel vanished", "queue flushed", "database restored"]
    wanted += ["panel lied", "panel closed by its owner", PLACED_SINCE, NOT_PLACED_SINCE]
    wanted += ["kill after an ask", "kill before the record of an ask", "two people decided over the web"]
    wanted += ["catalogs at the bounds", "clock forward", "clock back", "unknown request: restored"]
    wanted += ["database stopped"] * now.storage.has_server + ["disk full"] * _must_fill_disk(now)
    spared = [each for each in wanted if not report.figures.get(each)]
    spared += sorted({f"fault {fault_name(fault, text)}" for fault, _, text in FAULTS} - _struck(now))
    missing = [f"this has not happened: {each}" for each in spared]
    if report.figures["orders"] < report.plan.orders or report.figures["kill"] < report.plan.kills:
        missing.append("there were too few orders or kills")
    return missing


def _must_fill_disk(now: Surroundings) -> bool:
    """Return whether the disk must be filled. Where a machine allows no mount, this is said, and REQUIRE_ALL fails."""
    if now.storage.disk.is_small:
        return True
    print(f"{now.storage.disk.folder}: NOT TESTED: a full disk, because this machine allows no mount", flush=True)
    return bool(os.environ.get("REQUIRE_ALL"))


def _struck(now: Surroundings) -> set[str]:
    """Return the faults whose consequences can still be seen."""
    taken = {(panel.name, entry.request_number) for panel in now.panels for entry in panel.ledger}
    return {
        f"fault {fault_name(arrival.fault.fault, arrival.fault.text)}"
        for name, arrival in _arrivals(now)
        if arrival.fault
        and arrival.at > now.saboteur.restored_at
        # Without an earlier id, the call was as usual.
        and not (arrival.fault.fault is Fault.SAME_ID and (name, arrival.request_number) in taken)
    }


def _in_logs(now: Surroundings) -> list[str]:
    """Return the lines of the workers' logs that must not be there."""
    found = []
    for log in now.crew.logs():
        text = log.read_text(errors="replace")
        found += [
            f"{log}: it holds the key of {each.name}" for each in (*now.panels, now.care_panel) if each.key in text
        ]
        found += [f"{log}: {line}" for line in trouble_in(text, now.saboteur.strikes)]
    return found


def write_log(now: Surroundings, report: Report) -> None:
    """Write all faults in their order, with the orders that they hit, and the history of every wrong order."""
    path = report.plan.logs / "faults.log"
    path.write_text(
        "".join(f"{datetime.fromtimestamp(at, UTC):%H:%M:%S.%f} {text}\n" for at, text in _log(now, report))
    )
    if report.violations:
        path.with_name("violations.log").write_text("\n".join(report.violations))
    words = {word.strip("():,") for each in report.violations for word in each.split() if LINK in word}
    if words:
        path.with_name("stories.log").write_text("\n".join(map(now.stock.story, sorted(words))))


def _log(now: Surroundings, report: Report) -> list[tuple[float, str]]:
    lines = [
        (each.began, f"{each.kind} {each.worker or each.panel} for {each.ended - each.began:.3f} s {each.why}")
        for each in _strikes(now)
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
    care = _care_evidence(now)
    lines += [
        (each.at, f"asked for the {each.action} of {each.order_id} by {each.caller} {each.fault and each.fault.fault}")
        for each in care.asks
    ]
    lines += [
        (each.requested_at, f"{each.action} of order {each.order} ({each.order_id}) was requested, and is {each.state}")
        for each in care.requests
    ]
    return sorted([*now.blows, *lines])


def _arrivals(now: Surroundings) -> Iterator[tuple[str, Arrival]]:
    for panel in now.panels:
        for arrival in panel.arrivals:
            yield panel.name, arrival
