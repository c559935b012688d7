"""Encrypts the API keys of panels again, so that an old key of CREDENTIAL_KEYS can be removed."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from panels.models import Panel
from panels.models.encryption import KeyUnreadableError


class Command(BaseCommand):
    help = "Encrypt the API keys of all panels with the first key of CREDENTIAL_KEYS."

    def handle(self, **_: Any) -> None:
        pks = list(Panel.objects.order_by("pk").values_list("pk", flat=True))
        unreadable = [name for pk in pks if (name := _rotate(pk))]
        self.stdout.write(
            f"{len(pks) - len(unreadable)} of {len(pks)} API keys are now encrypted with the first of CREDENTIAL_KEYS."
        )
        if unreadable:
            raise CommandError(
                f"No key of CREDENTIAL_KEYS can decrypt the API key of: {', '.join(unreadable)}. These API keys were "
                "not changed. Add the key that encrypted them, or enter them again. Until then, remove no old key."
            )
        self.stdout.write(
            "You can remove the other keys from CREDENTIAL_KEYS when web and workers run with the new list. Keep these "
            "keys with the backups that were made until now, because those backups need them."
        )


def _rotate(pk: int) -> str:
    """Encrypt the key of a panel again. Return "", or the name of the panel if its key cannot be decrypted."""
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
