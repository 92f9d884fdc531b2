"""Nobody reaches what is somebody else's, nor learns that it exists: at every endpoint that the template has.

A new endpoint is walked too. If it needs a body, it is refused as malformed here until tests/support/endpoints.py
knows one.
"""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest
from cleave.entry import resources
from cleave.table.table import Table
from cleave_cli.receiver import Receiver

from functions.create_channel_webhook.app import handler as create_for_channel
from functions.create_webhook.app import handler as create
from functions.get_shipment_packages_stream.app import handler as walk
from functions.list_deliveries.app import handler as list_deliveries
from functions.order_cancel.app import handler as order_cancel
from functions.replay_deliveries.app import handler as replay
from tests.support.calls import calls_of
from tests.support.endpoints import BODIES, Endpoint, Target, ask, endpoints
from tests.support.gateway import Caller

OWNER, STRANGER, NOBODY = 20811, 20812, 20777
ENDPOINTS = endpoints()
OURS = [each for each in ENDPOINTS if not each.is_staffs]
# Lists, which are empty, and what makes something of the caller's own under a name: all others find nothing.
LISTS = {"list_webhooks", "list_channel_webhooks", "get_shipment_packages", "get_shipment_packages_stream"}
# Ids and secrets that are new in every answer.
MADE = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|whsec_[\w+/]{43}=|\b\d{14,16}\b")
# Tell what a cancel would be answered with: 404, in an answer that is 200 itself.
DRY_RUNS = {"dry_run_cancel_package", "dry_run_order_cancel"}
MAKES = {"import_orders", "create_order", "create_webhook", "create_channel_webhook"}


@dataclass(frozen=True)
class World:
    """Two sellers, a channel of each, and everything that can be named of the first."""

    table: Table
    theirs: Target
    channels: Target
    stranger: Caller
    strangers_channel: Caller

    def caller(self, endpoint: Endpoint) -> Caller:
        """Who has nothing to do with the first seller."""
        return self.stranger if endpoint.is_called_by_sellers else self.strangers_channel

    def target(self, endpoint: Endpoint) -> Target:
        """What the first seller, or its channel, has."""
        return self.theirs if endpoint.is_sellers else self.channels


@pytest.fixture
def world(
    table: Table,
    let_happen: Callable[[], None],
    receiver: Receiver,
    de_seller: Caller,
    tr_seller: Caller,
    load: Callable[[str], list[dict[str, Any]]],
) -> World:
    path: dict[str, object] = {"sellerId": OWNER}
    webhook = {"url": receiver.url, "authenticationType": "API_KEY", "apiKey": "key"}
    owners_channel = Caller("channel", (OWNER,), {}, "owners-channel")
    made = de_seller.call(create, webhook, path=path).json["id"]
    made_for_channel = owners_channel.call(create_for_channel, {"base_url": receiver.url}).json["id"]
    package = load("sample-orders")[0]
    line, order = package["lines"][0], package["orderNumber"]
    theirs = Target(
        OWNER, package["shipmentPackageId"], line["lineId"], order, f"{order}_{line['stockCode']}", made, "", 4711
    )
    (cancel,) = [each for each in endpoints() if each.code == "cancel_package"]
    accepted = ask(de_seller, cancel, theirs)
    assert accepted.status == 200
    theirs = replace(theirs, cancellation=accepted.headers["Cancellation-Id"])
    assert owners_channel.call(order_cancel, BODIES["order_cancel"](theirs)).status == 200
    let_happen()
    ids = [
        caller.call(list_deliveries, path=where).json["content"][0]["id"]
        for caller, where in (
            (de_seller, {**path, "webhookId": made}),
            (owners_channel, {"webhookId": made_for_channel}),
        )
    ]
    return World(
        table,
        replace(theirs, delivery=ids[0]),
        replace(theirs, webhook=made_for_channel, delivery=ids[1]),
        tr_seller,
        Caller("channel", (STRANGER,), {}, "strangers-channel"),
    )


def missing(target: Target) -> Target:
    """The same names, of nothing."""
    return replace(
        target,
        seller=NOBODY,
        package=target.package + 600,
        line=target.line + 600,
        order=target.order[::-1],
        item=f"{target.order[::-1]}_{target.item.partition('_')[2]}",
        webhook=target.webhook[::-1],
        delivery="AAAA",
        cancel_id=target.cancel_id + 1,
        cancellation=f"content-{'0' * 32}",
    )


@contextmanager
def round_trips() -> Iterator[list[str]]:
    """What the functions' clients send."""
    with ExitStack() as open_clients:
        sent: list[list[str]] = [
            open_clients.enter_context(calls_of(resources.client(name)))
            for name in ("dynamodb", "sqs", "kms", "secretsmanager")
        ]
        together: list[str] = []
        yield together
        together += [call for calls in sent for call in calls]


def outcome(caller: Caller, endpoint: Endpoint, target: Target) -> tuple[int, str, list[str]]:
    with round_trips() as calls:
        answer = ask(caller, endpoint, target)
    return answer.status, MADE.sub("…", target.hidden(json.dumps(answer.json))), calls


def items(table: Table) -> dict[tuple[str, str], dict[str, Any]]:
    """All of the table."""
    found = table.client.scan(TableName=table.name)["Items"]
    return {(item["pk"]["S"], item["sk"]["S"]): item for item in found}


def is_strangers(key: tuple[str, str], item: dict[str, Any]) -> bool:
    """By its key, or, for the tracks of a webhook, by what it says of its owner."""
    names = "".join(key) + item.get("owner", {"S": ""})["S"]
    return str(STRANGER) in names or "strangers-channel" in names


