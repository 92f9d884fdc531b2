"""Webhook subscriptions of sellers and channels: their rules, whose they are, and that their secrets stay secret."""

import base64
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import boto3
import pytest
from cleave.application.subscribe.webhooks import rotate_secret as rotate
from cleave.clock import to_ms
from cleave.dialects.hepsiglobal.cancelled import render_cancelled
from cleave.dialects.reasons import BY_REASON
from cleave.domain.cancellation import Reservation
from cleave.domain.events import Event
from cleave.domain.ids import cancel_id
from cleave.domain.package import Package
from cleave.domain.reasons import CancelledBy, Reason
from cleave.domain.recipients import Message, MessageKind, messages_of, recipient_of, selection_for
from cleave.domain.split import Name, cancel_units
from cleave.domain.subscription import channel_owner, seller_owner
from cleave.outbound import resources as outbound
from cleave.store.recipients import read_recipients
from cleave.store.subscriptions import read_owned, read_told_of
from cleave.table.table import Table

from functions.activate_webhook.app import handler as activate
from functions.create_channel_webhook.app import handler as create_for_channel
from functions.create_webhook.app import handler as create
from functions.deactivate_webhook.app import handler as deactivate
from functions.delete_webhook.app import handler as delete
from functions.get_delivery.app import handler as get_delivery
from functions.get_webhook.app import handler as get_webhook
from functions.list_channel_webhooks.app import handler as list_for_channel
from functions.list_deliveries.app import handler as list_deliveries
from functions.list_webhooks.app import handler as list_webhooks
from functions.rotate_webhook_secret.app import handler as rotate_secret
from functions.update_webhook.app import handler as update
from tests.integration.conftest import FrozenClock
from tests.support.environment import new_settings
from tests.support.gateway import Answer, Caller
from tests.support.telling import DelayQueue, seal, webhook
from tests.unit.builders import line, package

SELLER = {"sellerId": 20811}
URL = "https://93.184.215.14/hook"
BODY = {"url": URL, "authenticationType": "API_KEY", "apiKey": "s3cret-key", "subscribedStatuses": ["CREATED"]}


@pytest.fixture
def service(table: Table, monkeypatch: pytest.MonkeyPatch) -> Table:
    monkeypatch.setenv("SECRETS_KEY_ID", boto3.client("kms").create_key()["KeyMetadata"]["KeyId"])
    queue = boto3.client("sqs").create_queue(QueueName="deliveries")["QueueUrl"]
    monkeypatch.setenv("DELIVERY_QUEUE_URL", queue)
    new_settings()
    return table


@pytest.fixture
def made(service: Table, de_seller: Caller) -> dict[str, Any]:
    del service
    answer = de_seller.call(create, BODY, path=SELLER)
    assert answer.status == 200
    created: dict[str, Any] = answer.json
    return created


def text_of(handler: Callable[..., dict[str, Any]], caller: Caller, path: dict[str, object]) -> tuple[int, str]:
    """Text answers are not JSON; ``Caller`` reads JSON only."""
    answers: list[dict[str, Any]] = []

    def keep(gateway_event: dict[str, Any], context: object) -> dict[str, Any]:
        answers.append(handler(gateway_event, context))
        return {**answers[-1], "body": ""}

    caller.call(keep, path=path)
    return answers[0]["statusCode"], answers[0]["body"]


def listed(caller: Caller) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = caller.call(list_webhooks, path=SELLER).json
    return found


def test_a_webhook_is_listed_without_its_secrets(
    made: dict[str, Any], de_seller: Caller, clock: FrozenClock, capsys: pytest.CaptureFixture[str]
) -> None:
    assert listed(de_seller) == [
        {
            "id": made["id"],
            "createdDate": to_ms(clock()),
            "lastModifiedDate": None,
            "url": URL,
            "username": None,
            "authenticationType": "API_KEY",
            "status": "ACTIVE",
            "subscribedStatuses": ["CREATED"],
            "passiveReason": None,
            "payloadFormat": "trendyol",
        }
    ]
    out, err = capsys.readouterr()
    assert "s3cret" not in out + err
    assert made["signingSecret"] not in out + err


