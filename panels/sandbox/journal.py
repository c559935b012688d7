"""Keeps the records of a panel in a file of JSON lines, so that a later run continues with them."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import IO, Any


class Journal:
    """Appends whole records. The last line of a kind and id counts.

    A line reaches the operating system at once, so it survives the end of this process but not a power cut.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._file: IO[str] | None = None

    def load(self) -> dict[str, dict[str, Any]]:
        """Read the records as {kind: {id: record}}, and remove replaced lines from the file."""
        records: dict[str, dict[str, Any]] = {}
        if self._path is None or not self._path.exists():
            return records
        for line in self._path.read_text(encoding="utf-8").splitlines():
            try:
                kind, record_id, record = json.loads(line)
            # A process that was killed may leave half a line.
            except ValueError:
                continue
            records.setdefault(kind, {})[record_id] = record
        self._rewrite(self._path, records)
        return records

    def write(self, *entries: tuple[str, str, Any]) -> None:
        """Append entries of (kind, id, record) in one write."""
        if self._path is None:
            return
        if self._file is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self._path.open("a", encoding="utf-8")
        self._file.write("".join(_line(*entry) for entry in entries))
        self._file.flush()

    def close(self) -> None:
        """Close the file. A later write opens it again."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _rewrite(self, path: Path, records: dict[str, dict[str, Any]]) -> None:
        fresh = path.with_name(path.name + ".new")
        lines = (_line(kind, key, record) for kind, by_id in records.items() for key, record in by_id.items())
        fresh.write_text("".join(lines), encoding="utf-8")
        os.replace(fresh, path)


def _line(kind: str, record_id: str, record: Any) -> str:
    return json.dumps([kind, record_id, record], default=str) + "\n"