def test_under_another_sellers_path_everything_is_as_if_there_were_no_such_seller(world: World) -> None:
    for endpoint in ENDPOINTS:
        if not endpoint.is_sellers:  # no seller is in the path: a channel names them in bodies, below
            assert ask(world.stranger, endpoint, world.channels).status == 403, endpoint
            continue
        caller = world.caller(endpoint)
        foreign = outcome(caller, endpoint, world.theirs)
        assert foreign == outcome(caller, endpoint, missing(world.theirs)), endpoint
        assert (foreign[0], foreign[2]) == (404, []), endpoint
        is_theirs_too = endpoint.is_marketplaces or endpoint.code == "import_orders"
        assert ask(world.strangers_channel, endpoint, world.theirs).status == (404 if is_theirs_too else 403), endpoint


def test_what_is_somebody_elses_is_answered_as_what_does_not_exist(world: World) -> None:
    """By status, body and round trips; and it stays as it was."""
    before = items(world.table)
    for endpoint in sorted(OURS, key=lambda each: each.code in MAKES):  # made last, or it would be found
        target, caller = world.target(endpoint), world.caller(endpoint)
        unknown = missing(target)
        if endpoint.is_sellers:
            target, unknown = replace(target, seller=STRANGER), replace(unknown, seller=STRANGER)
        foreign = outcome(caller, endpoint, target)
        assert foreign == outcome(caller, endpoint, unknown), endpoint
        expected = {200, 201, 404} if endpoint.code in LISTS | MAKES else {404}
        status = json.loads(foreign[1])["status"] if endpoint.code in DRY_RUNS else foreign[0]
        assert status in expected, f"tests/support/endpoints.py needs a request for {endpoint}"
    after = items(world.table)
    changed = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
    assert [key for key in changed if not is_strangers(key, after.get(key) or before[key])] == []


def test_a_credential_of_one_storefront_reaches_no_other(world: World, de_seller: Caller) -> None:
    """What concerns a seller in all storefronts is closed to it altogether."""
    before = items(world.table)
    seller = replace(de_seller, storefronts=("AE",))
    at_home = replace(seller, headers={"storeFrontCode": "AE"})
    for endpoint in filter(lambda each: each.is_sellers, ENDPOINTS):
        limited = replace(seller, role="channel") if endpoint.is_marketplaces else seller
        with round_trips() as calls:
            foreign = ask(limited, endpoint, world.theirs)
        assert (foreign.status, foreign.json["errors"][0]["key"]) == (400, "invalid.storefrontcode"), endpoint
        if "webhooks" in endpoint.path:
            with round_trips() as more:
                own = ask(at_home, endpoint, world.theirs)
            assert (own.status, own.json["errors"][0]["key"]) == (403, "authorization.error"), endpoint
            calls += more
        assert calls == [], endpoint
    assert items(world.table) == before


def test_an_import_does_not_get_around_the_storefronts_of_a_credential(table: Table, de_seller: Caller) -> None:
    (endpoint,) = [each for each in endpoints() if each.code == "import_orders"]
    limited = replace(de_seller, storefronts=("TR",), headers={})
    target = Target(OWNER, 1, 1, "O-1", "", "", "")
    body = {**BODIES["import_orders"](target), "orderCountryCode": "DE"}
    answer = ask(limited, endpoint, target, body)
    assert (answer.status, answer.json["errors"][0]["key"]) == (400, "invalid.storefrontcode")
    assert items(table) == {}


@pytest.mark.usefixtures("token_secret")
def test_a_cursor_is_worth_nothing_to_another_seller(
    world: World, de_seller: Caller, load: Callable[[str], list[dict[str, Any]]]
) -> None:
    load("sample-orders-tr")
    answer = de_seller.call(walk, path={"sellerId": OWNER}, query={"size": ["1"]})
    cursor = answer.json["nextCursor"]
    answers = [
        world.stranger.call(
            walk,
            path={"sellerId": STRANGER},
            query={"nextCursor": [each]},
            headers={"storeFrontCode": "DE"},
        )
        for each in (cursor, cursor[:-4] + "AAAA", "AAAA")
    ]
    assert [each.status for each in answers] == [400, 400, 400]
    assert answers[0].json == answers[1].json == answers[2].json
    mine = {"sellerId": OWNER, "webhookId": world.theirs.webhook}
    (page,) = [de_seller.call(list_deliveries, path=mine, query={"size": ["1"]}).json]
    yours = world.stranger.call(create, BODIES["create_webhook"](world.theirs), path={"sellerId": STRANGER}).json["id"]
    where = {"sellerId": STRANGER, "webhookId": yours}
    query, body = {"cursor": [page["nextCursor"]]}, {"orderNumber": world.theirs.order, "cursor": page["nextCursor"]}
    for answer in (
        world.stranger.call(list_deliveries, path=where, query=query),
        world.stranger.call(replay, body, path=where),
    ):
        assert (answer.status, answer.json["errors"][0]["message"][:6]) == (400, "cursor")


def test_a_key_that_another_channel_used_is_a_new_one(world: World) -> None:
    """The owner's channel has used the cancel_id: had the stranger's come upon it, it would be 422 or 200."""
    (endpoint,) = [each for each in endpoints() if each.code == "order_cancel"]
    fresh = replace(world.channels, cancel_id=99)
    assert outcome(world.strangers_channel, endpoint, world.channels) == outcome(
        world.strangers_channel, endpoint, fresh
    )
