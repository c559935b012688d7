"""All 18 service types: the fields they need, the price, and the fields that are sent."""

from dataclasses import dataclass, field
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from panels.protocol.order_types import (
    ALL_FIELDS,
    ORDER_TYPES,
    Kind,
    Offer,
    check,
    fold_type,
    lacks_quantity,
    order_type,
    outgoing,
)
from tests.protocol.conftest import LINK, QUANTITY, TRAFFIC, any_text, errors_of, offer


@dataclass(frozen=True)
class Case:
    """A full order of one type as in docs/protocol.md, 2, with limits of 10 to 100 and a rate of 1.5."""

    label: str
    required: dict[str, str]
    cost: str | None
    optional: dict[str, str] = field(default_factory=dict)
    quantity: int | None = 20
    units: int | None = 20
    # The quantity that is sent to a panel that always wants one.
    always: str | None = "20"
    limited: str = "quantity"


TEN = "\n".join(f"item {number}" for number in range(10))
COUNTED = {"quantity": 10, "units": 10, "always": "10"}
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
    Case(
        "Likes spread",
        {"username": "ann", "old_posts": "5", "min": "10", "max": "100", "delay": "90"},
        None,
        quantity=None,
        units=None,
        always=None,
        limited="max",
    ),
]
each_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.label)


def test_there_are_eighteen_types_and_each_has_a_case():
    assert len(ORDER_TYPES) == 18
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
        assert "“77”" in found[name]
        assert check(offer(slug), {**case.required, name: " "}).errors == {}
    for name in {"runs", "interval", "posts", "old_posts"} - own:
        assert check(offer(slug), {**case.required, name: "0"}).errors == {}


def test_all_errors_come_at_once_and_say_value_and_limit():
    found = check(offer(min_quantity=100, max_quantity=None), {"quantity": "50", "comments": "nice", "runs": "x"})
    assert found.errors == {
        "link": ("Link is missing.",),
        "quantity": ("Quantity 50 is below this service's minimum of 100.",),
        "comments": ("Default orders take no comments, but “nice” is given.",),
        "runs": ("Runs must be a whole number from 1 to 2,147,483,647, not “x”.",),
    }


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


def test_a_service_without_drip_feed_says_so_and_an_unknown_one_allows_it():
    values = {**QUANTITY, "runs": "2", "interval": "30"}
    found = errors_of(check(offer(dripfeed=False), values))
    assert set(found) == {"runs", "interval"}
    assert found["runs"] == "This service takes no drip-feed, but Runs “2” is given."
    assert check(offer(dripfeed=False), {**QUANTITY, "runs": "0"}).errors == {}
    assert check(offer(dripfeed=True), values).errors == check(offer(dripfeed=None), values).errors == {}


def test_a_list_may_come_with_its_own_count_as_quantity_but_with_no_other():
    service = offer("custom_comments")
    values = {"link": LINK, "comments": TEN}
    checked = check(service, {**values, "quantity": "10.0"})
    assert (checked.errors, checked.values) == ({}, values)
    assert errors_of(check(service, {**values, "quantity": "11"})) == {
        "quantity": "Custom Comments orders take no quantity, but “11” is given: their comments are counted."
    }


def test_a_subscriptions_range_must_lie_within_the_services():
    def found(low, high):
        return errors_of(check(offer("subscriptions"), {"username": "ann", "min": low, "max": high, "delay": "0"}))

    assert found("10", "100") == found("50", "50") == {}
    assert set(found("9", "101")) == {"min", "max"}
    assert found("60", "50") == {"min": "Minimum per post 60 is above the maximum per post of 50."}


def test_a_bad_referrer_is_not_called_missing_as_well():
    values = {**TRAFFIC, "type_of_traffic": "2", "referring_url": "a b"}
    assert errors_of(check(offer("web_traffic"), values)) == {
        "referring_url": "Referring URL must have no spaces or invisible characters inside: “a b”."
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


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Custom Comment", "custom_comments"),
        ("Custom Comment Package", "custom_comments_package"),
        ("CustomComment", "custom_comments"),
        ("Subscription", "subscriptions"),
        ("Comment Like", "comment_likes"),
        ("Comment Reply", ""),
        ("Mention Custom List", "mentions_custom_list"),
        ("mention with hashtag", "mentions_with_hashtags"),
        ("Invite from Group", "invites_from_groups"),
        ("Mentions Hashtag", "mentions_hashtag"),
        ("Packages", "package"),
        ("Polls", "poll"),
        ("LIKES_SPREAD", "likes_spread"),
        ("Like spread", "likes_spread"),
        ("Likes", ""),
        ("Comments", ""),
        ("s", ""),
    ],
)
def test_a_type_in_the_singular_or_plural_is_the_same_type(text, slug):
    assert fold_type(text) == slug


