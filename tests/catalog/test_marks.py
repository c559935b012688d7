"""The team marks services."""

import pytest
from auditlog.models import LogEntry

from panels.catalog.marks import ENDED, SAID, set_mark
from panels.models import Product, ServiceMark
from tests.factories import make_offer, make_user, read_offers

pytestmark = pytest.mark.django_db


def test_a_service_is_a_favourite_or_blocked_or_neither():
    service, person = make_offer("Instagram Likes"), make_user()
    read_offers()
    assert set_mark(service, "favourite", "fast", person) == SAID["favourite"]
    mark = ServiceMark.objects.get()
    assert (mark.is_favourite, mark.is_blocked, mark.note, mark.marked_by) == (True, False, "fast", person)
    assert set_mark(service, "blocked", "drops", person) == SAID["blocked"]
    mark.refresh_from_db()
    assert (mark.is_favourite, mark.is_blocked, mark.note) == (False, True, "drops")
    assert Product.objects.get().is_stale
    assert set_mark(service, "", "", person) == ENDED
    assert not ServiceMark.objects.exists()
    assert LogEntry.objects.filter(content_type__model="service").count() == 3


def test_a_note_alone_is_kept():
    service = make_offer("Instagram Likes")
    assert set_mark(service, "", "ask before", None) == SAID[""]
    assert ServiceMark.objects.get().in_words == "ask before"
