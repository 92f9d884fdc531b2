"""Any one item of any kind cannot be read: no endpoint fails by that, and what can be read is shown beside it."""

import base64
from collections.abc import Iterator
from dataclasses import dataclass, replace

import cleave.logs
import cleave.metrics
import cleave.observability
import pytest
from cleave.application.subscribe.revocation import revoke
from cleave.entry import resources
from cleave.store.availability import to_availability
from cleave.store.formats import FORMAT, Unreadable
from cleave.table.attributes import to_item
from cleave.table.table import Table

from functions.authorizer.app import handler as authorizer
from tests.integration.conftest import FrozenClock
from tests.simulation.clients import SimulatedKms
from tests.simulation.engine import Engine
from tests.simulation.environment import SilentLogger, SilentMetrics
from tests.simulation.expressions import Image, Value
from tests.simulation.items import Place
from tests.support import gateway
from tests.support.endpoints import Endpoint, Target, ask, endpoints
from tests.support.environment import new_environment
from tests.support.gateway import Answer, Caller
from tests.support.stored import HOOK, OPEN, ORDER, SELLER, one_of_each

CHANNELS_HOOK = "hook-of-channel"
# Of a function that has several paths one, in each dialect.
ENDPOINTS = list({(each.code, each.is_sellers): each for each in endpoints() if not each.is_staffs}.values())
READING = [each for each in ENDPOINTS if each.method == "GET"]
# What is sealed here was not sealed with a key.
WRITING = sorted(
    (each for each in ENDPOINTS if each.method != "GET" and each.code != "ping_webhook"),
    key=lambda each: each.method == "DELETE",
)
# What no reader takes for what stood there.
DAMAGE: dict[str, Value | None] = {
    "missing": None,
    "a text": {"S": "damaged"},
    "a number": {"N": "-99"},
    "null": {"NULL": True},
    "a list of texts": {"L": [{"S": "damaged"}]},
    "bytes": {"B": b"damaged"},
}
# The others are met by what reads before it writes.
WRITTEN_OVER = ("a text", "null")
LATER: Value = {"N": "99"}
KEYS = ("pk", "sk")
# DynamoDB itself takes no other type for them.
INDEXED = ("due", "shard", "listing", "modified", "created")
KINDS = (
    "ATTEMPT", "CANCELLATION", "CIRCUIT", "CREDENTIAL", "CREDENTIALS", "DELIVERY", "ORDER CREATED", "ORDER EVENT",
    "ORDER PACKAGE", "ORDER SELLER", "PACKAGE", "RANGE", "SELLER", "SUBSCRIBER OWNER", "SUBSCRIBER SUBSCRIPTION",
    "TRACK", "WAITING",
)  # fmt: skip


class Clients:
    """In place of botocore's: a table that is fast enough for thousands of requests, and what else is called."""

    def __init__(self) -> None:
        self.engine = Engine()

    def create_client(self, service: str, **_: object) -> object:
        """As botocore's session."""
        others = {"kms": SimulatedKms(), "sqs": self, "secretsmanager": self, "s3": self}
        return {"dynamodb": self.engine, **others}[service]

    def get_secret_value(self, **_: object) -> dict[str, str]:
        return {"SecretString": "secret"}

    def list_objects_v2(self, **_: object) -> dict[str, int]:
        return {"KeyCount": 0}

    def get_queue_attributes(self, **_: object) -> dict[str, dict[str, str]]:
        return {"Attributes": {"ApproximateNumberOfMessages": "0"}}

    def send_message(self, **_: object) -> None:
        """Nobody handles it."""


