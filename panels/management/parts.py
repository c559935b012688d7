"""The commands that start the parts of a running dashboard, each in this interpreter and this project."""

from __future__ import annotations

import sys

from django.conf import settings


def web(bind: str, *, workers: int = 2) -> list[str]:
    """Return the command of the web server."""
    server = [sys.executable, "-m", "gunicorn", "--chdir", str(settings.BASE_DIR), "-c", "python:dashboard.serving"]
    return [*server, "--bind", bind, "--workers", str(workers), "dashboard.wsgi:application"]


def command(name: str, *arguments: str) -> list[str]:
    """Return a management command."""
    return [sys.executable, str(settings.BASE_DIR / "manage.py"), name, *arguments]
