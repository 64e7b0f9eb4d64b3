"""What an error must not tell: how the server is built (`response.no-internals`).

A false alarm costs more than a missed leak: a pattern matches only what nobody writes in prose, and
a path only where it can be no link. What the request itself contained is no leak.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal, NamedTuple
from urllib.parse import unquote_plus

InternalKind = Literal[
    "stack trace", "credential", "SQL statement", "database error", "source line", "absolute path"
]
EXCERPT = 120
LONGEST = 20_000
"""Characters of one text that are searched; an error is short, or its beginning tells."""

_NOT_A_TABLE = r"(?!(?:the|an?|your|this|these|those|our|my|any|each|one|all|list|here)\b)"
_TABLE = rf"{_NOT_A_TABLE}[\"`\[\w]"
_FILE = r"(?:/|[A-Z]:\\|\.{1,2}/)?(?:[\w.@+-]+[/\\])*[\w@+-]+(?:\.[\w-]+)*"
_SOURCE = "go|rb|php|java|kt|scala|groovy|tsx?|jsx?|mjs|cjs|cs|vb|cpp|swift|exs?|clj"
_SOURCE_OR_COUNTRY = "py|rs|pl|cc"
_PORT = r"(?:[0-9]{4,}|80|443|25|465|587|993|995|22|21|53)\b"
_PARTS = r"(?:/[\w.@+~-]+)"


class Internal(NamedTuple):
    """One thing told that should not be."""

    kind: InternalKind
    excerpt: str
    """What was matched, on one line, shortened; passwords as `***`."""


class _Pattern(NamedTuple):
    kind: InternalKind
    expression: re.Pattern[str]
    applies: Callable[[re.Match[str]], bool] = lambda _match: True


def _placeless(match: re.Match[str]) -> bool:
    """Whether the password is a real one, not a word of an explanation or a redaction."""
    words = "true|false|null|none|nil|required|missing|empty|invalid|yourpassword|password|pass"
    words += r"|secret|token|redacted|hidden|changeme|x+|\.+|-+|[0-9]{1,2}"
    return not re.fullmatch(words, match["password"].strip("'\""), re.IGNORECASE)


def _no_link(match: re.Match[str]) -> bool:
    """Whether a path stands in prose, not in a link, a query or after a method."""
    before = match.string[max(0, match.start() - 40) : match.start()]
    link = r"(?:[?&][\w.\[\]-]+=|\b(?:href|src|action|content|url)\s*[=:(]\s*[\"']?)$"
    said = r"\b(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS|TRACE|[Uu][Rr][LlIi]|[Rr]oute|[Ee]ndpoint"
    said += r"|[Pp]age|[Ll]ink)s?:?\s*[\"'`(]?$"
    after = match.string[match.end() : match.end() + 1]
    return not re.search(link, before) and not re.search(said, before) and after not in {"?", "#"}


def _text(expression: str, flags: int = 0) -> re.Pattern[str]:
    return re.compile(expression, flags)


_PATTERNS: Sequence[_Pattern] = (
    _Pattern("stack trace", _text(r"Traceback \(most recent call last\)")),
    _Pattern("stack trace", _text(r'File "[^"\n]{1,200}", line \d+')),
    _Pattern("stack trace", _text(r"\bgoroutine \d+ \[[a-z][\w ,()]*\]")),
    _Pattern("stack trace", _text(r"\bpanic: runtime error\b|\bthread '[^'\n]*' panicked at\b")),
    _Pattern(
        "stack trace",
        _text(r"\bat [\w$.<>/]+\((?:[\w$]+\.(?:java|kt|scala|groovy|clj):\d+|Native Method)\)"),
    ),
    _Pattern("stack trace", _text(r'\bException in thread "[^"\n]*"')),
    _Pattern(
        "stack trace",
        _text(r"\bat (?:[^\n()]{1,100} \()?(?:file://|node:|/|[A-Z]:\\)[^\s()]{1,200}:\d+:\d+\)?"),
    ),
    _Pattern("stack trace", _text(r"#\d+ [^\s(]+\.php\(\d+\)|\.php on line \d+")),
    _Pattern("stack trace", _text(r"(?<![\w./-])[\w./-]+\.rb:\d+:in [`'][^`'\n]+'")),
    _Pattern("stack trace", _text(r"\bat [\w.<>`+]+\([^)\n]*\) in [^\n]{1,200}:line \d+")),
    _Pattern(
        "credential",
        _text(
            r"(?<![?&\w-])(?:[\w-]*(?:password|passwd|pwd|secret|api_?key|access_token))="
            r"(?P<password>[^\s\"'&;,<>{}()\[\]*$%…]{3,})",
            re.IGNORECASE,
        ),
        _placeless,
    ),
    _Pattern(
        "credential",
        _text(
            r"(?<![\w+.-])[a-z][a-z0-9+.-]{1,20}://[^\s/:@\"'<>{}$]*:(?P<password>[^\s/@\"'<>{}$*]+)@[\w.\[(-]+",
            re.IGNORECASE,
        ),
        _placeless,
    ),
    _Pattern(
        "credential",
        _text(r"-----BEGIN (?P<password>[A-Z ]*PRIVATE KEY)-----|\beyJ[\w-]{10,}\.eyJ[\w-]{10,}"),
    ),
    _Pattern("SQL statement", _text(rf"\bSELECT\s[^;]{{1,400}}?\sFROM\s+(?i:{_TABLE})[^\s;]*")),
    _Pattern(
        "SQL statement",
        _text(
            rf"\bselect\s[^;]{{1,400}}?\sfrom\s+{_TABLE}[^\s;]*\s+(?:(?:as\s+)?\w+\s+)?"
            r"(?:where\s+[\w.\"]+\s*(?:[=<>]|in\s*\(|is\s+(?:not\s+)?null)|limit\s+[\d$?]"
            r"|order\s+by\s+\w|(?:inner\s+|left\s+)?join\s+\w+\s+on\s)",
            re.IGNORECASE,
        ),
    ),
    _Pattern("SQL statement", _text(rf"\bINSERT INTO\s+(?i:{_TABLE})[^\s(]*")),
    _Pattern(
        "SQL statement",
        _text(r"\binsert\s+into\s+[\w.\"`]+\s*\([^)]*\)\s*(?:values|select)\b", re.IGNORECASE),
    ),
    _Pattern("SQL statement", _text(r"\bupdate\s+[\w.\"`]+\s+set\s+[\w.\"`]+\s*=", re.IGNORECASE)),
    _Pattern("SQL statement", _text(rf"\bDELETE FROM\s+(?i:{_TABLE})[^\s;]*")),
    _Pattern("database error", _text(r"(?<![\w.-])pq: \S.{0,80}|\bSQLSTATE\b.{0,20}")),
    _Pattern("database error", _text(r"syntax error at or near\b.{0,40}|\bORA-\d{5}\b")),
    _Pattern("database error", _text(r"You have an error in your SQL syntax|\bSQLITE_[A-Z]{3,}")),
    _Pattern("database error", _text(r"\bsql: (?:no rows in result set|Scan error)|\bpsycopg2?\.")),
    _Pattern(
        "database error",
        _text(r"violates (?:foreign key|unique|not-null|check|exclusion) constraint\b.{0,60}"),
    ),
    _Pattern(
        "database error",
        _text(r"\b(?:relation|column) \"[^\"\n]+\" (?:of relation \"[^\"\n]+\" )?does not exist"),
    ),
    _Pattern(
        "database error",
        _text(r"invalid (?:input syntax for type \w+|byte sequence for encoding \"\w+\")"),
    ),
    _Pattern("source line", _text(rf"(?<![\w/@.:-]){_FILE}\.(?:{_SOURCE}):\d+\b")),
    _Pattern(
        "source line",
        _text(
            rf"(?<![\w/@.:-])(?:/(?:[\w.@+-]+/)+[\w@+-]+|(?:[\w@+-]+/)*[\w@+-]+)"
            rf"\.(?:{_SOURCE_OR_COUNTRY}):(?!{_PORT})\d+\b"
        ),
    ),
    _Pattern(
        "absolute path",
        _text(
            r"(?:(?<![\w:/.~%@?&#<-])|(?<=file://))(?:"
            rf"/usr/(?:s?bin|lib(?:64|exec)?|local|share|src|include)\b{_PARTS}*"
            rf"|/var/(?:lib|log|run|www|tmp|cache|spool|task|folders|opt|mail|db|backups)\b{_PARTS}*"
            rf"|/tmp{_PARTS}+|/(?:opt|srv){_PARTS}{{2,}}"
            rf"|/(?:home|root){_PARTS}*/\.\w{_PARTS}*|/home{_PARTS}{{3,}}|/root{_PARTS}{{2,}}"
            r"|/(?:home|root|opt|srv|app)(?:/[\w.@+~-]+)*/[\w@+~-]+(?:\.[\w-]+)*"
            rf"\.(?:{_SOURCE}|{_SOURCE_OR_COUNTRY}|conf|cfg|toml|ini|ya?ml|env|sql|db|sqlite3?|log"
            r"|sock|pem|key|crt|lock|tmpl|sh|so|jar|class|dll|exe|txt|csv)\b(?!:\d)"
            r")"
        ),
        _no_link,
    ),
    _Pattern(
        "absolute path",
        _text(
            r"(?<![\w/\\])[A-Z]:(?:\\[\w $().-]{2,}?(?:\\[\w $().-]+)+|\\[\w-]+\.\w{2,4}\b"
            r"|/(?:Users|Windows|Program Files|inetpub|xampp|wamp)/[\w./-]+)"
        ),
    ),
)

_GATEWAY = re.compile(
    r"<(?:center|address|h1|title)>[^<]{0,60}(?:nginx|openresty|cloudflare|apache/|haproxy|varnish"
    r"|envoy|traefik|caddy|bad gateway|gateway time-?out|service (?:temporarily )?unavailable)",
    re.IGNORECASE,
)


def internals(body_text: str, request_text: str) -> list[Internal]:
    """What `body_text`, an error's body, tells of the server's inside; nothing twice.

    `request_text` is whatever the request held (target, headers, body); what stands there, also
    percent-encoded or escaped as JSON, is an echo. A gateway's page tells nothing of the server.
    """
    if _GATEWAY.search(body_text):
        return []
    echoes = _readings(request_text)
    found: dict[Internal, None] = {}
    for text in _strings(body_text):
        for internal, matched in _leaks(text[:LONGEST]):
            if not any(matched in echo for echo in echoes):
                found.setdefault(internal)
    return list(found)


def _leaks(text: str) -> Iterator[tuple[Internal, str]]:
    """Matches in the order of `_PATTERNS`; one within another is told by that one."""
    told: list[tuple[int, int]] = []
    for pattern in _PATTERNS:
        for match in pattern.expression.finditer(text):
            start, end = match.span()
            if any(a <= start and end <= b for a, b in told) or not pattern.applies(match):
                continue
            told.append((start, end))
            yield Internal(pattern.kind, _excerpt(match)), match.group().strip(" .,;:'\"`")


def _excerpt(match: re.Match[str]) -> str:
    secret = match.groupdict().get("password")
    text = match.group().replace(secret, "***") if secret else match.group()
    line = " ".join(text.split())
    return line if len(line) <= EXCERPT else f"{line[: EXCERPT - 1]}…"


def _strings(text: str) -> list[str]:
    """The texts that a reader of the body sees: JSON's strings, HTML without its entities."""
    try:
        return list(_inner(json.loads(text)))
    except (ValueError, RecursionError):
        return [html.unescape(text)]


def _inner(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield html.unescape(value)
    elif isinstance(value, dict):
        for name, child in value.items():
            yield name
            yield from _inner(child)
    elif isinstance(value, list):
        for child in value:
            yield from _inner(child)


def _readings(request: str) -> list[str]:
    plain = [request, unquote_plus(request), html.unescape(request)]
    escaped = re.sub(r"\\u([0-9a-fA-F]{4})", lambda m: chr(int(m[1], 16)), request)
    return [*plain, escaped.replace('\\"', '"').replace("\\\\", "\\").replace("\\/", "/")]
