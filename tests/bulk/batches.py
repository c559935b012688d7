"""Lines, confirmed batches and big tables for the tests of this folder."""

from __future__ import annotations

from panels.bulk.confirming import confirm, summary
from tests.factories import make_batch, row_of

# Wrong cells, and the words of the error for each wrong column.
MISTAKES = {
    "no panel": ({"panel": ""}, {"panel": "missing"}),
    "unknown panel": ({"panel": "Nowhere"}, {"panel": "no panel called"}),
    "no service": ({"service": ""}, {"service": "missing"}),
    "unknown service": ({"service": "999999"}, {"service": "has no service"}),
    "below the minimum": ({"quantity": 5}, {"quantity": "below"}),
    "above the maximum": ({"quantity": 50_000}, {"quantity": "above"}),
    "no number": ({"quantity": "many"}, {"quantity": "whole number"}),
    "no link": ({"link": ""}, {"link": "missing"}),
    "spaces in the link": ({"link": "https://example.com/a b"}, {"link": "spaces"}),
    "a field of another type": ({"comments": "Nice"}, {"comments": "take no comments"}),
    "half a drip-feed": ({"runs": 3}, {"interval": "missing"}),
    "several at once": (
        {"link": "", "quantity": 5, "username": "x"},
        {"link": "missing", "quantity": "below", "username": "take no username"},
    ),
    "unknown service with a bad quantity": ({"service": "999999", "quantity": "x"}, {"service": "no", "quantity": "x"}),
}
# The number of services in a big table.
SERVICES = 40


def line_of(batch, number):
    """Return the line of a batch with a number."""
    return batch.lines.get(number=number)


def confirm_batch(batch, user=None):
    """Confirm a batch with its current summary."""
    outcome = confirm(batch, user, summary(batch).fingerprint)
    assert outcome.problem == ""
    return outcome


def make_confirmed(*services):
    """Return a confirmed batch with a line for each service."""
    batch = make_batch(*[row_of(service) for service in services])
    confirm_batch(batch)
    batch.refresh_from_db()
    return batch


def big_rows(panel, services, count=10_000):
    """Return the rows of a big table without errors."""
    return [
        row_of(services[i % SERVICES], link=f"https://example.com/p/{panel.pk}/{i}", quantity=100 + i % 900)
        for i in range(count)
    ]
