"""Keeps a database of this version: python -m tests.upgrades.make.

It writes tests/upgrades/<version>.json. Each run writes the same file. The file of a released version stays as it is.
"""

from __future__ import annotations

import os
import tempfile
import tomllib
from pathlib import Path

from tests.bench.surroundings import database, set_up

ROOT = Path(__file__).resolve().parents[2]


def main() -> None:
    """Fill a new database, and write it down."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"DATABASE_URL": f"sqlite:///{folder}/kept.sqlite3", "TIME_ZONE": "UTC"}
        set_up()
        from tests.upgrades import kept, rows

        with database():
            rows.fill()
            kept.save(kept.FOLDER / f"{version}.json")


if __name__ == "__main__":
    main()
