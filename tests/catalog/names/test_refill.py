"""Refills and drops, as panels write them."""

import pytest

from panels.catalog.names import read_name


@pytest.mark.parametrize(
    ("text", "days", "mode"),
    [
        ("R30", 30, ""),
        ("[R 30]", 30, ""),
        ("AR30", 30, "auto"),
        ("R∞", "L", ""),
        ("NR", 0, ""),
        ("30D ♻", 30, ""),
        ("30 Days Refill [Button]", 30, "button"),
        ("Refill: 30D", 30, ""),
        ("365days RG", 365, ""),
        ("Lifetime Guarantee", "L", ""),
        ("LTG", "L", ""),
        ("No Refill", 0, ""),
        ("Refill: No", 0, ""),
        ("гарантия 30 дней", 30, ""),
        ("30 Gün Telafi", 30, ""),
        ("Reposição 30 dias", 30, ""),
        ("Garansi 30 Hari", 30, ""),
        ("30일 리필", 30, ""),
        ("reposición 30 días", 30, ""),
        ("30 auto + 60 button", 60, "auto+button"),
        ("sin reposición", 0, ""),
        ("без докрутки", 0, ""),
        ("without refill", 0, ""),
        ("Refill ❌", 0, ""),
        ("Telafisiz", 0, ""),
        ("1 Year Refill", 365, ""),
        ("Refill 6 Months", 180, ""),
        ("[30D]", 30, ""),
        ("30 Days No Drop Refill", 30, ""),
        ("Refill 30 Days No Drop", 30, ""),
        ("♻", None, ""),
        ("30 days subscription", None, ""),
        ("stay 7 days", None, ""),
        ("No drop from last 1 year", None, ""),
        ("Cancel Button", None, ""),
        ("2K Day", None, ""),
    ],
)
def test_refills(text, days, mode):
    facts = read_name(f"Instagram Followers | {text}")
    assert (facts.refill_days, facts.refill_mode) == (days, mode)


@pytest.mark.parametrize(
    ("text", "drop"),
    [
        ("No Drop", 0),
        ("Non Drop", 0),
        ("Non-Drop", 0),
        ("Never Drop", 0),
        ("Low Drop", "low"),
        ("10-30% Drop", 30),
        ("Drop 5%", 5),
        ("Drop: Yes", "high"),
        ("Drop: No", 0),
        ("Без списаний", 0),
        ("Düşmez", 0),
        ("Sem queda", 0),
        ("No drop from last 1 year", None),
        ("Retention 60-80%", None),
        ("No refill", None),
    ],
)
def test_drops(text, drop):
    assert read_name(f"Instagram Followers | {text}").drop_max == drop


def test_the_no_between_drop_and_refill_belongs_to_the_refill():
    facts = read_name("Instagram Followers [10-30% drop no refill]")
    assert (facts.refill_days, facts.drop_max) == (0, 30)


def test_no_refill_beside_a_refill_counts_as_none():
    assert read_name("Instagram Followers No Refill R30").refill_days == 0
