"""The body of an answer as it was before it was packed for the way, piece by piece.

Owns which encodings are unpacked, and how much of a body is in memory at a time. Must not read from sockets or know
what the bytes mean.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from integrations.intacct.flaws import UnreadableAnswer

_PIECE_BYTES = 64 * 1024
_GZIP, _ZLIB, _BARE = 16 + zlib.MAX_WBITS, zlib.MAX_WBITS, -zlib.MAX_WBITS
_PLAIN = frozenset({"", "identity"})
_PACKED = frozenset({"gzip", "x-gzip", "deflate"})
# Packers write one; more are allowed by RFC 1952, and a million empty ones would only cost time.
MOST_MEMBERS = 16


class Unpacker:
    """Feed it the bytes of the wire as they arrive and take the pieces; call `close` at the end.

    `encoding` is the Content-Encoding of the answer. One layer is unpacked, gzip or deflate; UnreadableAnswer is raised
    for any other, and for what is damaged, breaks off or goes on behind its end.
    """

    def __init__(self, encoding: str) -> None:
        name = encoding.strip().lower()
        if name not in _PLAIN | _PACKED:
            raise UnreadableAnswer(f"it is packed as {name[:40]}, and only one layer of gzip or deflate is unpacked")
        self._is_gzip = name.endswith("gzip")
        self._is_packed = name in _PACKED
        self._members = 0
        self._begun = False
        self._unpack = zlib.decompressobj(_GZIP)

    def pieces(self, chunk: bytes) -> Iterator[bytes]:
        """What these bytes unpack to, at most 64 KB at a time."""
        if not self._is_packed:
            yield chunk
            return
        if chunk and not self._begun:
            self._begin(chunk)
        while chunk:
            try:
                piece = self._unpack.decompress(chunk, _PIECE_BYTES)
            except zlib.error:
                raise UnreadableAnswer("its compression is damaged") from None
            chunk = self._unpack.unconsumed_tail
            if piece:
                yield piece
            if self._unpack.eof:
                chunk = self._next_member(self._unpack.unused_data)
        yield from self._rest()

    def close(self) -> None:
        """Raises UnreadableAnswer when the end is missing: what came was not compared with its checksum."""
        if self._is_packed and self._begun and not self._unpack.eof:
            raise UnreadableAnswer("its compression breaks off")

    def _begin(self, chunk: bytes) -> None:
        self._begun = True
        if not self._is_gzip:
            # “deflate” is zlib by the standard, and without its two bytes by custom; no bare stream looks like them.
            has_head = chunk[0] & 0x0F == zlib.DEFLATED and (len(chunk) < 2 or (chunk[0] << 8 | chunk[1]) % 31 == 0)
            self._unpack = zlib.decompressobj(_ZLIB if has_head else _BARE)

    def _next_member(self, rest: bytes) -> bytes:
        """The bytes behind a complete stream: another one of gzip, or none at all."""
        if not rest:
            return b""
        self._members += 1
        if not self._is_gzip or not rest.startswith(b"\x1f"[: len(rest)]) or self._members >= MOST_MEMBERS:
            raise UnreadableAnswer("it goes on behind the end of its compression")
        self._unpack = zlib.decompressobj(_GZIP)
        return rest

    def _rest(self) -> Iterator[bytes]:
        """What the library still holds of bytes that it has taken in."""
        while not self._unpack.eof:
            piece = self._unpack.decompress(b"", _PIECE_BYTES)
            if not piece:
                return
            yield piece
