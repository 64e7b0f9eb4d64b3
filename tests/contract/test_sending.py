"""What a sent item must come back as (contract: `send.*`, from `x-creates`)."""

from __future__ import annotations

from harness import told
from harness.clauses import Record, clause
from harness.evidence import bodies, counted, echoes, listed
from harness.evidence import sending as say
from harness.evidence.view import Evidence
from harness.reasons import MAY_NOT_SEND_AS, MAY_NOT_WRITE

READS = ("baseline", "sending", "grid")


@clause(
    "send.accepted",
    source="responses/2xx",
    culprit="request",
    operations="sending",
    reads=(*READS, "coverage", "fuzz"),
    tolerated="4xx to any other valid body: a gap; 403 for a context the sender has no right to",
    writes="notes",
)
def test_accepted(evidence: Evidence, record: Record) -> None:
    """A plain request is answered with the documented success and the item."""
    if status := say.forbidden(evidence):
        record.miss(MAY_NOT_WRITE(status=status))
        return
    for sent in evidence.sends:
        is_good = sent.exchange.case.role.startswith("good|")
        if is_good or not say.is_valid(evidence, sent) or say.has_spent_key(evidence, sent):
            continue
        if not say.is_plain(evidence, sent):
            if sent.refused:
                record.silent(sent.exchange, "a valid body that is not plain is refused")
            continue
        if say.lacks_the_right(evidence, sent):
            record.miss(MAY_NOT_SEND_AS(context=say.context_of(evidence, sent)))
            continue
        record.judged.add(sent.exchange.number)
        if not (sent.accepted and evidence.validator.status_documented(sent.exchange)):
            expected = f"{evidence.operation.success} and the item"
            record.add(sent.exchange, expected=expected, actual=say.outcome(sent))


@clause(
    "send.echo",
    source="x-creates/echo",
    culprit="request",
    operations="sending",
    reads=READS,
    tolerated="additions; absence of optional keys; de-duplication; an empty blind copy",
    writes="notes",
)
def test_echo(evidence: Evidence, record: Record) -> None:
    """The item says what was sent, in the answer and in the list."""
    for sent, where, item in say.items(evidence, record):
        for place, expected, actual in echoes.echo_deviations(evidence, sent, item):
            record.add(
                sent.exchange,
                expected=f"{where}{place} {expected}",
                actual=f"{where}{place} {actual}",
            )


@clause(
    "send.content",
    source="requestBody",
    culprit="request",
    operations="sending",
    reads=READS,
    tolerated="sanitising, templating, rendering",
    writes="notes",
)
def test_content(evidence: Evidence, record: Record) -> None:
    """The text arrives: its marker, and of a long text its last word, in answer and list."""
    for sent, where, item in say.items(evidence, record):
        for expected in say.lost_words(evidence, sent, item):
            record.add(
                sent.exchange,
                expected=f"{expected} in {where}{say.text_place(evidence)}",
                actual="a text without it",
            )


@clause(
    "send.identity",
    source="x-creates/answer",
    culprit="request",
    operations="sending",
    reads=READS,
    writes="notes",
)
def test_identity(evidence: Evidence, record: Record) -> None:
    """Each accepted send has an identity that no other item has."""
    for sent, name, other in say.reused_identities(evidence, record):
        record.add(
            sent.exchange,
            expected=f"a new {name}",
            actual=f"{told.text(other)}, which another item has",
        )


@clause(
    "send.listed",
    source="x-creates/listed-by",
    culprit="request",
    operations="sending",
    reads=READS,
    tolerated="a first miss that heals within 2 s: a gap",
    writes="notes",
)
def test_listed(evidence: Evidence, record: Record) -> None:
    """Within 2 s the item is listed exactly once, under its identity, behind its own filters."""
    for sent, verdict in listed.listed(evidence, record):
        if verdict.gap:
            record.gap(sent.exchange, verdict.gap, "200")
        else:
            record.add(sent.exchange, expected=verdict.expected, actual=verdict.actual)


@clause(
    "send.counted",
    source="x-creates/listed-by",
    culprit="request",
    operations="sending",
    reads=READS,
    tolerated="somebody else's deletions",
    writes="notes",
)
def test_counted(evidence: Evidence, record: Record) -> None:
    """The list's total grows by at least what was stored."""
    for sent, expected, actual in counted.uncounted(evidence, record):
        record.add(
            sent.exchange,
            expected=f"a total of at least {expected}",
            actual=str(actual),
        )


@clause(
    "send.required",
    source="requestBody",
    culprit="request",
    operations="sending",
    reads=(*READS, "coverage", "fuzz"),
    writes="all",
)
def test_required(evidence: Evidence, record: Record) -> None:
    """A body without a required property is refused with 4xx."""
    for sent in bodies.forbidden(evidence, {"missing"}):
        record.judged.add(sent.exchange.number)
        if not sent.refused:
            record.add(sent.exchange, expected="4xx", actual=say.outcome(sent))


@clause(
    "send.forbidden",
    source="requestBody",
    culprit="request",
    operations="sending",
    reads=(*READS, "coverage", "fuzz"),
    tolerated="a scalar with an obvious value, null for an optional property: a leniency",
    writes="notes",
)
def test_forbidden(evidence: Evidence, record: Record) -> None:
    """An undocumented enum value or a value of the wrong type is refused and stores nothing."""
    for sent, obvious in bodies.ill_typed(evidence):
        record.judged.add(sent.exchange.number)
        if not sent.refused:
            record.add(
                sent.exchange,
                expected="4xx",
                actual=say.outcome(sent),
                severity="leniency" if obvious and sent.accepted else "violation",
            )


@clause(
    "send.atomic",
    source="responses",
    culprit="request",
    operations="sending",
    reads=(*READS, "auth"),
    writes="notes",
)
def test_atomic(evidence: Evidence, record: Record) -> None:
    """A refused request stores nothing."""
    for exchange in listed.stored_though_refused(evidence, record, authenticated=True):
        record.add(
            exchange,
            expected="nothing stored",
            actual=f"listed although answered {exchange.status}",
        )


@clause(
    "send.malformed",
    source="requestBody",
    culprit="request",
    operations="sending",
    reads=(*READS, "coverage", "fuzz"),
    tolerated="JSON under another media type, a form, trailing bytes, duplicate keys, keys in "
    "another case, invalid UTF-8 being read all the same: a leniency",
    writes="all",
)
def test_malformed(evidence: Evidence, record: Record) -> None:
    """Broken JSON, an empty body and a body that is not an object are refused with 4xx."""
    for sent, lenient in bodies.malformed(evidence):
        record.judged.add(sent.exchange.number)
        if not sent.refused:
            record.add(
                sent.exchange,
                expected="4xx",
                actual=say.outcome(sent),
                severity="leniency" if lenient and sent.accepted else "violation",
            )