def test_secrets_are_sealed_under_the_subscriptions_identity(made: dict[str, Any], service: Table) -> None:
    (stored,) = read_owned(service, seller_owner(20811)).subscriptions
    box = outbound.secret_box()
    assert stored.sealed_secret is not None
    assert b"s3cret" not in stored.sealed_secret
    assert box.open(stored.sealed_secret, stored.owner, made["id"]) == "s3cret-key"
    assert box.open(stored.signing_keys[0].sealed, stored.owner, made["id"]) == made["signingSecret"]
    assert len(base64.b64decode(made["signingSecret"].removeprefix("whsec_"))) == 32
    with pytest.raises(Exception, match="InvalidCiphertext"):
        box.open(stored.sealed_secret, stored.owner, "another")


def test_a_seller_has_fifteen_webhooks_at_most_and_a_deleted_one_makes_room(service: Table, de_seller: Caller) -> None:
    del service
    ids = [de_seller.call(create, BODY, path=SELLER).json["id"] for _ in range(15)]
    text_of(deactivate, de_seller, {**SELLER, "webhookId": ids[3]})
    full = de_seller.call(create, BODY, path=SELLER)
    assert (full.status, full.json["errors"][0]["key"]) == (409, "webhook.limit.reached")
    assert text_of(delete, de_seller, {**SELLER, "webhookId": ids[0]}) == (200, "200 OK")
    assert de_seller.call(create, BODY, path=SELLER).status == 200


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"url": "https://hooks.Trendyol.example/"}, "url"),
        ({"url": "https://dolap.example/"}, "url"),
        ({"url": "https://10.0.0.1/"}, "url"),
        ({"url": "http://93.184.215.14/"}, "url"),
        ({"url": ""}, "url"),
        ({"authenticationType": "BEARER"}, "authenticationType"),
        ({"authenticationType": "BASIC_AUTHENTICATION"}, "username"),
        ({"authenticationType": "BASIC_AUTHENTICATION", "username": "u"}, "password"),
        ({"apiKey": None}, "apiKey"),
        ({"apiKey": "a\nb"}, "apiKey"),
        ({"subscribedStatuses": ["CREATED", "LOST"]}, "subscribedStatuses.1"),
    ],
)
def test_what_is_wrong_with_a_webhook_is_named(
    made: dict[str, Any], de_seller: Caller, change: dict[str, Any], field: str
) -> None:
    for answer in (
        de_seller.call(create, {**BODY, **change}, path=SELLER),
        de_seller.call(update, {**BODY, **change}, path={**SELLER, "webhookId": made["id"]}),
    ):
        assert answer.status == 400
        assert answer.json["errors"][0]["message"].startswith(f"{field}: ")
    assert len(listed(de_seller)) == 1


def test_a_webhook_is_changed_and_keeps_its_signing_secret(
    made: dict[str, Any], service: Table, de_seller: Caller, clock: FrozenClock
) -> None:
    before = read_owned(service, seller_owner(20811)).subscriptions[0]
    clock.move(minutes=5)
    body = {"url": f"{URL}/2", "authenticationType": "BASIC_AUTHENTICATION", "username": "u", "password": "p"}

    def call(gateway_event: dict[str, Any], context: object) -> dict[str, Any]:
        return {**update(gateway_event, context), "body": ""}

    assert de_seller.call(call, body, path={**SELLER, "webhookId": made["id"]}).status == 200
    (after,) = read_owned(service, seller_owner(20811)).subscriptions
    assert (after.url, after.username, after.statuses) == (f"{URL}/2", "u", frozenset())
    assert (after.signing_keys, after.modified_at) == (before.signing_keys, clock())


