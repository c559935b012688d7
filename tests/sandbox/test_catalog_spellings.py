"""A catalog is written in other spellings, and other answers stay as they are."""

import pytest

from panels.sandbox.catalog_spellings import CATALOGS

FIELDS = {"action": "services"}
ROW = {"service": 5, "name": "Likes", "type": "Subscriptions", "rate": "1.5", "min": "100", "max": "20000"}
ROW |= {"refill": True, "cancel": False, "average_time": "9 minutes"}


@pytest.mark.parametrize("name", CATALOGS)
def test_every_spelling_says_in_a_sentence_what_it_is_and_changes_catalogs_alone(name):
    assert CATALOGS[name].says[0].isupper()
    assert CATALOGS[name].says.endswith(".")
    assert repr(CATALOGS[name]([ROW], FIELDS)) != repr([ROW])
    assert CATALOGS[name]({"error": "Invalid API key"}, FIELDS) == {"error": "Invalid API key"}
    assert CATALOGS[name]({"order": 5}, {"action": "add"}) == {"order": 5}


@pytest.mark.parametrize(
    ("name", "rows", "written"),
    [
        ("catalog_by_id", [{"service": 5, "rate": "1"}], {"5": {"rate": "1"}}),
        ("limits_in_thousands", [{"min": "9", "max": "20000"}], [{"min": "9", "max": "20K"}]),
        ("limits_in_thousands", [{"min": "1000", "max": "2000000"}], [{"min": "1K", "max": "2M"}]),
        ("flags_missing", [{"service": 5, "refill": True}], [{"service": 5}]),
    ],
)
def test_a_catalog_is_written_in_the_other_spelling(name, rows, written):
    assert CATALOGS[name](rows, FIELDS) == written
