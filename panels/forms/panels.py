"""The form of a panel: address, key, limits and API options."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from django import forms
from django.conf import settings
from django.core.validators import MaxValueValidator

from panels.models import Panel
from panels.models.encryption import seal, unseal
from panels.protocol.addresses import check_url
from panels.protocol.order_fields import without_invisible

ADVANCED = (
    "always_send_quantity",
    "bills_package_per_line",
    "multi_status",
    "multi_refill",
    "cancel_parameter",
    "body",
    "user_agent",
    "parallel_calls",
    "calls_per_minute",
    "connect_timeout",
    "read_timeout",
)
# A new key is no other way of calling.
WAY_OF_CALLING = frozenset(Panel.CALLED_WITH) - {"api_key"}
# The worker writes them too. The form carries what the person saw, and writes only what the person has changed.
LEARNED = ("calls_per_minute", "multi_status", "multi_refill")
# So long a form with errors carries the typed key.
KEPT_SECONDS = 15 * 60
# Offered where a firewall lets only browsers through.
BROWSER = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


class PastedField(forms.CharField):
    """A text that is usually pasted. It loses the characters that nobody can see."""

    def to_python(self, value: Any) -> str:
        return str(super().to_python(without_invisible(value) if isinstance(value, str) else value) or "")


class PanelForm(forms.ModelForm):  # type: ignore[type-arg]
    """An account at a panel. The key is never shown again, and a change of the host asks for the key again.

    If other fields have errors, the form carries the typed key in `kept_key`: encrypted, for this person, panel and
    host. If the address was refused, the key is for the corrected address.
    """

    field_order = ("name", "api_url", "api_key")
    MOST: ClassVar = {"parallel_calls": 20, "calls_per_minute": 6000, "connect_timeout": 60, "read_timeout": 300}

    api_url = PastedField(
        label="API address",
        max_length=500,
        widget=forms.TextInput(
            attrs={"inputmode": "url", "placeholder": "https://panel.example/api/v2", "autocomplete": "off"}
        ),
        help_text="The address from the API page of the panel.",
    )
    api_key = PastedField(
        label="API key",
        max_length=500,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "spellcheck": "false"}),
        help_text="Stored encrypted and never shown again.",
    )

    class Meta:
        model = Panel
        fields = ("name", "api_url", "currency_override", "low_balance", "is_active", *ADVANCED)
        labels: ClassVar = {"currency_override": "Currency", "low_balance": "Warn when the balance is below"}
        help_texts: ClassVar = {
            "user_agent": "Empty for the name of this program. If a firewall refuses the calls, choose the browser "
            "that is offered here."
        }
        widgets: ClassVar = {
            "user_agent": forms.TextInput(attrs={"list": "user-agents", "autocomplete": "off", "spellcheck": "false"})
        }

    def __init__(
        self, data: Mapping[str, Any] | None = None, instance: Panel | None = None, *, user: Any = None
    ) -> None:
        super().__init__(data, instance=instance)
        self._owner = f"panel form of {user and user.pk} for {instance and instance.pk}"
        # What the form carries: the key of an earlier try.
        self.kept_key = ""
        sent = str((data or {}).get("kept_key") or "")
        origin, _, self._carried = unseal(sent, self._owner, seconds=KEPT_SECONDS).partition("\n")
        # The host of the key that the form uses: of a carried key, or else of the stored key.
        self._key_origin = origin if self._carried or instance is None else _origin(instance.api_url)
        for name, most in self.MOST.items():
            self.fields[name].validators.append(MaxValueValidator(most))
            self.fields[name].widget.attrs["max"] = most
        for name in LEARNED:
            self.fields[name].show_hidden_initial = True
        if instance is None:
            del self.fields["is_active"]
            self.fields["api_key"].required = not self._carried
        else:
            self.fields["api_key"].required = False
            hint = f" ending in {instance.key_hint}" if instance.key_hint else ""
            self.fields["api_key"].help_text = f"Leave empty to keep the stored key{hint}."

    @property
    def plain_fields(self) -> list[forms.BoundField]:
        """The fields that every panel needs."""
        return [field for field in self if field.name not in ADVANCED]

    @property
    def advanced_fields(self) -> list[forms.BoundField]:
        """The fields of the API options and limits."""
        return [field for field in self if field.name in ADVANCED]

    @property
    def has_advanced_errors(self) -> bool:
        """Whether an API option or a limit has an error."""
        return any(field.errors for field in self.advanced_fields)

    @property
    def offered_user_agents(self) -> list[str]:
        """The names of browsers that the field for the User-Agent offers."""
        return [BROWSER]

    @property
    def has_new_key(self) -> bool:
        """Whether a key was entered."""
        return bool(self.cleaned_data.get("api_key"))

    @property
    def needs_test(self) -> bool:
        """Whether the change may stop calls from reaching the panel."""
        return self.has_new_key or self.is_called_otherwise or "is_active" in self.changed_data

    @property
    def is_called_otherwise(self) -> bool:
        """Whether calls go to another address, or are sent in another way."""
        return not WAY_OF_CALLING.isdisjoint(self.changed_data)

    def clean_api_url(self) -> str:
        url: str = self.cleaned_data["api_url"]
        if problem := check_url(url, allow_http=settings.PANEL_ALLOW_HTTP):
            raise forms.ValidationError(problem)
        if "key" in parse_qs(urlsplit(url).query):
            raise forms.ValidationError("The address must not contain the key, because everybody can read it there.")
        return url

    def clean_currency_override(self) -> str:
        return str(self.cleaned_data["currency_override"]).upper()

    def clean_api_key(self) -> str:
        """Return the typed or the carried key, or "" for the stored key."""
        if typed := str(self.cleaned_data["api_key"]):
            self._carried, self._key_origin = typed, ""
        # It is not there if the address was refused.
        if url := self.cleaned_data.get("api_url"):
            if self._key_origin not in ("", _origin(url)):
                raise forms.ValidationError("The address has another host. Enter the API key for this host.")
            self._key_origin = _origin(url)
        return self._carried

    def full_clean(self) -> None:
        super().full_clean()
        # After the check of the row too, such as that of the name.
        if self.is_bound and self.errors and self.has_new_key:
            self.kept_key = seal(f"{self._key_origin}\n{self._carried}", self._owner)
            self.fields["api_key"].required = False
            minutes = KEPT_SECONDS // 60
            self["api_key"].help_text = f"The typed key is kept for {minutes} minutes. Leave this empty to use it."

    def store(self) -> Panel:
        """Save only the changed fields, because the worker writes to the same row."""
        panel: Panel = self.instance
        if self.has_new_key:
            panel.set_key(self.cleaned_data["api_key"])
        if panel.pk is None:
            panel.save()
        else:
            more = ["api_key", "key_hint"] if self.has_new_key else []
            if "calls_per_minute" in self.changed_data:
                # This number is a person's again.
                panel.calls_lowered_at = panel.calls_lowered_from = None
                more += ["calls_lowered_at", "calls_lowered_from"]
            panel.save(update_fields=[name for name in self.changed_data if name != "api_key"] + more)
        return panel


def _origin(url: str) -> str:
    """Return scheme, host and port of an address. A missing port is the default port of the scheme."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname}:{parts.port or {'https': 443, 'http': 80}.get(parts.scheme)}"
