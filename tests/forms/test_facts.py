"""The form for facts takes what people type, and says what it cannot read."""

import pytest

from panels.catalog.names.facts import Facts
from panels.forms.facts import FactsForm

SAID = Facts(platform="instagram", metric="likes", delivery="once", refill_days=30)


def form(**typed):
    data = {"platform": "instagram", "metric": "likes", "delivery": "once", "refill_days": "30"} | typed
    return FactsForm(SAID, {}, data)


def test_what_was_not_changed_is_what_the_name_says():
    bound = form()
    assert bound.is_valid()
    assert bound.facts["refill_days"] == "30"
    assert bound.facts["noise"] == ""


@pytest.mark.parametrize(
    ("name", "typed", "fact"),
    [
        ("metric", "Likes, Impressions", "impressions+likes"),
        ("geo", "tr us", "TR+US"),
        ("refill_days", "l", "L"),
        ("refill_days", "0", "0"),
        ("speed_max", "10,000", "10000"),
        ("drop_max", "Low", "low"),
        ("noise", "on", "True"),
        ("quality", "", ""),
    ],
)
def test_facts_are_read_as_products_compare_them(name, typed, fact):
    bound = form(**{name: typed})
    assert bound.is_valid(), bound.errors
    assert bound.facts[name] == fact


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("refill_days", "soon"),
        ("speed_max", "-1"),
        ("minutes", "99999999999"),
        ("drop_max", "101"),
        ("platform", "<b>"),
        ("gender", "x"),
    ],
)
def test_what_cannot_be_read_is_an_error_of_its_field(name, typed):
    assert name in form(**{name: typed}).errors


def test_a_corrected_field_tells_what_the_name_says():
    shown = FactsForm(SAID, {"refill_days": "L"})
    assert shown["refill_days"].value() == "L"
    assert "The name says: 30." in shown.fields["refill_days"].help_text
