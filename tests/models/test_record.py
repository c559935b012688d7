"""A record is about one thing, and knows which of its numbers are estimates."""

import pytest
from django.db import IntegrityError

from panels.models import ServiceRecord
from tests.factories import make_service

pytestmark = pytest.mark.django_db


def test_a_record_is_about_exactly_one_thing():
    service = make_service()
    record = ServiceRecord.objects.create(service=service)
    assert (record.subject, str(record)) == (service, f"Record of {service}")
    assert ServiceRecord(panel=service.panel).subject == service.panel
    with pytest.raises(IntegrityError):
        ServiceRecord.objects.create(service=make_service(), panel=service.panel)


def test_a_record_about_nothing_is_refused():
    with pytest.raises(IntegrityError):
        ServiceRecord.objects.create()


def test_a_number_of_few_orders_is_an_estimate():
    record = ServiceRecord(finish_orders=19, price_orders=20)
    assert [record.is_few(name) for name in ServiceRecord.COLUMNS] == [True, True, False]
