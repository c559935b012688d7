"""Runs a command, and creates rows for the commands of one panel."""

import io
from datetime import timedelta

from django.core.management import CommandError, call_command
from django.utils import timezone

from tests.factories import make_order
from tests.processes import own_port

NOBODY = f"http://127.0.0.1:{own_port()}/api/v2"


def run(*arguments):
    """Run a command. Return its output, and the message of its error or ""."""
    output = io.StringIO()
    try:
        call_command(*arguments, stdout=output)
    except CommandError as error:
        return output.getvalue(), str(error)
    return output.getvalue(), ""


def order_at(panel, sandbox, **fields):
    return make_order(panel.services.get(remote_id=sandbox.pick(refill=True, cancel=True).id), **fields)


def now_and(**time_later):
    return timezone.now() + timedelta(**time_later)
