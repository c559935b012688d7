"""Learns whether a panel takes cancels at all, from its answers.

It takes none when it says so, or when it has refused the cancels of REFUSED_ALWAYS different orders and accepted none.
One accepted cancel ends that for good. A person can request a cancel all the same.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction

from panels.models import Panel
from panels.protocol.cancel_words import About, about_cancels
from panels.protocol.errors import Refused

REFUSED_ALWAYS = 3


def learn_cancels(panel: Panel, answers: Mapping[int, object]) -> None:
    """Learn from the answers to cancels by the keys of their orders: "" is accepted, a Refused is a no."""
    if panel.takes_cancels or not answers:
        return
    if "" in answers.values():
        _write(panel, takes_cancels=True, refused_cancels=[])
        return
    noes = {pk: about_cancels(answer) for pk, answer in answers.items() if isinstance(answer, Refused)}
    counted = {pk: about for pk, about in noes.items() if about is not About.THIS_ORDER}
    if counted and panel.takes_cancels is None:
        _count(panel, counted)


def _count(panel: Panel, noes: Mapping[int, About]) -> None:
    """Add the orders to those whose cancels were refused, and conclude from their number or from the words."""
    with transaction.atomic():
        row = Panel.objects.select_for_update(no_key=True).only("takes_cancels", "refused_cancels").get(pk=panel.pk)
        if row.takes_cancels is not None:
            return
        refused = list(dict.fromkeys([*row.refused_cancels, *noes]))[:REFUSED_ALWAYS]
        has_none = About.NO_CANCELS in noes.values() or len(refused) == REFUSED_ALWAYS
        _write(panel, takes_cancels=False if has_none else None, refused_cancels=refused)


def _write(panel: Panel, *, takes_cancels: bool | None, refused_cancels: list[int]) -> None:
    Panel.objects.filter(pk=panel.pk).update(takes_cancels=takes_cancels, refused_cancels=refused_cancels)
    panel.takes_cancels, panel.refused_cancels = takes_cancels, refused_cancels
