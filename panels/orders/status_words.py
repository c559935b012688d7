"""Gives the unknown status words of a panel the meaning that a person chose, and finds the words without a meaning.

A meaning changes only the progress of placed orders and of accepted refills. It is used when the panel is asked next,
so an order ends in the usual way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Count, QuerySet
from django.utils import timezone

from panels.models import Order, Panel, Refill, StatusWord
from panels.models.planning import unindexed
from panels.orders.following import request_check
from panels.protocol.wire import OrderStatus, RefillStatus
from panels.protocol.wording import Progress, RefillProgress, fold_word

Kind = StatusWord.Kind
T = TypeVar("T")
# The most words of a kind on the page of a panel.
MOST = 50
MAX_WORD = StatusWord._meta.get_field("text").max_length
# The orders that are asked about at once after a decision. The others keep their turn, which comes within the hour.
AT_ONCE, PIECE = 10_000, 500


def with_meanings(panel: Panel, answers: Mapping[str, T]) -> dict[str, T]:
    """Return the answers, with the meaning of each unknown word that a person has decided at this panel."""
    unknown: dict[str, Any] = {each: answer for each, answer in answers.items() if _has_unknown_word(answer)}
    if not unknown:
        return dict(answers)
    words = {fold_word(answer.remote_status) for answer in unknown.values()}
    known = {word.key: word.meaning for word in StatusWord.objects.filter(panel=panel, folded__in=words)}
    return {**answers, **{each: _with_meaning(answer, known) for each, answer in unknown.items()}}


def _has_unknown_word(answer: object) -> bool:
    return isinstance(answer, OrderStatus | RefillStatus) and answer.is_word_unknown


def _with_meaning(answer: Any, known: Mapping[tuple[str, str], str]) -> Any:
    is_refill = isinstance(answer, RefillStatus)
    meaning = known.get((Kind.REFILL if is_refill else Kind.ORDER, fold_word(answer.remote_status)))
    if meaning is None:
        return answer
    if meaning == StatusWord.NOTHING:
        # The answer can be read all the same, so it is no answer without a status.
        return replace(answer, says_nothing=True)
    return replace(answer, progress=RefillProgress(meaning) if is_refill else Progress(meaning))


@dataclass(frozen=True)
class Word:
    """A word of a panel: how many orders or refills have it now, and its meaning, "" if nobody has decided."""

    kind: str
    text: str
    number: int
    decided: StatusWord | None = None

    @property
    def meaning(self) -> str:
        return self.decided.meaning if self.decided else ""

    @property
    def meanings(self) -> list[tuple[str, str]]:
        """The meanings to choose from."""
        return StatusWord.meanings(self.kind)


def words_of(panel: Panel) -> list[Word]:
    """Return the words of a panel: first those without a meaning, the most frequent first, then the decided ones."""
    decided = {word.key: word for word in panel.status_words.select_related("decided_by")}
    open_words: dict[tuple[str, str], Word] = {}
    for kind in Kind.values:
        groups = _flagged(kind, panel).values("remote_status").annotate(number=Count("pk")).order_by("-number")
        for text, number in groups.values_list("remote_status", "number")[:MOST]:
            key = (kind, fold_word(text))
            if key not in decided:
                before = open_words.get(key)
                open_words[key] = replace(before, number=before.number + number) if before else Word(kind, text, number)
    return [*open_words.values(), *(Word(word.kind, word.text, 0, word) for word in decided.values())]


def decide(panel: Panel, kind: str, text: str, meaning: str, was: str, actor: Any) -> str:
    """Store what a word means at a panel, "" to forget it; return "", or why nothing was stored.

    `was` is the meaning that the person saw.
    """
    text = text[:MAX_WORD]
    # PostgreSQL stores no NUL. The client removes it from answers, so only a forged form can contain it.
    if kind not in Kind.values or not text.strip() or "\0" in text or not StatusWord.is_unknown(kind, text):
        return "This word needs no meaning. Nothing was changed."
    if meaning and meaning not in dict(StatusWord.meanings(kind)):
        return "Choose what the word means. Nothing was changed."
    mine = StatusWord.objects.filter(panel=panel, kind=kind, folded=fold_word(text))
    with transaction.atomic():
        # One decision at a time.
        Panel.objects.select_for_update(no_key=True).get(pk=panel.pk)
        word = mine.first()
        if was != (word.meaning if word else ""):
            return "Somebody has decided meanwhile. Nothing was changed."
        if not (word or meaning):
            return "Choose what the word means. Nothing was changed."
        if not meaning:
            mine.delete()
            return ""
        word = word or StatusWord(panel=panel, kind=kind, folded=fold_word(text), text=text)
        word.meaning, word.decided_by = meaning, actor
        word.save()
    _ask_soon(kind, panel, text)
    return ""


def _flagged(kind: str, panel: Panel) -> QuerySet[Any]:
    """Return the orders or refills of a panel with a word that was not known when it came."""
    if kind == Kind.REFILL:
        refills = Refill.objects.alias(at=unindexed("order__panel_id"))
        return refills.filter(is_word_unknown=True, at=panel.pk).order_by()
    return Order.objects.filter(panel=panel, is_word_unknown=True, next_check_at__isnull=False).order_by()


def _ask_soon(kind: str, panel: Panel, text: str) -> None:
    """Have the orders or refills with this word asked about again."""
    rows = _flagged(kind, panel)
    texts = rows.values_list("remote_status", flat=True).distinct()
    alike = [each for each in texts if fold_word(each) == fold_word(text)]
    pks = sorted(rows.filter(remote_status__in=alike).values_list("pk", flat=True)[:AT_ONCE])
    for start in range(0, len(pks), PIECE):
        _ask_about(kind, pks[start : start + PIECE])


def _ask_about(kind: str, pks: Iterable[int]) -> None:
    with transaction.atomic():
        model: Any = Refill if kind == Kind.REFILL else Order
        # In the order in which everybody locks them, to avoid deadlocks.
        locked = list(model.objects.filter(pk__in=pks).order_by("pk").select_for_update().values_list("pk", flat=True))
        rows = model.objects.filter(pk__in=locked)
        if kind == Kind.REFILL:
            rows.filter(next_check_at__isnull=False).update(next_check_at=timezone.now())
        else:
            request_check(rows)
