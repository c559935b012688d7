"""What several tests of pages do: read a page, count its queries, and reach the pages of a batch."""

from __future__ import annotations

import re

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from panels.bulk.confirming import confirm, summary


def text_of(response):
    """Return the words of a page, without its tags."""
    return plain_text(response.content.decode())


def plain_text(markup):
    """Return the words of markup, without its tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", markup).replace("\xa0", " ").split())


def count_queries(client, address):
    """Return the number of queries of one page."""
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def at(name, batch, *more):
    """Return the address of a page of a batch."""
    return reverse(name, args=[batch.pk, *more])


def order_all(batch, user=None):
    """Confirm a draft as it is."""
    assert confirm(batch, user, summary(batch).fingerprint).problem == ""
    batch.refresh_from_db()
    return batch
