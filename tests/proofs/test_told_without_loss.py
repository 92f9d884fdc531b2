"""What is told, to whom and when, whatever owners, operators and failures do between an event and its messages."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.exceptions import ClientError
from cleave.application.subscribe.revocation import revoke
from cleave.domain.roles import Role
from cleave.store.credentials import Credential, store_credential
from cleave_cli.receiver import Answer as Reply

from tests.support.gateway import Answer
from tests.support.orders import Shop, wire_package
from tests.support.stories import check_settled, read_story, recorded_units
from tests.support.world import World

ORDER = "O"
THROTTLED = ClientError({"Error": {"Code": "ThrottlingException", "Message": ""}}, "PutItem")
HOUR = "3600"


@dataclass(frozen=True)
class Owner:
    """A shop and its webhook."""

    shop: Shop
    webhook: str

    def ask(self, function: str, body: object = None, **more: str) -> Answer:
        """About the webhook."""
        path = {"sellerId": self.shop.seller_id, "webhookId": self.webhook, **more}
        answer = self.shop.world.call(self.shop.seller, function, body, path=path)
        assert answer.status < 300, answer
        return answer

    def update(self, path: str = "", statuses: tuple[str, ...] = ()) -> None:
        """Its URL, or what it is told of."""
        url = self.shop.world.receiver.url + path
        wish = {"url": url, "authenticationType": "API_KEY", "apiKey": "k", "subscribedStatuses": list(statuses)}
        self.ask("update_webhook", wish)

    def off_and_on(self) -> None:
        """In the same minute."""
        self.shop.world.clock.step(0.2)
        self.ask("deactivate_webhook")
        self.shop.world.clock.step(3)
        self.ask("activate_webhook")


@pytest.fixture
def owner(world: World) -> Owner:
    shop = Shop(world, 501)
    assert shop.load([wire_package(71, ORDER, {1: 5})]).status == 200
    return Owner(shop, shop.subscribe().json["id"])


def told(world: World, first: int = 0) -> list[str]:
    """The statuses that packages were told in, from a request on."""
    return [page["content"][0]["status"] for page in world.told(first)]


def channel_webhook(shop: Shop) -> None:
    body = {"base_url": shop.world.receiver.url, "token": "t" * 20, "seller_ids": [shop.seller_id]}
    credential = Credential(shop.channel.credential, Role.CHANNEL, frozenset({shop.seller_id}))
    store_credential(shop.world.table, credential, "secret", shop.world.clock())
    assert shop.world.call(shop.channel, "create_channel_webhook", body).status == 201


def throttle_puts(request: dict[str, Any]) -> None:
    if "WAITING#" in repr(request.get("Item")):
        raise THROTTLED


def test_all_messages_of_a_large_event_are_told_though_its_record_was_given_up(world: World) -> None:
    shop = Shop(world, 501)
    channel_webhook(shop)
    many = dict.fromkeys(range(1, 61), 1)
    assert shop.load([wire_package(71, ORDER, many), wire_package(72, ORDER, {99: 1})]).status == 200
    assert shop.cancel(71, many, "all").status == 200
    world.breaker.interfere = throttle_puts
    world.split_and_tell()
    world.breaker.interfere = None
    assert world.stream.given_up
    assert shop.cancel(72, {99: 1}, "later").status == 200
    world.split_and_tell()
    world.deliver()
    assert world.told() == [], "the later one waits for those before it"
    world.settle(1)
    items = [body["order_item_number"] for body in world.told()]
    assert sorted(items[:60]) == sorted(f"{ORDER}_{line}" for line in many)
    assert items[60:] == [f"{ORDER}_99"]
    numbers = [int(each.headers["webhook-sequence"]) for each in world.receiver.requests]
    assert numbers == list(range(1, 62))


@pytest.mark.parametrize("meanwhile", [Owner.off_and_on, lambda owner: owner.update(statuses=("CREATED",))])
def test_what_happened_while_it_was_wanted_is_told_whatever_is_wanted_later(
    world: World, owner: Owner, meanwhile: Callable[[Owner], None]
) -> None:
    assert owner.shop.notify(71, "Picking").status == 200
    meanwhile(owner)
    world.split_and_tell()
    world.deliver()
    assert told(world) == ["Picking"]


def test_nothing_of_an_off_period_is_told_whoever_else_is_told_of_it(world: World, owner: Owner) -> None:
    shop = owner.shop
    others = [Owner(shop, shop.subscribe().json["id"]) for _ in range(2)]
    for each in others:
        each.update(f"/{others.index(each)}")
    owner.ask("deactivate_webhook")
    others[0].ask("delete_webhook")
    assert shop.notify(71, "Picking").status == 200
    owner.ask("activate_webhook")
    assert shop.notify(71, "Invoiced").status == 200
    world.settle(1)
    by_path: dict[str, list[str]] = {}
    for request in world.receiver.requests:
        by_path.setdefault(request.path, []).append(json.loads(request.body)["content"][0]["status"])
    assert by_path == {"/": ["Invoiced"], "/1": ["Picking", "Invoiced"]}


def fails_for_an_hour(world: World) -> None:
    """By the receiver's own word, so that its circuit opens at once."""
    world.receiver.respond = lambda request: Reply(200 if request.path != "/" else 503, {"Retry-After": HOUR})


