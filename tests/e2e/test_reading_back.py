"""What was cancelled, split and told, read back in both dialects and in the terminal."""

import json
from pathlib import Path

from cleave_cli.api import ChannelClient, SellerClient
from cleave_cli.credentials import write_local_json
from cleave_cli.main import app
from cleave_cli.paths import StateDir
from cleave_cli.receiver import Receiver
from cleave_cli.stack import LocalStack
from typer.testing import CliRunner

from tests.support.samples import fresh_cancel_id
from tests.support.subscribing import Document, about, eventually, load


def dry_run(seller: SellerClient, package: Document, quantity: int) -> Document:
    path = f"/integration/order/sellers/{seller.seller.seller_id}/shipment-packages/{package['shipmentPackageId']}"
    lines = [{"lineId": package["lines"][0]["lineId"], "quantity": quantity}]
    answer = seller.http.put(f"{path}/items/unsupplied/dry-run", json={"lines": lines, "reasonId": 500})
    found: Document = answer.raise_for_status().json()
    return found


def read(seller: SellerClient, rest: str) -> Document:
    found: Document = seller.http.get(f"{seller.orders_path.removesuffix('/orders')}{rest}").raise_for_status().json()
    return found


def with_deliveries_to(webhook: str, found: Document) -> Document:
    """Without those to what other tests subscribed to the same seller."""
    for part in found["parts"]:
        part["timeline"] = [each for each in part["timeline"] if each.get("subscription", webhook) == webhook]
    return found


def types(found: Document) -> list[str]:
    return [each["type"] for part in found["parts"] for each in part["timeline"]]


def test_the_story_of_an_order_is_told_to_all_who_may_hear_it(
    stack: LocalStack,
    self_paying: SellerClient,
    channel: ChannelClient,
    receiver: Receiver,
    tmp_path: Path,
) -> None:
    seller = self_paying
    webhook = seller.subscribe(f"{receiver.url}/hook", "receiver-key").json()["id"]
    package = load(seller, {"LAMP": 3})
    number, line = package["orderNumber"], package["lines"][0]["lineId"]

    said = dry_run(seller, package, 1)
    assert [each["quantity"] for each in said["packages"][0]["successor"]["lines"]] == [2]
    assert dry_run(seller, package, 9)["refusal"]["errors"][0]["key"] == "line.quantity.exceeds.left"
    assert len(seller.packages(number)) == 1

    accepted = seller.cancel(package["shipmentPackageId"], [{"lineId": line, "quantity": 1}])
    name = accepted.headers["Cancellation-Id"]
    assert name == said["cancellations"][0]["cancellationId"]
    receiver.wait_for(2, where=about(package))
    applied = eventually(lambda: read(seller, f"/cancellations/{name}"), lambda found: found["state"] == "applied")
    (successor,) = applied["packages"][0]["successorIds"]

    cancel_id = fresh_cancel_id()
    item = {"cancel_id": cancel_id, "order_number": number, "order_item_number": f"{number}_LAMP"}
    report = {**item, "cancel_quantity": 1, "reason": "wrong_price"}
    promised = channel.http.put("/webhooks/order-cancel/dry-run", json=report).json()
    assert (promised["accepted"], promised["packages"][0]["shipmentPackageId"]) == (True, successor)
    assert channel.http.put("/webhooks/order-cancel", json=report).status_code == 200
    receiver.wait_for(4, where=about(package))
    reported = channel.http.get(f"/v1/cancellations/{cancel_id}").json()
    assert [each["shipmentPackageId"] for each in reported["packages"]] == [successor]

    told = eventually(
        lambda: with_deliveries_to(webhook, read(seller, f"/orders/{number}/timeline")),
        lambda found: [each.get("state") for each in found["parts"][0]["timeline"]].count("delivered") == 4,
    )
    packages = told["parts"][0]["packages"]
    assert [each["depth"] for each in packages] == [0, 1, 2]
    assert [[(x["quantity"], x["status"]) for x in each["lines"]] for each in packages] == [
        [(1, "UnSupplied")],
        [(1, "UnSupplied")],
        [(1, "Created")],
    ]
    assert {kind: types(told).count(kind) for kind in types(told)} == {
        "cancellation.accepted": 2,
        "cancellation.applied": 2,
        "event": 4,
        "delivery": 4,
    }
    as_channel = channel.http.get(f"/v1/orders/{number}/timeline").json()
    names = [[x["cancellationId"] for x in y["lines"]] for y in as_channel["parts"][0]["packages"]]
    assert names == [[None], [str(cancel_id)], [None]]
    assert "delivery" not in types(as_channel)

    assert terminal(stack, tmp_path, number).count("UnSupplied") == 2
    operator = stack.credentials.operator
    auth = (operator.api_key, operator.api_secret)
    whole = seller.http.get(f"/v1/operations/orders/{number}", auth=auth).raise_for_status().json()
    assert json.loads(terminal(stack, tmp_path, number, "--json")) == whole
    assert [each["trendyolId"] or each["hepsiglobalId"] for each in of_kind(whole, "accepted")] == [
        name,
        str(cancel_id),
    ]
    told_of = [each["deliveryId"] for each in of_kind(whole, "told") if each["subscriptionId"] == webhook]
    assert told_of == [each["id"] for each in told["parts"][0]["timeline"] if each["type"] == "delivery"]
    units = {each: whole["parts"][0]["units"][0][each] for each in ("ordered", "cancelled", "live", "lost")}
    assert units == {"ordered": 3, "cancelled": 2, "live": 1, "lost": 0}


def of_kind(whole: Document, kind: str) -> list[Document]:
    return [each for part in whole["parts"] for each in part["timeline"] if each["kind"] == kind]


def terminal(stack: LocalStack, folder: Path, number: str, *options: str) -> str:
    """What `cleave order` prints."""
    state = StateDir(folder)
    write_local_json(state.local_json, stack.base_url, stack.credentials)
    arguments = ["order", number, "--state", str(folder), *options]
    result = CliRunner().invoke(app, arguments, env={"COLUMNS": "200"})
    assert result.exit_code == 0, result.output
    return result.output
