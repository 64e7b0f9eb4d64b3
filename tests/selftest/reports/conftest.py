"""A rich made-up run, a hostile one, and builders of exchanges.

Longer than a file should be: one run that holds everything a report can meet.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness import contract, model
from harness.reports.har_fields import StoredBody

HOSTILE = (
    "</pre></td><script>alert(1)</script><img src=x onerror=alert(2)>"
    "\x1b[31mred\x1b[0m\x1b]0;title\x07 \x00 \ud800 \u202egnp.exe \x9b2J"
    "| cell | ``` ` `` **bold** [link](javascript:alert(3)) &amp; <!-- {{ 7*7 }}\r\n# heading\n---"
)

SPEC = """
openapi: 3.0.0
info: {title: Parcels, version: "2"}
paths:
  /parcels/{key}/notes:
    get:
      operationId: listNotes
      parameters:
        - {name: key, in: path, required: true, schema: {type: string}}
        - {name: colour, in: query, schema: {type: string, enum: [red, green]}}
      responses:
        '200':
          description: ok
          content:
            application/json:
              schema: {$ref: '#/components/schemas/Page'}
        '500': {description: broken}
components:
  securitySchemes:
    plain: {type: http, scheme: basic}
    word: {type: apiKey, in: header, name: Authorization, x-credentials: 'token {key}:{secret}'}
    bearer: {type: http, scheme: bearer}
    custom: {type: apiKey, in: header, name: X-Api-Key}
  schemas:
    Page:
      type: object
      properties:
        kind: {type: string, enum: [page]}
        items:
          type: array
          items:
            allOf:
              - type: object
                properties:
                  colour: {type: string, enum: [red, green]}
                  tags: {type: array, items: {type: string, enum: [new, old]}}
                  text: {type: string}
