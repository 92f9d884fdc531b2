"""The caller of an API for an owner: with the running stack's credentials, or with those of the environment."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from cleave_cli.api import ChannelClient, SellerClient
from cleave_cli.callers import seller_named
from cleave_cli.credentials import Channel, Seller, read_local_json
from cleave_cli.deploy import stack_url
from cleave_cli.errors import CleaveError
from cleave_cli.paths import StateDir

_NO_STACK = "Nothing is running here: there is no {}. Name a --stack, or set CLEAVE_BASE_URL."


@dataclass(frozen=True)
class Caller:
    """``seller`` None: the channel."""

    base_url: str
    seller: Seller | None
    channel: Channel

    @property
    def seller_id(self) -> int | None:
        """None: the channel."""
        return None if self.seller is None else self.seller.seller_id

    @property
    def webhooks(self) -> str:
        """The path of the caller's webhooks."""
        return (
            "/v1/webhooks" if self.seller is None else f"/integration/webhook/sellers/{self.seller.seller_id}/webhooks"
        )

    def client(self) -> httpx.Client:
        """A new client, which has to be closed."""
        if self.seller is None:
            return ChannelClient(self.base_url, self.channel).http
        return SellerClient(self.base_url, self.seller).http


def find_caller(stack: str | None, state: Path, seller_id: int | None, base_url: str | None = None) -> Caller:
    """Of the address or stack that is named, of the stack that runs here, or of the environment. Raises CleaveError."""
    content = _callers(stack, state, seller_id, base_url)
    seller = None if seller_id is None else _seller(content["sellers"], seller_id)
    return Caller(content["base_url"], seller, Channel(**content["channels"][0]))


def usual_seller(stack: str | None, state: Path, base_url: str | None = None) -> int | None:
    """The first of the stack that runs here, as `cleave env` names it; else the environment's, if it names one."""
    local = _local(stack, state, base_url)
    if local is not None:
        seller_id: int = local["sellers"][0]["seller_id"]
        return seller_id
    return seller_named(os.environ)


def _local(stack: str | None, state: Path, base_url: str | None) -> dict[str, Any] | None:
    path = StateDir(state).local_json
    if stack is not None or base_url is not None or not path.exists():
        return None
    return read_local_json(path)


def _callers(stack: str | None, state: Path, seller_id: int | None, base_url: str | None) -> dict[str, Any]:
    """An operator's credential will do for a seller's."""
    local, given = _local(stack, state, base_url), os.environ
    if local is not None:
        return local
    seller = {"api_key": given.get("CLEAVE_API_KEY", ""), "api_secret": given.get("CLEAVE_API_SECRET", "")}
    channel = {"client_id": given.get("CLEAVE_CLIENT_ID", ""), "client_secret": given.get("CLEAVE_CLIENT_SECRET", "")}
    sellers = [{**seller, "seller_id": seller_id, "store_front_code": given.get("CLEAVE_STORE_FRONT_CODE", "TR")}]
    return {"base_url": base_url or _address(stack, state), "sellers": sellers, "channels": [channel]}


def _address(stack: str | None, state: Path) -> str:
    if stack is not None:
        return stack_url(stack)
    if "CLEAVE_BASE_URL" not in os.environ:
        raise CleaveError(_NO_STACK.format(StateDir(state).local_json))
    return os.environ["CLEAVE_BASE_URL"]


def _seller(sellers: list[dict[str, Any]], seller_id: int) -> Seller:
    for seller in sellers:
        if seller["seller_id"] == seller_id:
            return Seller(**seller)
    raise CleaveError(f"There are no credentials of seller {seller_id}.")


def answer_of(response: httpx.Response) -> Any:  # noqa: ANN401 - JSON
    """The document. Raises CleaveError for a refusal."""
    if response.is_error:
        raise CleaveError(f"{response.status_code}: {response.text}")
    return response.json()
