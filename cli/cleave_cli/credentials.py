"""Credentials of a local stack: made at each start, and written to a file."""

import json
import os
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, TypeGuard

from cleave import clock
from cleave.domain.roles import Role, Tier
from cleave.store.credentials import Credential, store_credential
from cleave.table.table import Table

from cleave_cli import limits
from cleave_cli.deploy import Deployment
from cleave_cli.errors import CleaveError


def new_key() -> str:
    """Keys are not secret, but two must not be equal by chance."""
    return secrets.token_hex(10)


def new_secret() -> str:
    """256 random bits: secrets are stored as a plain hash, so nothing weaker will do."""
    return secrets.token_urlsafe(32)


@dataclass(frozen=True)
class Seller:
    """A seller that speaks the Trendyol dialect."""

    seller_id: int
    store_front_code: str
    api_key: str = field(default_factory=new_key)
    api_secret: str = field(default_factory=new_secret, repr=False)


@dataclass(frozen=True)
class Channel:
    """A marketplace that speaks the HepsiGlobal dialect, for all the sellers of the stack."""

    client_id: str = field(default_factory=new_key)
    client_secret: str = field(default_factory=new_secret, repr=False)


@dataclass(frozen=True)
class Staff:
    """A member of the marketplace's own staff."""

    api_key: str = field(default_factory=new_key)
    api_secret: str = field(default_factory=new_secret, repr=False)


@dataclass(frozen=True)
class Credentials:
    """The credentials of all callers."""

    sellers: Sequence[Seller]
    channels: Sequence[Channel]
    operator: Staff = field(default_factory=Staff)
    support: Staff = field(default_factory=Staff)


def make_credentials() -> Credentials:
    """Make two sellers, a channel, and one credential for each role of the marketplace's own staff.

    The first seller pays the carrier itself (its sample packages say so); for the other the marketplace pays.
    """
    return Credentials(sellers=[Seller(20811, "DE"), Seller(20812, "TR")], channels=[Channel()])


def store_credentials(deployment: Deployment, credentials: Credentials) -> None:
    """Store the credentials of these callers, through the service's own code."""
    everyone = frozenset(seller.seller_id for seller in credentials.sellers)
    for seller in credentials.sellers:
        own = frozenset({seller.seller_id})
        let_in(deployment, Credential(seller.api_key, Role.SELLER, own), seller.api_secret)
    for channel in credentials.channels:
        let_in(deployment, Credential(channel.client_id, Role.CHANNEL, everyone), channel.client_secret)
    for role, staff in ((Role.OPERATOR, credentials.operator), (Role.SUPPORT, credentials.support)):
        let_in(deployment, Credential(staff.api_key, role, frozenset()), staff.api_secret)


def let_in(deployment: Deployment, credential: Credential, secret: str) -> None:
    """Let a caller into a local stack, as often as it likes."""
    credential = replace(credential, tier=Tier.NO_LIMITS)
    table = deployment.session.client("dynamodb", endpoint_url=deployment.endpoint)
    gateway = deployment.session.client("apigateway", endpoint_url=deployment.endpoint)
    limits.register(gateway, deployment.outputs, credential)
    store_credential(Table(table, deployment.outputs["TableName"]), credential, secret, clock.now())


# The names that other programs read from the file.
_WRITTEN = ("base_url", "sellers", "channels", "operator", "support")


def write_local_json(path: Path, base_url: str, credentials: Credentials) -> None:
    """Write address and credentials for other programs, readable by this user only from the first byte on."""
    content = {
        "base_url": base_url,
        "sellers": [vars(seller) for seller in credentials.sellers],
        "channels": [vars(channel) for channel in credentials.channels],
        "operator": vars(credentials.operator),
        "support": vars(credentials.support),
    }
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(content, file, indent=2)


def read_endpoint(path: Path) -> str:
    """Find the engine of the stack that wrote the file."""
    base_url: str = read_local_json(path)["base_url"]
    return base_url.partition("/restapis/")[0]


def read_seller(path: Path) -> tuple[str, Seller]:
    """The address and first seller of the stack that wrote the file."""
    local = read_local_json(path)
    return local["base_url"], Seller(**local["sellers"][0])


def read_environment(path: Path) -> dict[str, str]:
    """Address, first seller and channel, and operator of the stack that wrote the file, as `cleave` reads variables."""
    local = read_local_json(path)
    seller, channel, operator = local["sellers"][0], local["channels"][0], local["operator"]
    return {
        "CLEAVE_BASE_URL": local["base_url"],
        "CLEAVE_SELLER_ID": str(seller["seller_id"]),
        "CLEAVE_STORE_FRONT_CODE": seller["store_front_code"],
        "CLEAVE_API_KEY": seller["api_key"],
        "CLEAVE_API_SECRET": seller["api_secret"],
        "CLEAVE_CLIENT_ID": channel["client_id"],
        "CLEAVE_CLIENT_SECRET": channel["client_secret"],
        "CLEAVE_OPERATOR_KEY": operator["api_key"],
        "CLEAVE_OPERATOR_SECRET": operator["api_secret"],
    }


def postman_environment(variables: Mapping[str, str]) -> dict[str, Any]:
    """The same under the names that the collection of requests has for them, in the form that Postman imports."""
    named = {_camel_case(name.removeprefix("CLEAVE_")): value for name, value in variables.items()}
    values = [{"key": name, "value": value, "enabled": True} for name, value in named.items()]
    return {"name": "Cleave on this machine", "values": values}


def _camel_case(name: str) -> str:
    first, *others = name.lower().split("_")
    return "".join([first, *(each.title() for each in others)])


def _is_written(content: Any) -> TypeGuard[dict[str, Any]]:  # noqa: ANN401 - whatever JSON holds
    """Whether everything is there that a command may ask for."""
    if not isinstance(content, dict) or any(name not in content for name in _WRITTEN):
        return False
    single = [(content["operator"], Staff), (content["support"], Staff)]
    listed = _each(content["sellers"], Seller) + _each(content["channels"], Channel)
    return isinstance(content["base_url"], str) and all(_is_one(each, kind) for each, kind in single + listed)


def _each(listed: Any, kind: type) -> list[tuple[Any, type]]:  # noqa: ANN401 - whatever JSON holds
    """At least one: what is no list, or an empty one, counts as one that is missing."""
    return [(each, kind) for each in (listed if isinstance(listed, list) and listed else [None])]


def _is_one(content: Any, kind: Any) -> bool:  # noqa: ANN401 - JSON, and a dataclass
    return isinstance(content, dict) and content.keys() == {each.name for each in fields(kind)}


def read_local_json(path: Path) -> dict[str, Any]:
    """The file that the running stack wrote. Raises CleaveError."""
    if not path.exists():
        raise CleaveError(f"Nothing is running here: there is no {path}.")
    try:
        content: Any = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError):
        content = None
    if not _is_written(content):
        raise CleaveError(f"{path} is damaged, or another version wrote it. Start the stack again.")
    return content
