"""The table of all settings: names, meanings, defaults and how each is read.

One row drives the command line, the environment, `[tool.contract]` and the list that a run shows,
so that an option cannot exist in one of them only.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pytest

from harness.settings import remote, values

PREFIX = "contract_"
"""Of every `dest`: pytest's plugins share one namespace, and `spec` or `seed` are anybody's."""


@dataclass(frozen=True, slots=True)
class Option:
    """One setting."""

    name: str
    """As in `--name`, in `[tool.contract]` and, upper case, in `CONTRACT_NAME`."""
    help: str
    parse: values.Parse
    default: str | None = None
    """As a person would write it."""
    metavar: str | None = None
    kind: Literal["one", "many", "switch"] = "one"
    on_command_line: bool = True
    secret: bool = False

    @property
    def dest(self) -> str:
        """Field of `Settings` and, with PREFIX, of pytest's namespace."""
        return self.name.replace("-", "_")

    @property
    def names_target(self) -> bool:
        """Whether it belongs to a target, and to no embedded server."""
        return not self.on_command_line or self.name in {"credentials", "against"}

    @property
    def variable(self) -> str:
        """The general name in the environment."""
        return f"CONTRACT_{self.dest.upper()}"


def _target(name: str, help: str, parse: values.Parse, secret: bool = False) -> Option:
    return Option(name, help, parse, on_command_line=False, secret=secret)


PROFILES = ("smoke", "gate", "release")
WRITES = ("none", "notes", "all")
MODES = ("plan", "clauses", "reproduce", "replay", "against")
"""Each of these replaces the ordinary run; no two go together."""

OPTIONS: tuple[Option, ...] = (
    _target("url", "base URL of the target; without it the embedded server", values.url),
    _target("key", "first half of the credentials", values.secret, secret=True),
    _target("secret", "second half of the credentials", values.secret, secret=True),
    _target("token", "credentials of an API that takes one word", values.secret, secret=True),
    _target("read", "id of the resource that is read", values.identifier),
    _target("write", "id of the only resource that is written to", values.identifier),
    _target("other", "id of another resource (default: the write one)", values.identifier),
    Option("credentials", "file of NAME=value lines: URL, key, secret, ids; never the command line",
           values.existing_file, metavar="FILE"),
    Option("profile", "how much is sent: smoke (300), gate (600) or release (5,000 requests)",
           values.choice("profile", *PROFILES), "gate", "|".join(PROFILES)),
    Option("seed", "what is generated; the same seed sends the same", values.seed, "1",
           "INT|random"),
    Option("spec", "the bundled OpenAPI document", values.path, "spec/libredesk.yaml", "PATH"),
    Option("plan", "show what would be sent, and send nothing", values.switch, kind="switch"),
    Option("clauses", "print the catalogue of clauses", values.switch, kind="switch"),
    Option("fail-on", "the least severity that fails the run",
           values.choice("severity", "violation", "leniency"), "violation", "violation|leniency"),
    Option("require", "fail if a clause that matches is not exercised (repeatable)", values.text,
           metavar="GLOB", kind="many"),
    Option("waivers", "file of known deviations (repeatable)", values.existing_file,
           metavar="FILE", kind="many"),
    Option("write-waivers", "write an entry for every current finding, with --owner and --reason",
           values.path, metavar="FILE"),
    Option("owner", "who answers for the written waivers", values.text, metavar="WHO"),
    Option("reason", "why the written waivers are tolerated", values.text, metavar="TEXT"),
    Option("link", "where the written waivers are followed up", values.text, metavar="URL"),
    Option("expires", "the last day of the written waivers", values.expiry, "+30d",
           "DATE|+30d|never"),
    Option("writes", "what may be stored (default: all on the embedded server, none elsewhere)",
           values.choice("write policy", *WRITES), metavar="|".join(WRITES)),
    Option("concurrency", "requests under way at once", values.number(1, 64), "2", "N"),
    Option("max-requests", "so many requests at the most, repeats and retries included",
           values.number(1, 1_000_000), metavar="N"),
    Option("max-writes", "so many requests at the most that may store something",
           values.number(0, 1_000_000), metavar="N"),
    Option("max-seconds", "nothing is sent later than that after the target first answered",
           values.duration(1, 86_400), metavar="SECONDS"),
    Option("rate", "requests a second at the most (default: none on the embedded server, 40/s "
           "elsewhere)", remote.rate, metavar="N/s|none"),
    Option("insecure-http", "let credentials travel over plain http to another machine",
           values.switch, kind="switch"),
    Option("allowed-hosts", "hosts that may be tested besides this machine, e.g. *.staging.example",
           remote.host_pattern, kind="many", on_command_line=False),
    _target("headers", "headers for an access proxy, one `Name: value` a line", remote.headers,
            secret=True),
    _target("client-cert", "client certificate, a PEM file; with its key or beside it",
            values.existing_file),
    _target("client-key", "key of the client certificate, a PEM file without a passphrase",
            values.existing_file),
    Option("walk-limit", "pages of a full walk", values.number(1, 10_000), "20", "PAGES"),
    Option("max-response-time", "every answer arrives within it", values.duration(0.001, 3600),
           metavar="SECONDS|500ms"),
    Option("wait", "how long to wait for a target that is being deployed",
           values.duration(0, 3600), "0s", "60s"),
    Option("label", "shown in all reports, e.g. version=2.7.0 (repeatable)", values.label,
           metavar="KEY=VALUE", kind="many"),
    Option("reproduce", "send one finding again and say whether it is still there",
           values.fingerprint, metavar="FINGERPRINT"),
    Option("replay", "judge recorded exchanges again, and send nothing", values.existing_file,
           metavar="HAR"),
    Option("against", "a second deployment, which is sent the same; only what differs is told",
           values.url, metavar="URL"),
    _target("against-key", "first half of the second's credentials", values.secret, secret=True),
    _target("against-secret", "second half of them", values.secret, secret=True),
    _target("against-token", "its credentials, if the API takes one word", values.secret,
            secret=True),
    _target("against-read", "id of the resource that is read there", values.identifier),
    _target("against-write", "id of the only one that is written to there", values.identifier),
    _target("against-other", "id of another one there (default: the write one)",
            values.identifier),
    Option("keep-bodies", "leave bodies in the reports as they are", values.switch, kind="switch"),
    Option("reports", "where the reports go", values.path, "reports", "DIR"),
    Option("sink", "mail domain of all recipients that the plan makes up", values.domain,
           "sink.example", "DOMAIN"),
    Option("no-cache", "build the plan anew", values.switch, kind="switch"),
    # --writes all on a server that sends real mail
    Option("allow-domain", "mail domain besides the sink's that people of the write resource may "
           "have (repeatable)", values.mail_domain, metavar="DOMAIN", kind="many"),
    Option("own-reference", "id of yours that a property may refer to, e.g. NAME=7 (repeatable)",
           values.reference, metavar="NAME=ID", kind="many"),
    _target("mail-may-leave", "id of the write resource once more, for --writes all",
            values.identifier),
    _target("against-mail-may-leave", "the same of the second deployment", values.identifier),
)  # fmt: skip
BY_NAME: Mapping[str, Option] = {option.name: option for option in OPTIONS}


