"""The list of orders as a first try has it: counts all rows, pages by OFFSET, asks again for what each row names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.paginator import Paginator

from panels.paging import Page


def paginate(rows: Any, query: Mapping[str, str], *, sort: str, size: int = 50, **_: Any) -> Page[Any]:
    """Return the first page or the last one, as panels.paging does; what else that is told is of no use here."""
    pages = Paginator(rows.select_related(None).order_by(sort, "-pk"), size)
    page = pages.page(pages.num_pages if query.get("last") else 1)
    return Page(list(page), before="", after="", is_first=not page.has_previous(), is_last=not page.has_next())


def site() -> Any:
    """Return the whole site with this list, for gunicorn."""
    from dashboard.wsgi import application
    from panels.views import orders

    orders.paginate = paginate
    return application
