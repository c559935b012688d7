"""How states look in a template, and their colours in the style sheet."""

import re
from itertools import combinations, product
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.template import Context, Template
from django.template.loader import render_to_string
from lucide.templatetags.lucide import lucide

from panels.models import Order
from panels.models.order_states import RequestState, Stage, stage_of
from panels.pages.states import KIND_ICONS, LOOKS, order_badge, order_legend
from panels.protocol.wire import Progress, RefillProgress


def render(source: str, **context: object) -> str:
    return Template("{% load dashboard %}" + source).render(Context(context))


def order(state: str = "placed", progress: str = "", held_reason: str = "") -> SimpleNamespace:
    return SimpleNamespace(state=state, progress=progress, held_reason=held_reason, held_for_funds_at=None)


def test_every_icon_that_a_state_uses_exists():
    for icon in {look.icon for look in LOOKS.values()} | set(KIND_ICONS.values()):
        assert lucide(icon).startswith("<svg")


def test_every_word_for_an_order_and_a_refill_has_a_look():
    words = {*Order.State.values, *RequestState.values, *map(str, Progress), *map(str, RefillProgress)}
    assert words - LOOKS.keys() == set()
    assert {look.kind for look in LOOKS.values()} <= KIND_ICONS.keys()


def test_a_badge_shows_icon_word_and_colour():
    html = render("{% badge 'in_progress' %}")
    assert 'class="badge badge--info"' in html
    assert "<svg" in html
    assert 'aria-hidden="true"' in html
    assert "<span>In progress</span>" in html


def test_a_badge_reads_words_however_they_are_spelled():
    assert render("{% badge 'Written off' %}") == render("{% badge 'Written_off' %}")
    assert "badge--good" in render("{% badge 'Completed' %}")


def test_an_unknown_word_gets_a_grey_badge_and_is_escaped():
    html = render("{% badge word %}", word="<i>odd</i>")
    assert "badge--neutral" in html
    assert "<i>" not in html


def test_label_kind_and_icon_of_a_badge_can_be_given():
    html = render("{% badge 'low' label='Low balance' kind='bad' icon='wallet' %}")
    assert "badge--bad" in html
    assert "Low balance" in html
    assert html == render("{% badge 'anything' label='Low balance' kind='bad' icon='wallet' %}")


@pytest.mark.parametrize(
    ("row", "word"),
    [
        (order("queued"), "Queued"),
        (order("queued", held_reason="The price rose."), "On hold"),
        (order("placed"), "Placed"),
        (order("placed", "partial"), "Partial"),
        (order("placed", "partial", "The price rose."), "Partial"),
        (order("unknown", "pending"), "Unknown"),
    ],
)
def test_an_order_shows_what_matters_now(row, word):
    assert f"<span>{word}</span>" in render("{% order_badge order %}", order=row)


@pytest.mark.parametrize(
    ("value", "css", "words"),
    [
        (True, "yes", "Refill"),
        ("yes", "yes", "Refill"),
        (False, "no", "No refill"),
        ("no", "no", "No refill"),
        (None, "unknown", "Refill not stated"),
        ("unknown", "unknown", "Refill not stated"),
        ("", "unknown", "Refill not stated"),
    ],
)
def test_a_flag_tells_no_from_not_stated(value, css, words):
    html = render("{% flag value 'Refill' %}", value=value)
    assert f"flag--{css}" in html
    assert f"<span>{words}</span>" in html


def test_the_page_for_a_fault_needs_no_request_and_no_context():
    assert "Something went wrong" in render_to_string("500.html")


def test_the_legend_has_each_stage_once_with_its_meaning():
    rows = order_legend()
    assert [row.stage for row in rows] == list(Stage)
    assert len({row.meaning for row in rows}) == len(Stage)


def test_the_legend_shows_every_badge_of_an_order_beside_its_stage():
    shown = {row.stage: row.badges for row in order_legend()}
    for state, progress, held, cancel in product(
        Order.State.values, ["", *Order.Progress.values], ["", "Price"], ["", RequestState.ACCEPTED]
    ):
        placed = Order(state=state, progress=progress, held_reason=held, cancel_state=cancel)
        assert order_badge(placed) in shown[stage_of(placed)]


def test_an_order_that_ended_partly_never_looks_like_one_that_needs_a_person():
    needing = {LOOKS[word].kind for word in ("unknown", "held")}
    assert LOOKS["partial"].kind not in needing | {"bad"}
    assert not {LOOKS[word].kind for word in ("completed", "partial", "canceled", "refunded", "expired")} & needing


def test_on_its_way_taken_and_running_have_three_colours():
    assert len({LOOKS[word].kind for word in ("sending", "placed", "in_progress")}) == 3


CSS = (Path(settings.BASE_DIR) / "static/app.css").read_text()
SCHEMES = ("light", "dark")


def colours(kind):
    """Return ink and tint of a kind of badge, in the light and in the dark scheme."""
    (rule,) = re.findall(rf"\.badge--{kind}[^{{}}]*{{([^}}]*)}}", CSS)
    found = []
    for name in ("ink", "tint"):
        (value,) = re.findall(rf"--{name}: ([^;]+);", rule)
        if variable := re.fullmatch(r"var\((--[\w-]+)\)", value):
            (value,) = re.findall(rf"{variable[1]}: (light-dark\([^;]+);", CSS)
        found.append(re.findall(r"#([0-9a-f]{6})\b", value))
    return [(ink, tint) for ink, tint in zip(*found, strict=True)]


def linear(colour):
    parts = [int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    return [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]


def luminance(colour):
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear(colour), strict=True))


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def oklab(colour):
    """Return a colour in the space in which distances are as the eye sees them (Ottosson)."""
    red, green, blue = linear(colour)
    long, middle, short = (
        (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3),
        (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3),
        (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3),
    )
    return (
        0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short,
    )


@pytest.mark.parametrize("kind", KIND_ICONS)
def test_every_badge_can_be_read_in_both_schemes(kind):
    for ink, tint in colours(kind):
        assert contrast(ink, tint) >= 4.5


@pytest.mark.parametrize("scheme", range(2), ids=SCHEMES)
def test_no_two_kinds_of_badges_look_alike(scheme):
    inks = {kind: oklab(colours(kind)[scheme][0]) for kind in KIND_ICONS}
    for (one, a), (other, b) in combinations(inks.items(), 2):
        distance = sum((x - y) ** 2 for x, y in zip(a, b, strict=True)) ** 0.5
        assert distance > 0.05, f"{one} and {other}: {distance:.3f}"
