"""Finds clients and campaigns by their names, checks the labels of orders, and creates what a person has agreed to.

The labels of an order are its client, campaign, reference and note. They are the team's own, and no panel gets them.
Nothing is created here unless a person asked for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from panels.models import Campaign, Client
from panels.models.batch import MAX_NOTE, MAX_REFERENCE
from panels.models.client import fold_name, label_columns
from panels.protocol.order_fields import shown

MAY_CREATE = ("panels.add_client", "panels.add_campaign")
# More new names than this at once are a sign of a wrong column.
MOST_CREATED = 200
MOST_OFFERED = 500
# The number of values in one query. SQLite takes at most 999.
AT_ONCE = 900
_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")
_UNSAFE_IN_NOTE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
# A text that is longer, also without its repeated spaces, is refused by its length.
_LONGEST = 10 * Client.MAX_NAME
_CHOICE = "Create it, or correct the name."
Errors = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Labels:
    """The labels of an order, or of the lines of a batch that have no own labels."""

    client: Client | None = None
    campaign: Campaign | None = None
    reference: str = ""
    note: str = ""

    @property
    def of_order(self) -> dict[str, Any]:
        """The labels as values of the columns of an order."""
        pks = [each.pk if each else None for each in (self.client, self.campaign)]
        return label_columns(pks[0], pks[1], self.reference, self.note)

    @property
    def of_batch(self) -> dict[str, Any]:
        """The labels as values of the fields of a batch."""
        return {"client": self.client, "campaign": self.campaign, "reference": self.reference, "note": self.note}


NO_LABELS = Labels()


@dataclass(slots=True)
class Missing:
    """Names that no client and no campaign has, as they were written first.

    clients: by key. campaigns: by the key of their client ("" for none) and their own key, with the client's name.
    """

    clients: dict[str, str] = field(default_factory=dict)
    campaigns: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.clients) + len(self.campaigns)

    def __iter__(self) -> Iterator[str]:
        yield from self.clients.values()
        for (key, _), (client, campaign) in self.campaigns.items():
            yield f"{self.clients.get(key, client)} · {campaign}" if client else campaign

    @property
    def is_too_much(self) -> bool:
        """Whether these are so many names that a column must be wrong."""
        return len(self) > MOST_CREATED

    @property
    def words(self) -> str:
        """The number of clients and campaigns in words."""
        numbers = ((len(self.clients), "client"), (len(self.campaigns), "campaign"))
        return " and ".join(f"{number:,} {what}{'' if number == 1 else 's'}" for number, what in numbers if number)

    def add(self, other: Missing) -> None:
        """Add the names of `other` that are not here yet."""
        for key, name in other.clients.items():
            self.clients.setdefault(key, name)
        for keys, names in other.campaigns.items():
            self.campaigns.setdefault(keys, names)


@dataclass(slots=True)
class Found:
    """The client and campaign of a pair of names, the errors by column, and the names that do not exist."""

    client: Client | None = None
    campaign: Campaign | None = None
    errors: Errors = field(default_factory=dict)
    missing: Missing = field(default_factory=Missing)


class NameLookup:
    """The clients and campaigns that some lines or a form name. Reads them with a few queries for all names.

    client and campaign: the defaults, which a line without an own name gets. A line of another client does not get the
    campaign, because the campaign belongs to the default client.
    """

    def __init__(
        self, named: Iterable[Mapping[str, str]], client: Client | None = None, campaign: Campaign | None = None
    ) -> None:
        self._client, self._campaign = client, campaign
        pairs = {_pair(each) for each in named}
        self._clients = {each.name_key: each for each in _by_key(Client, (client for client, _ in pairs))}
        self._campaigns: dict[str, list[Campaign]] = {}
        for each in _by_key(Campaign, (campaign for _, campaign in pairs)):
            self._campaigns.setdefault(each.name_key, []).append(each)
        self._found: dict[tuple[str, str], Found] = {}

    def find(self, cells: Mapping[str, str]) -> Found:
        """Return the client and campaign of a line or form."""
        pair = _pair(cells)
        if pair not in self._found:
            self._found[pair] = self._find(*pair)
        return self._found[pair]

    def _find(self, client_name: str, campaign_name: str) -> Found:
        found = Found(client=self._client)
        if client_name:
            found.client = self._find_client(client_name, found)
        if problem := find_unfit_name("campaign", campaign_name):
            found.errors["campaign"] = [problem]
        elif campaign_name and ("client" not in found.errors or found.missing.clients):
            found.campaign = self._find_campaign(client_name, campaign_name, found)
        elif not campaign_name and found.client == self._client and not found.errors:
            found.campaign = self._campaign
        return found

    def _find_client(self, name: str, found: Found) -> Client | None:
        if problem := find_unfit_name("client", name):
            found.errors["client"] = [problem]
            return None
        client = self._clients.get(fold_name(name))
        if client is None:
            found.missing.clients[fold_name(name)] = name
            found.errors["client"] = [f"There is no client {quoted(name)}. {_CHOICE}"]
        return client

    def _find_campaign(self, client_name: str, name: str, found: Found) -> Campaign | None:
        """Find a campaign among those of its client, or, without a client, among those that belong to no client."""
        client, key, is_new = found.client, fold_name(name), bool(found.missing.clients)
        alike = [] if is_new else self._campaigns.get(key, [])
        for each in alike:
            if each.client_id == (client and client.pk):
                return each
        if client is None and alike:
            others = ", ".join(quoted(str(each.client)) for each in alike[:3])
            found.errors["campaign"] = [f"{quoted(name)} is a campaign of {others}. Name the client too."]
            return None
        owner = client.name if client else client_name
        found.missing.campaigns[fold_name(owner), key] = (owner, name)
        # The error about a missing client is enough. Its campaign is created with it.
        if not is_new:
            has_none = f"{quoted(owner)} has no campaign" if owner else "There is no campaign without a client called"
            found.errors["campaign"] = [f"{has_none} {quoted(name)}. {_CHOICE}"]
        return None


def known_names() -> dict[str, list[Any]]:
    """Return the names to offer in a form: of the clients, and of the campaigns with their clients."""
    campaigns = Campaign.objects.values_list("name", "client__name")
    return {
        "clients": list(Client.objects.values_list("name", flat=True)[:MOST_OFFERED]),
        "campaigns": list(campaigns[:MOST_OFFERED]),
    }


def find_unfit_labels(cells: Mapping[str, str]) -> Errors:
    """Return the errors of a reference and a note, by column."""
    errors: Errors = {}
    reference, note = cells.get("reference", ""), cells.get("note", "")
    if len(reference) > MAX_REFERENCE:
        errors["reference"] = [f"Reference has {len(reference):,} characters, the limit is {MAX_REFERENCE:,}."]
    elif _UNSAFE.search(reference):
        errors["reference"] = [f"Reference must be one line without invisible characters, not {shown(reference)}."]
    if len(note) > MAX_NOTE:
        errors["note"] = [f"Note has {len(note):,} characters, the limit is {MAX_NOTE:,}."]
    elif _UNSAFE_IN_NOTE.search(note):
        errors["note"] = [f"Note must have no control characters: {shown(note)}."]
    return errors


def create_missing(missing: Missing, user: Any) -> None:
    """Create the clients and campaigns with these names. Names that another person has created meanwhile are kept."""
    by = {"created_by": user if user and user.pk else None}
    with transaction.atomic():
        for key, name in missing.clients.items():
            Client.objects.get_or_create(name_key=key, defaults={"name": name, **by})
        for (client_key, key), (_, name) in missing.campaigns.items():
            client = Client.objects.get(name_key=client_key) if client_key else None
            Campaign.objects.get_or_create(client=client, name_key=key, defaults={"name": name, **by})


def quoted(name: str) -> str:
    """Quote a name for a message: short, and without invisible characters."""
    return f"“{shown(name)[1:-1]}”"


def _pair(cells: Mapping[str, str]) -> tuple[str, str]:
    """Return the names of a line with single spaces."""
    return _with_single_spaces(cells.get("client", "")), _with_single_spaces(cells.get("campaign", ""))


def _with_single_spaces(text: str) -> str:
    return " ".join(text.split()) if len(text) <= _LONGEST else text


def find_unfit_name(column: str, name: str) -> str:
    """Return what is wrong with the name of a client or campaign, "" if nothing is."""
    if len(name) > Client.MAX_NAME:
        return f"{column.capitalize()} has {len(name):,} characters, the limit is {Client.MAX_NAME}: {shown(name)}."
    if _UNSAFE.search(name):
        return f"{column.capitalize()} must have no invisible characters: {shown(name)}."
    return ""


def _by_key(model: type[Any], names: Iterable[str]) -> Iterator[Any]:
    """Yield the rows of a model with these names."""
    keys = sorted({fold_name(name) for name in names if 0 < len(name) <= Client.MAX_NAME})
    for start in range(0, len(keys), AT_ONCE):
        found = model.objects.filter(name_key__in=keys[start : start + AT_ONCE])
        yield from found.select_related("client") if model is Campaign else found
