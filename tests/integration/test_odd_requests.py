"""Requests that nobody sends by mistake are refused like others, and ask the table for nothing that it cannot have."""

import base64
from collections.abc import Callable

import pytest
from cleave import clock
from cleave.entry.authorizer import authenticate
from cleave.table.table import Table

from functions.get_delivery.app import handler as get_delivery
from functions.get_webhook.app import handler as get_webhook
from functions.list_deliveries.app import handler as list_deliveries
from functions.update_tracking.app import handler as update_tracking
from tests.integration.conftest import FrozenClock
from tests.support.calls import calls_of
from tests.support.gateway import Answer, Caller, Handler
from tests.support.telling import SELLER as TOLD
from tests.support.telling import webhook

SELLER = {"sellerId": 20811}
LONG = "x" * 1100
PLACE = f"00000000000001#20811#{LONG}#00000001"


def keys_of(answer: Answer) -> list[str]:
    return [error["key"] for error in answer.json["errors"]]


@pytest.mark.parametrize("digits", ["0" * 19 + "1" + "0" * 5000, "9" * 17, "-1", "٣"])
def test_a_package_id_of_any_digits_is_one_that_is_not_there(table: Table, de_seller: Caller, digits: str) -> None:
    del table
    body = {"cargoSenderNumber": "1", "providerCode": "DHLMP"}
    answer = de_seller.call(update_tracking, body, path={**SELLER, "packageId": digits})
    assert (answer.status, keys_of(answer)) == (404, ["shipment.package.not.found"])


@pytest.mark.parametrize(
    ("handler", "path", "query", "status", "key"),
    [
        (get_webhook, {"webhookId": LONG}, None, 404, "webhook.not.found"),
        (list_deliveries, {"webhookId": LONG}, None, 404, "webhook.not.found"),
        (list_deliveries, {"webhookId": "1"}, {"orderNumber": [LONG]}, 400, "bad.request"),
    ],
)
def test_no_key_is_longer_than_the_table_takes(  # noqa: PLR0913, PLR0917 - one for each part of the request
    table: Table,
    de_seller: Caller,
    handler: Handler,
    path: dict[str, str],
    query: dict[str, list[str]] | None,
    status: int,
    key: str,
) -> None:
    with calls_of(table.client) as sent:
        answer = de_seller.call(handler, path={**SELLER, **path}, query=query)
    assert (answer.status, keys_of(answer), sent) == (status, [key], [])


def test_a_delivery_id_longer_than_any_is_looked_for_nowhere(table: Table, clock: FrozenClock) -> None:
    made = webhook(table, clock())
    delivery_id = base64.urlsafe_b64encode(PLACE.encode()).decode()
    path = {"sellerId": TOLD, "webhookId": made.subscription_id, "deliveryId": delivery_id}
    with calls_of(table.client) as sent:
        answer = Caller("seller", (TOLD,), {}).call(get_delivery, path=path)
    assert (answer.status, keys_of(answer), sent) == (404, ["webhook.delivery.not.found"], ["GetItem"])


def test_half_of_a_surrogate_pair_is_the_number_of_no_order(table: Table, clock: FrozenClock) -> None:
    path = {"sellerId": TOLD, "webhookId": webhook(table, clock()).subscription_id}
    answer = Caller("seller", (TOLD,), {}).call(list_deliveries, path=path, query={"orderNumber": ["\ud800"]})
    assert (answer.status, answer.json["content"]) == (200, [])


@pytest.mark.parametrize("credentials", ["Basic é", "Basic ☃", "Basic /w==", "Basic a", "Basic", "Bearer é", ""])
def test_credentials_that_are_no_ascii_are_just_wrong(
    table: Table, token_secret: Callable[[str], None], credentials: str
) -> None:
    del token_secret
    assert authenticate(table, credentials, clock.now()) is None
