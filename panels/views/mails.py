"""What a manager decides about a mail that could not be sent."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from panels.models import Mail
from panels.pages.confirmation import confirmed
from panels.pages.htmx import page_before
from panels.people import mails
from panels.people.changes import MAY_CHANGE
from panels.people.roles import reachable_people


@permission_required(MAY_CHANGE, raise_exception=True)
@require_POST
@confirmed
def mail_settle(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a mail again that was given up, or with "dismiss" forget it."""
    mail = get_object_or_404(Mail.objects.filter(person__in=reachable_people(request.user)), pk=pk)
    if request.POST.get("decision") == "dismiss":
        Mail.objects.filter(pk=pk, given_up_at__isnull=False).delete()
        messages.success(request, "The mail was dismissed.")
    elif mails.try_again(mail):
        messages.success(request, f"The mail to {mail.person} is being sent again.")
    else:
        messages.info(request, "That mail was not given up, or is being sent already.")
    return redirect(page_before(request))
