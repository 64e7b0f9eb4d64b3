"""Content codings, strictly: a compressed body that stops early is no body.

urllib3 decodes too, but takes a gzip stream without its end for whole, and keeps nothing of a body
that it cannot decode.
"""

from __future__ import annotations

import zlib

GZIP, DEFLATE, RAW = 31, 15, -15
NAMED = frozenset({"br", "zstd", "compress", "x-compress", "aes128gcm", "dcb", "dcz", "exi"})


def decode(body: bytes, coding: str, limit: int) -> tuple[bytes, str]:
    """The decoded body and "", or the body as it came and one clause that says what is wrong."""
    plain = body
    for name in reversed([part.strip().lower() for part in coding.split(",")]):
        if name in {"", "identity"}:
            continue
        if name not in {"gzip", "x-gzip", "deflate"}:
            known = name if name in NAMED else "with an unknown name"
            return body, f"a Content-Encoding {known}, which was not asked for"
        windows = (DEFLATE, RAW) if name == "deflate" else (GZIP,)
        decoded = next((d for d in (_inflate(plain, w, limit) for w in windows) if d), None)
        if decoded is None:
            return body, f"the body is not whole, valid {name}"
        plain = decoded[0]
    return plain, ""


def _inflate(body: bytes, window: int, limit: int) -> tuple[bytes] | None:
    parts: list[bytes] = []
    rest = body
    while rest:
        stream = zlib.decompressobj(window)
        try:
            parts.append(stream.decompress(rest, limit))
        except zlib.error:
            return None
        if not stream.eof:
            return None
        rest = stream.unused_data.lstrip(b"\0") if window == GZIP else b""
    return (b"".join(parts),)
