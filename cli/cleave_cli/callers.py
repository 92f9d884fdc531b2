"""The caller of the API for a command: the running stack's operator, or the one in the environment variables."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx
from cleave.domain.subscription import channel_of
from cleave.store.tracks import read_owner

from cleave_cli.api import ChannelClient, SellerClient, StaffClient
from cleave_cli.credentials import Channel, Seller, Staff, read_local_json
from cleave_cli.deploy import stack_url
from cleave_cli.errors import CleaveError
from cleave_cli.operate import find_stack
from cleave_cli.paths import StateDir

_NO_STACK = "Nothing is running here: there is no {}. Name a --stack, or set CLEAVE_BASE_URL."
_MOST_DIGITS = 20
_NO_CALLER = "Set CLEAVE_OPERATOR_KEY and CLEAVE_OPERATOR_SECRET, or the credentials of whose webhook it is."


@dataclass(frozen=True)
class Owner:
    """A webhook's owner: a seller, or a channel by its client id."""

    seller: int | None = None
    channel: str | None = None

    @property
    def webhooks(self) -> str:
        return "/v1/webhooks" if self.seller is None else f"/integration/webhook/sellers/{self.seller}/webhooks"


def seller_named(given: Mapping[str, str]) -> int | None:
    """The seller of the environment; None if it names none. Raises CleaveError."""
    named = given.get("CLEAVE_SELLER_ID", "")
    if not named:
        return None
    if not (named.isascii() and named.isdecimal() and len(named) < _MOST_DIGITS):
        raise CleaveError("CLEAVE_SELLER_ID is not a number.")
    return int(named)


def client_of(stack: str | None, state: Path, owner: Owner) -> httpx.Client:
    """A client that may see the owner's webhooks; for a channel, its requests name the channel. Raises CleaveError."""
    local = StateDir(state).local_json
    if stack is None and local.exists():
        content = read_local_json(local)
        return _staff(content["base_url"], Staff(**content["operator"]), owner)
    if stack is None and "CLEAVE_BASE_URL" not in os.environ:
        raise CleaveError(_NO_STACK.format(local))
    base_url = os.environ["CLEAVE_BASE_URL"] if stack is None else stack_url(stack)
    return _of_environment(base_url, owner, os.environ)


def _of_environment(base_url: str, owner: Owner, given: Mapping[str, str]) -> httpx.Client:
    """An operator's credential comes first; a seller's may be an operator's too."""
    if "CLEAVE_OPERATOR_KEY" in given:
        return _staff(base_url, Staff(given["CLEAVE_OPERATOR_KEY"], given.get("CLEAVE_OPERATOR_SECRET", "")), owner)
    if owner.seller is not None and "CLEAVE_API_KEY" in given:
        code = given.get("CLEAVE_STORE_FRONT_CODE", "TR")
        seller = Seller(owner.seller, code, given["CLEAVE_API_KEY"], given.get("CLEAVE_API_SECRET", ""))
        return SellerClient(base_url, seller).http
    if owner.seller is None and "CLEAVE_CLIENT_ID" in given:
        channel = Channel(given["CLEAVE_CLIENT_ID"], given.get("CLEAVE_CLIENT_SECRET", ""))
        return ChannelClient(base_url, channel).http
    raise CleaveError(_NO_CALLER)


def _staff(base_url: str, staff: Staff, owner: Owner) -> httpx.Client:
    http = StaffClient(base_url, staff).http
    http.params = http.params.merge({} if owner.channel is None else {"channel": owner.channel})
    return http


def owner_of(stack: str | None, state: Path, webhook: str) -> Owner:
    """From the stack's table, which its operator may read; without a stack, from the credentials in the environment.

    Raises CleaveError.
    """
    if stack is None and not StateDir(state).local_json.exists():
        return Owner()
    name = read_owner(find_stack(stack, state).table, webhook)
    if name is None:
        raise CleaveError(f"There is no webhook {webhook}.")
    channel = channel_of(name)
    return Owner(seller=int(name.partition(":")[2])) if channel is None else Owner(channel=channel)
