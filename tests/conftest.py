"""The environment of every test, a cast of users, and a network that is closed unless a test opens it."""

import os
import secrets

from cryptography.fernet import Fernet

os.environ.update(
    ENV_FILE=os.devnull,
    DEBUG="off",
    HTTPS="off",
    SECRET_KEY=secrets.token_urlsafe(50),
    CREDENTIAL_KEYS=Fernet.generate_key().decode(),
    PANEL_ALLOW_PRIVATE_HOSTS="on",
    PANEL_ALLOW_HTTP="on",
    QUEUE_URL=os.environ.get("TEST_QUEUE_URL", "memory://"),
)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")
