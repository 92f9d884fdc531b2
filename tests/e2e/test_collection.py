"""Each request of the collection, in its order, against the running stack."""

import json
from pathlib import Path

import httpx
from cleave_cli.credentials import postman_environment, read_environment, write_local_json
from cleave_cli.openapi.collection import COLLECTION
from cleave_cli.openapi.routes import pages, routes
from cleave_cli.paths import StateDir
from cleave_cli.receiver import Receiver
from cleave_cli.stack import LocalStack

from tests.support.collected import collected, kept, send
from tests.support.documented import problems
from tests.support.samples import fresh_cancel_id

# Of an order that is new: these must do what they are there for.
MUST_SUCCEED = {
    *("authToken", "importOrders", "getShipmentPackages", "getShipmentPackagesStream", "cancelPackage"),
    *("dryRunOrderCancel", "orderCancel", "createOrder", "getCancellation", "getOrderTimeline"),
    *("createWebhook", "listWebhooks", "getWebhook", "pingWebhook", "rotateWebhookSecret", "listDeliveries"),
    *("createChannelWebhook", "getWebhookChannel", "replayDeliveriesChannel", "deleteWebhook", "deleteWebhookChannel"),
}


def test_each_request_is_answered_as_documented(stack: LocalStack, receiver: Receiver, tmp_path: Path) -> None:
    local = StateDir(tmp_path).local_json
    write_local_json(local, stack.base_url, stack.credentials)
    settings = postman_environment(read_environment(local))["values"]
    collection = json.loads(_of_a_new_order(COLLECTION.read_text()))
    variables = {each["key"]: each["value"] for each in (*collection["variable"], *settings)}
    variables |= {"webhookUrl": receiver.url, "channelUrl": f"{receiver.url}/api"}
    by_name = {route.operation_id: route for route in (*routes(), *pages())}
    wrong, done = [], set()
    with httpx.Client(timeout=30, trust_env=False) as http:
        for each in collected(collection):
            answer = send(http, each.item["request"], variables)
            variables |= kept(each.item, answer)
            wrong += problems(by_name[each.name], answer.status_code, answer.headers, answer.text)
            done |= {each.name} if answer.is_success else set()
    assert wrong == []
    assert MUST_SUCCEED - done == set()


def _of_a_new_order(text: str) -> str:
    """The sample order may have been cancelled by another test of the session."""
    number = str(fresh_cancel_id())
    return text.replace("10811190301", f"C{number}").replace("3330811901", f"7{number}")
