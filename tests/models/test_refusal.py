"""Words that refused orders have one row at each panel, and name their page."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from tests.factories import make_panel, make_refusal

pytestmark = pytest.mark.django_db


def test_the_same_words_have_one_row_at_each_panel():
    words = make_refusal()
    make_refusal(make_panel())
    with pytest.raises(IntegrityError), transaction.atomic():
        make_refusal(words.panel)


def test_the_words_name_their_panel_and_their_page(as_viewer):
    words = make_refusal(make_panel(name="Kite"))
    assert str(words) == "“Olmaz” at Kite"
    assert as_viewer.get(words.get_absolute_url()).status_code == 200
