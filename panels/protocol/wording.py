"""The words of panels for statuses and refusals, and their meaning here (docs/protocol.md, 4)."""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping

from panels.protocol.errors import Reason


class Progress(enum.StrEnum):
    """The progress of an order at its panel (docs/protocol.md, 4)."""

    PENDING = "pending"
    PROCESSING = "processing"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    PARTIAL = "partial"
    CANCELED = "canceled"
    REFUNDED = "refunded"
    FAILED = "failed"
    PAUSED = "paused"
    EXPIRED = "expired"


class RefillProgress(enum.StrEnum):
    """The progress of a refill at its panel (docs/protocol.md, 4)."""

    PENDING = "pending"
    IN_PROGRESS = "in_progress"
    AWAITING = "awaiting"
    APPROVED = "approved"
    COMPLETED = "completed"
    REJECTED = "rejected"
    CANCELED = "canceled"
    ERROR = "error"


# The keys are folded: lower case, without hyphens, underscores and spaces.
_ORDER_WORDS: Mapping[str, Progress] = {
    "pending": Progress.PENDING,
    "queued": Progress.PENDING,
    "awaiting": Progress.PENDING,
    "held": Progress.PENDING,
    "processing": Progress.PROCESSING,
    "approved": Progress.PROCESSING,
    "inprogress": Progress.IN_PROGRESS,
    "progress": Progress.IN_PROGRESS,
    "running": Progress.IN_PROGRESS,
    "active": Progress.IN_PROGRESS,
    "completed": Progress.COMPLETED,
    "complete": Progress.COMPLETED,
    "partial": Progress.PARTIAL,
    "partiallycompleted": Progress.PARTIAL,
    "partialcomplete": Progress.PARTIAL,
    "canceled": Progress.CANCELED,
    "cancelled": Progress.CANCELED,
    "cancel": Progress.CANCELED,
    "ordercancelled": Progress.CANCELED,
    "refunded": Progress.REFUNDED,
    "refund": Progress.REFUNDED,
    "fail": Progress.FAILED,
    "failed": Progress.FAILED,
    "error": Progress.FAILED,
    "rejected": Progress.FAILED,
    "paused": Progress.PAUSED,
    "expired": Progress.EXPIRED,
    "limit": Progress.EXPIRED,
}
_REFILL_WORDS: Mapping[str, RefillProgress] = {
    "pending": RefillProgress.PENDING,
    "inprogress": RefillProgress.IN_PROGRESS,
    "awaiting": RefillProgress.AWAITING,
    "approved": RefillProgress.APPROVED,
    "completed": RefillProgress.COMPLETED,
    "complete": RefillProgress.COMPLETED,
    "rejected": RefillProgress.REJECTED,
    "canceled": RefillProgress.CANCELED,
    "cancelled": RefillProgress.CANCELED,
    "error": RefillProgress.ERROR,
}
_WRONG = r"(?:incorrect|invalid|wrong|bad)"
_IS = r"(?:(?:is|are|was|has been) )?"
_INACTIVE = r"(?:inactive|not active|suspended|disabled|blocked)"
# In the order in which a text is tested. The texts are folded to words with single spaces between them.
_REFUSALS: tuple[tuple[Reason, int | None, tuple[str, ...]], ...] = (
    (
        Reason.AUTH,
        401,
        (
            rf"\b(?:{_WRONG}|missing|expired) (?:api ?)?(?:key|token)\b",
            rf"\b(?:api ?key|api token|(?:^|\. )key) {_IS}(?:not |{_WRONG}|required|missing|expired|disabled)",
            rf"(?:^|\. |\b(?:your|user|the|this|api|panel) )account {_IS}{_INACTIVE}\b",
            rf"\bapi access {_IS}(?:disabled|not enabled|denied)\b",
            r"\bip\b.* not (?:allowed|whitelisted)\b",
            r"\bunauthori[sz]ed\b",
            r"\bunauthenticated\b",
        ),
    ),
    (Reason.RATE_LIMIT, 429, (r"\btoo many requests\b", r"\brate limit (?:exceeded|reached)\b")),
    (
        Reason.DUPLICATE,
        None,
        (
            r"\blink duplicate\b",
            r"\bduplicate (?:link|order)\b",
            r"\bactive order (?:with|for|on) (?:this|the same|that) link\b",
            r"\bactive order already exists\b",
            r"\bidentical order\b",
        ),
    ),
    (
        Reason.FUNDS,
        402,
        (
            r"\bnot enough (?:funds|balance|money|credits?)\b",
            r"\binsufficient (?:funds|balance|credits?)\b",
            r"\b(?:balance|funds) (?:is |are )?(?:insufficient|not enough|too low)\b",
        ),
    ),
    (
        Reason.NOT_ELIGIBLE,
        None,
        (
            r"\bnot eligible\b",
            rf"\brefill {_IS}(?:not available|unavailable|not allowed|disabled|already)\b",
            r"\brefill period (?:has |is )?expired\b",
            r"\b(?:cannot|can not|can t) (?:be )?(?:cancel|refill)",
            rf"\bcancel(?:lation)? {_IS}(?:not available|unavailable|not allowed|disabled|already)\b",
            rf"\bordering {_IS}disabled\b",
        ),
    ),
    (
        Reason.NOT_FOUND,
        None,
        (
            rf"\b{_WRONG} (?:order|service|refill)(?: ids?\b|$)",
            r"\b(?:order|service|refill)s? (?:ids? )?(?:is |was )?not found\b",
            r"\bservice (?:is )?(?:inactive|not active)\b",
        ),
    ),
    (
        Reason.VALIDATION,
        None,
        (
            r"\b(?:min|max|minimum|maximum) quantity\b",
            r"\bquantity (?:is )?(?:less|more|greater|lower|higher) than\b",
            rf"\b{_WRONG} (?:link|url|quantity|comments?|runs|interval|usernames?|hashtags?|keywords|groups|request)\b",
            r"\bfill in (?:all )?(?:the )?required fields?\b",
            r"\b(?:link|quantity|comments|runs|interval|usernames?) (?:field )?is required\b",
        ),
    ),
)
_REFUSAL_PATTERNS = tuple((reason, status, re.compile("|".join(texts))) for reason, status, texts in _REFUSALS)


def order_progress(word: str) -> Progress | None:
    """Return the progress that an order status means, or None for an unknown word (docs/protocol.md, 4)."""
    return _ORDER_WORDS.get(_fold_word(word))


def refill_progress(word: str) -> RefillProgress | None:
    """Return the progress that a refill status means, or None for an unknown word (docs/protocol.md, 4)."""
    return _REFILL_WORDS.get(_fold_word(word))


def reason_for(text: str, http_status: int = 200) -> Reason:
    """Return the class of a refusal by its words and its HTTP status.

    The first class that fits wins (docs/protocol.md, 4).
    """
    folded = _fold_text(text)
    for reason, status, pattern in _REFUSAL_PATTERNS:
        if http_status == status or pattern.search(folded):
            return reason
    return Reason.UNKNOWN


def _fold_text(text: str) -> str:
    # Sentences are kept apart, because "the link is wrong; quantity: too low" is not about a wrong quantity.
    sentences = re.sub(r"[,.;:!?]+(?:\s+|$)", " . ", text.casefold())
    return re.sub(r"[^\w.]+|_+", " ", sentences).strip()


def _fold_word(word: str) -> str:
    return re.sub(r"[-_\s]+", "", word.casefold())
