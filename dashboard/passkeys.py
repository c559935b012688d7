"""Signs people in by a passkey alone.

Nothing is stored for a visitor who only asks, or else anybody could fill the database with rows.

```
GET ──▶ a challenge, signed in a cookie ──▶ the device signs it ──▶ POST ──▶ accepted once, within minutes ──▶ signed in
```
"""

from __future__ import annotations

from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.webauthn.internal.auth import STATE_SESSION_KEY
from allauth.mfa.webauthn.views import LoginWebAuthnView
from django.conf import settings
from django.core import signing
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse

# In seconds.
ANSWER_WITHIN = 5 * 60


class PasskeySignIn(LoginWebAuthnView):  # type: ignore[misc]
    """Keeps the challenge in a cookie, where allauth keeps it in the session."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Return what the device must sign, as JSON."""
        answer: HttpResponse = super().get(request, *args, **kwargs)
        if state := request.session.pop(STATE_SESSION_KEY, None):
            answer.set_cookie(
                settings.PASSKEY_COOKIE_NAME,
                signing.dumps(state, salt=__name__),
                max_age=ANSWER_WITHIN,
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
                samesite="Strict",
            )
        return answer

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Sign the person in whose device has signed the challenge of the cookie."""
        # Read once, because the cookie may become too old in between.
        self._state = _state_in(request)
        # Without a cookie nothing is accepted, also no challenge that another page left in the session.
        request.session[STATE_SESSION_KEY] = self._state
        answer: HttpResponse = super().post(request, *args, **kwargs)
        request.session.pop(STATE_SESSION_KEY, None)
        answer.delete_cookie(settings.PASSKEY_COOKIE_NAME, samesite="Strict")
        return answer

    def form_valid(self, form: Any) -> HttpResponse:
        """Go on, unless the same challenge was answered before."""
        is_first = cache.add(f"passkey:{self._state['challenge']}", "answered", ANSWER_WITHIN)
        if not is_first:
            form.add_error("credential", get_adapter().validation_error("incorrect_code"))
        answer: HttpResponse = super().form_valid(form) if is_first else self.form_invalid(form)
        return answer


def _state_in(request: HttpRequest) -> dict[str, Any]:
    """Return the challenge of the cookie, and what the device must do, or nothing if it is not ours or too old."""
    cookie = request.COOKIES.get(settings.PASSKEY_COOKIE_NAME, "")
    try:
        state: dict[str, Any] = signing.loads(cookie, salt=__name__, max_age=ANSWER_WITHIN)
    except signing.BadSignature:
        return {}
    return state
