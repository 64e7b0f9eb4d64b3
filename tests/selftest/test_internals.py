"""What is a leak of the server's inside, and what only looks like one."""

from __future__ import annotations

import json
import time

import pytest

from harness.internals import internals

LEAKS = [
    ("stack trace", 'Traceback (most recent call last):\n  File "/x/y.py", line 3, in f'),
    ("stack trace", "goroutine 1 [running]:\nmain.main()"),
    ("stack trace", "goroutine 42 [chan receive, 5 minutes]:"),
    ("stack trace", "panic: runtime error: invalid memory address or nil pointer dereference"),
    ("stack trace", "java.lang.NullPointerException\n\tat com.acme.Store.find(Store.java:12)"),
    ("stack trace", "TypeError: x is undefined\n    at Object.<anonymous> (/srv/a/b.js:3:5)"),
    ("stack trace", "at async run (node:internal/main:47:3)"),
    ("stack trace", "#0 /x/index.php(12): Foo->bar()"),
    ("stack trace", "Undefined index: id in index.php on line 12"),
    ("stack trace", "app/models/user.rb:12:in `find'"),
    ("stack trace", "   at Acme.Store.Find(Int32 id) in C:\\src\\Store.cs:line 42"),
    ("stack trace", "thread 'main' panicked at src/main.rs:2:5"),
    ("SQL statement", "SELECT id, name FROM users WHERE id = $1"),
    ("SQL statement", "query failed: SELECT * FROM conversation_messages"),
    ("SQL statement", "select m.id, m.uuid from messages m where m.id = $1"),
    ("SQL statement", "select count(*) from users order by id"),
    ("SQL statement", 'INSERT INTO "messages" (id) VALUES (1)'),
    ("SQL statement", "insert into messages (id) values ($1)"),
    ("SQL statement", "UPDATE users SET name = 'x'"),
    ("SQL statement", "DELETE FROM users WHERE id = 1"),
    ("database error", 'pq: syntax error at or near "x"'),
    ("database error", "ERROR: boom (SQLSTATE 22P02)"),
    ("database error", 'duplicate key value violates unique constraint "users_pkey"'),
    ("database error", 'relation "users" does not exist'),
    ("database error", "sql: no rows in result set"),
    ("database error", 'invalid byte sequence for encoding "UTF8": 0x00'),
    ("database error", 'invalid input syntax for type uuid: "x"'),
    ("database error", "ORA-00942: table or view does not exist"),
    ("credential", "dial failed: host=db user=app password=hunter2 dbname=x"),
    ("credential", "cannot connect to postgres://app:hunter2@db:5432/app"),
    ("credential", "redis://:hunter2@cache:6379/0 refused"),
    ("credential", "DB_PASSWORD=hunter2"),
    ("credential", "-----BEGIN RSA PRIVATE KEY-----"),
    ("absolute path", "open /var/lib/app/uploads/x: permission denied"),
    ("absolute path", "open /home/deploy/app/config.toml: no such file"),
    ("absolute path", "cannot read '/root/.ssh/id_rsa'"),
    ("absolute path", "template /app/templates/mail.tmpl not found"),
    ("absolute path", "mkdir /tmp/upload-1234: no space left on device"),
    ("absolute path", "exec /usr/local/bin/convert failed"),
    ("absolute path", "/opt/desk/current/static missing"),
    ("absolute path", "/srv/desk/config.toml missing"),
    ("absolute path", "loading file:///var/www/html/a"),
    ("absolute path", "could not find C:\\Users\\deploy\\app.config"),
    ("absolute path", "could not find C:/Users/deploy/app.config"),
    ("source line", "handler.go:123: boom"),
    ("source line", "internal/store/messages.go:77 failed"),
    ("source line", "at models.py:31"),
    ("source line", "main.rs:12"),
    ("source line", "cmd/handlers.ts:5:3"),
]

