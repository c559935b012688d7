"""A name that says that there is no refill is told from a name that promises one, in every common way of writing."""

from __future__ import annotations

import pytest

from panels.protocol.refill_words import read_search, says_no_refill

NONE = """
Instagram Followers | No Refill
IG Likes Non-Refill
Views - without refill
Views w/o refill
Likes | R0 | Instant
TikTok Views NR | fast
No-Refill
norefill
Refill: No
Refill (no)
[10-30% drop no refill]
No Drop - No Refill
Без гарантии
лайки без гарантий
Telafisiz
Telafi yok
Sem reposição
sin reposición
tanpa garansi
리필 없음
Zero Refill
0 days refill
No Guarantee
𝗡𝗼 𝗥𝗲𝗳𝗶𝗹𝗹
Refill ❌
ohne Garantie
""".strip().splitlines()
OTHERS = """
Refill 30D
No drop | R30 refill
Non drop, 30 days refill
30 days refill no drop
Refill: 30D
Refill: No drop
R30
R05
No refill after 30 days
Refill 30 days [no refill if renamed]
Lifetime guarantee
гарантия 30 дней
30 Gün Telafi
10 refill
Nr. 1 likes
Without drop refill
Instagram Followers
""".strip().splitlines()


@pytest.mark.parametrize("name", NONE)
def test_a_name_that_says_no_refill_is_read(name):
    assert says_no_refill(name)


@pytest.mark.parametrize("name", OTHERS)
def test_a_name_that_does_not_say_so_is_left_alone(name):
    assert not says_no_refill(name)


def test_the_category_counts_only_where_the_name_has_no_word_about_it():
    assert says_no_refill("Followers", "Instagram [No Refill]")
    assert not says_no_refill("Followers Refill 30D", "Instagram [No Refill]")
    assert not says_no_refill("Followers", "Instagram")


@pytest.mark.parametrize(
    ("typed", "words", "lacks_refill"),
    [
        ("Instagram refill", ["instagram", "refill"], False),
        ("instagram No Refill followers", ["instagram", "followers"], True),
        ("followers NR", ["followers"], True),
        ("no refi", ["no", "refi"], None),
        ("followers", ["followers"], None),
        ("no refill nr", [], True),
    ],
)
def test_a_search_says_what_it_wants_of_refills(typed, words, lacks_refill):
    assert read_search(typed) == (words, lacks_refill)
