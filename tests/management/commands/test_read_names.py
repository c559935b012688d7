"""The command read_names."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command


def test_the_table_is_printed(tmp_path):
    path = tmp_path / "services.csv"
    path.write_text("name\nInstagram Followers R30\n", encoding="utf-8")
    out = StringIO()
    call_command("read_names", path, stdout=out)
    head, row = out.getvalue().splitlines()
    assert head.startswith("name,platform,")
    assert row.startswith("Instagram Followers R30,instagram,followers,")


@pytest.mark.parametrize("content", [None, "title\nInstagram\n"])
def test_a_file_that_cannot_be_read_is_an_error(tmp_path, content):
    path = tmp_path / "services.csv"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(CommandError):
        call_command("read_names", path)
