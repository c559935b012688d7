"""The filter of people."""

from __future__ import annotations

import pytest

from panels.filters import PeopleFilter
from tests.factories import make_user
from tests.factors import make_app, make_codes

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    make_app(make_user("Manager", username="mara", password="correct horse battery", email="mara@nova.example"))
    make_codes(make_user("Operator", username="jonas", password="correct horse battery", is_active=False))
    make_user("Viewer", username="lea", first_name="Léa", last_name="Roux")
    make_user("Viewer", username="root", password="correct horse battery", is_superuser=True)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({}, "jonas lea mara root"),
        ({"q": "NOVA"}, "mara"),
        ({"q": "roux lea"}, "lea"),
        ({"q": "lea nova"}, ""),
        ({"role": "Viewer"}, "lea"),
        ({"role": "Superuser"}, "root"),
        ({"access": "active"}, "mara root"),
        ({"access": "invited"}, "lea"),
        ({"access": "none"}, "jonas"),
        # Recovery codes alone are no factor.
        ({"factor": "yes"}, "mara"),
        ({"factor": "no"}, "jonas lea root"),
        ({"factor": "no", "access": "active"}, "root"),
    ],
)
def test_people_are_found(people, query, names):
    found = PeopleFilter(query)
    assert found.is_valid(), found.errors
    assert " ".join(sorted(found.qs.values_list("username", flat=True))) == names
