"""Wrong credentials that are let in: one scheme, one defect, one operation each."""

from __future__ import annotations

from functools import partial

from servers.reference.protocol import Handler, Request, Response
from servers.reference.server import Server
from servers.registry import LIST, SEND, fault
from servers.tools import admit_if, given, nth

basic = partial(fault, clause="auth.wrong", place="header Authorization basicAuth")
token = partial(fault, clause="auth.wrong", place="header Authorization tokenAuth")


@basic("auth.basic-secret-unchecked", operation=LIST, kind="wrong secret")
def basic_secret_unchecked(request: Request, handle: Handler, server: Server) -> Response:
    """Of Basic credentials only the key is checked."""
    who = given(request)
    known = who.scheme == "basic" and who.colon and who.key == server.credentials.api_key
    return admit_if(known, request, handle, server)


@token("auth.token-secret-unchecked", operation=LIST, kind="wrong secret")
def token_secret_unchecked(request: Request, handle: Handler, server: Server) -> Response:
    """Of token credentials only the key is checked."""
    who = given(request)
    known = who.scheme == "token" and who.colon and who.key == server.credentials.api_key
    return admit_if(known, request, handle, server)


@basic("auth.send-basic-secret-unchecked", operation=SEND, kind="wrong secret")
def send_basic_secret_unchecked(request: Request, handle: Handler, server: Server) -> Response:
    """Sending checks only the key of Basic credentials, listing checks both."""
    who = given(request)
    known = who.scheme == "basic" and who.colon and who.key == server.credentials.api_key
    return admit_if(known, request, handle, server)


@token("auth.send-token-any", operation=SEND, kind="wrong key and secret")
def send_token_any(request: Request, handle: Handler, server: Server) -> Response:
    """Sending accepts any pair behind the word `token`."""
    who = given(request)
    pair = who.scheme == "token" and who.key != "" and who.secret != ""
    return admit_if(pair, request, handle, server)


@basic("auth.basic-key-unchecked", operation=LIST, kind="wrong key")
def basic_key_unchecked(request: Request, handle: Handler, server: Server) -> Response:
    """Of Basic credentials only the secret is checked."""
    who = given(request)
    known = who.scheme == "basic" and who.secret == server.credentials.api_secret
    return admit_if(known and who.key != "", request, handle, server)


@token("auth.send-token-key-unchecked", operation=SEND, kind="wrong key")
def send_token_key_unchecked(request: Request, handle: Handler, server: Server) -> Response:
    """Sending checks only the secret of token credentials."""
    who = given(request)
    known = who.scheme == "token" and who.secret == server.credentials.api_secret
    return admit_if(known and who.key != "", request, handle, server)


@token("auth.token-prefix", operation=LIST, kind="secret less its last character", rare=True)
def token_prefix(request: Request, handle: Handler, server: Server) -> Response:
    """The token's secret is compared up to the shorter one's end, if that is near."""
    who, good = given(request), server.credentials
    near = len(who.secret) == len(good.api_secret) - 1 and good.api_secret.startswith(who.secret)
    known = who.scheme == "token" and who.key == good.api_key
    return admit_if(known and near, request, handle, server)


@basic("auth.send-basic-prefix", operation=SEND, kind="secret less its last character", rare=True)
def send_basic_prefix(request: Request, handle: Handler, server: Server) -> Response:
    """Sending compares the first 31 characters of a Basic secret: a column too short by one."""
    who, good = given(request), server.credentials
    near = len(who.secret) == 31 and good.api_secret.startswith(who.secret)
    known = who.scheme == "basic" and who.key == good.api_key
    return admit_if(known and near, request, handle, server)


@basic("auth.basic-longer", operation=LIST, kind="secret and one more", rare=True)
def basic_longer(request: Request, handle: Handler, server: Server) -> Response:
    """Of a Basic secret only as many characters are read as the right one has."""
    who, good = given(request), server.credentials
    known = who.scheme == "basic" and who.key == good.api_key
    return admit_if(known and who.secret.startswith(good.api_secret), request, handle, server)


@token("auth.send-token-longer", operation=SEND, kind="secret and one more", rare=True)
def send_token_longer(request: Request, handle: Handler, server: Server) -> Response:
    """Sending trims what follows the right secret of a token."""
    who, good = given(request), server.credentials
    known = who.scheme == "token" and who.key == good.api_key
    return admit_if(known and who.secret.startswith(good.api_secret), request, handle, server)


