"""Finds errors that admit an order: "placed at provider but saving failed, contact support" (docs/protocol.md, 6).

An order admitted like this may exist, so it must never count as refused. A text admits an order if one of its verbs
says that an order was placed or paid, and no negation governs that verb. "The order could not be placed" admits
nothing.

    order … placed        the verb follows its noun, with up to six words between them
    placed … at provider  or it stands up to five words before it
"""

from __future__ import annotations

import re
from itertools import takewhile

from panels.protocol.errors import Reason
from panels.protocol.wording import fold_text, reason_for

_BEFORE = 6
_AFTER = 5


def _words(*alternatives: str) -> re.Pattern[str]:
    """Return a pattern for one whole folded word. Each alternative has the words of one or several languages."""
    return re.compile("|".join(alternatives))


_PLACED = _words(
    r"placed|created|completed|accepted|submitted|sent|forwarded|received|registered|taken|made|executed|processed|confirmed|succeeded",
    # Spanish, Portuguese, Italian
    r"(?:cre|realiz|acept|envi|coloc|proces|registr|gener|efectu|tramit|ingres|lanz)(?:ad[oa]|o)|recib(?:id[oa]|io)|hech[oa]",
    r"(?:cri|realiz|envi|coloc|process|registr|ger|efetu|lanc)(?:ad[oa]|ou)|aceit(?:[oa]|ou)|receb(?:id[oa]|eu)|feit[oa]",
    r"(?:cre|effettu|accett|invi|piazz|inoltr|registr)at[oa]|inserit[oa]|ricevut[oa]",
    # French, German
    r"(?:pass|cre|accept|plac|envoy|effectu|valid|enregistr)ee?|transmise?|recue?|prise",
    r"aufgegeben|erstellt|angenommen|platziert|gesendet|ubermittelt|weitergeleitet|angelegt|ausgefuhrt|erteilt|eingegangen",
    # Turkish, Russian, Ukrainian
    r"olusturuldu|verildi|alindi|gonderildi|iletildi|islendi|girildi|aktarildi|edildi|olusturulmus|verilmis|alinmis",
    r"(?:создан|размещен|принят|отправлен|оформлен|передан|зарегистрирован|выполнен|добавлен|проведен|поставлен)[аоы]?|прошел",
    r"(?:створен|прийнят|відправлен|розміщен|передан)[аоиі]?",
    # Indonesian, Polish, Arabic
    r"dibuat|diterima|dikirim|ditempatkan|diproses|(?:utworzon|z[łl]ozon|przyjet|wys[łl]an)[aeoy]|تم",
)
_ORDER = _words(
    r"order|purchase|pedido|orden|ordem|compra|ordine|commande|bestellung|auftrag|siparis\w*|заказа?|замовлення",
    r"pesanan|zamowieni[ea]|(?:ال|لل)?طلب\w*",
)
_PROVIDER = _words(
    r"providers?|suppliers?|vendors?|upstream|proveedor\w*|fornecedor\w*|provedor\w*|fornitor\w*|fournisseur\w*|anbieters?",
    r"lieferanten?|saglayici\w*|tedarikci\w*|провайдер\w*|поставщик\w*|постачальник\w*|penyedia|dostawc\w+|(?:ال|لل)?مزود",
)
_CHARGED = _words(
    r"charged|debited|deducted|withdrawn|cobrad[oa]|debitad[oa]|descontad[oa]|addebitat[oa]|debitee?|prelevee?|abgebucht",
    r"belastet|dusuldu|cekildi|списан[аоы]?|снят[аоы]?|dipotong",
)
_MONEY = _words(
    r"you|your|account|balance|money|funds?|amount|order|cuenta|saldo|fondos|conta|conto|compte|solde|konto|guthaben|bestellung",
    r"bakiye\w*|средства|деньги|сумма|баланса?|заказа?|pedido|commande|siparis\w*",
)
# A negation, and the words that make a verb a wish, a rule or a condition. "Be placed" is no past tense.
_NEGATION = _words(
    r"not|t|no|never|cannot|be|being|to|if|unless|until|only|fail\w*|unable|without|before|yet|you|cancell?ed|rejected|must",
    # The verb is about the next of these, not about the order.
    r"link|url|quantity|comments?|minimum|maximum|limit|payment|parameters?",
    r"ni|sin|nunca|ser|puede|pudo|hasta|nao|nem|sem|pode|non|mai|essere|senza|ne|n|pas|jamais|aucune?|etre|sans|peut|pu",
    r"nicht|keine?|nie|ohne|erst|wird|kann|iptal|red|не|нельзя|будет|быть|если|пока|только|ні|буде",
    r"tidak|belum|gagal|jangan|nie|لم|لا|لن",
)
# Before the noun, they make it another order than the one that was sent, or none.
_OTHER = _words(
    r"no|any|each|every|if|unless|until|once|when|before|without|invalid|incorrect|wrong|bad|identical|same|similar",
    r"get|getting|previous|another|last|active|duplicated?|existing|first|ningun|nenhuma?|nessun|aucune|keine|hicbir|нет|ни|если",
)
_STOP = _words(
    r"\.|but|however|although|though|while|which|that|and|pero|aunque|que|y|mas|porem|embora|e|ma|mais|cependant|et|qui",
    r"aber|jedoch|obwohl|und|ama|fakat|ancak|но|однако|хотя|а|и|который|але|tetapi|namun|ale|لكن|ولكن",
)
# Traces of an order that a panel may have lost after the order was placed.
_SAVED = _words(
    r"sav(?:e|ed|ing)|stor(?:e|ed|ing)|record\w*|insert\w*|persist\w*|updat\w*|log(?:ged|ging)?|writ(?:e|ing|ten)",
    r"databases?|db|sql\w*|guard\w+|grab\w+|almacen\w+|registr\w+|salv\w+|grav\w+|armazen\w+|memorizz\w+",
    r"enregistr\w+|sauvegard\w+|\w*speicher\w*|datenbank|erfasst|kayit\w*|kayd\w+|veritaban\w*|сохран\w+|запис\w+|баз[аеуы]|бд",
    r"збереж\w+|\w*simpan\w*|menyimpan|penyimpanan|zapis\w+|ال?حفظ\w*|الحفظ",
)
_ANSWERED = _words(
    r"ids?|response|reply|answer\w*|respond\w*|confirmation|respuesta|resposta|risposta|reponse|antwort\w*|yanit\w*|cevap\w*",
    r"ответ\w*|номер\w*",
)
_FAILED = _words(
    r"not|t|no|fail\w*|errors?|cannot|unable|problems?|could|never|without|missing|lost|unsuccessful\w*|impossible|exception",
    r"fall\w+|pudo|nao|falh\w+|erro|errore|non|pas|n|echou\w*|echec|erreur|nicht|konnte|fehl\w+|hata\w*|basarisiz\w*",
    r"\w+m[ae]di|\w+m[ae]dik|не|ошибк\w*|сбой|неудач\w*|помилк\w*|gagal|tidak|kesalahan|nie|b[łl]ad|فشل|لم|خطا|خطأ|تعذر",
)
_SUPPORT = _words(
    r"support|admin\w*|tickets?|soporte|suporte|supporto|assistenza|assistance|kundendienst|kundenservice|destek\w*|destege",
    r"поддержк\w*|техподдержк\w*|админ\w*|підтримк\w*|dukungan|bantuan|layanan|pomoc\w*|obs[łl]ug\w*|الدعم|للدعم|بالدعم",
)
_REPEAT = re.compile(
    r"\b(?:do not|don t|dont|never) (?:\w+ )?(?:retry|resend|repeat|reorder|order|try|place|submit|send)\b"
)
_BROKEN = re.compile(
    r"\btime ?out\b|\btimed out\b|\b(?:no|empty) (?:response|answer|reply)\b|\bdeadlock\b|\block wait\b"
    r"|\bconnection (?:was )?(?:reset|closed|lost|aborted|broken)\b|\brecv failure\b"
)


