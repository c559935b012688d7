"""The form of a saved view: names, sharing and the most views of a person."""

from __future__ import annotations

import pytest

from panels.forms.saved_views import SavedViewForm
from panels.models import SavedView
from tests.factories import make_user, make_view

pytestmark = pytest.mark.django_db


def form_of(user, view=None, **data):
    return SavedViewForm(user, view or SavedView(owner=user, list_name="orders", query="q=a"), data)


def test_a_view_is_saved_under_its_name():
    user = make_user("Viewer")
    form = form_of(user, name=" Gold ")
    assert form.is_valid()
    assert form.store()
    assert [(view.name, view.name_key, view.query) for view in SavedView.objects.all()] == [("Gold", "gold", "q=a")]


def test_only_somebody_who_may_share_is_asked_whether_the_team_sees_it():
    for group, is_shared in (("Viewer", False), ("Operator", True)):
        form = form_of(make_user(group), name=group, is_shared="on")
        assert form.is_valid()
        assert form.store()
        assert form.instance.is_shared is is_shared


@pytest.mark.parametrize(("name", "words"), [("", "required"), ("a" * 61, "at most 60 characters")])
def test_a_name_has_up_to_sixty_characters(name, words):
    form = form_of(make_user(), name=name)
    assert words in str(form.errors["name"])
    assert form_of(make_user(), name="a" * 60).is_valid()


@pytest.mark.parametrize("char", "\u202a\u202e\u2066\u2069")
def test_a_name_cannot_turn_the_direction_of_the_text(char):
    form = form_of(make_user(), name=f"Gold{char}lag")
    assert "without invisible characters" in str(form.errors["name"])
    assert form_of(make_user(), name="👩‍💻 שלום").is_valid()


def test_a_name_that_is_taken_is_refused_in_any_case():
    anna, bruno = make_user("Operator"), make_user("Operator")
    view = make_view(anna, "Gold")
    make_view(anna, "Silver", is_shared=True)
    assert "You already have a view" in str(form_of(anna, name="GOLD").errors["name"])
    assert form_of(bruno, name="GOLD").is_valid()
    assert "The team already has a view" in str(form_of(bruno, name="silver", is_shared="on").errors["name"])
    assert form_of(bruno, name="silver").is_valid()
    # Its own name is not taken.
    assert form_of(anna, view, name="Gold").is_valid()


def test_a_name_that_somebody_takes_meanwhile_is_refused():
    anna = make_user()
    form = form_of(anna, name="Gold")
    assert form.is_valid()
    make_view(anna, "Gold")
    assert not form.store()
    assert "You already have a view" in str(form.errors["name"])


def test_a_person_has_at_most_fifty_views(monkeypatch):
    monkeypatch.setattr(SavedView, "MOST", 2)
    user = make_user()
    view = make_view(user, "One")
    make_view(user, "Two")
    assert "You have 2 saved views" in str(form_of(user, name="Three").errors)
    assert form_of(user, view, name="Three").is_valid()
    assert form_of(make_user(), name="Three").is_valid()


def test_a_filter_that_is_too_long_is_refused():
    user = make_user()
    form = form_of(user, SavedView(owner=user, list_name="orders", query="q=" + "a" * 2000), name="Long")
    assert "too long to be saved" in str(form.errors)
