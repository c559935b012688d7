"""The rules for passwords, as every form applies them."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from dashboard import password_rules
from dashboard.password_rules import UnlikeTheProduct, core

ANN = User(username="annmiller", first_name="Ann", last_name="Miller-Krause", email="accounts@example.com")


@pytest.mark.parametrize("password", ["correct horse battery", "Wm7#kQ2x!tR9", "morgens-um-sieben", "плоский ёжик"])
def test_a_good_password_is_taken(password):
    validate_password(password, ANN)


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("Wm7#kQ2x!tR", "fewer than 12 characters"),
        ("password2024!", "common one with digits or signs"),
        ("!!2024sunshine", "common one with digits or signs"),
        ("Superman_1987", "common one with digits or signs"),
        ("1234567890123", "too common"),
        ("8350193752018", "no letters"),
        ("2024-12-01 14:30", "no letters"),
        ("annmiller2024", "too similar to the username"),
        ("Krause-202412!", "too similar to the last name"),
        ("accounts!12345", "too similar to the email"),
        ("panel-dashboard", "name of this product"),
        ("PanelDashboard2024", "name of this product"),
        ("smm-panel-2024!", "name of this product"),
    ],
)
def test_a_bad_password_is_refused_and_the_words_say_why(password, words):
    with pytest.raises(ValidationError) as refused:
        validate_password(password, ANN)
    assert any(words in text for text in refused.value.messages), refused.value.messages


def test_the_core_of_a_password_is_what_is_between_digits_and_signs():
    assert core("«2024» Sun-Shine_!99") == "sun-shine"
    assert core("12 34!") == ""
    assert core("2a") == core("a\n2") == "a"
    assert core("a\nb") == "a\nb"


def test_a_long_run_of_signs_is_read_once():
    """A search that begins anew at each sign would not end in an hour."""
    password = "a" + "!" * 400_000 + "a"
    assert core(password) == password


def test_a_password_much_longer_than_a_name_is_not_compared_with_it(monkeypatch):
    monkeypatch.setattr(password_rules, "SequenceMatcher", None)
    UnlikeTheProduct().validate("dashboard" * 4)
