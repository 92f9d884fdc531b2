"""Fingerprints, which tell a repeated request from another one."""

import hashlib
import json
from datetime import datetime
from decimal import Decimal


def fingerprint(document: object) -> str:
    """32 characters, equal for equal content, whatever the order of keys and the spelling of numbers."""
    text = json.dumps(_meant(document), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _meant(document: object) -> object:
    """The content without spellings: 10, 10.0 and 10.00 are one number, and null is the same as a missing field."""
    match document:
        case dict():
            return {name: _meant(value) for name, value in document.items() if value is not None}
        case list() | tuple():
            return [_meant(each) for each in document]
        case Decimal():
            return int(document) if document == document.to_integral_value() else float(document)
        case float():
            return int(document) if document.is_integer() else document
        case datetime():
            return document.isoformat()
    return document
