"""Limits on guessing passwords and codes, kept by django-axes: per name and network, per name, and per network.

```
a try ──▶ name and network: 5 failures in 15 min ──────────────────────▶ locked
     └──▶ has this name signed in from this network before?
              no ──▶ the name alone, or the network alone: 20 in 1 h ───▶ locked
              yes ─▶ no further limit, so a stranger elsewhere keeps nobody out
```

A wrong code or passkey counts like a wrong password. A right passkey and a right link are never locked,
because nobody can guess one.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from axes.handlers.database import AxesDatabaseHandler
from axes.handlers.proxy import AxesProxyHandler
from axes.helpers import get_client_username
from axes.models import AccessAttempt, AccessLog
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_login_failed
from django.db.models import Max, Q, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


class Limit(NamedTuple):
    """So many failures within a time lock for that time."""

    failures: int
    window: timedelta


IN_NETWORK = Limit(5, timedelta(minutes=15))
# What stands in the place of a name where there is none. A user name has no space. Not NULL, because rows with NULL are
# never the same for a unique constraint, so that two tries at once would make two rows.
A_PASSKEY, A_LINK, A_MAIL = "a passkey", "a link", "an asked mail"
WITHOUT_NAME = (A_PASSKEY, A_LINK, A_MAIL)
# Failures are kept for no longer than this.
WIDE = Limit(20, settings.AXES_COOLOFF_TIME)


class Handler(AxesDatabaseHandler):  # type: ignore[misc]
    """The handler of axes, with several limits instead of one."""

    def get_failures(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> int:
        """Return 1 if any limit is reached, or else 0. AXES_FAILURE_LIMIT is 1."""
        name, network = get_client_username(request, credentials), request.axes_ip_address  # type: ignore[attr-defined]
        until = _locked_until(name, network, request.axes_attempt_time)  # type: ignore[attr-defined]
        request.locked_until = until  # type: ignore[attr-defined]
        return int(until is not None)

    def reset_user_attempts(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> int:
        """Forget the failures of this name in this network.

        All others stay. Or else a guesser who has an account could sign in and guess on.
        """
        name = get_client_username(request, credentials)
        network = request.axes_ip_address  # type: ignore[attr-defined]
        count, _ = AccessAttempt.objects.filter(username=name, ip_address=network).delete()
        return int(count)


def is_locked(request: HttpRequest, user: User | None = None, *, what: str = A_PASSKEY) -> bool:
    """Return whether tries of this person, or of a visitor without a name, are refused in this network.

    If so, axes answers this request with `refuse`. what: the kind of tries without a name.
    """
    allowed = AxesProxyHandler.is_allowed(request, _credentials(user, what))
    request.axes_locked_out = not allowed  # type: ignore[attr-defined]
    # `refuse` is called by axes too, which knows only the request.
    request.locked_what = what  # type: ignore[attr-defined]
    return not allowed


def count_failure(request: HttpRequest, user: User | None = None, *, what: str = A_PASSKEY, **_: Any) -> None:
    """Count and log a wrong code or passkey, also as a receiver of allauth's signal. While locked it does not count.

    Without a person it counts for the network alone, as codes of links and asked mails do.
    """
    is_locked(request, user, what=what)
    user_login_failed.send(sender=__name__, credentials=_credentials(user, what), request=request)


def _credentials(user: User | None, what: str) -> dict[str, Any]:
    # Never the name in a visitor's form, because the visitor chooses it.
    return {"username": user.get_username() if user else what}


def _locked_until(name: str | None, network: str | None, now: datetime) -> datetime | None:
    """Return when the last lock on this name in this network ends, or None if nothing is locked.

    Passkeys, links and asked mails come without a name. There is no limit for one of these alone, because it would lock
    all of them. Asked mails are no guesses, so they lock nothing else.
    """
    named, near = Q(username=name), Q(ip_address=network)
    limits = [(named & near, IN_NETWORK)]
    guesses = near if name == A_MAIL else near & ~Q(username=A_MAIL)
    if not AccessLog.objects.filter(named & near).exists():
        limits += [(guesses, WIDE)] if name in WITHOUT_NAME else [(named, WIDE), (guesses, WIDE)]
    ends = []
    for which, limit in limits:
        lately = AccessAttempt.objects.filter(which, attempt_time__gt=now - limit.window)
        found = lately.aggregate(failures=Sum("failures_since_start", default=0), latest=Max("attempt_time"))
        if found["failures"] >= limit.failures:
            ends.append(found["latest"] + limit.window)
    return max(ends, default=None)


def refuse(request: HttpRequest, *_: object) -> HttpResponse:
    """Answer a try while the name or the network is locked."""
    is_asked_mail = getattr(request, "locked_what", None) == A_MAIL
    context = {"until": getattr(request, "locked_until", None), "is_asked_mail": is_asked_mail}
    return render(request, "locked_out.html", context, status=429)
