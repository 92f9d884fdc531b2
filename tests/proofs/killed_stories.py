"""The stories whose steps are broken off: an order's, its deliveries', a webhook's."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from cleave.application.subscribe.revocation import revoke
from cleave.clock import from_ms
from cleave.domain.events import track_of
from cleave.domain.roles import Role
from cleave.domain.subscription import channel_owner, seller_owner
from cleave.entry import resources
from cleave.outbound.signing import signature_headers
from cleave.store.circuits import read_circuits
from cleave.store.credentials import Credential, NoCredential, revoke_credential, store_credential
from cleave.store.due import SHARDS, due_entries
from cleave.store.owners import end_owner
from cleave.store.recipients import read_recipients
from cleave.store.subscriptions import read_owned
from cleave_cli.receiver import Answer as Reply
from cleave_cli.receiver import Received

from tests.proofs.killed import Job
from tests.support.gateway import Answer, Caller
from tests.support.orders import wire_package
from tests.support.stories import Story, check_settled, ending, read_story, recorded_units
from tests.support.world import handler

FIRST, SECOND, THIRD = 71, 72, 73
# Of the receiver that fails, and a little more.
PAUSE_SECONDS = 20
TRACKS = 8


@dataclass
class Told(Job):
    """A job with an order, and what its shop's receiver was told of it."""

    webhook: str = ""

    @property
    def order(self) -> str:
        """The order's number."""
        return f"O{self.shop.seller_id}"

    @property
    def story(self) -> Story:
        """All that is stored of it."""
        return read_story(self.world.table, self.shop.seller_id, self.order)

    def requests(self) -> list[Received]:
        """Those about the order, taken or refused."""
        return [each for each in self.world.receiver.requests if self.order.encode() in each.body]

    def told(self) -> list[str]:
        """The messages of the seller's webhook as they came first, without what differs from shop to shop."""
        ids = dict.fromkeys(each.headers["webhook-id"] for each in self.requests() if each.method == "POST")
        return [each.partition("-")[2].replace(self.order, "O") for each in ids]

    def deliver(self, name: str) -> None:
        """One invocation for the order's track, then all others that are due."""
        self.wake(name, track_of(self.shop.seller_id, self.order, TRACKS))
        self.world.deliver()

    def wake(self, name: str, track: int | None) -> None:
        """One invocation, for a track or (None) for the next probe."""
        body = f'{{"subscription_id": "{self.webhook}", "track": {"null" if track is None else track}}}'
        record = {"messageId": "1", "body": body}
        self.background(name, lambda: handler("deliver_webhook")({"Records": [record]}, None))

    def ask(self, function: str, body: object = None, **more: str) -> Answer:
        """Of the seller, about its webhook."""
        path = {"sellerId": self.shop.seller_id, "webhookId": self.webhook, **more}
        return self.world.call(self.shop.seller, function, body, path=path)

    def due(self) -> list[str]:
        """What somebody still has to look at, of this job's."""
        until = datetime.max.replace(tzinfo=self.world.clock().tzinfo, year=2100)
        found = (each for shard in range(SHARDS) for each in due_entries(self.world.table, shard, until))
        mine = (self.webhook, self.order, f"#{self.shop.seller_id}#")
        return [repr(each.key) for each in found if any(name in repr(each.key) for name in mine)]


