"""Secrets out of text: whatever is written to a log, a report, the history or a problem goes through here.

Two ways together: values that are known to be secret (keys as they are read: `know`), and the shapes secrets come in. What is masked keeps its
name, so that a reader sees that something was there.
"""

from __future__ import annotations

import re
import threading
from functools import cache

MASK = "•••"
SHORTEST = 8  # a known value shorter than this would mask plain words
MOST_KNOWN = 500

_NAMES = (
    r"aws_secret_access_key|aws_session_token|secret_?access_?key|session_?token|security_?token|access_?token|refresh_?token|id_?token|client_?secret|"
    r"device_?code|token_?code|private_?key|api_?key|pass(?:word|wd|phrase)?|pwd|secret|token|sso_bearer_token|authorization|x-amz-security-token|x-amz-sso_bearer_token|cookie"
)
# SQL: PASSWORD 'x', IDENTIFIED BY 'x', SECRET_KEY = 'x', AWS_SECRET_KEY = 'x', TOKEN 'x'
_SQL = (r"(?i)(?P<name>\b(?:\w*(?:password|secret|token|secret_key|private_key|api_key)\w*|identified\s+by)\s*(?:=>|=|:)?\s*)'(?:[^']|'')*'", rf"\g<name>'{MASK}'")  # fmt: skip
_RULES = (
    # name = value, "name": "value", name: value
    (rf"(?i)(?P<name>[\"']?\b(?:{_NAMES})\b[\"']?\s*[:=]\s*)(?P<quote>[\"'])(?:\\.|(?!(?P=quote)).)*(?P=quote)", rf"\g<name>\g<quote>{MASK}\g<quote>"),
    (r"(?i)(?P<name>\b(?:aws_secret_access_key|aws_session_token|secret_?access_?key|session_?token|access_?token|refresh_?token|client_?secret|password|passwd|pwd|api_?key|x-amz-security-token|x-amz-sso_bearer_token|set-cookie|cookie)\s*[:=]\s*)[^\s\"',;&}]+", rf"\g<name>{MASK}"),
    _SQL,
    # headers and addresses
    (r"(?i)(?P<name>\b(?:bearer|basic)\s+)[\w.~+/=-]{8,}", rf"\g<name>{MASK}"),
    (r"(?i)(?P<name>[?&](?:X-Amz-(?:Signature|Security-Token|Credential)|Signature|AWSAccessKeyId|token|code|user_code|isauthcode|sig)=)[^&\s\"'<>]+", rf"\g<name>{MASK}"),
    (r"(?P<name>\b[a-z][a-z0-9+.-]*://[^\s/@:\"']+:)(?!\d+[/\s])[^\s@\"']+(?=@)", rf"\g<name>{MASK}"),
    (r"(?P<name>AWS4-HMAC-SHA256 Credential=)[^,\s]+", rf"\g<name>{MASK}"),
    (r"(?P<name>\bSignature=)[0-9a-f]{64}\b", rf"\g<name>{MASK}"),
    # key ids keep their end, by which they can be told apart; JSON web tokens and PEM keys
    (r"\b(?P<name>A(?:KIA|SIA))[A-Z0-9]{12}(?P<end>[A-Z0-9]{4})\b", rf"\g<name>{MASK}\g<end>"),
    (r"\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*", MASK),
    (r"(?s)-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", f"{MASK} (private key)"),
)  # fmt: skip
_SETS_UP = r"(?is)^(?:\s|--[^\n]*\n|/\*.*?\*/)*(?:create|alter|copy|attach|set|grant|put|use)\b"
_lock = threading.Lock()
_known: dict[str, None] = {}


def know(*values: str | None) -> None:
    """Values that must never be seen; the oldest are forgotten once there are very many."""
    with _lock:
        for value in values:
            if value and len(value) >= SHORTEST:
                _known.pop(value, None)
                _known[value] = None
        while len(_known) > MOST_KNOWN:
            del _known[next(iter(_known))]


def redacted(text: str) -> str:
    """The text without secrets."""
    with _lock:
        known = sorted(_known, key=len, reverse=True)
    for value in known:
        if value in text:
            text = text.replace(value, MASK)
    for pattern, instead in _rules():
        text = pattern.sub(instead, text)
    return text


@cache
def _rules() -> list[tuple[re.Pattern[str], str]]:
    """Compiled at the first use: a start has nothing to mask."""
    return [(re.compile(pattern), instead) for pattern, instead in _RULES]


def redacted_sql(text: str) -> str:
    """A statement as the history keeps it. Only statements that set something up hold secrets; a column named token in a SELECT stays as it is."""
    return re.sub(*_SQL, text) if re.match(_SETS_UP, text) else text
