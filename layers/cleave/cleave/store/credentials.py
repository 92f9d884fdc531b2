"""API credentials: who a key belongs to, and the hash of its secret."""

import hashlib
import hmac
from dataclasses import dataclass
from enum import StrEnum

from cleave.store import keys
from cleave.store.attributes import Item
from cleave.store.table import Put, Table


class Role(StrEnum):
    """A seller speaks Trendyol's dialect for itself, a channel HepsiGlobal's for the sellers it is let act for."""

    SELLER = "seller"
    CHANNEL = "channel"


@dataclass(frozen=True, slots=True)
class Credential:
    """``sellers`` are those it may act for."""

    key: str
    role: Role
    sellers: frozenset[int]


def store_credential(table: Table, credential: Credential, secret: str) -> None:
    """Store a new credential; raises ConditionsFailed if its key exists. Of the secret only the hash is kept."""
    table.write(
        [
            Put(
                {
                    **keys.credential(credential.key),
                    "credential_key": credential.key,
                    "role": credential.role.value,
                    "sellers": sorted(credential.sellers),
                    "secret_hash": hash_secret(secret),
                }
            )
        ]
    )


def verify_credential(table: Table, key: str, secret: str) -> Credential | None:
    """The credential, if the secret is its own; an unknown key takes the same time as a wrong secret."""
    item = table.get(keys.credential(key))
    expected = item["secret_hash"] if item else hash_secret("")
    if not hmac.compare_digest(expected, hash_secret(secret)) or item is None:
        return None
    return _credential(item)


def read_credential(table: Table, key: str) -> Credential | None:
    """Strongly consistent."""
    item = table.get(keys.credential(key))
    return None if item is None else _credential(item)


def hash_secret(secret: str) -> str:
    """SHA-256 is enough, and fast, because secrets are random with 256 bits: there is nothing to guess from a list."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _credential(item: Item) -> Credential:
    return Credential(item["credential_key"], Role(item["role"]), frozenset(int(s) for s in item["sellers"]))
