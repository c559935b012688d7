"""The meaning of the words of panels for statuses and refusals (docs/protocol.md, 4)."""

from __future__ import annotations

import enum
import re
import unicodedata
from collections.abc import Mapping

from panels.protocol.errors import Reason
from panels.protocol.refusal_words import BACK, MAINTENANCE, ONE_SERVICE, ONE_TARGET, REFUSALS


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
    "waiting": Progress.PENDING,
    "new": Progress.PENDING,
    "queue": Progress.PENDING,
    "inqueue": Progress.PENDING,
    "creating": Progress.PENDING,
    "processing": Progress.PROCESSING,
    "approved": Progress.PROCESSING,
    "accepted": Progress.PROCESSING,
    "inprogress": Progress.IN_PROGRESS,
    "progress": Progress.IN_PROGRESS,
    "running": Progress.IN_PROGRESS,
    "active": Progress.IN_PROGRESS,
    "started": Progress.IN_PROGRESS,
    "completed": Progress.COMPLETED,
    "complete": Progress.COMPLETED,
    "success": Progress.COMPLETED,
    "successful": Progress.COMPLETED,
    "done": Progress.COMPLETED,
    "finished": Progress.COMPLETED,
    "delivered": Progress.COMPLETED,
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
    "onhold": Progress.PAUSED,
    "suspended": Progress.PAUSED,
    "stopped": Progress.PAUSED,
    "expired": Progress.EXPIRED,
    "limit": Progress.EXPIRED,
}
# The panel is about to cancel, so the order goes on as before. Only the next word shows what came of it.
_KEEPING_WORDS = frozenset({"cancelling", "canceling"})
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
_REFUSALS = tuple((reason, status, re.compile(pattern)) for reason, status, pattern in REFUSALS)
_EVERYBODY = next(pattern for reason, _, pattern in _REFUSALS if reason is Reason.EVERYBODY)
_MAINTENANCE = re.compile(MAINTENANCE)
_ONE_SERVICE, _ONE_TARGET, _BACK = re.compile(ONE_SERVICE), re.compile(ONE_TARGET), re.compile(BACK)
_SUCCESS = re.compile(
    r"\b(?:success\w*|ok|done|accepted|submitted|placed|created|queued|requested|received|added|exito\w*|sucesso|succes"
    r"|successo|erfolg\w*|basari\w*|успешн\w*|berhasil)\b|نجاح"
)
_NEGATED = re.compile(
    r"\b(?:not|no|t|cannot|unable|fail\w*|error|un\w+ful\w*|nao|non|nicht|pas|не|basarisiz\w*|tidak|gagal)\b"
)
_MISSING = re.compile(
    r"\bmissing\b|\brequired?\b|\bparam\w*|\bquantity\b|\bfill in\b|\bobligatori\w*|\brequerid\w*|\bfalta\w*"
    r"|\bcantidad\b|\bquantidade\b|\bmiktar\w*|\bzorunlu\w*|количеств|обязательн|параметр"
)
# Marks over and under letters. The breve stays, because й is another letter than и.
_ACCENTS = re.compile(r"[\u0300-\u0305\u0307-\u036f]")
# Turkish letters, and the underscores of codes.
_LETTERS = str.maketrans("ığ_", "ig ")


def order_progress(word: str) -> Progress | None:
    """Return the progress that an order status means, or None for an unknown word (docs/protocol.md, 4)."""
    return _ORDER_WORDS.get(fold_word(word))


def keeps_progress(word: str) -> bool:
    """Say whether an order status is known and says nothing about the progress of the order."""
    return fold_word(word) in _KEEPING_WORDS


def refill_progress(word: str) -> RefillProgress | None:
    """Return the progress that a refill status means, or None for an unknown word (docs/protocol.md, 4)."""
    return _REFILL_WORDS.get(fold_word(word))


def reason_for(text: str, http_status: int = 200) -> Reason:
    """Return the class of a refusal by its words and its HTTP status.

    The first class that fits wins (docs/protocol.md, 4). Words about everybody in a sentence about one service mean
    that the service is not found.
    """
    folded = fold_text(text)
    for reason, status, pattern in _REFUSALS:
        if reason is Reason.EVERYBODY:
            if _is_about_everybody(folded):
                return reason
        elif http_status == status or pattern.search(folded):
            return reason
    is_dead = _EVERYBODY.search(folded) and any(_ONE_SERVICE.search(part) for part in folded.split(" . "))
    return Reason.NOT_FOUND if is_dead else Reason.UNKNOWN


def _is_about_everybody(folded: str) -> bool:
    """Say whether a sentence is about all orders and names no service or target of one order."""
    if not _EVERYBODY.search(folded):
        return False
    parts = folded.split(" . ")
    others = [part for part in parts if not (_ONE_SERVICE.search(part) or _ONE_TARGET.search(part))]
    # "Come back tomorrow" is about the same as the sentences before it.
    is_named = len(others) < len(parts)
    return any(_EVERYBODY.search(part) and not (is_named and _BACK.search(part)) for part in others)


def says_everybody(text: str) -> bool:
    """Say whether an error is about all orders, although its words may also name the account."""
    return _is_about_everybody(fold_text(text))


def says_maintenance(text: str) -> bool:
    """Say whether a panel itself says that it is under maintenance."""
    return _MAINTENANCE.search(fold_text(text)) is not None


def says_missing(text: str) -> bool:
    """Say whether a refusal may be about a field that was not sent, or about the quantity."""
    return _MISSING.search(fold_text(text)) is not None


def says_success(text: str) -> bool:
    """Say whether a text may report a success."""
    folded = fold_text(text)
    return _SUCCESS.search(folded) is not None and _NEGATED.search(folded) is None


def fold_text(text: str) -> str:
    """Return the words of a text in lower case and without accents, and " . " between its sentences.

    Sentences are kept apart, because "the link is wrong; quantity: too low" is not about a wrong quantity.
    """
    plain = unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFKD", text.casefold())))
    sentences = re.sub(r"[,.;:!?]+(?:\s+|$)", " . ", plain.translate(_LETTERS))
    return re.sub(r"[^\w.]+", " ", sentences).strip()


def fold_word(word: str) -> str:
    """Return a status word without case, hyphens, underscores and spaces (docs/protocol.md, 4)."""
    return re.sub(r"[-_\s]+", "", word.casefold())