def test_only_types_that_count_nothing_lack_a_quantity():
    lacking = {slug for slug in ORDER_TYPES if lacks_quantity(slug)}
    counted = {"custom_comments", "custom_comments_package", "mentions_custom_list", "comment_replies"}
    assert lacking == {"package", *counted}
    assert not lacks_quantity("")


# -- further fields of an unknown type


def check_extra(text):
    return check(offer(""), {**QUANTITY, "extra_fields": text})


def test_an_unknown_type_sends_its_further_fields_beside_those_of_default():
    checked = check_extra("\u200bcomment_id = 17 \r\n\nnote=a=b & c\nUsername=Ann\nmin=0100")
    assert checked.errors == {}
    assert checked.values["extra_fields"] == "comment_id=17\nnote=a=b & c\nUsername=Ann\nmin=100"
    assert checked.cost == Decimal("0.030000")
    sent = outgoing("", checked.values, always_send_quantity=False)
    assert sent == {**QUANTITY, "comment_id": "17", "note": "a=b & c", "Username": "Ann", "min": "100"}
    assert outgoing("", checked.values, always_send_quantity=True) == sent


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("key=x", "must not set “key”"),
        ("KEY=x", "must not set “KEY”"),
        ("a=1\n\u200bkey\u200b = x", "must not set “key”"),
        ("action=balance", "must not set “action”"),
        ("service=1", "must not set “service”"),
        ("quantity=1", "must not set “quantity”"),
        ("Link=x", "must not set “Link”"),
        ("runs=2", "must not set “runs”"),
        ("extra_fields=a", "must not set “extra_fields”"),
        ("a=1\na=2", "“a” twice"),
        ("a", "lines of the form name=value"),
        ("=1", "lines of the form name=value"),
        ("a=", "lines of the form name=value"),
        ("a b=1", "lines of the form name=value"),
        ("a[key]=1", "lines of the form name=value"),
        ("key.=1", "lines of the form name=value"),
        ("k\u00ebY=1", "lines of the form name=value"),
        ("1a=1", "lines of the form name=value"),
        (f"{'n' * 51}=1", "lines of the form name=value"),
        (f"a={'x' * 501}", "the limit is 500"),
        ("a=\x00", "control characters"),
        ("a=\ud800", "control characters"),
        ("\n".join(f"a{number}=1" for number in range(21)), "at most 20"),
        ("min=x", "whole number"),
        ("delay=7", "is not one of"),
    ],
)
def test_further_fields_must_be_names_that_are_free_with_sane_values(text, words):
    found = check_extra(text).errors
    assert set(found) == {"extra_fields"}
    assert words in found["extra_fields"][0]


def test_twenty_further_fields_are_the_most():
    assert check_extra("\n".join(f"a{number}=1" for number in range(20))).errors == {}


@pytest.mark.parametrize("name", ["key", "KEY", "action", "service"])
def test_a_field_of_the_call_is_never_sent_by_the_order(name):
    values = {**QUANTITY, "extra_fields": f"{name}=x\na=1"}
    assert outgoing("", values, always_send_quantity=False) == {**QUANTITY, "a": "1"}


def test_a_known_type_sends_no_further_fields():
    assert outgoing("default", {**QUANTITY, "extra_fields": "a=1"}, always_send_quantity=False) == QUANTITY


def test_every_slug_and_label_folds_to_its_type():
    for slug, kind in ORDER_TYPES.items():
        assert fold_type(slug) == fold_type(kind.label) == kind.slug == slug


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
    """The order of a case with a few of its values replaced, so that many are valid."""
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


def test_a_further_field_never_replaces_a_field_of_the_order():
    values = {**QUANTITY, "extra_fields": "quantity=7\nLINK=x\nKEY=k\na=1"}
    assert outgoing("", values, always_send_quantity=True) == {**QUANTITY, "LINK": "x", "a": "1"}


@pytest.mark.parametrize("slug", ["package", "custom_comments_package"])
@pytest.mark.parametrize(("quantity", "is_fine"), [("1", True), ("1.0", True), ("0", False), ("1000", False)])
def test_one_package_is_what_is_ordered_anyway(slug, quantity, is_fine):
    comments = {"comments": "One\nTwo"} if slug == "custom_comments_package" else {}
    checked = check(offer(slug), {"link": LINK, "quantity": quantity, **comments})
    assert (not checked.errors) == is_fine
    assert "quantity" not in checked.values
