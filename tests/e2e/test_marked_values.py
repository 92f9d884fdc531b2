"""Names, addresses and secrets that the deployed service was told are in no log or metric, and no command prints them.

tests/proofs/test_privileges.py searches what each function says; this searches where it arrives.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from cleave_cli.api import SellerClient
from cleave_cli.credentials import write_local_json
from cleave_cli.main import app
from cleave_cli.receiver import Answer, Receiver
from cleave_cli.stack import LocalStack
from typer.testing import CliRunner

from tests.support.samples import fresh_package

MARK = "Zq9Zq9"
SELLER = 20811


@pytest.fixture
def state(stack: LocalStack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A folder with the running stack's local.json."""
    monkeypatch.delenv("CLEAVE_BASE_URL", raising=False)
    write_local_json(tmp_path / "local.json", stack.base_url, stack.credentials)
    return str(tmp_path)


def marked_package() -> dict[str, Any]:
    person = {"firstName": MARK, "lastName": MARK, "address1": MARK, "phone": MARK, "fullName": MARK}
    return {
        **fresh_package(SELLER, "DE", {"LAMP": 2}, seller_pays=True),
        "customerFirstName": MARK,
        "customerEmail": f"{MARK}@example.com",
        "shipmentAddress": person,
        "invoiceAddress": person,
    }


def test_no_log_metric_or_command_repeats_what_the_service_was_told(
    state: str, self_paying: SellerClient, receiver: Receiver
) -> None:
    receiver.respond = lambda _: Answer(200, body=b"thanks")
    webhook = self_paying.subscribe(receiver.url, f"{MARK}-key").json()["id"]
    package = marked_package()
    refused = {**marked_package(), "lines": [{"lineId": MARK, "quantity": MARK}], "customerId": MARK}
    file = Path(state) / "orders.jsonl"
    file.write_text("".join(f"{json.dumps(row)}\n" for row in (package, refused)))

    said = run("import", str(file), "--state", state)
    assert "1 imported, 0 skipped, 1 refused" in said
    path = f"/integration/order/sellers/{SELLER}/shipment-packages/{package['shipmentPackageId']}/items/unsupplied"
    for body in ({"lines": [{"lineId": MARK, "quantity": 1}], "reasonId": MARK}, MARK, [MARK]):
        assert self_paying.http.put(path, json=body).status_code == 400
    lines = [{"lineId": package["lines"][0]["lineId"], "quantity": 1}]
    assert self_paying.cancel(package["shipmentPackageId"], lines).status_code == 200
    assert len(receiver.wait_for(2)) == 2
    assert any(MARK in request.body.decode() for request in receiver.requests), "receivers are told, and nobody else"

    mine = (webhook, "--seller", str(SELLER), "--state", state)
    delivery = first_delivery(self_paying, webhook)
    said += run("deliveries", "list", *mine) + run("deliveries", "show", webhook, delivery, *mine[1:])
    said += run("deliveries", "resend", webhook, delivery, *mine[1:]) + run(
        "deliveries", "replay", *mine, "--since", "0"
    )
    for command in (["credentials", "list"], ["status"], ["requeue"], ["redrive"], ["logs"]):
        said += run(*command, "--state", state)
    assert "request.answered" in said
    assert "CancellationsAccepted" in said, "metrics are among the functions' lines"
    assert MARK not in said


def run(*arguments: str) -> str:
    return CliRunner().invoke(app, [*arguments]).output


def first_delivery(seller: SellerClient, webhook: str) -> str:
    path = f"/integration/webhook/sellers/{SELLER}/webhooks/{webhook}/deliveries"
    found: str = seller.http.get(path).raise_for_status().json()["content"][0]["id"]
    return found
