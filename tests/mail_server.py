"""A small SMTP server on loopback, which keeps the mails that it takes."""

from __future__ import annotations

import email
import socketserver
import threading
from email import policy


class MailServer(socketserver.ThreadingTCPServer):
    """Takes mails, or answers each recipient with `refusal` instead. `taken` are the mails."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Session)
        self.taken, self.refusal = [], None
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    @property
    def port(self):
        return self.server_address[1]

    def close(self):
        self.shutdown()
        self.server_close()


class _Session(socketserver.StreamRequestHandler):
    def handle(self):
        self._say("220 here")
        while line := self.rfile.readline():
            verb = line.split()[0].upper().decode() if line.split() else ""
            if verb == "DATA":
                self._take()
            elif verb == "QUIT":
                self._say("221 bye")
                return
            else:
                self._say(self.server.refusal if verb == "RCPT" and self.server.refusal else "250 fine")

    def _take(self):
        self._say("354 go on")
        lines = iter(self.rfile.readline, b".\r\n")
        content = b"".join(line.removeprefix(b".") if line.startswith(b"..") else line for line in lines)
        self.server.taken.append(email.message_from_bytes(content, policy=policy.default))
        self._say("250 taken")

    def _say(self, text):
        self.wfile.write(f"{text}\r\n".encode())
