"""The list of clients, the pages of a client and of a campaign, and their forms."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from panels.catalog.names.titles import metric_title
from panels.clients import spend
from panels.filters import ClientFilter
from panels.forms.clients import CampaignForm, ClientForm, NamedForm
from panels.lists.clients import CLIENTS, with_orders
from panels.models import Campaign, Client, ClientDay
from panels.money import totals
from panels.pages.downloads import back_to_list, files_of, send_list
from panels.pages.filter_bar import FilterBar, render_list, without_empty
from panels.pages.limits import limited
from panels.pages.paging import count_with, paginate
from panels.pages.table import TablePage

# The rows of a page of a client. Nobody needs more of them at a glance.
MOST_ORDERS, MOST_CAMPAIGNS = 8, 100
TAKEN = "There is one with this name by now. Choose another name."


@permission_required("panels.view_client", raise_exception=True)
@require_safe
@without_empty
def client_list(request: HttpRequest) -> HttpResponse:
    """List clients with what was spent for each this month."""
    found, sort = ClientFilter(request.GET, request.user), CLIENTS.sort_of(request.GET)
    clients = found.rows
    page = paginate(clients, request.GET, sort=CLIENTS.field_of(sort))
    total, bar = count_with(page, clients), FilterBar(found, request, list_name="clients", target="clients")
    context = {
        "filter": found,
        "bar": bar,
        "page": page,
        "total": total,
        "table": TablePage(
            CLIENTS,
            request,
            page.with_rows(with_orders(page, timezone.now())),
            sort=sort,
            is_filtered=bar.is_active,
        ),
        "exports": list(files_of(request, "client_export", total)),
    }
    return render_list(request, "panels/clients/client_list.html", context, partial="results")


@permission_required("panels.view_client", raise_exception=True)
@require_safe
@limited("files")
def client_export(request: HttpRequest, suffix: str) -> HttpResponseBase:
    """Send all pages of the list under the same query as a file."""
    found = ClientFilter(request.GET, request.user)
    if not found.is_valid():
        return back_to_list(request)
    sort = CLIENTS.field_of(CLIENTS.sort_of(request.GET))
    return send_list(
        request, CLIENTS, found.qs, suffix=suffix, sort=sort, of_page=partial(with_orders, now=timezone.now())
    )


@permission_required("panels.view_client", raise_exception=True)
@require_safe
def client_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what was spent and delivered for a client, and what runs."""
    client = get_object_or_404(Client, pk=pk)
    now = timezone.now()
    campaigns = spend.costs_by_campaign(client, now)
    context = {
        "title": client.name,
        "client": client,
        "campaigns": campaigns[:MOST_CAMPAIGNS],
        "more_campaigns": len(campaigns) - MOST_CAMPAIGNS,
        **_about(request, client, now, client_pk=pk),
    }
    return render(request, "panels/clients/client_detail.html", context)


@permission_required("panels.view_client", raise_exception=True)
@require_safe
def campaign_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the same for a campaign."""
    campaign = get_object_or_404(Campaign.objects.select_related("client"), pk=pk)
    context = {
        "title": campaign.name,
        "campaign": campaign,
        "client": campaign.client,
        **_about(request, campaign.client, timezone.now(), campaign_pk=pk),
    }
    return render(request, "panels/clients/client_detail.html", context)


def _about(request: HttpRequest, client: Client | None, now: Any, **of: int) -> dict[str, Any]:
    """Return what the pages of a client and of a campaign show. `of` is a client_pk or a campaign_pk."""
    ((column, pk),) = of.items()
    name = column.removesuffix("_pk")
    rows = totals.spend(now, ClientDay.objects.filter(**of))
    found = {
        "query": f"{name}={pk}",
        "spend": [{**row, "price": spend.price_for(client, row["month"])} for row in rows],
        "units": [(metric_title(row.platform, row.metric), row) for row in spend.delivered_units(now, **of)],
    }
    if not request.user.has_perm("panels.view_order"):
        return found
    orders = spend.count_orders(f"{name}_id", [pk], now)[pk]
    return found | {
        "stages": [(stage, orders[stage]) for stage in spend.COUNTED],
        "recent": spend.open_orders(f"{name}_id", pk, MOST_ORDERS),
        "refills": spend.count_refills(now, **{f"order__{name}": pk}),
    }


# -- forms


@permission_required("panels.add_client", raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def client_new(request: HttpRequest) -> HttpResponse:
    """Create a client."""
    return _edit(request, ClientForm, Client(created_by=_person(request)))


@permission_required("panels.change_client", raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def client_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Rename a client, or change the mark-up of its prices."""
    return _edit(request, ClientForm, get_object_or_404(Client, pk=pk))


@permission_required("panels.add_campaign", raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def campaign_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Create a campaign of a client."""
    return _edit(request, CampaignForm, Campaign(client=get_object_or_404(Client, pk=pk), created_by=_person(request)))


@permission_required("panels.change_campaign", raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def campaign_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Rename a campaign."""
    return _edit(request, CampaignForm, get_object_or_404(Campaign.objects.select_related("client"), pk=pk))


def _person(request: HttpRequest) -> Any:
    return request.user


def _edit(request: HttpRequest, kind: type[NamedForm], row: Client | Campaign) -> HttpResponse:
    """Show the form of a client or of a campaign, or store it."""
    is_new, name = row.pk is None, row.name
    form = kind(request.POST if request.method == "POST" else None, instance=row)
    if form.is_valid() and _store(form):
        messages.success(request, f"{form.instance.name} was {'created' if is_new else 'saved'}.")
        return redirect(form.instance)
    context = {"form": form, "is_new": is_new, "name": name, "back": _back(row), "campaign": kind is CampaignForm}
    return render(request, "panels/clients/client_form.html", context, status=422 if form.is_bound else 200)


def _store(form: NamedForm) -> bool:
    try:
        with transaction.atomic():
            form.save()
    except IntegrityError:
        # Of two requests at once, the second one.
        form.add_error("name", TAKEN)
        return False
    return True


def _back(row: Client | Campaign) -> str:
    """Return the address of the page from which the form was opened, "" for the list of clients."""
    if row.pk:
        return row.get_absolute_url()
    return row.client.get_absolute_url() if isinstance(row, Campaign) and row.client else ""