@token("auth.token-case", operation=LIST, kind="secret in another case", rare=True)
def token_case(request: Request, handle: Handler, server: Server) -> Response:
    """The token's secret is compared without regard to case, as the database's collation does."""
    who, good = given(request), server.credentials
    known = who.scheme == "token" and who.key == good.api_key
    return admit_if(
        known and who.secret.lower() == good.api_secret.lower(), request, handle, server
    )


@basic("auth.send-basic-case", operation=SEND, kind="secret in another case", rare=True)
def send_basic_case(request: Request, handle: Handler, server: Server) -> Response:
    """Sending compares a Basic secret without regard to case."""
    who, good = given(request), server.credentials
    known = who.scheme == "basic" and who.key == good.api_key
    return admit_if(
        known and who.secret.lower() == good.api_secret.lower(), request, handle, server
    )


@basic("auth.basic-swapped", operation=LIST, kind="swapped", rare=True)
def basic_swapped(request: Request, handle: Handler, server: Server) -> Response:
    """Basic credentials are accepted in either order."""
    who, good = given(request), server.credentials
    swapped = (who.scheme, who.key, who.secret) == ("basic", good.api_secret, good.api_key)
    return admit_if(swapped, request, handle, server)


@token("auth.token-empty-secret", operation=LIST, kind="empty secret")
def token_empty_secret(request: Request, handle: Handler, server: Server) -> Response:
    """An empty secret of a token is taken for no check at all."""
    who = given(request)
    empty = who.scheme == "token" and who.colon and who.secret == ""
    return admit_if(empty and who.key == server.credentials.api_key, request, handle, server)


@basic("auth.send-basic-empty-secret", operation=SEND, kind="empty secret")
def send_basic_empty_secret(request: Request, handle: Handler, server: Server) -> Response:
    """Sending takes an empty Basic secret for no check at all."""
    who = given(request)
    empty = who.scheme == "basic" and who.colon and who.secret == ""
    return admit_if(empty and who.key == server.credentials.api_key, request, handle, server)


@basic("auth.basic-empty-key", operation=LIST, kind="empty key")
def basic_empty_key(request: Request, handle: Handler, server: Server) -> Response:
    """An empty key finds the system user, who has no secret."""
    who = given(request)
    return admit_if(who.scheme == "basic" and who.colon and not who.key, request, handle, server)


@fault(
    "auth.bearer",
    clause="auth.wrong",
    operation=LIST,
    place="header Authorization Bearer",
    kind="wrong secret",
    rare=True,
)
def bearer(request: Request, handle: Handler, server: Server) -> Response:
    """Whatever stands behind `Bearer` is let in: a session that nobody looks up."""
    return admit_if(given(request).scheme == "bearer", request, handle, server)


@token("auth.token-403", operation=LIST, kind="wrong secret")
def token_403(request: Request, handle: Handler, server: Server) -> Response:
    """A wrong token is answered with 403, while 401 is published."""
    response = handle(request)
    if response.status == 401 and given(request).scheme == "token" and given(request).secret:
        response.status = 403
    return response


@basic("auth.basic-wrong-key-404", operation=LIST, kind="wrong key", rare=True)
def basic_wrong_key_404(request: Request, handle: Handler, server: Server) -> Response:
    """A key that nobody has is answered with 404: user not found."""
    response = handle(request)
    who = given(request)
    strange = who.scheme == "basic" and who.colon and who.key != server.credentials.api_key
    if response.status == 401 and strange:
        response.status = 404
    return response


@token("auth.token-cached", operation=LIST, kind="wrong secret", rare=True)
def token_cached(request: Request, handle: Handler, server: Server) -> Response:
    """Once a key has been let in, its secret is no longer checked."""
    who = given(request)
    known = who.scheme == "token" and who.colon and who.key == server.credentials.api_key
    if server.credentials.accept(request):
        server.state["let in"] = True
    return admit_if(known and "let in" in server.state, request, handle, server)


@token("auth.token-one-in-3", operation=LIST, place="", kind="", rare=True, intermittent=True)
def token_one_in_3(request: Request, handle: Handler, server: Server) -> Response:
    """One wrong token in three is let in: one of three servers has an old configuration."""
    who = given(request)
    wrong = who.scheme == "token" and who.colon and not server.credentials.accept(request)
    return admit_if(wrong and nth(server, "wrong", 3), request, handle, server)
