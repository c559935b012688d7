"""The catalog of all panels, and the page of one service."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from panels.bell import ring
from panels.catalog.offers import same_upstream
from panels.filters import ServiceFilter
from panels.lists.records import RecordPage, record_page
from panels.lists.services import RELATED, SERVICES, UNREAD, record_of, services_table, with_converted
from panels.models import Order, Panel, Service
from panels.money import charges
from panels.money.costs import estimate
from panels.money.exchange import FRESH_FOR, Converter
from panels.orders import holding
from panels.pages.downloads import back_to_list, files_of, send_pages
from panels.pages.filter_bar import FilterBar, render_list, without_empty
from panels.pages.htmx import page_before
from panels.pages.limits import limited
from panels.pages.merging import Part, find_merged, merge, parts_of
from panels.pages.paging import Page, count_rows, find_page, paginate
from panels.pages.table import TablePage
from panels.protocol.order_types import ORDER_TYPES, type_choices
from panels.providers import service_types
from panels.providers.history import prices

MAX_CATEGORIES = 200
MAX_CHANGES = 50
# The field that decides about the currency of a service.
PANEL = "panel_id"


@permission_required("panels.view_service", raise_exception=True)
@require_safe
@without_empty
def service_list(request: HttpRequest) -> HttpResponse:
    """Show the services of all panels, filtered and sorted, 50 a page."""
    context = services_context(request)
    context["categories"] = _categories(context["filter"])
    return render_list(request, "panels/catalog/service_list.html", context, partial="services")


def services_context(request: HttpRequest, **only: Any) -> dict[str, Any]:
    """Return the context of a list of services. `only`: filters that the list has beside those of the address."""
    narrowed = _filter(request, **only)
    page, total = _find_page(narrowed, request.GET)
    table = services_table(narrowed.converter) if narrowed.shows_converted else SERVICES
    return {
        "filter": narrowed,
        "bar": FilterBar(narrowed, request, list_name="" if only else "services", target="services"),
        "page": page,
        "total": total,
        "table": TablePage(table, request, page, sort=narrowed.used_sort, is_filtered=narrowed.is_narrowed),
        "exports": list(files_of(request, "service_export", total, **only)),
        "fresh_days": FRESH_FOR.days,
    }


def _filter(request: HttpRequest, **only: Any) -> ServiceFilter:
    data = request.GET.copy()
    data.update(only)
    with_services = Panel.objects.filter(Exists(Service.objects.filter(panel=OuterRef("pk"))))
    return ServiceFilter(data, with_services.defer("api_key"), Converter.read())


def _parts(narrowed: ServiceFilter) -> dict[int, Part[Service]]:
    return parts_of(narrowed.qs, PANEL, narrowed.worths, narrowed.limits)


def _find_page(narrowed: ServiceFilter, query: Mapping[str, str]) -> tuple[Page[Service], int]:
    shown = Service.objects.select_related(*RELATED).defer("description", *UNREAD)
    if narrowed.is_merged:
        return find_merged(narrowed.qs, query, sort=narrowed.sort_field, by=PANEL, parts=_parts(narrowed), shown=shown)
    return find_page(narrowed.qs, query, sort=narrowed.sort_field, shown=shown)


@permission_required("panels.view_service", raise_exception=True)
@require_safe
@limited("files")
def service_export(request: HttpRequest, suffix: str) -> HttpResponseBase:
    """Send all pages of the list under the same query as a file."""
    narrowed = _filter(request)
    if narrowed.is_refused:
        return back_to_list(request)
    table, shown = with_converted(narrowed.converter), Service.objects.select_related(*RELATED)
    shown = shown.defer("former_text", *UNREAD)
    if narrowed.is_merged:
        read = partial(merge, list(_parts(narrowed).values()), sort=narrowed.sort_field, shown=shown)
    else:
        read = partial(paginate, narrowed.qs, sort=narrowed.sort_field, shown=shown)
    return send_pages(request, table, narrowed.qs, suffix=suffix, read=read)


@permission_required("panels.view_service", raise_exception=True)
@require_safe
def service_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a service with all its details and its changes."""
    services = Service.objects.select_related("panel", "facts__product", "mark__marked_by", "record")
    services = services.defer("panel__api_key")
    service = get_object_or_404(services, pk=pk)
    vanished = service.changes.filter(field="is_listed", new="False").first()
    context = {
        "service": service,
        "facts": getattr(service, "facts", None),
        "mark": getattr(service, "mark", None),
        "same_upstream": same_upstream(service),
        "changes": service.changes.all()[:MAX_CHANGES],
        "vanished_at": vanished.at if vanished else service.last_seen_at,
        "order_count": count_rows(Order.objects.filter(service=service)),
        "types": type_choices(),
        "prices": prices(service),
        "record": _record(service) if request.user.has_perm("panels.view_order") else None,
    }
    if service.overcharged_at or service.charges_text:
        waiting = count_rows(holding.waiting_for(service))
        context |= {"waiting": waiting, "held": estimate(holding.held_for(service))}
    return render(request, "panels/catalog/service_detail.html", context)


