"""The panel API as typed calls: PanelClient."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from typing import Self, TypeVar

from panels.protocol.account import Account
from panels.protocol.addresses import AddressRefused
from panels.protocol.body import CATALOG, MIB, Bounds
from panels.protocol.catalog import Catalog
from panels.protocol.catalog_pages import read_pages
from panels.protocol.errors import Deferred, NotSent, OutcomeUnknown, PanelError, Refused, Unreadable
from panels.protocol.excerpt import excerpt
from panels.protocol.exchange import Endpoint, Latest
from panels.protocol.hints import hint_in
from panels.protocol.inquiry import CANCEL, REFILL, REFILL_STATUS, STATUS, Inquiry, Option
from panels.protocol.order_types import outgoing
from panels.protocol.redaction import Redaction
from panels.protocol.tally import Tally
from panels.protocol.transport import Transport
from panels.protocol.wire import (
    Answer,
    Balance,
    OrderStatus,
    RefillStatus,
    read_added,
    read_balance,
    read_statuses,
)

# Seconds: the longest wait before each retry. The waits are random, so that clients do not retry all at once.
BACKOFF = (1.0, 4.0)
# Seconds. A panel that asks for a longer wait is asked again at a later visit.
LONGEST_RETRY_AFTER = 30.0
# In bytes. Larger answers are read one at a time, because each may need some 100 MB. Side by side they take as long.
LARGE = MIB
# The questions that test an account. Their errors say how the panel may want to be called instead.
TESTS = ("balance", "services")
T = TypeVar("T")
_jitter = random.SystemRandom()
_reading_large = threading.Lock()


class PanelClient:
    """All seven actions of one account (docs/protocol.md, 1). Several threads may use one client.

    `pace` is called before each HTTP exchange of a read, refill or cancel. It blocks until the limits of the panel
    allow a call, or raises NotSent. `add` is not paced here, because its claim has reserved the call.
    `learned` gets the API options that this client found out ({"multi_status": False}), the time when it tried the
    single form and the rows at which it tried pages, and `tally` counts the calls. The caller stores both.
    Used as a context manager, it closes its pooled connections at the end.

    Every method raises NotSent, OutcomeUnknown or Refused. Their texts do not contain the key. An exception of
    `api_key.reveal()` is passed on before anything is sent. Reads are retried after failures, and requests that change
    something are not (docs/protocol.md, 5).
    """

    def __init__(
        self,
        account: Account,
        *,
        pace: Callable[[], None] | None = None,
        sleep: Callable[[float], object] = time.sleep,
        ca_file: str | None = None,
    ) -> None:
        self.learned: dict[str, Option] = {}
        self.tally = Tally()
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
        """Return the catalog, all its pages together (docs/protocol.md, 3).

        Some panels answer without a valid key, so this does not prove the key (docs/protocol.md, 1). Raises only if
        the first page was not answered.
        """
        return read_pages(self, self._ask_page, CATALOG.bytes)

    def balance(self) -> Balance:
        """Return the balance in the currency of the panel (docs/protocol.md, 3)."""
        return self._ask("balance", {}, read_balance)

    def add(self, service: str, type_slug: str, values: Mapping[str, str], *, not_after: Latest) -> str:
        """Place an order and return the order ID of the panel (docs/protocol.md, 2 and 5).

        Spends money, so it is sent exactly once, on a connection of its own, and never after not_after. Raises NotSent
        only if no part of the request was sent, OutcomeUnknown if the panel may have acted, and Refused if the panel
        refused the order.
        """
        fields = outgoing(type_slug, values, always_send_quantity=self._account.always_send_quantity)
        return self._call("add", {"service": service, **fields}, read_added, fresh=True, not_after=not_after)

    def statuses(self, remote_ids: Sequence[str]) -> Mapping[str, OrderStatus | PanelError]:
        """Return the status of each order, or the error that prevented an answer (docs/protocol.md, 3).

        After the first answer nothing is raised any more. Then an id has Deferred if it was not asked, or the error
        that ended its call. An id that is missing was asked, and the answer did not contain it.
        """
        return Inquiry(self, STATUS, self._ask, remote_ids).outcomes()

    def statuses_at_once(self, remote_ids: Sequence[str]) -> Mapping[str, OrderStatus | Refused]:
        """Ask like `statuses`, but in exactly one call of at most CHUNK ids (docs/protocol.md, 3).

        This is for guessed ids, which must not cost more calls. Nothing is retried or asked one by one, so it raises
        Refused also if one error is about all ids.
        """
        parameter = STATUS.one if len(remote_ids) == 1 else STATUS.many
        self._pace()
        return self._call(
            STATUS.name, {parameter: ",".join(remote_ids)}, lambda answer: read_statuses(answer, remote_ids)
        )

    def refills(self, remote_ids: Sequence[str], *, not_after: Latest | None = None) -> Mapping[str, str | PanelError]:
        """Request refills, and return for each its id, "" if it was accepted without an id, or an error.

        Raises and leaves ids out like `statuses`, but does not raise if some requests may have arrived and others were
        never sent. Sends nothing after not_after (docs/protocol.md, 3).
        """
        return Inquiry(self, REFILL, partial(self._write_once, not_after), remote_ids).outcomes()

    def refill_statuses(self, refill_ids: Sequence[str]) -> Mapping[str, RefillStatus | PanelError]:
        """Return the status of each refill.

        Takes refill ids, not order ids, and raises like `statuses` (docs/protocol.md, 3).
        """
        return Inquiry(self, REFILL_STATUS, self._ask, refill_ids).outcomes()

    def cancels(self, remote_ids: Sequence[str], *, not_after: Latest | None = None) -> Mapping[str, PanelError | None]:
        """Request cancels like `refills`. None means accepted, which is not yet canceled (docs/protocol.md, 3)."""
        return Inquiry(self, CANCEL, partial(self._write_once, not_after), remote_ids).outcomes()

    def option(self, name: str) -> Option:
        """Return an API option of the account, as learned by now."""
        given: Option = getattr(self._account, name)
        return self.learned.get(name, given)

    def _ask(self, action: str, fields: Mapping[str, str], read: Callable[[Answer], T]) -> T:
        """Ask, and retry after a failure, because a read changes nothing at the panel."""
        return self._retry_while(_is_passing, partial(self._call, action, fields, read))

    def _ask_page(self, fields: Mapping[str, str], read: Callable[[Answer], Catalog], most_bytes: int) -> Catalog:
        call = partial(self._call, "services", fields, read, bounds=replace(CATALOG, bytes=most_bytes))
        return self._retry_while(_is_passing, call)

    def _write_once(
        self, not_after: Latest | None, action: str, fields: Mapping[str, str], read: Callable[[Answer], T]
    ) -> T:
        """Send a request that must not arrive twice. Retry it only if it was not sent."""
        call = partial(self._call, action, fields, read, fresh=True, not_after=not_after)
        return self._retry_while(_is_unsent, call)

    def _retry_while(self, allows: Callable[[PanelError], bool], call: Callable[[], T]) -> T:
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
        not_after: Latest | None = None,
        bounds: Bounds | None = None,
    ) -> T:
        key = self._account.api_key.reveal()
        form = {"key": key, "action": action, **fields}
        answer: Answer | None = None
        began = time.monotonic()
        try:
            answer = self._transport.post(form, fresh=fresh, not_after=not_after, bounds=bounds)
            found = _apply_reader(answer, read)
        except PanelError as error:
            self.tally.count(time.monotonic() - began, error)
            if answer is not None and action in TESTS:
                self._add_hint(error, answer)
            _hide_key(error, Redaction(key))
            raise
        self.tally.count(time.monotonic() - began)
        if isinstance(found, Mapping):
            for value in found.values():
                _hide_key(value, answer.redaction)
        return found

    def _add_hint(self, error: PanelError, answer: Answer) -> None:
        account = self._account
        if hint := hint_in(answer, error, sends_json=account.sends_json, user_agent=account.user_agent):
            error.text = f"{error.text.rstrip(' .')}. {hint}"
            error.args = (error.text,)


def _endpoint(account: Account) -> Endpoint:
    return Endpoint(
        api_url=account.api_url,
        connect_timeout=account.connect_timeout,
        read_timeout=account.read_timeout,
        total_timeout=account.total_timeout,
        allow_private_hosts=account.allow_private_hosts,
        allow_http=account.allow_http,
        user_agent=account.user_agent,
        sends_json=account.sends_json,
    )


def _apply_reader(answer: Answer, read: Callable[[Answer], T]) -> T:
    try:
        with _reading_large if len(answer.body) > LARGE else nullcontext():
            return read(answer)
    except Unreadable as error:
        error.excerpt = excerpt(answer)
        raise
    except OutcomeUnknown as error:
        is_fault = answer.http_status >= 500
        unreadable = Unreadable(error.text, is_fault=is_fault, retry_after=answer.retry_after)
        unreadable.excerpt = excerpt(answer)
        raise unreadable from error


def _is_unsent(error: PanelError) -> bool:
    return isinstance(error, NotSent) and not isinstance(error, AddressRefused | Deferred)


def _is_passing(error: PanelError) -> bool:
    """Say whether a retry of a read may succeed."""
    if isinstance(error, Unreadable):
        return error.is_fault and not error.is_crash
    return isinstance(error, OutcomeUnknown) or _is_unsent(error)


def _hide_key(error: object, redaction: Redaction) -> None:
    """Hide the key in the text of an error and of its causes. Names of fields and addresses get into such texts."""
    seen: list[object] = []
    while isinstance(error, PanelError) and error not in seen:
        seen.append(error)
        error.text = redaction.text(error.text)
        error.args = (error.text,)
        error = error.__cause__ or error.__context__
