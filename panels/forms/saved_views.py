"""The form of a saved view: its name, and whether the whole team sees it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.db import IntegrityError, transaction

from panels.forms.names import check_name
from panels.models import SavedView
from panels.models.client import fold_name
from panels.models.saved_view import MAY_SHARE


class SavedViewForm(forms.ModelForm):  # type: ignore[type-arg]
    """Names a view. Somebody without the permission to share has views of their own only."""

    class Meta:
        model = SavedView
        fields: ClassVar = ("name", "is_shared")
        labels: ClassVar = {"is_shared": "For the whole team"}

    def __init__(self, user: Any, view: SavedView, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, instance=view)
        if not user.has_perm(MAY_SHARE):
            del self.fields["is_shared"]

    def clean_name(self) -> str:
        name = check_name(self.cleaned_data["name"])
        if not name:
            raise forms.ValidationError("Type a name that can be seen.")
        return name

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        view = self.instance
        if view.pk is None and SavedView.objects.filter(owner=view.owner_id).count() >= SavedView.MOST:
            raise forms.ValidationError(
                f"You have {SavedView.MOST} saved views, and more are not possible. Delete one."
            )
        if len(view.query) > SavedView.MAX_QUERY:
            raise forms.ValidationError("This filter is too long to be saved. Use fewer filters or a shorter search.")
        is_shared = cleaned.get("is_shared", view.is_shared)
        if "name" in cleaned and self._is_taken(cleaned["name"], is_shared=is_shared):
            self._refuse_name(is_shared=is_shared)
        return cleaned

    def store(self) -> bool:
        """Write the view. Returns False with an error at the name if somebody has just taken the name."""
        try:
            with transaction.atomic():
                self.save()
        except IntegrityError:
            self._refuse_name(is_shared=self.instance.is_shared)
            return False
        return True

    def _is_taken(self, name: str, *, is_shared: bool) -> bool:
        view = self.instance
        named = SavedView.objects.filter(list_name=view.list_name, name_key=fold_name(name), is_shared=is_shared)
        others = named if is_shared else named.filter(owner=view.owner_id)
        return others.exclude(pk=view.pk).exists()

    def _refuse_name(self, *, is_shared: bool) -> None:
        whose = "The team already has" if is_shared else "You already have"
        self.add_error("name", f"{whose} a view of this list with this name. Choose another name.")
