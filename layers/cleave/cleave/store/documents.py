"""Packages as items store them: compressed rows, then the text of the fields that no rule reads.

Rules read a handful of attributes; the rest (prices, addresses, names) is one binary attribute, since DynamoDB charges
by the size of the whole item. Its first byte is the number of the dictionary and layout that it was written with.
"""

import json
import zlib
from collections.abc import Sequence
from decimal import Decimal

from cleave.domain.package import Package
from cleave.store.details import JSON, Details, Texts, text_of
from cleave.store.dictionary import DICTIONARIES, NEWEST
from cleave.store.package_rows import Folded, to_row

_RAW = -zlib.MAX_WBITS  # without zlib's own header and checksum: DynamoDB does not corrupt items


def pack(packages: Sequence[Package]) -> bytes:
    """The packages in the form that ``unpack`` reads; their shared parts cost almost nothing."""
    texts = Texts()
    rows = JSON.encode([to_row(package, texts) for package in packages])
    plain = "\n".join([rows, *texts.places]).encode()
    packer = zlib.compressobj(9, zlib.DEFLATED, _RAW, 9, zlib.Z_DEFAULT_STRATEGY, DICTIONARIES[NEWEST])
    return bytes([NEWEST]) + packer.compress(plain) + packer.flush()


def exported_size(package: Package) -> int:
    """Bytes of what exports add to a package: its history, and the fields that no rule reads, for each line and unit
    anew."""
    of_lines = {(line.line_id, text_of(each)) for line in package.lines for each in (line.details, line.own)}
    of_units = [text_of(unit.details) for line in package.lines for unit in line.units if unit.details]
    statuses = [entry.status for entry in package.history]
    texts = [text_of(package.details), text_of(package.own), *(text for _, text in of_lines), *of_units, *statuses]
    return sum(len(text.encode()) for text in texts)


def unpack(packed: bytes) -> tuple[Package, ...]:
    """The packages that ``pack`` was given; numbers with a fraction in ``details`` come as Decimal.

    Raises ValueError if the document is damaged or was written by a later version.
    """
    return tuple(each.package() for each in unfold(packed))


def unfold(packed: bytes) -> tuple[Folded, ...]:
    """Like ``unpack``, without making the packages."""
    if not packed or packed[0] not in DICTIONARIES:
        raise ValueError("a document of an unknown version")
    unpacker = zlib.decompressobj(_RAW, DICTIONARIES[packed[0]])
    try:
        plain = unpacker.decompress(packed[1:]).decode()
    except zlib.error:
        raise ValueError("a damaged document") from None
    if not unpacker.eof:
        raise ValueError("a document that was cut off")
    rows, *texts = plain.split("\n")  # which JSON never has inside
    details = [Details(text) for text in texts]
    return tuple(Folded(row, details) for row in json.loads(rows, parse_float=Decimal))


def checked(package: Package) -> Package:
    """The same. Raises ValueError if details are damaged: they are parsed only now, for those that show them."""
    of_lines = (each for line in package.lines for each in (line.details, line.own))
    for details in (package.details, package.own, *of_lines):
        len(details)
    return package
