"""Where people are signed in: notes sign-ins and pages, and ends sessions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from axes.models import AccessAttempt, AccessLog
from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.defaultfilters import pluralize
from django.utils import timezone

from panels.models import Session, history
from panels.models.session import SIGN_IN, ends_at
from panels.pages.htmx import wants_fragment
from panels.people.visitors import device_of, network_of

JOB = "delete old sign-ins"
# A session that was seen so lately is not written again, so most pages write nothing.
SEEN_EVERY = timedelta(minutes=10)
# The limits on guessing know the networks of a person for this long.
LOG_KEPT_FOR = timedelta(days=90)


class SeenSessions:
    """Middleware that notes when a session was last seen. A fragment does not count, because pages poll."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        is_page = request.method != "GET" or not wants_fragment(request)
        if is_page and request.user.is_authenticated and (row := current(request)):
            now = timezone.now()
            if row.seen_at < now - SEEN_EVERY:
                same = Session.objects.filter(pk=row.pk)
                same.update(seen_at=now, expire_date=ends_at(row.signed_in_at, now))
        return self.get_response(request)


def current(request: HttpRequest) -> Session | None:
    """Return the row of the session of this request."""
    return getattr(request.session, "row", None)


def open_sessions(user: Any) -> QuerySet[Session]:
    """Return the sessions of a person that have not ended, the last seen first."""
    return Session.objects.filter(user=user, expire_date__gt=timezone.now()).order_by("-seen_at")


def others(request: HttpRequest, user: Any) -> QuerySet[Session]:
    """Return the open sessions of a person without that of this request."""
    present = current(request)
    return open_sessions(user).exclude(pk=present and present.pk)


def sign_out(user: Any, rows: QuerySet[Session]) -> int:
    """End sessions of a person because somebody asked for it, and record it. Return their number."""
    ended, _ = rows.delete()
    if ended:
        history.note(user, f"signed out on {ended} device{pluralize(ended)}")
    return ended


def end_others(request: HttpRequest, user: Any, **_: Any) -> None:
    """End them after a change of factors, as a receiver of allauth's signals. They may be those of a thief."""
    others(request, user).delete()


def note_sign_in(request: HttpRequest, **_: Any) -> None:
    """Note in a new session when and from where the person signed in."""
    request.session[SIGN_IN] = {
        "at": timezone.now().isoformat(),
        "network": network_of(request) or "",
        "device": device_of(request),
    }


def end_outdated(instance: User, update_fields: Any = None, **_: Any) -> None:
    """End all sessions of a person who was deactivated, or whose password is another one than at the sign-in."""
    if update_fields is not None and not {"password", "is_active"} & set(update_fields):
        return
    present = instance.get_session_auth_hash()
    for row in Session.objects.filter(user=instance):
        if not instance.is_active or row.get_decoded().get(HASH_SESSION_KEY) != present:
            row.delete()


def delete_old() -> None:
    """Delete ended sessions, what axes has noted about sign-ins of long ago, and what was posted at failed ones."""
    now = timezone.now()
    Session.objects.filter(expire_date__lte=now).delete()
    for model in (AccessLog, AccessAttempt):
        model.objects.filter(attempt_time__lte=now - LOG_KEPT_FOR).delete()
    # Rows of earlier versions can have new passwords and codes in what was posted, and nobody needs the rest.
    AccessAttempt.objects.exclude(post_data="").update(post_data="")