HARMLESS = [
    "Please select a file from the list.",
    "Select a file from the list",
    "SELECT A FILE FROM THE LIST",
    "select one, two from the list where applicable",
    "Select messages from agents where possible",
    "insert into the form (optional) your name",
    "insert into field (optional)",
    "Please update your settings to set a name",
    "Delete from the list what you don't need",
    "The update will set name later",
    "See /app/help?",
    "See https://desk.example/app/help.",
    "Go to /app/inboxes/new",
    "See /home for more, or /home/settings/profile",
    "https://desk.example/usr/local/guide",
    "https://desk.example/home/user/file.txt",
    "GET /usr/local/thing not found",
    "The page /home/docs/guide.txt does not exist",
    "cannot POST /app/main.go",
    "/var is full",
    "either/or, and/or, opt/out, /opt/in",
    '<a href="/app/files/report.csv">report</a>',
    "https://desk.example/login?next=/home/a/b/c",
    "password is required",
    "password=required",
    "use ?password=<your password>",
    "https://desk.example/reset?password=abcdef",
    "usage: postgres://user:password@host/db",
    "postgres://app:xxxxx@db/app",
    "reset_password=true",
    "Write to help@desk.example:8080",
    "http://localhost:8080/api@v1",
    "dial tcp desk.example.rs:8080: connection refused",
    "connect to db.acme.pl:5432",
    "connect to acme.rs:8080 or acme.py:443",
    "https://cdn.example/app.js:3",
    "Meeting at 10:30 (room 5:12)",
    "at least one of (a, b) is required",
    "Call me at home (555:1234)",
    "goroutines are great",
    "The traceback is in the log",
    "ratio 3:4, note: x:\\n",
    "Line 12 of the file is too long",
    "The column must not be empty; the relation does not exist",
    "an unexpected error occurred (ref 1234:56)",
    "File upload failed, line too long",
    "Note:\\nsee C: drive",
    "invalid input syntax",
    "Something went wrong",
    "Error parsing request: json: cannot unmarshal string into Go struct field .to of type bool",
]


@pytest.mark.parametrize(("kind", "text"), LEAKS)
def test_leaks(kind: str, text: str) -> None:
    for body in (json.dumps({"status": "error", "message": text}), text):
        assert kind in [found.kind for found in internals(body, "")], body


@pytest.mark.parametrize("text", HARMLESS)
def test_no_false_alarm(text: str) -> None:
    assert internals(json.dumps({"message": text}), "") == []
    assert internals(text, "") == []


@pytest.mark.parametrize(("kind", "text"), LEAKS)
def test_an_echo_is_no_leak(kind: str, text: str) -> None:
    body = json.dumps({"message": f"invalid value: {text}"})
    assert internals(body, json.dumps({"message": text})) == []
    assert kind in [found.kind for found in internals(body, "GET /x?message=other")]


def test_an_echo_of_the_query_is_no_leak() -> None:
    body = '{"message": "no such file /var/lib/app/x y"}'
    assert internals(body, "GET /files?name=%2Fvar%2Flib%2Fapp%2Fx+y") == []


@pytest.mark.parametrize(
    "page",
    [
        "<html><head><title>502 Bad Gateway</title></head>/usr/share/nginx/html</html>",
        "<html><body><center>nginx/1.25.3</center> /usr/share/nginx/html</body></html>",
        "<h1>Service Unavailable</h1> /usr/share/haproxy/503.http",
    ],
)
def test_a_gateways_page_is_none(page: str) -> None:
    assert internals(page, "") == []


def test_a_password_is_not_repeated() -> None:
    found = internals('{"e": "postgres://app:hunter2@db:5432 password=hunter2"}', "")
    assert len(found) == 2
    assert all("hunter2" not in one.excerpt and "***" in one.excerpt for one in found)


def test_what_lies_within_a_finding_is_not_told_twice() -> None:
    found = internals(
        'File "/home/x/app/main.py", line 3 ... File "/home/x/app/main.py", line 3', ""
    )
    assert [one.kind for one in found] == ["stack trace"]


def test_entities_and_escapes_are_read() -> None:
    assert internals("<p>pq: syntax error at or near &quot;x&quot;</p>", "")
    assert internals('{"e": "open \\/var\\/lib\\/app\\/x"}', "")


def test_hostile_bodies_are_read_in_time() -> None:
    hostile = ["a" * 100_000, "a." * 50_000, "a/" * 50_000, "/tmp/" * 20_000, "SELECT " * 15_000,
               "at a" * 25_000, "select x from y " * 6_000, "C:\\a" * 20_000, "x:y@" * 25_000,
               "password=" * 10_000, "_" * 100_000, "<" * 100_000, "1:" * 50_000]  # fmt: skip
    start = time.process_time()
    for text in hostile:
        internals(text, "")
    assert time.process_time() - start < 3
