"""Facts and their cells."""

from panels.catalog.names.facts import COLUMNS, Facts, shown


def test_a_fact_that_is_not_said_has_an_empty_cell_and_a_zero_is_a_fact():
    cells = shown(Facts(platform="vk", refill_days=0, start_max_minutes=0))
    assert {name: value for name, value in cells.items() if value} == {
        "platform": "vk",
        "refill_days": "0",
        "start_max_minutes": "0",
    }


def test_the_columns_are_those_of_the_grammar_in_its_order():
    assert COLUMNS == (
        "platform", "metric", "object", "delivery", "variant", "geo", "gender", "quality", "refill_days", "refill_mode",
        "speed_min", "speed_max", "start_max_minutes", "drop_max", "name_max", "name_min", "minutes", "watch_seconds",
        "noise",
    )  # fmt: skip


def test_noise_is_shown_as_1():
    assert shown(Facts(noise=True))["noise"] == "1"
    assert shown(Facts())["noise"] == ""
