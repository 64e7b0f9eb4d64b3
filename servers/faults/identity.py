"""Items of another conversation, and identities that are not unique."""

from __future__ import annotations

from functools import partial

from servers.reference.protocol import Handler, Request, Response
from servers.reference.seed import CONVERSATION, WRITE_CONVERSATION
from servers.reference.server import Server
from servers.reference.store import Json
from servers.registry import LIST, fault
from servers.tools import each, page_of

isolation = partial(
    fault,
    clause="list.isolation",
    operation=LIST,
    place="/data/results/*",
    kind="foreign item",
)
unique = partial(
    fault, clause="list.unique", operation=LIST, place="/data/results/*/id", kind="duplicate"
)


def foreign(request: Request, server: Server) -> Json:
    """A message of the conversation that was not asked for."""
    asked_for_reading = CONVERSATION in request.path
    other = WRITE_CONVERSATION if asked_for_reading else CONVERSATION
    return server.store.conversations[other].messages[3].as_json()


@isolation("identity.foreign-last", regime="any")
def foreign_last(request: Request, handle: Handler, server: Server) -> Response:
    """The last item of every page belongs to another conversation."""
    response = handle(request)
    page = page_of(response)
    if page is not None and page["results"]:
        page["results"][-1] = foreign(request, server)
    return response


@isolation("identity.foreign-on-last-page", regime="last", rare=True)
def foreign_on_last_page(request: Request, handle: Handler, server: Server) -> Response:
    """Only the very last item of the list belongs to another conversation."""
    response = handle(request)
    page = page_of(response)
    if page is not None and page["results"] and page["page"] == page["total_pages"]:
        page["results"][-1] = foreign(request, server)
    return response


@isolation("identity.foreign-notes", regime="private=true, private=true&type=outgoing", rare=True)
def foreign_notes(request: Request, handle: Handler, server: Server) -> Response:
    """`private=true` forgets the conversation for its first item."""
    response = handle(request)
    page = page_of(response)
    if page is not None and request.parameter("private") == ["true"] and page["results"]:
        notes = [
            message.as_json()
            for conversation in server.store.conversations.values()
            for message in conversation.messages
            if message.draft.private and conversation.uuid not in request.path
        ]
        page["results"][0] = notes[0]
    return response


@isolation(
    "identity.wrong-conversation-uuid",
    regime=None,
    rare=True,
)
def wrong_conversation_uuid(request: Request, handle: Handler, server: Server) -> Response:
    """Messages with attachments name another conversation than the one they are listed in."""
    return each(
        handle(request),
        lambda m: m.update(conversation_uuid=foreign(request, server)["conversation_uuid"]),
        lambda m: m["attachments"],
    )


@unique("identity.id-shared-by-two", regime="any")
def id_shared_by_two(request: Request, handle: Handler, server: Server) -> Response:
    """Two messages that follow each other share an id."""
    return each(handle(request), lambda m: m.update(id=m["id"] // 2))


@unique("identity.id-of-conversation", regime="any")
def id_of_conversation(request: Request, handle: Handler, server: Server) -> Response:
    """The `id` of a message is the conversation's."""
    return each(handle(request), lambda m: m.update(id=m["conversation_id"]))


@unique("identity.id-per-200", regime=None, rare=True)
def id_per_200(request: Request, handle: Handler, server: Server) -> Response:
    """Ids begin again after 200 messages, which no single page shows."""
    return each(handle(request), lambda m: m.update(id=m["id"] % 200 + 1))
