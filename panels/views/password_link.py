"""The page on which a person sets a password by a link: from a mail, or from a manager."""

from __future__ import annotations

from auditlog.context import set_actor
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from dashboard import guessing
from panels.forms.password_link import PasswordLinkForm


@login_not_required
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def password_link(request: HttpRequest) -> HttpResponse:
    """Set the password of the person whose code is in the form, and lead to the sign-in."""
    form = PasswordLinkForm(request, request.POST if request.method == "POST" else None)
    if not (form.is_valid() and _store(form)):
        # A right link is never locked, because nobody can guess one.
        if form.is_bound and form.user is None and guessing.is_locked(request, what=guessing.A_LINK):
            return guessing.refuse(request)
        status = 422 if form.is_bound else 200
        return render(request, "registration/password_link.html", {"form": form}, status=status)
    messages.success(request, f"Your password was set. Sign in as {form.user.get_username()} with it.")
    return redirect("login")


def _store(form: PasswordLinkForm) -> bool:
    """Save the password in the name of its person."""
    with set_actor(form.user):
        return form.store()