def add_options(parser: pytest.Parser) -> None:
    """Tell pytest of every option that has a place on the command line.

    Values stay text here and defaults None: argparse would stop at the first mistake, and could
    not tell what was given from what was not.
    """
    group = parser.getgroup("contract", "contract (each also as CONTRACT_… in the environment)")
    for option in OPTIONS:
        if not option.on_command_line:
            continue
        default = f" (default: {option.default})" if option.default else ""
        keywords: dict[str, Any] = {"action": "store", "metavar": option.metavar}
        if option.kind == "many":
            keywords["action"] = "append"
        if option.kind == "switch":
            keywords = {"action": "store_const", "const": True}
        group.addoption(
            f"--{option.name}",
            dest=PREFIX + option.dest,
            default=None,
            help=(option.help + default).replace("%", "%%"),
            **keywords,
        )


def given(namespace: Mapping[str, Any]) -> dict[str, Any]:
    """What stood on the command line: `vars(config.option)` -> the `options` of `resolve`."""
    names = {PREFIX + option.dest: option.dest for option in OPTIONS}
    found = {names[key]: value for key, value in namespace.items() if key in names}
    found = {key: value for key, value in found.items() if value is not None}
    if namespace.get("collectonly"):
        found["collect_only"] = True
    return found


def spoken(words: Sequence[str]) -> tuple[dict[str, Any], list[str]]:
    """The same from the words themselves, and the other words: for when pytest refuses them."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False, exit_on_error=False)
    parser.add_argument("--collect-only", "--co", dest="collectonly", action="store_true")
    for option in OPTIONS:
        if not option.on_command_line:
            continue
        keywords: dict[str, Any] = {"action": "append", "nargs": "?"}
        if option.kind == "switch":
            keywords = {"action": "store_const", "const": True}
        parser.add_argument(f"--{option.name}", dest=PREFIX + option.dest, **keywords)
    try:
        found, others = parser.parse_known_args(words)
    except argparse.ArgumentError:
        return {}, [*words]
    return given(vars(found)), others
