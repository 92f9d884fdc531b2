"""What operators do, and what befalls everybody. Each method is an op of a plan."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from botocore.exceptions import BotoCoreError, ClientError
from cleave.application.subscribe.revocation import admit, revoke
from cleave.clock import now
from cleave.domain.roles import Role
from cleave.domain.subscription import channel_owner, seller_owner
from cleave.store import keys, order_keys
from cleave.store.credentials import Credential, NoCredential
from cleave.table.failures import ConditionsFailed, Contended
from cleave.table.table import Table

from tests.simulation.admins import Admins
from tests.simulation.book import Book
from tests.simulation.callers import Callers
from tests.simulation.calls import CHANNEL, SELLERS
from tests.simulation.plan import Op
from tests.simulation.receivers import Mood
from tests.simulation.world import World
from tests.support.breaker import Killed

_DAMAGED = {"B": b"damaged"}
_MOODS = tuple(mood for mood in Mood if mood is not Mood.WORKS)


@dataclass
class Operators:
    """Operators, and the weather."""

    world: World
    book: Book
    callers: Callers
    admins: Admins

    def outage(self, op: Op) -> None:
        """A receiver is bad while things happen of which it is to be told; then somebody does something about it."""
        hook = self.admins.hook(op)
        if hook is None:
            return
        self._weather(op, _MOODS[op.numbers[1] % len(_MOODS)])
        orders = [place for place, each in enumerate(self.book.orders.values()) if each.seller_id in hook.sellers]
        for each in range(3 + op.numbers[2] % 4):
            order = orders[(op.numbers[3] + each) % len(orders)]
            self.callers.cancel(replace(op, numbers=(order, *op.numbers[1 + each % 3 :], *op.numbers)[:6]))
        self.world.scheduler.sleep(10_000 + op.numbers[4] * 1_500)
        admins = self.admins
        what = (admins.update_url, admins.update_url, admins.resend, admins.activate, admins.flicker, self.works)
        what[op.numbers[5] % len(what)](op)

    def blink(self, op: Op) -> None:
        """Something happens just before a webhook is turned off for a while."""
        hook = self.admins.hook(op)
        if hook is None:
            return
        orders = [place for place, each in enumerate(self.book.orders.values()) if each.seller_id in hook.sellers]
        of_its = replace(op, numbers=(orders[op.numbers[1] % len(orders)], *op.numbers[1:]))
        (self.callers.status, self.callers.cancel)[op.numbers[2] % 2](of_its)
        self.world.scheduler.sleep(op.numbers[3] * 2)
        self.admins.deactivate(op)
        self.world.scheduler.sleep(op.numbers[4] * 20)
        self.admins.activate(op)

    def storm(self, op: Op) -> None:
        """One kind of call is throttled for a while, wherever it comes from."""
        if not self.book.is_calm:
            self.world.air.begin_storm(op.numbers[0], 1_000 + op.numbers[1] * 60)

    def mood(self, op: Op) -> None:
        """A receiver changes."""
        self._weather(op, _MOODS[op.numbers[1] % len(_MOODS)])

    def works(self, op: Op) -> None:
        """A receiver works again."""
        self._weather(op, Mood.WORKS)

    def _weather(self, op: Op, mood: Mood) -> None:
        hook = self.admins.hook(op)
        if hook is not None:
            hook.stirs += 1
            hook.receivers[-1].mood = mood
            self.callers.note(f"{hook.receivers[-1].url} {mood}")

    def redrive(self, _: Op) -> None:
        """Bring again what the stream's source gave up."""
        for lane in self.world.lanes:
            lane.redrive()

    def revoke(self, op: Op) -> None:
        """A credential, and its owner's webhooks with it."""
        name, owner = self._owner(op)
        hooks = [hook for hook in self.book.hooks if hook.owner == owner and hook.ended is None]
        for hook in hooks:
            hook.gone_maybe = True
            hook.begins(self.admins.step())  # for ever uncertain
        self.book.revoked[owner] = float("inf")
        is_done = self._operate(lambda table: revoke(table, name))
        self.book.revoked[owner] = self.admins.step()
        self.callers.note(f"revoke {name}: {is_done}")
        for hook in hooks:
            hook.ended = self.world.scheduler.now if is_done else None

    def restore(self, op: Op) -> None:
        """A credential for an owner that may have none."""
        name, owner = self._owner(op)
        role = Role.CHANNEL if name == CHANNEL else Role.SELLER
        sellers = frozenset(SELLERS) if role is Role.CHANNEL else frozenset({int(owner.partition(":")[2])})
        self._operate(lambda table: admit(table, Credential(name, role, sellers), "secret", now()))

    def _owner(self, op: Op) -> tuple[str, str]:
        names = [CHANNEL, *(f"seller-{each}" for each in SELLERS)]
        owners = [channel_owner(CHANNEL), *(seller_owner(each) for each in SELLERS)]
        place = op.numbers[0] % len(names)
        return names[place], owners[place]

    def _operate(self, do: Callable[[Table], object]) -> bool:
        """A person's program, run again while it fails. Whether it ended well."""
        world = self.world
        for _ in range(5):
            world.scheduler.current.dead = False
            try:
                do(Table(world.dynamodb, "simulated", pause=lambda seconds: world.scheduler.sleep(seconds * 1000)))  # type: ignore[arg-type]
            except Killed:
                if world.scheduler.stopping:
                    raise
            except (NoCredential, ConditionsFailed):
                return False
            except (Contended, ClientError, BotoCoreError):
                world.scheduler.sleep(1000)
            else:
                return True
        return False

    def poison(self, op: Op) -> None:
        """A stored package is damaged: its document cannot be read."""
        order = self.book.order(op.numbers[0])
        package_id, _ = self.callers.package(order, op.numbers[1])
        place = (order_keys.package(order.seller_id, package_id)[keys.PARTITION], order_keys.PACKAGE)
        items = self.world.engine.items
        image = items.get(place)
        if image is not None and package_id not in self.book.poisoned:
            self.book.damaged[place] = image["document"]
            self.book.poisoned.add(package_id)
            self.world.excused = True
            items.replace(place, {**image, "document": _DAMAGED})
            self.callers.note(f"poison {order.seller_id} {order.number} {package_id}")
            self.callers.cancel(op)
            for number, other in enumerate(list(self.book.orders.values())):
                if other.number == order.number and other is not order:
                    self.callers.cancel(replace(op, numbers=(number, *op.numbers[2:], 0)))

    def heal(self, _: Op) -> None:
        """All that was damaged is put right, unless a split that had read it before has written it anew."""
        items = self.world.engine.items
        for place, document in self.book.damaged.items():
            image = items.get(place)
            if image is not None and image["document"] == _DAMAGED:
                items.replace(place, {**image, "document": document})
        self.book.damaged.clear()

    def ops(self) -> dict[str, Callable[[Op], None]]:
        """By their names in a plan."""
        names = ("outage", "blink", "storm", "mood", "works", "redrive", "revoke", "restore", "poison", "heal")
        return {name: getattr(self, name) for name in names}