"""


@pytest.fixture(scope="session")
def parcels(tmp_path_factory: pytest.TempPathFactory) -> contract.Contract:
    """A small contract of another API."""
    path = tmp_path_factory.mktemp("spec") / "parcels.yaml"
    path.write_text(SPEC, encoding="utf-8")
    return contract.load(path)


@pytest.fixture(scope="session")
def make_exchange() -> Callable[..., model.Exchange]:
    """Builds one exchange; `status=None` for one without an answer."""

    def make(
        status: int | None = 200,
        body: bytes = b"{}",
        *,
        sent: bytes | None = None,
        method: str = "GET",
        target: str = "/parcels/1/notes",
        headers: tuple[tuple[str, str], ...] = (),
        credentials: model.Credentials | None = None,
        **fields: Any,
    ) -> model.Exchange:
        answer = (("Content-Type", "application/json"),)
        return model.Exchange(
            number=fields.pop("number", 1),
            case=model.Case("grid-1", "listNotes", "grid", method, target, credentials=credentials),
            request=model.Request(method, target, headers, sent),
            response=None if status is None else model.Response(status, answer, StoredBody(body)),
            **fields,
        )

    return make


@pytest.fixture(scope="session")
def rich_run(make_exchange: Callable[..., model.Exchange]) -> model.Run:
    """A run that violates, with something in every section of a report."""
    return _run(make_exchange)


@pytest.fixture(scope="session")
def hostile_run(rich_run: model.Run) -> model.Run:
    """The rich run with hostile text wherever a server, a person or a file may put it."""
    exchange = rich_run.findings[0].smallest
    request = replace(
        exchange.request,
        target="/x?" + HOSTILE,
        headers=(("X-Hostile", HOSTILE),),
        body=HOSTILE.encode("utf-8", "surrogatepass"),
    )
    hostile = replace(exchange, request=request, detail=HOSTILE, failure="")
    findings = tuple(
        replace(
            finding,
            culprit=model.Culprit(f"body /{HOSTILE}", HOSTILE),
            expected=HOSTILE,
            actual=HOSTILE * 40,
            message=HOSTILE,
            context=HOSTILE,
            note=HOSTILE,
            curl=HOSTILE,
            carriers=(HOSTILE,),
            requirement=HOSTILE,
            pointer=HOSTILE,
            smallest=hostile,
            waived=finding.waived and replace(finding.waived, reason=HOSTILE, link="javascript:0"),
        )
        for finding in rich_run.findings
    )
    return replace(
        rich_run,
        findings=findings,
        labels={"commit": HOSTILE},
        target=HOSTILE,
        notes=(HOSTILE,),
        gaps=(model.Gap("listNotes", "404", HOSTILE),),
        not_exercised=tuple(
            model.NotExercised(clause, HOSTILE, HOSTILE, HOSTILE)
            for clause in ("list.total", "auth.missing")
        ),
        gateway=(model.Hidden(HOSTILE, "listNotes", "400", HOSTILE, 1, (HOSTILE,)),),
        untestable=(model.Untestable(HOSTILE, HOSTILE, HOSTILE),),
        enums={HOSTILE: {"seen": [HOSTILE], "unseen": [HOSTILE]}},
        latency={HOSTILE: model.Latency(0.1, 0.2, 0.3, 0.4)},
        verdict=replace(rich_run.verdict, headline=HOSTILE, reasons=(HOSTILE,)),
    )


@pytest.fixture
def bodies(tmp_path: Path) -> Path:
    """Where bodies too long for a command line go."""
    return tmp_path / "a folder" / "bodies"


def _run(make: Callable[..., model.Exchange]) -> model.Run:
    clauses = (
        *_clauses("response", ("no-server-error", "status-documented", "enums"), "violated"),
        *_clauses("list", ("default-page", "page-size-bound", "total", "no-overlap"), "kept"),
        *_clauses("send", ("accepted", "echo", "forbidden"), "lenient"),
        *_clauses("auth", ("missing", "wrong", "first"), "not exercised"),
    )
    latency = {
        "listNotes": model.Latency(0.0032, 0.0611, 0.0894, 0.204, (("grid-7", 0.204),)),
        "addNote": model.Latency(0.061, 0.095, 0.12, 1.402),
    }
    return model.Run(
        version="0.1.0",
        verdict=model.Verdict(
            "violates",
            1,
            "violates — 16 findings, 58 of 72 clauses exercised",
            ("2 findings are waived until 2031-04-01.",),
        ),
        labels={"version": "2.7.0", "commit": "3f9ac1d"},
        target="https://parcels.example/base",
        spec={"title": "Parcels API", "version": "2.0", "sha256": "3fa9c1" * 10 + "beef"},
        seed=42,
        profile="gate",
        writes="all",
        started="2031-03-02T08:15:00+00:00",
        duration=10.43,
        run_id="k3v9x2",
        counts=model.Counts(640, 583, 540, 97, 2, 1, 12, 30, 5, 583),
        clauses=clauses,
        findings=_findings(make),
        gaps=(
            model.Gap("listNotes", "404", "an unknown parcel", 3, "unknown.parcel"),
            model.Gap("addNote", "413", "a text of 1 MiB", 1, "send.any-text"),
        ),
        not_exercised=(
            *(
                model.NotExercised(c, "addNote", "writes are not allowed", "--writes notes")
                for c in ("auth.missing", "auth.wrong", "auth.first")
            ),
            model.NotExercised(
                "list.no-overlap",
                "listNotes",
                "the parcel holds one page of notes only",
                "a parcel with more than 30 notes",
            ),
        ),
        untestable=(
            model.Untestable(
                "#/components/schemas/Request/properties/client_key/description",
                "Client-generated identifier echoed back",
                "no response field is documented for it",
            ),
        ),
        enums={
            "listNotes /items/*/colour": {"seen": ["green", "red"], "unseen": ["blue"]},
            "listNotes /items/*/state": {"seen": ["new"], "unseen": []},
        },
        latency=latency,
        clarifications=23,
        exchanges=tuple(make(number=n, body=b'{"n":%d}' % n) for n in range(5)),
        notes=("14 clauses were cut by --max-requests 600, the least telling first.",),
        unmet_waivers=(
            model.Waiver("list.stable", "listNotes", "flaky", "ann", place_in_file="w.yaml:9"),
        ),
        environment={"schemathesis": "4.32.5", "hypothesis": "6.170.15"},
        extra={"reports": ["reports/summary.md", "reports/report.html"]},
        statuses={"listNotes": {"200": 40, "404": 1}},
        undocumented=(model.UndocumentedField("listNotes", "200", "/items/*/by", ("string",)),),
        reach={
            "listNotes": model.Reach(
                cases=(model.Judged(("list.total",), ("0123456789",)),),
                circumstances=(model.Judged(("list.total",), ("beyond", "first")),),
                items=("abcdef0123",),
            )
        },
        gateway=(
            model.Hidden("edge/2", "addNote", "413", "body: very long", 2, ("send.any-text",)),
            model.Hidden("", "listNotes", "400", "path key: NUL", 1),
        ),
    )


def _clauses(area: str, names: tuple[str, ...], outcome: Any) -> list[model.ClauseResult]:
    return [
        model.ClauseResult(
            f"{area}.{name}",
            operation,
            "Every page before the last is full, and the last holds the rest.",
            "#/paths/~1parcels~1{key}~1notes/get",
            outcome,
            41,
        )
        for name in names
        for operation in ("listNotes", "addNote")
    ]


def _findings(make: Callable[..., model.Exchange]) -> tuple[model.Finding, ...]:
    shown = make(
        500,
        sent=b'{"text": 1}',
        method="POST",
        target="/base/parcels/1/notes",
        headers=(("Content-Type", "application/json"), ("Authorization", "Basic $KEY")),
    )
    error = model.Finding(
        clause="response.no-server-error",
        operation="addNote",
        severity="violation",
        culprit=model.Culprit("body /text", "wrong type"),
        status_class="5xx",
        fingerprint="9c41d07be2aa",
        expected="no 5xx, whatever the request",
        actual="500 Internal Server Error",
        count=3,
        smallest=shown,
        stability="deterministic",
        also=("send.forbidden",),
        message="Error parsing request",
        context="note",
        exchanges=(7, 9, 12),
        requirement="No request, valid or not, is answered with 5xx, although 500 is documented.",
        pointer="#/paths/~1parcels~1{key}~1notes/post/responses/500",
        curl="curl -i -u \"$API_KEY:$API_SECRET\" -H 'Content-Type: application/json' "
        "--data-binary '{\"text\": 1}' https://parcels.example/base/parcels/1/notes",
    )
    group = tuple(
        replace(error, culprit=model.Culprit(f"body /{name}", "wrong type"), fingerprint=name * 3)
        for name in re.findall(r"\w+", "from to tags meta size kind owner due links a b c seal")
    )
    total = replace(
        error,
        clause="list.total",
        operation="listNotes",
        culprit=model.Culprit("/total", "wrong count"),
        status_class="2xx",
        message="",
        context="",
        also=(),
        expected="143, as many as the walk over all pages found",
        actual="0 on the page beyond the last",
        requirement="`total` is the number of items that the walk finds, on every page.",
        note="new with this seed",
        carriers=("n-1", "n-2"),
    )
    flaky = replace(
        total, culprit=model.Culprit("intermittent", ""), stability="intermittent", rate=2.14
    )
    lenient = replace(
        total,
        clause="list.out-of-range",
        severity="leniency",
        culprit=model.Culprit("query page", "zero"),
        actual="brought to 1",
    )
    known = replace(
        error,
        culprit=model.Culprit("query page", "beyond 64 bits"),
        waived=model.Waiver(
            "response.no-server-error",
            "addNote",
            "known since 2.4, fixed in 2.8",
            "ann",
            link="https://tracker.example/12",
            expires="2031-04-01",
        ),
    )
    return (error, *group, total, flaky, lenient, known)
