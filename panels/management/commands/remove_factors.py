"""Removes the second factors of a person who has lost them."""

from argparse import ArgumentParser
from collections import Counter
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError

from panels.models import Mail
from panels.models.history import note
from panels.people import mails

TYPES = Authenticator.Type
# What stands for one factor of each type. Nobody has two apps, or two sets of codes.
WORDS = {TYPES.TOTP: "the authenticator app", TYPES.RECOVERY_CODES: "the recovery codes"}


class Command(BaseCommand):
    help = "Remove the authenticator app, the passkeys and the recovery codes of a person who has lost them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username", help="the name with which the person signs in")

    def handle(self, *, username: str, **_: Any) -> None:
        user = User.objects.filter(username=username).first()
        if user is None:
            raise CommandError(f"There is no user {username}. Nothing was removed.")
        factors = Authenticator.objects.filter(user=user)
        found = Counter(factors.values_list("type", flat=True))
        if not found:
            self.stdout.write(f"{username} has no second factor. Nothing was removed.")
            return
        factors.delete()
        user.sessions.all().delete()
        note(user, f"second factors removed by a command: {_listed(found)}")
        mails.write(user, Mail.Kind.CHANGE, "All second factors were removed from your account.")
        self.stdout.write(
            f"Removed from {username}: {_listed(found)}. {username} is signed out everywhere, and the password alone "
            f"signs {username} in now. If you suspect a theft, set a new password too."
        )


def _listed(found: Counter[str]) -> str:
    names = [words for type_, words in WORDS.items() if found[type_]]
    if number := found[TYPES.WEBAUTHN]:
        names.append("a passkey" if number == 1 else f"{number} passkeys")
    return ", ".join(names)
