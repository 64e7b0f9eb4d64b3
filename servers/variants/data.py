"""Other data, and other ways to write the same data."""

from __future__ import annotations

import html
import json
import re
from datetime import datetime, timedelta, timezone

from servers.reference.protocol import Handler, Request, Response
from servers.reference.seed import CONVERSATION
from servers.reference.server import Server
from servers.reference.store import Json
from servers.registry import variant
from servers.tools import amend, each, messages, nth, page_of, reselect

ZONES = [timezone(timedelta(minutes=minutes)) for minutes in (0, 330, -570, 60)]
TEMPLATE = re.compile(r"\{\{.*?\}\}")


@variant("extra-fields")
def extra_fields(request: Request, handle: Handler, server: Server) -> Response:
    """Answers hold undocumented fields wherever there is room for one.

    Nothing to report: extra fields are tolerated.
    """
    response = handle(request)
    if response.status == 200:
        response.payload["request_id"] = None
    amend(response, lambda page: page.update(has_more=page["page"] < page["total_pages"]))
    return each(response, _with_extras)


def _with_extras(message: Json) -> None:
    message["author"] = {"id": message["sender_id"], "type": "unheard-of", "avatar_url": None}
    message["meta"].update(echo_id="", activity_type="", priority=3)


@variant("dates")
def dates(request: Request, handle: Handler, server: Server) -> Response:
    """Dates have other offsets, fractions and letters, all of them RFC 3339.

    Nothing to report.
    """
    return each(handle(request), _redated)


def _redated(message: Json) -> None:
    moment = datetime.fromisoformat(message["created_at"])
    zone = ZONES[message["id"] % len(ZONES)]
    there = moment.astimezone(zone).isoformat(timespec="seconds")
    fraction = (".12", ".120000000", ".120", "")[message["id"] % 4]
    message["created_at"] = there[:19] + fraction + there[19:]
    message["updated_at"] = message["updated_at"].replace("T", "t").replace("Z", "z")


@variant("ascending")
def ascending(request: Request, handle: Handler, server: Server) -> Response:
    """The list begins with the oldest message.

    Nothing to report: no order is documented; sent messages are at the other end.
    """
    return reselect(
        request,
        handle,
        lambda found, page, size: found[::-1][(page - 1) * size : page * size],
    )


@variant("big-ids")
def big_ids(request: Request, handle: Handler, server: Server) -> Response:
    """Ids are beyond 2^40.

    Nothing to report: an integer without format has no bound.
    """
    names = ("id", "conversation_id", "sender_id")
    return each(handle(request), lambda m: m.update({name: m[name] + 2**41 for name in names}))


@variant("upper-case-uuids")
def upper_case_uuids(request: Request, handle: Handler, server: Server) -> Response:
    """The list writes UUIDs in capitals, the answer to a sent message does not.

    Nothing to report: UUIDs are compared without regard to case.
    """
    response = handle(request)
    if page_of(response) is None:
        return response
    names = ("uuid", "conversation_uuid")
    return each(response, lambda m: m.update({name: m[name].upper() for name in names}))


@variant("rendered")
def rendered(request: Request, handle: Handler, server: Server) -> Response:
    """Texts are rendered: templates replaced, markup escaped, controls removed.

    Nothing to report: send.content allows sanitising, templating and rendering.
    """
    return each(handle(request), _rendered)


def _rendered(message: Json) -> None:
    lines = message["text_content"].split("\n")
    plain = "\n".join("".join(filter(str.isprintable, line)) for line in lines)
    plain = TEMPLATE.sub("Kim", plain).strip()
    markup = html.escape(plain).replace("\n", "<br>")
    message.update(content=f"<p>{markup}</p>", text_content=plain, content_type="html")


@variant("no-text-content")
def no_text_content(request: Request, handle: Handler, server: Server) -> Response:
    """`text_content` is always empty.

    Nothing to report: the marker is found in `content`.
    """
    return each(handle(request), lambda m: m.update(text_content=""))


@variant("no-meta")
def no_meta(request: Request, handle: Handler, server: Server) -> Response:
    """`meta` is always empty.

    Nothing to report: `meta.*` are optional. Recipients can't be compared.
    """
    return each(handle(request), lambda m: m.update(meta={}))


@variant("pretty-ascii")
def pretty_ascii(request: Request, handle: Handler, server: Server) -> Response:
    """JSON is indented, sorted and escaped to ASCII, under a type with a charset.

    Nothing to report.
    """
    response = handle(request)
    if response.content is None:
        response.headers["Content-Type"] = 'Application/JSON; charset="utf-8"'
        response.content = json.dumps(response.payload, indent=2, sort_keys=True).encode()
    return response


@variant("signed-urls")
def signed_urls(request: Request, handle: Handler, server: Server) -> Response:
    """Attachments' URLs are signed anew, and the author's presence changes, with each answer.

    Nothing to report: only identities, types, senders and dates are compared.
    """
    response = handle(request)
    nth(server, "signatures", 1)
    count = server.state["signatures"]
    for message in messages(response):
        message["author"] = {"availability_status": ("online", "away", "offline")[count % 3]}
        message["updated_at"] = f"2029-01-01T00:{count % 60:02}:00Z"
        for attachment in message["attachments"]:
            attachment["url"] = f"https://files.example/{attachment['size']}?signature={count:x}"
    return response


@variant("one-page-if-empty")
def one_page_if_empty(request: Request, handle: Handler, server: Server) -> Response:
    """An empty list has one page, which is empty.

    Nothing to report: list.total-pages allows 0 or 1.
    """
    return amend(handle(request), lambda page: page.update(total_pages=max(1, page["total_pages"])))


def _empty(server: Server) -> None:
    for conversation in server.store.conversations.values():
        conversation.messages.clear()


@variant("empty-conversations", prepare=_empty)
def empty_conversations(request: Request, handle: Handler, server: Server) -> Response:
    """Both conversations are empty.

    Not exercised: whatever needs more than an empty page.
    """
    return handle(request)


def _of_length(count: int) -> None:
    def prepare(server: Server) -> None:
        conversation = server.store.conversations[CONVERSATION]
        conversation.messages = conversation.messages[-count:]

    def conversation_of(request: Request, handle: Handler, server: Server) -> Response:
        return handle(request)

    conversation_of.__doc__ = (
        f"The read conversation holds exactly {count}. Nothing to report; not exercised where "
        "more pages are needed."
    )
    variant(f"conversation-of-{count}", prepare)(conversation_of)


for _count in (1, 30, 31, 100):
    _of_length(_count)


@variant("keys-twice-alike")
def keys_twice_alike(request: Request, handle: Handler, server: Server) -> Response:
    """Keys stand twice with the same value, spelled and written in another way.

    Nothing to report: whichever of them a reader takes, it reads the same.
    """
    response = handle(request)
    content = response.encoded().decode()
    if response.headers.get("Content-Type") != "application/json":
        return response
    content = re.sub(r'"total": (\d+)', r'"\\u0074otal": \1.0, "total": \1', content)
    content = re.sub(r'"private": (\w+)', r'"private": \1, "private": \1', content)
    content = re.sub(r'"meta": (\{[^{}]*\})', r'"meta": \1, "me\\u0074a": \1', content)
    response.content = re.sub(r'"status": ("\w+")', r'"status": \1, "status": \1', content).encode()
    return response
