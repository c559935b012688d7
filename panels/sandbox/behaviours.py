"""The behaviours of real panels that the sandbox plays on demand: a name and a sentence each.

A behaviour is any of these: calls that meet a fault (faults.py), habits in what the panel takes and charges (rules.py),
another spelling of an answer (spellings.py), or bytes before each answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from panels.sandbox.catalog_spellings import CATALOGS
from panels.sandbox.faults import ADMITS_ORDER, Fault, FaultPlan, PlannedFault
from panels.sandbox.hostile import HOSTILE
from panels.sandbox.spellings import SPELLINGS, Spelling
from panels.sandbox.striking import NOTICE


@dataclass(frozen=True, slots=True)
class Behaviour:
    """One behaviour. `faults` are the arguments of FaultPlan.add, `habits` the changed fields of Habits."""

    says: str
    faults: tuple[Mapping[str, Any], ...] = ()
    habits: Mapping[str, Any] = field(default_factory=dict)
    spelling: Spelling | None = None
    before: bytes = b""


def _no(text: str, says: str, *, status: int = 200, action: str = "add", **more: Any) -> Behaviour:
    """Refuse each call of an action in these words."""
    return Behaviour(says, faults=({"fault": Fault.REFUSE, "action": action, "text": text, "status": status, **more},))


def _crash(action: str) -> Behaviour:
    crash = {"fault": Fault.ERROR_500, "action": action, "having": "orders", "processed": False}
    return Behaviour(f"A {action} for many orders crashes the script: HTTP 500. One order works.", faults=(crash,))


NOES: Mapping[str, Behaviour] = {
    "maintenance": _no("We are under maintenance, come back later", "No order is taken: maintenance."),
    "maintenance_503": _no("Site is under maintenance", "No order is taken: maintenance, at HTTP 503.", status=503),
    "maintenance_in_spanish": _no("Estamos en mantenimiento", "No order is taken: maintenance, in Spanish."),
    "maintenance_in_turkish": _no("Sistem bakımda", "No order is taken: maintenance, in Turkish."),
    "maintenance_in_russian": _no("Ведутся технические работы", "No order is taken: maintenance, in Russian."),
    "ordering_disabled": _no("Ordering is disabled", "No order is taken: all ordering is switched off."),
    "api_disabled": _no("API disabled", "No order is taken: the API is switched off."),
    "owners_words": _no("Bayramdan sonra görüşmek üzere", "No order is taken, in words that nobody knows."),
    "http_403": _no("Forbidden", "No order is taken: HTTP 403.", status=403),
    "http_404": _no("Nothing here", "No order is taken: HTTP 404.", status=404),
    "http_405": _no("Method Not Allowed", "No order is taken: HTTP 405.", status=405),
    "http_415": _no("Unsupported Media Type", "No order is taken: HTTP 415.", status=415),
    "dead_service_404": _no("Service not found", "HTTP 404 is about the service of the order.", status=404),
    "suppliers_funds": _no("Not enough funds on balance", "The supplier's lack of money is handed through."),
    "suppliers_key": _no("Invalid API key", "The supplier's refusal of a key is handed through."),
    "admits_order": _no(
        ADMITS_ORDER, "An order is taken, and the error says so: HTTP 400.", status=400, processed=True
    ),
    "admits_order_in_unknown_words": _no(
        "Buyurtma qabul qilindi", "An order is taken, and the error says so in words that nobody knows.", processed=True
    ),
    "answers_late": Behaviour(
        "An order is taken at once, and the answer comes 40 seconds later.",
        faults=({"fault": Fault.LATE_ANSWER, "action": "add", "seconds": 40},),
    ),
    "answers_nothing": Behaviour(
        "An order is taken, and the answer is empty.", faults=({"fault": Fault.EMPTY, "action": "add"},)
    ),
    "answers_with_a_page": Behaviour(
        "An add is answered with the page of a firewall.", faults=({"fault": Fault.HTML, "action": "add"},)
    ),
    "not_found_at_first": _no("Incorrect order ID", "A new order is not found.", action="status"),
    "no_cancels": _no("Incorrect action", "The panel does not know cancels.", action="cancel"),
    "no_cancels_by_api": _no(
        "Cancellation via API is not supported", "Cancels are only taken on the site.", action="cancel"
    ),
    "refill_under_way": _no(
        "The refill task is not completed for this order", "An earlier refill is under way.", action="refill"
    ),
    "refill_answered_null": Behaviour(
        "A panel without refills answers null.", faults=({"fault": Fault.NULL, "action": "refill", "processed": False},)
    ),
    "status_refuses_many": _no(
        "Incorrect order ID", "A status for many orders is not known.", action="status", having="orders"
    ),
    "status_of_many_by_other_name": _no(
        "Incorrect request", "Many orders are asked with another action.", action="status", having="orders"
    ),
    "refill_refuses_many": _no(
        "Incorrect request", "A refill of many orders is not known.", action="refill", having="orders"
    ),
    "status_crashes_for_many": _crash("status"),
    "refill_crashes_for_many": _crash("refill"),
    "cancel_crashes_for_many": _crash("cancel"),
    "adds_conflict": Behaviour(
        "Several adds at a time conflict: HTTP 500, and one of two is taken.",
        faults=({"fault": Fault.CONFLICT, "action": "add"},),
    ),
    "repeats_first_id": Behaviour(
        "A repeated add is answered with the ID of the last order.", faults=({"fault": Fault.SAME_ID, "action": "add"},)
    ),
}
HABITS: Mapping[str, Behaviour] = {
    "keeps_charge": Behaviour("The charge stays as it was after a refund.", habits={"keeps_charge": True}),
    "no_remains_when_canceled": Behaviour(
        "A canceled order keeps its charge and has remains 0.",
        habits={"keeps_charge": True, "ends_without_remains": True},
    ),
    "no_remains_at_first": Behaviour(
        "The remains are 0 before delivery begins.", habits={"begins_without_remains": True}
    ),
    "charges_in_cents": Behaviour("Charges are rounded up to cents.", habits={"charge_step": Decimal("0.01")}),
    "charges_nice_prices": Behaviour("Charges are rounded up to halves.", habits={"charge_step": Decimal("0.5")}),
    "charges_packages_per_1000": Behaviour(
        "Packages are charged per 1000 as other services.", habits={"packages_per_1000": True}
    ),
    "loses_charges": Behaviour("Several adds at a time lose charges.", habits={"loses_charges": True}),
    "wants_quantity": Behaviour("The quantity is wanted with every type.", habits={"wants_quantity": True}),
    "wants_steps": Behaviour("The quantity must be a multiple of 100.", habits={"quantity_step": 100}),
    "dripfeed_in_total": Behaviour(
        "The limits are for all runs of a drip-feed together.", habits={"limits_total": True}
    ),
    "splits_comments": Behaviour(
        'Comments are split at " | " and at a typed \\n, and each part is charged.', habits={"splits_comments": True}
    ),
    "cancels_one_by_one": Behaviour("A cancel takes only `order`.", habits={"cancels_one": True}),
    "calls_50_a_minute": Behaviour("HTTP 429 after 50 calls in a minute.", habits={"calls_a_minute": 50}),
}
BYTES: Mapping[str, Behaviour] = {
    "byte_order_mark": Behaviour("A byte-order mark is before each answer.", before=b"\xef\xbb\xbf"),
    "php_notices": Behaviour("A notice of PHP is before each answer.", before=NOTICE),
}
BEHAVIOURS: Mapping[str, Behaviour] = {
    **NOES,
    **HABITS,
    **{
        name: Behaviour(spelling.says, spelling=spelling)
        for name, spelling in {**CATALOGS, **SPELLINGS, **HOSTILE}.items()
    },
    **BYTES,
}


class Stage:
    """The behaviours that a panel plays now. Callers hold the lock of the panel's state."""

    def __init__(self, faults: FaultPlan) -> None:
        self._faults = faults
        self._playing: dict[str, list[PlannedFault]] = {}

    def begin(self, name: str, service: str | None = None) -> Mapping[str, Any]:
        """Begin a behaviour, for the calls about one service or for all, and return its habits. Raises ValueError."""
        if name not in BEHAVIOURS:
            raise ValueError(f"there is no behaviour {name}")
        self.end(name)
        planned = [self._faults.add(**each, times=None, service=service) for each in BEHAVIOURS[name].faults]
        self._playing[name] = planned
        return BEHAVIOURS[name].habits

    def end(self, name: str) -> Mapping[str, Any]:
        """End a behaviour, and return its habits."""
        for planned in self._playing.pop(name, ()):
            self._faults.remove(planned)
        return BEHAVIOURS[name].habits if name in BEHAVIOURS else {}

    def spell(self, answer: Any, fields: Mapping[str, str]) -> Any:
        """Write an answer as the behaviours do."""
        for name in self._playing:
            if spelling := BEHAVIOURS[name].spelling:
                answer = spelling(answer, fields)
        return answer

    def before(self) -> bytes:
        """Return the bytes before each answer."""
        return b"".join(BEHAVIOURS[name].before for name in self._playing)
