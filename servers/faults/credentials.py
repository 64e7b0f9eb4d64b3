"""Missing and malformed credentials, good ones that are refused, and what happens before."""

from __future__ import annotations

import string
from dataclasses import replace
from functools import partial

from servers.reference.protocol import Handler, Request, Response
from servers.reference.server import Server
from servers.registry import LIST, SEND, fault
from servers.tools import admit_if, admitted, error, given, showing

BASIC = "header Authorization basicAuth"
TOKEN = "header Authorization tokenAuth"
NO_SCHEME = "header Authorization"
BASE64 = frozenset(string.ascii_letters + string.digits + "+/=")
missing = partial(fault, clause="auth.missing", place=NO_SCHEME, kind="missing")
malformed = partial(fault, clause="auth.malformed")
no_effect = partial(fault, clause="auth.no-effect", operation=SEND)


def absent(request: Request) -> bool:
    """Whether there are no credentials at all."""
    return not request.header("authorization")


@missing("auth.missing-accepted", operation=LIST)
def missing_accepted(request: Request, handle: Handler, server: Server) -> Response:
    """Without credentials the list is public."""
    return admit_if(absent(request), request, handle, server)


@missing("auth.send-missing-accepted", operation=SEND)
def send_missing_accepted(request: Request, handle: Handler, server: Server) -> Response:
    """Without credentials anybody may send."""
    return admit_if(absent(request), request, handle, server)


@missing("auth.missing-empty-list", operation=LIST)
def missing_empty_list(request: Request, handle: Handler, server: Server) -> Response:
    """Without credentials the list is empty: 200, as if there were nothing to see."""
    if not absent(request):
        return handle(request)
    data = {"results": [], "total": 0, "per_page": 30, "total_pages": 0, "page": 1}
    return Response(200, {"status": "success", "data": data})


@missing("auth.missing-redirected", operation=LIST)
def missing_redirected(request: Request, handle: Handler, server: Server) -> Response:
    """Without credentials one is sent to the login page."""
    if absent(request):
        return Response(302, headers={"Location": "/login"}, content=b"")
    return handle(request)


@missing("auth.send-missing-404", operation=SEND)
def send_missing_404(request: Request, handle: Handler, server: Server) -> Response:
    """Without credentials nothing is said to exist: 404, while 401 is published."""
    return error(404, "Not found") if absent(request) else handle(request)


@malformed("auth.basic-not-base64-fails", operation=LIST, place=BASIC, kind="not Base64")
def basic_not_base64_fails(request: Request, handle: Handler, server: Server) -> Response:
    """What can't be decoded from Base64 is answered with 500."""
    response = handle(request)
    who = given(request)
    undecodable = who.scheme == "basic" and not set(who.raw) <= BASE64
    return error(500) if response.status == 401 and undecodable else response


@malformed("auth.token-no-colon-fails", operation=LIST, place=TOKEN, kind="no colon")
def token_no_colon_fails(request: Request, handle: Handler, server: Server) -> Response:
    """A token without a colon is answered with 500: index out of range."""
    who = given(request)
    broken = who.scheme == "token" and who.raw and not who.colon
    return error(500) if broken else handle(request)


@malformed("auth.send-scheme-alone-fails", operation=SEND, place=BASIC, kind="scheme word alone")
def send_scheme_alone_fails(request: Request, handle: Handler, server: Server) -> Response:
    """Sending answers 500 to the word `Basic` alone."""
    who = given(request)
    return error(500) if who.scheme == "basic" and not who.raw else handle(request)


@malformed("auth.send-token-no-colon-403", operation=SEND, place=TOKEN, kind="no colon")
def send_token_no_colon_403(request: Request, handle: Handler, server: Server) -> Response:
    """Sending answers 403 to a token without a colon."""
    who = given(request)
    broken = who.scheme == "token" and not who.colon
    return error(403, "Forbidden") if broken else handle(request)


@malformed("auth.garbage-accepted", operation=LIST, place=NO_SCHEME, kind="printable garbage")
def garbage_accepted(request: Request, handle: Handler, server: Server) -> Response:
    """A header without a known scheme is taken for a session of the web page, and let in."""
    strange = not absent(request) and given(request).scheme not in ("basic", "token", "bearer", "")
    return admit_if(strange, request, handle, server)


