"""The page of the status words of a panel that are not known here: a person says once what each of them means."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from panels.bell import ring
from panels.models import Panel, StatusWord
from panels.orders import status_words
from panels.pages.htmx import render_page


@permission_required(("panels.view_panel", "panels.view_order"), raise_exception=True)
@require_safe
def panel_words(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the unknown words of a panel and the words with a meaning."""
    panel = _find(pk)
    context = {"panel": panel, "words": status_words.words_of(panel)}
    return render_page(request, "panels/providers/status_words.html", context, partial="words")


@permission_required("panels.change_panel", raise_exception=True)
@require_POST
def panel_words_decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Store what a word means, or forget it."""
    panel = _find(pk)
    kind, text, chosen, was = (request.POST.get(name, "") for name in ("kind", "word", "meaning", "was"))
    meaning = "" if "remove" in request.POST else chosen
    if problem := status_words.decide(panel, kind, text, meaning, was, request.user):
        messages.error(request, problem)
    elif not meaning:
        messages.success(
            request, f"“{text}” has no meaning any more. Orders that have it are shown when it comes again."
        )
    else:
        messages.success(request, f"The meaning of “{text}” is stored. {panel} is asked about these {kind}s again.")
        ring("requests" if kind == StatusWord.Kind.REFILL else "poll", panel.pk)
    return redirect(reverse("panel_words", args=[panel.pk]))


def _find(pk: int) -> Panel:
    panel: Panel = get_object_or_404(Panel.objects.defer("api_key"), pk=pk)
    return panel
