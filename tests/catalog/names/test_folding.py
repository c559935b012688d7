"""Fancy, hidden, escaped and look-alike letters become plain ones."""

import pytest

from panels.catalog.names.folding import LONGEST, fold, plain, unmix


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("𝗟𝗶𝗸𝗲𝘀", "Likes"),
        ("𝓛𝓲𝓴𝓮𝓼", "Likes"),
        ("Ｌｉｋｅｓ", "Likes"),
        ("🅻🅸🅺🅴🆂", "LIKES"),
        ("Ⓛⓘⓚⓔⓢ", "Likes"),
        ("ʟɪᴋᴇꜱ", "likes"),
        ("Li\u200bk\u00ades", "Likes"),
        ("L\u0336i\u0336kes", "Likes"),
        ("1️⃣0️⃣K", "10K"),
        ("Likes &amp;amp; Views", "Likes & Views"),
        ("<b>Likes</b>", "Likes"),
        ("L i k e s", "Likes"),
        ("TikTok™ Likes", "TikTok Likes"),
        ("Likes\u00a0\u2003 5K", "Likes 5K"),
        ("3–5K", "3-5K"),
        ("№ 1", "# 1"),
    ],
)
def test_letters_become_plain(written, read):
    assert fold(written) == read


def test_a_comparison_is_no_tag():
    assert fold("video < 5 mins and > 2") == "video < 5 mins and > 2"


def test_a_long_text_is_cut():
    assert len(fold("a" * 10_000)) == LONGEST


def test_accents_and_case_are_left_out():
    assert plain("Beğeni") == "begeni"
    assert plain("İZLENME") == plain("izlenme")


@pytest.mark.parametrize(
    ("written", "read"),
    [("instаgrаm", "instagram"), ("пoдписчики", "подписчики"), ("likes", "likes"), ("лайки", "лайки")],
)
def test_letters_of_another_script_are_replaced(written, read):
    assert unmix(written) == read