@dataclass
class Orders(Told):
    """From an import to the last successor's birth."""

    STEPS: ClassVar = (
        "import", "create", "change status", "fan out", "accept", "accept item", "split", "accept split",
        "split as asked", "reconcile", "deliver",
    )  # fmt: skip

    def run(self) -> None:
        shop = self.shop
        self.webhook = shop.subscribe().json["id"]
        wanted = {FIRST: {1: 3, 2: 1}, SECOND: {1: 2}, THIRD: {3: 2}}
        packages = [wire_package(package_id, self.order, lines) for package_id, lines in wanted.items()]
        self.request("import", lambda: shop.load(packages))
        self.request("create", lambda: shop.create(f"C{shop.seller_id}", 2))
        self.request("change status", lambda: shop.notify(FIRST, "Picking"))
        self.stream("fan out")
        self.request("accept", lambda: shop.cancel(FIRST, {1: 1}, "key", keep=True))
        self.request("accept item", lambda: shop.cancel_item(self.order, f"{self.order}_1", 3, 9))
        self.stream("split")
        self.request("accept split", lambda: shop.split(THIRD, [{3: 1}]))
        self.stream("split as asked")
        live = min(each.package_id for each in self.story.order.live if any(line.line_id == 2 for line in each.lines))
        self.request("", lambda: shop.cancel(live, {2: 1}, "last", keep=True))
        self.world.clock.step(61)
        self.background("reconcile", lambda: self.world.run("reconcile"))
        self.deliver("deliver")

    def ending(self) -> dict[str, Any]:
        """Also that everything was told, once it was due."""
        story, shop = self.story, self.shop
        units = recorded_units(story, {1: 5, 2: 1, 3: 2})
        assert units.taken == {1: 4, 2: 1}
        check_settled(story, units)
        assert len(self.told()) == len(story.events) > 8
        created = ending(read_story(self.world.table, shop.seller_id, f"C{shop.seller_id}"))["events"]
        return {**ending(story), "created": created, "told": self.told(), "due": self.due()}


@dataclass
class Deliveries(Told):
    """A receiver that works, fails, works again; and what a person wants to have sent once more."""

    STEPS: ClassVar = ("deliver", "fail", "probe in vain", "resend", "probe", "replay", "deliver again")

    asked_at: list[int] = field(default_factory=list)

    def run(self) -> None:
        shop = self.shop
        self.webhook = shop.subscribe().json["id"]
        assert shop.load([wire_package(FIRST, self.order, {1: 3})]).status == 200
        assert shop.cancel(FIRST, {1: 1}, "key", keep=True).status == 200
        self.world.split_and_tell()
        self.deliver("deliver")
        self._fail()
        first = self.ask("list_deliveries").json["content"][0]["id"]
        self.request("resend", lambda: self.ask("resend_delivery", deliveryId=first))
        self.asked_at.append(len(self.requests()))
        self.wake("probe", None)
        self.world.deliver()
        self.request("replay", lambda: self.ask("replay_deliveries", {"orderNumber": self.order}))
        self.asked_at.append(len(self.requests()))
        self.deliver("deliver again")

    def _fail(self) -> None:
        """For longer than one probe; what it asks for opens its circuit at once."""
        receiver = self.world.receiver
        works, receiver.respond = receiver.respond, lambda _: Reply(503, {"Retry-After": str(PAUSE_SECONDS)})
        assert self.shop.notify(min(self.story.live), "Picking").status == 200
        self.world.split_and_tell()
        self.deliver("fail")
        self.world.clock.step(PAUSE_SECONDS + 1)
        self.wake("probe in vain", None)
        receiver.respond = works

    def ending(self) -> dict[str, Any]:
        """Also that all that was asked for was sent again."""
        check_settled(self.story, recorded_units(self.story, {1: 3}))
        after = [{each.headers["webhook-id"] for each in self.requests()[place:]} for place in self.asked_at]
        listed = self.ask("list_deliveries").json["content"]
        return {
            **ending(self.story),
            "told": self.told(),
            "sent again": [bool(after[0]), len(after[1])],
            "states": [each["state"] for each in listed],
            "circuits": read_circuits(self.world.table, [self.webhook]),
            "due": self.due(),
        }


