"""A person says how they want to see the pages."""

from __future__ import annotations

import pytest

from panels.models import PersonalSettings
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def test_a_person_chooses_a_time_zone_and_keeps_the_other_settings(as_viewer, viewer):
    PersonalSettings.objects.create(user=viewer, density="comfortable", columns={"orders": ["cost"]})
    page = as_viewer.post("/account/", {"time_zone": "Europe/Berlin"}, follow=True).text
    assert "Your settings were saved." in page
    assert '<option value="Europe/Berlin" selected>' in page
    assert "Times are in Europe/Berlin." in " ".join(page.split())
    personal = PersonalSettings.objects.get(user=viewer)
    assert (personal.time_zone, personal.density, personal.columns) == (
        "Europe/Berlin", "comfortable", {"orders": ["cost"]},
    )  # fmt: skip


def test_a_person_without_settings_gets_a_row_of_their_own(as_viewer, viewer):
    other = make_user()
    as_viewer.post("/account/", {"time_zone": "Asia/Tokyo", "user": other.pk})
    assert list(PersonalSettings.objects.values_list("user", "time_zone")) == [(viewer.pk, "Asia/Tokyo")]
    as_viewer.post("/account/", {"time_zone": ""})
    assert PersonalSettings.objects.get().time_zone == ""


def test_an_unknown_zone_is_refused(as_viewer):
    response = as_viewer.post("/account/", {"time_zone": "Mars/Olympus"})
    assert response.status_code == 422
    assert not PersonalSettings.objects.exists()


def test_the_user_menu_leads_to_the_account(as_viewer):
    assert 'href="/account/"' in as_viewer.get("/").text
