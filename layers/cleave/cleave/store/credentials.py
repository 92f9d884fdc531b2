"""API credentials: the owner of a key, and the hashes of its secrets."""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from cleave.clock import from_ms, optional_moment, optional_ms, to_ms
from cleave.domain.roles import MAX_SELLERS, Role, Tier
from cleave.domain.subscription import seller_owner
from cleave.store import credential_keys
from cleave.store.formats import CURRENT, each_read, numbers, read_with, text, texts
from cleave.store.owners import reopen_owner
from cleave.table.attributes import Item
from cleave.table.failures import ConditionsFailed
from cleave.table.requests import Create, Delete, Update, Write
from cleave.table.table import Table

# The current secret and, during a rotation, the one before.
LIVE_SECRETS = 2


class NoCredential(Exception):  # noqa: N818 - an answer that callers act on
    """There is no such credential, or it was changed meanwhile."""


class TooManySellers(Exception):  # noqa: N818 - an answer that callers act on
    """More sellers than one credential may act for."""


class OwnerEnding(Exception):  # noqa: N818 - an answer that callers act on
    """Webhooks of a seller whose last credential was revoked are yet to be ended."""


class StillRotating(Exception):  # noqa: N818 - an answer that callers act on
    """The secret before the current one is still valid."""

    def __init__(self, until: datetime) -> None:
        super().__init__(f"until {until}")
        self.until = until


@dataclass(frozen=True, slots=True)
class Credential:
    """``sellers`` are those for whom it may act; an operator's are empty and mean all.

    Empty ``storefronts`` mean all. Tokens that were issued before ``tokens_since`` are invalid. The ``tier`` is a
    seller's: the marketplace limits only sellers.
    """

    key: str
    role: Role
    sellers: frozenset[int]
    storefronts: frozenset[str] = frozenset()
    tokens_since: datetime | None = None
    tier: Tier = Tier.UP_TO_50K

    @property
    def has_limits(self) -> bool:
        """Whether its calls have limits of their own."""
        return self.role is Role.SELLER and self.tier is not Tier.NO_LIMITS


@dataclass(frozen=True, slots=True)
class SecretHash:
    """A secret's hash; ``expires_at`` None: it is the current secret."""

    hash: str
    expires_at: datetime | None

    def is_live(self, at: datetime) -> bool:
        return self.expires_at is None or at < self.expires_at


@dataclass(frozen=True, slots=True)
class ListedCredential:
    credential: Credential
    secrets: Sequence[SecretHash]
    created_at: datetime


def store_credential(table: Table, credential: Credential, secret: str, at: datetime) -> None:
    """Store a new credential, with only the hash of its secret. Its seller may make webhooks again.

    Raises TooManySellers; OwnerEnding; ConditionsFailed if its key exists.
    """
    if len(credential.sellers) > MAX_SELLERS:
        raise TooManySellers(len(credential.sellers))
    item = {
        **credential_keys.credential(credential.key),
        **CURRENT,
        "credential_key": credential.key,
        "role": credential.role.value,
        "sellers": sorted(credential.sellers),
        "storefronts": sorted(credential.storefronts),
        "tier": credential.tier.value,
        "secrets": _document([SecretHash(hash_secret(secret), None)]),
        "created_at": to_ms(at),
    }
    pointer = {**credential_keys.credential_pointer(credential.key), **CURRENT, "credential_key": credential.key}
    owners = [seller_owner(seller) for seller in sorted(credential.sellers)] if credential.role is Role.SELLER else []
    opened = [reopen_owner(owner, credential.key) for owner in owners]
    try:
        table.write([Create(item, "credential"), Create(pointer, "pointer"), *opened])
    except ConditionsFailed as failed:
        if "credential" in failed.found:
            raise
        raise OwnerEnding(str(failed)) from None


def verify_credential(table: Table, key: str, secret: str, at: datetime) -> Credential | None:
    """The credential, if the secret is one of its live ones. Raises Unreadable.

    It compares the same number of hashes, each in constant time, for an unknown key and for a wrong secret.
    """
    item = table.get(credential_keys.credential(key))
    live = [each.hash for each in _secrets(item) if each.is_live(at)] if item else []
    given = hash_secret(secret)
    expected = [*live, *[_NO_HASH] * LIVE_SECRETS][:LIVE_SECRETS]
    matches = [hmac.compare_digest(each, given) for each in expected]
    return _credential(item) if item and any(matches) else None


def read_credential(table: Table, key: str) -> Credential | None:
    """Strongly consistent. Raises Unreadable."""
    item = table.get(credential_keys.credential(key))
    return None if item is None else _credential(item)


@dataclass(frozen=True, slots=True)
class Power:
    """The rights of a credential, as far as it can be read; ``role`` is None and ``sellers`` empty if they cannot."""

    role: Role | None
    sellers: frozenset[int]

    @property
    def is_vague(self) -> bool:
        """Whether it may belong to a seller that its item does not name."""
        return self.role is None or (self.role is Role.SELLER and not self.sellers)


