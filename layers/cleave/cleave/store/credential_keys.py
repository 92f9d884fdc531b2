"""The keys of credentials."""

from collections.abc import Mapping
from typing import Any

from cleave.store import keys
from cleave.table.requests import Key

# The partition that lists all credentials, and the prefix of its sort keys.
CREDENTIALS = "CREDENTIALS"
CREDENTIAL_PREFIX = "CREDENTIAL#"


def credential(key: str) -> Key:
    """An API key or client id, with its secrets' hashes."""
    return keys.make_key(f"{CREDENTIAL_PREFIX}{key}", "CREDENTIAL")


def credential_pointer(key: str) -> Key:
    """Lists a credential; only operators' commands read it."""
    return keys.make_key(CREDENTIALS, f"{CREDENTIAL_PREFIX}{key}")


def named_credential(key: Key) -> str:
    """The key of the credential in an item."""
    return key[keys.PARTITION].removeprefix(CREDENTIAL_PREFIX)


def pointed_credential(pointer: Mapping[str, Any]) -> str:
    """The key of the credential that a pointer lists."""
    return str(pointer[keys.SORT]).removeprefix(CREDENTIAL_PREFIX)
