"""How one person sees the pages."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser

from panels.models import PersonalSettings
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def test_a_person_without_a_row_has_the_settings_by_default():
    for user in (make_user(), AnonymousUser()):
        settings = PersonalSettings.of(user)
        assert (settings.time_zone, settings.density, settings.columns) == ("", "compact", {})


def test_the_row_of_a_person_is_found_and_can_be_written_from_the_defaults():
    user = make_user()
    settings = PersonalSettings.of(user)
    settings.density = PersonalSettings.Density.COMFORTABLE
    settings.save()
    user.refresh_from_db()
    assert PersonalSettings.of(user).density == "comfortable"
    assert str(PersonalSettings.of(user)) == f"Settings of {user}"