@malformed(
    "auth.twice-fails",
    operation=LIST,
    place="header Authorization basicAuth",
    kind="header twice",
    rare=True,
)
def twice_fails(request: Request, handle: Handler, server: Server) -> Response:
    """Two `Authorization` headers are answered with 500."""
    return error(500) if len(request.header("authorization")) > 1 else handle(request)


@malformed("auth.very-long-fails", operation=LIST, place=TOKEN, kind="very long", rare=True)
def very_long_fails(request: Request, handle: Handler, server: Server) -> Response:
    """Credentials of more than 1,000 characters are answered with 500."""
    values = request.header("authorization")
    return error(500) if any(len(value) > 1000 for value in values) else handle(request)


@malformed("auth.basic-no-colon-accepted", operation=LIST, place=BASIC, kind="no colon", rare=True)
def basic_no_colon_accepted(request: Request, handle: Handler, server: Server) -> Response:
    """Basic credentials without a colon have no secret to check."""
    who = given(request)
    return admit_if(
        who.scheme == "basic" and who.key != "" and not who.colon, request, handle, server
    )


@fault("auth.basic-refused", clause="auth.basic", operation=LIST, place=BASIC, kind="valid value")
def basic_refused(request: Request, handle: Handler, server: Server) -> Response:
    """Listing knows no Basic credentials."""
    return error(401) if given(request).scheme == "basic" else handle(request)


@fault(
    "auth.send-basic-refused", clause="auth.basic", operation=SEND, place=BASIC, kind="valid value"
)
def send_basic_refused(request: Request, handle: Handler, server: Server) -> Response:
    """Sending knows no Basic credentials."""
    return error(401) if given(request).scheme == "basic" else handle(request)


@fault(
    "auth.send-token-refused", clause="auth.token", operation=SEND, place=TOKEN, kind="valid value"
)
def send_token_refused(request: Request, handle: Handler, server: Server) -> Response:
    """Sending knows no token credentials."""
    return error(401) if given(request).scheme == "token" else handle(request)


@fault("auth.token-refused", clause="auth.token", operation=LIST, place=TOKEN, kind="valid value")
def token_refused(request: Request, handle: Handler, server: Server) -> Response:
    """Listing answers 403 to good token credentials."""
    good = given(request).scheme == "token" and server.credentials.accept(request)
    return error(403, "Forbidden") if good else handle(request)


@fault(
    "auth.basic-hides-notes",
    clause="auth.basic",
    operation=LIST,
    place=BASIC,
    kind="valid value",
    rare=True,
)
def basic_hides_notes(request: Request, handle: Handler, server: Server) -> Response:
    """Whoever comes with Basic credentials sees no private notes."""
    if given(request).scheme != "basic":
        return handle(request)
    with showing(server, lambda message: not message.draft.private):
        return handle(request)


@fault(
    "auth.lookup-first", clause="auth.first", operation=LIST, place="path uuid", kind="unknown id"
)
def lookup_first(request: Request, handle: Handler, server: Server) -> Response:
    """Unknown conversations are 404 even for strangers, who so learn which ones exist."""
    known = handle(admitted(request, server))
    return known if known.status == 404 else handle(request)


@fault("auth.id-first", clause="auth.first", operation=SEND, place="path uuid", kind="malformed")
def id_first(request: Request, handle: Handler, server: Server) -> Response:
    """Sending reads the conversation's id before it asks who is there."""
    known = handle(request)
    malformed_id = handle(admitted(replace(request, method="GET"), server)).status == 400
    return error(400, "No UUID") if known.status == 401 and malformed_id else known


@no_effect("auth.missing-stored", place=NO_SCHEME, kind="missing")
def missing_stored(request: Request, handle: Handler, server: Server) -> Response:
    """A send without credentials is answered with 401, and stored."""
    if absent(request):
        handle(admitted(request, server))
    return handle(request)


@no_effect("auth.wrong-stored", place=TOKEN, kind="wrong secret")
def wrong_stored(request: Request, handle: Handler, server: Server) -> Response:
    """A send with a wrong secret is answered with 401, and stored."""
    who = given(request)
    response = handle(request)
    if response.status == 401 and who.key == server.credentials.api_key:
        handle(admitted(request, server))
    return response


@no_effect("auth.missing-contact-stored", place=NO_SCHEME, kind="missing", rare=True)
def missing_contact_stored(request: Request, handle: Handler, server: Server) -> Response:
    """A contact's message without credentials is answered with 401, and stored."""
    if absent(request) and b'"contact"' in request.body:
        handle(admitted(request, server))
    return handle(request)
