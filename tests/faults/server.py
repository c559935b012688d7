"""A PostgreSQL server of a run's own, which can be stopped in the middle of everything and started again."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from tests.processes import own_port

USER = "postgres"
# The server keeps no files from before a checkpoint, because its disk is small.
OPTIONS = "-c listen_addresses=127.0.0.1 -c max_wal_size=16MB -c min_wal_size=4MB -c max_connections=200"


class Server:
    """Its data is in a new folder inside of `folder`. Root runs it as the user postgres, because it refuses root."""

    def __init__(self, folder: Path) -> None:
        self._data, self._port = folder / "postgres", own_port()
        self._data.mkdir(mode=0o700)
        if os.geteuid() == 0:
            shutil.chown(self._data, USER, USER)
        self._run("initdb", "-U", USER, "-A", "trust", "--no-sync", "--wal-segsize=1", "--encoding=UTF8")
        self.start()

    def url(self, database: str) -> str:
        """Return the address of a database of this server."""
        return f"postgres://{USER}@127.0.0.1:{self._port}/{database}"

    def start(self) -> None:
        """Start, and wait until it takes connections. Does nothing if it runs."""
        if self._run("status", check=False).returncode:
            options = f"-p {self._port} {OPTIONS} -c unix_socket_directories={self._data}"
            self._run("start", "-w", "-t", "120", "-l", str(self._data / "log"), "-o", options)

    def stop_at_once(self) -> None:
        """Stop as a crash does: no transaction ends, and no connection is closed in good order."""
        self._run("stop", "-m", "immediate", check=False)

    def _run(self, name: str, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[bytes]:
        command = ["initdb"] if name == "initdb" else ["pg_ctl", name]
        command = [str(_programs() / command[0]), *command[1:], "-D", str(self._data), *arguments]
        if os.geteuid() == 0:
            command = ["runuser", "-u", USER, "--", *command]
        # Not into a pipe, because the server keeps it open.
        with (self._data.parent / "postgres.out").open("ab") as output:
            return subprocess.run(command, check=check, stdout=output, stderr=output, cwd="/")


def _programs() -> Path:
    """Return the folder of initdb, which Debian keeps out of the path. The newest version is the last one."""
    if found := shutil.which("initdb"):
        return Path(found).parent
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda each: int(each.parent.name))
    assert folders, "PostgreSQL is not installed: initdb was not found"
    return folders[-1]
