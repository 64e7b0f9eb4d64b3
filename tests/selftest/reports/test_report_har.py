"""What is written as HAR comes back exactly."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.model import Case, Cell, Credentials, Exchange, Request, Response
from harness.reports import har
from harness.reports.files import ReportError
from harness.reports.har_fields import StoredBody

# Two surrogates side by side are one character in JSON; no decoder yields them.
text = st.text(st.characters(exclude_categories=()), max_size=12).filter(
    lambda t: t.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass") == t
)
headers = st.lists(st.tuples(text, text), max_size=3).map(tuple)
body = st.binary(max_size=40) | st.sampled_from([b"\x00", b'{"a": "\xff"}', "é🎉".encode()])
seconds = st.floats(0, 1e6)
cases = st.builds(
    Case,
    *[text] * 5,
    query=text,
    headers=headers,
    body=st.none() | body,
    credentials=st.none() | st.builds(Credentials, text, text),
    context=text,
    cells=st.lists(st.builds(Cell, text, text), max_size=2).map(tuple),
    group=text,
    role=text,
)
exchanges = st.builds(
    Exchange,
    number=st.integers(0, 10**6),
    case=cases,
    request=st.builds(Request, text, text, headers, st.none() | body),
    response=st.none() | st.builds(Response, st.integers(100, 999), headers, body.map(StoredBody)),
    failure=st.sampled_from(["", "unreachable", "reset", "timeout", "broken off", "undecodable"]),
    detail=text,
    started=seconds,
    elapsed=seconds,
    retries=st.integers(0, 3),
    marker=text,
)


@pytest.fixture
def run(rich_run, tmp_path):
    """Writes exchanges and gives back the path."""

    def write(exchanges, name="exchanges.har", redacts=None):
        path = tmp_path / name
        changed = replace(rich_run, exchanges=tuple(exchanges))
        har.write(changed, path, redacts or har.Kept())
        return path

    return write


@settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    database=None,
    derandomize=True,
)
@given(st.lists(exchanges, max_size=3))
def test_exchanges_come_back_exactly(run, recorded):
    path = run(recorded)
    log = json.loads(path.read_bytes())["log"]
    assert log["version"] == "1.2"
    assert har.read(path) == recorded


def test_a_compressed_file_comes_back_too(run, make_exchange):
    path = run([make_exchange(body=b"\xff\x00")], "exchanges.har.gz")
    assert json.loads(gzip.decompress(path.read_bytes()))["log"]["entries"]
    assert har.read(path) == [make_exchange(body=b"\xff\x00")]
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_what_is_written_of_an_answer_is_what_redacts_gives(run, make_exchange):
    exchange = make_exchange(body=b'{"text": "canary of a customer"}')

    class Told(har.Kept):
        def body(self, exchange):
            return b'{"text": "%d"}' % exchange.number

        def headers(self, exchange):
            return (("Content-Type", "text/told"), ("Location", "/told"))

    path = run([exchange], redacts=Told())
    assert b"canary" not in path.read_bytes()
    response = json.loads(path.read_bytes())["log"]["entries"][0]["response"]
    assert response["content"]["mimeType"] == "text/told"
    assert response["redirectURL"] == "/told"
    (again,) = har.read(path)
    assert again.response.body.read() == b'{"text": "1"}'
    assert b"canary" in run([exchange]).read_bytes()


def test_a_body_that_is_kept_opens_no_file(run, make_exchange):
    body = b'{"url": "https://f.example/a.pdf?X-Amz-Signature=canary1&a=1", "n": "a=canary"}'
    (again,) = har.read(run([make_exchange(body=body)]))
    assert again.response.body.read() == body.replace(b"canary1", b"redacted")


def test_other_tools_find_their_fields(run, make_exchange):
    exchange = make_exchange(404, sent=b'{"a": 1}', method="POST", target="/x?a=1&a=&b=%20")
    entry = json.loads(run([exchange]).read_bytes())["log"]["entries"][0]
    assert entry["request"]["url"] == "https://parcels.example/x?a=1&a=&b=%20"
    assert entry["request"]["queryString"][2] == {"name": "b", "value": " "}
    assert entry["request"]["postData"]["text"] == '{"a": 1}'
    assert entry["response"]["statusText"] == "Not Found"
    assert entry["startedDateTime"] == "2031-03-02T08:15:00+00:00"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        gzip.compress(b"{}" * 99, mtime=0)[:30],
        gzip.compress(b"{}", mtime=0)[:12],
        b'{"log": {"entries": [{}]}}',
        b'{"log": {"entries": 3}}',
        b"\xff\x00",
    ],
)
@pytest.mark.parametrize("name", ["a.har", "a.har.gz"])
def test_a_foreign_file_is_refused_in_one_sentence(tmp_path, content, name):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(ReportError) as refused:
        har.read(path)
    assert str(path) in str(refused.value)
    assert "\n" not in str(refused.value)


def test_another_version_and_a_missing_file_are_refused(run, make_exchange, monkeypatch):
    path = run([make_exchange()])
    with pytest.raises(ReportError, match="No such file"):
        har.read(path.with_name("none.har"))
    monkeypatch.setattr(har, "VERSION", har.VERSION + 1)
    with pytest.raises(ReportError, match="this version"):
        har.read(path)


def test_a_writer_that_breaks_leaves_the_earlier_file(run, make_exchange):
    path = run([make_exchange()])
    before = path.read_bytes()

    class Full(har.Kept):
        def body(self, exchange):
            raise OSError(28, "No space left on device")

    with pytest.raises(ReportError, match="No space left"):
        run([make_exchange()], redacts=Full())
    assert path.read_bytes() == before
    assert [p.name for p in path.parent.iterdir()] == [path.name]
