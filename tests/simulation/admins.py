"""What owners of webhooks do. Each method is an op of a plan."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cleave.domain.subscription import channel_owner, seller_owner
from cleave.store import keys, webhook_keys

from tests.simulation.book import Book, Change, Hook, Wish
from tests.simulation.callers import Callers
from tests.simulation.calls import CHANNEL, SELLERS, Answer, Calls
from tests.simulation.plan import Op
from tests.simulation.receivers import SimulatedReceiver

_STATUSES = ("Created", "Picking", "Invoiced", "Cancelled", "UnPacked")
# So soon a working, or a merely failing, receiver is asked when somebody wants it to be.
_SOON_MS = 60_000


@dataclass
class Admins:
    """Owners of webhooks."""

    calls: Calls
    book: Book
    callers: Callers

    def subscribe(self, op: Op) -> None:
        """A webhook with a receiver of its own."""
        number = self.callers.next_number()
        receiver = self.calls.world.pools.receiver(f"http://127.0.0.1:9/r{number}")
        statuses = self._statuses(op)
        step, once = self.step(), self.calls.just_once
        if op.numbers[0] % 3 == 2:
            owner, sellers = channel_owner(CHANNEL), frozenset(SELLERS)
            answer = once.as_channel("create_channel_webhook", {"base_url": receiver.url})
            statuses = frozenset()
        else:
            seller_id = SELLERS[op.numbers[0] % 3]
            owner, sellers = seller_owner(seller_id), frozenset({seller_id})
            body = self._body(receiver, statuses)
            answer = once.as_seller("create_webhook", seller_id, body)
        self.callers.note(f"subscribe {owner} {receiver.url}: {answer.status}")
        if answer.status in {200, 201}:
            hook = Hook(owner, answer.document["id"], sellers, [receiver])
            hook.ends(hook.begins(step), self.step(), Change(on=True, statuses=statuses), is_done=True)
            self.book.hooks.append(hook)
            if self.book.revoked.get(owner, -1) >= step:  # it may have been made before, and ended by the revocation
                hook.gone_maybe = True
                hook.begins(step)

    def _body(self, receiver: SimulatedReceiver, statuses: frozenset[str]) -> dict[str, object]:
        body = {"url": receiver.url, "authenticationType": "API_KEY", "apiKey": "k"}
        return {**body, **({"subscribedStatuses": sorted(statuses)} if statuses else {})}

    def _statuses(self, op: Op) -> frozenset[str]:
        count = op.numbers[3] % 4
        return frozenset(_STATUSES[(op.numbers[4] + each) % len(_STATUSES)] for each in range(count))

    def deactivate(self, op: Op) -> None:
        self._turn(op, "deactivate_webhook", on=False)

    def activate(self, op: Op) -> None:
        """On, and what waits is sent at once."""
        hook = self.hook(op)
        told = 0 if hook is None else len(hook.receivers[-1].told)
        hook = self._turn(op, "activate_webhook", on=True)
        if hook is not None:
            self._expect_request(hook, "activated", told)

    def flicker(self, op: Op) -> None:
        """Off, and on again at once."""
        self.deactivate(op)
        self.calls.world.scheduler.sleep(op.numbers[1] * 3)
        self.activate(op)

    def _turn(self, op: Op, function: str, *, on: bool) -> Hook | None:
        hook = self.hook(op)
        if hook is None:
            return None
        answer = self.change(hook, Change(on), function)
        return hook if answer.status == 200 else None

    def change(self, hook: Hook, change: Change, function: str, body: object = None) -> Answer:
        """A request that may change what it wants."""
        hook.stirs += 1
        turn = hook.begins(self.step())
        answer = self.calls.asker(hook.owner)(function, body, webhookId=hook.hook_id)
        hook.ends(turn, self.step(), change, is_done=answer.status in {200, 204})
        self.callers.note(f"{function} {hook.receivers[-1].url}: {answer.status}")
        return answer

    def update_url(self, op: Op) -> None:
        """Another receiver, which works."""
        hook = self.hook(op)
        if hook is None or hook.is_channels:
            return
        statuses = hook.statuses or frozenset()
        receiver = self.calls.world.pools.receiver(f"http://127.0.0.1:9/r{self.callers.next_number()}")
        hook.receivers.append(receiver)
        answer = self.change(hook, Change(statuses=statuses), "update_webhook", self._body(receiver, statuses))
        if answer.status == 200:
            self._expect_request(hook, "moved", 0)

    def update_statuses(self, op: Op) -> None:
        """Another wish."""
        hook = self.hook(op)
        if hook is None or hook.is_channels:
            return
        statuses = self._statuses(op)
        self.change(hook, Change(statuses=statuses), "update_webhook", self._body(hook.receivers[-1], statuses))

    def rotate(self, op: Op) -> None:
        """A new signing secret."""
        hook = self.hook(op)
        if hook is not None:
            self.calls.asker(hook.owner)("rotate_webhook_secret", webhookId=hook.hook_id)

    def ping(self, op: Op) -> None:
        hook = self.hook(op)
        if hook is not None:
            self.calls.asker(hook.owner)("ping_webhook", webhookId=hook.hook_id)

    def delete(self, op: Op) -> None:
        """The end of a webhook."""
        hook = self.hook(op)
        if hook is None or op.numbers[1] % 2:
            return
        hook.gone_maybe = True
        answer = self.change(hook, Change(on=False), "delete_webhook")
        if answer.status in {200, 204, 404}:
            hook.ended = self.calls.world.scheduler.now

    def list_deliveries(self, op: Op) -> None:
        """What was and is to be sent."""
        self._listed(op)

    def resend(self, op: Op) -> None:
        """One message again."""
        hook, listed = self._listed(op)
        if hook is None or not listed:
            return
        delivery_id = listed[op.numbers[1] % len(listed)]["id"]
        hook.stirs += 1
        told = len(hook.receivers[-1].told)
        path = {"webhookId": hook.hook_id, "deliveryId": delivery_id}
        answer = self.calls.asker(hook.owner)("resend_delivery", **path)
        self.callers.note(f"resend {delivery_id} of {hook.receivers[-1].url}: {answer.status}")
        if answer.status == 202:
            self._expect_request(hook, "asked again", told)

    def replay(self, op: Op) -> None:
        """All since the beginning."""
        hook = self.hook(op)
        if hook is None:
            return
        hook.stirs += 1
        answer = self.calls.asker(hook.owner)("replay_deliveries", {"since": 0}, webhookId=hook.hook_id)
        self.callers.note(f"replay {hook.receivers[-1].url}: {answer.status} {answer.document}")

    def _listed(self, op: Op) -> tuple[Hook | None, Sequence[dict[str, str]]]:
        hook = self.hook(op)
        if hook is None:
            return None, ()
        answer = self.calls.asker(hook.owner)("list_deliveries", webhookId=hook.hook_id)
        return hook, answer.document["content"] if answer.status == 200 else ()

    def hook(self, op: Op) -> Hook | None:
        alive = [hook for hook in self.book.hooks if not hook.gone_maybe]
        return alive[op.numbers[0] % len(alive)] if alive else None

    def _wish_now(self, hook: Hook) -> Wish | None:
        return hook.wish_between(self.step(), self.step())

    def step(self) -> int:
        return self.calls.world.scheduler.steps

    def _expect_request(self, hook: Hook, why: str, told: int) -> None:
        """Where nothing was done to the service, its receiver hears of it soon, if anything waits.

        ``told`` is how often it was asked before.
        """
        world, wish, receiver = self.calls.world, self._wish_now(hook), hook.receivers[-1]
        if not self.book.is_calm or wish is None or not wish.on or not self._waits(hook):
            return
        stirs, since = hook.stirs, world.scheduler.now

        def look() -> None:
            is_same = hook.stirs == stirs and not hook.gone_maybe and receiver.mood is mood
            if is_same and len(receiver.told) == told and self._waits(hook):
                self.book.broken.append(f"{why} at {since:.0f} ms, and {receiver.url} was not asked")

        mood = receiver.mood
        world.scheduler.spawn(f"look-{self.callers.next_number()}", look, delay=_SOON_MS)

    def _waits(self, hook: Hook) -> bool:
        """Whether something waits for a webhook that is on."""
        items = self.calls.world.engine.items
        key = webhook_keys.subscription(hook.owner, hook.hook_id)
        image, sorts = items.get((key[keys.PARTITION], key[keys.SORT])), items.sorts
        return (
            image is not None
            and image["status"]["S"] == "ACTIVE"
            and any(sorts.get(webhook_keys.waiting_partition(hook.hook_id, track)) for track in range(2))
        )

    def ops(self) -> dict[str, Callable[[Op], None]]:
        """By their names in a plan."""
        names = (
            "subscribe", "deactivate", "activate", "flicker", "update_url", "update_statuses", "rotate", "ping",
            "delete", "resend", "replay",
        )  # fmt: skip
        return {"list": self.list_deliveries, **{name: getattr(self, name) for name in names}}
