"""Prepares a Libredesk for the suite, or undoes that: `python -m deploy.provision`."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from deploy.provision import asked, envfile, removing
from deploy.provision.asked import Asked, Mistaken
from deploy.provision.found import look
from deploy.provision.journal import Journal, Unexpected
from deploy.provision.messages import Messages
from deploy.provision.names import READ, WRITE
from deploy.provision.server import Server
from deploy.provision.steps import Key, Steps

OK, FAILED, MISTAKEN, INTERRUPTED = 0, 1, 4, 130
"""Exit codes; 4 as in the suite: what was given cannot be used, and nothing was changed."""
SAVED = "holds the new key"
URL, KEY, SECRET = "LIBREDESK_URL", "LIBREDESK_API_KEY", "LIBREDESK_API_SECRET"
READ_ID, WRITE_ID = "LIBREDESK_CONVERSATION", "LIBREDESK_WRITE_CONVERSATION"
SINK, MAY_LEAVE = "LIBREDESK_SINK", "LIBREDESK_MAIL_MAY_LEAVE"


def main(argv: Sequence[str], environ: Mapping[str, str]) -> int:
    """Every outcome is an exit code and, if it is a bad one, a sentence on standard error."""
    try:
        wanted = asked.read(argv, environ)
        kept = _own_file(wanted)
    except Mistaken as error:
        return _mistaken(error)
    journal = Journal()
    journal.secrets.update({wanted.password, *(kept or ())} - {""})
    try:
        return (_remove if wanted.remove else _provision)(wanted, kept, journal)
    except Mistaken as error:
        return _mistaken(error)
    except Unexpected as error:
        return _failed(journal, wanted, str(error), FAILED)
    except OSError as error:
        sentence = f"cannot write {wanted.output}: {error.strerror}."
        return _failed(journal, wanted, sentence, FAILED)
    except KeyboardInterrupt:
        return _failed(journal, wanted, "interrupted.", INTERRUPTED)


def _mistaken(error: Mistaken) -> int:
    for sentence in error.args:
        print(f"provision: {sentence}.", file=sys.stderr)
    return MISTAKEN


def _own_file(wanted: Asked) -> Key | None:
    """The key in the file of an earlier run. Raises Mistaken if it is a file of somebody else's."""
    try:
        there = envfile.read(wanted.output)
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise Mistaken(
            f"{wanted.output} cannot be read, and may hold the agent's API key: {why}; "
            "give another file by --output, or move that one away"
        ) from error
    if there and there.get(URL) != wanted.url:
        raise Mistaken(
            f"{wanted.output} is there and not of {wanted.url}; give another file by --output, "
            "or move that one away"
        )
    return (there[KEY], there[SECRET]) if there.get(KEY) and there.get(SECRET) else None


def _begin(wanted: Asked, journal: Journal) -> Server:
    server = Server(wanted.url, journal)
    server.login(wanted.email, wanted.password)
    settings: Any = server.call("asking for the version", "GET", "settings/general")
    version = settings.get("app.version") if isinstance(settings, dict) else None
    journal.say("server", f"{wanted.url}, Libredesk {version or 'of unknown version'}")
    return server


def _provision(wanted: Asked, kept: Key | None, journal: Journal) -> int:
    server = _begin(wanted, journal)
    steps = Steps(server, wanted, look(server, wanted))
    if lost := steps.lost_key(kept):
        raise Mistaken(lost)
    # the inbox first: where mail goes is seen before anything else is changed
    inbox, role, agent = steps.inbox(), steps.role(), steps.agent()
    key = steps.key(agent, kept)
    if key != kept:
        # at once: the server shows a secret once, and what follows may fail
        there = envfile.read(wanted.output)
        envfile.write(wanted.output, {**there, URL: wanted.url, KEY: key[0], SECRET: key[1]})
        journal.change("file", str(wanted.output), SAVED)
    with steps.lending(role) as lend:
        read, write = (steps.conversation(of, (inbox, agent), key, lend) for of in (READ, WRITE))
        for conversation in (read, write):
            steps.reachable(key, conversation, agent)
        Messages(server, read, wanted.sink).complete(key, lend)
    variables = {
        URL: wanted.url, KEY: key[0], SECRET: key[1], READ_ID: read, WRITE_ID: write,
        SINK: wanted.sink, MAY_LEAVE: write,
    }  # fmt: skip
    envfile.write(wanted.output, variables)
    journal.say("file", f"{wanted.output}, readable by you alone")
    print(f'next: make gate ARGS="--credentials={wanted.output} --writes all"')
    return OK


def _remove(wanted: Asked, _kept: Key | None, journal: Journal) -> int:
    server = _begin(wanted, journal)
    found = look(server, wanted)
    if not (found.role or found.agent or found.inbox):
        journal.say("nothing", "is there that `make provision` made")
    problems = removing.remove(server, journal, found)
    if wanted.output.exists() and not problems:
        wanted.output.unlink()
        journal.say("file", f"{wanted.output}: deleted")
    for sentence in problems:
        print(f"deprovision: {journal.clean(sentence)}", file=sys.stderr)
    return FAILED if problems else OK


def _failed(journal: Journal, wanted: Asked, sentence: str, code: int) -> int:
    name = "deprovision" if wanted.remove else "provision"
    if wanted.remove:
        next_step = "Run it again to go on."
    else:
        undo = ", or `make deprovision` to undo it" if journal.done else ""
        saved = f"file {SAVED}" in journal.done
        file = f"{wanted.output} {'lacks the rest' if saved else 'was not touched'}."
        next_step = f"{file} Run it again to go on{undo}."
    print(
        f"{name}: {journal.clean(sentence)}\n{journal.so_far()} {next_step}",
        file=sys.stderr,
    )
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
