"""What is wanted: options from the command line, the login from the environment or a file."""

from __future__ import annotations

import argparse
import ipaddress
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn
from urllib.parse import SplitResult, urlsplit

from deploy.provision import envfile

URL = ("LIBREDESK_URL", "CONTRACT_URL")
EMAIL, PASSWORD = "LIBREDESK_ADMIN_EMAIL", "LIBREDESK_ADMIN_PASSWORD"
_DOMAIN = re.compile(r"(?!-)[a-z0-9-]{1,63}(\.(?!-)[a-z0-9-]{1,63})+", re.ASCII | re.IGNORECASE)


class Mistaken(Exception):
    """What a person gave cannot be used; one argument, a sentence, for each mistake."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Everything that `provision` and `deprovision` are told."""

    url: str
    email: str
    password: str = field(repr=False)
    smtp: tuple[str, int]
    """Host and port as Libredesk sees them."""
    sink: str
    contact: bool
    output: Path
    renew: bool
    """A new API key is wanted, although it ends the one that there is."""
    remove: bool


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise Mistaken(f"{message}; --help lists the options")


def read(argv: Sequence[str], environ: Mapping[str, str]) -> Asked:
    """Raises Mistaken with a sentence for every mistake."""
    given = _options(argv)
    # as with `make gate`, the file of the command line goes before the environment
    variables = {**environ, **(_file(given.credentials) if given.credentials else {})}
    url = next((variables[name].strip() for name in URL if variables.get(name, "").strip()), "")
    asked = Asked(
        url.rstrip("/"),
        variables.get(EMAIL, "").strip(),
        variables.get(PASSWORD, ""),
        _host_and_port(given.smtp),
        given.sink.lower(),
        given.contact,
        given.output,
        given.renew,
        given.remove,
    )
    problems = [*_url_mistakes(asked.url, given.insecure_http), *_mistakes(asked)]
    if problems:
        raise Mistaken(*problems)
    return asked


def _options(argv: Sequence[str]) -> argparse.Namespace:
    parser = _Parser(
        prog="make provision ARGS=…",
        allow_abbrev=False,
        description=f"Prepares a Libredesk for the suite over its own API. {URL[0]}, {EMAIL} and "
        f"{PASSWORD} come from the environment or from the file given by --credentials.",
    )
    _add_options(parser)
    given, rest = parser.parse_known_args(argv)
    if rest:
        # what stands behind may be a password
        names = ", ".join(text.partition("=")[0] for text in rest if text.startswith("-"))
        raise Mistaken(
            f"unknown option {names or '(a word without dashes)'}; --help lists them; "
            "credentials are never taken from the command line"
        )
    return given


def _add_options(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--credentials", type=Path, metavar="FILE", help="of NAME=value lines")
    add(
        "--output",
        type=Path,
        default=Path("staging.env"),
        metavar="FILE",
        help="what `make gate` reads (default: staging.env)",
    )
    add(
        "--smtp",
        default="127.0.0.1:1025",
        metavar="HOST:PORT",
        help="the mail sink as Libredesk reaches it (default: 127.0.0.1:1025)",
    )
    add(
        "--sink",
        default="sink.example",
        metavar="DOMAIN",
        help="mail domain of every address that is made (default: sink.example)",
    )
    add(
        "--as-contact",
        dest="contact",
        action="store_true",
        default=True,
        help="the agent may send as a contact (default)",
    )
    add(
        "--no-contact",
        dest="contact",
        action="store_false",
        help="the agent may not send as a contact",
    )
    add(
        "--renew-key",
        dest="renew",
        action="store_true",
        help="make a new API key, although whatever uses the old one is then refused",
    )
    add(
        "--insecure-http",
        action="store_true",
        help="send the password without TLS to another machine",
    )
    add("--remove", action="store_true", help="what `make deprovision` does")


def _file(path: Path) -> dict[str, str]:
    try:
        if envfile.open_to_others(path):
            raise Mistaken(f"others can read {path}, which holds a password; run: chmod 600 {path}")
        return envfile.read(path)
    except OSError as error:
        raise Mistaken(f"cannot read {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise Mistaken(f"{path} is not UTF-8 text; write NAME=value lines") from error


def _url_mistakes(url: str, insecure: bool) -> Iterator[str]:
    if not url:
        yield f"no server is given; set {URL[0]}, e.g. http://127.0.0.1:9000"
        return
    try:
        parts = urlsplit(url)
        whole = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        whole = False
    if not whole or "@" in url or parts.query or parts.fragment:
        yield f"{URL[0]} is no base URL; write http:// or https://, a host and at most a path"
    elif parts.scheme == "http" and not insecure and not _loopback(parts):
        yield (
            f"{URL[0]} is plain http to {parts.hostname}: the password would cross the network "
            "readable; write https://, or give --insecure-http if that network is yours"
        )


def _loopback(parts: SplitResult) -> bool:
    try:
        return ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return parts.hostname == "localhost"


def _mistakes(asked: Asked) -> Iterator[str]:
    for name, value in ((EMAIL, asked.email), (PASSWORD, asked.password)):
        if not value:
            yield f"{name} is not set; give it in the environment or in the file of --credentials"
    if not _DOMAIN.fullmatch(asked.sink):
        yield f"--sink {asked.sink} is no mail domain; write e.g. sink.example"
    if not asked.smtp[0] or not 0 < asked.smtp[1] < 65536:
        yield "--smtp wants a host and a port; write e.g. 127.0.0.1:1025"
    if asked.output.is_dir() or not asked.output.parent.is_dir():
        yield f"--output {asked.output} cannot be written; its folder must exist"


def _host_and_port(text: str) -> tuple[str, int]:
    host, _colon, port = text.rpartition(":")
    return host.strip("[]"), int(port) if port.isascii() and port.isdigit() else 0
