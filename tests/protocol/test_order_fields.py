"""How the value of each field is read, and how links are compared."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from panels.protocol.order_fields import read_count, show_turning
from panels.protocol.order_types import ALL_FIELDS, Offer, check, outgoing, read_whole
from tests.protocol.conftest import LINK, RATE, TRAFFIC, errors_of, offer


def test_a_long_or_unstorable_value_is_shown_short_and_storable():
    message = errors_of(check(offer(), {"link": LINK, "quantity": "\x00\ud800\n" + "9" * 5_000}))["quantity"]
    assert len(message) < 150
    assert message.isprintable()


def test_characters_that_turn_a_text_are_shown_and_marks_of_a_direction_stay():
    assert show_turning("a\u202db\u2067c") == "a\ufffdb\ufffdc"
    assert show_turning("\u200fשלום\u200e 😀") == "\u200fשלום\u200e 😀"


def test_lines_are_trimmed_counted_and_kept_in_order():
    raw = "\r\n  b \r a \n\u200b\n b \U0001f468\u200d\U0001f469 \n"
    checked = check(offer("custom_comments", min_quantity=3, max_quantity=3), {"link": LINK, "comments": raw})
    assert checked.errors == {}
    assert checked.values["comments"] == "b\na\nb \U0001f468\u200d\U0001f469"
    assert outgoing("custom_comments", {"link": LINK, "comments": raw}, always_send_quantity=True) == {
        "link": LINK,
        "comments": "b\na\nb \U0001f468\u200d\U0001f469",
        "quantity": "3",
    }


@pytest.mark.parametrize(
    ("comments", "words"),
    [
        ("ok\nbad \x07 bell", "line 2 has a control character"),
        ("ok\nbad \ud800", "line 2 has a control character"),
        ("x" * 1_001, "line 1 has 1,001 characters, the limit is 1,000"),
        ("\n".join(["x" * 999] * 201), "have 200,999 characters together, the limit is 200,000"),
    ],
)
def test_bad_lines_are_refused_with_their_number(comments, words):
    checked = check(offer("custom_comments", min_quantity=1), {"link": LINK, "comments": comments})
    assert words in errors_of(checked)["comments"]


@pytest.mark.parametrize(
    ("expiry", "sent"),
    [
        ("1/2/2030", "01/02/2030"),
        ("2030-02-01", "01/02/2030"),
        ("2030-02-01 00:00:00", "01/02/2030"),
        ("2030-02-01T00:00:00.000000+00:00", "01/02/2030"),
        ("01/02/2030 12:30", "01/02/2030"),
        ("29/02/2028", "29/02/2028"),
        ("29/02/2030", None),
        ("31/13/2030", None),
        ("1/2/30", None),
        ("0000-01-01", None),
        ("tomorrow", None),
        ("٠١/٠٢/٢٠٣٠", None),
    ],
)
def test_expiry_is_a_day_of_the_calendar(expiry, sent):
    values = {"username": "ann", "min": "10", "max": "100", "delay": "0", "expiry": expiry}
    checked = check(offer("subscriptions"), values)
    assert checked.values.get("expiry") == sent
    assert ("expiry" in checked.errors) is (sent is None)


@pytest.mark.parametrize(
    ("name", "given_text", "sent"),
    [
        ("device", "5", "5"),
        ("device", "1.0", "1"),
        ("device", "mobile (ios)", "3"),
        ("device", "6", None),
        ("device", "", None),
        ("type_of_traffic", "BLANK REFERRER", "3"),
        ("type_of_traffic", "0", None),
    ],
)
def test_choices_are_taken_by_value_or_label(name, given_text, sent):
    checked = check(offer("web_traffic"), {**TRAFFIC, "type_of_traffic": "3", name: given_text})
    assert checked.values.get(name) == sent
    assert (name in checked.errors) is (sent is None)


def test_a_delay_off_the_list_is_refused_with_the_list():
    values = {"username": "ann", "min": "10", "max": "100", "delay": "7"}
    message = errors_of(check(offer("subscriptions"), values))["delay"]
    assert message.startswith("Delay “7” is not one of: 0 (No delay), 5, 10, 15, 20")
    assert message.endswith("600.")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1000", 1000),
        (" 1000\n", 1000),
        ("1 000", 1000),
        ("1\xa0000", 1000),
        ("1,000", 1000),
        ("1,234,567.0", 1_234_567),
        ("1000.0", 1000),
        ("1000.00", 1000),
        ("1.000.000", 1_000_000),
        ("1'000", 1000),
        ("1’234’567", 1_234_567),
        ("0", 0),
        ("007", 7),
        ("2147483647", 2_147_483_647),
        ("2147483648", None),
        ("9,999,999,999", None),
        # Some people read it as a thousand, others as one. Money must not depend on a guess.
        ("1.000", None),
        ("1000.5", None),
        ("1,00", None),
        ("1,0000", None),
        ("1,000 000", None),
        ("10 00", None),
        ("-5", None),
        ("+5", None),
        ("1e3", None),
        ("1.00.000", None),
        # It may be minutes.
        ("10m", None),
        ("10k", None),
        ("", None),
        ("  ", None),
        ("١٢", None),
        ("²", None),
        ("9" * 5_000, None),
        ("0" * 5_000, None),
        ("NaN", None),
    ],
)
def test_whole_numbers_are_read_as_people_write_them(text, number):
    assert read_whole(text) == number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("10k", 10_000),
        ("10 K", 10_000),
        ("1.5k", 1500),
        ("1,5k", 1500),
        ("1.25K", 1250),
        ("2m", 2_000_000),
        ("2 Mio", 2_000_000),
        ("10 Tsd.", 10_000),
        ("5 тыс", 5000),
        ("5к", 5000),
        ("10rb", 10_000),
        ("1,000", 1000),
        ("250", 250),
        # Three decimals, or thousands of thousands.
        ("1.500k", None),
        ("1,500k", None),
        ("1.000", None),
        # A thousand in Spanish, and a million in English.
        ("5 mil", None),
        ("3b", None),
        ("k", None),
        ("-1k", None),
        ("9" * 50 + "k", None),
    ],
)
def test_a_number_of_units_may_be_shortened(text, number):
    assert read_count(text) == number


def test_only_numbers_of_units_may_be_shortened():
    checked = check(offer(max_quantity=None), {"link": LINK, "quantity": "10k", "runs": "2", "interval": "10m"})
    assert checked.values["quantity"] == "10000"
    assert "not “10m”" in errors_of(checked)["interval"]


@pytest.mark.parametrize(
    ("text", "words"),
    [("1.000", "may mean 1 or 1000."), ("12.500", "may mean 12.5 or 12500."), ("10.000", "may mean 10 or 10000.")],
)
def test_a_point_before_three_digits_is_refused_with_both_meanings(text, words):
    checked = check(offer(max_quantity=None), {"link": LINK, "quantity": text})
    assert errors_of(checked)["quantity"] == f"Quantity “{text}” {words} Write it without the point."


def test_numbers_are_sent_plain():
    assert check(offer(max_quantity=None), {"link": LINK, "quantity": " 1,000.0 "}).values["quantity"] == "1000"


@pytest.mark.parametrize("quantity", ["0", "0.0", "-1", "10.5", "ten", "9" * 5_000])
def test_a_quantity_that_is_no_positive_whole_number_is_refused(quantity):
    checked = check(offer(min_quantity=None, max_quantity=None), {"link": LINK, "quantity": quantity})
    assert "must be a whole number from 1 to 2,147,483,647" in errors_of(checked)["quantity"]
    assert (checked.quantity, checked.units, checked.cost) == (None, None, None)


@pytest.mark.parametrize(
    "link", ["https://example.com/a?b=c#d", "example.com/a", "@name", "name", "http://пример.рф/я"]
)
def test_links_and_bare_names_are_kept_as_given(link):
    assert check(offer(), {"link": f" {link}\n", "quantity": "20"}).values["link"] == link


@pytest.mark.parametrize(
    "link", ["a b", "a\nb", "a\x00b", "a\u200bb", "a\u202eb", "a\ud800b", "a\xa0b", "https://e.com/" + "x" * 2_000]
)
def test_links_with_blanks_or_marks_inside_or_without_end_are_refused(link):
    checked = check(offer(), {"link": link, "quantity": "20"})
    assert set(checked.errors) == {"link"}
    assert errors_of(checked)["link"].isprintable()


def test_all_fields_stand_in_the_order_of_a_spreadsheets_columns():
    groups = (
        "link quantity comments usernames hashtags hashtag username media answer_number groups keywords",
        "min max posts old_posts delay expiry runs interval country device type_of_traffic google_keyword",
        "referring_url extra_fields",
    )
    assert list(ALL_FIELDS) == [name for group in groups for name in group.split()]
    assert all(each.label and each.help.endswith(".") for each in ALL_FIELDS.values())


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S"]), min_size=1, max_size=20)))
def test_lines_keep_their_order_and_content(lines):
    checked = check(Offer("custom_comments", RATE, None, None), {"link": LINK, "comments": "\r\n".join(lines)})
    assert checked.values.get("comments", "") == "\n".join(lines)
    assert checked.quantity == (len(lines) or None)
