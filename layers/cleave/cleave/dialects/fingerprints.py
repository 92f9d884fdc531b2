"""What tells a request that comes again from another one."""

import hashlib
import json


def fingerprint(document: object) -> str:
    """Equal for equal JSON, whatever the order of the keys and however a number was written; 32 characters."""
    text = json.dumps(document, sort_keys=True, default=float, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:32]
