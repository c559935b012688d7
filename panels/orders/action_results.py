"""Says what came of an action on many orders: for each order, and in one sentence.

The worker stores whether each order could be asked for. The answer of the panel is read from the order or its refill.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Case, Count, F, OuterRef, Q, QuerySet, Subquery, Value, When

from panels.models import ActionLine, Order, OrderAction, Refill
from panels.models.order_states import RequestState

Kind, Outcome, State = OrderAction.Kind, ActionLine.Outcome, Order.State
# The number of different reasons in the sentence. It only counts further reasons.
NAMED = 3
LONGEST = 120


class Result(models.TextChoices):
    """The outcome of one order."""

    WAITING = "waiting", "Waiting"
    ACCEPTED = "accepted", "Accepted"
    REFUSED = "refused", "Refused"
    UNKNOWN = "unknown", "Outcome unknown"
    SKIPPED = "skipped", "Not possible"


# Where another word than "Accepted" says what happened.
ACCEPTED_LABELS = {Kind.REFRESH: "Checked", Kind.WITHDRAW: "Withdrawn", Kind.SEND_AGAIN: "Placed"}
_TEXT = models.TextField()
_NOTHING = Value("", output_field=_TEXT)


@dataclass(frozen=True)
class Results:
    """The number of orders with each result, and the reasons of the refusals with their numbers."""

    kind: str
    numbers: Mapping[Result, int]
    reasons: tuple[tuple[str, int], ...]

    @property
    def total(self) -> int:
        return sum(self.numbers.values())

    @property
    def waiting(self) -> int:
        """The number of orders whose result is not known yet."""
        return self.numbers.get(Result.WAITING, 0)

    @property
    def listed(self) -> list[tuple[Result, str, int]]:
        """Each result that orders have: its label and their number."""
        return [(each, label_of(self.kind, each), self.numbers[each]) for each in Result if self.numbers.get(each)]

    @property
    def sentence(self) -> str:
        """All numbers in one sentence, the refusals with their reasons at its end."""
        others = ((Result.WAITING, "waiting"), (Result.SKIPPED, "not possible"), (Result.UNKNOWN, "not known"))
        parts = [f"{self.numbers.get(Result.ACCEPTED, 0):,} {label_of(self.kind, Result.ACCEPTED).lower()}"]
        parts += [f"{self.numbers[result]:,} {word}" for result, word in others if self.numbers.get(result)]
        if refused := self.numbers.get(Result.REFUSED):
            parts.append(f"{refused:,} refused{self._reasons}")
        return f"{', '.join(parts)}."

    @property
    def _reasons(self) -> str:
        if not self.reasons:
            return ""
        is_one = len(self.reasons) == 1
        shown = [text if is_one else f"{text} ({number:,})" for text, number in self.reasons[:NAMED]]
        more = [f"{len(self.reasons) - NAMED:,} other reasons"] if len(self.reasons) > NAMED else []
        return f": {'; '.join([*shown, *more])}"


def label_of(kind: str, result: Result) -> str:
    """Return the word for a result of an action of this kind."""
    return ACCEPTED_LABELS.get(Kind(kind), result.label) if result == Result.ACCEPTED else str(result.label)


def with_results(action: OrderAction) -> QuerySet[Any]:
    """Return the lines of an action, each with its `result`, and with the words of a refusal as its `answer`."""
    lines, result, answer = OF_KIND[Kind(action.kind)](action.lines.all(), action)
    is_waiting, is_skipped = Q(outcome=Outcome.WAITING), Q(outcome=Outcome.SKIPPED)
    answers = (When(is_waiting, then=_NOTHING), When(is_skipped, then=F("detail")))
    found: QuerySet[Any] = lines.annotate(
        result=_case((is_waiting, Result.WAITING), (is_skipped, Result.SKIPPED), default=result),
        answer=Case(*answers, default=answer, output_field=_TEXT),
    )
    return found


def sum_results(action: OrderAction) -> Results:
    """Count the orders of an action by their results."""
    lines = with_results(action).order_by()
    numbers = dict(lines.values_list("result").annotate(number=Count("pk")))
    reasons: list[Any] = []
    if numbers.get(Result.REFUSED):
        refused = lines.filter(result=Result.REFUSED).exclude(answer="")
        reasons = list(refused.values_list("answer").annotate(number=Count("pk")).order_by("-number", "answer"))
    short = tuple((_without_stop(text), number) for text, number in reasons)
    return Results(action.kind, {Result(result): number for result, number in numbers.items()}, short)


def _without_stop(text: str) -> str:
    line = " ".join(text.split()).removesuffix(".")
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"


def _case(*pairs: tuple[Q, Result], default: Any) -> Case:
    whens = [When(condition, then=Value(result.value)) for condition, result in pairs]
    return Case(*whens, default=default, output_field=models.CharField())


_ACCEPTED = Value(Result.ACCEPTED.value)
Found = tuple[QuerySet[Any], Any, Any]
# The states that have a result. With another state, or with no state, the outcome is not known.
_OF_REQUEST: Mapping[Result, tuple[str, ...]] = {
    Result.WAITING: (RequestState.QUEUED, RequestState.SENDING),
    Result.ACCEPTED: (RequestState.ACCEPTED,),
    Result.REFUSED: (RequestState.REFUSED,),
}
_OF_ORDER: Mapping[Result, tuple[str, ...]] = {
    Result.WAITING: (State.QUEUED, State.SENDING),
    Result.ACCEPTED: (State.PLACED,),
    Result.REFUSED: (State.REFUSED,),
    Result.SKIPPED: (State.WITHDRAWN,),
}


def _by_state(name: str, results: Mapping[Result, tuple[str, ...]]) -> Case:
    """Return the result of the state that the column `name` has."""
    pairs = [(Q(**{f"{name}__in": states}), result) for result, states in results.items()]
    return _case(*pairs, default=Value(Result.UNKNOWN.value))


def _refresh(lines: QuerySet[Any], _: OrderAction) -> Found:
    return lines, _case((Q(order__check_requested_at__isnull=False), Result.WAITING), default=_ACCEPTED), _NOTHING


def _withdraw(lines: QuerySet[Any], _: OrderAction) -> Found:
    return lines, _ACCEPTED, _NOTHING


def _cancel(lines: QuerySet[Any], _: OrderAction) -> Found:
    return lines, _by_state("order__cancel_state", _OF_REQUEST), F("order__cancel_error")


def _refill(lines: QuerySet[Any], action: OrderAction) -> Found:
    """Read the first refill of each order since the action was confirmed. That is the one that it requested."""
    refills = Refill.objects.filter(order=OuterRef("order"), requested_at__gte=action.confirmed_at)
    asked = {name: Subquery(refills.order_by("pk").values(name)[:1]) for name in ("state", "error")}
    lines = lines.alias(asked_state=asked["state"], asked_error=asked["error"])
    return lines, _by_state("asked_state", _OF_REQUEST), F("asked_error")


def _send_again(lines: QuerySet[Any], _: OrderAction) -> Found:
    return lines, _by_state("order__state", _OF_ORDER), F("order__error_text")


# For each kind: the lines, the expression of their results, and that of the words of a refusal.
OF_KIND: Mapping[OrderAction.Kind, Callable[[QuerySet[Any], OrderAction], Found]] = {
    Kind.REFRESH: _refresh,
    Kind.REFILL: _refill,
    Kind.CANCEL: _cancel,
    Kind.WITHDRAW: _withdraw,
    Kind.SEND_AGAIN: _send_again,
}
