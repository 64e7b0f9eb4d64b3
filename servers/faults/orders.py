"""Lists that hold the right messages in an order that will not stand still."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from random import Random

from servers.reference.protocol import Handler, Request, Response
from servers.reference.server import Server
from servers.reference.store import Json
from servers.registry import LIST, fault
from servers.tools import filtered, given, messages, nth, number, reselect

ITEM = "/data/results/*"
stable = partial(
    fault, clause="list.stable", operation=LIST, place=ITEM, kind="wrong order", regime="any"
)
Key = Callable[[Json], object]


def minute(message: Json) -> object:
    """What messages that were written at the same time have in common."""
    return message["created_at"]


def day(message: Json) -> object:
    """The same for a column that holds the date only."""
    return str(message["created_at"])[:10]


def with_ties(found: list[Json], key: Key, turn: Callable[[list[Json]], list[Json]]) -> list[Json]:
    """The list with every run of messages that tie turned into another order."""
    runs: list[list[Json]] = []
    for message in found:
        if runs and key(runs[-1][0]) == key(message):
            runs[-1].append(message)
        else:
            runs.append([message])
    return [message for run in runs for message in turn(run)]


def cut(found: list[Json], page: int, size: int) -> list[Json]:
    """One page of a list."""
    return found[(page - 1) * size : page * size]


def dice(server: Server) -> Random:
    """Other numbers for every request, the same ones for every run."""
    nth(server, "dice", 1)
    return Random(server.state["dice"])


def tossed(server: Server) -> Callable[[list[Json]], list[Json]]:
    """Any order, another one for each request."""
    random = dice(server)
    return lambda run: random.sample(run, len(run))


@stable("order.shuffled-anew")
def shuffled_anew(request: Request, handle: Handler, server: Server) -> Response:
    """Every request is answered from the whole list in another random order."""
    turn = tossed(server)
    return reselect(request, handle, lambda found, page, size: cut(turn(found), page, size))


@stable("order.ties-at-random")
def ties_at_random(request: Request, handle: Handler, server: Server) -> Response:
    """Messages of the same time come in any order: `ORDER BY created_at` and nothing else."""
    turn = tossed(server)
    return reselect(
        request, handle, lambda found, page, size: cut(with_ties(found, minute, turn), page, size)
    )


@stable("order.days-at-random")
def days_at_random(request: Request, handle: Handler, server: Server) -> Response:
    """Messages of the same day come in any order: the column that is sorted by holds a date."""
    turn = tossed(server)
    return reselect(
        request, handle, lambda found, page, size: cut(with_ties(found, day, turn), page, size)
    )


@stable("order.one-tie-by-turns", rare=True)
def one_tie_by_turns(request: Request, handle: Handler, server: Server) -> Response:
    """Two messages far down the list, and no others, change places at every other request."""
    if not nth(server, "turns", 2):
        return handle(request)
    tied = {100: 0, 101: 0}
    return reselect(
        request,
        handle,
        lambda found, page, size: cut(
            with_ties(found, lambda m: tied.get(m["id"], m["id"]), lambda run: run[::-1]),
            page,
            size,
        ),
    )


@stable("order.two-replicas")
def two_replicas(request: Request, handle: Handler, server: Server) -> Response:
    """Two replicas answer by turns: one from the newest, one from the oldest message on."""
    if not nth(server, "replicas", 2):
        return handle(request)
    return reselect(request, handle, lambda found, page, size: cut(found[::-1], page, size))


@stable("order.rotates")
def rotates(request: Request, handle: Handler, server: Server) -> Response:
    """The list begins seven messages later each time, and ends with what it began with."""
    nth(server, "rotations", 1)
    by = 7 * server.state["rotations"]
    return reselect(
        request,
        handle,
        lambda found, page, size: cut(
            found[by % max(1, len(found)) :] + found[: by % max(1, len(found))], page, size
        ),
    )


@stable("order.least-read-first")
def least_read_first(request: Request, handle: Handler, server: Server) -> Response:
    """The list is sorted by a counter that every answer raises for the messages that it holds."""
    read: dict[int, int] = server.state.setdefault("read", {})
    response = reselect(
        request,
        handle,
        lambda found, page, size: cut(
            sorted(found, key=lambda m: read.get(m["id"], 0)), page, size
        ),
    )
    for message in messages(response):
        read[message["id"]] = read.get(message["id"], 0) + 1
    return response


@stable("order.read-moves-up", rare=True)
def read_moves_up(request: Request, handle: Handler, server: Server) -> Response:
    """One message moves to the top of the list as soon as somebody has been shown it."""
    shown = "shown" in server.state
    response = reselect(
        request,
        handle,
        lambda found, page, size: cut(
            sorted(found, key=lambda m: not (shown and m["id"] == 150)), page, size
        ),
    )
    if any(message["id"] == 150 for message in messages(response)):
        server.state["shown"] = True
    return response


@stable("order.middle-at-random", rare=True)
def middle_at_random(request: Request, handle: Handler, server: Server) -> Response:
    """What stands behind the first and before the last sixty messages comes in any order."""
    turn = tossed(server)

    def shuffled(found: list[Json], page: int, size: int) -> list[Json]:
        ends = found[:60], found[60:][-60:]
        return cut([*ends[0], *turn(found[60 : -len(ends[1]) or None]), *ends[1]], page, size)

    return reselect(request, handle, shuffled)


@stable("order.filtered-at-random")
def filtered_at_random(request: Request, handle: Handler, server: Server) -> Response:
    """With a filter messages of the same day come in any order, without one they do not."""
    if not filtered(request):
        return handle(request)
    turn = tossed(server)
    return reselect(
        request, handle, lambda found, page, size: cut(with_ties(found, day, turn), page, size)
    )


@stable("order.ties-by-scheme")
def ties_by_scheme(request: Request, handle: Handler, server: Server) -> Response:
    """Whoever comes with a token finds messages of the same time in the opposite order."""
    if given(request).scheme != "token":
        return handle(request)
    return reselect(
        request,
        handle,
        lambda found, page, size: cut(with_ties(found, minute, lambda run: run[::-1]), page, size),
    )


@fault(
    "order.ties-by-window",
    clause="list.no-gap",
    operation=LIST,
    place=ITEM,
    kind="wrong order",
    regime=None,
)
def ties_by_window(request: Request, handle: Handler, server: Server) -> Response:
    """Messages of the same time come in one order on even pages, in the other on odd ones."""
    if number(request, "page", 1) % 2:
        return handle(request)
    return reselect(
        request,
        handle,
        lambda found, page, size: cut(with_ties(found, minute, lambda run: run[::-1]), page, size),
    )


@fault(
    "order.ties-by-size",
    clause="list.no-gap",
    operation=LIST,
    place=ITEM,
    kind="wrong order",
    regime=None,
)
def ties_by_size(request: Request, handle: Handler, server: Server) -> Response:
    """Messages of the same time come in another order where a page holds fewer than fifty."""
    if number(request, "page_size", 30) >= 50:
        return handle(request)
    return reselect(
        request,
        handle,
        lambda found, page, size: cut(with_ties(found, minute, lambda run: run[::-1]), page, size),
    )
