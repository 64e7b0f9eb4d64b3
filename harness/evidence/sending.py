"""What became of what was sent: in the answer, in the list, and where nothing should be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from harness.clauses import Record
from harness.contract import Creates
from harness.evidence.sends import Sent, carries
from harness.evidence.view import Evidence
from harness.wire import kinds
from harness.wire.baselines import nearest_context
from harness.wire.plain import is_plain_recipients, is_plain_text


def creates_of(evidence: Evidence) -> Creates:
    """The operation's `x-creates`."""
    assert evidence.operation.creates is not None
    return evidence.operation.creates


def answer(evidence: Evidence) -> str:
    """The response pointer of the created item."""
    return creates_of(evidence).answer


def text_place(evidence: Evidence) -> str:
    """The first of the item's texts."""
    return creates_of(evidence).marker_response[0]


def outcome(sent: Sent) -> str:
    """The status, or what came in its place."""
    return str(sent.exchange.status or sent.exchange.failure)


def is_valid(evidence: Evidence, sent: Sent) -> bool:
    """Whether the contract promises that the request is accepted, as far as its form goes."""
    reading = evidence.reading(sent.exchange)
    return reading.is_valid and "{write}" in sent.exchange.case.path


def is_plain(evidence: Evidence, sent: Sent) -> bool:
    """Whether a valid request is plain (contract.md, *A plain request*)."""
    creates, body = creates_of(evidence), sent.draft.json
    limits = creates.limits
    if not isinstance(body, dict) or any(p.removeprefix("/") in body for p in limits.absent):
        return False
    cells = evidence.reading(sent.exchange).cells
    several = {(f"body {pointer}/*", kinds.VALID_VALUE) for pointer in creates.recipients}
    if any(
        c not in several and (c.place != f"body {limits.text}" or c.kind not in _PRINTABLE)
        for c in cells
    ):
        return False
    recipients = {p: body[p[1:]] for p in creates.recipients if p.removeprefix("/") in body}
    text = body.get(limits.text.removeprefix("/"))
    return (
        is_plain_text(text, limits.minimum, limits.maximum)
        and set(recipients) == _recipients(creates, nearest_context(evidence.operation, body))
        and all(is_plain_recipients(v, limits.recipients_maximum) for v in recipients.values())
    )


_PRINTABLE = frozenset({kinds.QUOTE, kinds.TEMPLATE, kinds.SQL})
"""What may be special about a text that is plain all the same."""


def _recipients(creates: Creates, context: str) -> set[str]:
    return {p for p in creates.recipients if p.removeprefix("/") in creates.plain[context]}


def has_spent_key(evidence: Evidence, sent: Sent) -> bool:
    """Whether a send's repeat key may have been used before, in this run or another.

    send.repeat allows the earlier item as an answer, so nothing else can be said of it. A number
    is a key, too, for a server that reads it as a text, and so is one in other capitals.
    """
    name = creates_of(evidence).repeat_key.removeprefix("/").lower()
    body = sent.draft.json if isinstance(sent.draft.json, dict) else {}
    keys = [
        str(v) for k, v in body.items() if k.lower() == name and isinstance(v, str | int | float)
    ]
    marker = sent.exchange.marker
    return any(not marker or marker not in key for key in keys)


def context_of(evidence: Evidence, sent: Sent) -> str:
    """The context whose constants a send shares most of."""
    body = sent.draft.json if isinstance(sent.draft.json, dict) else {}
    return nearest_context(evidence.operation, body)


def lacks_the_right(evidence: Evidence, sent: Sent) -> bool:
    """Whether the credentials may not send in this context while another context passes."""
    context = context_of(evidence, sent)
    return (
        sent.exchange.status == 403
        and context in creates_of(evidence).refusable
        and any(s.accepted and context_of(evidence, s) != context for s in evidence.sends)
    )


def forbidden(evidence: Evidence) -> int:
    """401 or 403 if the first item was refused so and nothing else was written; 0 otherwise.

    The client ends all writing then: the credentials may not write, and no promise is broken.
    """
    sends = [e for e in evidence.exchanges if e.case.method == evidence.operation.method]
    if len(sends) != 1 or sends[0].case.context not in creates_of(evidence).harmless:
        return 0
    (only,) = sends
    is_first = only.case.phase == "baseline" and only in evidence.authenticated
    return only.status if is_first and only.status in {401, 403} else 0