@dataclass
class Webhooks(Told):
    """What owners do to their webhooks, and what becomes of them with a credential."""

    STEPS: ClassVar = (
        "subscribe", "deactivate", "activate", "move", "rotate", "revoke", "end webhooks", "delete",
    )  # fmt: skip

    secret: str = ""

    def run(self) -> None:
        shop = self.shop
        self.webhook = self.request("subscribe", shop.subscribe, again=self._subscribe_again).json["id"]
        channels = [f"{each}-{shop.seller_id}" for each in ("revoked", "died")]
        for channel in channels:
            self._join(channel)
        assert shop.load([wire_package(FIRST, self.order, {1: 3})]).status == 200
        self._happen(lambda: shop.cancel(FIRST, {1: 1}, "first", keep=True))
        self.request("deactivate", lambda: self.ask("deactivate_webhook"))
        self._happen(lambda: shop.notify(self._live, "Picking"))
        self.request("activate", lambda: self.ask("activate_webhook"))
        self.request("move", lambda: self.ask("update_webhook", self._wish("/moved")))
        answer = self.request("rotate", lambda: self.ask("rotate_webhook_secret"))
        self.secret = answer.json["signingSecret"]
        self._revoked(*channels)
        self._happen(lambda: shop.cancel(self._live, {1: 1}, "second", keep=True))
        self.request("delete", lambda: self.ask("delete_webhook"), again=self._delete_again)

    def _subscribe_again(self) -> Answer:
        """A caller that got no answer looks whether there is a webhook before it makes another."""
        path = {"sellerId": self.shop.seller_id}
        listed = self.world.call(self.shop.seller, "list_webhooks", path=path)
        return Answer(200, listed.json[0], {}) if listed.json else self.shop.subscribe()

    def _delete_again(self) -> Answer:
        """It may be gone."""
        answer = self.ask("delete_webhook")
        return Answer(204, None, {}) if answer.status == 404 else answer

    def _join(self, channel: str) -> None:
        """A channel with a credential and a webhook."""
        seller_id = self.shop.seller_id
        credential = Credential(channel, Role.CHANNEL, frozenset({seller_id}))
        store_credential(self.world.table, credential, "secret", self.world.clock())
        caller = Caller("channel", (seller_id,), {}, channel)
        body = {"base_url": self.world.receiver.url, "token": "t" * 20, "seller_ids": [seller_id]}
        assert self.world.call(caller, "create_channel_webhook", body).status == 201

    def _wish(self, path: str) -> dict[str, object]:
        url = self.world.receiver.url + path
        return {"url": url, "authenticationType": "API_KEY", "apiKey": "k", "subscribedStatuses": []}

    @property
    def _live(self) -> int:
        return min(self.story.live)

    def _happen(self, call: Callable[[], Answer]) -> None:
        assert call().status == 200
        self.world.split_and_tell()
        self.world.deliver()

    def _revoked(self, first: str, second: str) -> None:
        """By an operator, who runs it again; and by one who died behind the first call."""
        self.background("revoke", lambda: revoke(resources.table(), first))
        with suppress(NoCredential):
            revoke(self.world.table, first)
        revoke_credential(self.world.table, second, [end_owner(channel_owner(second))])
        self.background("end webhooks", lambda: self.world.run("reconcile"))
        self.world.run("reconcile")

    def ending(self) -> dict[str, Any]:
        """Also that the last message was signed with the secret that was answered last."""
        table, seller_id = self.world.table, self.shop.seller_id
        owners = [channel_owner(f"{each}-{seller_id}") for each in ("revoked", "died")]
        *_, last = (each for each in self.requests() if each.method == "POST")
        at = from_ms(int(last.headers["webhook-timestamp"]) * 1000)
        signed = signature_headers(last.headers["webhook-id"], at, last.body, [self.secret])
        return {
            **ending(self.story),
            "told": self.told(),
            "path": last.path,
            "is signed": signed["webhook-signature"] in last.headers["webhook-signature"],
            "channels": [each.path for each in self.requests() if each.method == "PUT"],
            "left": [read_owned(table, owner).subscriptions for owner in (seller_owner(seller_id), *owners)],
            "recipients": read_recipients(table, seller_id),
            "due": self.due(),
        }


STORIES = {step: story for story in (Orders, Deliveries, Webhooks) for step in story.STEPS}
