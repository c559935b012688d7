"""The person of a request is read together with their settings."""

from __future__ import annotations

import pytest

from dashboard.sign_in import Backend
from panels.models import PersonalSettings
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("has_settings", [True, False])
def test_a_person_and_their_settings_cost_one_query(django_assert_num_queries, has_settings):
    user = make_user()
    if has_settings:
        PersonalSettings.objects.create(user=user, density="comfortable")
    with django_assert_num_queries(1):
        found = Backend().get_user(user.pk)
        assert PersonalSettings.of(found).density == ("comfortable" if has_settings else "compact")


def test_nobody_is_found_for_an_inactive_or_an_unknown_person():
    user = make_user(is_active=False)
    assert Backend().get_user(user.pk) is None
    assert Backend().get_user(user.pk + 1) is None
