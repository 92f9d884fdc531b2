"""What strangers send: requests that would do something, with anything at any place in them."""

import base64
import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

from tests.support.endpoints import BODIES, QUERIES, Endpoint, Target, endpoints

# Texts that have broken parsers of numbers, dates, ids, keys and expressions.
TEXTS = (
    "",
    " ",
    "\x00",
    "\n",
    "#",
    "/",
    "%",
    "%00",
    "%ff",
    "\\",
    '"',
    "'",
    "~",
    "*",
    ",",
    ";",
    "null",
    "None",
    "true",
    "NaN",
    "Infinity",
    "-Infinity",
    "0",
    "-0",
    "-1",
    "1.0",
    "1e5",
    "1e999",
    "1e-999",
    "1E-99999999999999999999",
    "9" * 17,
    "9" * 40,
    "9" * 5000,
    "0x10",
    "٣",
    "²",
    "½",
    "\u2028",
    "\ufeff",
    "\ud800",
    "é",
    "☃",
    "😀",
    "İ",
    "ß",
    "x" * 101,
    "x" * 301,
    "x" * 1100,
    "x" * 5000,
    "é" * 600,
    "2026-13-45",
    "2026-02-30T25:61:61Z",
    "0001-01-01T00:00:00+23:59",
    "9999-12-31T23:59:59.999999-23:59",
    "10000-01-01",
    "-0001-01-01",
    "1969-12-31T23:59:59Z",
    "253402300800000",
    "253402300799999",
    "9007199254740991",
    "9007199254740992",
    "18446744073709551616",
    "Created",
    "CREATED",
    "created",
    "UnSupplied",
    "http://",
    "https://[::1",
    "https://user@host/",
    "https://x:99999999/",
    "https://\x00",
    "arn:aws:sqs:::",
    "a" * 2000,
    "__class__",
    "#status",
    ":status",
    "AND",
    "{}",
    "[]",
    "{{7*7}}",
    "../..",
    "SELLER#20811",
)
NUMBERS = (
    0,
    -1,
    1,
    2,
    1.5,
    -0.0,
    1e15,
    1e16,
    1e-7,
    0.1,
    2**31,
    2**53 - 1,
    2**53,
    2**63,
    10**20,
    10**40,
    -(10**40),
    5000,
    253402300799999,
)
# Numbers that no Python value is written as.
RAW_NUMBERS = (
    "1e999",
    "-1e999",
    "1e-99999999999999999999",
    "1E+400",
    "0." + "1" * 50,
    "1" * 5000,
    "1e308",
    "NaN",
    "-Infinity",
)
_RAW = "\x01raw:"

texts = st.one_of(st.sampled_from(TEXTS), st.text(max_size=20))
scalars = st.one_of(
    st.none(), st.booleans(), st.sampled_from(NUMBERS), texts, st.sampled_from([_RAW + each for each in RAW_NUMBERS])
)
values = st.recursive(
    scalars,
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(texts, inside, max_size=3),
    max_leaves=6,
)