def test_a_new_url_is_told_at_once_what_the_old_one_did_not_take(world: World, owner: Owner) -> None:
    fails_for_an_hour(world)
    assert owner.shop.notify(71, "Picking").status == 200
    world.split_and_tell()
    world.deliver()
    world.clock.step(1)
    owner.update("/moved")
    world.deliver()
    assert [each.path for each in world.receiver.requests] == ["/", "/moved"]


@pytest.mark.parametrize("function", ["resend_delivery", "replay_deliveries"])
def test_what_a_person_asks_for_is_tried_at_once_though_the_receiver_failed(
    world: World, owner: Owner, function: str
) -> None:
    assert owner.shop.notify(71, "Picking").status == 200
    world.split_and_tell()
    world.deliver()
    works = world.receiver.respond
    fails_for_an_hour(world)
    assert owner.shop.notify(71, "Invoiced").status == 200
    world.split_and_tell()
    world.deliver()
    world.receiver.respond = works
    world.clock.step(1)
    (first, *_) = owner.ask("list_deliveries").json["content"]
    owner.ask(function, None if function == "resend_delivery" else {"since": 0}, deliveryId=first["id"])
    world.deliver()
    assert told(world) == ["Picking", "Invoiced", "Picking", "Invoiced"]


def test_two_sellers_with_one_order_number_and_one_package_number_do_not_meet(world: World) -> None:
    ill, well = Shop(world, 601), Shop(world, 602)
    for shop in (ill, well):
        assert shop.load([wire_package(71, ORDER, {1: 2})]).status == 200
        assert shop.cancel(71, {1: 1}, "key", keep=True).status == 200

    def broken(request: dict[str, Any]) -> None:
        if f"PACKAGE#{ill.seller_id}#" in repr(request.get("TransactItems")):
            raise ZeroDivisionError

    world.breaker.interfere = broken
    world.stream_once()
    world.breaker.interfere = None
    stories = {shop.seller_id: read_story(world.table, shop.seller_id, ORDER) for shop in (ill, well)}
    assert [len(story.packages) for story in stories.values()] == [1, 2]
    world.stream.drain()
    numbers = set()
    for shop in (ill, well):
        story = read_story(world.table, shop.seller_id, ORDER)
        check_settled(story, recorded_units(story, {1: 2}))
        (live,) = story.live
        numbers.add(story.packages[live].package.tracking_number)
    assert len(numbers) == 2


def test_a_channel_whose_credential_ended_is_told_nothing_more(world: World) -> None:
    shop = Shop(world, 501)
    channel_webhook(shop)
    assert shop.load([wire_package(71, ORDER, {1: 2})]).status == 200
    (ended,) = revoke(world.table, shop.channel.credential)
    assert ended.owner == f"channel:{shop.channel.credential}"
    assert shop.cancel(71, {1: 1}, "key").status == 200
    world.settle(1)
    assert world.told() == []
