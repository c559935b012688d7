"""The form for the name of a batch."""

from __future__ import annotations

from django import forms

from panels.forms.names import check_name
from panels.models import Batch


class NameForm(forms.Form):
    """The name of a batch in one line. It may be empty."""

    name = forms.CharField(max_length=Batch.MAX_NAME, required=False)

    def clean_name(self) -> str:
        return check_name(" ".join(self.cleaned_data["name"].split()))