def places(document: object, here: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a JSON document, the whole of it first."""
    yield here
    inside: Any = (
        document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    )
    for name, value in inside:
        yield from places(value, (*here, name))


@st.composite
def mutated(draw: st.DrawFn, document: object, most: int = 3) -> object:
    """The document with up to so many of its values replaced, left out, or doubled; or with one that nobody knows."""
    changed: Any = copy.deepcopy(document)
    for _ in range(draw(st.integers(1, most))):
        place = draw(st.sampled_from(list(places(changed))))
        if not place:
            if draw(st.integers(0, 9)) == 0:
                return draw(values)
            if isinstance(changed, dict):
                changed[draw(texts)] = draw(values)
            continue
        *outer, last = place
        holder = changed
        for name in outer:
            holder = holder[name]
        match draw(st.sampled_from(["replace", "replace", "replace", "drop", "double"])):
            case "replace":
                holder[last] = draw(values)
            case "drop":
                del holder[last]
            case _ if isinstance(holder, list):
                holder.append(copy.deepcopy(holder[last]))
            case _:
                holder[f"{last}{last}"] = holder[last]
    return changed


@st.composite
def json_texts(draw: st.DrawFn, document: object) -> str:
    """A mutated document as text, which may be cut off or have something else inside."""
    text = json.dumps(draw(mutated(document)))
    for raw in RAW_NUMBERS:
        text = text.replace(json.dumps(_RAW + raw), raw)
    if draw(st.integers(0, 9)) == 0:
        cut = draw(st.integers(0, len(text)))
        text = text[:cut] + draw(texts) + text[cut + draw(st.integers(0, 2)) :]
    return text


@dataclass(frozen=True)
class FuzzedRequest:
    """``body`` is text, or base64 of bytes."""

    endpoint: Endpoint
    path: dict[str, str]
    query: dict[str, list[str]] | None = None
    headers: dict[str, str] = field(default_factory=dict)
    body: str | None = None
    is_base64: bool = False


PARAMETERS = (
    "page",
    "size",
    "startDate",
    "endDate",
    "orderByField",
    "orderByDirection",
    "orderNumber",
    "shipmentPackageIds",
    "status",
    "nextCursor",
    "lastModifiedStartDate",
    "lastModifiedEndDate",
    "packageItemStatuses",
    "cursor",
    "state",
    "answer",
    "since",
    "until",
    "channel",
    "failing",
    "sellerId",
)
HEADERS = (
    "Idempotency-Key",
    "storeFrontCode",
    "Content-Type",
    "X-Forwarded-For",
    "idempotency-key",
    "STOREFRONTCODE",
    "Accept",
)


@st.composite
def requests(draw: st.DrawFn, target: Target) -> FuzzedRequest:
    """Of any endpoint: most are nearly right, so that they come far."""
    endpoint = draw(st.sampled_from(endpoints()))
    path = {name: str(value) for name, value in target.path(endpoint).items()}
    if path and draw(st.integers(0, 3)) == 0:
        path[draw(st.sampled_from(sorted(path)))] = draw(texts)
    return FuzzedRequest(
        endpoint, path, draw(_queries(endpoint, target)), draw(_headers()), *draw(_bodies(endpoint, target))
    )


def _queries(endpoint: Endpoint, target: Target) -> st.SearchStrategy[dict[str, list[str]] | None]:
    known = QUERIES[endpoint.code](target) if endpoint.code in QUERIES else None
    some = st.dictionaries(st.sampled_from(PARAMETERS), st.lists(texts, min_size=1, max_size=2), max_size=3)
    return st.one_of(st.just(known), some)


def _headers() -> st.SearchStrategy[dict[str, str]]:
    return st.one_of(st.just({}), st.dictionaries(st.sampled_from(HEADERS), texts, max_size=2))


@st.composite
def _bodies(draw: st.DrawFn, endpoint: Endpoint, target: Target) -> tuple[str | None, bool]:
    make = BODIES.get(endpoint.code)
    if make is None and draw(st.integers(0, 4)):
        return None, False
    document = make(target) if make else {}
    kind = draw(st.integers(0, 19))
    if kind == 0:
        return base64.b64encode(draw(st.binary(max_size=40))).decode(), True
    if kind == 1:
        return draw(texts), False
    return draw(json_texts(document)), False


TYPES = ("S", "N", "B", "BOOL", "NULL", "M", "L", "SS", "NS", "XX")


@st.composite
def attributes(draw: st.DrawFn, image: dict[str, Any]) -> dict[str, Any]:
    """An image of a stream record in which attributes are of another type, another value, or not there."""
    changed = copy.deepcopy(image)
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.sampled_from([each for each in places(changed) if each and each[0] not in {"pk", "sk"}]))
        *outer, last = place
        holder: Any = changed
        for name in outer:
            holder = holder[name]
        if draw(st.booleans()):
            holder[last] = draw(
                st.one_of(values, st.dictionaries(st.sampled_from(TYPES), values, min_size=1, max_size=1))
            )
        else:
            del holder[last]
    return changed


@st.composite
def dates(draw: st.DrawFn) -> str:
    """Texts that look like an HTTP date."""
    number = st.one_of(st.integers(0, 99).map(str), st.sampled_from(["9" * 20, "-1", "", "1e5", "00", "٣"]))
    day, month = draw(st.sampled_from(["Mon, ", "", "Mon "])), draw(st.sampled_from(["Jan", "Foo", "13", ""]))
    year = draw(st.one_of(number, st.integers(0, 10**5).map(str)))
    zone = draw(st.one_of(st.sampled_from(["GMT", "", "+9999", "-0000", "EST", "+99999999999999999999"]), texts))
    return f"{day}{draw(number)} {month} {year} {draw(number)}:{draw(number)}:{draw(number)} {zone}"


@st.composite
def http_answers(draw: st.DrawFn) -> bytes:
    """Bytes as a receiver might send them."""
    line = st.sampled_from(
        [
            b"HTTP/1.1 200 OK",
            b"HTTP/1.1 503 Busy",
            b"HTTP/1.1 429 ",
            b"HTTP/1.1 999 X",
            b"HTTP/1.1 103 Early",
            b"HTTP/9.9 200",
            b"HTTP/1.1 20",
            b"HTTP/1.1 -5 X",
            b"ICY 200 OK",
            b"\xff\xfe",
            b"",
            b"HTTP/1.0 204 No",
            b"HTTP/1.1 304 X",
        ]
    )
    header = st.one_of(
        st.sampled_from(
            [
                b"Content-Length: -1",
                b"Content-Length: x",
                b"Content-Length: " + b"9" * 30,
                b"Content-Length: 2",
                b"Transfer-Encoding: chunked",
                b"Transfer-Encoding: gzip",
                b"no colon",
                b": nameless",
                b"\xff: \xff",
                b"Content-Encoding: gzip",
                b"Content-Encoding: br, zstd, x",
                b"Connection: keep-alive",
                b"\tfolded",
                b"Location: http://[",
                b"Set-Cookie: a=b",
                b"X: " + b"y" * 70_000,
            ]
        ),
        dates().map(lambda text: b"Retry-After: " + text.encode(errors="replace")),
        st.binary(max_size=20),
    )
    heads = b"\r\n".join([draw(line), *draw(st.lists(header, max_size=4))])
    body = draw(
        st.one_of(
            st.binary(max_size=40), st.sampled_from([b"5\r\nabcde\r\n0\r\n\r\n", b"zz\r\n", b"ffffffffff\r\n", b"{}"])
        )
    )
    return draw(st.sampled_from([b"", b"HTTP/1.1 100 Continue\r\n\r\n"])) + heads + b"\r\n\r\n" + body
