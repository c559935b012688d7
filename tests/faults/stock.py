"""The orders of a run: they are created, counted and read, and in the end decided about as a person would."""

from __future__ import annotations

import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from panels.sandbox import Arrival
from tests.faults.evidence import OrderSeen

LINK, DRAFT_LINK = "https://example.com/f/{}", "https://example.com/draft/{}/{}"
# What the history says of the decisions that end an unknown outcome for good.
DECISIONS = ("Not at the panel. The order is sent again.", "Marked as lost.")
# An order or request that waits is in one of these states.
WAITING = ("queued", "sending")
LOOK_EVERY = 0.1  # In seconds.
# Seconds between two looks at the accounts, and seconds without progress after which a wait ends.
LIFT_EVERY, SETTLE_WITHIN = 0.5, 30.0


class Stock:
    """All orders of a run. Each order has its own link, which names it in the ledger of a panel."""

    def __init__(self, accounts: list[Any]) -> None:
        from tests.factories import make_user

        self._services = [account.services.filter(type="default", is_listed=True).first() for account in accounts]
        self._person = make_user("Operator")
        self._lift_again_at = 0.0
        self._count = self._drafts = 0
        self.links: set[str] = set()
        # The decisions at the end. The panel may have seen an attempt of these orders that it did not accept.
        self.sent_again: set[str] = set()
        # The orders that a panel refused in unknown words, and that a person sent again.
        self.clicked: set[str] = set()
        # The panel gave the id of these orders to another order.
        self.written_off: set[str] = set()
        # The orders that one of two people marked as lost over the web, and those that one withdrew there.
        self.given_up: set[str] = set()
        self.withdrawable: set[str] = set()

    def new_order(self, **fields: Any) -> Any:
        """Queue one more order at the first panel, before all others, and return it."""
        from panels.models import Order

        self._queue(self._services[:1], **fields)
        order = Order.objects.select_related("panel", "service__panel").latest("pk")
        self.put_first(order)
        return order

    def new_draft(self) -> tuple[Any, set[str]]:
        """Create a draft of two orders, and return it with their links. They count once they are ordered."""
        from tests.factories import make_batch, row_of

        service, self._drafts = self._services[0], self._drafts + 1
        links = [DRAFT_LINK.format(self._drafts, number) for number in range(2)]
        batch = make_batch(*(row_of(service, link=link, quantity=service.min_quantity) for link in links))
        return batch, set(links)

    def add(self, count: int) -> None:
        """Queue so many more orders, spread over the panels."""
        self._queue([self._services[number % len(self._services)] for number in range(count)])

    def keep(self, count: int) -> None:
        """Queue more orders until so many wait at each panel."""
        left = self.left_at()
        self._queue([service for service in self._services for _ in range(count - left[service.panel.name])])

    def _queue(self, services: list[Any], **fields: Any) -> None:
        from django.db import transaction

        from panels.bell import ring
        from panels.models import Order
        from panels.protocol.links import normalise_link

        links = [LINK.format(self._count + number) for number in range(len(services))]
        self._count += len(services)
        rows = []
        for service, link in zip(services, links, strict=True):
            rows.append(
                Order(
                    panel=service.panel,
                    service=service,
                    as_ordered=service.terms(),
                    type=service.type,
                    link=link,
                    link_key=normalise_link(link),
                    quantity=service.min_quantity,
                    rate_agreed=service.rate_per_1000,
                    expected_cost=(service.rate_per_1000 * service.min_quantity).scaleb(-3),
                    currency=service.panel.currency,
                    **fields,
                )
            )
        with transaction.atomic():
            Order.objects.bulk_create(rows, batch_size=500)
            for panel_pk in {service.panel_id for service in services}:
                ring("submit", panel_pk)
        self.links.update(links)

    def left(self) -> Any:
        """Return the orders that are queued or being sent."""
        return self._in(*WAITING)

    def waiting_pks(self) -> set[int]:
        """Return the orders that wait, with those whose refill or cancel waits."""
        from django.db.models import Q

        from panels.models import Order, Refill

        refills = Refill.objects.filter(state__in=WAITING).values("order")
        waiting = Order.objects.filter(Q(state__in=WAITING) | Q(cancel_state__in=WAITING) | Q(pk__in=refills))
        return set(waiting.values_list("pk", flat=True))

    def left_at(self, *, is_open: bool = False) -> Counter[str]:
        """Count the queued orders of each panel by its name. With `is_open`, leave out paused panels."""
        from panels.models import Order

        queued = Order.objects.filter(state="queued")
        return Counter(
            (queued.filter(panel__paused_reason="") if is_open else queued).values_list("panel__name", flat=True)
        )

    def sending_at(self) -> Counter[str]:
        """Count the orders that are being sent to each panel, by its name."""
        from panels.models import Order

        return Counter(Order.objects.filter(state="sending").values_list("panel__name", flat=True))

    def order(self, arrival: Arrival) -> Any:
        """Return the order that arrived at a panel."""
        from panels.models import Order

        return Order.objects.get(link=arrival.fields["link"])

    def lift_pauses(self) -> None:
        """Repair the accounts, as a person does after a panel has refused its key or lacked funds.

        Let the waits of services pass, because a run does not take minutes for each of them.
        """
        from django.utils import timezone

        from panels.bell import ring
        from panels.models import Panel, Service
        from panels.providers.pauses import resume

        if time.monotonic() < self._lift_again_at:
            return
        self._lift_again_at = time.monotonic() + LIFT_EVERY
        for panel in Panel.objects.filter(paused_reason__in=("auth", "funds")):
            resume(panel)
        waiting = Service.objects.filter(waits_until__gt=timezone.now())
        for service in list(waiting):
            if waiting.filter(pk=service.pk).update(waits_until=timezone.now()):
                ring("submit", service.panel_id)

    def pk_of(self, panel: str) -> int:
        """Return our API key at a panel."""
        from panels.models import Panel

        return Panel.objects.get(name=panel).pk

    def pause(self, panel: str) -> None:
        """Let no more orders be claimed for a panel."""
        from panels.models import Panel

        Panel.objects.filter(name=panel).update(paused_reason=Panel.Pause.BY_HAND, paused_until=None)

    def resume(self, panel: str) -> None:
        """Let orders for a panel be claimed again, end its pause, and ring for them."""
        from panels.bell import ring
        from panels.models import Panel
        from panels.providers.pauses import resume

        if paused := Panel.objects.filter(name=panel).exclude(paused_reason="").first():
            resume(paused)
            ring("submit", paused.pk)

    def paused_because(self, panel: str) -> str:
        """Return the reason of the pause of a panel, or ""."""
        from panels.models import Panel

        return str(Panel.objects.values_list("paused_reason", flat=True).get(name=panel))

    def go_on(self, panel: str, meaning: str) -> None:
        """Say what the words mean that paused a panel. If it means everybody, send all refused orders again."""
        from panels.bell import ring
        from panels.models import RefusalWords
        from panels.orders.actions import start_action
        from panels.orders.refused import DECIDED_MEANWHILE, decide, to_send_again

        for words in RefusalWords.objects.filter(panel__name=panel, meaning=""):
            # If the panel refuses one more order between reading and click, a person reads the page again.
            while problem := decide(words, meaning, self._person):
                assert problem == DECIDED_MEANWHILE
                words.refresh_from_db()
            ring("submit", words.panel_id)
            words.refresh_from_db()
            if meaning == "panel":
                orders = list(to_send_again(words))
                action = start_action("send_again", [order.pk for order in orders], self._person, uuid.uuid4())
                ring("act", action.pk)
                self.clicked.update(order.link for order in orders)

    def wait_until(self, count: Callable[[], int], most: int = 0) -> None:
        """Wait until the count is not above a number, or there is no more progress."""
        seen, until = -1, 0.0
        while (left := count()) > most and (left != seen or time.monotonic() < until):
            if left != seen:
                seen, until = left, time.monotonic() + SETTLE_WITHIN
            self.lift_pauses()
            time.sleep(LOOK_EVERY)

    def claimed(self, panel: str, since: float) -> list[Any]:
        """Return the orders that are being sent to a panel and were claimed after that time."""
        from panels.models import Order

        sending = Order.objects.filter(panel__name=panel, state="sending").select_related("panel")
        return [order for order in sending if order.sent_at.timestamp() > since]

    def states_of(self, orders: Iterable[Any]) -> set[str]:
        """Return the current states of these orders."""
        from panels.models import Order

        return set(Order.objects.filter(pk__in=[order.pk for order in orders]).values_list("state", flat=True))

    def send_again(self, order: Any) -> None:
        """Decide as a person that a panel does not have an order."""
        from panels.orders import resolution

        order.refresh_from_db()
        problem = resolution.send_again(order, self._person)
        assert not problem, f"{order}: {problem}"

    def put_first(self, order: Any) -> None:
        """Let an order be sent before all others."""
        from panels.models import Order

        Order.objects.filter(pk=order.pk).update(send_after=order.created_at)

    def decide(self, id_at_panel: Callable[[str], str]) -> Counter[str]:
        """Decide about every unknown order, as a person does who looks into the order list of the panel."""
        from panels.models import Order
        from panels.orders import resolution

        decisions: Counter[str] = Counter()
        for order in Order.objects.exclude(alarm=""):
            resolution.dismiss_alarm(order, self._person)
        for order in self.undecided():
            remote_id = id_at_panel(order.link)
            if not remote_id:
                self.send_again(order)
                self.sent_again.add(order.link)
                decisions["sent again"] += 1
            elif problem := resolution.name_candidate(order, remote_id, self._person):
                # The panel gave the same id to another order of ours.
                assert "is the panel order ID of our order" in problem, f"{order}: {problem}"
                problem = resolution.write_off(order, self._person)
                assert not problem, f"{order}: {problem}"
                self.written_off.add(order.link)
                decisions["written off"] += 1
            else:
                decisions["found at the panel"] += 1
        return decisions

    def undecided(self) -> Any:
        """Return the unknown orders for which nobody has named an id."""
        from panels.models import Order

        return Order.objects.filter(state="unknown", candidate_id="").select_related("panel")

    def undecidable(self) -> int:
        """Count the unknown orders that may still get an answer."""
        from django.utils import timezone

        from panels.models import Order

        return Order.objects.filter(state="unknown", send_deadline__gte=timezone.now()).count()

    def open(self) -> Any:
        """Return the orders with an unknown outcome."""
        return self._in("queued", "sending", "unknown")

    def _in(self, *states: str) -> Any:
        return self._mine().filter(state__in=states)

    def _mine(self) -> Any:
        """Return the orders of this stock, without the orders that panels had from the start."""
        from panels.models import Order

        return Order.objects.filter(panel__in={service.panel_id for service in self._services})

    def late_ids(self) -> int:
        """Count the orders that were given up and then got their id from a late answer."""
        from panels.models import Order, OrderEvent

        placed = Order.objects.filter(state="placed", events__what=OrderEvent.What.PLACED)
        return placed.filter(events__what=OrderEvent.What.UNKNOWN).distinct().count()

    def story(self, link: str) -> str:
        """Return the history of an order."""
        from panels.models import OrderEvent

        events = OrderEvent.objects.filter(order__link=link)
        return "\n".join([link, *(f"  {each.at:%H:%M:%S.%f} {each.what} {each.detail}" for each in events)])

    def seen(self) -> list[OrderSeen]:
        """Read the current state of every order."""
        from django.db.models import Count, Max, Q

        from panels.models import Order, OrderEvent

        what = OrderEvent.What
        unknown, decided = Q(events__what=what.UNKNOWN), Q(events__what=what.RESOLVED, events__detail__in=DECISIONS)
        found = {
            "unknown_at": Max("events__at", filter=unknown),
            "not_sent_at": Max("events__at", filter=Q(events__what=what.NOT_SENT)),
            "unknowns": Count("events", filter=unknown),
            "decisions": Count("events", filter=decided),
        }
        return [
            OrderSeen(
                pk=order.pk,
                link=order.link,
                panel=order.panel.name,
                state=order.state,
                remote_id=order.remote_id,
                sent_at=order.sent_at and order.sent_at.timestamp(),
                attempt=order.attempt,
                unknown_at=order.unknown_at and order.unknown_at.timestamp(),
                not_sent_at=order.not_sent_at and order.not_sent_at.timestamp(),
                unknowns=order.unknowns,
                decisions=order.decisions,
                alarm=order.alarm,
            )
            for order in Order.objects.filter(pk__in=self._mine()).select_related("panel").annotate(**found)
        ]
