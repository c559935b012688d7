"""The table of read_names: its columns, and odd files."""

import csv
import io

import pytest

from panels.catalog.names.table import ADDED, with_facts
from panels.tables.workbook import UnreadableError

PLAIN = "name,category,type,min,max,rate\nFollowers R30,Instagram,Default,10,1000,0.5\n"


def rows(content, delimiter=","):
    return list(csv.DictReader(io.StringIO(with_facts(content)), delimiter=delimiter))


def test_the_facts_and_the_key_stand_after_the_own_columns():
    head = with_facts(PLAIN.encode()).splitlines()[0]
    assert head == "name,category,type,min,max,rate," + ",".join(ADDED)
    assert ADDED[-1] == "product_key"


def test_the_row_is_kept_and_read():
    (row,) = rows(PLAIN.encode())
    assert (row["name"], row["rate"]) == ("Followers R30", "0.5")
    assert (row["platform"], row["metric"], row["delivery"], row["refill_days"]) == (
        "instagram",
        "followers",
        "once",
        "30",
    )
    assert row["noise"] == ""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings(encoding):
    (row,) = rows("name\nInstagram Takipçi 30 gün telafi\n".encode(encoding))
    assert (row["metric"], row["refill_days"]) == ("followers", "30")


@pytest.mark.parametrize(
    ("name", "encoding", "metric"),
    [
        ("Подписчики Instagram", "cp1251", "followers"),
        ("Instagram Beğeni Türkiye ş", "cp1254", "likes"),
        ("Visualizações TikTok", "cp1252", "views"),
    ],
)
def test_old_encodings_are_guessed_by_their_letters(name, encoding, metric):
    (row,) = rows(f"name\n{name}\n".encode(encoding))
    assert (row["name"], row["metric"]) == (name, metric)


def test_a_file_in_windows_1252_and_a_file_with_broken_bytes_are_read():
    assert rows("name\nVisualizações TikTok\n".encode("cp1252"))[0]["metric"] == "views"
    assert rows("name\nПодписчики Instagram лайки\n".encode() + b"\xff\n")[0]["platform"] == "instagram"


def test_columns_may_stand_in_any_order_have_other_titles_beside_and_be_missing():
    (row,) = rows(b"id,Category, NAME ,extra\n7,TikTok,Likes,x\n")
    assert (row["id"], row["extra"], row["platform"], row["metric"]) == ("7", "x", "tiktok", "likes")


def test_a_semicolon_may_part_the_columns():
    (row,) = rows(b"category;name\nTikTok;Likes, Views\n", ";")
    assert row["platform"] == "tiktok"


def test_empty_names_short_rows_long_rows_and_empty_lines():
    found = rows(b"name,category\n,Instagram\n\nTikTok Likes\nTikTok Views,TikTok,more\n")
    assert [row["noise"] for row in found] == ["1", "", ""]
    assert [row["metric"] for row in found] == ["", "likes", "views"]


def test_limits_and_prices_that_cannot_be_read_count_as_not_known():
    (row,) = rows(b"name,min,max,rate\nTikTok Likes,ten,,free?\n")
    assert row["noise"] == ""


def test_a_price_of_zero_is_noise():
    (row,) = rows(b"name,rate\nTikTok Likes,0.00\n")
    assert row["noise"] == "1"


def test_a_name_over_two_lines_is_one_row():
    (row,) = rows(b'name\n"TikTok\nLikes"\n')
    assert row["metric"] == "likes"


@pytest.mark.parametrize("content", [b"", b"title\nTikTok Likes\n"])
def test_a_table_without_names_is_refused(content):
    with pytest.raises(UnreadableError):
        with_facts(content)
