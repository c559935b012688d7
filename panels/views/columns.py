"""The columns of a list as a person wants them, and how close its rows are."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST
from django_htmx.http import trigger_client_event

from panels.lists import TABLES
from panels.models import PersonalSettings
from panels.pages.htmx import page_before, wants_fragment
from panels.pages.table import ALL_SCREENS


@require_POST
def list_columns(request: HttpRequest, name: str) -> HttpResponse:
    """Store the chosen columns of a list and the density of all lists, or go back to the columns by default."""
    table = TABLES.get(name)
    if table is None:
        raise Http404
    personal = PersonalSettings.of(request.user)
    possible = (*table.names(request.user), ALL_SCREENS)
    chosen = [each for each in possible if each in request.POST.getlist("column")]
    # Somebody who saves only another density has the columns by default ticked. Later versions may have others.
    if request.POST.get("reset") or chosen == table.default_names(request.user):
        personal.columns.pop(name, None)
    else:
        personal.columns[name] = chosen
    if request.POST.get("density") in PersonalSettings.Density.values:
        personal.density = request.POST["density"]
    # Only what the form shows, because other pages write the other settings of the same row.
    shown = {"columns": personal.columns, "density": personal.density}
    PersonalSettings.objects.update_or_create(user=personal.user, defaults=shown)
    if wants_fragment(request):
        return trigger_client_event(HttpResponse(status=204), "refreshed", {})
    return redirect(page_before(request))
