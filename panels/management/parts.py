"""The command lines of the processes of a running dashboard. They use this interpreter and this project."""

from __future__ import annotations

import sys

from django.conf import settings


def web(bind: str, *, workers: int = 2) -> list[str]:
    """Return the command line of the web server."""
    server = [sys.executable, "-m", "gunicorn", "--chdir", str(settings.BASE_DIR), "-c", "python:dashboard.serving"]
    return [*server, "--bind", bind, "--workers", str(workers), "dashboard.wsgi:application"]


def command(name: str, *arguments: str) -> list[str]:
    """Return the command line of a management command."""
    return [sys.executable, str(settings.BASE_DIR / "manage.py"), name, *arguments]
