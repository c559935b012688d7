"""All 17 service types: what they need, what it costs, what is sent."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from panels.protocol.order_types import (
    ALL_FIELDS,
    ORDER_TYPES,
    Checked,
    Kind,
    Offer,
    check,
    fold_type,
    normalise_link,
    order_type,
    outgoing,
    read_whole,
)

LINK = "https://example.com/p/1"
RATE = Decimal("1.5")


def offer(type_="default", **changes) -> Offer:
    return replace(Offer(type_, RATE, 10, 100), **changes)


def errors_of(checked: Checked) -> dict[str, str]:
    return {name: " ".join(messages) for name, messages in checked.errors.items()}


@dataclass(frozen=True)
class Case:
    """A full order of one type, as panel-api.md 2 describes it, with limits of 10 to 100 and a rate of 1.5."""

    label: str
    required: dict[str, str]
    cost: str | None
    optional: dict[str, str] = field(default_factory=dict)
    quantity: int | None = 20
    units: int | None = 20
    # What a panel that wants a quantity always is sent for it.
    always: str | None = "20"
    limited: str = "quantity"


TEN = "\n".join(f"item {number}" for number in range(10))
COUNTED = {"quantity": 10, "units": 10, "always": "10"}
QUANTITY = {"link": LINK, "quantity": "20"}
TRAFFIC = {**QUANTITY, "country": "US", "device": "5"}
CASES = [
    Case("Default", QUANTITY, "0.030000"),
    Case("Default", QUANTITY, "0.090000", {"runs": "3", "interval": "60"}, units=60),
    Case("Package", {"link": LINK}, "1.500000", quantity=None, units=None, always="1", limited=""),
    Case("Custom Comments", {"link": LINK, "comments": TEN}, "0.015000", **COUNTED, limited="comments"),
    Case(
        "Custom Comments Package",
        {"link": LINK, "comments": TEN},
        "1.500000",
        quantity=None,
        units=None,
        always="1",
        limited="",
    ),
    Case("Mentions", {**QUANTITY, "usernames": "ann\nbob"}, "0.030000"),
    Case("Mentions with Hashtags", {**QUANTITY, "usernames": "ann\nbob", "hashtags": "#a\n#b"}, "0.030000"),
    Case("Mentions Custom List", {"link": LINK, "usernames": TEN}, "0.015000", **COUNTED, limited="usernames"),
    Case("Mentions Hashtag", {**QUANTITY, "hashtag": "#sun"}, "0.030000"),
    Case("Mentions User Followers", {**QUANTITY, "username": "ann"}, "0.030000"),
    Case("Mentions Media Likers", {**QUANTITY, "media": "https://example.com/p/2"}, "0.030000"),
    Case("Comment Likes", {**QUANTITY, "username": "ann"}, "0.030000"),
    Case(
        "Comment Replies",
        {"link": LINK, "username": "ann", "comments": TEN},
        "0.015000",
        **COUNTED,
        limited="comments",
    ),
    Case("Poll", {**QUANTITY, "answer_number": "2"}, "0.030000"),
    Case("Invites from Groups", {**QUANTITY, "groups": "one\ntwo"}, "0.030000"),
    Case("SEO", {**QUANTITY, "keywords": "one\ntwo"}, "0.030000"),
    Case("Web Traffic", {**TRAFFIC, "type_of_traffic": "1", "google_keyword": "blue shoes"}, "0.030000"),
    Case("Web Traffic", {**TRAFFIC, "type_of_traffic": "2", "referring_url": "https://example.org/"}, "0.030000"),
    Case("Web Traffic", {**TRAFFIC, "type_of_traffic": "3"}, "0.030000"),
    Case(
        "Subscriptions",
        {"username": "ann", "min": "10", "max": "100", "delay": "0"},
        None,
        {"old_posts": "3", "expiry": "31/12/2030"},
        quantity=None,
        units=None,
        always=None,
        limited="max",
    ),
    Case(
        "Subscriptions",
        {"username": "ann", "min": "10", "max": "20", "delay": "90"},
        "0.150000",
        {"posts": "5"},
        quantity=None,
        units=None,
        always=None,
        limited="max",
    ),
]
each_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.label)


def test_there_are_seventeen_types_and_each_has_a_case():
    assert len(ORDER_TYPES) == 17
    assert {fold_type(case.label) for case in CASES} == set(ORDER_TYPES)


@each_case
def test_a_full_order_is_priced_and_sent_as_given(case):
    values = {**case.required, **case.optional}
    checked = check(offer(fold_type(case.label)), values)
    assert checked.errors == {}
    assert checked.values == values
    assert (checked.quantity, checked.units) == (case.quantity, case.units)
    assert checked.cost == (None if case.cost is None else Decimal(case.cost))
    assert checked.is_ceiling is (case.label == "Subscriptions" and case.cost is not None)
    assert outgoing(fold_type(case.label), checked.values, always_send_quantity=False) == values


@each_case
def test_a_panel_that_wants_quantity_always_gets_one(case):
    sent = outgoing(fold_type(case.label), {**case.required, **case.optional}, always_send_quantity=True)
    assert sent.get("quantity") == case.always


@each_case
def test_each_required_field_is_missed_and_named(case):
    for name in case.required:
        for empty in ({}, {name: ""}, {name: " \r\n \u200b"}):
            values = {key: text for key, text in case.required.items() if key != name} | empty
            found = errors_of(check(offer(fold_type(case.label)), values))
            assert set(found) == {name}
            assert found[name].startswith(ALL_FIELDS[name].label)
            assert " missing" in found[name]


@each_case
def test_what_the_form_calls_required_is_required(case):
    required = {each.name for each in order_type(fold_type(case.label)).fields if each.is_required}
    assert required == set(case.required) - {"google_keyword", "referring_url"}


@each_case
def test_limits_hold_at_their_edges(case):
    slug = fold_type(case.label)
    if not case.limited:
        tight = offer(slug, min_quantity=1_000, max_quantity=1_000)
        assert check(tight, case.required).errors == {}
        return

    def found(number, service):
        is_list = ALL_FIELDS[case.limited].kind is Kind.LINES
        value = "\n".join(["x"] * number) if is_list else str(number)
        low = {"min": value} if case.limited == "max" else {}
        return errors_of(check(service, {**case.required, **low, case.limited: value}))

    assert found(9, offer(slug))[case.limited].endswith("is below this service's minimum of 10.")
    assert found(10, offer(slug)) == {}
    assert found(100, offer(slug)) == {}
    assert found(101, offer(slug))[case.limited].endswith("is above this service's maximum of 100.")
    assert found(1, offer(slug, min_quantity=None)) == {}
    assert found(101, offer(slug, max_quantity=None)) == {}


@each_case
def test_fields_of_other_types_are_refused_by_name_and_their_zeros_and_blanks_are_not(case):
    slug = fold_type(case.label)
    own = {each.name for each in order_type(slug).fields}
    for name in ALL_FIELDS.keys() - own:
        found = errors_of(check(offer(slug), {**case.required, name: "77"}))
        assert set(found) == {name}
        assert found[name].startswith(f"{case.label} orders take no ")
        assert '"77"' in found[name]
        assert check(offer(slug), {**case.required, name: " "}).errors == {}
    for name in {"runs", "interval", "posts", "old_posts"} - own:
        assert check(offer(slug), {**case.required, name: "0"}).errors == {}


def test_all_errors_come_at_once_and_say_value_and_limit():
    found = check(offer(min_quantity=100, max_quantity=None), {"quantity": "50", "comments": "nice", "runs": "x"})
    assert found.errors == {
        "link": ("Link is missing.",),
        "quantity": ("Quantity 50 is below this service's minimum of 100.",),
        "comments": ('Default orders take no comments, but "nice" is given.',),
        "runs": ('Runs must be a whole number from 1 to 2,147,483,647, not "x".',),
    }


def test_a_long_or_unstorable_value_is_shown_short_and_storable():
    message = errors_of(check(offer(), {"link": LINK, "quantity": "\x00\ud800\n" + "9" * 5_000}))["quantity"]
    assert len(message) < 150
    assert message.isprintable()


def test_a_name_that_no_type_has_is_the_callers_mistake():
    with pytest.raises(ValueError, match="qty"):
        check(offer(), {"link": LINK, "qty": "20"})


@pytest.mark.parametrize("slug", ["", "brand_new_type"])
def test_an_unknown_type_is_ordered_as_default(slug):
    checked = check(offer(slug), QUANTITY)
    assert (checked.errors, checked.cost) == ({}, Decimal("0.03"))
    assert outgoing(slug, {**QUANTITY, "comments": "x"}, always_send_quantity=True) == QUANTITY


@pytest.mark.parametrize(
    ("extra", "wrong"),
    [
        ({"runs": "2", "interval": "30"}, set()),
        ({"runs": "1", "interval": "1"}, set()),
        ({"runs": "0", "interval": "0"}, set()),
        ({"runs": "2"}, {"interval"}),
        ({"interval": "30"}, {"runs"}),
        ({"runs": "0", "interval": "30"}, {"runs"}),
        ({"runs": "x", "interval": "30"}, {"runs"}),
        ({"runs": "2", "interval": "-1"}, {"interval"}),
    ],
)
def test_drip_feed_needs_both_runs_and_interval(extra, wrong):
    checked = check(offer(), {**QUANTITY, **extra})
    assert set(checked.errors) == wrong
    assert all(len(messages) == 1 for messages in checked.errors.values())
    assert (checked.cost is None) is ("runs" in wrong)
    if not wrong:
        sent = {key: text for key, text in extra.items() if text != "0"}
        assert outgoing("default", checked.values, always_send_quantity=False) == {**QUANTITY, **sent}


def test_zeros_and_blanks_are_never_sent():
    values = {**QUANTITY, "runs": "0", "interval": " "}
    assert outgoing("default", values, always_send_quantity=False) == QUANTITY


def test_limits_are_per_run_of_a_drip_feed():
    assert check(offer(), {"link": LINK, "quantity": "100", "runs": "50", "interval": "5"}).errors == {}


def test_a_service_without_drip_feed_says_so_and_an_unknown_one_allows_it():
    values = {**QUANTITY, "runs": "2", "interval": "30"}
    found = errors_of(check(offer(dripfeed=False), values))
    assert set(found) == {"runs", "interval"}
    assert found["runs"] == 'This service takes no drip-feed, but Runs "2" is given.'
    assert check(offer(dripfeed=False), {**QUANTITY, "runs": "0"}).errors == {}
    assert check(offer(dripfeed=True), values).errors == check(offer(dripfeed=None), values).errors == {}


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


def test_a_list_may_come_with_its_own_count_as_quantity_but_with_no_other():
    service = offer("custom_comments")
    values = {"link": LINK, "comments": TEN}
    checked = check(service, {**values, "quantity": "10.0"})
    assert (checked.errors, checked.values) == ({}, values)
    assert errors_of(check(service, {**values, "quantity": "11"})) == {
        "quantity": 'Custom Comments orders take no quantity, but "11" is given: their comments are counted.'
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


def test_a_comments_package_can_be_billed_per_line():
    checked = check(offer("custom_comments_package", bills_package_per_line=True), {"link": LINK, "comments": "a\nb"})
    assert (checked.cost, checked.units, checked.quantity) == (Decimal("0.003000"), 2, None)
    plain = check(offer("package", bills_package_per_line=True), {"link": LINK})
    assert plain.cost == RATE


def test_a_subscriptions_range_must_lie_within_the_services():
    def found(low, high):
        return errors_of(check(offer("subscriptions"), {"username": "ann", "min": low, "max": high, "delay": "0"}))

    assert found("10", "100") == found("50", "50") == {}
    assert set(found("9", "101")) == {"min", "max"}
    assert found("60", "50") == {"min": "Minimum per post 60 is above the maximum per post of 50."}


def test_a_subscription_without_end_has_no_price_and_zeros_are_not_sent():
    values = {"username": "ann", "min": "10", "max": "100", "delay": "0"}
    checked = check(offer("subscriptions"), {**values, "posts": "0", "old_posts": "0"})
    assert (checked.cost, checked.is_ceiling, checked.values) == (None, False, values)


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
    assert message.startswith('Delay "7" is not one of: 0 (No delay), 5, 10, 15, 20')
    assert message.endswith("600.")


def test_a_bad_referrer_is_not_called_missing_as_well():
    values = {**TRAFFIC, "type_of_traffic": "2", "referring_url": "a b"}
    assert errors_of(check(offer("web_traffic"), values)) == {
        "referring_url": 'Referring URL must have no spaces or invisible characters inside: "a b".'
    }


@pytest.mark.parametrize(
    ("traffic", "given_name", "wrong"),
    [
        ("1", "google_keyword", {}),
        ("1", "referring_url", {"google_keyword": "is missing", "referring_url": "only for type of traffic 2"}),
        ("2", "referring_url", {}),
        ("2", "google_keyword", {"referring_url": "is missing", "google_keyword": "only for type of traffic 1"}),
        ("3", "google_keyword", {"google_keyword": "only for type of traffic 1"}),
        ("3", "referring_url", {"referring_url": "only for type of traffic 2"}),
        ("9", "referring_url", {"type_of_traffic": "is not one of"}),
    ],
)
def test_keyword_and_referrer_belong_to_their_type_of_traffic(traffic, given_name, wrong):
    found = errors_of(check(offer("web_traffic"), {**TRAFFIC, "type_of_traffic": traffic, given_name: "x"}))
    assert set(found) == set(wrong)
    for name, words in wrong.items():
        assert words in found[name]


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
        ("0", 0),
        ("007", 7),
        ("2147483647", 2_147_483_647),
        ("2147483648", None),
        ("9,999,999,999", None),
        # A thousand to some, one to others: nobody's money depends on a guess.
        ("1.000", None),
        ("1000.5", None),
        ("1,00", None),
        ("1,0000", None),
        ("1,000 000", None),
        ("10 00", None),
        ("-5", None),
        ("+5", None),
        ("1e3", None),
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


def test_numbers_are_sent_plain():
    assert check(offer(max_quantity=None), {"link": LINK, "quantity": " 1,000.0 "}).values["quantity"] == "1000"


@pytest.mark.parametrize("quantity", ["0", "0.0", "-1", "10.5", "ten", "9" * 5_000])
def test_a_quantity_that_is_no_positive_whole_number_is_refused(quantity):
    checked = check(offer(min_quantity=None, max_quantity=None), {"link": LINK, "quantity": quantity})
    assert "must be a whole number from 1 to 2,147,483,647" in errors_of(checked)["quantity"]
    assert (checked.quantity, checked.units, checked.cost) == (None, None, None)


@pytest.mark.parametrize(
    ("rate", "quantity", "cost"),
    [
        ("0.90", "50", "0.045000"),
        ("0.0005", "1", "0.000001"),
        ("0.0004999", "1", "0.000000"),
        ("0.0015", "1", "0.000002"),
        ("0.0025", "1", "0.000003"),
        ("1234567.89012345", "3", "3703.703670"),
        ("999999999.999999", "1000", "999999999.999999"),
        ("0", "1000", "0.000000"),
    ],
)
def test_the_price_is_exact_to_six_places_and_rounds_half_up(rate, quantity, cost):
    service = offer(rate_per_1000=Decimal(rate), min_quantity=None, max_quantity=None)
    assert str(check(service, {"link": LINK, "quantity": quantity}).cost) == cost


@pytest.mark.parametrize(
    ("slug", "values"),
    [
        ("default", {"link": LINK, "quantity": "2147483647"}),
        ("package", {"link": LINK}),
        (
            "subscriptions",
            {"username": "ann", "min": "1", "max": "2147483647", "posts": "2147483647", "delay": "0"},
        ),
    ],
)
def test_an_absurd_price_is_an_error_and_no_exception(slug, values):
    service = Offer(slug, Decimal("9999999999.12345"), None, None)
    checked = check(service, values)
    assert errors_of(checked)[""].startswith("The price is above 999,999,999.999999")
    assert (checked.cost, checked.is_ceiling) == (None, False)


def test_absurd_runs_are_an_error():
    values = {"link": LINK, "quantity": "2147483647", "runs": "2", "interval": "5"}
    checked = check(Offer("default", Decimal(0), None, None), values)
    assert errors_of(checked) == {"runs": "Quantity × runs is 4,294,967,294, the limit is 2,147,483,647."}


def test_the_price_is_known_while_the_link_is_still_missing():
    assert check(offer(), {"quantity": "20"}).cost == Decimal("0.03")


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


@pytest.mark.parametrize(
    ("link", "normal"),
    [
        ("https://www.Example.com/User/", "example.com/User"),
        ("http://m.example.com/User", "example.com/User"),
        ("//example.com/User#top", "example.com/User"),
        ("HTTPS://EXAMPLE.COM", "example.com"),
        ("www.m.example.com/User", "example.com/User"),
        ("example.com/User/?utm_source=a&UTM_x=1&igsh=b&igshid=c&fbclid=d&si=e", "example.com/User"),
        ("example.com/watch?v=AbC&si=x&t=1", "example.com/watch?v=AbC&t=1"),
        ("example.com/size?sign=1", "example.com/size?sign=1"),
        ("example.com/?to=http://Other.com/A", "example.com?to=http://Other.com/A"),
        ("https://m.me/User", "m.me/User"),
        ("@Name", "@name"),
        ("@" + "N" * 2_000, "@" + "n" * 499),
        (" Name ", "name"),
        ("http://[broken", "[broken"),
        ("a\x00b\ud800", "ab"),
        ("", ""),
        ("https://e.com/" + "x" * 2_000, "e.com/" + "x" * 494),
    ],
)
def test_links_that_mean_the_same_are_normalised_to_the_same(link, normal):
    assert normalise_link(link) == normal


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Default", "default"),
        (" DEFAULT ", "default"),
        ("Custom-Comments", "custom_comments"),
        ("custom_comments_package", "custom_comments_package"),
        ("CustomComments", "custom_comments"),
        ("Mentions  with Hashtags", "mentions_with_hashtags"),
        ("invites_from_groups", "invites_from_groups"),
        ("SEO", "seo"),
        ("Comments", ""),
        ("", ""),
        ("-", ""),
    ],
)
def test_type_names_are_folded(text, slug):
    assert fold_type(text) == slug


def test_every_slug_and_label_folds_to_its_type():
    for slug, kind in ORDER_TYPES.items():
        assert fold_type(slug) == fold_type(kind.label) == kind.slug == slug


def test_all_fields_stand_in_the_order_of_a_spreadsheets_columns():
    groups = (
        "link quantity comments usernames hashtags hashtag username media answer_number groups keywords",
        "min max posts old_posts delay expiry runs interval country device type_of_traffic google_keyword",
        "referring_url",
    )
    assert list(ALL_FIELDS) == [name for group in groups for name in group.split()]
    assert all(each.label and each.help.endswith(".") for each in ALL_FIELDS.values())


any_text = st.one_of(
    st.text(st.characters(), max_size=30),
    st.sampled_from(["0", "1", "20", "1,000", "31/12/2030", "https://e.com/x", "a\r\nb\n\n c", "\x00", "9" * 5_000]),
    st.integers(-5, 200).map(str),
)
any_values = st.dictionaries(st.sampled_from(list(ALL_FIELDS)), any_text)
limits = st.none() | st.integers(0, 200)
any_offer = st.builds(
    Offer,
    st.sampled_from([*ORDER_TYPES, "", "other"]),
    st.decimals(0, 10**10, places=8).map(lambda rate: rate.quantize(Decimal("0.00001"))),
    limits,
    limits,
    st.booleans(),
    st.none() | st.booleans(),
)


@settings(max_examples=300, deadline=None)
@given(any_offer, any_values)
def test_check_answers_for_any_text(service, values):
    checked = check(service, values)
    for message in (message for messages in checked.errors.values() for message in messages):
        message.encode()
        assert 0 < len(message) < 400
        assert "\x00" not in message
    if checked.cost is not None:
        assert len(checked.cost.as_tuple().digits) <= 15
        assert checked.cost.as_tuple().exponent == -6


@st.composite
def nearly_good_orders(draw):
    """A case's order with a few of its values replaced, so that many pass."""
    case = draw(st.sampled_from(CASES))
    values = {**case.required, **case.optional}
    for name in draw(st.lists(st.sampled_from(list(values)), max_size=2)):
        values[name] = draw(any_text)
    return fold_type(case.label), values


