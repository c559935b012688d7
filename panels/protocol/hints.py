"""Reads from the answer to a failed test how the panel may want to be called instead (docs/protocol.md, 1).

hint           the answer                                                     what helps
JSON, FORM     415, or words about JSON, the content type or missing fields   the other kind of body
USER_AGENT     a page or a word of a firewall, or 403 and 406 without words   a browser's User-Agent
GET            405, or words about the method                                 nothing: not supported
HEADER         words about a header or a token                                nothing: not supported
"""

from __future__ import annotations

import re

from panels.protocol.answers import Answer
from panels.protocol.errors import NotSent, PanelError, Reason, Refused
from panels.protocol.wording import fold_text, says_maintenance

JSON = "This panel seems to want the fields as JSON. Set “Body” to JSON under Edit."
FORM = "This panel seems to want the fields as a form. Set “Body” to form under Edit."
USER_AGENT = "A firewall seems to refuse our User-Agent. Set the “User-Agent” of a browser under Edit."
FIREWALL = "A firewall refuses the call, also with this User-Agent. Ask the panel to let this server in."
GET = "This panel seems to want GET, which is not supported, or it has another API address. Check the address."
HEADER = "This panel seems to want the key in a header, which is not supported."
MAYBE_HEADER = "If the key is right, this panel may want it in a header, which is not supported."

# Bytes. An answer in words is short, and a longer one may be a catalog that cannot be used.
_MOST_WORDS = 5_000
_MOST_OF_A_PAGE = 50_000
# All patterns are for text folded by `fold_text`.
_METHOD = re.compile(
    r"\bmethod (?:is )?(?:not|unsupported)\b|\b(?:request|http|post|invalid|wrong|unsupported) method\b"
    r"|\b(?:use|only|with|through|via) (?:a |the |http )*get\b|\bget (?:requests?|method)? ?only\b|\bcannot post\b"
)
_BODY = re.compile(
    r"\bjson\b(?! encode)|\b(?:content|media) type\b|\bvalid dict\w*|\breq\.body\b|\bof undefined\b"
    r"|\b(?:request|post) body\b|\bbody (?:is |was )?(?:empty|missing|required)|\b(?:empty|missing|no) body\b"
    r"|\bunexpected token\b|\burlencoded\b|\bform ?data\b"
)
_HEADER = re.compile(
    r"\bheaders?\b|\bbearer\b|\bx (?:api|auth|access)\b|\bauthorization (?:is )?(?:missing|required)\b"
    r"|\b(?:missing|no|provide|requires?) (?:an? |the )*authorization\b|\bunauthenticated\b"
    r"|\bauthentication credentials\b|\b(?:access|auth|authentication) token\b|\bjwt\b"
    r"|\btoken (?:is |was )?(?:missing|required|not provided)\b|\b(?:missing|no) token\b"
)
_GIVEN = r"(?:provided|given|set|specified|present|supplied|sent|passed|received)"
_MISSING = (
    r"(?:field )?(?:is |was |are |must be |may not be |cannot be |can t be )?"
    rf"(?:required|missing|empty|blank|null|undefined|not {_GIVEN})"
)
_FIELDS = re.compile(
    rf"\b(?:key|action|fields?|param\w*) {_MISSING}\b"
    r"|\b(?:missing|no|without|empty|undefined|enter|specify|supply|provide) (?:an? |the |your |required |api )*"
    r"(?:key|action|fields?|param\w*|data|input)\b"
    r"|\b(?:invalid|unknown|unsupported|wrong|incorrect|bad) (?:action|request|param\w*)\b|\bthis field is required\b"
)
_WALL = re.compile(
    r"\buser agent\b|\bbrowser\b|\b(?:ro)?bots?\b|\bcloudflare\b|\bcaptcha\b|\bfirewall\b|\bblocked\b|\bautomated\b"
    r"|\bjust a moment\b|\battention required\b|\bddos\b|\bimunify\w*|\bsucuri\b|\bincapsula\b|\bmod ?security\b"
    r"|\bnot acceptable\b|\baccess (?:is |was )?denied\b|\bverify (?:that )?you are (?:a )?human\b"
    r"|\benable (?:javascript|cookies)\b|\bsecurity (?:check|service|rules?|policy)\b"
)
_KEY = re.compile(r"\bkey\b")
# A firewall that names the address of this server does not look at the User-Agent.
_OUR_ADDRESS = re.compile(r"\b(?:your|this|client) ip\b|\bip (?:address )?(?:is |was )?(?:not|blocked|banned|denied)\b")
# Refusals that are clear without a hint.
_CLEAR = frozenset({Reason.AUTH, Reason.RATE_LIMIT, Reason.FUNDS, Reason.EVERYBODY})


def hint_in(answer: Answer, error: PanelError, *, sends_json: bool, user_agent: str) -> str:
    """Return a sentence with the other way to call the panel that its answer to a test hints at, or "".

    `error` is the error that the answer was read as. The two settings are those of the call.
    """
    if isinstance(error, NotSent) or 300 <= answer.http_status < 400:
        return ""
    text = answer.body[:_MOST_OF_A_PAGE].decode(errors="replace").strip("\ufeff \t\r\n\0")
    words = fold_text(text)
    if says_maintenance(words):
        return ""
    body, wall = FORM if sends_json else JSON, FIREWALL if user_agent else USER_AGENT
    if answer.http_status == 405:
        return GET
    if answer.http_status == 415:
        return body
    if text.startswith("<"):
        return _hint_in_page(answer.http_status, words, body=body, wall=wall)
    if len(answer.body) > _MOST_WORDS:
        return ""
    return _hint_in_words(answer.http_status, words, error, body=body, wall=wall)


def _hint_in_page(http_status: int, words: str, *, body: str, wall: str) -> str:
    """Read a web page. Only the words of a firewall count, because its other words may be markup."""
    if http_status in (403, 406):
        return wall
    if http_status == 401:
        return HEADER
    if http_status in (400, 422):
        return body
    return wall if (http_status < 500 or http_status == 503) and _WALL.search(words) else ""


def _hint_in_words(http_status: int, words: str, error: PanelError, *, body: str, wall: str) -> str:
    for pattern, hint in ((_METHOD, GET), (_BODY, body), (_HEADER, HEADER), (_FIELDS, body)):
        if pattern.search(words):
            return hint
    if isinstance(error, Refused) and error.reason in _CLEAR:
        return MAYBE_HEADER if http_status == 401 and not _KEY.search(words) else ""
    if _OUR_ADDRESS.search(words):
        return ""
    if http_status in (403, 406) or _WALL.search(words):
        return wall
    return body if http_status in (400, 422) else ""
