"""A cancel comes in by one dialect and is told in the other."""

import json
from collections.abc import Iterator

import pytest
import standardwebhooks
from cleave_cli.api import ChannelClient, SellerClient
from cleave_cli.receiver import Answer, Receiver

from tests.support.samples import fresh_cancel_id
from tests.support.subscribing import Document, about, cancel, eventually, load, webhooks_path


@pytest.fixture
def market(self_paying: SellerClient, channel: ChannelClient, receiver: Receiver) -> Iterator[Document]:
    """A channel's webhook, in HepsiGlobal's dialect."""
    sellers = [self_paying.seller.seller_id]
    body = {"base_url": f"{receiver.url}/market/", "token": "market-token", "seller_ids": sellers}
    created = channel.http.post("/v1/webhooks", json=body)
    assert created.status_code == 201
    yield created.json()
    assert channel.http.delete(f"/v1/webhooks/{created.json()['id']}").status_code == 200


def test_a_trendyol_cancel_for_stock_out_leaves_as_out_of_stock_with_the_same_cancel_id_each_time(
    self_paying: SellerClient, channel: ChannelClient, receiver: Receiver, market: Document
) -> None:
    answers = iter([Answer(500)])
    receiver.respond = lambda _: next(answers, Answer(200))
    package = load(self_paying, {"LAMP": 3, "TRAY": 2})
    lines = [{"lineId": line["lineId"], "quantity": 1} for line in package["lines"]]
    assert self_paying.cancel(package["shipmentPackageId"], lines, reason_id=500).status_code == 200

    told = receiver.wait_for(3, where=about(package))

    order = package["orderNumber"]
    lamp_refused, lamp, tray = (json.loads(each.body) for each in told)
    assert lamp_refused == lamp
    assert [{**each, "cancel_id": None} for each in (lamp, tray)] == [
        {
            "cancel_id": None,
            "order_number": order,
            "cancel_quantity": 1,
            "order_item_number": f"{order}_{code}",
            "reason": "out_of_stock",
        }
        for code in ("LAMP", "TRAY")
    ]
    assert lamp["cancel_id"] != tray["cancel_id"]
    assert {(each.method, each.path) for each in told} == {("PUT", "/market/webhooks/order-cancel")}
    assert {each.headers["Authorization"] for each in told} == {"Bearer market-token"}
    for each in told:
        standardwebhooks.Webhook(market["signing_secret"]).verify(each.body, dict(each.headers.items()))
    replayed = channel.http.post(f"/v1/webhooks/{market['id']}/replay", json={"orderNumber": order})
    assert replayed.json()["resent"] == 2
    again = receiver.wait_for(5, where=about(package))[3:]
    assert [json.loads(each.body) for each in again] == [lamp, tray]


def test_a_channel_is_not_told_of_the_cancels_that_it_reported_itself(
    self_paying: SellerClient, channel: ChannelClient, receiver: Receiver, market: Document
) -> None:
    del market
    mine = load(self_paying, {"LAMP": 3})
    number = mine["orderNumber"]
    assert channel.cancel(fresh_cancel_id(), number, f"{number}_LAMP").status_code == 200
    eventually(lambda: self_paying.packages(number), lambda found: len(found) == 2)
    other = load(self_paying, {"LAMP": 3})
    cancel(self_paying, other)
    receiver.wait_for(1, where=about(other))
    assert not [each for each in receiver.requests if about(mine)(each)]


def test_a_hepsiglobal_cancel_reaches_a_webhook_in_trendyols_dialect(
    self_paying: SellerClient, channel: ChannelClient, receiver: Receiver
) -> None:
    created = self_paying.subscribe(f"{receiver.url}/hook", "receiver-key").json()
    package = load(self_paying, {"LAMP": 3})
    number = package["orderNumber"]
    assert channel.cancel(fresh_cancel_id(), number, f"{number}_LAMP", 2, "wrong_price").status_code == 200

    told = receiver.wait_for(2, where=about(package))

    assert [(each.method, each.path, each.headers["x-api-key"]) for each in told] == [
        ("POST", "/hook", "receiver-key")
    ] * 2
    old, new = (json.loads(each.body)["content"][0] for each in told)
    assert (old["shipmentPackageId"], old["status"]) == (package["shipmentPackageId"], "Cancelled")
    gone = next(line for line in old["lines"] if line["orderLineItemStatusName"] == "UnSupplied")
    assert (gone["quantity"], gone["cancelReasonCode"], gone["cancelledBy"]) == (2, 502, "Seller")
    assert (new["originPackageIds"], [line["quantity"] for line in new["lines"]]) == ([old["shipmentPackageId"]], [1])
    assert self_paying.http.delete(f"{webhooks_path(self_paying)}/{created['id']}").status_code == 200
