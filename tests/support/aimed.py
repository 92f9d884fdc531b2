"""Requests that Schemathesis makes of the document, aimed at what there is: most would name nothing, and end at a 404.

What is replaced in a request follows from the request itself, so that a run is the same every time.
"""

import random
from base64 import b64encode
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from typing import Any
from zlib import crc32

import httpx
from cleave.domain.roles import Role
from cleave.store.credentials import Credential
from cleave_cli.api import ChannelClient, SellerClient
from cleave_cli.credentials import Channel, Seller, Staff, let_in
from cleave_cli.receiver import Answer, Receiver
from cleave_cli.stack import LocalStack
from requests.structures import CaseInsensitiveDict
from schemathesis import Case

from tests.support.endpoints import BODIES, QUERIES, Endpoint, Target, endpoints
from tests.support.processes import eventually
from tests.support.samples import fresh_cancel_id, fresh_package

SELLER, STOREFRONT = 20877, "DE"
_BY_ROUTE = {(each.method, each.path): each for each in endpoints()}


@dataclass
class Callers:
    """A seller and a channel that only these requests act for; ``lasting`` is of each a webhook with a delivery."""

    seller: SellerClient
    channel: ChannelClient
    operator: Staff
    receiver: Receiver
    lasting: dict[bool, Target]

    def authorization(self, endpoint: Endpoint) -> str:
        """The header of who may call it."""
        if endpoint.is_staffs:
            return _basic(self.operator.api_key, self.operator.api_secret)
        if not endpoint.is_called_by_sellers:
            return self.channel.http.headers["Authorization"]
        seller = self.seller.seller
        return _basic(seller.api_key, seller.api_secret)

    def target(self, endpoint: Endpoint) -> Target:
        """What an operation's requests are about: a package with many units, a webhook, which may all be used up."""
        package = fresh_package(SELLER, STOREFRONT, {"LAMP": 100, "TRAY": 100}, seller_pays=True)
        if "{cargoTrackingNumber}" in endpoint.path:
            package["cargoTrackingNumber"] = package["shipmentPackageId"]
        self.seller.import_orders(package).raise_for_status()
        order = package["orderNumber"]
        target = replace(
            self.lasting[endpoint.is_sellers],
            package=package["shipmentPackageId"],
            line=package["lines"][0]["lineId"],
            order=order,
            item=f"{order}_LAMP",
        )
        if "{cargoTrackingNumber}" in endpoint.path:
            self._deliver_itself(target)
        if endpoint.code != "get_cancellation":
            target = replace(target, cancel_id=fresh_cancel_id())
        if endpoint.code == "create_order":
            return replace(target, order=f"{order}-new", item=f"{order}-new_LAMP")
        if "deliver" in endpoint.code:
            return target
        self._forget_webhooks(is_sellers=endpoint.is_sellers)
        return replace(target, webhook=self.subscribe(is_sellers=endpoint.is_sellers))

    def _deliver_itself(self, target: Target) -> None:
        """Only then the package is known by its number."""
        path = f"/integration/order/sellers/{SELLER}/shipment-packages/{target.package}/alternative-delivery"
        self.seller.http.put(path, json=BODIES["alternative_delivery"](target)).raise_for_status()

    def subscribe(self, *, is_sellers: bool) -> str:
        """A new webhook."""
        if is_sellers:
            return str(self.seller.subscribe(self.receiver.url, "key").raise_for_status().json()["id"])
        body = {"base_url": self.receiver.url, "token": "token", "seller_ids": [SELLER]}
        return str(self.channel.http.post("/v1/webhooks", json=body).raise_for_status().json()["id"])

    def delivery(self, webhook: str, *, is_sellers: bool) -> str:
        """The first one to a webhook, once it is there."""
        path, http = f"{_webhooks(is_sellers=is_sellers)}/{webhook}/deliveries", self._http(is_sellers=is_sellers)
        assert eventually(lambda: bool(http.get(path).raise_for_status().json()["content"]))
        return str(http.get(path).json()["content"][0]["id"])

    def _forget_webhooks(self, *, is_sellers: bool) -> None:
        path, http = _webhooks(is_sellers=is_sellers), self._http(is_sellers=is_sellers)
        for webhook in http.get(path).raise_for_status().json():
            if webhook["id"] != self.lasting[is_sellers].webhook:
                http.delete(f"{path}/{webhook['id']}").raise_for_status()

    def _http(self, *, is_sellers: bool) -> httpx.Client:
        return self.seller.http if is_sellers else self.channel.http


