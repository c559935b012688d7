"""The offers of other panels for a draft that sends orders elsewhere: a person chooses one for each service."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from panels.bulk.drafts import NotADraftError
from panels.bulk.elsewhere import choose_offers, find_groups
from panels.models import Service
from panels.views.bulk_columns import MAY_CHOOSE
from panels.views.bulk_lines import get_batch, lines_were


@permission_required(MAY_CHOOSE, raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def bulk_elsewhere(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the offers for each service of a draft, and let its lines order the chosen ones. Nothing is ordered."""
    batch = get_batch(pk)
    if not (batch.replaces_orders and batch.is_draft):
        messages.error(request, f"The offers of {batch} cannot be chosen. Nothing was changed.")
        return redirect(batch)
    groups = find_groups(batch)
    if request.method != "POST":
        return render(request, "panels/bulk/bulk_elsewhere.html", {"batch": batch, "groups": groups})
    chosen: dict[int, Service] = {}
    for group in groups:
        offered = {str(each.service.pk): each.service for each in group.choices}
        if service := offered.get(request.POST.get(f"offer-{group.service.pk}", "")):
            chosen[group.service.pk] = service
    try:
        number = choose_offers(batch, chosen)
    except NotADraftError as error:
        messages.error(request, str(error))
    else:
        if number:
            messages.success(request, f"{lines_were(number)} changed. All lines were checked.")
    return redirect(batch)
