"""How one person sees the pages."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser

from panels.models import PersonalSettings
from tests.factories import make_user, make_view

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


def test_the_start_page_is_the_chosen_view_as_long_as_the_person_may_see_it():
    viewer, other = make_user("Viewer"), make_user("Operator")
    settings = PersonalSettings(user=viewer)
    assert settings.start_address == "/"
    settings.start_view = make_view(other, is_shared=True)
    assert settings.start_address == f"/orders/?state=queued&view={settings.start_view.pk}"
    settings.start_view.is_shared = False
    assert settings.start_address == "/"
    nobody = make_user()
    assert PersonalSettings(user=nobody, start_view=make_view(nobody)).start_address == "/"


def test_a_person_whose_start_view_is_deleted_starts_at_the_overview():
    user = make_user("Viewer")
    view = make_view(user)
    PersonalSettings.objects.create(user=user, start_view=view)
    view.delete()
    assert PersonalSettings.objects.get().start_address == "/"