@dataclass(frozen=True)
class Everything:
    """A table with one item of each kind, and who asks for all of it."""

    engine: Engine
    items: dict[Place, Image]
    table: Table

    def damage(self, place: Place, name: str, value: Value | None) -> None:
        """One attribute of one item."""
        others = {other: kept for other, kept in self.items[place].items() if other != name}
        self.engine.items.replace(place, others if value is None else {**others, name: value})

    def restore(self) -> None:
        """All items, and no others."""
        for place in places(self.engine) - self.items.keys():
            self.engine.items.replace(place, None)
        for place, image in self.items.items():
            self.engine.items.replace(place, image)

    def target(self, hook: str) -> Target:
        """All that can be named; ``hook`` is the webhook, of which one delivery waits."""
        prefix = f"WAITING#{hook}#"
        (place,) = [sort for partition, sort in self.items if partition.startswith(prefix)]
        delivery = base64.urlsafe_b64encode(f"0/{place}".encode()).decode().rstrip("=")
        named = Target(SELLER, OPEN, OPEN * 10 + 1, ORDER, f"{ORDER}_SKU", hook, delivery)
        return replace(named, cancellation="key-waits", url="http://127.0.0.1:9/hook")

    def ask(self, which: list[Endpoint]) -> dict[str, Answer]:
        """What endpoints answer to the seller or the channel whose it all is."""
        seller, channel = Caller("seller", (SELLER,), {"storeFrontCode": "DE"}), Caller("channel", (SELLER,), {}, "hg")
        return {
            f"{each.method} {each.path}": ask(seller, each, self.target(HOOK))
            if each.is_called_by_sellers
            else ask(channel, each, self.target(CHANNELS_HOOK))
            for each in which
        }

    def of(self, kind: str) -> list[Place]:
        """Items whose keys begin so; of those that say the same things one."""
        found = [place for place in self.items if kind_of(place).startswith(kind)]
        return list({frozenset(self.items[place]): place for place in found}.values())


@pytest.fixture
def everything(monkeypatch: pytest.MonkeyPatch, clock: FrozenClock) -> Iterator[Everything]:
    del clock
    clients = Clients()
    monkeypatch.setattr(resources, "session_for", lambda _: clients)
    for name in ("TABLE_NAME", "DELIVERY_QUEUE_URL", "SECRETS_KEY_ID", "TOKEN_SECRET_ID", "FAILED_RECORDS_BUCKET"):
        monkeypatch.setenv(name, "any")
    monkeypatch.setenv("ALLOW_LOCAL_WEBHOOKS", "true")
    new_environment()
    table = Table(clients.engine, "any")  # type: ignore[arg-type] # as far as the store uses a client
    one_of_each(table)
    items = clients.engine.items
    found = {place: image for place in places(clients.engine) if (image := items.get(place))}
    yield Everything(clients.engine, found, table)
    new_environment()


def places(engine: Engine) -> set[Place]:
    return {(partition, sort) for partition, sorts in engine.items.sorts.items() for sort in sorts}


def kind_of(place: Place) -> str:
    return " ".join(part.split("#", maxsplit=1)[0] for part in place)


def failed(answers: dict[str, Answer]) -> list[str]:
    return [name for name, answer in answers.items() if answer.status >= 500]


def test_every_kind_of_item_is_damaged_once(everything: Everything) -> None:
    kinds = set(map(kind_of, everything.items))
    assert [kind for kind in KINDS if not any(each.startswith(kind) for each in kinds)] == []
    assert [each for each in kinds if not each.startswith(KINDS)] == []


def test_without_damage_nothing_fails(everything: Everything) -> None:
    assert failed(everything.ask([*READING, *WRITING])) == []


def failing(everything: Everything, kind: str, damage: Value | None, which: list[Endpoint]) -> dict[str, list[str]]:
    """By attribute of an item that is damaged: what fails."""
    found: dict[str, list[str]] = {}
    for place in everything.of(kind):
        for name in sorted(everything.items[place].keys() - {*KEYS, *INDEXED}):
            everything.damage(place, name, damage)
            if wrong := failed(everything.ask(which)):
                found[" ".join((*place, name))] = wrong
            everything.restore()
    return found


