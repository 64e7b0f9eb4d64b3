"""What a write policy leaves out, in numbers: computed from what the clauses say that they need."""

from __future__ import annotations

from collections.abc import Sequence

from harness.contract import Contract
from harness.model import WRITE_LEVELS, WriteClass
from harness.run.judge import Selected


def beyond(
    contract: Contract, selected: Sequence[Selected], level: WriteClass
) -> dict[str, WriteClass]:
    """Clause -> the least policy that exercises it, of the selected ones that `level` does not."""
    tame = any(o.creates.harmless for o in contract.senders if o.creates)
    needed = {
        clause.id: clause.writes if tame or clause.writes == "none" else "all"
        for clause, _ in selected
    }
    most = WRITE_LEVELS.index(level)
    return {name: least for name, least in needed.items() if WRITE_LEVELS.index(least) > most}


def cost(
    contract: Contract, selected: Sequence[Selected], level: WriteClass, *, default: bool
) -> str:
    """One sentence on what is left out and what reaches it; empty where nothing is."""
    left_out = beyond(contract, selected, level)
    if not left_out:
        return ""
    why = ", the default for any target but the embedded one" if default else ""
    count = len(left_out)
    text = f"--writes {level}{why}: {count} clause{'' if count == 1 else 's'} left out"
    gained = sum(least == "notes" for least in left_out.values())
    if not gained:
        return f"{text}; --writes all reaches {'it' if count == 1 else 'them'}, and sends mail"
    return f"{text}; --writes notes reaches {gained} of them without sending mail"
