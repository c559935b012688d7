"""The rule for names that people give."""

from __future__ import annotations

import re
import unicodedata

from django.core.exceptions import ValidationError

# Invisible characters that turn the direction of the text, also of the text behind the name.
_TURNING = re.compile(r"[\u202a-\u202e\u2066-\u2069]")


def check_name(name: str) -> str:
    """Return the name, "" if nothing of it can be seen. Refuse a name that turns the text behind it."""
    if _TURNING.search(name):
        raise ValidationError("Type the name again, without invisible characters that turn the text.")
    return name if any(unicodedata.category(each)[0] not in "CZ" for each in name) else ""
