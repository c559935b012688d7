"""Links with which people set a password: each works once, for its person, and for a while.

A link has its code behind "#". No browser sends that part, so no log of a server or proxy has it.
"""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.models import User
from django.contrib.auth.tokens import default_token_generator
from django.core.signing import BadSignature, Signer
from django.urls import reverse
from django.utils import timezone

from panels.models import JobRun

# How long a link works that came by mail, that a manager made, and that invites. PASSWORD_RESET_TIMEOUT ends each link.
BY_MAIL, BY_MANAGER, INVITES = timedelta(hours=1), timedelta(days=1), timedelta(days=3)
WORDS = {BY_MAIL: "an hour", BY_MANAGER: "a day", INVITES: "three days"}


def make_path(user: User, lasts: timedelta) -> str:
    """Return the path of a link for this person. It ends with its first use, with their next sign-in, or after a while.

    It also ends with a new mail address, because Django's token depends on it.
    """
    until = int((timezone.now() + lasts).timestamp())
    code = Signer(salt=__name__).sign_object([user.pk, until, default_token_generator.make_token(user)])
    return f"{reverse('password_link')}#{code}"


def find_person(code: str) -> User | None:
    """Return the active person for whom a code was made that still works."""
    try:
        pk, until, token = Signer(salt=__name__).unsign_object(code)
    except (BadSignature, ValueError):
        return None
    left = until - timezone.now().timestamp()
    # A link that works for longer than any was made by a clock that was ahead.
    is_now = 0 < left <= (INVITES + JobRun.CLOCKS_DIFFER).total_seconds()
    user = User.objects.filter(pk=pk, is_active=True).first() if is_now else None
    return user if user and default_token_generator.check_token(user, token) else None
