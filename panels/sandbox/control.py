"""Requests by which a test harness in another process drives the panel: JSON under /_sandbox/, on loopback.

GET  ledger, arrivals, calls, peaks
POST faults {fault, action, times, seconds, text, size, service, …}   faults/clear   finish {order, status, remains}
     balance {balance}   skip {seconds}   services/change {service, rate, …}   services/remove {service}
     charges {keep}   behaviours {behaviour, play}   demands {json, browser}   pages {size, manner}
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from panels.sandbox.rules import Refusal

if TYPE_CHECKING:
    from panels.sandbox.panel import SandboxPanel

DONE = {"ok": True}


def control(panel: SandboxPanel, method: str, name: str, body: bytes) -> tuple[int, Any]:
    """Carry out a request, and return the HTTP status and the JSON value of the answer."""
    try:
        if method == "GET":
            return _show(panel, name)
        return _change(panel, name, json.loads(body or b"{}"))
    except (KeyError, TypeError, ValueError, InvalidOperation, Refusal) as error:
        return 400, {"error": str(error)}


def _show(panel: SandboxPanel, name: str) -> tuple[int, Any]:
    if name == "ledger":
        return 200, [dataclasses.asdict(entry) for entry in panel.ledger]
    if name == "arrivals":
        return 200, [dataclasses.asdict(arrival) for arrival in panel.arrivals]
    if name == "calls":
        return 200, panel.calls
    if name == "peaks":
        return 200, panel.peaks
    return 404, {"error": "unknown name"}


def _change(panel: SandboxPanel, name: str, values: dict[str, Any]) -> tuple[int, Any]:
    if name not in CHANGES:
        return 404, {"error": "unknown name"}
    CHANGES[name](panel, values)
    return 200, DONE


def _finish(panel: SandboxPanel, values: dict[str, Any]) -> None:
    panel.finish(values["order"], values["status"], values.get("remains", 0))


def _play(panel: SandboxPanel, values: dict[str, Any]) -> None:
    (panel.play if values.get("play", True) else panel.stop_playing)(values["behaviour"])


def _demand(panel: SandboxPanel, values: dict[str, Any]) -> None:
    panel.takes_only_json, panel.lets_only_browsers = bool(values.get("json")), bool(values.get("browser"))


CHANGES: Mapping[str, Callable[[SandboxPanel, dict[str, Any]], object]] = {
    "faults": lambda panel, values: panel.faults.add(**values),
    "faults/clear": lambda panel, _: panel.faults.clear(),
    "finish": _finish,
    "balance": lambda panel, values: panel.set_balance(Decimal(str(values["balance"]))),
    "skip": lambda panel, values: panel.skip(float(values["seconds"])),
    "services/change": lambda panel, values: panel.change_service(values.pop("service"), **values),
    "services/remove": lambda panel, values: panel.remove_service(values["service"]),
    "charges": lambda panel, values: panel.keep_charges(keep=bool(values["keep"])),
    "behaviours": _play,
    "demands": _demand,
    "pages": lambda panel, values: panel.page_catalog(int(values["size"]), values.get("manner", "followed")),
}
