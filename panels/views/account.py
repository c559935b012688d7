"""The page on which a person says how they want to see the pages."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from panels.forms.account import AccountForm
from panels.models import PersonalSettings


@require_http_methods(["GET", "HEAD", "POST"])
def account(request: HttpRequest) -> HttpResponse:
    """Show and change the settings of the signed-in person. Everybody may change their own."""
    data = request.POST if request.method == "POST" else None
    personal = PersonalSettings.of(request.user)
    form = AccountForm(data, instance=personal)
    if not form.is_valid():
        return render(request, "panels/account.html", {"form": form}, status=422 if form.is_bound else 200)
    # Only what the form shows, because other pages write the other settings of the same row.
    PersonalSettings.objects.update_or_create(user=personal.user, defaults=form.cleaned_data)
    messages.success(request, "Your settings were saved.")
    return redirect("account")
