"""openapi-core's judgement on a response, at the speed of jsonschema-rs where all is well.

openapi-core explains well and is slow: 4 ms for a page of thirty items. Nearly every page is good,
so a schema that accepts a *subset* of what openapi-core accepts is asked first, in Rust; only on
its *no*, or when it can't tell, openapi-core judges and explains. The fast schema never decides
that a body is bad. The only module that imports openapi_core, and for that a little longer than a
file should be: whatever speaks its language stands here.
"""

from __future__ import annotations

import json
import warnings
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from jsonschema_path import SchemaPath
from openapi_core import Config, OpenAPI
from openapi_core.datatypes import RequestParameters
from openapi_core.deserializing.media_types.exceptions import MediaTypeDeserializeError
from openapi_core.templating.media_types.exceptions import MediaTypeNotFound
from openapi_core.templating.paths.datatypes import PathOperationServer
from openapi_core.templating.paths.finders import APICallPathFinder
from openapi_core.templating.responses.exceptions import ResponseNotFound
from openapi_core.validation.response.exceptions import HeaderValidationError, MissingData
from openapi_core.validation.schemas import (
    oas30_read_schema_validators_factory,
    oas31_schema_validators_factory,
)
from openapi_core.validation.schemas.exceptions import InvalidSchemaValue
from openapi_core.validation.schemas.factories import SchemaValidatorsFactory
from openapi_core.validation.schemas.validators import SchemaValidator
from werkzeug.datastructures import Headers

from harness.contract import Contract, Operation, Schema, escape
from harness.itemwise import itemwise
from harness.model import Exchange, Response
from harness.narrowing import FastValidator, fast_validator, surely_valid
from harness.schemaerrors import RawError, SchemaError, distinct, explained, unreadable

__all__ = ["UNPARSED", "SchemaError", "Validator"]

UNPARSED: Any = object()
"""Stands for *not parsed yet*, because `None` is a body."""
HOST = "http://target.invalid"
"""The one server of the copy that openapi-core sees: the target's own URL never matters."""
REMEMBERED = 4096
"""Judgements that are kept."""
RESOLVED = 512
"""Nodes of the document that openapi-core needs not look up again."""


@dataclass(frozen=True, slots=True)
class _Judgement:
    errors: tuple[SchemaError, ...] = ()
    status: bool = True
    media: bool | None = None


class Validator:
    """Judges responses by one contract; not for use by several threads at once.

    Each distinct (operation, status, media type, body) is judged once. With `fast=False` it is
    openapi-core alone, to be compared with.
    """

    def __init__(self, contract: Contract, *, fast: bool = True) -> None:
        self._contract = contract
        self._operations = {operation.id: operation for operation in contract.operations}
        self._parsed: Any = UNPARSED
        self._judged: OrderedDict[tuple[object, ...], _Judgement] = OrderedDict()
        media = {m for o in contract.operations for r in o.responses.values() for m in r}
        config = Config(
            spec_validator_cls=None,  # the bundle is validated when it is made
            path_finder_cls=_Finder if fast else None,
            schema_validators_factory=_FastFirst(contract) if fast else None,
            extra_media_type_deserializers={_essence(m): self._loads for m in media if "json" in m},
        )
        document = SchemaPath.from_dict(
            _served_at_one_host(contract.raw), resolved_cache_maxsize=RESOLVED if fast else 0
        )
        self._judge_all = OpenAPI(document, config).response_validator

    def validate(self, exchange: Exchange, parsed: Any = UNPARSED) -> tuple[SchemaError, ...]:
        """All errors of the body (and of documented headers), in the order of the document.

        `parsed` is the body read as JSON, if the caller has it already. A status or a media type
        that is not documented is no error here, the two methods below tell it; a JSON body under
        another media type is judged all the same. Nothing is said about an answer that is not
        whole.
        """
        return self._judge(exchange, parsed).errors

    def status_documented(self, exchange: Exchange) -> bool:
        """Whether the operation documents this status. True where no answer started."""
        return self._judge(exchange, UNPARSED).status

    def media_documented(self, exchange: Exchange) -> bool | None:
        """Whether the body has a documented media type; None where no body is documented."""
        return self._judge(exchange, UNPARSED).media

    def _judge(self, exchange: Exchange, parsed: Any) -> _Judgement:
        response = exchange.response
        if response is None or exchange.failure:
            return _Judgement()
        operation = self._operations[exchange.case.operation]
        bare = exchange.request.method == "HEAD" or response.status in {204, 304}
        media = response.header("content-type") or ""
        key = (operation.id, response.status, media, bare, response.body.sha256)
        found = self._judged.get(key)
        if found is None:
            self._parsed = parsed
            found = self._judged[key] = self._ask(operation, response, media, bare)
            if len(self._judged) > REMEMBERED:
                self._judged.popitem(last=False)
        return found

    def _ask(self, operation: Operation, response: Response, media: str, bare: bool) -> _Judgement:
        documented = _documented(operation, response.status)
        keys = {_essence(name): name for name in documented}
        answer = _Answer(response, keys.get(_essence(media), _essence(media)))
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)
                raised = list(self._judge_all.iter_errors(_Asked(operation), answer))
                unknown = any(isinstance(e.__cause__, MediaTypeNotFound) for e in raised)
                if unknown and (name := self._readable(documented, answer.data)):
                    answer.content_type = name
                    raised += self._judge_all.iter_errors(_Asked(operation), answer)
        except (RecursionError, UnicodeError) as error:
            return _Judgement((unreadable(error),), media=True if documented else None)
        errors = [e for one in raised for e in self._errors(one, operation, answer)]
        return _Judgement(
            errors=() if bare else distinct(errors),
            status=not any(isinstance(e, ResponseNotFound) for e in raised),
            media=None if bare or not documented else not unknown,
        )

    def _loads(self, value: bytes, **_parameters: str) -> Any:
        if self._parsed is UNPARSED:
            self._parsed = json.loads(value, parse_constant=_refuse)
        return self._parsed

    def _readable(self, documented: Sequence[str], data: bytes) -> str:
        name = next((name for name in documented if "json" in name), "")
        try:
            return name if name and data and self._loads(data) is not UNPARSED else ""
        except ValueError:
            return ""

    def _errors(
        self, one: Exception, operation: Operation, answer: _Answer
    ) -> Iterator[SchemaError]:
        cause = one.__cause__
        if isinstance(cause, InvalidSchemaValue) and not isinstance(one, HeaderValidationError):
            root = f"{operation.pointer}/responses/{answer.status_code}/content/"
            root += f"{escape(answer.content_type)}/schema"
            for error in cause.schema_errors:
                yield explained(self._contract.raw, root, cast(RawError, error))
        elif isinstance(one, MissingData):
            yield SchemaError("", "", "missing", "a body", "an empty body", "")
        elif isinstance(one, HeaderValidationError):
            place, said = f"header {one.name}", "a value that is not what is documented"
            yield SchemaError(place, place, "other", "the documented header", said, "")
        elif isinstance(cause, MediaTypeDeserializeError):
            yield unreadable(answer.data)
        elif not isinstance(one, ResponseNotFound) and not isinstance(cause, MediaTypeNotFound):
            yield unreadable(cause or one)