@pytest.fixture
def in_short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Thousands of answers: none is compared with the document, and nothing is logged."""
    monkeypatch.setattr(gateway, "check_documented", lambda *_: None)
    for module in (cleave.logs, cleave.observability):
        monkeypatch.setattr(module, "logger", SilentLogger(lambda *_: None))
    monkeypatch.setattr(cleave.metrics, "EphemeralMetrics", SilentMetrics)


@pytest.mark.usefixtures("in_short")
@pytest.mark.parametrize("kind", KINDS)
def test_whatever_of_an_item_is_damaged_no_reading_endpoint_fails(everything: Everything, kind: str) -> None:
    for damage in DAMAGE.values():
        assert failing(everything, kind, damage, READING) == {}


@pytest.mark.usefixtures("in_short")
@pytest.mark.parametrize("kind", KINDS)
def test_whatever_of_an_item_is_damaged_no_endpoint_that_writes_fails(everything: Everything, kind: str) -> None:
    for damage in map(DAMAGE.__getitem__, WRITTEN_OVER):
        assert failing(everything, kind, damage, WRITING) == {}


TAKING_AWAY = [each for code in ("deactivate_webhook", "delete_webhook") for each in WRITING if each.code == code]
OF_WEBHOOKS = ("CIRCUIT", "SELLER", "SUBSCRIBER OWNER", "SUBSCRIBER SUBSCRIPTION", "TRACK", "WAITING")


def damages(everything: Everything, kind: str) -> Iterator[tuple[Place, str]]:
    """Each attribute of each item of the kind, damaged in each way, and the whole item written by a later version."""
    for place in everything.of(kind):
        for name in sorted(everything.items[place].keys() - {*KEYS, *INDEXED}):
            for damage in (*DAMAGE.values(), LATER):
                everything.damage(place, name, damage)
                yield place, f"{name} {damage}"
                everything.restore()


@pytest.mark.usefixtures("in_short")
@pytest.mark.parametrize("kind", OF_WEBHOOKS)
def test_whatever_is_damaged_a_webhook_can_be_turned_off_and_taken_away(everything: Everything, kind: str) -> None:
    kept = []
    for place, name in damages(everything, kind):
        answers = everything.ask(TAKING_AWAY)
        wrong = [code for code, answer in answers.items() if answer.status != 200]
        left = [each for each in places(everything.engine) if kind_of(each).startswith(("SUBSCRIBER SUB", "TRACK"))]
        lists = [everything.engine.items.get(each) or {} for each in everything.of("SELLER")]
        told = [hook for hook in (HOOK, CHANNELS_HOOK) for each in lists if hook in each]
        if wrong or left or told:
            kept.append((place, name, wrong, left, told))
    assert kept == []


@pytest.mark.usefixtures("in_short")
@pytest.mark.parametrize("kind", ["CREDENTIAL", "CREDENTIALS", *OF_WEBHOOKS])
def test_whatever_is_damaged_a_credential_can_be_revoked(everything: Everything, kind: str) -> None:
    kept = []
    for place, name in damages(everything, kind):
        revoke(everything.table, "the-key")
        left = [each for each in places(everything.engine) if "CREDENTIAL#the-key" in each]
        hook = [each for each in places(everything.engine) if each[1] == f"SUBSCRIPTION#{HOOK}"]
        if left or (hook and (kind, name.split()[0]) not in VAGUE):
            kept.append((place, name, left, hook))
    assert kept == []


# Where a credential does not say whose it is.
VAGUE = {("CREDENTIAL", "role"), ("CREDENTIAL", "sellers")}


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_item_a_later_version_wrote_no_endpoint_fails(everything: Everything, kind: str) -> None:
    found = {}
    for place in everything.of(kind):
        everything.damage(place, FORMAT, LATER)
        if wrong := failed(everything.ask([*READING, *WRITING])):
            found[place] = wrong
        everything.restore()
    assert found == {}


@pytest.mark.parametrize("letters", [{"S": "12"}, {"B": b"12"}])
def test_letters_are_no_ids_of_packages(everything: Everything, letters: Value) -> None:
    replaced = [image for image in everything.items.values() if "successor_ids" in image]
    assert replaced
    for image in replaced:
        assert to_availability(to_item(image)).successor_ids
        with pytest.raises(Unreadable):
            to_availability(to_item({**image, "successor_ids": letters}))


@pytest.mark.usefixtures("in_short")
def test_whatever_of_a_credential_is_damaged_its_owner_is_let_in_or_refused(everything: Everything) -> None:
    header = f"Basic {base64.b64encode(b'the-key:secret').decode()}"
    event = {"methodArn": "arn:aws:execute-api:eu-central-1:123456789012:api/dev/GET/x", "headers": {}}
    effects = set()
    for _ in damages(everything, "CREDENTIAL"):
        answer = authorizer({**event, "headers": {"Authorization": header}}, None)
        effects.add(answer["policyDocument"]["Statement"][0]["Effect"])
    assert effects == {"Allow", "Deny"}
