"""The words in which panels refuse a call, by class and language (docs/protocol.md, 4).

The patterns are for texts as `wording.fold_text` folds them: lower case, without accents, words with single spaces
between them, and " . " between two sentences. Each line is a pattern, unless it begins with | and so continues the line
above. A name in <> stands for one of _PARTS.
"""

from __future__ import annotations

import re

from panels.protocol.errors import Reason

_PARTS = {
    "wrong": r"(?:incorrect|invalid|wrong|bad)",
    "is": r"(?:(?:is|are|was|were|has been|have been) )?",
    "now": r"(?:(?:is|are|was|were|has been|have been) )?(?:(?:currently|temporarily|now|already|still) )*",
    "inactive": r"(?:inactive|not active|suspended|disabled|blocked|banned|frozen|deactivated)",
    "off": r"(?:disabled?|closed|stopped|paused|suspended|unavailable|not available|(?:switched |turned )?off|offline)",
    "one": r"(?:this|that|the selected|selected|chosen|requested) (?:(?!(?:api|panel|site|system)\b)\w+ )?",
    "back": r"\b(?:come|be|check|coming) back\b",
    "product": r"(?:service|product|package)",
}
_MAINTENANCE = r"""
    \bmaintenance\b
    \b(?:we are|we re|being|is|currently|system|site|panel) (?:\w+ )?upgrad(?:ing|ed)\b
    # Spanish, Portuguese, Italian
    \bmantenimiento\b
    \bmanutencao\b
    \bmanutenzione\b
    # German
    \bwartung(?:s\w*)?\b
    # Turkish
    \bbakim(?:da\w*| calisma\w*| modu\w*)?\b
    # Russian, Ukrainian
    \b(?:техническ\w+|тех) ?(?:работ|обслуж|перерыв)
    \bтехработ
    \bобслуживани
    \bтехнічн\w+ (?:робот|перерв)
    # Indonesian, Vietnamese, Polish, Arabic
    \bpemeliharaan\b
    \bbao tri\b
    \bkonserwacj
    \bprzerw\w+ techniczn
    صيانة
"""
_AUTH = r"""
    \b(?:<wrong>|missing|expired|unknown) (?:api ?)?(?:key|token|credentials)\b
    \b(?:api ?key|api token|(?:^|\. )key) <is>(?:not |<wrong>|required|missing|expired|disabled|paused
        |blocked|revoked)
    \bkey <is>paused\b
    \bno api key\b
    (?:^|\. |\bor |\bapi |\bthis |\bthe )user (?:was |is |does |has )?not (?:found|exist)(?! (?:on|at|in) )
    (?:^|\. |\b(?:your|user|the|this|api|panel) )account <is><inactive>\b
    (?:^|\. )(?:invalid or )?<inactive> account(?: \.|$)
    \bapi access <now>(?:disabled|not enabled|not allowed|denied|blocked|closed)\b
    \bno api access\b
    \bapi <now>(?:disabled?|off|not (?:enabled|active|allowed)) (?:for|on|in) (?:this|your) (?:user|account)
    \bip\b.* not (?:allowed|whitelisted|authori[sz]ed)\b
    \byour ip\b.* (?:blocked|banned|denied)\b
    \bunauthori[sz]ed\b
    \bunauthenticated\b
    \bnot (?:authori[sz]ed|authenticated)\b
    \bauthentication (?:failed|required|error)\b
    # Spanish, Portuguese, Italian, French
    \b(?:clave|llave|chave|chiave|cle)(?: de)?(?: la| da| d)?(?: api)? (?:(?:no|nao|non|est|es|esta|e) )*(?:incorrect
        |invalid|valid|errone|errad|caducad|expirad)
    \bapi key (?:incorrect[ao]|inval\w+|non valida|no valida|errad[ao])
    # German, Turkish
    \bungultiger? (?:api ?)?(?:key|schlussel)
    \bschlussel (?:ist )?(?:ungultig|falsch|abgelaufen)
    \b(?:gecersiz|hatali|yanlis) (?:api ?)?(?:key|anahtar\w*)
    \banahtar\w* (?:gecersiz|hatali|yanlis)
    # Russian, Indonesian
    \b(?:неверн|неправильн|некорректн|недействительн)\w+ (?:api |апи )?(?:ключ|токен)
    \bключ\w* (?:api |апи )?(?:не ?верн|не ?правильн|недействит|не найден|заблокир)
    \bapi key (?:anda )?(?:salah|tidak)
"""
_RATE_LIMIT = r"""
    \btoo many (?:\w+ )?(?:requests|calls|attempts|queries)\b
    \b(?:rate|requests?|calls?|api) limit (?:\w+ )?(?:exceeded|reached|hit)\b
    \brate limited\b
    \bslow down\b
    # Spanish, Portuguese, French, Italian, German
    \bdemasiadas (?:solicitudes|peticiones)\b
    \bmuitas (?:requisicoes|solicitacoes)\b
    \btrop de (?:requetes|demandes)\b
    \btroppe richieste\b
    \bzu viele (?:anfragen|aufrufe)\b
    # Turkish, Russian, Indonesian
    \bcok fazla istek\b
    \bслишком много запросов\b
    \bterlalu banyak permintaan\b
"""
_DUPLICATE = r"""
    \blink duplicate\b
    \bduplicated? (?:link|order)\b
    \bactive order (?:with|for|on|to) (?:this|the same|that|your) (?:link|url|page|account)\b
    \b(?:active|same|similar) order (?:\w+ )?(?:already )?exists\b
    \balready ha(?:ve|s) an? (?:active )?order\b
    \border (?:\w+ ){0,4}already (?:exists?|active|in progress|running|placed|in process)\b
    \balready (?:\w+ ){0,3}order(?:ed)? (?:\w+ ){0,3}(?:this|same|that) (?:link|url|page|account)\b
    \bidentical order\b
    \bwait (?:until|till|for) (?:the |your |this )?(?:\w+ )?order (?:\w+ ){0,2}(?:complet|finish|end)
    # Spanish, Portuguese, Italian
    \bya (?:\w+ ){0,2}(?:pedido|orden) (?:activ|en curso|con este)
    \b(?:pedido|orden|ordine) duplicad?[oat]
    \bja (?:\w+ ){0,2}(?:pedido|ordem) (?:ativ|em andamento|com este)
    \bordine (?:gia )?(?:attivo|in corso)\b
    # French, German
    \bdeja (?:\w+ ){0,2}commande\b
    \bcommande (?:deja |active )(?:exist|en cours|avec)
    \b(?:aktive|doppelte) (?:bestellung|auftrag)
    \bbereits (?:\w+ ){0,2}(?:bestellung|auftrag)
    # Turkish, Russian, Indonesian
    \baktif (?:bir )?siparis
    \bактивн\w+ заказ
    \bуже (?:\w+ ){0,2}заказ\b
    \bзаказ\w* (?:\w+ ){0,4}уже (?:есть|существу|выполня|созда)
    \bpesanan aktif\b
"""
_FUNDS = r"""
    \bnot enough (?:\w+ )?(?:funds?|balance|money|credits?)\b
    \b(?:have|has|having) (?:enough|sufficient) (?:\w+ )?(?:funds?|balance|money|credits?)\b
    \binsufficient (?:\w+ )?(?:funds?|balance|money|credits?)\b
    \b(?:balance|funds?|credits?) (?:\w+ )?(?:is |are )?(?:insufficient|not enough|not sufficient|inadequate
        |too low|low|too small|exhausted)\b
    \b(?:low|lower|too low|exceeds? your|above your|more than your|out of) (?:\w+ )?(?:balance|funds?
        |credits?)\b
    \b(?:please|must|need to|have to|should) (?:add|deposit|top up) (?:\w+ )?(?:funds?|money|balance)\b
    \b(?:top ?up|recharge) (?:your )?(?:account|balance|wallet)\b
    \bno (?:funds|money) (?:on|in|left)\b
    # Spanish, Portuguese
    \bno (?:\w+ ){0,2}(?:tiene|tienes|hay|posee|dispone de|cuenta con) (?:\w+ ){0,2}(?:fondos|saldo|credito
        |dinero)
    \b(?:fondos?|fundos?|saldo|creditos?|dinero) (?:\w+ ){0,2}insuficientes?\b
    \binsuficientes? (?:fondos|saldo)
    \b(?:sin|sem|falta de) (?:fondos|fundos|saldo|credito|dinero)\b
    \b(?:debe|favor) recargar\b
    \brecargue\b
    \bnao (?:\w+ ){0,2}(?:tem|possui|ha) (?:\w+ ){0,2}(?:saldo|fundos|creditos?)
    \bsaldo (?:\w+ )?(?:baixo|bajo)\b
    # French, Italian
    \b(?:solde|fonds|credits?|provision) (?:\w+ ){0,2}insuffisante?s?\b
    \binsuffisan\w+ (?:solde|fonds)
    \bpas assez de? (?:fonds|credits?|solde|argent)
    \b(?:saldo|fondi|credito) (?:\w+ )?(?:insufficient|non suffic)
    # German
    \b(?:nicht genug|nicht genugend|nicht ausreichend|ungenugend\w*|unzureichend\w*|zu wenig
        |kein) (?:guthaben|geld|kredit)\b
    \bguthaben (?:\w+ )?(?:nicht|zu niedrig|zu gering|unzureichend|reicht nicht|aufgebraucht)
    # Turkish
    \byetersiz (?:bakiye|kredi)
    \bbakiye\w* (?:yetersiz|yeterli degil|yetmiyor|yetmedi|az)\b
    \byeterli (?:bakiye|kredi)\w* (?:yok|bulunm|degil)
    # Russian, Ukrainian
    \bнедостаточно (?:\w+ )?(?:средств|денег|баланс|кредит)
    \bне ?хватает (?:\w+ )?(?:средств|денег|баланс)
    \b(?:нет|мало) (?:средств|денег)\b
    \b(?:низкий|недостаточный) баланс
    \bпополните (?:\w+ )?(?:баланс|счет)
    \bнедостатньо (?:\w+ )?(?:коштів|кошті|грошей)
    # Indonesian, Vietnamese, Polish, Arabic, Chinese
    \bsaldo (?:\w+ )?(?:tidak (?:cukup|mencukupi)|kurang)
    \bso du (?:\w+ ){0,3}(?:khong|chua) đu
    \bniewystarczaj\w+ srodk
    \bbrak srodkow
    رصيد\w* غير كاف
    余额不足
"""
_EVERYBODY = r"""
    <maintenance>
    \btemporarily (?:<off>|down|out of (?:service|order))\b
    \bordering <now><off>\b
    \b(?:new |all )?orders (?:is|are|have been|were) (?:\w+ )?<off>\b
    \b(?:not|no longer) (?:\w+ )?(?:accepting|taking|receiving) (?:\w+ )?orders\b
    \borders (?:are|is) not (?:being |currently )?(?:accepted|taken|possible)\b
    \bapi (?:v\d )?(?:service )?<now>(?:disabled?|closed|off|turned off|switched off|offline|down|unavailable)\b
    <back> (?:\w+ )?(?:later|soon|shortly|tomorrow|in|at|on|when)\b
    (?:^|\. )(?:please )?come back(?: \.|$)
    \b(?:panel|site|website|system|platform|server|we are|we re) (?:is |are )?(?:\w+ )?(?:closed|down|offline
        |not working|under (?:construction|update|repair))\b
    # Spanish, Portuguese, Italian
    \btempora(?:lmente|riamente) (?:no disponible|indispon|fuera|fora|cerrad|fechad|suspend|suspens|desactiv
        |desativ|deshabilit|desabilit)
    \btemporaneamente (?:non disponibil|disabilitat|sospes|chius)
    \b(?:pedidos|ordenes) (?:\w+ )?(?:deshabilitad|desabilitad|desactivad|desativad|cerrad|suspendid|suspens)
    \bapi (?:esta |foi |e )?(?:deshabilitad|desabilitad|desactivad|desativad|disabilitat|disattivat)
    \b(?:vuelv[ae]|regrese|volte) (?:\w+ )?(?:mas tarde|pronto|mais tarde|em breve|luego)\b
    \bfuera de servicio\b
    \btorn[ai] (?:piu tardi|presto)\b
    # French, German
    \btemporairement (?:indisponible|desactiv|ferm|suspend|hors)
    \brevenez\b
    \bapi (?:est )?desactivee?\b
    \bvorubergehend (?:nicht verfugbar|nicht erreichbar|deaktiviert|geschlossen|abgeschaltet|gesperrt)
    \bapi (?:ist )?(?:deaktiviert|abgeschaltet|gesperrt)\b
    \bbestellungen (?:sind )?(?:\w+ )?(?:deaktiviert|gesperrt)
    # Turkish
    \bgecici olarak (?:\w+ )?(?:kapali|kapatil|devre disi|kullanilami|durdurul|hizmet disi)
    \bapi (?:\w+ )?(?:devre disi|kapali|kapatil)
    \bsiparis\w* (?:\w+ )?(?:kapali|kapatil|durdurul|devre disi)
    # Russian
    ^(?!.*\bуслуг).*\bвременно (?:\w+ )?(?:недоступ|отключ|закрыт|не работ|приостанов|не принима)
    \b(?:api|апи) (?:\w+ )?(?:отключен|выключен|недоступ)
    \bприем\w* заказов (?:\w+ )?(?:закр|остан|откл|приост)
    \b(?:зайдите|приходите|возвращайтесь|попробуйте зайти) (?:позже|позднее)\b
"""
# Sentences about one service say nothing about other orders. "The service" alone may be the panel itself, and 503 is an
# HTTP status.
_ONE_SERVICE = r"""
    \b<one><product>s?\b
    \b<product>s? (?:(?:id|no|number) )?(?!50\d\b)\d+\b
    ^(?:(?!(?:dear|hi|hello|attention)\b)\w+ ){0,3}(?:likes?|followers?|views?|subscribers?|comments|shares|members
        |reactions|plays|votes|watch time|hashtags?)\b
    ^(?:\w+ )?(?:instagram|tik ?tok|facebook|youtube|twitter|telegram|whatsapp|spotify|twitch|soundcloud|linkedin
        |pinterest|snapchat|discord|threads|vk)\b
    # Spanish, Portuguese, Italian, French, German, Turkish, Russian
    \b(?:est[ea]|ess[ea]|quest[oa]|cet?|diese[rs]?|bu|эт\w+|данн\w+) (?:servici?o|servizio|service|dienst|servis\w*
        |услуг\w*|сервис\w*)\b
"""
# Sentences about the target of one order.
_ONE_TARGET = r"""
    \b<one>(?:link|video|post|page|profile|channel|content|media)\b
    \b(?:link|video|profile|username|private|public)\b
"""
_NOT_ELIGIBLE = r"""
    \bnot (?:\w+ )?(?:eligible|refillable|cancell?able|cancelable)\b
    \brefills? (?:\w+ )?<is>(?:not (?:available|allowed|supported|possible|enabled)|unavailable|disabled
        |already|only available|expired)\b
    \brefill (?:task |request )?(?:is |was )?(?:not (?:yet )?(?:completed|finished)|in progress|still)
    \brefill (?:period|time|days?|guarantee) (?:has |have |is |are |was )?(?:been )?(?:expired|over|ended
        |passed)\b
    \bno refill\b
    \bnot support (?:\w+ )?(?:refill|cancel)
    \balready (?:been )?(?:refilled|cancell?ed|completed)\b
    \b(?:cannot|can not|can t|could not|unable to|not possible to) (?:be )?(?:cancel|refill)
    \bcancel(?:l?ation|l?ing)? (?:via api |request )?<is>(?:not (?:available|allowed|supported|possible
        |enabled)|unavailable|disabled|already|impossible)\b
    # Spanish, Portuguese, French, German
    \b(?:no|nao) (?:se )?(?:puede|pode|e possivel) (?:ser )?cancela
    \bne peut (?:pas |plus )?etre annule
    \bkann nicht (?:\w+ )?(?:storniert|nachgefullt)
    # Turkish, Russian
    \biptal edile(?:mez|miyor|medi)
    \b(?:отмена|рефилл?|докрутка|восстановление) (?:\w+ )?(?:невозмож|недоступ|не )
    \b(?:нельзя|невозможно) (?:отменить|восстановить)
"""
_NOT_FOUND = r"""
    \b(?:<wrong>|unknown|no such) (?:order|service|refill)(?: ids?\b| number\b| \.|$)
    \b(?:order|service|refill)s? (?:with )?(?:the )?(?:ids? )?(?:\d+ )?(?:(?:is|was|are|does|do|could) )?(?:not
        |t) (?:be )?(?:found|exist)
    \bservice (?:ids? )?(?:\d+ )?<now>(?:inactive|not active|no longer|unavailable|not available|disabled
        |deleted|removed|closed)\b
    \b<one>service <now>(?:\w+ ){0,2}(?:inactive|not available|maintenance|<off>|down)\b
    \bno query results for model .*\b(?:service|order|refill)s?\b
    # Spanish, Portuguese, Italian, French
    \b(?:pedido|orden|ordem|servicio|servico|ordine|servizio) (?:id )?(?:no|nao|non) (?:\w+ )?(?:encontrad
        |exist|trovat|disponi)
    \b(?:servicio|servico|servizio) (?:inactiv|inativ|inattiv|invalid|non valid)
    \b(?:commande|service) (?:introuvable|non trouve|inexistant|n existe)
    # German, Turkish
    \b(?:bestellung|auftrag|dienst|service) (?:wurde )?nicht gefunden
    \bungultige (?:service|bestell|dienst)
    \b(?:siparis|servis)\w* (?:\w+ )?bulunamadi
    \bgecersiz (?:siparis|servis)
    \bservis (?:aktif degil|pasif)
    # Russian
    \b(?:заказ|услуг|сервис)\w* (?:\w+ )?(?:не найден|не существу|неактив|не актив|временно|недоступ|отключ
        |удален)
    \bневерн\w+ (?:id|номер|идентификатор) (?:заказа|услуги|сервиса)
"""
_VALIDATION = r"""
    \b(?:min|max|minimum|maximum|minimal|maximal) (?:order )?(?:quantity|amount|order)\b
    \b(?:minimum|maximum|min|max) (?:\w+ ){0,2}(?:is|are|of) \d
    \bquantity (?:\w+ ){0,3}(?:less|more|greater|lower|higher|smaller|larger|bigger|below|above|under|over)\b
    \bquantity (?:\w+ )?(?:must|should|has to|needs? to|can only|cannot|can not|can t|exceeds?|out of|too
        |between)\b
    \b(?:multiples? of|divisible by) \d
    \b<wrong> (?:or missing )?(?:\w+ )?(?:link|url|quantity|comments?|runs|interval|usernames?|hashtags?
        |keywords|groups|request|posts?|delay|expiry|min|max|parameters?|params|fields?|values?|data|country
        |device|answer|media|type|format|input|old posts)\b
    \b(?:link|url|quantity|comments?|runs|interval|usernames?|hashtags?|keywords|posts|delay|expiry
        |parameters?) (?:\w+ )?(?:(?:is|are|was|has|does|format) )?(?:not (?:valid|correct|supported|allowed
        |match)|<wrong>|missing|required|empty|too (?:long|short|low|high|small|big|many|few)|private)\b
    \bfill (?:in |out )?(?:all )?(?:the |of the )?(?:required )?fields?\b
    \b(?:missing|lacks?) (?:the |a |an |some )?(?:required |mandatory )?(?:\w+ )?(?:parameters?|params
        |fields?|arguments?|link|url|quantity|comments?|data)\b
    \b(?:required|mandatory) (?:parameters?|params|fields?|arguments?) (?:is |are )?(?:missing|empty|not)\b
    \bnot a? ?valid (?:link|url|username|quantity|number)\b
    \bvalid (?:link|url|username) (?:is )?required\b
    \benter (?:a |the )?(?:valid|correct) (?:link|url|quantity|username)\b
    \b(?:account|profile|page|post|video|channel|group) (?:is |was )?(?:private|not public)\b
    \bprivate account\b
    \b(?:blocked|banned|restricted|private|deleted|removed) (?:link|video|profile|channel)\b
    \b(?:link|video|profile|channel) <is>(?:blocked|banned|restricted|private|deleted|removed|unavailable
        |not (?:available|found|public|accessible))\b
    # Spanish, Portuguese
    \b(?:enlace|link|url|cantidad|quantidade|parametros?|comentarios?|usuario|campos?|solicitud
        |pedido) (?:\w+ )?(?:incorrect|invalid|no valid|errone|errad|inexistente|obrigatori|obligatori
        |requerid|minim|maxim|menor|mayor|maior|debe|deve)
    \bfaltan? (?:\w+ )?(?:parametros?|campos?|datos|dados)
    \b(?:rellene|complete|preencha) (?:\w+ )?(?:campos?|datos|dados)
    # Italian, French
    \b(?:quantita|parametr[oi]|link) (?:\w+ )?(?:non valid|errat|mancant|minim|massim)
    \b(?:lien|quantite|parametres?|champs?|requete) (?:\w+ )?(?:invalid|incorrect|manquant|obligatoire|minim
        |maxim|doit|non valide|inferieur|superieur)
    # German
    \bungultige?[rs]? (?:link|url|menge|anzahl|parameter|anfrage)
    \b(?:menge|anzahl) (?:muss|zu |ist |liegt)
    \b(?:mindestmenge|hochstmenge|mindestbestell\w*|pflichtfeld\w*)\b
    \bfehlende (?:parameter|felder)
    \blink (?:ist )?(?:ungultig|falsch)
    # Turkish
    \b(?:gecersiz|hatali|yanlis|eksik) (?:bir )?(?:link|baglanti|url|miktar|parametre|istek|adet)
    \b(?:miktar|adet|link|baglanti)\w* (?:\w+ )?(?:gecersiz|hatali|olmali|az|fazla|dusuk|buyuk|kucuk)\b
    \b(?:minimum|maksimum|en az|en fazla) (?:\w+ )?(?:miktar|adet|siparis)
    # Russian
    \b(?:неверн|некорректн|неправильн|недопустим|ошибочн)\w+ (?:\w+ )?(?:ссылк|количеств|запрос|параметр|данн
        |формат|значени|комментари|интервал)
    \bколичеств\w+ (?:\w+ )?(?:должн|меньше|больше|превыш|не может|вне|слишком)
    \b(?:минимальн|максимальн)\w+ (?:количеств|заказ)
    \b(?:заполните|не указан|укажите|отсутству)
    \bссылка (?:\w+ )?(?:не|недоступ)
    # Indonesian
    \b(?:link|tautan|jumlah|target) (?:\w+ )?(?:salah|tidak (?:valid|sesuai|boleh)|kurang|minimal|maksimal
        |minimum)
"""


