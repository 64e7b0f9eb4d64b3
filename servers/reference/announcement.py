"""What a server says about itself once it serves."""

from __future__ import annotations

from servers.reference.seed import CONVERSATION, WRITE_CONVERSATION
from servers.reference.server import CREDENTIALS


def announcement(url: str) -> dict[str, str]:
    """All that a client needs to know."""
    return {
        "url": url,
        "api_key": CREDENTIALS.api_key,
        "api_secret": CREDENTIALS.api_secret,
        "conversation": CONVERSATION,
        "write_conversation": WRITE_CONVERSATION,
    }


def for_testers(known: dict[str, str]) -> dict[str, str]:
    """The same, and under the words that any API has: a tester knows no conversations."""
    return known | {
        "key": known["api_key"],
        "secret": known["api_secret"],
        "read": known["conversation"],
        "write": known["write_conversation"],
    }
