"""The houses: panels with catalogs of their own, which sell mostly the same products under other names and prices.

The plain catalogs of the two dialects are houses too. In them all services deliver alike.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from panels.sandbox.deliveries import STEADY
from panels.sandbox.products import Draft
from panels.sandbox.service_names import in_brackets, plainly, with_dots


@dataclass(frozen=True, slots=True)
class House:
    """The rules by which a panel makes its catalog of the drafts that all panels share.

    seed: decides which drafts are offered, their ids and prices. share: of the services of type Default; all others
    are in every catalog. markup: the lowest and the highest factor of the price. resold: the share of the services
    that keep the name of the plain catalog, because they are one upstream resold.
    """

    seed: str
    first_id: int
    write: Callable[[Draft], str] = plainly
    share: float = 0.88
    markup: tuple[float, float] = (0.85, 1.2)
    resold: float = 0.0
    is_steady: bool = False

    def name(self, draft: Draft) -> str:
        """Return the name of a service as this house writes it."""
        return plainly(draft) if self._chance("name", draft).random() < self.resold else self.write(draft)

    def delivery(self, draft: Draft) -> str:
        """Return how the service delivers: a name in DELIVERIES."""
        return STEADY if self.is_steady else self._chance("delivery", draft).choice(draft.quality.deliveries)

    def _chance(self, what: str, draft: Draft) -> random.Random:
        return random.Random(f"{self.seed}/{what}/{draft.subject}/{draft.quality.name}")


HOUSES: Mapping[str, House] = {
    "000": House("000", 1, is_steady=True),
    "003": House("003", 1001, is_steady=True),
    "brightline": House("000", 1),
    "meridian": House("003", 1001),
    "kestrel": House("kestrel", 5200, in_brackets, share=0.7, markup=(0.7, 1.05), resold=0.3),
    "tasman": House("tasman", 310, with_dots, share=0.6, markup=(0.95, 1.5), resold=0.15),
}
