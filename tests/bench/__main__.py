"""How fast things are, on this machine, now: `make bench`. It passes or fails nothing.

Times of one machine say little about another, so where two things are compared the ratio is
printed too. Of several rounds the best one counts: whatever else the machine does only adds.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

# What measures memory stays small: a child counts what its parent held when it was started.
from harness.run.embedded import embedded

if TYPE_CHECKING:
    from servers.weather.gusts import Sky

ROOT = Path(__file__).parents[2]
SERVER = ("-m", "servers.reference")
CONNECTIONS = 8
SECONDS = 1.0
"""How long one round keeps the server busy."""


class Gate(NamedTuple):
    """One run of the suite: seconds of the whole process, MB of the tester at its peak."""

    seconds: float
    peak: float
    code: int


def small_request(told: Mapping[str, str]) -> bytes:
    """One message of the read conversation; `told` is what the server says about itself."""
    path = f"/api/v1/conversations/{told['conversation']}/messages?page_size=1"
    token = f"{told['api_key']}:{told['api_secret']}"
    lines = (f"GET {path} HTTP/1.1", "Host: bench", f"Authorization: token {token}", "", "")
    return "\r\n".join(lines).encode()


async def _ask(host: str, port: int, request: bytes, until: float) -> int:
    """Answers on one kept connection until the clock says so."""
    reader, writer = await asyncio.open_connection(host, port)
    count = 0
    while time.perf_counter() < until:
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        assert head.startswith(b"http/1.1 200 "), head
        await reader.readexactly(int(head.partition(b"content-length:")[2].split()[0]))
        count += 1
    writer.close()
    await writer.wait_closed()
    return count


async def _rate(told: Mapping[str, str]) -> float:
    url, request = urlsplit(told["url"]), small_request(told)
    assert url.hostname
    assert url.port
    start = time.perf_counter()
    asking = [_ask(url.hostname, url.port, request, start + SECONDS) for _ in range(CONNECTIONS)]
    counts = await asyncio.gather(*asking)
    return sum(counts) / (time.perf_counter() - start)


def server_rate(rounds: int) -> float:
    """Small requests a second. The server is one thread of its own process, so one core."""
    with embedded(SERVER, ROOT) as told:
        return max(asyncio.run(_rate(told)) for _ in range(rounds))


@contextmanager
def _bare_environment() -> Iterator[tuple[dict[str, str], Path]]:
    """Nothing that points at a target or writes a summary; a folder for reports."""
    prefixes = ("CONTRACT_", "LIBREDESK_", "PYTEST_", "GITHUB_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(prefixes)}
    with tempfile.TemporaryDirectory() as folder:
        yield kept, Path(folder)


def gate(*options: str, extra: Mapping[str, str] | None = None) -> Gate:
    """Run the gate on the embedded server, in a process of its own."""
    with _bare_environment() as (environment, folder):
        command = [
            *(sys.executable, "-m", "pytest", "-q", "--profile=gate", f"--reports={folder}"),
            *(f"--junitxml={folder / 'junit.xml'}", "-o", f"cache_dir={folder / 'pytest'}"),
            *options,
        ]
        start = time.perf_counter()
        # Waited for by os.wait4, which alone tells the peak of one child.
        child = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**environment, **(extra or {})},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.STDOUT,
        )  # fmt: skip
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - start
        child.returncode = os.waitstatus_to_exitcode(status)
    unit = 1 if sys.platform == "darwin" else 1024
    return Gate(seconds, usage.ru_maxrss * unit / 1e6, child.returncode)


def best(runs: Sequence[Gate]) -> Gate:
    """The fastest of several, with the highest peak and the worst exit code of them all."""
    return Gate(
        min(run.seconds for run in runs),
        max(run.peak for run in runs),
        max(run.code for run in runs),
    )


def row(what: str, figure: str, ratio: str = "") -> None:
    """One line of the table, as soon as it is known."""
    print(f"{what:46}{figure:>14}  {ratio}".rstrip(), flush=True)


def gates(rounds: int) -> None:
    """The gate with a plan built anew, and with one from the cache."""
    cold = best([gate("--no-cache") for _ in range(rounds)])
    row("gate, plan built anew", f"{cold.seconds:.1f} s")
    gate()  # leaves the plan in the cache
    cached = best([gate() for _ in range(rounds)])
    row("gate, plan from the cache", f"{cached.seconds:.1f} s",
        f"{cached.seconds / cold.seconds:.2f} of that")  # fmt: skip
    row("peak memory of the tester, plan built anew", f"{cold.peak:.0f} MB")
    row("peak memory of the tester, plan from the cache", f"{cached.peak:.0f} MB",
        f"{cached.peak / cold.peak:.2f} of that")  # fmt: skip
    for name, run in (("built anew", cold), ("from the cache", cached)):
        if run.code:
            row(f"note: a gate with its plan {name} ended with", f"exit code {run.code}")


@contextmanager
def far_away(sky: Sky, **options: float) -> Iterator[dict[str, str]]:
    """The environment of a user whose server is behind a relay on loopback."""
    from servers.weather import relayed

    with embedded(SERVER, ROOT) as told, relayed(told, sky, **options) as (seen, _):
        names = ("url", "api_key", "api_secret", "conversation", "write_conversation")
        general = ("CONTRACT_URL", "CONTRACT_KEY", "CONTRACT_SECRET", "CONTRACT_READ",
                   "CONTRACT_WRITE")  # fmt: skip
        yield {theirs: seen[name] for theirs, name in zip(general, names, strict=True)}


def latency() -> None:
    """Both profiles where every answer takes 60 ms, and where the server has two cores for it.

    A real Libredesk needs that long for every authenticated request, and answers 20 a second.
    """
    from servers.weather.gusts import CALM, Gust

    places: tuple[tuple[str, Sky, dict[str, float]], ...] = (
        ("60 ms away", lambda _, __: Gust(wait=0.06), {}),
        ("20 requests a second", lambda _, __: CALM, {"seats": 2, "service": 0.1}),
    )
    for where, sky, options in places:
        for profile in ("smoke", "gate"):
            with far_away(sky, **options) as environment:
                run = gate(f"--profile={profile}", "--writes=notes", extra=environment)
            row(f"{profile}, {where}", f"{run.seconds:.1f} s", f"exit code {run.code}")


def validation() -> None:
    """openapi-core as the suite uses it, and as it comes."""
    from harness.contract import load
    from tests.bench.validation import measure

    figures = measure(load(ROOT / "spec" / "libredesk.yaml"))
    row("validation of a page of 30 messages", f"{figures.fast:.2f} ms",
        f"{figures.ratio:.0f} times faster than plain openapi-core")  # fmt: skip


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="of each measurement (default: 3)")
    rounds = max(1, parser.parse_args().rounds)
    row("reference server, small requests", f"{server_rate(rounds):.0f}/s")
    gates(rounds)
    latency()
    validation()


if __name__ == "__main__":
    main()
