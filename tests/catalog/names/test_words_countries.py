"""The names of countries in more languages."""

import pytest

from panels.catalog.names import read_name
from panels.catalog.names.lexicon import read_block
from panels.catalog.names.words_countries import COUNTRIES


def test_each_line_is_a_country_by_its_iso_code():
    names = [name for name, _ in read_block(COUNTRIES)]
    assert all(name.startswith("g:") and len(name) == 4 and name[2:].isupper() for name in names)
    assert names == sorted(set(names))


def test_no_name_belongs_to_two_countries():
    words = [word for _, several in read_block(COUNTRIES) for word in several]
    assert len(words) == len(set(words))


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Instagram Followers 瑞典", "SE"),
        ("Подписчики Instagram Швейцария", "CH"),
        ("ผู้ติดตาม Instagram แคนาดา", "CA"),
        ("Instagram Takipçi Cezayir", "DZ"),
        ("Instagram 粉丝 白俄罗斯", "BY"),
        ("Seguidores Instagram chilenas", "CL"),
    ],
)
def test_countries_of_more_languages(name, code):
    assert read_name(name).geo == code
