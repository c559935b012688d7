"""The list of orders as a first attempt would have it: a count of all rows, OFFSET, and queries for each row."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.core.paginator import Paginator

if TYPE_CHECKING:
    from panels.pages.paging import Page


def find_page(rows: Any, query: Mapping[str, str], *, sort: str, size: int = 50, **_: Any) -> tuple[Page[Any], int]:
    """Return the first or the last page and the number of rows, in place of panels.paging.find_page."""
    from panels.pages.paging import Page

    pages = Paginator(rows.order_by(sort, "-pk"), size)
    page = pages.page(pages.num_pages if query.get("last") else 1)
    orders = [_with_names(order) for order in page]
    found: Page[Any] = Page(orders, "", "", is_first=not page.has_previous(), is_last=not page.has_next())
    return found, pages.count


def _with_names(order: Any) -> Any:
    """Read the names of other rows with a query for each."""
    from panels.lists.orders import READ

    names = {
        "paused_batch": order.batch.name if order.batch and order.batch.state == "paused" else None,
        "refill_now": order.service and order.service.refill,
        "cancel_now": order.service and order.service.cancel,
        "service_now": order.service and order.service.name,
        "panel_name": order.panel.name,
        "client_name": order.client and order.client.name,
    }
    own = [name for name in READ if name not in names]
    row = namedtuple("row", [*own, *names])  # type: ignore[misc]
    return row(*(getattr(order, name) for name in own), *names.values())


def site() -> Any:
    """Return the whole site with this list, for gunicorn."""
    from dashboard.wsgi import application
    from panels.views import order_list

    order_list.find_page = find_page
    return application
