"""A panel of our own to try things on: a loopback HTTP server that speaks both dialects, with faults on demand."""

from panels.sandbox.faults import Fault
from panels.sandbox.panel import SandboxPanel
from panels.sandbox.state import Arrival, LedgerEntry

__all__ = ["Arrival", "Fault", "LedgerEntry", "SandboxPanel"]
