"""A panel for tests and trials: an HTTP server on loopback with both dialects of the API, and with faults on demand."""

from panels.sandbox.faults import Fault
from panels.sandbox.panel import SandboxPanel
from panels.sandbox.state import Arrival, LedgerEntry

__all__ = ["Arrival", "Fault", "LedgerEntry", "SandboxPanel"]
