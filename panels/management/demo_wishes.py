"""What the people of the demo order: random services, links, quantities and labels, always the same for a panel."""

from __future__ import annotations

import random
import string
from collections.abc import Mapping, Sequence
from typing import Any

from panels.clients.naming import Labels, NameLookup, create_missing
from panels.models import Panel, Service

COSTS = (0.8, 14.0)
# Words of a service, and the pattern of a link to it. {post}, {number} and {short} are random.
WISHES = (
    ("instagram likes", "https://www.instagram.com/p/{post}/"),
    ("instagram reels views", "https://www.instagram.com/reel/{post}/"),
    ("tiktok views", "https://www.tiktok.com/@fjord.ceramics/video/{number}"),
    ("tiktok likes", "https://www.tiktok.com/@northwind.roasters/video/{number}"),
    ("youtube views", "https://www.youtube.com/watch?v={post}"),
    ("youtube likes", "https://www.youtube.com/watch?v={post}"),
    ("telegram post views", "https://t.me/harbor_weekly/{short}"),
    ("facebook post likes", "https://www.facebook.com/lumenbikes/posts/{number}"),
    ("twitter (x) retweets", "https://x.com/harborweekly/status/{number}"),
    ("spotify plays", "https://open.spotify.com/track/{post}{post}"),
    ("instagram custom comments", "https://www.instagram.com/p/{post}/"),
    ("website traffic", "https://northwind-roasters.example/blog/{short}"),
    ("instagram growth package", "https://www.instagram.com/northwind.roasters.{short}/"),
)
# The client of a link, by a part of the link, and its campaigns.
CLIENTS = {
    "fjord.ceramics": ("Fjord Ceramics", ("Autumn glaze",)),
    "northwind": ("Northwind Roasters", ("Spring launch", "Subscription box")),
    "harbor": ("Harbor Weekly", ()),
    "lumenbikes": ("Lumen Bikes", ("Commuter week",)),
    "youtube.com": ("Lumen Bikes", ("Commuter week",)),
}
COMMENTS = ("Love this!", "Where can I get one?", "Beautiful work", "Saved for later", "So good", "Need this", "Wow")


class Wishes:
    """Chooses orders at a panel by a chance that its name seeds.

    subjects: what services are for, such as "Instagram Likes", by their ids, at a panel that names them otherwise.
    """

    def __init__(self, panel: Panel, people: Sequence[Any], subjects: Mapping[str, str] | None = None) -> None:
        self.panel, self.people, self._subjects = panel, people, subjects
        self._known: dict[tuple[str, str], Labels] = {}
        self._chance = random.Random(panel.name)  # noqa: S311

    def _labels(self, link: str) -> Labels:
        """Return the labels of an order for a link. Some orders have no client."""
        name, campaigns = next((each for part, each in CLIENTS.items() if part in link), ("", ()))
        if not name:
            return Labels()
        found = self._find(name, self._chance.choice(campaigns) if campaigns else "")
        number = self._chance.randint(101, 140)
        return Labels(found.client, found.campaign, f"{name[:2].upper()}-{number}" if number % 2 else "")

    def _find(self, client: str, campaign: str) -> Labels:
        """Return the labels of these names. They are looked up, and created, once."""
        if (client, campaign) not in self._known:
            cells = {"client": client, "campaign": campaign}
            create_missing(NameLookup([cells]).find(cells).missing, self._somebody())
            found = NameLookup([cells]).find(cells)
            self._known[client, campaign] = Labels(found.client, found.campaign)
        return self._known[client, campaign]

    def _row(self, service: Service | None = None, link: str = "") -> dict[str, str]:
        """Return the cells of a line of a file. A service or link that is not given is random."""
        service, values = self._wish(service, link)
        return {"panel": self.panel.name, "service": service.remote_id, **values}

    def _labeled_row(self) -> dict[str, str]:
        row = self._row()
        client = self._labels(row.get("link", "")).client
        return row | {"client": client.name if client else ""}

    def _wish(self, service: Service | None = None, link: str = "") -> tuple[Service, dict[str, str]]:
        """Return a service and the fields of an order. A service or link that is not given is random."""
        wish, pattern = self._chance.choice(WISHES)
        service = service or self._chance.choice(self._offers(wish))
        return service, self._values(service, link or self._link(pattern))

    def _offers(self, wish: str) -> list[Service]:
        """Return the services for a wish that the team has not blocked."""
        found = Service.objects.filter(panel=self.panel, is_listed=True).exclude(mark__is_blocked=True)
        if self._subjects is None:
            found = found.filter(search_text__contains=wish)
        else:
            ids = [key for key, subject in self._subjects.items() if wish in subject.lower()]
            found = found.filter(remote_id__in=ids)
        return list(found.select_related("panel").order_by("pk"))

    def _values(self, service: Service, link: str) -> dict[str, str]:
        lines = max(service.min_quantity or 1, 10)
        values = {
            "link": link,
            "quantity": str(self._quantity(service)),
            "comments": "\n".join(self._chance.choices(COMMENTS, k=lines)),
            "country": "US",
            "device": "1",
            "type_of_traffic": "1",
            "google_keyword": "specialty coffee",
        }
        names = {field.name for field in service.order_type.fields}
        return {name: text for name, text in values.items() if name in names}

    def _quantity(self, service: Service) -> int:
        """Return a round quantity that costs a few dollars."""
        wanted = int(self._chance.uniform(*COSTS) / float(service.rate_per_1000) * 1000)
        unit = int(10 ** max(len(str(wanted)) - 2, 1))
        least, most = service.min_quantity or 1, service.max_quantity or wanted
        return min(max(wanted // unit * unit, least), most)

    def _link(self, pattern: str) -> str:
        letters = string.ascii_letters + string.digits
        return pattern.format(
            post="".join(self._chance.choices(letters, k=11)),
            number=self._chance.randint(17 * 10**17, 18 * 10**17),
            short=self._chance.randint(1_000, 99_999),
        )

    def _somebody(self) -> Any:
        return self._chance.choice(self.people)
