"""Encrypts all stored secrets again, so that an old key of CREDENTIAL_KEYS can be removed."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from panels.models import Panel
from panels.models.encryption import KeyUnreadableError, Secret

# The encrypted value in the data of each type of second factor. A passkey has no secret here.
SECRETS = {Authenticator.Type.TOTP: "secret", Authenticator.Type.RECOVERY_CODES: "seed"}


class Command(BaseCommand):
    help = "Encrypt the API keys of all panels and the secrets of second factors with the first key of CREDENTIAL_KEYS."

    def handle(self, **_: Any) -> None:
        pks = list(Panel.objects.order_by("pk").values_list("pk", flat=True))
        unreadable = [name for pk in pks if (name := _rotate(pk))]
        self.stdout.write(
            f"{len(pks) - len(unreadable)} of {len(pks)} API keys are now encrypted with the first of CREDENTIAL_KEYS."
        )
        factors = list(Authenticator.objects.filter(type__in=SECRETS).order_by("pk").values_list("pk", flat=True))
        lost = [name for pk in factors if (name := _rotate_factor(pk))]
        self.stdout.write(f"{len(factors) - len(lost)} of {len(factors)} secrets of second factors are so too.")
        if unreadable or lost:
            raise CommandError(_failure(unreadable, lost))
        self.stdout.write(
            "You can remove the other keys from CREDENTIAL_KEYS when web and workers run with the new list. Keep these "
            "keys with the backups that were made until now, because those backups need them."
        )


def _failure(panels: list[str], people: list[str]) -> str:
    parts = [f"the API key of: {', '.join(panels)}"] if panels else []
    if people:
        parts.append(f"the second factor of: {', '.join(sorted(set(people)))}")
    return (
        f"No key of CREDENTIAL_KEYS can decrypt {' and '.join(parts)}. They were not changed. Add the key that "
        "encrypted them, or enter API keys again and use remove_factors for people. Until then, remove no old key."
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


def _rotate_factor(pk: int) -> str:
    """Encrypt the secret of a factor again. Return "", or the name of its person if it cannot be decrypted."""
    with transaction.atomic():
        factor = Authenticator.objects.select_for_update().filter(pk=pk).first()
        if factor is None:
            return ""
        name = SECRETS[factor.type]
        try:
            factor.data[name] = Secret(factor.data[name]).rotated().token
        except KeyUnreadableError:
            return str(factor.user)
        factor.save(update_fields=("data",))
    return ""
