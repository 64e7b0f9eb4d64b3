"""`python -m servers.zygote`: a process that has imported everything, and forks servers.

It reads one JSON line at a time from its standard input and answers each with one: an object
`{"faults": [id, …], "variants": [id, …], "journal": file or ""}` starts a server and gets what that
tells about itself with its `pid`; a number is the pid of a server to end, and gets `null`. What it
forks ends with it, and it ends with its standard input.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
from pathlib import Path
from typing import cast

from servers.catalogue import select
from servers.reference.announcement import announcement, for_testers
from servers.reference.journal import Journal
from servers.reference.process import HOST, bind, serve
from servers.reference.protocol import Handler, wrapped
from servers.reference.server import new_server


def start(
    faults: list[str], variants: list[str], parent: tuple[int, int], journal: str = ""
) -> dict[str, object]:
    """Fork a server; `parent` is a pipe that nobody writes to and that closes with this process."""
    server = new_server()
    handle: Handler = server.handle
    wraps = select(faults, variants, server)
    if journal:
        wraps.append(Journal(Path(journal)))
    for wrap in wraps:
        handle = wrapped(handle, wrap, server)
    # It listens before it is forked, so whoever is told of it can connect at once.
    listener = bind(0)
    told = for_testers(announcement(f"http://{HOST}:{listener.getsockname()[1]}"))
    pid = os.fork()
    if pid == 0:
        os.close(parent[1])
        serve(handle, listener, lambda: None, parent[0])
        os._exit(0)
    listener.close()
    if journal:
        cast(Journal, wraps[-1]).close()  # the child has it
    return {**told, "pid": pid}


def end(pid: int) -> None:
    """End a server. It keeps nothing: to close its connections in good order would take it 1 s."""
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def main() -> int:
    """Do what is asked until nobody asks any more; the exit status."""
    parent = os.pipe()
    gc.freeze()  # what is imported is the same in every server: none looks through it
    for line in sys.stdin:
        asked = json.loads(line)
        told = None
        if isinstance(asked, int):
            end(asked)
        else:
            told = start(**asked, parent=parent)
        print(json.dumps(told), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
