"""The rule for names that people give."""

from __future__ import annotations

import unicodedata

from django.core.exceptions import ValidationError

from panels.protocol.order_fields import TURNING


def check_name(name: str) -> str:
    """Return the name, "" if nothing of it can be seen. Refuse a name that turns the text behind it."""
    if TURNING.search(name):
        raise ValidationError("Type the name again, without invisible characters that turn the text.")
    return name if any(unicodedata.category(each)[0] not in "CZ" for each in name) else ""