def read_power(table: Table, key: str) -> Power | None:
    """The facts that are needed to end a credential; None if there is none. Strongly consistent."""
    item = table.get(credential_keys.credential(key))
    if item is None:
        return None
    role, sellers = item.get("role"), item.get("sellers")
    known = [int(each) for each in sellers if isinstance(each, Decimal)] if isinstance(sellers, list) else []
    return Power(Role(role) if role in list(Role) else None, frozenset(known))


def list_credentials(table: Table) -> tuple[list[ListedCredential], list[str]]:
    """All credentials, by key, and the keys of unreadable ones."""
    items = table.batch_get([credential_keys.credential(each) for each in listed_credential_keys(table)])
    found, damaged = each_read(_listed, items)
    lost = [credential_keys.named_credential(each.key) for each in damaged]
    return sorted(found, key=lambda each: each.credential.key), sorted(lost)


def listed_credential_keys(table: Table) -> list[str]:
    """The keys of all credentials, readable or not."""
    return [
        credential_keys.pointed_credential(each)
        for each in table.query(credential_keys.CREDENTIALS, credential_keys.CREDENTIAL_PREFIX)
    ]


def _listed(item: Item) -> ListedCredential:
    created_at = read_with(lambda found: from_ms(int(found["created_at"])), item)
    return ListedCredential(_credential(item), _secrets(item), created_at)


def replace_secret(table: Table, key: str, secret: str, at: datetime, old_until: datetime) -> None:
    """Store a new secret; the current one stays valid until ``old_until``.

    If that is not after ``at``, every other secret ends at once, and so do the tokens that were issued for them. Raises
    NoCredential; StillRotating if a third secret would be live.
    """
    item = table.get(credential_keys.credential(key))
    if item is None:
        raise NoCredential(key)
    ends_at_once = old_until <= at
    live = [] if ends_at_once else [each for each in _secrets(item) if each.is_live(at)]
    if len(live) >= LIVE_SECRETS:
        raise StillRotating(max(each.expires_at for each in live if each.expires_at))
    new = [SecretHash(hash_secret(secret), None), *[SecretHash(each.hash, old_until) for each in live]]
    change = "SET secrets = :new" + (", tokens_since = :at" if ends_at_once else "")
    unchanged = "secrets = :before" if "secrets" in item else "attribute_not_exists(secrets)"
    values: dict[str, Any] = {"new": _document(new)} | ({"before": item["secrets"]} if "secrets" in item else {})
    values |= {"at": to_ms(at)} if ends_at_once else {}
    try:
        table.update(Update(credential_keys.credential(key), change, unchanged, values))
    except ConditionsFailed:
        raise NoCredential(key) from None


def revoke_credential(table: Table, key: str, along: Sequence[Write] = ()) -> None:
    """End the credential, its secrets and its tokens from now on; ``along`` is written with it.

    Raises NoCredential.
    """
    gone = Delete(credential_keys.credential(key), "attribute_exists(pk)", label="credential")
    try:
        table.write([gone, Delete(credential_keys.credential_pointer(key)), *along])
    except ConditionsFailed as failed:
        if "credential" in failed.found:
            raise NoCredential(key) from None
        raise


def require_credential(key: str) -> Update:
    """A write that changes nothing, and fails if the credential has ended, whatever else its item holds."""
    return Update(credential_keys.credential(key), "REMOVE nothing", "attribute_exists(pk)", label=("other", key))


def hash_secret(secret: str) -> str:
    """SHA-256, which is fast, is enough: secrets are random with 256 bits, so no list of guesses helps."""
    return hashlib.sha256(secret.encode(errors="surrogatepass")).hexdigest()


_NO_HASH = "-" * len(hash_secret(""))  # what no secret hashes to


def _secrets(item: Item) -> list[SecretHash]:
    return read_with(_to_secrets, item)


def _to_secrets(item: Item) -> list[SecretHash]:
    return [SecretHash(str(each["hash"]), optional_moment(each["expires_at"])) for each in item["secrets"]]


def _document(secrets: Sequence[SecretHash]) -> list[dict[str, Any]]:
    return [{"hash": each.hash, "expires_at": optional_ms(each.expires_at)} for each in secrets]


def _credential(item: Item) -> Credential:
    return read_with(_to_credential, item)


def _to_credential(item: Item) -> Credential:
    return Credential(
        key=text(item["credential_key"]),
        role=Role(item["role"]),
        sellers=numbers(item["sellers"]),
        storefronts=texts(item["storefronts"]),
        tokens_since=optional_moment(item.get("tokens_since")),
        tier=Tier(item.get("tier", Tier.UP_TO_50K)),
    )
