"""Response headers fit for a report: what HTTP itself has words for stays, the rest does not.

A header may hold a customer's file name, a signed URL or an address. By allow-list, as bodies:
names and values made of registered words, numbers and dates stay.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Set
from email.utils import parsedate_to_datetime

Headers = tuple[tuple[str, str], ...]

_REGISTERED = """
    accept accept-ch accept-encoding accept-language accept-patch accept-post accept-ranges
    access-control-allow-credentials access-control-allow-headers access-control-allow-methods
    access-control-allow-origin access-control-expose-headers access-control-max-age
    access-control-request-headers access-control-request-method age allow alt-svc authorization
    cache-control cache-status cdn-cache-control clear-site-data connection content-disposition
    content-encoding content-language content-length content-location content-range
    content-security-policy content-security-policy-report-only content-type cookie
    cross-origin-embedder-policy cross-origin-opener-policy cross-origin-resource-policy date
    deprecation etag expires feature-policy host if-match if-modified-since if-none-match
    keep-alive last-modified link location nel origin p3p permissions-policy pragma
    proxy-authenticate proxy-authorization proxy-connection ratelimit ratelimit-limit
    ratelimit-policy ratelimit-remaining ratelimit-reset referrer-policy report-to
    reporting-endpoints retry-after server server-timing set-cookie strict-transport-security
    sunset te timing-allow-origin trailer transfer-encoding upgrade user-agent vary via warning
    www-authenticate x-cache x-content-type-options x-correlation-id x-csrf-token x-csrftoken
    x-dns-prefetch-control x-download-options x-forwarded-for x-forwarded-host x-forwarded-proto
    x-frame-options x-permitted-cross-domain-policies x-powered-by x-ratelimit-limit
    x-ratelimit-remaining x-ratelimit-reset x-real-ip x-request-id x-response-time x-robots-tag
    x-runtime x-trace-id x-xss-protection
"""
NAMES = frozenset(_REGISTERED.split())
"""Names in lower case: IANA's register as far as servers use it, and what many servers add."""

_SPOKEN = """
    application/json application/problem+json application/xml application/octet-stream
    application/pdf application/x-www-form-urlencoded text/html text/plain text/xml text/css
    text/javascript application/javascript multipart/form-data image/png image/jpeg image/svg+xml
    charset utf-8 us-ascii iso-8859-1 gzip x-gzip deflate br zstd compress identity chunked
    trailers close keep-alive upgrade h2 h2c h3 websocket timeout max get head post put patch
    delete options trace connect query no-cache no-store no-transform max-age s-maxage private
    public must-revalidate proxy-revalidate must-understand immutable stale-while-revalidate
    stale-if-error nosniff deny sameorigin same-origin same-site cross-origin require-corp
    unsafe-none no-referrer strict-origin strict-origin-when-cross-origin origin-when-cross-origin
    no-referrer-when-downgrade noindex nofollow none includesubdomains preload mode block bytes
    inline attachment basic bearer digest token realm error invalid_token hit miss true false null
    path / domain httponly secure samesite lax strict expires * */* q b c i p w policy
"""
_WORDS = frozenset(_SPOKEN.split())
_PRODUCT = re.compile(
    r"(?:nginx|openresty|apache|caddy|envoy|traefik|varnish|haproxy|cloudflare|uvicorn|gunicorn"
    r"|awselb|cloudfront|akamaighost|kong|litespeed|microsoft-(?:iis|httpapi)"
    r"|fasthttp|hypercorn|werkzeug|express|kestrel|jetty|tomcat|http)(?:/[0-9][0-9.]{0,11})?"
)
_NUMBER = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,6})?")
_SEPARATOR = re.compile(r"([;,]\s*)")


def redacted(
    headers: Headers, known: Set[str], harmless: Callable[[str], bool], hide: Callable[[str], str]
) -> Headers:
    """The headers of a response without what may be a customer's.

    `known` are further words that stay, in lower case; `harmless` tells other texts that may stay;
    `hide` makes a placeholder of a text.
    """
    return tuple(
        (
            name if name.lower() in NAMES or name.lower() in known else hide(name),
            header_value(value, known, harmless, hide),
        )
        for name, value in headers
    )


def header_value(
    value: str, known: Set[str], harmless: Callable[[str], bool], hide: Callable[[str], str]
) -> str:
    """One value; each part between semicolons or commas stays or goes by itself."""
    if not value.strip() or harmless(value) or _is_date(value):
        return value
    pieces = _SEPARATOR.split(value)
    return "".join(
        piece if i % 2 or _is_known(piece, known) or harmless(piece) else hide(piece)
        for i, piece in enumerate(pieces)
    )


def _is_known(text: str, known: Set[str]) -> bool:
    words = [word for word in re.split(r"[\s=\"']+", text.lower()) if word]
    return all(
        word in _WORDS or word in NAMES or word in known or _is_figure(word) for word in words
    )


def _is_figure(word: str) -> bool:
    return bool(_NUMBER.fullmatch(word) or _PRODUCT.fullmatch(word))


def _is_date(value: str) -> bool:
    """Whether it is a date as HTTP writes it (RFC 9110, 5.6.7), and nothing else."""
    if not re.fullmatch(r"[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9:]{8} GMT", value):
        return False
    try:
        parsedate_to_datetime(value)
    except ValueError:
        return False
    return True
