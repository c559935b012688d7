"""Checks of the secrets and of mail, in the style of Django's system checks. No message contains a secret."""

from __future__ import annotations

from cryptography.fernet import Fernet
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register  # noqa: A004
from django.core.exceptions import ImproperlyConfigured

from panels.people.site import site_address

SHORTEST, FEWEST = 50, 10
RANDOM_TEXT = 'python3 -c "import secrets; print(secrets.token_urlsafe(50))"'
FERNET_KEY = '.venv/bin/python -c "from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())"'


@register(Tags.security)
def check_secrets(**_: object) -> list[CheckMessage]:
    """Return an error for each secret that is easy to guess or that encrypts nothing."""
    return [*_check_secret_key(settings.SECRET_KEY), *_check_credential_keys(settings.CREDENTIAL_KEYS)]


@register()
def check_mail(**_: object) -> list[CheckMessage]:
    """Return a warning if there is a mail server, and no setting has the address for the links in mails."""
    if not settings.EMAIL_HOST or site_address():
        return []
    text = "EMAIL_URL is set, but no mail is sent, because no setting names the address of this site for links."
    hint = "Put the address into CSRF_TRUSTED_ORIGINS (https://…), or the host into ALLOWED_HOSTS, without a wildcard."
    return [Warning(text, hint=hint, id="dashboard.W001")]


def require_secrets() -> None:
    """Refuse to start with unfit secrets. Commands run all checks by themselves, and a web server runs none."""
    if errors := check_secrets():
        raise ImproperlyConfigured(" ".join(f"({error.id}) {error.msg} {error.hint}" for error in errors))


def _check_secret_key(key: str) -> list[CheckMessage]:
    if len(key) >= SHORTEST and len(set(key)) >= FEWEST:
        return []
    text = f"SECRET_KEY can be guessed: it needs {SHORTEST} characters, and {FEWEST} different ones."
    hint = f"Make a new one with {RANDOM_TEXT} – everybody signs in once more, and nothing else changes."
    return [Error(text, hint=hint, id="dashboard.E001")]


def _check_credential_keys(keys: list[str]) -> list[CheckMessage]:
    hint = f"Make a key with {FERNET_KEY} – and keep the keys that encrypted the stored API keys after it."
    unfit = [number for number, key in enumerate(keys, start=1) if not _is_fernet_key(key)]
    texts = [f"Key {number} of CREDENTIAL_KEYS is no Fernet key." for number in unfit]
    if not keys:
        texts = ["CREDENTIAL_KEYS has no key."]
    return [Error(text, hint=hint, id="dashboard.E002") for text in texts]


def _is_fernet_key(key: str) -> bool:
    try:
        Fernet(key)
    except ValueError:
        return False
    return True
