"""The page on which a person says how they want to see the pages, and sees where they are signed in."""

from __future__ import annotations

import re

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.defaultfilters import pluralize
from django.views.decorators.http import require_http_methods, require_POST

from panels.forms.account import AccountForm
from panels.models import PersonalSettings
from panels.people import sessions

KEY = re.compile(r"[0-9a-f]{40}")


@require_http_methods(["GET", "HEAD", "POST"])
def account(request: HttpRequest) -> HttpResponse:
    """Show and change the settings of the signed-in person. Everybody may change their own."""
    data = request.POST if request.method == "POST" else None
    personal = PersonalSettings.of(request.user)
    form = AccountForm(data, instance=personal)
    if not form.is_valid():
        open_sessions = list(sessions.open_sessions(request.user))
        context = {"form": form, "sessions": open_sessions, "current": sessions.current(request)}
        return render(request, "panels/account.html", context, status=422 if form.is_bound else 200)
    # Only what the form shows, because other pages write the other settings of the same row.
    PersonalSettings.objects.update_or_create(user=personal.user, defaults=form.cleaned_data)
    messages.success(request, "Your settings were saved.")
    return redirect("account")


@require_POST
def session_end(request: HttpRequest) -> HttpResponse:
    """End one session of the signed-in person by its key in the list, or with "others" all but this one."""
    chosen = request.POST.get("session", "")
    own = sessions.others(request, request.user)
    if chosen != "others":
        own = own.filter(pk=chosen) if KEY.fullmatch(chosen) else own.none()
    ended = sessions.sign_out(request.user, own)
    if ended:
        messages.success(request, f"Signed out on {ended} other device{pluralize(ended)}.")
    else:
        messages.info(request, "That session had ended already.")
    return redirect("account")