@settings(max_examples=300, deadline=None)
@given(nearly_good_orders(), st.booleans())
def test_what_is_sent_belongs_to_the_type_and_is_never_empty(order, always):
    slug, values = order
    checked = check(offer(slug, min_quantity=None, max_quantity=None), values)
    if checked.errors:
        return
    sent = outgoing(slug, checked.values, always_send_quantity=always)
    own = {each.name for each in order_type(slug).fields}
    assert set(sent) - own <= ({"quantity"} if always else set())
    assert all(sent.values())
    assert {name: sent[name] for name in sent if name in own} == checked.values
    assert check(offer(slug, min_quantity=None, max_quantity=None), checked.values) == checked


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S"]), min_size=1, max_size=20)))
def test_lines_keep_their_order_and_content(lines):
    checked = check(Offer("custom_comments", RATE, None, None), {"link": LINK, "comments": "\r\n".join(lines)})
    assert checked.values.get("comments", "") == "\n".join(lines)
    assert checked.quantity == (len(lines) or None)


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(), max_size=40))
def test_any_link_is_normalised_to_something_storable(link):
    normal = normalise_link(link)
    normal.encode()
    assert len(normal) <= 500
    assert "\x00" not in normal
    assert normalise_link(f"http://www.e.com/{link}") == normalise_link(f"https://e.com/{link}")
