"""Saved views: open, save, rename, replace, delete, and choose one as the start page."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from panels.forms.saved_views import SavedViewForm
from panels.models import PersonalSettings, SavedView
from panels.pages.filter_bar import clean_query

TEMPLATE = "panels/saved_view.html"


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Lead to the start page of the person."""
    return redirect(PersonalSettings.of(request.user).start_address)


@require_safe
def saved_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Lead to the list under the filter of the view."""
    return redirect(_visible(request, pk))


@require_POST
def saved_view_new(request: HttpRequest) -> HttpResponse:
    """Save the filter of a list under a name."""
    list_name = request.POST.get("list", "")
    if list_name not in SavedView.LISTS:
        raise Http404
    view = SavedView(list_name=list_name, owner=_person(request), query=clean_query(_query(request)))
    _check_list(request, view)
    form = SavedViewForm(request.user, view, request.POST)
    if not form.is_valid() or not form.store():
        return render(request, TEMPLATE, {"form": form, "view": view, "title": "Save view"}, status=422)
    messages.success(request, f"The view “{view}” is saved.")
    return redirect(view)


@require_http_methods(["GET", "HEAD", "POST"])
def saved_view_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the form of a view, and rename or share it."""
    view = _changeable(request, pk)
    form = SavedViewForm(request.user, view, request.POST if request.method == "POST" else None)
    if not form.is_valid() or not form.store():
        context = {"form": form, "view": view, "title": "Saved view"}
        return render(request, TEMPLATE, context, status=422 if form.is_bound else 200)
    messages.success(request, f"The view “{view}” is saved.")
    return redirect(view)


@require_POST
def saved_view_replace(request: HttpRequest, pk: int) -> HttpResponse:
    """Replace the filter of a view by the present filter of its list."""
    view, query = _changeable(request, pk), clean_query(_query(request))
    if len(query) > SavedView.MAX_QUERY:
        messages.error(request, "This filter is too long to be saved. Nothing was changed.")
    else:
        SavedView.objects.filter(pk=pk).update(query=query)
        view.query = query
        messages.success(request, f"The view “{view}” has this filter.")
    return redirect(view)


@require_POST
def saved_view_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a view. The rows that it shows stay."""
    view = _changeable(request, pk)
    view.delete()
    messages.success(request, f"The view “{view}” was deleted.")
    return redirect(SavedView.LISTS[view.list_name][0])


@require_POST
def saved_view_start(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a view the start page of the person, or the overview again with `start=off`."""
    view = _visible(request, pk)
    is_wanted = request.POST.get("start") != "off"
    chosen = {"start_view": view if is_wanted else None}
    PersonalSettings.objects.update_or_create(user=_person(request), defaults=chosen)
    page = f"the view “{view}”" if is_wanted else "the overview"
    messages.success(request, f"Your start page is {page}.")
    return redirect(view)


def _person(request: HttpRequest) -> Any:
    # Every page needs a sign-in, so this is never an anonymous user.
    return request.user


def _query(request: HttpRequest) -> QueryDict:
    return QueryDict(request.POST.get("query", ""))


def _visible(request: HttpRequest, pk: int) -> SavedView:
    view = get_object_or_404(SavedView.visible_to(request.user), pk=pk)
    _check_list(request, view)
    return view


def _changeable(request: HttpRequest, pk: int) -> SavedView:
    view = _visible(request, pk)
    if not view.may_change(request.user):
        raise PermissionDenied
    return view


def _check_list(request: HttpRequest, view: SavedView) -> None:
    if not request.user.has_perm(view.permission):
        raise PermissionDenied
