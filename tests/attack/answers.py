"""Answers that a hostile or broken gateway may give, as bytes on the wire, each in a size that can be chosen.

Owns the table of them and what each must come to. Must not know the client: it only makes bytes.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, repeat

# Bytes to send, or seconds to wait.
Wire = Iterator[bytes | float]

PIECE = 64 * 1024
_XML = {"Content-Type": "text/xml"}
_BEFORE = (
    '<?xml version="1.0" encoding="UTF-8"?><response><control><status>success</status><controlid>c</controlid>'
    "</control><operation><authentication><status>success</status></authentication><result><status>success</status>"
    "<function>query</function><controlid>{id}</controlid>"
)
_DATA = '<data listtype="VENDOR" totalcount="{n}" count="{n}" numremaining="0" offset="0">'
_AFTER = "</data></result></operation></response>"

UNREADABLE, TOO_LARGE, HOSTILE, TIMEOUT = "ANS-UNREADABLE", "ANS-TOO-LARGE", "ANS-HOSTILE", "CON-TIMEOUT"
BROKEN, INCOMPLETE, SLOW, WELL = "CON-BROKEN", "ANS-INCOMPLETE", "SVC-SLOW", "well"


@dataclass(frozen=True)
class Ask:
    """What a hostile answer is made for: the control id of the function, and how large it is to be (1 is full size)."""

    control_id: str
    size: float

    def of(self, full: int) -> int:
        return max(1, int(full * self.size))


@dataclass(frozen=True)
class Attack:
    """One answer. `verdicts` are the codes it may end with; `options` say what the gateway does besides."""

    make: Callable[[Ask], Wire]
    verdicts: frozenset[str]
    options: dict[str, bool] = field(default_factory=dict)


ATTACKS: dict[str, Attack] = {}


def attack(name: str, *verdicts: str, **options: bool) -> Callable[..., Callable[..., Wire]]:
    def keep(make: Callable[[Ask], Wire]) -> Callable[[Ask], Wire]:
        ATTACKS[name] = Attack(make, frozenset(verdicts), options)
        return make

    return keep


def head(status: int = 200, /, **headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status} Some"]
    named = {**_XML, **{name.replace("_", "-"): value for name, value in headers.items()}, "Connection": "close"}
    return "\r\n".join([*lines, *(f"{name}: {value}" for name, value in named.items()), "", ""]).encode()


def repeated(unit: bytes, total: int) -> Iterator[bytes]:
    """`total` bytes of the same, in pieces."""
    piece = unit * max(1, PIECE // len(unit))
    for _ in range(total // len(piece)):
        yield piece
    yield unit * (total % len(piece) // len(unit))


def numbered(form: str, count: int) -> Iterator[bytes]:
    """`form` with each number, in pieces."""
    for start in range(0, count, 2000):
        yield "".join(form.replace("#", str(number)) for number in range(start, min(start + 2000, count))).encode()


def zipped(parts: Iterable[bytes], wbits: int = 31, flush: bool = True) -> Iterator[bytes]:
    packer = zlib.compressobj(9, zlib.DEFLATED, wbits)
    for part in parts:
        if packed := packer.compress(part):
            yield packed
    if flush:
        yield packer.flush()


def page(ask: Ask, inside: Iterable[bytes], count: int = 1) -> Iterator[bytes]:
    """An answer that is well but for what stands in its data."""
    yield (_BEFORE.format(id=ask.control_id) + _DATA.format(n=count)).encode()
    yield from inside
    yield _AFTER.encode()


def outside(ask: Ask, inside: Iterable[bytes]) -> Iterator[bytes]:
    """An answer that is well but for what stands before its data."""
    yield _BEFORE.format(id=ask.control_id).encode()
    yield from inside
    yield (_DATA.format(n=0) + _AFTER).encode()


def sent(body: Iterable[bytes], **headers: str) -> Wire:
    yield head(200, **headers)
    yield from body


def layered(body: Iterable[bytes], layers: int) -> Iterator[bytes]:
    for _ in range(layers):
        body = zipped(body)
    return iter(body)


# Packed


@attack("gzip bomb, 1 MB becomes 1 GB", TOO_LARGE, packed=True)
def gzip_bomb(ask: Ask) -> Wire:
    return sent(zipped(page(ask, repeated(b" ", ask.of(1_000_000_000)))), Content_Encoding="gzip")


@attack("gzip bomb of elements", SLOW, TOO_LARGE, packed=True)
def gzip_of_elements(ask: Ask) -> Wire:
    return sent(zipped(page(ask, repeated(b"<VENDOR/>", ask.of(200_000_000)))), Content_Encoding="gzip")


@attack("gzip in gzip in gzip", UNREADABLE, packed=True)
def three_layers(ask: Ask) -> Wire:
    return sent(layered(repeated(b" ", ask.of(300_000_000)), 3), Content_Encoding="gzip, gzip, gzip")


@attack("gzip in gzip, told once", UNREADABLE, packed=True)
def two_layers_as_one(ask: Ask) -> Wire:
    return sent(layered(repeated(b" ", ask.of(300_000_000)), 2), Content_Encoding="gzip")


@attack("two headers of encoding", UNREADABLE, packed=True)
def two_encodings(ask: Ask) -> Wire:
    yield head(Content_Encoding="gzip").replace(b"\r\n\r\n", b"\r\nContent-Encoding: gzip\r\n\r\n")
    yield from layered(repeated(b" ", ask.of(100_000_000)), 2)


@attack("deflate bomb", TOO_LARGE, packed=True)
def deflate_bomb(ask: Ask) -> Wire:
    return sent(zipped(page(ask, repeated(b" ", ask.of(1_000_000_000))), 15), Content_Encoding="deflate")


@attack("bare deflate bomb", TOO_LARGE, packed=True)
def bare_deflate_bomb(ask: Ask) -> Wire:
    return sent(zipped(page(ask, repeated(b" ", ask.of(1_000_000_000))), -15), Content_Encoding="deflate")


@attack("brotli nobody asked for", UNREADABLE)
def brotli(ask: Ask) -> Wire:
    return sent(repeated(b"\x1b\xff", ask.of(10_000_000)), Content_Encoding="br")


@attack("zstandard nobody asked for", UNREADABLE)
def zstandard(ask: Ask) -> Wire:
    return sent(repeated(b"(\xb5/\xfd", ask.of(10_000_000)), Content_Encoding="zstd")


@attack("an encoding with a name of 60 KB", UNREADABLE)
def long_encoding(ask: Ask) -> Wire:
    return sent(page(ask, []), Content_Encoding="x" * 60_000)


@attack("gzip and 50 MB of garbage behind it", UNREADABLE)
def gzip_and_garbage(ask: Ask) -> Wire:
    return sent(chain(zipped(page(ask, [], 0)), repeated(b"\xde\xad", ask.of(50_000_000))), Content_Encoding="gzip")


@attack("a million gzip members", UNREADABLE)
def gzip_members(ask: Ask) -> Wire:
    return sent(repeated(gzip.compress(b""), ask.of(20_000_000)), Content_Encoding="gzip")


@attack("gzip without its end", UNREADABLE)
def gzip_truncated(ask: Ask) -> Wire:
    packed = gzip.compress(b"".join(page(ask, [b"<VENDOR><RECORDNO>1</RECORDNO></VENDOR>"])))
    return sent([packed[:-6]], Content_Encoding="gzip")


@attack("gzip with a wrong checksum", UNREADABLE)
def gzip_wrong_sum(ask: Ask) -> Wire:
    packed = gzip.compress(b"".join(page(ask, [b"<VENDOR><RECORDNO>1</RECORDNO></VENDOR>"])))
    return sent([packed[:-8], b"\0" * 8], Content_Encoding="gzip")


@attack("gzip with a file name of 50 MB", UNREADABLE, TOO_LARGE)
def gzip_long_name(ask: Ask) -> Wire:
    return sent(chain([b"\x1f\x8b\x08\x08" + b"\0" * 6], repeated(b"n", ask.of(50_000_000))), Content_Encoding="gzip")


# The head and the frame


@attack("a header line of 100 MB", UNREADABLE)
def long_header(ask: Ask) -> Wire:
    return chain([b"HTTP/1.1 200 OK\r\nX: "], repeated(b"x", ask.of(100_000_000)), [b"\r\n\r\n"])


@attack("a million headers", UNREADABLE)
def many_headers(ask: Ask) -> Wire:
    return chain([b"HTTP/1.1 200 OK\r\n"], numbered("X-#: y\r\n", ask.of(1_000_000)), [b"\r\n"])


@attack("99 headers of 60 KB", UNREADABLE)
def large_headers(ask: Ask) -> Wire:
    return chain([b"HTTP/1.1 200 OK\r\n"], (b"X-%d: %s\r\n" % (n, b"y" * 60_000) for n in range(99)), [b"\r\n"])


@attack("a status line of 10 MB", UNREADABLE)
def long_status(ask: Ask) -> Wire:
    return chain([b"HTTP/1.1 200 "], repeated(b"O", ask.of(10_000_000)), [b"\r\n\r\n"])


@attack("100 Continue without end", UNREADABLE)
def endless_continue(ask: Ask) -> Wire:
    return repeated(b"HTTP/1.1 100 Continue\r\n\r\n", 400_000_000)


@attack("100 Continue with a million headers", UNREADABLE)
def continue_with_headers(ask: Ask) -> Wire:
    return repeated(b"HTTP/1.1 100 Continue\r\n" + b"X: y\r\n" * 90 + b"\r\n", 100_000_000)


@attack("103 Early Hints, then nothing", UNREADABLE)
def early_hints(ask: Ask) -> Wire:
    return iter([b"HTTP/1.1 103 Early Hints\r\n\r\n"])


@attack("101 Switching Protocols", UNREADABLE)
def switching(ask: Ask) -> Wire:
    return chain([b"HTTP/1.1 101 Switching\r\nUpgrade: h2c\r\n\r\n"], repeated(b"\0", ask.of(50_000_000)))


@attack("a line that is no status line, 50 MB of it", UNREADABLE, BROKEN)
def no_status(ask: Ask) -> Wire:
    return repeated(b"\0", ask.of(50_000_000))


@attack("a status of 999", UNREADABLE, "SVC-DOWN")
def odd_status(ask: Ask) -> Wire:
    return iter([b"HTTP/1.1 999 What\r\nContent-Length: 0\r\n\r\n"])


@attack("chunks said to be of a gigabyte", BROKEN, UNREADABLE)
def large_chunks(ask: Ask) -> Wire:
    return sent([b"40000000\r\n", b"".join(page(ask, []))], Transfer_Encoding="chunked")


@attack("a chunk size of a million digits", BROKEN, UNREADABLE)
def long_chunk_size(ask: Ask) -> Wire:
    return sent(repeated(b"0", ask.of(50_000_000)), Transfer_Encoding="chunked")


@attack("a negative chunk size", BROKEN, UNREADABLE, TOO_LARGE)
def negative_chunk(ask: Ask) -> Wire:
    return sent(chain([b"-5\r\n"], repeated(b" ", ask.of(300_000_000))), Transfer_Encoding="chunked")


@attack("chunks of one byte with 60 KB of extension", TOO_LARGE)
def chunk_extensions(ask: Ask) -> Wire:
    return sent(repeated(b"1;" + b"x" * 60_000 + b"\r\n<\r\n", ask.of(300_000_000)), Transfer_Encoding="chunked")


@attack("trailers without end", SLOW, TOO_LARGE, BROKEN)
def endless_trailers(ask: Ask) -> Wire:
    body = chain([b"1\r\n<\r\n0\r\n"], repeated(b"X: y\r\n", ask.of(400_000_000)))
    return sent(body, Transfer_Encoding="chunked")


@attack("a length that is too long", BROKEN)
def length_too_long(ask: Ask) -> Wire:
    return sent(page(ask, [b"<VENDOR><RECORDNO>1</RECORDNO></VENDOR>"]), Content_Length="99999")


@attack("a length that is too short", UNREADABLE)
def length_too_short(ask: Ask) -> Wire:
    return sent(page(ask, [b"<VENDOR><RECORDNO>1</RECORDNO></VENDOR>"]), Content_Length="99")


@attack("a negative length", WELL)
def length_negative(ask: Ask) -> Wire:
    return sent(page(ask, [b"<VENDOR><RECORDNO>1</RECORDNO></VENDOR>"]), Content_Length="-1")


@attack("two lengths", UNREADABLE)
def two_lengths(ask: Ask) -> Wire:
    yield head(Content_Length="9").replace(b"\r\n\r\n", b"\r\nContent-Length: 99\r\n\r\n")
    yield from page(ask, [])


@attack("a length of 4 GB and as much", TOO_LARGE)
def length_true(ask: Ask) -> Wire:
    return sent(page(ask, repeated(b" ", ask.of(4_000_000_000))), Content_Length="4000000000")


@attack("a redirect with a gzip bomb", "CON-REDIRECT", packed=True)
def redirect_bomb(ask: Ask) -> Wire:
    yield head(302, Location="https://elsewhere.intacct.com/", Content_Encoding="gzip")
    yield from zipped(repeated(b" ", ask.of(1_000_000_000)))


@attack("99 cookies of 2 KB with slow dates", WELL)
def cookies(ask: Ask) -> Wire:
    date = "0" + " " * 1800 + "x"
    lines = b"".join(b"Set-Cookie: c%d=v; expires=%s\r\n" % (n, date.encode()) for n in range(90))
    yield head().replace(b"Connection:", lines + b"Connection:")
    yield from page(ask, [b"<VENDOR><RECORDNO>1</RECORDNO></VENDOR>"])


@attack("HTML of 2 GB with a status of 200", UNREADABLE)
def html(ask: Ask) -> Wire:
    return sent(repeated(b"<p>", ask.of(2_000_000_000)), Content_Type="text/html")


@attack("a server error with a gzip bomb that is no XML", "SVC-DOWN", packed=True)
def error_bomb(ask: Ask) -> Wire:
    yield head(502, Content_Type="text/html", Content_Encoding="gzip")
    yield from zipped(repeated(b" ", ask.of(1_000_000_000)))


# Slow


@attack("the head dripping, a byte at a time", TIMEOUT, SLOW)
def dripping_head(ask: Ask) -> Wire:
    return chain.from_iterable(zip(repeat(b"H"), repeat(0.3), strict=False))


@attack("100 Continue dripping", TIMEOUT, SLOW)
def dripping_continue(ask: Ask) -> Wire:
    return chain.from_iterable(zip(repeat(b"HTTP/1.1 100 Continue\r\n\r\n"), repeat(0.3), strict=False))


@attack("the body dripping", TIMEOUT, SLOW)
def dripping_body(ask: Ask) -> Wire:
    return chain([head()], chain.from_iterable(zip(repeat(b" "), repeat(0.3), strict=False)))


@attack("gzip dripping", TIMEOUT, SLOW)
def dripping_gzip(ask: Ask) -> Wire:
    drops = (bytes([byte]) for byte in gzip.compress(b" " * 10_000_000))
    return chain([head(Content_Encoding="gzip")], chain.from_iterable(zip(drops, repeat(0.3), strict=False)))


@attack("chunk extensions dripping", TIMEOUT, SLOW)
def dripping_extension(ask: Ask) -> Wire:
    return chain(
        [head(Transfer_Encoding="chunked"), b"1;"], chain.from_iterable(zip(repeat(b"x"), repeat(0.3), strict=False))
    )


@attack("silence", TIMEOUT, SLOW)
def silence(ask: Ask) -> Wire:
    return iter([60.0])


@attack("half a head, then silence", TIMEOUT, SLOW)
def half_a_head(ask: Ask) -> Wire:
    return iter([b"HTTP/1.1 200 OK\r\nContent-", 60.0])


@attack("a request that is not read", "ANS-LOST", unread=True)
def unread(ask: Ask) -> Wire:
    return iter([60.0])


@attack("a handshake of TLS without an answer", TIMEOUT, "CON-UNREACHABLE", SLOW, tls=True)
def mute_tls(ask: Ask) -> Wire:
    return iter([60.0])


@attack("a handshake of TLS dripping", TIMEOUT, "CON-UNREACHABLE", SLOW, tls=True)
def dripping_tls(ask: Ask) -> Wire:
    return chain([b"\x16\x03\x03\x3f\xff"], chain.from_iterable(zip(repeat(b"\x02"), repeat(0.3), strict=False)))