def test_a_passive_webhook_is_listed_so_and_activated_again(made: dict[str, Any], de_seller: Caller) -> None:
    path: dict[str, object] = {**SELLER, "webhookId": made["id"]}
    assert text_of(deactivate, de_seller, path) == (200, "200 OK")
    assert [(each["status"], each["passiveReason"]) for each in listed(de_seller)] == [("PASSIVE", "deactivated")]
    assert text_of(activate, de_seller, path) == (200, "200 OK")
    assert [(each["status"], each["passiveReason"]) for each in listed(de_seller)] == [("ACTIVE", None)]


def test_a_webhook_shows_when_and_why_it_was_turned_on_and_off(
    made: dict[str, Any], de_seller: Caller, clock: FrozenClock
) -> None:
    path: dict[str, object] = {**SELLER, "webhookId": made["id"]}
    times = []
    for handler in (deactivate, activate):
        clock.move(minutes=1)
        times.append(to_ms(clock()))
        assert text_of(handler, de_seller, path) == (200, "200 OK")
    assert de_seller.call(get_webhook, path=path).json == {
        **listed(de_seller)[0],
        "statusChanges": [
            {"date": times[0], "status": "PASSIVE", "reason": "deactivated"},
            {"date": times[1], "status": "ACTIVE", "reason": None},
        ],
    }


def test_somebody_elses_webhook_is_one_that_does_not_exist(
    made: dict[str, Any], tr_seller: Caller, channel: Caller
) -> None:
    theirs: dict[str, object] = {"sellerId": 20812, "webhookId": made["id"]}
    for handler in (delete, activate, deactivate, rotate_secret, list_deliveries, get_webhook):
        foreign = tr_seller.call(handler, path=theirs)
        unknown = tr_seller.call(handler, path={**theirs, "webhookId": "unknown"})
        assert (foreign.status, foreign.json) == (404, unknown.json)
        assert channel.call(handler, path={"webhookId": made["id"]}).status == 404
    assert tr_seller.call(update, BODY, path=theirs).status == 404


def test_a_rotated_secret_overlaps_with_the_old_one_for_a_day(
    made: dict[str, Any], service: Table, de_seller: Caller, clock: FrozenClock
) -> None:
    answer = de_seller.call(rotate_secret, path={**SELLER, "webhookId": made["id"]})
    assert answer.json["previousValidUntil"] == to_ms(clock() + timedelta(days=1))
    assert answer.json["signingSecret"] != made["signingSecret"]
    (stored,) = read_owned(service, seller_owner(20811)).subscriptions
    box = outbound.secret_box()

    def secrets(later: timedelta) -> list[str]:
        return [box.open(key.sealed, stored.owner, made["id"]) for key in stored.keys_at(clock() + later)]

    assert secrets(timedelta(hours=23)) == [answer.json["signingSecret"], made["signingSecret"]]
    assert secrets(timedelta(hours=25)) == [answer.json["signingSecret"]]


def test_a_secret_that_is_rotated_again_and_again_is_refused(table: Table, clock: FrozenClock) -> None:
    made, queue = webhook(table, clock()), DelayQueue(clock)
    for _ in range(3):
        rotate(table, queue, seal, seller_owner(20811), made.subscription_id, clock())
    with pytest.raises(Exception, match="too often"):
        rotate(table, queue, seal, seller_owner(20811), made.subscription_id, clock())


