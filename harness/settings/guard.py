"""Which machine may be sent to, and how: rules that keep credentials and load from strangers."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

from harness.settings.remote import is_allowed, is_loopback
from harness.settings.rules import Facts

CREDENTIALS = ("key", "secret", "token", "headers")


class _Encrypted(Exception):
    """Instead of a question on the terminal, which nobody in a CI would answer."""


def hosts(facts: Facts) -> Iterator[str]:
    """`allowed-hosts` says which other machines may be sent to at all."""
    allowed = facts.values.get("allowed-hosts")
    for name, url in _elsewhere(facts):
        if allowed and not is_allowed(url, allowed):
            yield (
                f"{name} is {url}, and allowed-hosts holds {', '.join(allowed)} only; "
                "correct the URL, or add its host there"
            )


def plain_http(facts: Facts) -> Iterator[str]:
    """Whoever stands on the way could read the credentials and use them."""
    if facts.has("insecure-http") or not any(facts.has(option) for option in CREDENTIALS):
        return
    for name, url in _elsewhere(facts):
        if urlsplit(url).scheme == "http":
            yield (
                f"{name} is {url}: over plain http anybody on the way reads the "
                "credentials; write https://, or accept that with --insecure-http"
            )


def _elsewhere(facts: Facts) -> Iterator[tuple[str, str]]:
    """Targets on other machines that something will be sent to, each with its variable."""
    for option in ("url", "against"):
        url = facts.values.get(option)
        if url and not facts.offline and not is_loopback(url):
            yield facts.names[option], url


def client_certificate(facts: Facts) -> Iterator[str]:
    """A certificate that cannot be used is told here: a handshake would only say that it failed."""
    certificate, key = facts.values.get("client-cert"), facts.values.get("client-key")
    names = facts.names
    if facts.offline or not (certificate or key) or "client-cert" in facts.wrong:
        return
    if certificate is None:
        yield f"{names['client-key']} is set; set {names['client-cert']} too"
    elif urlsplit(facts.values.get("url") or "https:").scheme != "https":
        yield f"{names['client-cert']} needs a target with https://; unset it, or correct the URL"
    elif "client-key" not in facts.wrong:
        yield from _unusable(certificate, key, names["client-cert"], names["client-key"])


def _unusable(certificate: Path, key: Path | None, cert_name: str, key_name: str) -> Iterator[str]:
    where = key_name if key else cert_name

    def refuse() -> str:
        raise _Encrypted

    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_cert_chain(certificate, key, refuse)
    except _Encrypted:
        yield (
            f"{where} names a key with a passphrase, which nobody can type here; write it without "
            "one: openssl pkey -in KEY -out PLAIN"
        )
    except ssl.SSLError as error:
        if error.reason == "KEY_VALUES_MISMATCH":
            yield f"{cert_name} and {where} do not belong together; give the key of the certificate"
        else:
            lone = "" if key else f", or give the key by {key_name}"
            yield f"{cert_name} names no certificate with its key in PEM; correct it{lone}"
    except OSError as error:
        yield f"cannot read the client certificate or its key: {error.strerror}; make it readable"


GUARDS: tuple[Callable[[Facts], Iterator[str]], ...] = (hosts, plain_http, client_certificate)
