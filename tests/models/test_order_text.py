"""The text of an order has every word by which it is found, folded alike on both databases, and it is never old."""

import pytest

from panels.models import Order, OrderText
from panels.models.order_text import fold, needle, searchable, text_of, write_texts
from tests.factories import make_order


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Fjord", "fjord"),
        ("Éclair", "eclair"),
        ("E\u0301clair", "eclair"),
        ("STRASSE straße", "strasse strasse"),
        ("ＦＪＯＲＤ 𝓯𝓳𝓸𝓻𝓭", "fjord fjord"),
        ("İstanbul ısı", "istanbul isi"),
        ("Øresund Łódź Ærø", "oresund lodz aero"),
        ("МОСКВА Ёлка", "москва елка"),
        ("100% _x_ *", "100% _x_ *"),
    ],
)
def test_case_accents_and_styles_of_letters_are_folded(text, folded):
    assert fold(text) == folded


def test_three_letters_are_found_anywhere_and_fewer_only_as_a_whole_word():
    text = searchable("https://example.com/p/Fjord", "go @al, 5%")
    for word in ("jor", "com/p/f", "FJORD", "p", "go", "al", "@al", "5", "5%"):
        assert needle(word) in text, word
    for word in ("fj", "co", "a", "%", "x"):
        assert needle(word) not in text, word
    assert searchable("long words") == "long words"


@pytest.mark.django_db
def test_the_text_has_the_words_of_an_order_and_none_of_its_numbers():
    params = {
        "comments": "Lovely\nboats",
        "username": "anna.fjord",
        "media": "https://x.com/m",
        "runs": "77",
        "delay": "90",
    }
    order = make_order(link="https://example.com/L1nk", params=params, reference="PO-9", note="For Mia")
    text = OrderText.objects.get(pk=order.pk).text
    assert text == text_of(order)
    for word in ("/l1nk", "lovely", "boats", "anna.fjord", "x.com/m", "po-9", "for mia"):
        assert word in text, word
    assert "77" not in text
    assert "90" not in text


@pytest.mark.django_db
def test_the_text_is_written_anew_when_its_sources_are_saved_and_only_then(django_assert_num_queries):
    order = make_order(reference="first")
    order.reference = "second"
    order.save(update_fields=("reference",))
    assert "second" in OrderText.objects.get(pk=order.pk).text
    with django_assert_num_queries(1):
        order.save(update_fields=("alarm",))


@pytest.mark.django_db
def test_many_texts_are_written_at_once_and_none_is_no_error():
    orders = [make_order(link=f"https://example.com/{n}") for n in "ab"]
    OrderText.objects.all().delete()
    write_texts((order.pk, order) for order in Order.objects.all())
    write_texts([])
    assert set(OrderText.objects.values_list("pk", flat=True)) == {order.pk for order in orders}
