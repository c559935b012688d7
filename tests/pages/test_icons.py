"""An icon beside a word is for the eyes alone."""

from panels.pages.icons import icon_of_word


def test_screen_readers_do_not_see_the_icon_of_a_word():
    svg = icon_of_word("wallet")
    assert 'aria-hidden="true"' in svg
    assert 'width="14"' in svg
