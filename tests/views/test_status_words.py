"""The page of unknown status words: a manager says once what each means, and takes it back."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from panels.models import StatusWord
from tests.factories import make_panel, make_placed, make_refill, make_service, make_status_word

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


def page_of(panel):
    return reverse("panel_words", args=[panel.pk])


def decide(client, panel, word, meaning, **changed):
    """Send the form of a word as the page shows it."""
    forms = re.findall(r"<form.*?</form>", client.get(page_of(panel)).text, re.DOTALL)
    shown = [dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form)) for form in forms]
    values = next(each for each in shown if each.get("word") == word)
    address = reverse("panel_words_decide", args=[panel.pk])
    return client.post(address, {**values, "meaning": meaning, **changed}, follow=True)


@pytest.fixture
def order():
    return make_placed(is_word_unknown=True, remote_status="Sleeping")


def test_the_page_is_linked_from_attention_the_order_and_the_panel(as_manager, order):
    address = page_of(order.panel)
    assert address in as_manager.get(reverse("overview")).text
    assert address in as_manager.get(order.get_absolute_url()).text
    assert address not in as_manager.get(order.panel.get_absolute_url()).text.replace("Say what it means", "")
    make_status_word(order.panel)
    assert address in as_manager.get(order.panel.get_absolute_url()).text


def test_the_page_has_its_fragment(as_viewer, order):
    page, fragment = as_viewer.get(page_of(order.panel)), as_viewer.get(page_of(order.panel), headers=HTMX)
    assert "<html" in page.text
    assert "<html" not in fragment.text
    assert 'id="words"' in fragment.text
    assert "Sleeping" in fragment.text


def test_a_manager_says_what_a_word_means_changes_it_and_takes_it_back(as_manager, manager, order, rung):
    response = decide(as_manager, order.panel, "Sleeping", "paused")
    assert "The meaning of “Sleeping” is stored" in response.text
    word = StatusWord.objects.get()
    assert (word.panel, word.kind, word.meaning, word.decided_by) == (order.panel, "order", "paused", manager)
    assert rung == [("poll", order.panel_id)]
    assert "Paused" in as_manager.get(order.panel.get_absolute_url()).text
    decide(as_manager, order.panel, "Sleeping", "completed")
    assert StatusWord.objects.get().meaning == "completed"
    assert "has no meaning any more" in decide(as_manager, order.panel, "Sleeping", "completed", remove="yes").text
    assert not StatusWord.objects.exists()


def test_a_word_of_refills_is_decided_on_the_same_page(as_manager, order, rung):
    make_refill(order, is_word_unknown=True, remote_status="Task running", next_check_at=order.placed_at)
    response = as_manager.get(page_of(order.panel)).text
    assert "1 refill" in " ".join(response.split())
    decide(as_manager, order.panel, "Task running", "awaiting")
    assert StatusWord.objects.get().kind == "refill"
    assert rung == [("requests", order.panel_id)]


def test_what_was_decided_meanwhile_stays(as_manager, order, rung):
    assert "meanwhile" in decide(as_manager, order.panel, "Sleeping", "paused", was="completed").text
    assert "Choose what" in decide(as_manager, order.panel, "Sleeping", "flying").text
    assert not StatusWord.objects.exists()
    assert rung == []


def test_an_operator_sees_the_words_and_does_not_decide(as_operator, order):
    text = as_operator.get(page_of(order.panel)).text
    assert "A manager can decide this" in text
    assert 'name="meaning"' not in text
    assert as_operator.post(reverse("panel_words_decide", args=[order.panel_id])).status_code == 403


def test_a_panel_whose_words_are_known_says_so(as_viewer):
    assert "No unknown words" in as_viewer.get(page_of(make_panel())).text


def test_the_words_of_panels_are_text(as_manager):
    order = make_placed(is_word_unknown=True, remote_status="<b>Sleeping</b>")
    assert "<b>Sleeping" not in as_manager.get(page_of(order.panel)).text


def test_the_page_does_not_ask_for_more_with_more_words(as_manager, django_assert_max_num_queries):
    service = make_service()
    for number in range(8):
        make_placed(service, is_word_unknown=True, remote_status=f"Word {number}")
        make_status_word(service.panel, text=f"Other {number}", folded=f"other{number}")
    with django_assert_max_num_queries(14):
        as_manager.get(page_of(service.panel))
