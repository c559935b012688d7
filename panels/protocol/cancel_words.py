"""What a refused cancel says about the cancels of a panel, by its words.

The words say that the panel has no cancels at all, or they are about the state of this one order, or neither is clear.
The patterns are written as in refusal_words.py.
"""

from __future__ import annotations

import enum
import re

from panels.protocol.errors import Reason, Refused
from panels.protocol.refusal_words import patterns
from panels.protocol.wording import fold_text


class About(enum.Enum):
    """What a refused cancel is about."""

    NO_CANCELS = "no_cancels"
    THIS_ORDER = "this_order"
    UNCLEAR = "unclear"


_NO_CANCELS = r"""
    # The panel does not know the action.
    \b(?:<wrong>|unknown|undefined|unsupported|no such) (?:api )?(?:action|method|command)s?\b
    \b(?:action|method|command)s? (?:\w+ ){0,2}?(?:not (?:found|supported|available|allowed|possible|enabled|exist\w*
        |defined|recogni[sz]ed|implemented|valid)|unknown|invalid|incorrect|unsupported)\b
    # It knows the action, and has no cancels or none by its API.
    \bcancel\w* (?:\w+ ){0,2}?(?:via|by|through|from|over|using) (?:the |our )?api (?:\w+ )?(?:not|no|disabled
        |impossible|un\w+)\b
    \b(?:not|t|no|cannot) (?:\w+ ){0,3}?cancel\w* (?:\w+ ){0,2}?(?:via|by|through|from|over|using) (?:the |our )?api\b
    \b(?:api|panel|site|system|we|provider) (?:\w+ ){0,2}?(?:not|t|never) (?:support|offer|allow|provide|have
        |accept)\w* (?:\w+ )?cancel
    \b(?:api cancel\w*|cancellations|cancels|cancel (?:feature|function|option|button|action)) <is>(?:not (?:supported
        |available|allowed|possible|enabled)|<off>)\b
    # Spanish, Portuguese, Italian
    \b(?:accion|acao|azione|metodo) (?:\w+ )?(?:incorrect|invalid|desconocid|desconhecid|sconosciut|inexistent
        |no (?:valid|existe|encontrad|soportad)|nao (?:existe|encontrad|suportad)|non (?:valid|trovat))
    # French, German, Turkish
    \b(?:action|methode) (?:inconnue|invalide|incorrecte|introuvable|non valide)\b
    \b(?:unbekannte|ungultige|falsche) (?:aktion|methode)\b
    \b(?:bilinmeyen|gecersiz|hatali|yanlis) (?:islem|eylem|aksiyon|metod?)\b
    # Russian, Indonesian
    \b(?:неизвестн|неверн|некорректн|неправильн)\w+ (?:действи|метод|команд)
    \b(?:действие|метод|команда) не (?:найден|поддерж|существ)
    \bотмен\w+ (?:\w+ )?(?:через|по) (?:api|апи) (?:не|недоступ|невозмож)
    \b(?:aksi|metode) tidak (?:dikenal|valid|ditemukan)\b
"""
_ONE_ONLY = r"""
    \b<one>(?:order|service|link)\b
    \byour (?:\w+ )?order\b
"""
_STATE_OF_ORDER = r"""
    \b(?:already|completed|finished|delivered|done|ended|closed|running|started|begun|partial|refunded|expired)\b
    \b(?:in progress|in process|processing|status|state|stage)\b
    \b(?:is|was|been|has) cancell?ed\b
    \bcancel(?:l?ing|l?ation)? (?:request )?<is>(?:pending|requested|sent|queued)\b
    \bno longer\b
    \btoo (?:late|early|soon)\b
    \bwait\b
    \b(?:minutes?|hours?|days?)\b
    # Spanish, Portuguese, Italian, French, German
    \b(?:ya|ja|gia|deja|bereits)\b
    \b(?:complet|termin|finaliz|conclui|entreg|abgeschlossen|en (?:curso|cours)|em andamento|in corso)
    # Turkish, Russian, Indonesian
    \b(?:zaten\b|tamamlan|teslim|basla)
    \b(?:уже|выполн|заверш|отменен|начат|статус)
    \b(?:sudah|selesai|telah)\b
"""
_HAS_NONE, _IS_ONE, _HAS_MOVED = (re.compile(patterns(block)) for block in (_NO_CANCELS, _ONE_ONLY, _STATE_OF_ORDER))


def about_cancels(refusal: Refused) -> About:
    """Return what the refusal of a cancel says. Words about the order come before words about the panel."""
    folded = fold_text(refusal.text)
    if refusal.reason is Reason.NOT_FOUND or _HAS_MOVED.search(folded):
        return About.THIS_ORDER
    if _HAS_NONE.search(folded) and not _IS_ONE.search(folded):
        return About.NO_CANCELS
    return About.UNCLEAR
