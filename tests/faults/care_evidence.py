"""The evidence about refills and cancels, and its verdict: each was asked once, none is lost, and none is stuck.

This module reads no rows and asks no panel. It judges only the evidence.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field

from tests.faults.care_panel import REFILL, Ask
from tests.faults.claims import Taken
from tests.faults.evidence import Strike
from tests.faults.explanation import LEAVES_UNKNOWN
from tests.faults.panel import is_turned_away


@dataclass(frozen=True)
class RequestSeen:
    """The last state of a refill or cancel. `order` is our pk, `order_id` is the panel's id of that order."""

    action: str
    order: int
    order_id: str
    state: str
    requested_at: float
    refill_id: str = ""
    # Until when it may be under way.
    deadline: float | None = None


@dataclass
class CareEvidence:
    """All facts by which the refills and cancels of a run are judged."""

    # What was requested, by the pk of the order, and the last state of each request.
    requested: Mapping[int, str]
    requests: Sequence[RequestSeen]
    # What the panel was asked and what it has accepted: the order of each refill, and the canceled orders.
    asks: Sequence[Ask]
    refills: Mapping[str, str]
    canceled: Set[str]
    # The times when workers took requests.
    taken: Sequence[Taken] = ()
    strikes: Sequence[Strike] = ()
    # The longest time of an answer in seconds.
    patience: float = 2.0
    # Orders whose request waited in the restored copy.
    restored: Set[int] = frozenset()
    _asks_of: dict[tuple[str, str], list[Ask]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        for ask in sorted(self.asks, key=lambda each: each.at):
            self._asks_of[ask.action, ask.order_id].append(ask)

    def asks_of(self, action: str, order_id: str) -> list[Ask]:
        """Return what the panel was asked about an order, in its order."""
        return self._asks_of.get((action, order_id), [])


def violations(evidence: CareEvidence) -> list[str]:
    """Return all violations in words. The list is empty if each request was asked once and none is lost."""
    return [*_lost(evidence), *_asked(evidence), *_accepted(evidence), *_states(evidence)]


def _lost(evidence: CareEvidence) -> Iterator[str]:
    seen = Counter((each.action, each.order) for each in evidence.requests)
    for order, action in evidence.requested.items():
        if not seen[action, order]:
            yield f"{action} of order {order}: the request is gone"
    for (action, order), times in seen.items():
        if times > 1:
            yield f"{action} of order {order}: there are {times} requests"


def _asked(evidence: CareEvidence) -> Iterator[str]:
    """The panel was asked once for one request, unless it answered that it did not look."""
    known = {(each.action, each.order_id) for each in evidence.requests}
    for action, order_id in sorted({(ask.action, ask.order_id) for ask in evidence.asks}):
        if (action, order_id) not in known:
            yield f"{action} of {order_id}: nobody requested it"
        asks = evidence.asks_of(action, order_id)
        in_doubt = [ask for ask in asks[:-1] if not is_turned_away(ask)]
        if in_doubt:
            times = ", ".join(f"{ask.fault.fault if ask.fault else 'no fault'} by {ask.caller}" for ask in asks)
            yield f"{action} of {order_id}: it was asked again after the panel may have taken it ({times})"


def _accepted(evidence: CareEvidence) -> Iterator[str]:
    """What the panel has accepted belongs to one request of ours, which knows it or is unknown."""
    for order_id, times in Counter(evidence.refills.values()).items():
        if times > 1:
            yield f"refill of {order_id}: the panel has {times} refills for it"
    ids = {each.refill_id: each for each in evidence.requests if each.refill_id}
    of_order = {each.order_id: each for each in evidence.requests if each.action == REFILL}
    for refill_id, order_id in evidence.refills.items():
        mine = of_order.get(order_id)
        if mine is None or (mine.state != "unknown" and mine.refill_id != refill_id):
            yield f"refill of {order_id}: the panel has it as {refill_id}, and we do not know it"
    for refill_id, mine in ids.items():
        if evidence.refills.get(refill_id) != mine.order_id:
            yield f"refill of order {mine.order}: the panel knows no refill {refill_id} of this order"
    for each in evidence.requests:
        if each.action == REFILL or each.state == "unknown":
            continue
        if (each.order_id in evidence.canceled) != (each.state == "accepted"):
            yield f"cancel of order {each.order}: it is {each.state}, and the panel says otherwise"


def _states(evidence: CareEvidence) -> Iterator[str]:
    for each in evidence.requests:
        name = f"{each.action} of order {each.order}"
        if each.state in ("queued", "sending"):
            yield f"{name}: it is still {each.state}"
        elif each.state == "refused" and not _is_rightly_refused(each, evidence):
            yield f"{name}: it is refused, and the panel has not refused it"
        elif each.state == "unknown" and explanation(each, evidence) is None:
            yield f"{name}: it is unknown, and nothing was done to it"


def explanation(request: RequestSeen, evidence: CareEvidence) -> str | None:
    """Return why the outcome of a request is unknown, or None if no fault explains it."""
    if request.order in evidence.restored:
        return "restored"
    last = next(reversed(evidence.asks_of(request.action, request.order_id)), None)
    return next(_reasons(request, last, evidence), None)


def _reasons(request: RequestSeen, last: Ask | None, evidence: CareEvidence) -> Iterator[str]:
    if last and last.fault and last.fault.fault in LEAVES_UNKNOWN:
        yield last.fault.fault
    if last and last.answered_at and last.answered_at - _taken_at(last, evidence) > evidence.patience:
        yield "deadline"
    yield from (strike.kind for strike in evidence.strikes if _explains(strike, request, last, evidence))


def _taken_at(ask: Ask, evidence: CareEvidence) -> float:
    """Return when its worker took a request that then arrived. A panel without CPU notes late that it arrived."""
    taken = (each for each in evidence.taken if (each.action, each.order_id) == (ask.action, ask.order_id))
    return max((each.at for each in taken if each.worker == ask.caller and each.at <= ask.at), default=ask.at)


def _explains(strike: Strike, request: RequestSeen, last: Ask | None, evidence: CareEvidence) -> bool:
    """Return whether a fault kept an outcome from being known. `last` is what the panel was asked last."""
    since = last.at if last else request.requested_at
    # A deadline before that was written by a wrong clock.
    is_over = request.deadline is not None and since <= request.deadline < strike.began
    if strike.panel or strike.ended < since or is_over:
        return False
    if last is None:
        # It is not known which worker had taken it.
        return True
    if not strike.worker and strike.kind != "starved":
        # What the panel has answered must have been recorded, however late.
        return is_turned_away(last)
    if strike.worker not in ("", last.caller):
        return False
    return strike.kind == "kill" or strike.ended - max(strike.began, since) > evidence.patience / 2


def _is_rightly_refused(request: RequestSeen, evidence: CareEvidence) -> bool:
    """Return whether the panel has answered its last ask, and has not accepted it."""
    last = next(reversed(evidence.asks_of(request.action, request.order_id)), None)
    is_taken = request.order_id in evidence.refills.values() or request.order_id in evidence.canceled
    return last is not None and last.answered_at is not None and not is_taken