def patterns(block: str) -> str:
    """Return the patterns of a block as one pattern."""
    lines = [line.strip() for line in block.splitlines()]
    joined = "".join(line if line.startswith("|") else f"\n{line}" for line in lines if line and line[0] != "#")
    while found := re.search(r"<([a-z ]+)>", joined):
        joined = joined.replace(found[0], _PARTS[found[1]])
    return "|".join(joined.strip().splitlines())


# The words of a panel that itself says that it is under maintenance.
MAINTENANCE = patterns(_MAINTENANCE)
_PARTS["maintenance"] = f"(?:{MAINTENANCE})"
ONE_SERVICE, ONE_TARGET, BACK = patterns(_ONE_SERVICE), patterns(_ONE_TARGET), patterns("<back>")
# In the order in which a text is tested: a class, the HTTP status that means the same, and the pattern of its texts.
REFUSALS: tuple[tuple[Reason, int | None, str], ...] = (
    (Reason.AUTH, 401, patterns(_AUTH)),
    (Reason.RATE_LIMIT, 429, patterns(_RATE_LIMIT)),
    (Reason.DUPLICATE, None, patterns(_DUPLICATE)),
    (Reason.FUNDS, 402, patterns(_FUNDS)),
    (Reason.EVERYBODY, None, patterns(_EVERYBODY)),
    (Reason.NOT_ELIGIBLE, None, patterns(_NOT_ELIGIBLE)),
    (Reason.NOT_FOUND, None, patterns(_NOT_FOUND)),
    (Reason.VALIDATION, None, patterns(_VALIDATION)),
)
