"""The door for a test harness in another process: a few JSON requests under /_sandbox/, on loopback like all of it.

GET  ledger, arrivals, calls, peaks
POST faults {fault, action, times, seconds, text, …}   faults/clear   finish {order, status, remains}
     balance {balance}   skip {seconds}   services/change {service, rate, …}   services/remove {service}
"""

from __future__ import annotations

import dataclasses
import json
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from panels.sandbox.rules import Refusal

if TYPE_CHECKING:
    from panels.sandbox.panel import SandboxPanel

DONE = {"ok": True}


def control(panel: SandboxPanel, method: str, name: str, body: bytes) -> tuple[int, Any]:
    """Carry out a request; return the HTTP status and the JSON value of the answer."""
    try:
        if method == "GET":
            return _look(panel, name)
        return _act(panel, name, json.loads(body or b"{}"))
    except (KeyError, TypeError, ValueError, InvalidOperation, Refusal) as error:
        return 400, {"error": str(error)}


def _look(panel: SandboxPanel, name: str) -> tuple[int, Any]:
    if name == "ledger":
        return 200, [dataclasses.asdict(entry) for entry in panel.ledger]
    if name == "arrivals":
        return 200, [dataclasses.asdict(arrival) for arrival in panel.arrivals]
    if name == "calls":
        return 200, panel.calls
    if name == "peaks":
        return 200, panel.peaks
    return 404, {"error": "no such thing to look at"}


def _act(panel: SandboxPanel, name: str, wishes: dict[str, Any]) -> tuple[int, Any]:
    match name:
        case "faults":
            panel.faults.add(**wishes)
        case "faults/clear":
            panel.faults.clear()
        case "finish":
            panel.finish(wishes["order"], wishes["status"], wishes.get("remains", 0))
        case "balance":
            panel.set_balance(Decimal(str(wishes["balance"])))
        case "skip":
            panel.skip(float(wishes["seconds"]))
        case "services/change":
            panel.change_service(wishes.pop("service"), **wishes)
        case "services/remove":
            panel.remove_service(wishes["service"])
        case _:
            return 404, {"error": "no such thing to do"}
    return 200, DONE
