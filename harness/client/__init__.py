"""From a case to an exchange: the only place that does HTTP, and the only one that may send.

- `session`:     what is sent in which order, counted and recorded
- `wire`:        a case with this target's ids, marker and credentials in it: the bytes
- `policy`:      which of those bytes may leave
- `transport`:   one attempt: bytes out, an answer or a failure back
- `attempts`:    one request until it is answered
- `weather`:     when to wait and when to try again
- `budget`:      how much may be sent at all
- `ledger`:      what was written, noted down before it leaves
- `outage`:      whether the target is still there
- `redaction`:   what may be remembered of it
- `bodies`:      where the answers' bodies are kept
"""

from harness.client.bodies import BodyStore
from harness.client.budget import Budget
from harness.client.credentials import DEFECTS, Secrets, applicable, authorization
from harness.client.environment import proxy_login
from harness.client.ledger import Ledger, LedgerError
from harness.client.outage import TargetLost
from harness.client.policy import WritePolicy
from harness.client.redaction import Redactor
from harness.client.session import Session
from harness.client.transport import TargetError
from harness.client.wire import Binding, Target

__all__ = [
    "DEFECTS",
    "Binding",
    "BodyStore",
    "Budget",
    "Ledger",
    "LedgerError",
    "Redactor",
    "Secrets",
    "Session",
    "Target",
    "TargetError",
    "TargetLost",
    "WritePolicy",
    "applicable",
    "authorization",
    "proxy_login",
]
