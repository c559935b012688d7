"""The form for how one person sees the pages."""

from __future__ import annotations

import zoneinfo

from panels.forms.account import AccountForm, zones


def test_every_offered_zone_exists_and_old_spellings_are_left_out():
    names = [name for _, group in zones() for name, _ in group]
    assert set(names) <= zoneinfo.available_timezones()
    assert {"Europe/Berlin", "America/Argentina/Buenos_Aires", "Asia/Kolkata"} <= set(names)
    assert not {"US/Eastern", "Etc/GMT+5", "EST"} & set(names)
    assert [region for region, _ in zones()] == sorted({name.partition("/")[0] for name in names})


def test_the_first_choice_is_the_zone_of_the_site(settings):
    settings.TIME_ZONE = "Asia/Tokyo"
    assert AccountForm().fields["time_zone"].choices[0] == ("", "As the site: Asia/Tokyo")
