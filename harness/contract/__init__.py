"""The bundled document as the harness reads it: operations, schemas and traits."""

from harness.contract.document import ContractError, escape, load, resolve
from harness.contract.remembered import per_schema, per_value
from harness.contract.types import (
    Contract,
    Creates,
    Derived,
    Echo,
    Filter,
    Operation,
    Pagination,
    Parameter,
    PlainLimits,
    Schema,
    SecurityScheme,
)

__all__ = [
    "Contract",
    "ContractError",
    "Creates",
    "Derived",
    "Echo",
    "Filter",
    "Operation",
    "Pagination",
    "Parameter",
    "PlainLimits",
    "Schema",
    "SecurityScheme",
    "escape",
    "load",
    "per_schema",
    "per_value",
    "resolve",
]
