"""`cleave order`: an order's story in the terminal."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from cleave.application.read import story as whole
from cleave.application.read import timeline_page
from cleave.table.table import Table
from cleave_cli import order as command
from cleave_cli.errors import CleaveError
from cleave_cli.main import app
from cleave_cli.receiver import Answer, Receiver
from rich.console import Console
from typer.testing import CliRunner

from functions.cancel_package.app import handler as cancel_package
from functions.create_webhook.app import handler as create
from functions.find_order.app import handler as find_order
from functions.order_cancel.app import handler as order_cancel
from functions.split_package.app import handler as split_package
from tests.integration.conftest import FrozenClock
from tests.support.gateway import Caller

SELLER: dict[str, object] = {"sellerId": 20811}
ORDER, PACKAGE, SUCCESSOR = "10811190301", 3330811901, 2539000735419543
TRAYS, LAMP = 4765081101, 4765081102


def printed(*parts: object) -> list[str]:
    console = Console(width=300, color_system=None)
    with console.capture() as captured:
        for each in parts:
            console.print(each)
    return [line.rstrip() for line in captured.get().splitlines()]


@pytest.fixture
def story(  # noqa: PLR0913, PLR0917 - fixtures
    table: Table,
    clock: FrozenClock,
    let_happen: Callable[[], None],
    receiver: Receiver,
    de_seller: Caller,
    channel: Caller,
    load: Callable[[str], list[dict[str, Any]]],
) -> Table:
    """Two trays cancelled by the seller and applied, then one by a channel, which waits."""
    webhook = {"url": receiver.url, "authenticationType": "API_KEY", "apiKey": "key"}
    assert de_seller.call(create, webhook, path=SELLER).status == 200
    load("sample-orders")
    body = {"lines": [{"lineId": TRAYS, "quantity": 2}], "reasonId": 500}
    assert de_seller.call(cancel_package, body, path={**SELLER, "packageId": PACKAGE}).status == 200
    clock.move(seconds=1)
    let_happen()
    clock.move(seconds=1)
    named = {"cancel_id": 4711, "order_number": ORDER, "order_item_number": f"{ORDER}_SKU-LAMP"}
    assert channel.call(order_cancel, {**named, "cancel_quantity": 1, "reason": "wrong_price"}).status == 200
    return table


def test_packages_hang_below_those_that_they_came_of(story: Table) -> None:
    (part,) = command.whole_story(story, ORDER, None)["parts"]
    by = "content-a12d1e42f9f251443f8976cc481457f9 of trendyol 20811"
    assert printed(command.tree(ORDER, part)) == [
        f"order {ORDER}, seller 20811, DE",
        f"└── {PACKAGE} Cancelled, order-creation",
        f"    ├── 2 of {ORDER}_SKU-TRAY-GREEN UnSupplied by {by}",
        f"    └── {SUCCESSOR} Created, cancel",
        f"        ├── 1 of {ORDER}_SKU-TRAY-GREEN Created",
        f"        └── 1 of {ORDER}_SKU-LAMP Created, 1 about to be cancelled",
    ]


def test_what_happened_is_listed_in_order_with_whole_ids(story: Table) -> None:
    (part,) = command.whole_story(story, ORDER, frozenset({20811}))["parts"]
    rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in printed(command.events(part)) if "│" in line]
    assert [row[1] for row in rows] == [
        "cancel accepted",
        "cancel applied",
        "event 1",
        "event 2",
        "told",
        "told",
        "cancel accepted",
    ]
    assert rows[0] == [
        "2026-10-18 09:00:00.000",
        "cancel accepted",
        "content-a12d1e42f9f251443f8976cc481457f9 of trendyol 20811",
        f"2 of line {TRAYS} of package {PACKAGE}: out_of_stock",
        "test-request",
    ]
    assert rows[3][2:] == ["status", f"package {SUCCESSOR}: Created", "test-request"]
    assert rows[4][2] == f"20811-{ORDER}-1"
    assert rows[4][3].endswith(": delivered, 1 attempt, last answer 200")
    of_channel = f"1 of line {LAMP} of package {SUCCESSOR}: wrong_price"
    assert rows[6][2:] == ["4711 of hepsiglobal test-credential", of_channel, "test-request"]


def test_a_delivery_says_how_often_it_was_tried_and_its_last_answer(
    story: Table, clock: FrozenClock, let_happen: Callable[[], None], receiver: Receiver
) -> None:
    receiver.respond = lambda _: Answer(503)
    clock.move(seconds=1)
    let_happen()
    (part,) = command.whole_story(story, ORDER, None)["parts"]
    told = [entry["text"].rpartition(": ")[2] for entry in part["timeline"] if entry["kind"] == "told"]
    assert told == [
        "delivered, 1 attempt, last answer 200",
        "delivered, 1 attempt, last answer 200",
        "waiting, 1 attempt, last answer 503",
        "waiting, no answer yet",
    ]


def test_it_says_where_the_units_of_each_line_are(story: Table) -> None:
    (part,) = command.whole_story(story, ORDER, None)["parts"]
    rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in printed(command.units(part)) if "│" in line]
    assert rows == [[str(TRAYS), "SKU-TRAY-GREEN", "3", "2", "1", "0"], [str(LAMP), "SKU-LAMP", "1", "0", "1", "1"]]


def test_a_split_under_way_is_shown(story: Table, de_seller: Caller) -> None:
    other = "10811190302"
    (package,) = command.whole_story(story, other, None)["parts"][0]["packages"]
    path = {**SELLER, "packageId": package["id"]}
    body = {"orderLineIds": [package["lines"][0]["lineId"]]}
    made = de_seller.call(split_package, body, path=path).json["newPackageId"]
    shown = printed(command.tree(other, command.whole_story(story, other, None)["parts"][0]))
    assert f"is being split into {made}" in shown[1]


def test_an_order_of_many_pages_is_one_tree(story: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    at_once = command.whole_story(story, ORDER, None)
    monkeypatch.setattr(timeline_page, "PACKAGES_AT_ONCE", 1)
    monkeypatch.setattr(whole, "EVENTS_AT_ONCE", 1)
    assert command.whole_story(story, ORDER, None) == at_once


def test_json_is_what_the_api_answers(story: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "find_stack", lambda *_: type("Stack", (), {"table": story})())
    printed_json = CliRunner().invoke(app, ["order", ORDER, "--json"]).stdout
    assert json.loads(printed_json) == Caller("operator", (), {}).call(find_order, path={"orderNumber": ORDER}).json


@pytest.mark.parametrize(("number", "seller"), [("none", None), (ORDER, 20812)])
def test_what_is_not_there_is_said_in_a_sentence(story: Table, number: str, seller: int | None) -> None:
    with pytest.raises(CleaveError, match=f"there is no such order: {number}"):
        command.whole_story(story, number, None if seller is None else frozenset({seller}))


@pytest.mark.parametrize("damaged", ["damaged", "trendyol", "trendyol#20811", "nobody#1#key#2", "trendyol#20811#what"])
def test_a_cancellation_of_a_damaged_name_is_shown_by_it(story: Table, damaged: str) -> None:
    (part,) = command.whole_story(story, ORDER, None)["parts"]
    (package, *_) = part["packages"]
    (line, *_) = package["lines"]
    shown = {**part, "packages": [{**package, "lines": [{**line, "cancellationId": damaged}]}]}
    (branch,) = command.tree(ORDER, shown).children
    assert f"by {damaged}" in str(branch.children[0].label)
