"""Finds the rows that need a person. The overview, the menu and the pages of panels show them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.db.models import CharField, Count, Max, QuerySet, Value

from panels.attention.needs import NEEDS
from panels.attention.parts import Attention, Finding, Listing, Need, Offer, Subject
from panels.attention.subjects import SUBJECTS
from panels.models import compiled
from panels.pages.paging import count_each

May = Callable[[str], bool]
# The most rows of a subject on a page.
MOST = 500


def count_attention(may: May = lambda _: True) -> int:
    """Count the rows that need a person with these permissions, in one query. A row with two reasons counts once."""
    return compiled.count(_all_keys, *[subject.name for subject in _subjects_of(may)])


def _all_keys(*subjects: str) -> QuerySet[Any]:
    first, *others = [_keys(kind) for kind in NEEDS if kind.subject.name in subjects and not kind.is_information]
    return first.union(*others)


def _subjects_of(may: May) -> list[Subject]:
    """Return the subjects whose rows a person sees."""
    return [subject for subject in SUBJECTS if not subject.permission or may(subject.permission)]


def find_attention(may: May, known: Mapping[Subject, Iterable[Any]], *, is_all: bool = False) -> Attention:
    """Return everything that needs a person, the highest weight and the oldest first.

    `known` has the marked rows of a subject that the page has already read. Each other subject takes one query.
    is_all: return up to MOST rows of each subject, and not only the first.
    """
    subjects = _subjects_of(may)
    numbers, missing = _count(subjects)
    findings: list[Finding] = []
    cut_short = []
    for subject in subjects:
        if subject in missing:
            continue
        most = MOST if is_all else subject.most
        found = find_in(known[subject], subject, may) if subject in known else _find(subject, may, most)
        if subject not in known and len(found) > most:
            found = found[:most]
            cut_short.append(subject)
        findings += found
    return Attention(numbers=numbers, findings=sorted(findings, key=_importance), cut_short=cut_short)


def _count(subjects: list[Subject]) -> tuple[list[tuple[int, Listing]], set[Subject]]:
    """Return the numbers of rows of each kind with a list, and the subjects for managers alone that have no row.

    They hardly ever have one. So they are counted with the others in one query, and read only if there is something.
    """
    listed = [(kind, kind.listing) for kind in NEEDS if kind.listing]
    rare = [kind for subject in subjects if subject.permission for kind in kinds_of(subject)]
    numbers = count_each(*[kind.rows() for kind, _ in listed], *[kind.rows() for kind in rare])
    found = {kind.subject for kind, number in zip(rare, numbers[len(listed) :], strict=True) if number}
    in_lists = zip(numbers[: len(listed)], listed, strict=True)
    return [(number, listing) for number, (_, listing) in in_lists if number], {kind.subject for kind in rare} - found


def kinds_of(subject: Subject) -> list[Need]:
    """Return the kinds of a subject that need a person, the highest weight first."""
    found = [kind for kind in NEEDS if kind.subject is subject and not kind.is_information]
    return sorted(found, key=lambda kind: -kind.weight)


def mark(subject: Subject, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Add a flag to each row for each kind of its subject, and the values that the sentence of the kind needs."""
    flags = {kind.flag: kind.when for kind in kinds_of(subject)}
    values = {name: value for kind in kinds_of(subject) for name, value in kind.values.items()}
    marked: QuerySet[Any] = rows.annotate(**flags, **values)
    return marked


def find_in(rows: Iterable[Any], subject: Subject, may: May) -> list[Finding]:
    """Return a finding for each of the marked rows that needs a person."""
    marked = [(row, [kind for kind in kinds_of(subject) if getattr(row, kind.flag)]) for row in rows]
    for kind in kinds_of(subject):
        if kind.prepare and (of_kind := [row for row, kinds in marked if kind in kinds]):
            kind.prepare(of_kind)
    return [_finding(row, kinds, may) for row, kinds in marked if kinds]


def _importance(finding: Finding) -> tuple[int, float]:
    return -finding.kinds[0].weight, finding.since.timestamp() if finding.since else 0


def _finding(row: Any, kinds: list[Need], may: May) -> Finding:
    offers = dict.fromkeys(offer for kind in kinds for offer in _offers(row, kind, may))
    return Finding(row, tuple(kinds), tuple(offers))


def _offers(row: Any, kind: Need, may: May) -> list[Offer]:
    """Return the buttons of a kind that the person may use, or else the link to the page where it is settled."""
    offers = [button.offer(row) for button in kind.buttons if may(button.permission) and button.is_for(row)]
    return offers or [kind.buttons[-1].offer_look(row)]


def _keys(kind: Need) -> QuerySet[Any]:
    """Return a pair of subject and pk for each row, so that a row has the same pair for each of its kinds."""
    subject = kind.subject
    name = Value(subject.name, output_field=CharField())
    rows: QuerySet[Any, Any] = kind.rows().order_by()
    if subject.one_per:
        rows = rows.values(*subject.one_per).annotate(newest=Max("pk"), subject=name)
        return rows.values_list("subject", "newest")
    keys: QuerySet[Any, Any] = rows.annotate(subject=name).values_list("subject", "pk")
    return keys


def _find(subject: Subject, may: May, most: int) -> list[Finding]:
    """Return the findings of a subject, at most one more than are shown."""
    if subject.one_per:
        return [_finding(row, [kind], may) for kind in kinds_of(subject) for row in _groups(kind, most)]
    first, *others = [kind.rows().order_by().values("pk") for kind in kinds_of(subject)]
    # Finding the rows is separate from sorting them, because SQLite would otherwise read all rows by an index.
    rows = mark(subject, subject.model._default_manager.filter(pk__in=first.union(*others)))
    rows = rows.select_related(*subject.related).order_by(*subject.order)
    return find_in(rows[: most + 1], subject, may)


def _groups(kind: Need, most: int) -> QuerySet[Any, Any]:
    fields = kind.subject.one_per
    rows: QuerySet[Any, Any] = kind.rows().order_by()
    groups = rows.values(*fields).annotate(number=Count("pk"), newest=Max("pk")).order_by("-number")
    found: QuerySet[Any, Any] = groups.values_list(*fields, "number", "newest", named=True)
    return found[: most + 1]
