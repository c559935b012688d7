"""Tries without a name count for the network alone."""

from __future__ import annotations

import pytest
from axes.models import AccessAttempt
from django.test import RequestFactory

from panels.people import tries

pytestmark = pytest.mark.django_db


def request_from(network):
    return RequestFactory().post("/", {"username": "ann"}, REMOTE_ADDR=network)


def test_five_tries_refuse_the_network_and_no_other():
    for _ in range(5):
        assert tries.refusal(request_from("192.0.2.7")) is None
        tries.count(request_from("192.0.2.7"))
    assert tries.refusal(request_from("192.0.2.7")).status_code == 429
    assert tries.refusal(request_from("192.0.2.8")) is None


def test_the_name_in_the_form_of_a_visitor_counts_for_nobody():
    tries.count(request_from("192.0.2.7"))
    assert AccessAttempt.objects.get().username is None