class _Asked:
    """The request as openapi-core wants it: the operation's own, not what was sent."""

    body = None
    content_type = ""
    host_url = HOST

    def __init__(self, operation: Operation) -> None:
        self.parameters = RequestParameters()
        self.method = operation.method.lower()
        self.path = self.path_pattern = operation.path


class _Answer:
    def __init__(self, response: Response, content_type: str) -> None:
        self.data = response.body.read()
        self.status_code = response.status
        self.content_type = content_type
        self.headers = Headers(list(response.headers))


class _Finder(APICallPathFinder):
    """Looks an operation up once; openapi-core parses all paths for every response."""

    def __init__(self, spec: Any, base_url: str | None = None) -> None:
        super().__init__(spec, base_url=base_url)
        self._found: dict[tuple[str, str], PathOperationServer] = {}

    def find(self, method: str, name: str) -> PathOperationServer:
        key = (method, name)
        if key not in self._found:
            self._found[key] = super().find(method, name)
        return self._found[key]


class _FastFirst(SchemaValidatorsFactory):
    """Makes each schema's validator once, the narrowed one before openapi-core's own."""

    def __init__(self, contract: Contract) -> None:
        self._is_30 = str(contract.raw["openapi"]).startswith("3.0")
        self._own = (
            oas30_read_schema_validators_factory if self._is_30 else oas31_schema_validators_factory
        )
        self._raw = contract.raw
        self._made: dict[tuple[object, ...], SchemaValidator] = {}
        self._itemwise: dict[type[Any], type[Any]] = {}

    def create(self, spec: Any, schema: Any, *args: Any, **options: Any) -> SchemaValidator:
        made = self._made.get(schema.parts)
        if made is None:
            slow = self._own.create(spec, schema, *args, **options).validator
            own = type(slow)
            if own not in self._itemwise:
                self._itemwise[own] = itemwise(own, self._fast)
            with schema.resolve() as found:
                judge = self._itemwise[own](
                    found.contents, _resolver=found.resolver, format_checker=slow.format_checker
                )
            fast = self._fast(slow.schema)
            made = self._made[schema.parts] = _FastFirstValidator(schema, judge, fast)
        return made

    def _fast(self, schema: Schema) -> FastValidator | None:
        return fast_validator(self._raw, schema, is_30=self._is_30)


class _FastFirstValidator(SchemaValidator):
    def __init__(self, schema: Any, validator: Any, fast: FastValidator | None = None) -> None:
        super().__init__(schema, validator)
        self._fast = fast

    def validate(self, value: Any) -> None:
        """As openapi-core's, which is not asked where the narrowed schema accepts `value`."""
        if self._fast is None or not surely_valid(self._fast, value):
            super().validate(value)


def _documented(operation: Operation, status: int) -> tuple[str, ...]:
    """Media types of the response that openapi-core would find for `status`."""
    for name in (str(status), f"{status // 100}XX", "default"):
        if name in operation.responses:
            return tuple(operation.responses[name])
    return ()


def _served_at_one_host(raw: Mapping[str, Any]) -> dict[str, Any]:
    """The document as JSON has it (statuses are strings), with one server whatever it says."""
    document: dict[str, Any] = json.loads(json.dumps(raw, default=str))
    for item in document["paths"].values():
        for node in (item, *item.values()):
            if isinstance(node, dict):
                node.pop("servers", None)
    return {**document, "servers": [{"url": HOST}]}


def _essence(media: str) -> str:
    """A media type without its parameters, which are tolerated (`application/json;` too)."""
    return media.partition(";")[0].strip().lower()


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")
