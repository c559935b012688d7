"""The rules for passwords that Django does not have. AUTH_PASSWORD_VALIDATORS names them."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import Any

from django.contrib.auth.password_validation import (
    CommonPasswordValidator,
    MinimumLengthValidator,
    UserAttributeSimilarityValidator,
)
from django.core.exceptions import ValidationError

NAMES_OF_THE_PRODUCT = ("paneldashboard", "dashboard", "panels", "smmpanel")
SIMILAR = 0.7
CORE = re.compile(r"[^\W\d_](?:.*[^\W\d_])?", re.DOTALL)


def core(password: str) -> str:
    """Return a password in lower case without the digits and signs around it: "!Sunshine-2024" is "sunshine"."""
    found = CORE.search(password.lower())
    return found[0] if found else ""


class LongEnough(MinimumLengthValidator):
    """Refuses a short password."""

    def get_error_message(self) -> str:
        """Return why a password is refused."""
        return f"The password has fewer than {self.min_length} characters."

    def get_help_text(self) -> str:
        """Return the rule in the list of rules."""
        return f"It needs {self.min_length} characters or more. Several words are easy to remember."


class Uncommon(CommonPasswordValidator):
    """Refuses the passwords of Django's list, also with digits or signs before or behind them."""

    def validate(self, password: str, user: Any = None) -> None:
        """Refuse a common password, and one without a letter."""
        super().validate(password, user)
        bare = core(password)
        if not bare:
            raise ValidationError("The password has no letters. Use several words.", code="password_entirely_numeric")
        if bare in self.passwords:
            raise ValidationError(
                "The password is a common one with digits or signs added. Use several words instead.",
                code="password_too_common",
            )

    def get_help_text(self) -> str:
        """Return the rule in the list of rules."""
        return "A common password is refused, also with a year, digits or signs before or behind it."


class UnlikeThePerson(UserAttributeSimilarityValidator):
    """Refuses what is near the person's names or mail address, also with digits or signs before or behind it."""

    def validate(self, password: str, user: Any = None) -> None:
        """Compare the password as it is, and without what was added."""
        super().validate(password, user)
        super().validate(core(password), user)

    def get_help_text(self) -> str:
        """Return the rule in the list of rules."""
        return "It must not be like your name or your mail address."


class UnlikeTheProduct:
    """Refuses what is near a name of this product."""

    def validate(self, password: str, user: Any = None) -> None:  # noqa: ARG002
        """Compare the letters of the password with each name. Twice as many letters as a name has are not like it."""
        letters = re.sub(r"[\W\d_]+", "", password.lower())
        for name in NAMES_OF_THE_PRODUCT:
            is_near = len(letters) <= 2 * len(name)
            if is_near and SequenceMatcher(a=letters, b=name).ratio() >= SIMILAR:
                raise ValidationError("The password is like the name of this product.", code="password_too_similar")

    def get_help_text(self) -> str:
        """Return the rule in the list of rules."""
        return "It must not be like the name of this product."
