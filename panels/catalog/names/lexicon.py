"""The lexicon: the tags of a word, of a phrase, and of the parts of a text without spaces."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from panels.catalog.names.folding import fold, plain, unmix
from panels.catalog.names.words_attributes import ATTRIBUTES, GENDERS, QUALITIES
from panels.catalog.names.words_countries import COUNTRIES
from panels.catalog.names.words_fillers import FILLERS
from panels.catalog.names.words_places import PLACES
from panels.catalog.names.words_subject import METRICS, OBJECTS, PLATFORMS, VARIANTS

Tags = tuple[str, ...]
NONE: Tags = ()
MOST_WORDS = 4
# Scripts that write words without spaces: Thai, Japanese, Chinese and Korean.
JOINED = "\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_LONGEST_WORD = 30
# Without its accents a short word is often another word, and a short misspelt word too.
_SHORTEST_BARE, _SHORTEST_MISSPELT = 5, 6
_SHORTEST_COMPOUND = 9
# What may be written as one: a platform or an object, and what is done to it.
_COMPOUNDS = frozenset(("pm", "po", "om"))
_AUTOMATIC = ("auto", "авто", "oto")
_IS_JOINED = re.compile(f"[{JOINED}]")

_words: dict[str, Tags] = {}
_stems: dict[str, Tags] = {}
_phrases: dict[str, Tags] = {}
_phrase_stems: dict[str, Tags] = {}
_longest_phrase: dict[str, int] = {}
_pieces: dict[str, Tags] = {}
_near: dict[str, list[str]] = {}


def read_block(block: str) -> Iterator[tuple[str, list[str]]]:
    """Yield the name and the words of each line of a block.

    A line that begins with a space goes on with the last line. A star after a word stands for any ending. A word after
    "=" is only known with its accents.
    """
    for line in filter(None, block.replace("\n ", " ").splitlines()):
        name, _, words = line.partition(" = ")
        yield name, [word for word in map(str.strip, words.split(",")) if word]


def _load(block: str, prefix: str = "") -> None:
    for names, words in read_block(block):
        for word in words:
            _add(word, tuple(prefix + name for name in names.split()))


def _add(word: str, tags: Tags) -> None:
    word = fold(word).casefold()
    bare = plain(word)
    is_exact = word.startswith("=")
    forms = {word, bare} if len(bare) >= _SHORTEST_BARE and not is_exact else {word.lstrip("=")}
    for form in forms:
        stem, is_stem = form.rstrip("*"), form.endswith("*")
        if " " in form:
            _put(_phrase_stems if is_stem else _phrases, stem, tags)
            first = form.split(" ", 1)[0]
            _longest_phrase[first] = max(_longest_phrase.get(first, 0), form.count(" ") + 1)
        else:
            _put(_stems if is_stem else _words, stem, tags)
        if _IS_JOINED.search(form) and " " not in form:
            _put(_pieces, form.rstrip("*"), tags)
        if tags[0][0] in "pmvqxa" and len(form) >= _SHORTEST_MISSPELT and form.isascii() and form.isalpha():
            _note_near(form)


def _put(table: dict[str, Tags], word: str, tags: Tags) -> None:
    table[word] = (*table.get(word, NONE), *(tag for tag in tags if tag not in table.get(word, NONE)))


def _shorter(word: str) -> set[str]:
    """Return the word without each one of its letters."""
    return {word[:index] + word[index + 1 :] for index in range(len(word))}


def _note_near(word: str) -> None:
    for form in (word, *_shorter(word)):
        _near.setdefault(form, []).append(word)


for _block in (PLATFORMS, METRICS, OBJECTS, VARIANTS, QUALITIES, GENDERS, PLACES, COUNTRIES):
    _load(_block)
_load(ATTRIBUTES, "a:")
for _, _several in read_block(FILLERS):
    for _word in _several:
        _add(_word, ("n:filler",))
_LONGEST_PIECE = max(map(len, _pieces))


@lru_cache(32_768)
def tags_of(word: str) -> Tags:
    """Return the tags of a word in lower case, () for an unknown word."""
    word = word[:_LONGEST_WORD]
    forms = [word, plain(word), word.replace("'", "")]
    if word.endswith("'s"):
        forms.append(word[:-2])
    if not word.isascii():
        forms += [
            unmix(word),
            *(word[len(start) :] for start in ("ال", "وال", "لل", "ב", "ה") if word.startswith(start)),
        ]
    for form in dict.fromkeys(forms):
        if found := _words.get(form) or _stem(form):
            return found
    return _misspelt(plain(unmix(word)))


def _stem(word: str) -> Tags:
    for end in range(len(word), 2, -1):
        if found := _stems.get(word[:end]):
            return found
    return NONE


def _misspelt(word: str) -> Tags:
    """Return the tags of the one known word that differs by one letter or by two letters that changed places."""
    if len(word) < _SHORTEST_MISSPELT or not word.isascii() or not word.isalpha():
        return NONE
    for form in (word, *sorted(_shorter(word))):
        for known in _near.get(form, ()):
            if abs(len(known) - len(word)) <= 1 and known[0] == word[0]:
                return _words[known]
    return NONE


@lru_cache(32_768)
def parts_of(word: str) -> tuple[str, ...]:
    """Split two words that are written as one: tiktokviews, автолайки, kanalmitglieder."""
    for start in _AUTOMATIC:
        if word.startswith(start) and word not in _words and any(tag[0] == "m" for tag in tags_of(word[len(start) :])):
            return start, word[len(start) :]
    if len(word) >= _SHORTEST_COMPOUND and word.isascii() and word not in _words:
        for end in range(_SHORTEST_MISSPELT + 4, 4, -1):
            first, second = _words.get(word[:end], NONE), _words.get(word[end:], NONE)
            first = first or _stems.get(word[:end], NONE)
            if first and second and (first[0][0] + second[0][0]) in _COMPOUNDS:
                return word[:end], word[end:]
    return (word,)


def phrase_at(words: list[str], index: int) -> tuple[int, Tags]:
    """Return how many words from that index on are a known phrase, and its tags."""
    first = words[index]
    longest = max(_longest_phrase.get(first, 0), _longest_phrase.get(bare := plain(first), 0))
    for count in range(min(longest, len(words) - index, MOST_WORDS), 1, -1):
        several = words[index : index + count]
        for text in (" ".join(several), " ".join((bare, *map(plain, several[1:])))):
            if found := _phrases.get(text) or _phrase_stem(text):
                return count, found
    return 0, NONE


def _phrase_stem(text: str) -> Tags:
    for end in range(len(text), text.rindex(" ") + 2, -1):
        if found := _phrase_stems.get(text[:end]):
            return found
    return NONE


@lru_cache(8192)
def pieces_of(run: str) -> tuple[tuple[str, Tags], ...]:
    """Split a run of a script without spaces into the longest known pieces and the unknown rest."""
    found: list[tuple[str, Tags]] = []
    index = unknown = 0
    while index < len(run):
        for end in range(min(len(run), index + _LONGEST_PIECE), index, -1):
            if tags := _pieces.get(run[index:end]):
                if unknown < index:
                    found.append((run[unknown:index], NONE))
                found.append((run[index:end], tags))
                index = unknown = end
                break
        else:
            index += 1
    return (*found, (run[unknown:], NONE)) if unknown < len(run) else tuple(found)
