"""How what is made is called, so that it is found again and people see whose it is."""

from __future__ import annotations

NAME = "contract-test"
"""The name of the role and the inbox, and what every subject and address begins with."""

PERMISSIONS = (
    "conversations:read",
    "conversations:read_assigned",
    "messages:read",
    "messages:write",
)
"""What listing and sending need. Both conversations are assigned to the agent, so that its key
opens these two and nothing that belongs to customers."""
AS_CONTACT = "messages:write_as_contact"
"""No role has it from the start, the administrators' neither."""
FOR_NOW = (*PERMISSIONS, AS_CONTACT, "conversations:write", "conversations:update_status")
"""What the agent needs to make conversations and messages itself. An administrator could make most
of them, but then activities would carry the administrator's address, and nothing that stands in
these conversations may lead to a person."""

READ, WRITE = "read", "write"


def address(of: str, sink: str) -> str:
    """An address in the sink domain; `of` is empty for the inbox itself."""
    return f"{NAME}{f'-{of}' if of else ''}@{sink}"


def subject(of: str) -> str:
    """A conversation's subject; Libredesk appends its reference number."""
    return f"{NAME} {of}"
