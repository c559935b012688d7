"""The page about a person, and what a manager changes there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.defaultfilters import pluralize
from django.views.decorators.http import require_POST, require_safe

from panels.forms.people import LimitsForm, RoleForm
from panels.lists.people import access_badge, marked
from panels.models import Mail
from panels.pages.confirmation import confirmed
from panels.pages.required_factor import is_required_of
from panels.people import changes, mails
from panels.people.order_limits import known_currencies, limits_of, say_limits
from panels.people.roles import is_invited, reachable_people, role_of
from panels.people.sessions import open_sessions
from panels.views.people import show_link

MAX_SESSIONS = 50


@permission_required("auth.view_user", raise_exception=True)
@require_safe
def person_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a person: the role, the second factor, the limits, and where they are signed in."""
    return _show(request, _find(request, pk))


def _show(request: HttpRequest, person: User, limits_form: LimitsForm | None = None) -> HttpResponse:
    pk, limits = person.pk, limits_of(person)
    may_change = request.user.has_perm(changes.MAY_CHANGE) and request.user.pk != pk
    role = next(iter(person.groups.all()), None)
    context = {
        "person": person,
        "role": role_of(person),
        "access": access_badge(person),
        "is_invited": is_invited(person),
        "is_self": request.user.pk == pk,
        "may_change": may_change,
        "form": RoleForm(request.user, initial={"role": role}) if may_change and not person.is_superuser else None,
        "limits": say_limits(limits.values()),
        "limits_form": limits_form or (LimitsForm(known_currencies(limits), limits) if may_change else None),
        "needs_factor": not person.has_factor and is_required_of(person),  # type: ignore[attr-defined]
        "can_mail": mails.can_mail(person),
        "last_mail": Mail.objects.filter(person=person).exclude(kind=Mail.Kind.CHANGE).first(),
        "sessions": list(open_sessions(person)[:MAX_SESSIONS]),
    }
    status = 422 if limits_form else 200
    return render(request, "panels/people/person_detail.html", context, status=status)


@permission_required(changes.MAY_CHANGE, raise_exception=True)
@require_POST
@confirmed
def person_role(request: HttpRequest, pk: int) -> HttpResponse:
    """Change the role of a person."""
    person, form = _find(request, pk), RoleForm(request.user, request.POST)
    if not form.is_valid():
        messages.error(request, "Choose one of the roles. Nothing was changed.")
        return redirect("person_detail", pk)
    role = form.cleaned_data["role"]
    with _kept_is_said(request):
        is_done = changes.change_role(request.user, pk, role)
        messages.success(request, f"{person} is {'now' if is_done else 'already'} {role}.")
    return redirect("person_detail", pk)


@permission_required(changes.MAY_CHANGE, raise_exception=True)
@require_POST
@confirmed
def person_limits(request: HttpRequest, pk: int) -> HttpResponse:
    """Set how much a person may order without approval."""
    person = _find(request, pk)
    limits = limits_of(person)
    form = LimitsForm(known_currencies(limits), limits, request.POST)
    if not form.is_valid():
        return _show(request, person, form)
    with _kept_is_said(request):
        is_done = changes.set_limits(request.user, pk, form.wanted)
        messages.success(request, f"The limits of {person} {'are changed' if is_done else 'were so before'}.")
    return redirect("person_detail", pk)


@permission_required(changes.MAY_CHANGE, raise_exception=True)
@require_POST
@confirmed
def person_sessions_end(request: HttpRequest, pk: int) -> HttpResponse:
    """Sign a person out on all devices."""
    person = _find(request, pk)
    with _kept_is_said(request):
        ended = changes.end_sessions(request.user, pk)
        messages.success(request, f"{person} was signed out on {ended} device{pluralize(ended)}.")
    return redirect("person_detail", pk)


# For each change of access: the message after it, and the message if nothing changed.
ACCESS = {
    False: ("{} has no access any more, and is signed out everywhere.", "{} had no access before."),
    True: ("{} has access again.", "{} had access before."),
}


@permission_required(changes.MAY_CHANGE, raise_exception=True)
@require_POST
@confirmed
def person_access(request: HttpRequest, pk: int, is_active: bool) -> HttpResponse:  # noqa: FBT001
    """Take the access of a person away, or give it back."""
    person, (done, not_done) = _find(request, pk), ACCESS[is_active]
    with _kept_is_said(request):
        is_done = changes.set_access(request.user, pk, is_active=is_active)
        messages.success(request, (done if is_done else not_done).format(person))
    return redirect("person_detail", pk)


@permission_required(changes.MAY_CHANGE, raise_exception=True)
@require_POST
@confirmed
def person_link(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a new link to set a password, or send it with "by=mail"."""
    person = _find(request, pk)
    if request.user.pk == pk:
        messages.error(request, "Change your own password on the page of your account.")
        return redirect("person_detail", pk)
    if not person.is_active:
        messages.error(request, f"{person} has no access, so a link would not work. Give the access back first.")
        return redirect("person_detail", pk)
    if request.POST.get("by") != "mail":
        return show_link(request, person)
    if changes.send_link(person):
        messages.success(request, f"A mail with a link is on its way to {person}.")
    else:
        messages.error(request, f"No mail can be sent to {person}.")
    return redirect("person_detail", pk)


@contextmanager
def _kept_is_said(request: HttpRequest) -> Iterator[None]:
    """Tell the manager why nothing was changed."""
    try:
        yield
    except changes.KeptError as kept:
        messages.error(request, f"{kept} Nothing was changed.")


def _find(request: HttpRequest, pk: int) -> User:
    person: User = get_object_or_404(marked(reachable_people(request.user)).select_related("personal"), pk=pk)
    return person
