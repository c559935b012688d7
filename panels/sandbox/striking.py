"""The effect of each fault on a call."""

from __future__ import annotations

import functools
import gzip
from collections.abc import Mapping
from typing import Protocol

from panels.sandbox.faults import NEEDS_OWN_ANSWER, Fault, PlannedFault

GARBAGE = b"\x1f\x8b\x00\xff\xfe{order: ]]\x00\x80 23501"
CHALLENGE_PAGE = (
    b"<!DOCTYPE html><html><head><title>Just a moment...</title></head><body>Checking your browser</body></html>"
)
ERROR_PAGE = (
    b"<html><head><title>500 Internal Server Error</title></head><body><h1>Internal Server Error</h1></body></html>"
)
NOTICE = b"<br />\n<b>Notice</b>:  Undefined index: runs in <b>/var/www/api/v2.php</b> on line <b>142</b><br />\n"
HTML = "text/html; charset=UTF-8"
JSON = "application/json"
ELSEWHERE = "https://panel.example/api/v2"
# The bytes that a truncated answer announces and never sends.
BYTES_HELD_BACK = 64
# The bytes of a huge answer before it is packed.
HUGE = 32 * 1024 * 1024


class IncomingCall(Protocol):
    """A call that a fault handles."""

    def process(self) -> bytes:
        """Carry the call out and return the body of its right answer."""

    def error(self, text: str) -> bytes:
        """Return the body of an error as this panel writes it."""

    def last_order_id(self) -> str:
        """Return the id of the last accepted order, or ""."""

    def is_beside_others(self) -> bool:
        """Return whether other calls of the same action are under way."""

    def is_second(self) -> bool:
        """Return whether this is every second call."""

    def send(
        self, body: bytes, *, status: int = 200, content_type: str = JSON, extra: Mapping[str, str] | None = None
    ) -> None:
        """Send a whole answer and keep the connection."""

    def send_slowly(self, body: bytes, seconds: float, *, with_head: bool) -> None:
        """Send a whole answer slowly: a byte each `seconds`, of the body or of the whole answer."""

    def send_short(self, body: bytes, missing: int) -> None:
        """Send an answer that announces more bytes than it has, and close the connection."""

    def reset(self) -> None:
        """Close the connection with an RST."""

    def wait(self, seconds: float | None) -> None:
        """Wait for some seconds (None: for ever), or until the panel stops."""


def strike(planned: PlannedFault, call: IncomingCall) -> None:
    """Handle the call as the fault says."""
    if planned.fault in NEEDS_OWN_ANSWER:
        _delay_or_spoil(planned, call)
        return
    if planned.is_processed:
        call.process()
    if planned.fault is Fault.HANG:
        call.wait(planned.seconds)
    if planned.fault in (Fault.HANG, Fault.DROP, Fault.DROP_BEFORE):
        call.reset()
    else:
        _answer_instead(planned, call)


def _delay_or_spoil(planned: PlannedFault, call: IncomingCall) -> None:
    last_order_id = call.last_order_id()
    if planned.fault is Fault.SAME_ID and last_order_id:
        call.send(b'{"order": %s}' % last_order_id.encode())
        return
    if planned.fault is Fault.SLOW:
        call.wait(planned.seconds_or(5))
    if planned.fault is Fault.CONFLICT:
        call.wait(planned.seconds_or(0.3))
        if call.is_beside_others():
            _answer_conflict(call)
            return
    body = call.process()
    match planned.fault:
        case Fault.LATE_ANSWER:
            call.wait(planned.seconds_or(5))
            call.send(body)
        case Fault.TRUNCATED:
            call.send_short(body, BYTES_HELD_BACK)
        case Fault.TRICKLE | Fault.TRICKLE_HEAD:
            call.send_slowly(body, planned.seconds_or(1), with_head=planned.fault is Fault.TRICKLE_HEAD)
        case Fault.PHP_NOTICE:
            call.send(NOTICE + body, content_type=HTML)
        case _:
            call.send(body)


def _answer_conflict(call: IncomingCall) -> None:
    """Answer a call that ran into another one, as a panel whose writes conflict."""
    if call.is_second():
        call.process()
    call.send(ERROR_PAGE, status=500, content_type=HTML)


def _answer_instead(planned: PlannedFault, call: IncomingCall) -> None:
    match planned.fault:
        case Fault.ERROR_500:
            call.send(ERROR_PAGE, status=500, content_type=HTML)
        case Fault.GARBAGE:
            call.send(GARBAGE)
        case Fault.HTML:
            call.send(CHALLENGE_PAGE, content_type=HTML)
        case Fault.EMPTY:
            call.send(b"")
        case Fault.NULL:
            call.send(b"null")
        case Fault.HUGE:
            call.send(_huge_list(planned.text or "0.1", planned.size or HUGE), extra={"Content-Encoding": "gzip"})
        case Fault.REFUSE:
            call.send(call.error(planned.text or "Incorrect request"), status=planned.status)
        case Fault.RATE_LIMIT:
            retry_after = {"Retry-After": str(int(planned.seconds_or(1)))}
            call.send(call.error("Too many requests"), status=429, extra=retry_after)
        case Fault.REDIRECT:
            call.send(b"", status=302, content_type=HTML, extra={"Location": planned.text or ELSEWHERE})


@functools.lru_cache(maxsize=4)
def _huge_list(value: str, size: int) -> bytes:
    """Return the packed JSON of a list of that many bytes that has a value again and again."""
    again = f"{value},".encode()
    return gzip.compress(b"[" + again * (size // len(again)) + value.encode() + b"]", compresslevel=6)
