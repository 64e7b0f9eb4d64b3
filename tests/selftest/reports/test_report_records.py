"""run.json, JUnit properties, waiver snippets and the grouping they share."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from datetime import date
from xml.etree import ElementTree

import jsonschema_rs
import pytest
import yaml

from harness import model, tally
from harness.reports import grouping, junit, run_json
from harness.reports.files import ReportError
from harness.reports.waiver_snippet import snippet

SCHEMA = json.loads(run_json.SCHEMA.read_text("utf-8"))


def written(run, path) -> dict:
    run_json.write(run, path)
    return json.loads(path.read_bytes())


@pytest.mark.parametrize("name", ["rich_run", "hostile_run"])
def test_the_record_keeps_its_schema(request, tmp_path, name):
    jsonschema_rs.meta.validate(SCHEMA)
    record = written(request.getfixturevalue(name), tmp_path / "run.json")
    jsonschema_rs.Draft202012Validator(SCHEMA).validate(record)


def test_the_schema_describes_every_property_and_allows_no_other():
    nodes = [SCHEMA]
    for node in nodes:
        children = node.values() if isinstance(node, dict) else node
        nodes += [child for child in children if isinstance(child, dict | list)]
    objects = [node for node in nodes if isinstance(node, dict) and "properties" in node]
    assert len(objects) > 10
    for node in objects:
        assert node["additionalProperties"] is False
        assert set(node["required"]) == set(node["properties"])
        for key, value in node["properties"].items():
            assert value.get("description") or "$ref" in value, key


def test_keys_stand_in_the_order_of_the_schema(rich_run, tmp_path):
    record = written(rich_run, tmp_path / "run.json")
    assert list(record) == list(SCHEMA["properties"])
    for name, one in (("finding", record["findings"][0]), ("waiver", record["unmet_waivers"][0])):
        assert list(one) == list(SCHEMA["$defs"][name]["properties"])
    assert list(record["latency"]) == sorted(record["latency"])


def test_the_same_run_gives_the_same_bytes(rich_run, tmp_path):
    written(rich_run, tmp_path / "a")
    shuffled = replace(rich_run, labels=dict(reversed(rich_run.labels.items())))
    written(shuffled, tmp_path / "b")
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert (tmp_path / "a").read_text("utf-8").startswith('{\n  "schema_version": 1,\n')


@pytest.mark.parametrize("kind", [model.Run, model.Finding, model.Gap, model.Counts, model.Waiver])
def test_no_field_of_the_model_is_forgotten(rich_run, kind):
    elsewhere = {
        model.Run: {"exchanges": "counts", "duration": "duration_s"},
        model.Finding: {"status_class": "status", "smallest": "request"},
    }.get(kind, {})
    record = run_json.record(rich_run)
    shown = {
        model.Run: record,
        model.Finding: record["findings"][0],
        model.Gap: record["gaps"][0],
        model.Counts: record["counts"],
        model.Waiver: record["unmet_waivers"][0],
    }[kind]
    assert {elsewhere.get(f.name, f.name) for f in fields(kind)} <= set(shown)


def test_bodies_of_requests_are_exact(rich_run, make_exchange):
    def request(body):
        finding = replace(rich_run.findings[0], smallest=make_exchange(sent=body, target="/a?b=c"))
        return run_json.record(replace(rich_run, findings=(finding,)))["findings"][0]["request"]

    assert (request(None)["body"], request(None)["body_encoding"]) == (None, None)
    assert (request(b"\xff")["body"], request(b"\xff")["body_encoding"]) == ("/w==", "base64")
    assert request("é\x00".encode())["body"] == "é\x00"
    assert (request(b"")["path"], request(b"")["query"]) == ("/a", "b=c")


def test_a_folder_that_cannot_be_written_is_one_sentence(rich_run, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ReportError, match="make the folder writable"):
        run_json.write(rich_run, tmp_path / "file" / "run.json")


def test_properties_fit_into_xml(hostile_run, rich_run):
    values = junit.properties(hostile_run)
    element = ElementTree.Element("property", {f"p{i}": v for i, v in enumerate(values.values())})
    again = ElementTree.fromstring(ElementTree.tostring(element, "utf-8"))
    assert len(again.attrib) == len(values)
    expected = {"verdict": "violates", "seed": "42", "label.version": "2.7.0", "profile": "gate"}
    assert expected.items() <= junit.properties(rich_run).items()


def test_a_snippet_is_an_entry_of_a_waiver_file(rich_run):
    (entry,) = yaml.safe_load(snippet(rich_run.findings[0], started=rich_run.started))
    assert entry == {
        "clause": "response.no-server-error",
        "operation": "addNote",
        "fingerprint": "9c41d07be2aa",
        "reason": "",
        "owner": "",
        "link": "",
        "expires": date(2031, 4, 1),
    }


@pytest.mark.parametrize("fingerprint", ["1e5", "0123", "true", "null", "1_0", "- x", "a: b"])
def test_values_of_a_snippet_stay_texts(rich_run, fingerprint):
    finding = replace(rich_run.findings[0], fingerprint=fingerprint)
    (entry,) = yaml.safe_load(snippet(finding, started="when?"))
    assert (entry["fingerprint"], entry["expires"]) == (fingerprint, "")


def test_an_intermittent_finding_gets_a_rate_that_covers_it(rich_run, hostile_run):
    flaky = next(f for f in rich_run.findings if f.stability == "intermittent")
    (entry,) = yaml.safe_load(snippet(flaky, started=rich_run.started))
    assert entry["at-most"] == 2.2
    for finding in hostile_run.findings:
        assert len(yaml.safe_load(snippet(finding, started=rich_run.started))) == 1


def test_groups_share_clause_operation_status_and_message(rich_run):
    sizes = [len(g.findings) for g in grouping.grouped(tally.violations(rich_run.findings))]
    assert sizes == [14, 2]
    other = replace(rich_run.findings[1], message="something else")
    assert len(grouping.grouped((rich_run.findings[0], other))) == 2


def test_evidence_is_shared_only_where_all_agree(rich_run):
    first, second = rich_run.findings[:2]
    assert grouping.Group((first, second)).evidence == (first.expected, first.actual)
    assert grouping.Group((first, replace(second, actual="other"))).evidence is None
    assert "context note" in grouping.Group((first, second)).circumstances
    other = grouping.Group((first, replace(second, context="reply")))
    assert "context note" not in other.circumstances
    assert "deterministic" in other.circumstances


def test_a_group_counts_each_exchange_once(rich_run):
    first, second = rich_run.findings[:2]
    group = grouping.Group((first, replace(second, exchanges=(12, 13))))
    assert group.count == 4
    assert grouping.Group((replace(first, exchanges=()),)).count == first.count


def test_clauses_left_out_for_one_reason_stand_together(rich_run):
    wholly, partly = grouping.left_out(rich_run)
    (first,), (second,) = wholly.reasons, partly.reasons
    assert (wholly.count, partly.count) == (3, 1)
    assert first.clauses == (
        "auth.missing (addNote)",
        "auth.wrong (addNote)",
        "auth.first (addNote)",
    )
    both = (model.NotExercised("list.total", o, "r", "") for o in ("listNotes", "addNote"))
    (part,) = grouping.left_out(replace(rich_run, not_exercised=tuple(both)))
    (entry,) = part.reasons
    assert entry.clauses == ("list.total",)
    assert second.reach == "a parcel with more than 30 notes"


def test_what_a_gateway_answers_is_told_in_a_sentence(rich_run):
    one = model.Hidden("edge/2", "listNotes", "400", "path key: NUL", 3)
    also = replace(one, operation="addNote", exchanges=2)
    other = replace(one, status="405", input="method TRACE", exchanges=1)
    many = [replace(one, gateway="", input=f"query {n}: quote", exchanges=1) for n in range(9)]
    told = list(grouping.gateways(replace(rich_run, gateway=(one, also, other, *many))))
    assert told[0] == (
        "edge/2 answers for the server: 400 to path key: NUL (5 exchanges), 405 to method TRACE "
        "(1 exchange)"
    )
    assert told[1].startswith("a gateway answers for the server: 400 to query 0: quote, query 1")
    assert told[1].endswith("query 5: quote and 3 more (9 exchanges)")
    assert grouping.facts(rich_run)["Gateway"].startswith("edge/2 answers for the server: 413")
    assert "Gateway" not in grouping.facts(replace(rich_run, gateway=()))


def test_unwaived_violations_waived_and_lenient_findings_are_told_apart(rich_run):
    parts = [
        *tally.violations(rich_run.findings),
        *tally.waived(rich_run.findings),
        *tally.leniencies(rich_run.findings),
    ]
    assert sorted(map(str, parts)) == sorted(map(str, rich_run.findings))


def test_clauses_are_counted_as_the_headline_counts_them(rich_run):
    def result(clause: str, operation: str, outcome: str) -> model.ClauseResult:
        return replace(rich_run.clauses[0], clause=clause, operation=operation, outcome=outcome)

    clauses = (
        result("a.kept", "listNotes", "kept"),
        result("a.kept", "addNote", "kept"),
        result("a.half", "listNotes", "kept"),
        result("a.half", "addNote", "not exercised"),
        result("a.broken", "listNotes", "kept"),
        result("a.broken", "addNote", "violated"),
        result("a.missed", "listNotes", "not exercised"),
        result("a.missed", "addNote", "not exercised"),
    )
    assert tally.outcomes(clauses) == {"kept": 2, "violated": 1, "not exercised": 1}
    assert tally.exercised(clauses) == (3, 4)
