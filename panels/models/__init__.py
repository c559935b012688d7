"""The rows that everything is read from: rules about one row live here, whatever spans rows is an activity."""

from panels.models.action import ActionLine, OrderAction
from panels.models.batch import Batch, BatchLine
from panels.models.event import OrderEvent
from panels.models.id_search import FoundId, IdSearch
from panels.models.operations import Controls, JobRun, Worker
from panels.models.order import Order
from panels.models.panel import BalanceReading, Panel
from panels.models.refill import Refill
from panels.models.service import Service, ServiceChange
from panels.models.total import DayTotal

__all__ = [
    "ActionLine",
    "BalanceReading",
    "Batch",
    "BatchLine",
    "Controls",
    "DayTotal",
    "FoundId",
    "IdSearch",
    "JobRun",
    "Order",
    "OrderAction",
    "OrderEvent",
    "Panel",
    "Refill",
    "Service",
    "ServiceChange",
    "Worker",
]
