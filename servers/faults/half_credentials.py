"""Credentials that a parser by hand takes for whole: half of them, parts too many, other forms."""

from __future__ import annotations

from functools import partial

from servers.reference.protocol import Handler, Request, Response
from servers.reference.server import Server
from servers.registry import LIST, SEND, fault
from servers.tools import admit_if, decoded, error, given

BASIC = "header Authorization basicAuth"
TOKEN = "header Authorization tokenAuth"
wrong = partial(fault, clause="auth.wrong")
malformed = partial(fault, clause="auth.malformed")


@wrong("auth.token-secret-optional", operation=LIST, place=TOKEN, kind="key alone")
def token_secret_optional(request: Request, handle: Handler, server: Server) -> Response:
    """A token's secret is checked only if one is there."""
    who = given(request)
    known = who.scheme == "token" and who.key == server.credentials.api_key
    return admit_if(known and not who.secret, request, handle, server)


@wrong("auth.send-basic-key-alone", operation=SEND, place=BASIC, kind="key alone")
def send_basic_key_alone(request: Request, handle: Handler, server: Server) -> Response:
    """Sending takes a Basic user without a colon for a session that was opened before."""
    who = given(request)
    known = who.scheme == "basic" and who.key == server.credentials.api_key
    return admit_if(known and not who.colon, request, handle, server)


@wrong("auth.token-secret-alone", operation=LIST, place=TOKEN, kind="secret alone", rare=True)
def token_secret_alone(request: Request, handle: Handler, server: Server) -> Response:
    """A secret behind `token` is looked up without its key, as tokens of one part are."""
    who = given(request)
    known = who.scheme == "token" and who.raw == server.credentials.api_secret
    return admit_if(known, request, handle, server)


@wrong("auth.send-basic-secret-alone", operation=SEND, place=BASIC, kind="secret alone", rare=True)
def send_basic_secret_alone(request: Request, handle: Handler, server: Server) -> Response:
    """Sending looks for a Basic secret where the key should be."""
    who = given(request)
    known = who.scheme == "basic" and who.key == server.credentials.api_secret
    return admit_if(known and not who.colon, request, handle, server)


@wrong(
    "auth.basic-suffix",
    operation=LIST,
    place=BASIC,
    kind="secret less its first character",
    rare=True,
)
def basic_suffix(request: Request, handle: Handler, server: Server) -> Response:
    """A Basic secret is compared from its end, up to the shorter one's beginning."""
    who, good = given(request), server.credentials
    near = len(who.secret) == len(good.api_secret) - 1 and good.api_secret.endswith(who.secret)
    known = who.scheme == "basic" and who.key == good.api_key
    return admit_if(known and near, request, handle, server)


@wrong(
    "auth.send-token-suffix",
    operation=SEND,
    place=TOKEN,
    kind="secret less its first character",
    rare=True,
)
def send_token_suffix(request: Request, handle: Handler, server: Server) -> Response:
    """Sending looks whether the right secret holds what came behind the token's colon."""
    who, good = given(request), server.credentials
    known = who.scheme == "token" and who.key == good.api_key
    near = len(who.secret) == len(good.api_secret) - 1 and who.secret == good.api_secret[1:]
    return admit_if(known and near, request, handle, server)


@wrong("auth.basic-blank-secret", operation=LIST, place=BASIC, kind="blank secret", rare=True)
def basic_blank_secret(request: Request, handle: Handler, server: Server) -> Response:
    """An empty Basic secret is refused, a blank one is trimmed and then not checked."""
    who = given(request)
    blank = who.scheme == "basic" and bool(who.secret) and not who.secret.strip()
    return admit_if(blank and who.key == server.credentials.api_key, request, handle, server)


@malformed("auth.token-extra-part", operation=LIST, place=TOKEN, kind="extra part", rare=True)
def token_extra_part(request: Request, handle: Handler, server: Server) -> Response:
    """The secret of a token is compared only where it has two parts."""
    who = given(request)
    known = who.scheme == "token" and who.key == server.credentials.api_key
    return admit_if(known and ":" in who.secret, request, handle, server)


@malformed(
    "auth.send-basic-extra-part-fails", operation=SEND, place=BASIC, kind="extra part", rare=True
)
def send_basic_extra_part_fails(request: Request, handle: Handler, server: Server) -> Response:
    """Sending answers 500 to Basic credentials with two colons: too many values to unpack."""
    who = given(request)
    return error(500) if who.scheme == "basic" and ":" in who.secret else handle(request)


@malformed(
    "auth.basic-not-encoded", operation=LIST, place=BASIC, kind="form of another scheme", rare=True
)
def basic_not_encoded(request: Request, handle: Handler, server: Server) -> Response:
    """Basic credentials that nobody encoded are read as they are, for their key."""
    who = given(request)
    known = who.scheme == "basic" and who.raw.partition(":")[0] == server.credentials.api_key
    return admit_if(known, request, handle, server)


@malformed(
    "auth.send-token-encoded-fails",
    operation=SEND,
    place=TOKEN,
    kind="form of another scheme",
    rare=True,
)
def send_token_encoded_fails(request: Request, handle: Handler, server: Server) -> Response:
    """Sending answers 500 to a token in Base64, which it decodes and does not expect."""
    who = given(request)
    encoded = who.scheme == "token" and not who.colon and ":" in decoded(who.raw)
    return error(500) if encoded else handle(request)


@malformed("auth.two-schemes", operation=LIST, place=TOKEN, kind="two schemes", rare=True)
def two_schemes(request: Request, handle: Handler, server: Server) -> Response:
    """Where a `Bearer` comes besides, the token is left to whoever checks that."""
    values = [value.partition(" ")[0].lower() for value in request.header("authorization")]
    return admit_if(values == ["token", "bearer"], request, handle, server)
