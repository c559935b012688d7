"""Re-encrypts the panels' API keys, so that an old one of CREDENTIAL_KEYS can go."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from panels.models import Panel
from panels.models.encryption import KeyUnreadableError


class Command(BaseCommand):
    help = "Encrypt all API keys of panels with the first of CREDENTIAL_KEYS."

    def handle(self, **_: Any) -> None:
        pks = list(Panel.objects.order_by("pk").values_list("pk", flat=True))
        unreadable = [name for pk in pks if (name := _rotate(pk))]
        self.stdout.write(
            f"{len(pks) - len(unreadable)} of {len(pks)} API keys are encrypted with the first of CREDENTIAL_KEYS now."
        )
        if unreadable:
            raise CommandError(
                f"None of CREDENTIAL_KEYS reads the key of: {', '.join(unreadable)}. Their rows were left as they are. "
                "Bring back the key that encrypted them, or enter their API keys again; remove no old key before."
            )
        self.stdout.write(
            "The other CREDENTIAL_KEYS may be removed once web and workers run with the new list; keep them with the "
            "backups made until now, which need them."
        )


def _rotate(pk: int) -> str:
    """Rotate one panel's key; returns "", or the panel's name if its key cannot be read."""
    with transaction.atomic():
        panel = Panel.objects.select_for_update().filter(pk=pk).first()
        if panel is None:
            return ""
        try:
            panel.api_key = panel.api_key.rotated()
        except KeyUnreadableError:
            return panel.name
        panel.save(update_fields=("api_key",))
    return ""
