"""Lists that change while they are read, and keep to their order; and orders that are odd."""

from __future__ import annotations

from datetime import timedelta
from itertools import groupby

from servers.reference.protocol import Handler, Request, Response
from servers.reference.seed import CONVERSATION, draft
from servers.reference.server import Server
from servers.registry import variant
from servers.tools import age, filtered, nth, reselect, showing
from servers.variants.weather import move_on

LAG = timedelta(milliseconds=50)


@variant("ties-oldest-first")
def ties_oldest_first(request: Request, handle: Handler, server: Server) -> Response:
    """Messages of the same time come in the order of their ids, among times that go back.

    Nothing to report: a tie is broken in the same way each time.
    """
    return reselect(
        request,
        handle,
        lambda found, page, size: [
            message
            for _, run in groupby(found, key=lambda m: m["created_at"])
            for message in sorted(run, key=lambda m: m["id"])
        ][(page - 1) * size : page * size],
    )


@variant("filtered-oldest-first")
def filtered_oldest_first(request: Request, handle: Handler, server: Server) -> Response:
    """With a filter the list begins with the oldest message, without one with the newest.

    Nothing to report: no order is documented, and each list keeps to its own.
    """
    if not filtered(request):
        return handle(request)
    return reselect(
        request, handle, lambda found, page, size: found[::-1][(page - 1) * size : page * size]
    )


@variant("statuses-change")
def statuses_change(request: Request, handle: Handler, server: Server) -> Response:
    """After every second request the delivery of a few messages goes on, and none moves.

    Nothing to report: a status may change, and the order does not depend on it.
    """
    response = handle(request)
    if nth(server, "deliveries", 2):
        count = server.state["deliveries"]
        for conversation in server.store.conversations.values():
            for index in range(count, count + 7):
                move_on(conversation, index % len(conversation.messages))
    return response


@variant("writers-come-and-go")
def writers_come_and_go(request: Request, handle: Handler, server: Server) -> Response:
    """After every fifth request somebody adds a message and somebody else deletes one.

    Not exercised where the data keeps changing; never a violation: the total is always the same.
    """
    response = handle(request)
    if nth(server, "comings", 5):
        count = server.state["comings"]
        conversation = server.store.conversations[CONVERSATION]
        server.store.add(conversation, draft(count, conversation.contact_id))
        del conversation.messages[count * 13 % len(conversation.messages)]
    return response


@variant("taken-back")
def taken_back(request: Request, handle: Handler, server: Server) -> Response:
    """Somebody adds a message at every sixth request and deletes it three requests later.

    Not exercised where the data keeps changing; never a violation.
    """
    response = handle(request)
    conversation = server.store.conversations[CONVERSATION]
    if nth(server, "drafts", 3):
        if server.state["drafts"] % 2:
            server.state["draft"] = server.store.add(
                conversation, draft(server.state["drafts"], conversation.contact_id)
            )
        elif "draft" in server.state:
            conversation.messages.remove(server.state.pop("draft"))
    return response


@variant("deletions")
def deletions(request: Request, handle: Handler, server: Server) -> Response:
    """After every eleventh request somebody deletes one of the older messages.

    Not exercised where the data keeps changing; never a violation.
    """
    response = handle(request)
    if nth(server, "deletions", 11):
        messages = server.store.conversations[CONVERSATION].messages
        del messages[server.state["deletions"] * 7 % (len(messages) // 2)]
    return response


@variant("stale-replica")
def stale_replica(request: Request, handle: Handler, server: Server) -> Response:
    """Somebody writes after every eighth request; every third answer does not know it yet.

    Not exercised where the data keeps changing; never a violation.
    """
    if CONVERSATION not in request.path or request.method != "GET":
        return handle(request)
    if nth(server, "turns", 3):
        with showing(server, lambda message: age(server, message) > LAG.total_seconds()):
            return handle(request)
    response = handle(request)
    if nth(server, "written", 8):
        conversation = server.store.conversations[CONVERSATION]
        server.store.add(conversation, draft(server.state["written"], conversation.contact_id))
    return response
