"""The filters of the lists, read from the address: one filter set for each list."""

from panels.filters.batches import BatchFilter
from panels.filters.clients import ClientFilter
from panels.filters.history import HistoryFilter
from panels.filters.orders import OrderFilter
from panels.filters.panels import PanelFilter
from panels.filters.people import PeopleFilter
from panels.filters.products import ProductFilter
from panels.filters.refills import RefillFilter
from panels.filters.service_changes import ChangeFilter
from panels.filters.services import ServiceFilter
from panels.filters.statements import StatementFilter

__all__ = [
    "BatchFilter",
    "ChangeFilter",
    "ClientFilter",
    "HistoryFilter",
    "OrderFilter",
    "PanelFilter",
    "PeopleFilter",
    "ProductFilter",
    "RefillFilter",
    "ServiceFilter",
    "StatementFilter",
]
