"""Joins htmx and the scripts of the pages to one script, so that a first visit needs one request for all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.files.storage import FileSystemStorage, Storage

NAME = "site.js"
PARTS = (
    "django_htmx/htmx-2.min.js",
    "mfa/js/webauthn-json.js",
    "mfa/js/webauthn.js",
    "passkeys.js",
    "copy.js",
    "app.js",
)


class JoinedScript(finders.BaseFinder):
    """Finds the joined script as a static file. So it gets a hashed name and is compressed."""

    def find(self, path: str, find_all: bool = False, **_: Any) -> Any:  # noqa: FBT001, FBT002
        """Return the joined file for its name, and an empty list for other names."""
        if path != NAME:
            return []
        return [str(join())] if find_all else str(join())

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:  # noqa: ARG002
        """Yield the joined file."""
        yield NAME, FileSystemStorage(join().parent)


def join() -> Path:
    """Write the joined file if a part has changed, and return its path.

    The file appears as a whole, because several processes may write it at the same time.
    """
    file = Path(settings.VAR_DIR) / "joined" / NAME
    # Not each part ends with a semicolon.
    content = b"\n;".join(_read(name) for name in PARTS)
    if not file.exists() or file.read_bytes() != content:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, unfinished = tempfile.mkstemp(dir=file.parent)
        with open(handle, "wb") as target:
            target.write(content)
        # Other users of this machine, such as a web server, may read it.
        os.chmod(unfinished, 0o644)
        os.replace(unfinished, file)
    return file


def _read(name: str) -> bytes:
    path = finders.find(name)
    if not path:
        raise FileNotFoundError(f"There is no static file {name}.")
    return Path(path).read_bytes()
