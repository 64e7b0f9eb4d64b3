"""One request to Libredesk's own API: its data, or one sentence on what went wrong.

A session is a cookie, and every change wants the token of the `csrf_token` cookie in `X-CSRFTOKEN`
besides. Cookies are kept here by hand: Libredesk marks them `Secure`, and a jar would withhold them
from a server on loopback without TLS.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import requests
from requests import PreparedRequest, Response, exceptions
from requests.auth import AuthBase, HTTPBasicAuth

from deploy.provision.journal import LONGEST, Journal, Unexpected

TIMEOUT = (5.0, 30.0)
"""Seconds to connect, and between two bytes of an answer."""
CSRF = "csrf_token"
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

Body = Mapping[str, Any]


class _Nobody(AuthBase):
    """Adds nothing: without it ~/.netrc would have its say."""

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        return request


NOBODY = _Nobody()


class Refused(Unexpected):
    """Answered with a status that is not success, which may be expected in places."""

    def __init__(self, text: str, status: int) -> None:
        super().__init__(text)
        self.status = status


@dataclass(slots=True)
class Server:
    """Libredesk at a base URL, after `login` with the rights of who logged in."""

    url: str
    journal: Journal
    cookies: dict[str, str] = field(default_factory=dict, repr=False)
    http: requests.Session = field(default_factory=requests.Session, repr=False)

    def login(self, email: str, password: str) -> None:
        """Begin a session. Raises Unexpected."""
        doing = "logging in"
        try:
            _data, response = self._send(
                doing, "POST", "auth/login", {"email": email, "password": password}, {}
            )
        except Refused as error:
            raise Unexpected(
                f"{error} Check LIBREDESK_ADMIN_EMAIL and LIBREDESK_ADMIN_PASSWORD."
                if error.status in {400, 401, 403, 404}
                else str(error)
            ) from error
        self.cookies = dict(response.cookies.items())
        self.journal.secrets.update(self.cookies.values())
        if CSRF not in self.cookies:
            raise Unexpected(
                f"{doing}: the answer sets no `{CSRF}` cookie; is {self.url} Libredesk?"
            )

    def call(self, doing: str, method: str, path: str, body: Body | None = None) -> Any:
        """As who logged in; `doing` begins the sentence of an error. Raises Unexpected."""
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"Cookie": cookie, "X-CSRFTOKEN": self.cookies.get(CSRF, "")}
        return self._send(doing, method, path, body, headers)[0]

    def call_as(
        self, key: tuple[str, str], doing: str, method: str, path: str, body: Body | None = None
    ) -> Any:
        """As the owner of an API key and secret. Raises Unexpected."""
        self.journal.secrets.update((*key, b64encode(":".join(key).encode()).decode()))
        return self._send(doing, method, path, body, {}, HTTPBasicAuth(*key))[0]

    def _send(
        self,
        doing: str,
        method: str,
        path: str,
        body: Body | None,
        headers: Mapping[str, str],
        auth: AuthBase = NOBODY,
    ) -> tuple[Any, Response]:
        try:
            response = self.http.request(
                method,
                f"{self.url}/api/v1/{path}",
                json=body,
                headers=dict(headers),
                timeout=TIMEOUT,
                allow_redirects=False,
                auth=auth,
            )
        except exceptions.RequestException as error:
            raise Unexpected(f"{doing}: {self.url} {_failure(error)}") from error
        finally:
            self.http.cookies.clear()
        return _data(doing, self.url, response, self.journal), response


UNTRUSTED = "has no certificate that is trusted here; set REQUESTS_CA_BUNDLE to its authority's."
FAILURES = (
    (exceptions.Timeout, "", f"did not answer within {TIMEOUT[1]:.0f} s."),
    (exceptions.SSLError, "CERTIFICATE_VERIFY_FAILED", UNTRUSTED),
    (exceptions.SSLError, "", "does not speak TLS there; is it http:// or another port?"),
    (exceptions.ProxyError, "", "cannot be reached by the proxy that the environment names."),
    (exceptions.ConnectionError, "NameResolutionError", "has a host name that cannot be resolved."),
    (exceptions.ConnectionError, "NewConnectionError", "cannot be reached; is it running?"),
)
"""The kind of error, a word in it, and what the server or the way to it did."""


def _failure(error: exceptions.RequestException) -> str:
    for kind, word, phrase in FAILURES:
        if isinstance(error, kind) and word in repr(error):
            return phrase
    return "broke off the connection before its answer was complete."


def _data(doing: str, url: str, response: Response, journal: Journal) -> Any:
    """What stands in `data` of the JSON envelope that every answer comes in."""
    status, where = response.status_code, f"{doing}: {url} answered {response.status_code}"
    if 300 <= status < 400:
        raise Refused(f"{where}, a redirect; give the address that it leads to.", status)
    try:
        envelope = response.json()
    except ValueError:
        kind = response.headers.get("Content-Type", "no content type").partition(";")[0]
        raise Refused(
            f"{where} with {kind} in place of JSON; is that the address of Libredesk itself?",
            status,
        ) from None
    if not isinstance(envelope, dict):
        raise Refused(f"{where} with JSON that is not Libredesk's.", status)
    if status != 200 or envelope.get("status") != "success":
        said = journal.clean(str(envelope.get("message") or "no reason given"))[:LONGEST].rstrip(
            "."
        )
        raise Refused(f"{where}: {said}.{_hint(status)}", status)
    return envelope.get("data")


def _hint(status: int) -> str:
    return {
        403: " An account with the Admin role may do it.",
        429: " Wait a minute and run this again.",
    }.get(status, "")


def number(data: Any, name: str, doing: str) -> int:
    """The integer of that name. Raises Unexpected."""
    value = data.get(name) if isinstance(data, dict) else None
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    raise Unexpected(f"{doing}: the answer has no number `{name}`; is this version too new?")


def uuid(data: Any, name: str, doing: str) -> str:
    """The UUID of that name. Raises Unexpected."""
    value = data.get(name) if isinstance(data, dict) else None
    if isinstance(value, str) and _UUID.fullmatch(value):
        return value
    raise Unexpected(f"{doing}: the answer has no UUID `{name}`; is this version too new?")


def rows(data: Any, doing: str) -> list[dict[str, Any]]:
    """A list of objects, also one page of it. Raises Unexpected."""
    found = data.get("results") if isinstance(data, dict) else data
    if found is None:
        return []
    if isinstance(found, list) and all(isinstance(row, dict) for row in found):
        return found
    raise Unexpected(f"{doing}: the answer holds no list; is this version too new?")