def admits_order(text: str) -> bool:
    """Say whether an error admits that the order was placed or paid, and that something went wrong only afterwards."""
    tokens = fold_text(text).split()
    if not _says_placed(tokens):
        return False
    if _has(tokens, _FAILED) and (_has(tokens, _SAVED) or _has(tokens, _ANSWERED)):
        return True
    asks_for_care = _has(tokens, _SUPPORT) or _REPEAT.search(" ".join(tokens)) is not None
    return asks_for_care and reason_for(text) is not Reason.DUPLICATE


def says_placed(text: str) -> bool:
    """Say whether a text says that an order was placed or paid."""
    return _says_placed(fold_text(text).split())


def says_lost(text: str) -> bool:
    """Say whether an error may have happened after the order was placed: saving failed, a time-out, no answer."""
    folded = fold_text(text)
    tokens = folded.split()
    lost_order = _has(tokens, _ORDER) and _has(tokens, _SAVED) and _has(tokens, _FAILED)
    return lost_order or "database" in tokens or "sqlstate" in tokens or _BROKEN.search(folded) is not None


def _says_placed(tokens: list[str]) -> bool:
    return any(
        verbs.fullmatch(token) is not None and _is_affirmed(tokens, place, nouns)
        for verbs, nouns in ((_PLACED, (_ORDER, _PROVIDER)), (_CHARGED, (_MONEY,)))
        for place, token in enumerate(tokens)
    )


def _is_affirmed(tokens: list[str], place: int, nouns: tuple[re.Pattern[str], ...]) -> bool:
    """Say whether the verb at a place has one of the nouns beside it, and no negation before it."""
    has_noun = False
    for index in range(place - 1, max(place - 1 - _BEFORE, -1), -1):
        word = tokens[index]
        if _STOP.fullmatch(word):
            break
        if any(noun.fullmatch(word) for noun in nouns):
            has_noun = True
            if nouns[0].fullmatch(word):
                if _has(tokens[max(index - 2, 0) : index], _OTHER):
                    return False
                break
        elif _NEGATION.fullmatch(word):
            return False
    after = takewhile(lambda word: word != ".", tokens[place + 1 : place + 1 + _AFTER])
    return has_noun or any(noun.fullmatch(word) for word in after for noun in nouns)


def _has(tokens: list[str], words: re.Pattern[str]) -> bool:
    return any(words.fullmatch(token) for token in tokens)
