"""The form with which a person corrects what the name of a service says."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError

from panels.catalog.corrections import CORRECTABLE, texts_of
from panels.catalog.names.facts import HIGH, LIFETIME, LOW, Facts

_WORD = re.compile(r"[a-z0-9_?]+")
_MOST = 2**31 - 1


class Words(forms.CharField):
    """Words of a fact such as "impressions+likes", in lower case and sorted. Countries are codes in capitals."""

    def __init__(self, *, is_code: bool = False, **options: Any) -> None:
        super().__init__(required=False, max_length=100, **options)
        self._is_code = is_code
        self.widget.attrs |= {"autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"}

    def to_python(self, value: Any) -> str:
        """Return the words in the order in which products compare them."""
        words = sorted({word for word in re.split(r"[\s+,]+", str(value or "").casefold()) if word})
        if any(not _WORD.fullmatch(word) for word in words):
            raise ValidationError("Use words of letters and digits, separated by +.", code="words")
        return "+".join(word.upper() if self._is_code else word for word in words)


class Number(forms.CharField):
    """A whole number, or one of some words. Stays a text."""

    def __init__(self, *, words: tuple[str, ...] = (), most: int = _MOST, **options: Any) -> None:
        super().__init__(required=False, max_length=20, **options)
        self._words, self._most = words, most
        self.widget.attrs |= {"autocomplete": "off"}

    def to_python(self, value: Any) -> str:
        """Return the number as a text without separators."""
        text = str(value or "").strip().replace(",", "")
        for word in self._words:
            if text.casefold() == word.casefold():
                return word
        if text and not (text.isascii() and text.isdecimal() and int(text) <= self._most):
            limit = "" if self._most == _MOST else f" up to {self._most:,}"
            words = f" or {', '.join(self._words)}" if self._words else ""
            raise ValidationError(f"Enter a whole number{limit}{words}, or nothing.", code="number")
        return str(int(text)) if text else ""


class FactsForm(forms.Form):
    """What a service is and what it promises. A field that is left as the name says is no correction."""

    GENDERS: ClassVar = [("", "Not said"), ("female", "Female"), ("male", "Male")]
    DELIVERIES: ClassVar = [("once", "Once"), ("auto", "Automatic, for future posts")]

    platform = Words(label="Platform")
    metric = Words(label="What")
    object = Words(label="For")
    variant = Words(label="Kind")
    geo = Words(label="Country", is_code=True)
    gender = forms.ChoiceField(required=False, choices=GENDERS)
    delivery = forms.ChoiceField(required=False, choices=DELIVERIES)
    quality = Words(label="Quality")
    refill_days = Number(label="Refill in days", words=(LIFETIME,))
    speed_max = Number(label="Speed, units a day")
    start_max_minutes = Number(label="Start within minutes")
    drop_max = Number(label="Drop in %", words=(LOW, HIGH), most=100)
    minutes = Number(label="Viewers stay, minutes")
    watch_seconds = Number(label="Views last, seconds")
    noise = forms.BooleanField(label="This is a heading or an advert, not a service", required=False)

    HELP: ClassVar = {
        "platform": "Such as instagram or tiktok.",
        "metric": "Such as followers, likes or views. Several words are separated by +.",
        "object": "Such as post, reel or channel.",
        "variant": "Such as custom, random or offline.",
        "geo": "Such as US, BR or WW.",
        "refill_days": f"0 for no refill, {LIFETIME} for a lifetime.",
        "start_max_minutes": "0 for an instant start.",
        "drop_max": f"0 for no drop, a percentage, {LOW} or {HIGH}.",
    }

    def __init__(self, said: Facts, corrections: dict[str, str], data: Any = None) -> None:
        """Show the facts that the name says, with the corrections so far."""
        texts = texts_of(said)
        super().__init__(data, initial=texts | corrections)
        for name in CORRECTABLE:
            words = [self.HELP.get(name, "")]
            if name in corrections:
                words.append(f"The name says: {texts[name] or 'nothing'}.")
            self.fields[name].help_text = " ".join(filter(None, words))

    @property
    def facts(self) -> dict[str, str]:
        """The facts as texts by name."""
        return {name: str(self.cleaned_data[name] or "") for name in CORRECTABLE}