def plain_and_accepted(evidence: Evidence) -> Iterator[Sent]:
    """The accepted sends that the suite looks for."""
    for sent in evidence.sends:
        repeat = sent.exchange.case.role.startswith("repeat|")
        marked = is_marked(evidence, sent) and not repeat
        if sent.accepted and marked and isinstance(sent.item, dict):
            yield sent


def is_marked(evidence: Evidence, sent: Sent) -> bool:
    """A valid send that the suite looks for: a baseline, the long text, another scheme."""
    return (
        is_valid(evidence, sent)
        and (is_plain(evidence, sent) or sent.exchange.case.role == "long")
        and bool(sent.exchange.marker)
        and sent.exchange.case.phase in {"baseline", "sending", "auth", "repeat"}
    )


def items(evidence: Evidence, record: Record) -> Iterator[tuple[Sent, str, Any]]:
    """Each valid accepted send with its item in the answer and with the item found listed.

    The place's prefix is the answer's pointer, or `list` for the listed item.
    """
    creates = creates_of(evidence)
    for sent in evidence.sends:
        if not sent.accepted or not isinstance(sent.item, dict) or not is_valid(evidence, sent):
            continue
        if sent.exchange.case.role.startswith("repeat|") or has_spent_key(evidence, sent):
            continue
        record.judged.add(sent.exchange.number)
        yield sent, creates.answer, sent.item
        listed = _last_found(evidence, sent)
        if listed is not None:
            yield sent, "list ", listed


def _last_found(evidence: Evidence, sent: Sent) -> Any:
    """The listed item with this send's identity, as last read; None if it is not listed."""
    identity = str(sent.item.get(identity_of(evidence)[0])).lower()
    for look in reversed(evidence.looks):
        if identity in look.items:
            return look.items[identity]
    return None


def identity_of(evidence: Evidence) -> tuple[str, ...]:
    """The identities of the list that shows what was sent."""
    listing = evidence.contract.operation(creates_of(evidence).listed_by)
    assert listing.pagination is not None
    return listing.pagination.identity


def lost_words(evidence: Evidence, sent: Sent, item: Any) -> Iterator[str]:
    """Each word that did not arrive."""
    creates, marker = creates_of(evidence), sent.exchange.marker
    if not is_worded(evidence, sent):
        return
    if not carries(creates, item, marker):
        yield f"the marker {marker}"
    elif sent.exchange.case.role == "long" and not carries(creates, item, f"last{marker}"):
        yield f"the last word last{marker}"


def is_worded(evidence: Evidence, sent: Sent) -> bool:
    """Whether the text of a send is the suite's own, with its marker in it."""
    text = sent.draft.json.get(creates_of(evidence).limits.text.removeprefix("/"))
    marker = sent.exchange.marker
    return isinstance(text, str) and bool(marker) and marker in text


def reused_identities(evidence: Evidence, record: Record) -> Iterator[tuple[Sent, str, str]]:
    """Accepted sends whose item has an identity that another item had before."""
    bearers: dict[tuple[str, str], list[Sent]] = {}
    for sent in plain_and_accepted(evidence):
        record.judged.add(sent.exchange.number)
        for name in identity_of(evidence):
            if name in sent.item:
                bearers.setdefault((name, _identity(sent.item, name)), []).append(sent)
    answered = {_identity(s.item, identity_of(evidence)[0]) for s in plain_and_accepted(evidence)}
    for (name, value), sharing in bearers.items():
        for sent in sharing:
            if len(sharing) > 1 or _is_taken(evidence, sent, (name, value), answered):
                yield sent, name, value


def _identity(item: Any, name: str) -> str:
    return str(item.get(name)).lower()


def _is_taken(evidence: Evidence, sent: Sent, claimed: tuple[str, str], answered: set[str]) -> bool:
    """Whether the list has an identity at another item: an older one, or another send's."""
    name, value = claimed
    own = _identity(sent.item, identity_of(evidence)[0])
    for look in evidence.looks:
        is_older = all(e.number < sent.exchange.number for e in look.exchanges)
        for key, item in look.items.items():
            is_another = key != own and (is_older or key in answered)
            if is_another and _identity(item, name) == value:
                return True
    return False