def test_a_channel_subscribes_for_sellers_it_may_act_for(service: Table, channel: Caller, clock: FrozenClock) -> None:
    body = {"base_url": "https://93.184.215.14/market/", "token": "t", "seller_ids": [20811]}
    answer = channel.call(create_for_channel, body)
    assert answer.status == 201
    assert channel.call(list_for_channel).json == [
        {
            "id": answer.json["id"],
            "base_url": "https://93.184.215.14/market",
            "seller_ids": [20811],
            "authentication": "bearer",
            "events": ["order-cancel"],
            "payload_format": "hepsiglobal",
            "status": "ACTIVE",
            "passive_reason": None,
            "created_at": to_ms(clock()),
            "modified_at": None,
        }
    ]
    assert [each.subscription_id for each in read_told_of(service, 20811).subscriptions] == [answer.json["id"]]
    assert read_told_of(service, 20812).subscriptions == []
    foreign = channel.call(create_for_channel, {**body, "seller_ids": [20811, 99]})
    assert (foreign.status, foreign.json["errors"][0]["field"]) == (404, "seller_ids.1")
    assert text_of(delete, channel, {"webhookId": answer.json["id"]}) == (200, "200 OK")
    assert read_told_of(service, 20811).subscriptions == []


def test_a_channel_is_told_of_each_cancelled_item_but_those_it_reported_itself(
    service: Table, channel: Caller, clock: FrozenClock
) -> None:
    channel.call(create_for_channel, {"base_url": "https://93.184.215.14"})
    (subscription,) = read_owned(service, channel_owner(channel.credential)).subscriptions
    assert subscription.sellers == {20811, 20812}
    recipients = [each for seller in (20811, 20812) for each in read_recipients(service, seller)]
    assert recipients == [recipient_of(subscription)] * 2
    assert read_recipients(service, 1) == []
    before = package(line(1, 3), line(2, 2))

    def waiting(key: str, line_id: int) -> Reservation:
        return Reservation(key, {line_id: 1}, Reason.OUT_OF_STOCK, CancelledBy.SELLER, keep_status=False, at=clock())

    def told(of: Package) -> list[int]:
        selection = selection_for(recipients[0], [of])
        return [of.lines[each.line or 0].line_id for each in messages_of(selection, subscription.owner, [of])]

    reservations = [waiting("trendyol#20811#a", 1), waiting(f"hepsiglobal#{channel.credential}#1", 2)]
    split = cancel_units(before, reservations, at=clock(), name=Name(7, None))
    assert split.successor is not None
    assert (told(split.closed), told(split.successor)) == ([1], [])


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_leaves_in_hepsiglobals_words(clock: FrozenClock, reason: Reason) -> None:
    before = package(line(1, 3))
    taken = Reservation("trendyol#20811#a", {1: 2}, reason, CancelledBy.SELLER, keep_status=False, at=clock())
    closed = cancel_units(before, [taken], at=clock(), name=Name(7, None)).closed
    place = next(n for n, each in enumerate(closed.lines) if each.cancelled)
    event = Event(closed.order_number, 20811, 1, clock(), (closed,))
    body = render_cancelled(event, Message(MessageKind.CANCELLED_LINE, 0, place))
    assert body == {
        "cancel_id": cancel_id(20811, closed.order_number, 1, place),
        "order_number": closed.order_number,
        "cancel_quantity": 2,
        "order_item_number": closed.lines[place].item_number,
        "reason": BY_REASON[reason].hepsiglobal,
    }


def test_a_delivery_that_is_none_is_not_found(made: dict[str, Any], de_seller: Caller) -> None:
    for delivery_id in ("x", "", "!!", base64.urlsafe_b64encode(b"1#2#3#4").decode(), "ÿ"):
        answer = de_seller.call(get_delivery, path={**SELLER, "webhookId": made["id"], "deliveryId": delivery_id})
        assert (answer.status, answer.json["errors"][0]["key"]) == (404, "webhook.delivery.not.found")


@pytest.mark.parametrize("query", [{"size": ["0"]}, {"size": ["201"]}, {"since": ["x"]}, {"state": ["lost"]}])
def test_a_bad_filter_is_named(made: dict[str, Any], de_seller: Caller, query: dict[str, list[str]]) -> None:
    answer: Answer = de_seller.call(list_deliveries, path={**SELLER, "webhookId": made["id"]}, query=query)
    assert answer.status == 400
    assert answer.json["errors"][0]["message"].startswith(next(iter(query)))
