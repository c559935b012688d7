"""The panel API as typed calls: PanelClient; knows an Account, not a model, and imports no Django."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Self, TypeVar
from urllib.parse import quote_plus

from panels.protocol.account import Account
from panels.protocol.addresses import AddressRefused
from panels.protocol.errors import Deferred, NotSent, OutcomeUnknown, PanelError, Refused, Unreadable
from panels.protocol.exchange import Endpoint
from panels.protocol.inquiry import CANCEL, REFILL, REFILL_STATUS, STATUS, Inquiry
from panels.protocol.order_types import outgoing
from panels.protocol.transport import Transport
from panels.protocol.wire import (
    Answer,
    Balance,
    Catalog,
    OrderStatus,
    RefillStatus,
    read_added,
    read_balance,
    read_catalog,
    read_statuses,
)

# The longest wait before each further try; the waits themselves are random, so that clients do not march in step.
BACKOFF = (1.0, 4.0)
LONGEST_RETRY_AFTER = 30.0  # seconds; a panel that asks for more is left to a later visit
# Shorter ones are no keys but words, and would be torn out of the panels' texts.
SHORTEST_KEY = 6
T = TypeVar("T")
_jitter = random.SystemRandom()


class PanelClient:
    """All seven actions of one account; may be used from several threads at once.

    `pace` is called before each HTTP exchange of a read, refill or cancel; it blocks until the panel's limits allow a
    call, or raises NotSent. `add` is not paced here: its claim has reserved the call.
    `learned` is filled with the dialect switches this client found out ({"multi_status": False}), for the caller to
    store.
    Use as a context manager: leaving it closes pooled connections.

    Every method raises NotSent, OutcomeUnknown or Refused, without the key in their texts; and whatever
    `api_key.reveal()` raises, before anything is sent. Questions are repeated after failures, requests that change
    something are not (panel-api.md, 5).
    """

    def __init__(
        self,
        account: Account,
        *,
        pace: Callable[[], None] | None = None,
        sleep: Callable[[float], object] = time.sleep,
        ca_file: str | None = None,
    ) -> None:
        self.learned: dict[str, bool | str] = {}
        self._account = account
        self._pace = pace or (lambda: None)
        self._sleep = sleep
        self._transport = Transport(_endpoint(account), ca_file=ca_file)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close pooled connections."""
        self._transport.close()

    def services(self) -> Catalog:
        """Return the catalog; it does not prove the key (panel-api.md, 1)."""
        return self._read("services", {}, read_catalog)

    def balance(self) -> Balance:
        """Return what is left, in the panel's currency."""
        return self._read("balance", {}, read_balance)

    def add(self, service: str, type_slug: str, values: Mapping[str, str], *, not_after: float) -> str:
        """Place an order and return the panel's id for it.

        Spends money, so it is sent exactly once, on a connection of its own, and not begun after not_after (as
        time.time() counts): raises NotSent only where no request left us, OutcomeUnknown where the panel may have
        acted, Refused where it said no (panel-api.md, 5).
        """
        fields = outgoing(type_slug, values, always_send_quantity=self._account.always_send_quantity)
        return self._call("add", {"service": service, **fields}, read_added, fresh=True, not_after=not_after)

    def statuses(self, remote_ids: Sequence[str]) -> Mapping[str, OrderStatus | PanelError]:
        """Return what the panel says about each order, or why it says nothing (panel-api.md, 3).

        Once one id was answered nothing is raised any more: an id then stands at Deferred when it was not asked, and at
        the error that ended its call. An id left out was asked, and not answered.
        """
        return Inquiry(self, STATUS, self._read, remote_ids).told_of_each()

    def statuses_at_once(self, remote_ids: Sequence[str]) -> Mapping[str, OrderStatus | Refused]:
        """Ask like `statuses`, but in exactly one call of at most CHUNK ids: for guesses, which may cost no more.

        Nothing is repeated or asked one by one: raises Refused also where one error stands for all ids.
        """
        parameter = STATUS.one if len(remote_ids) == 1 else STATUS.many
        self._pace()
        return self._call(
            STATUS.name, {parameter: ",".join(remote_ids)}, lambda answer: read_statuses(answer, remote_ids)
        )

    def refills(self, remote_ids: Sequence[str], *, not_after: float | None = None) -> Mapping[str, str | PanelError]:
        """Request refills and return each one's id, "" when accepted without one, or why there is none.

        Raises and leaves out like `statuses`, but not once a request may have arrived and others were never sent;
        nothing is begun after not_after (as time.time() counts).
        """
        return Inquiry(self, REFILL, partial(self._write_once, not_after), remote_ids).told_of_each()

    def refill_statuses(self, refill_ids: Sequence[str]) -> Mapping[str, RefillStatus | PanelError]:
        """Return how far each refill has come; takes refill ids, and raises and leaves out like `statuses`."""
        return Inquiry(self, REFILL_STATUS, self._read, refill_ids).told_of_each()

    def cancels(self, remote_ids: Sequence[str], *, not_after: float | None = None) -> Mapping[str, PanelError | None]:
        """Request cancels: None where accepted, which is not yet canceled; otherwise like `refills`."""
        return Inquiry(self, CANCEL, partial(self._write_once, not_after), remote_ids).told_of_each()

    def speaks(self, switch: str) -> bool | str:
        """Return a dialect switch of the account, as learned by now."""
        given: bool | str = getattr(self._account, switch)
        return self.learned.get(switch, given)

    def _read(self, action: str, fields: Mapping[str, str], read: Callable[[Answer], T]) -> T:
        """Ask, and ask again after a failure: it changes nothing at the panel."""
        return self._again_while(_is_passing, partial(self._call, action, fields, read))

    def _write_once(
        self, not_after: float | None, action: str, fields: Mapping[str, str], read: Callable[[Answer], T]
    ) -> T:
        """Send what must not arrive twice: it goes out again only where it had not gone out."""
        call = partial(self._call, action, fields, read, fresh=True, not_after=not_after)
        return self._again_while(_is_unsent, call)

    def _again_while(self, allows: Callable[[PanelError], bool], call: Callable[[], T]) -> T:
        started = time.monotonic()
        for longest in BACKOFF:
            self._pace()
            try:
                return call()
            except PanelError as error:
                asked = getattr(error, "retry_after", None) or 0.0
                is_late = time.monotonic() - started >= self._account.total_timeout
                if not allows(error) or is_late or asked > LONGEST_RETRY_AFTER:
                    raise
            self._sleep(asked + _jitter.uniform(0, longest))
        self._pace()
        return call()

    def _call(
        self,
        action: str,
        fields: Mapping[str, str],
        read: Callable[[Answer], T],
        *,
        fresh: bool = False,
        not_after: float | None = None,
    ) -> T:
        key = self._account.api_key.reveal()
        form = {"key": key, "action": action, **fields}
        try:
            found = _understand(self._transport.post(form, fresh=fresh, not_after=not_after), read)
        except PanelError as error:
            _redact(error, key)
            raise
        if isinstance(found, Mapping):
            for value in found.values():
                _redact(value, key)
        return found