def _basic(key: str, secret: str) -> str:
    return f"Basic {b64encode(f'{key}:{secret}'.encode()).decode()}"


def _webhooks(*, is_sellers: bool) -> str:
    return f"/integration/webhook/sellers/{SELLER}/webhooks" if is_sellers else "/v1/webhooks"


@contextmanager
def callers(stack: LocalStack, receiver: Receiver) -> Iterator[Callers]:
    """Let in, and told of a first cancellation."""
    receiver.respond = lambda _: Answer(200, body=b"thanks")
    seller, channel = Seller(SELLER, STOREFRONT), Channel()
    sellers = frozenset({SELLER})
    let_in(stack.deployment, Credential(seller.api_key, Role.SELLER, sellers), seller.api_secret)
    let_in(stack.deployment, Credential(channel.client_id, Role.CHANNEL, sellers), channel.client_secret)
    clients = SellerClient(stack.base_url, seller), ChannelClient(stack.base_url, channel)
    made = Callers(*clients, stack.credentials.operator, receiver, {})
    with ExitStack() as cleanup:
        for client in (made.seller.http, made.channel.http):
            cleanup.enter_context(closing(client))
        webhooks = {is_sellers: made.subscribe(is_sellers=is_sellers) for is_sellers in (True, False)}
        package = fresh_package(SELLER, STOREFRONT, {"LAMP": 2}, seller_pays=True)
        made.seller.import_orders(package).raise_for_status()
        lines = [{"lineId": package["lines"][0]["lineId"], "quantity": 1}]
        cancelled = made.seller.cancel(package["shipmentPackageId"], lines).raise_for_status()
        for is_sellers, webhook in webhooks.items():
            delivery = made.delivery(webhook, is_sellers=is_sellers)
            made.lasting[is_sellers] = Target(SELLER, 0, 0, "", "", webhook, delivery, url=receiver.url)
        made.lasting[True] = replace(made.lasting[True], cancellation=cancelled.headers["Cancellation-Id"])
        order = package["orderNumber"]
        made.channel.cancel(made.lasting[False].cancel_id, order, f"{order}_LAMP").raise_for_status()
        yield made


def endpoint_of(case: Case[Any]) -> Endpoint | None:
    """None for those that ask for no credential."""
    return _BY_ROUTE.get((case.method.upper(), case.path))


def ask_openly(case: Case[Any], channel: Channel) -> None:
    """As a channel asks for a token, or a browser for a file."""
    if case.method.upper() == "GET":
        case.path_parameters = dict.fromkeys(case.path_parameters or (), "app.js")
        return
    case.body, case.media_type = {"grant_type": "client_credentials", **vars(channel)}, "application/json"


def aim(case: Case[Any], endpoint: Endpoint, target: Target, *, fully: bool) -> None:
    """Name what there is in three of four places, and send a body that would do something in one of three cases.

    ``fully``: everywhere, so that the request is one that the service takes.
    """
    drawn = random.Random(crc32(repr((case.path_parameters, case.query, case.body)).encode(errors="replace")))  # noqa: S311
    known = {name: str(value) for name, value in target.path(endpoint).items()}
    case.path_parameters = {
        name: known[name] if fully or name == "sellerId" or drawn.random() < 3 / 4 else value
        for name, value in (case.path_parameters or {}).items()
    }
    if fully or drawn.random() < 3 / 4:
        case.headers = CaseInsensitiveDict({"storeFrontCode": STOREFRONT} if endpoint.is_sellers else {})
    if endpoint.code in BODIES:
        useful = BODIES[endpoint.code](target)
        case.body = useful if fully else _aimed_body(case.body, useful, drawn)
        case.media_type = "application/json" if case.body is useful else case.media_type
    if fully or (endpoint.code in QUERIES and drawn.random() < 1 / 3):
        case.query = QUERIES[endpoint.code](target) if endpoint.code in QUERIES else {}


def _aimed_body(made: Any, useful: dict[str, Any], drawn: random.Random) -> Any:  # noqa: ANN401 - whatever JSON holds
    """The one that was made, the useful one, or the useful one with a field of the other."""
    kind = drawn.randrange(3)
    if kind == 0:
        return made
    if kind == 1 or not isinstance(made, dict) or not made:
        return useful
    name = drawn.choice(sorted(made))
    return {**useful, name: made[name]}
