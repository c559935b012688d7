"""The lists: the columns, the totals and the export of each, declared once."""

from typing import Any

from panels.lists.batches import BATCHES
from panels.lists.clients import CLIENTS
from panels.lists.history import HISTORY
from panels.lists.orders import ORDERS
from panels.lists.panels import PANELS
from panels.lists.people import PEOPLE
from panels.lists.refills import REFILLS
from panels.lists.service_changes import CHANGES
from panels.lists.services import SERVICES
from panels.lists.statements import STATEMENT
from panels.pages.table import Table

TABLES: dict[str, Table[Any]] = {
    table.name: table
    for table in (ORDERS, BATCHES, SERVICES, CHANGES, PANELS, CLIENTS, REFILLS, HISTORY, PEOPLE, STATEMENT)
}
