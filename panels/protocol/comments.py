"""Comments that some panels split: they make several comments of one, and charge for each (docs/protocol.md, 6)."""

from __future__ import annotations

from panels.protocol.order_fields import split_lines

_SPLITS = {" | ": '" | "', "\\n": r'a typed "\n"'}


def warn_of_splits(comments: str) -> tuple[str, ...]:
    """Return the warning about a list of comments, nothing if no panel splits one of them."""
    lines = split_lines(comments)
    found = [words for mark, words in _SPLITS.items() if any(mark in line for line in lines)]
    number = sum(any(mark in line for mark in _SPLITS) for line in lines)
    if not found:
        return ()
    has = "A comment has" if number == 1 else f"{number:,} comments have"
    it = "it" if number == 1 else "each of them"
    return (f"{has} {' or '.join(found)}. Some panels make two comments of {it}, and charge for both.",)
