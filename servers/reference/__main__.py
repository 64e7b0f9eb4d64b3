"""`python -m servers.reference`: the embedded target, alone or with faults and variants."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from servers.reference.announcement import announcement, for_testers
from servers.reference.journal import Journal
from servers.reference.process import HOST, bind, serve
from servers.reference.protocol import Handler, Wrap, wrapped
from servers.reference.server import Server, new_server

FIXED_PORT = 8390


def arguments(argv: list[str] | None = None) -> argparse.Namespace:
    """The command line; `argv` without the program's name."""
    parser = argparse.ArgumentParser(prog="python -m servers.reference", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0, the default, takes a free port")
    parser.add_argument("--fault", action="append", default=[], metavar="ID")
    parser.add_argument("--variant", action="append", default=[], metavar="ID")
    parser.add_argument(
        "--fixed", action="store_true", help=f"port {FIXED_PORT}, and lines for people to read"
    )
    parser.add_argument("--until-stdin-closes", action="store_true")
    parser.add_argument("--journal", type=Path, metavar="FILE", help="a JSON line for each request")
    return parser.parse_args(argv)


def behaviours(options: argparse.Namespace, server: Server) -> list[Wrap]:
    """The wanted variants and faults, innermost first; each may prepare the server's store."""
    if not options.fault and not options.variant:
        return []
    # The reference stands alone; only who asks for a fault pays for the catalogue.
    from servers.catalogue import select  # noqa: PLC0415

    return select(options.fault, options.variant, server)


def for_people(known: dict[str, str]) -> str:
    """The same, and a request to copy."""
    lines = [f"{name.replace('_', ' '):<20}{value}" for name, value in known.items()]
    curl = (
        f"curl -H 'Authorization: token {known['api_key']}:{known['api_secret']}' "
        f"'{known['url']}/api/v1/conversations/{known['conversation']}/messages?page_size=2'"
    )
    return "\n".join([*lines, "", curl, "", "Ctrl-C stops it."])


def main(argv: list[str] | None = None) -> int:
    """Start, serve until told to stop; the exit status."""
    options = arguments(argv)
    server = new_server()
    try:
        wraps = behaviours(options, server)
        if options.journal:
            wraps.append(Journal(options.journal))
        listener = bind(FIXED_PORT if options.fixed else options.port)
    except (OSError, LookupError) as error:
        print(reason(error, options), file=sys.stderr)
        return 1
    handle: Handler = server.handle
    for wrap in wraps:
        handle = wrapped(handle, wrap, server)
    known = announcement(f"http://{HOST}:{listener.getsockname()[1]}")
    line = for_people(known) if options.fixed else json.dumps(for_testers(known))
    parent = sys.stdin.fileno() if options.until_stdin_closes else None
    serve(handle, listener, lambda: print(line, flush=True), parent)
    return 0


def reason(error: OSError | LookupError, options: argparse.Namespace) -> str:
    """One sentence for whoever started it."""
    if isinstance(error, LookupError):
        return str(error.args[0])
    if error.filename is not None:
        return f"The journal {error.filename} can't be written: {error.strerror}."
    port = FIXED_PORT if options.fixed else options.port
    return f"Port {port} on {HOST} can't be used: {error.strerror}. Choose another with --port."


if __name__ == "__main__":
    sys.exit(main())
