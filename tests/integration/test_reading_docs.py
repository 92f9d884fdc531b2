"""The examples of docs/reading-back.md are what the service answers."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from cleave_cli.receiver import Receiver

from functions.cancel_package.app import handler as cancel_package
from functions.create_webhook.app import handler as create
from functions.dry_run_cancel_package.app import handler as dry_run
from functions.dry_run_order_cancel.app import handler as dry_run_order_cancel
from functions.get_cancellation.app import handler as get_cancellation
from functions.get_order_timeline.app import handler as get_timeline
from tests.integration.conftest import FrozenClock
from tests.support.examples import examples, is_part_of
from tests.support.gateway import Caller
from tests.support.template import ROOT

TEXT = (ROOT / "docs/reading-back.md").read_text(encoding="utf-8")
EXAMPLES = examples(TEXT)
SELLER: dict[str, object] = {"sellerId": 20811}
PACKAGE: dict[str, object] = {**SELLER, "packageId": 3330811901}
ORDER, TRAY = "10811190301", "10811190301_SKU-TRAY-GREEN"
BODY = {"lines": [{"lineId": 4765081101, "quantity": 2}], "reasonId": 500}
WRONG = {"lines": [{"lineId": 4765081101, "quantity": 9}, {"lineId": 1, "quantity": 1}], "reasonId": 500}


def item(cancel_id: int, quantity: int, number: str) -> dict[str, object]:
    named = {"cancel_id": cancel_id, "order_number": ORDER, "order_item_number": number}
    return {**named, "cancel_quantity": quantity, "reason": "out_of_stock"}


def test_what_is_answered_is_as_documented(
    clock: FrozenClock,
    let_happen: Callable[[], None],
    receiver: Receiver,
    de_seller: Caller,
    channel: Caller,
    load: Callable[[str], list[dict[str, Any]]],
) -> None:
    seller = replace(de_seller, request_id=EXAMPLES["cancellation"]["correlationId"])
    webhook = {"url": receiver.url, "authenticationType": "API_KEY", "apiKey": "key"}
    assert seller.call(create, webhook, path=SELLER).status == 200
    load("sample-orders")
    assert seller.call(dry_run, BODY, path=PACKAGE).json == EXAMPLES["dry run"]
    assert seller.call(dry_run, WRONG, path=PACKAGE).json == EXAMPLES["a seller's refused"]
    many = {"cancel_items": [item(1, 9, TRAY), item(2, 1, f"{ORDER}_SKU-CUP")]}
    assert channel.call(dry_run_order_cancel, many).json == EXAMPLES["a channel's refused"]
    name = seller.call(cancel_package, BODY, path=PACKAGE).headers["Cancellation-Id"]
    clock.move(seconds=1)
    let_happen()
    assert seller.call(get_cancellation, path={**SELLER, "cancellationId": name}).json == EXAMPLES["cancellation"]
    found = seller.call(get_timeline, path={**SELLER, "orderNumber": ORDER}).json
    assert is_part_of(EXAMPLES["timeline"], found)
    types = [each["type"] for each in EXAMPLES["timeline"]["parts"][0]["timeline"]]
    assert [*types, "delivery"] == [each["type"] for each in found["parts"][0]["timeline"]]


def test_every_example_is_compared_here() -> None:
    assert len(EXAMPLES) == TEXT.count("```json")
    compared = set(re.findall(r"EXAMPLES\[\"(.*?)\"\]", Path(__file__).read_text(encoding="utf-8")))
    assert set(EXAMPLES) == compared - {"(.*?)"}