def _endpoint(account: Account) -> Endpoint:
    return Endpoint(
        api_url=account.api_url,
        connect_timeout=account.connect_timeout,
        read_timeout=account.read_timeout,
        total_timeout=account.total_timeout,
        allow_private_hosts=account.allow_private_hosts,
        allow_http=account.allow_http,
    )


def _understand(answer: Answer, read: Callable[[Answer], T]) -> T:
    try:
        return read(answer)
    except OutcomeUnknown as error:
        raise Unreadable(error.text, is_fault=answer.http_status >= 500, retry_after=answer.retry_after) from error


def _is_unsent(error: PanelError) -> bool:
    return isinstance(error, NotSent) and not isinstance(error, AddressRefused | Deferred)


def _is_passing(error: PanelError) -> bool:
    """Say whether a question may get an answer when it is asked once more."""
    if isinstance(error, Unreadable):
        return error.is_fault
    return isinstance(error, OutcomeUnknown) or _is_unsent(error)


def _redact(error: object, key: str) -> None:
    """Take the key out of our errors' texts, along the whole chain: panels like to repeat what they were sent."""
    if len(key) < SHORTEST_KEY:
        return
    while isinstance(error, PanelError):
        error.text = error.text.replace(key, "[key]").replace(quote_plus(key, errors="replace"), "[key]")
        error.args = (error.text,)
        error = error.__cause__ or error.__context__
