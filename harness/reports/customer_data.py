"""Response bodies fit for a report: structure and published words stay, customers' words do not.

By allow-list: what is not known to be harmless becomes its length and a hash that is keyed per
run, so that equal texts stay equal within a run and nothing can be looked up across runs.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from harness import told
from harness.contract import Contract
from harness.model import Exchange, Response
from harness.reports import lossless, own_words, response_headers
from harness.reports.published_words import PublishedWords
from harness.reports.sent_text import SentText

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_DATE = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"(?:[Tt ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,12})?)?(?:[Zz]|[+-][0-9]{2}:?[0-9]{2})?)?"
)
_SHORT_WORD = re.compile(r"[A-Za-z][A-Za-z_-]{0,31}")
_FIGURE = re.compile(r"-?[0-9]{1,15}")
_SUCCESS = range(200, 300)


class CustomerData:
    """Redacts what one run's responses hold. All but `learn` are pure once `learn` is done."""

    def __init__(self, contract: Contract, run_key: bytes, sent: Iterable[str]) -> None:
        """`run_key` is any secret of the run; `sent` are markers and texts that the suite itself
        made up, which may be shown wherever they come back."""
        self._published = PublishedWords(contract)
        self._sent = SentText(sent)
        self._key = hashlib.sha256(run_key).digest()
        self._foreign: set[str] = set()
        self._learnt: set[str] = set()
        self._cached = lru_cache(maxsize=128)(self._redacted)
        # The same items come back in page after page.
        self._string = lru_cache(maxsize=8192)(self._shown)
        self._noted: set[int] = set()

    def learn(self, exchanges: Iterable[Exchange]) -> None:
        """Note the words of every 2xx body: what stands there is left out of error messages.

        Published names and the suite's own text are nobody's secret and are not noted.
        """
        for exchange in exchanges:
            response = exchange.response
            if response and response.status in _SUCCESS:
                self._note(response)
        self._cached.cache_clear()

    def body(self, exchange: Exchange) -> bytes:
        """The response body as a report may hold it; empty where there was none.

        Valid JSON stays valid JSON of the same shape; anything else becomes length and hash.
        """
        response = exchange.response
        if response is None or not response.body.size:
            return b""
        sha256 = response.body.sha256
        return self._cached(_Answer(exchange.case.operation, response, sha256))

    def message(self, exchange: Exchange) -> str:
        """The server's own words of a non-2xx answer, at most 120 characters, for grouping."""
        response = exchange.response
        if response is None or response.status in _SUCCESS or exchange.failure:
            return ""
        body = response.body.read()
        try:
            value = lossless.parse(body)
        except ValueError:
            return own_words.cleaned(own_words.of_markup(body), self._foreign)
        return own_words.cleaned(own_words.chosen(value), self._foreign)

    def headers(self, exchange: Exchange) -> response_headers.Headers:
        """The headers of a response as a report may hold them."""
        found = exchange.response.headers if exchange.response else ()
        return response_headers.redacted(
            found, self._published.media, self._is_harmless, self._hidden
        )

    def text(self, text: str) -> str:
        """One string of a response as a report may hold it: `⟨text of 37 characters, 3fa9c1⟩`."""
        return self._string(text, False)

    def word(self, text: str) -> str:
        """The same for a string at an enum's place, where a short word stays."""
        return self._string(text, True)

    def identity(self, text: str) -> str:
        """What tells an item from others: a UUID or a number stays."""
        return text if _FIGURE.fullmatch(text) else self._string(text, False)

    def sentence(self, sentence: str) -> str:
        """A sentence of our own with what it tells of a response (`harness.told`) redacted."""
        return told.retold(
            sentence,
            {
                "text": self.text,
                "word": self.word,
                "error": lambda text: own_words.cleaned(text, self._foreign),
                "header": self._header,
            },
        )

    def _header(self, value: str) -> str:
        known = self._published.media
        return response_headers.header_value(value, known, self._is_harmless, self._hidden)

    def _note(self, response: Response) -> None:
        if response.body.sha256 in self._learnt:
            return
        self._learnt.add(response.body.sha256)
        body = response.body.read()
        try:
            texts = _strings(lossless.parse(body))
        except ValueError:
            texts = [body.decode("utf-8", "replace")]
        for text in texts:
            if hash(text) not in self._noted and not self._is_harmless(text):
                self._foreign.update(own_words.words(self._sent.without(text)))
            self._noted.add(hash(text))
        self._foreign -= self._published.words

    def _redacted(self, answer: _Answer) -> bytes:
        response = answer.response
        body = response.body.read()
        try:
            value = lossless.parse(body)
        except ValueError:
            return self._placeholder(body, f"body of {len(body)} bytes").encode()
        places = self._published.enum_places(answer.operation, response.status)
        own = "" if response.status in _SUCCESS else own_words.chosen(value)
        return lossless.dump(self._value(value, (), places, own))

    def _value(
        self, value: Any, place: tuple[str, ...], places: frozenset[tuple[str, ...]], own: str
    ) -> Any:
        """`value` redacted; `own` is the text in which the server speaks for itself."""
        if isinstance(value, lossless.Members):
            return lossless.Members(
                (self._name(key), self._value(item, (*place, key), places, own))
                for key, item in value
            )
        if isinstance(value, list):
            return [self._value(item, (*place, "*"), places, own) for item in value]
        if not isinstance(value, str) or isinstance(value, lossless.Number):
            return value
        if own and value == own and not self._is_harmless(value):
            return own_words.cleaned(value, self._foreign)
        return self._string(value, place in places)

    def _name(self, key: str) -> str:
        """An object's key, where the contract has it; any other may be data, such as a name."""
        return key if key in self._published.keys else self._string(key, False)

    def _shown(self, text: str, at_enum: bool) -> str:
        if self._is_harmless(text) or (at_enum and _SHORT_WORD.fullmatch(text)):
            return text
        return self._sent.around(text, self._hidden)

    def _hidden(self, text: str) -> str:
        return self._placeholder(
            text.encode("utf-8", "surrogatepass"), f"text of {len(text)} characters"
        )

    def _is_harmless(self, text: str) -> bool:
        return (
            not text
            or text in self._sent
            or text in self._published.enums
            or bool(_UUID.fullmatch(text) or _DATE.fullmatch(text))
        )

    def _placeholder(self, data: bytes, what: str) -> str:
        digest = hashlib.blake2b(data, key=self._key, digest_size=3).hexdigest()
        return f"⟨{what}, {digest}⟩"


class _Answer:
    """A response as a key of the cache: equal bodies under one operation and status are one."""

    __slots__ = ("_identity", "operation", "response")

    def __init__(self, operation: str, response: Response, sha256: str) -> None:
        self.operation = operation
        self.response = response
        self._identity = (operation, response.status, sha256)

    def __hash__(self) -> int:
        return hash(self._identity)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Answer) and self._identity == other._identity


def _strings(value: Any) -> list[str]:
    """Every string in `value`, keys among them."""
    if isinstance(value, lossless.Members):
        return [text for key, item in value for text in (key, *_strings(item))]
    if isinstance(value, list):
        return [text for item in value for text in _strings(item)]
    is_text = isinstance(value, str) and not isinstance(value, lossless.Number)
    return [value] if is_text else []
