"""The list of people, its export, and invitations."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.contrib.auth.models import User
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from panels.filters import PeopleFilter
from panels.forms.people import TAKEN, InvitationForm
from panels.lists.people import PEOPLE, marked
from panels.pages.confirmation import confirmed
from panels.pages.downloads import back_to_list, files_of, send_list
from panels.pages.filter_bar import FilterBar, render_list, without_empty
from panels.pages.limits import limited
from panels.pages.paging import count_with, paginate
from panels.pages.table import TablePage
from panels.people import changes, links, mails
from panels.people.roles import reachable_people


@permission_required("auth.view_user", raise_exception=True)
@require_safe
@without_empty
def people_list(request: HttpRequest) -> HttpResponse:
    """List the people whom the person may look after."""
    found, sort = _filter(request), PEOPLE.sort_of(request.GET)
    people = found.rows
    page = paginate(people, request.GET, sort=PEOPLE.field_of(sort))
    bar = FilterBar(found, request, list_name="people", target="people")
    total = count_with(page, people)
    context = {
        "filter": found,
        "bar": bar,
        "page": page,
        "total": total,
        "table": TablePage(PEOPLE, request, page, sort=sort, is_filtered=bar.is_active),
        "exports": list(files_of(request, "people_export", total)),
    }
    return render_list(request, "panels/people/people_list.html", context, partial="results")


@permission_required("auth.view_user", raise_exception=True)
@require_safe
@limited("files")
def people_export(request: HttpRequest, suffix: str) -> HttpResponseBase:
    """Send all pages of the list under the same query as a file."""
    found = _filter(request)
    if not found.is_valid():
        return back_to_list(request)
    sort = PEOPLE.field_of(PEOPLE.sort_of(request.GET))
    return send_list(request, PEOPLE, found.qs, suffix=suffix, sort=sort)


def _filter(request: HttpRequest) -> PeopleFilter:
    return PeopleFilter(request.GET, request.user, queryset=marked(reachable_people(request.user)))


@permission_required(("auth.add_user", changes.MAY_CHANGE), raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
@confirmed
def person_invite(request: HttpRequest) -> HttpResponse:
    """Invite a person: by mail, or by a link that is shown once."""
    form = InvitationForm(request.user, request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            person = changes.invite(
                form.cleaned_data["username"], form.cleaned_data["email"], form.cleaned_data["role"]
            )
        except IntegrityError:
            # Of two clicks at once, the second one.
            form.add_error("username", TAKEN)
        else:
            return _hand_over(request, person)
    context = {"form": form}
    return render(request, "panels/people/person_invite.html", context, status=422 if form.is_bound else 200)


def _hand_over(request: HttpRequest, person: User) -> HttpResponse:
    if not mails.can_mail(person):
        return show_link(request, person)
    messages.success(request, f"{person} was invited. A mail with the link is on its way.")
    return redirect("person_detail", person.pk)


def show_link(request: HttpRequest, person: User) -> HttpResponse:
    """Show a new link to set a password. It is shown once, because nothing stores it."""
    lasts = links.WORDS[changes.lifetime_of_link(person)]
    context = {"person": person, "lasts": lasts, "link": request.build_absolute_uri(changes.make_link(person))}
    return render(request, "panels/people/person_link.html", context)
