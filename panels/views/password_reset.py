"""The page on which a person who forgot the password asks for a mail with a link."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from dashboard import guessing
from panels.forms.password_reset import PasswordResetForm
from panels.people import links, mails

TEMPLATE = "registration/password_reset.html"
# The answer is the same for every name, so nobody learns which names and addresses exist.
ANSWER = (
    "If somebody has this name or mail address, a mail with a link is on its way to them. The link works once, and for "
    f"{links.WORDS[links.BY_MAIL]}. No mail? Wait some minutes, or ask a manager for a link."
)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def password_reset(request: HttpRequest) -> HttpResponse:
    """Ask for the mail, and lead to the sign-in. Without a mail server, the page only says who can help."""
    if not mails.are_set():
        return render(request, TEMPLATE)
    if guessing.is_locked(request, what=guessing.A_MAIL):
        return guessing.refuse(request)
    form = PasswordResetForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return render(request, TEMPLATE, {"form": form}, status=422 if form.is_bound else 200)
    guessing.count_failure(request, what=guessing.A_MAIL)
    if guessing.is_locked(request, what=guessing.A_MAIL):
        return guessing.refuse(request)
    mails.ask_for_reset(form.cleaned_data["who"])
    messages.success(request, ANSWER)
    return redirect("login")