def _record(service: Service) -> RecordPage | None:
    record = record_of(service)
    return record_page(record, {"service": service.pk}, service) if record and record.is_counted else None


# For each decision about the charges of a service: the call, and the message with the number of orders.
DECISIONS: dict[str, tuple[Callable[[Service, Any], int], str]] = {
    "hold": (holding.hold_waiting, "{orders} on hold. Nothing is sent before you release them."),
    "release": (holding.release_held, "{orders} released. They are sent in their turn."),
}


@permission_required("panels.change_order", raise_exception=True)
@require_POST
def service_charges(request: HttpRequest, pk: int) -> HttpResponse:
    """Hold or release the orders that wait for a service, or mark its charges as seen."""
    service = get_object_or_404(Service.objects.defer("description", "search_text"), pk=pk)
    decision = request.POST.get("decision", "")
    if decision == "seen":
        charges.mark_seen(service)
        messages.success(request, "Marked as seen. Orders that are placed from now on are compared again.")
    elif decision == "release" and request.POST.get("shown") != estimate(holding.held_for(service)).fingerprint:
        messages.error(request, "The held orders have changed since they were shown. Nothing was sent. Check them.")
    elif decision in DECISIONS:
        change, done = DECISIONS[decision]
        number = change(service, request.user)
        orders = "1 order is" if number == 1 else f"{number:,} orders are"
        messages.success(request, done.format(orders=orders))
        if decision == "release" and number:
            ring("submit", service.panel_id)
    else:
        messages.error(request, "Choose a decision. Nothing was changed.")
    return redirect(page_before(request) if request.POST.get("list") else service)


@permission_required("panels.change_panel", raise_exception=True)
@require_POST
def service_type(request: HttpRequest, pk: int) -> HttpResponse:
    """Set the type of a service, or go back to the type that its panel tells."""
    service = get_object_or_404(Service.objects.select_related("panel").defer("panel__api_key"), pk=pk)
    slug = request.POST.get("type", "")
    if slug and slug not in ORDER_TYPES:
        messages.error(request, "Choose a type from the list. Nothing was changed.")
    elif service_types.set_type(service, slug, request.user):
        messages.success(request, f"{_type_set(service)} Orders that wait with another type are put on hold.")
    else:
        messages.info(request, "The service has this type already. Nothing was changed.")
    return redirect(service)


def _type_set(service: Service) -> str:
    if service.own_type:
        return f"The type is {service.order_type.label} from now on, also after a sync."
    return f"The type of the panel counts again. It is ordered as {service.order_type.label}."


def _categories(narrowed: ServiceFilter) -> Iterator[str]:
    """Suggest categories. Only the whole page reads them, so a fragment does not pay for them."""
    services = Service.objects.filter(is_listed=True)
    # Finding the categories of some panels would take too long, so the list then has those of all panels.
    if len(narrowed.panels) == 1:
        services = services.filter(panel=narrowed.panels[0])
    yield from services.order_by("category").values_list("category", flat=True).distinct()[:MAX_CATEGORIES]
