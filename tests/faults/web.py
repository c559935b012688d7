"""A real web process on the database of a run, and two people who click in it at the same moment."""

from __future__ import annotations

import contextlib
import http.client
import subprocess
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode

from tests.processes import PATIENCE, eventually, get, own_port

PEOPLE = 2
TOKEN = "t" * 32


@dataclass(frozen=True)
class Click:
    """A button of a page: its address and its fields."""

    address: str
    fields: Mapping[str, str]


class Web:
    """The web process, from entering to leaving. Its answers are counted by their HTTP status."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.answers: Counter[int] = Counter()
        self.process: subprocess.Popen[bytes] | None = None

    def pids(self) -> list[int]:
        """Return the processes that run: the one that listens, and the one that answers."""
        if self.process is None:
            return []
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        with contextlib.suppress(OSError):
            return [self.process.pid, *map(int, children.read_text().split())]
        return []

    def __enter__(self) -> Self:
        from panels.management import parts

        self._port = own_port()
        with (self._folder / "web.log").open("w") as log:
            command = parts.web(f"127.0.0.1:{self._port}", workers=1)
            self.process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, start_new_session=True)
        assert eventually(lambda: get(self._port) == 200), "the web process has not begun"
        self._cookies = [self._signed_in() for _ in range(PEOPLE)]
        self._pool = ThreadPoolExecutor(PEOPLE)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._pool.shutdown()
        if self.process:
            self.process.terminate()
            self.process.wait()

    def _signed_in(self) -> str:
        from django.test import Client

        from tests.factories import make_user

        client = Client(SERVER_NAME="localhost")
        client.force_login(make_user("Operator"))
        return f"sessionid={client.cookies['sessionid'].value}; csrftoken={TOKEN}"

    def both_click(self, clicks: Sequence[Click]) -> list[int]:
        """Let each person click at the same moment, and return the HTTP statuses."""
        start = threading.Barrier(len(clicks))

        def click(person: int) -> int:
            start.wait(PATIENCE)
            return self._post(self._cookies[person], clicks[person])

        statuses = list(self._pool.map(click, range(len(clicks))))
        self.answers.update(statuses)
        return statuses

    def _post(self, cookies: str, click: Click) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE)
        body = urlencode({"csrfmiddlewaretoken": TOKEN, **click.fields})
        head: dict[str, Any] = {"Cookie": cookies, "Content-Type": "application/x-www-form-urlencoded"}
        try:
            connection.request("POST", click.address, body, head)
            answer = connection.getresponse()
            answer.read()
            return answer.status
        finally:
            connection.close()

    def problems(self) -> list[str]:
        """Return the answers that no click may get."""
        return [
            f"the web answered {number} clicks with {status}"
            for status, number in self.answers.items()
            if status not in (302, 422)
        ]
