"""What the name of a service says, corrected by a person, and what the team says about the service."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from panels.bell import ALL, ring
from panels.catalog.corrections import alike, apply, correct
from panels.catalog.facts import read_service
from panels.catalog.marks import set_mark
from panels.forms.facts import FactsForm
from panels.models import Service, ServiceMark
from panels.pages.htmx import page_before

FOLLOWS = "The catalog follows in a moment."


@permission_required("panels.change_servicefacts", raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def service_facts(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what the name of a service says, and correct it."""
    service = _find(pk)
    said = read_service(service)
    form = FactsForm(said, service.facts.corrections, request.POST if request.method == "POST" else None)
    if not form.is_valid():
        context = {"service": service, "form": form}
        return render(request, "panels/catalog/service_facts.html", context, status=422 if form.is_bound else 200)
    corrections = correct(service, form.facts, request.user)
    ring("offers", ALL)
    if not corrections:
        messages.success(request, f"The facts are those that the name says. {FOLLOWS}")
    else:
        messages.success(request, f"The facts were corrected, and stay so when the catalog is synced. {FOLLOWS}")
        if alike(service, corrections):
            return redirect("service_alike", pk)
    return redirect(service)


@permission_required("panels.change_servicefacts", raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def service_alike(request: HttpRequest, pk: int) -> HttpResponse:
    """Offer other services with the same wording for the same correction, and correct those that were chosen."""
    service = _find(pk)
    corrections = service.facts.corrections
    others = alike(service, corrections) if corrections else []
    if request.method != "POST":
        context = {"service": service, "others": others, "corrections": _in_words(corrections)}
        return render(request, "panels/catalog/service_alike.html", context)
    chosen = set(request.POST.getlist("service"))
    number = apply(corrections, [each.pk for each in others if str(each.pk) in chosen], request.user)
    if number:
        ring("offers", ALL)
        messages.success(request, f"{number} more service{'s were' if number > 1 else ' was'} corrected. {FOLLOWS}")
    else:
        messages.info(request, "No other service was corrected.")
    return redirect(service)


@permission_required("panels.change_servicemark", raise_exception=True)
@require_POST
def service_mark(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a service a favourite, block it, or end either. The note is for the team."""
    service = get_object_or_404(Service.objects.select_related("mark").defer("description"), pk=pk)
    note = " ".join(request.POST.get("note", "").split())
    mark = request.POST.get("mark", "")
    if mark not in ("favourite", "blocked", "") or "\0" in note or len(note) > ServiceMark.MAX_NOTE:
        messages.error(request, f"A note has at most {ServiceMark.MAX_NOTE} characters. Nothing was changed.")
    else:
        messages.success(request, set_mark(service, mark, note, request.user))
        ring("offers", ALL)
    return redirect(page_before(request) if request.POST.get("list") else service)


def _find(pk: int) -> Service:
    found = Service.objects.select_related("panel", "facts").filter(facts__isnull=False)
    return get_object_or_404(found.defer("description", "panel__api_key"), pk=pk)


def _in_words(corrections: dict[str, str]) -> list[tuple[str, str]]:
    fields = FactsForm.base_fields
    return [(str(fields[name].label or name), text or "not said") for name, text in corrections.items()]
