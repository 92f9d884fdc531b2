"""`cleave import` against a real HTTP server that answers what it is told to."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cleave_cli import import_target
from cleave_cli.main import app
from cleave_cli.receiver import Answer, Received, Receiver, running_receiver
from typer.testing import CliRunner, Result

SELLER = 20811
PACKAGE = {"shipmentPackageId": 1, "supplierId": SELLER, "lines": []}
ORDER = {"order_number": "HG-1", "order_items": []}
TOKEN = Answer(200, {"Content-Type": "application/json"}, b'{"access_token": "t-1", "expires_in": 3600}')


@pytest.fixture
def service() -> Iterator[Receiver]:
    with running_receiver() as receiver:
        receiver.respond = answering({})
        yield receiver


def answering(by_path: dict[str, Answer]) -> Callable[[Received], Answer]:
    """200 for everything that is not told otherwise; a token for who asks for one."""
    return lambda request: by_path.get(request.path, TOKEN if request.path == "/v1/auth/token" else Answer())


@pytest.fixture
def run(service: Receiver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Runs the command on a file with a text, as the service's seller and channel; it does not sleep."""
    local = {
        "base_url": service.url.rstrip("/"),
        "sellers": [{"seller_id": SELLER, "store_front_code": "DE", "api_key": "key", "api_secret": "secret"}],
        "channels": [{"client_id": "channel", "client_secret": "secret"}],
        "operator": {"api_key": "o", "api_secret": "s"},
        "support": {"api_key": "s", "api_secret": "s"},
    }
    (tmp_path / "local.json").write_text(json.dumps(local))
    monkeypatch.setattr(import_target, "_LONGEST_PAUSE_SECONDS", 0.0)
    for name in ("CLEAVE_BASE_URL", "CLEAVE_SELLER_ID", "CLEAVE_CLIENT_ID"):
        monkeypatch.delenv(name, raising=False)

    def invoke(text: str, *options: str, name: str = "orders.jsonl") -> Result:
        (tmp_path / name).write_text(text)
        return CliRunner().invoke(app, ["import", str(tmp_path / name), "--state", str(tmp_path), *options])

    return invoke


def lines(*rows: object) -> str:
    return "".join(f"{json.dumps(row)}\n" for row in rows)


def sent(service: Receiver) -> list[tuple[str, Any]]:
    return [(each.path, json.loads(each.body)) for each in service.requests if each.path != "/v1/auth/token"]


PACKAGES, ORDERS = f"/integration/order/sellers/{SELLER}/orders", "/v1/orders"


def test_rows_of_both_shapes_go_where_each_belongs(run: Callable[..., Result], service: Receiver) -> None:
    result = run(lines(PACKAGE, ORDER))
    assert (result.exit_code, result.output) == (0, "2 imported, 0 skipped, 0 refused\n")
    assert sent(service) == [(PACKAGES, PACKAGE), (ORDERS, ORDER)]
    headers = [request.headers["Authorization"] for request in service.requests]
    assert headers == ["Basic a2V5OnNlY3JldA==", None, "Bearer t-1"]


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"totalElements": 2, "content": [PACKAGE, {**PACKAGE, "shipmentPackageId": 2}]}, indent=2),
        json.dumps([PACKAGE, {**PACKAGE, "shipmentPackageId": 2}]),
        lines(PACKAGE, {**PACKAGE, "shipmentPackageId": 2}),
        lines({"content": [PACKAGE]}, [{**PACKAGE, "shipmentPackageId": 2}]),
    ],
    ids=["a page", "a list", "lines in a .json file", "pages in lines"],
)
def test_every_shape_of_a_json_file_is_taken(run: Callable[..., Result], service: Receiver, text: str) -> None:
    assert run(text, name="orders.json").exit_code == 0
    assert [body["shipmentPackageId"] for _, body in sent(service)] == [1, 2]


def test_every_refused_row_is_reported_with_its_place_and_reason(run: Callable[..., Result], service: Receiver) -> None:
    trendyol = {"errors": [{"key": "bad.request", "message": "lines: too short", "errorCode": ""}]}
    problem = {"errors": [{"key": "company.not.found", "field": "order_items.0.company_id", "detail": "none"}]}
    service.respond = answering(
        {
            PACKAGES: Answer(400, body=json.dumps(trendyol).encode()),
            ORDERS: Answer(404, body=json.dumps(problem).encode()),
        }
    )
    result = run(lines(PACKAGE, ORDER) + "{\n\n" + lines({"a": 1}, PACKAGE | {"supplierId": "five"}))
    assert result.exit_code == 1
    assert result.output.splitlines()[:6] == [
        "line 1: 400 bad.request: lines: too short",
        "line 2: 404 company.not.found: order_items.0.company_id: none",
        "line 3: is not JSON: Expecting property name enclosed in double quotes, at character 2",
        "line 5: is neither a package (shipmentPackageId) nor an order (order_number)",
        "line 6: there are no credentials for seller 'five' (supplierId)",
        "0 imported, 0 skipped, 5 refused",
    ]


def test_programs_get_what_became_of_the_file_as_a_document(run: Callable[..., Result], service: Receiver) -> None:
    refused = {"errors": [{"key": "bad.request", "message": "lines: too short", "errorCode": ""}]}
    service.respond = answering({PACKAGES: Answer(400, body=json.dumps(refused).encode())})
    result = run(lines(PACKAGE, ORDER), "--json")
    row = {"row": "line 1", "reason": "400 bad.request: lines: too short"}
    assert (result.exit_code, json.loads(result.stdout)) == (1, {"imported": 1, "skipped": 0, "refused": [row]})
    service.respond = answering({PACKAGES: Answer(403)})
    stopped = run(lines(PACKAGE, ORDER), "--json")
    assert (stopped.exit_code, json.loads(stopped.stdout)["imported"]) == (1, 0)
    assert "Import stopped" in stopped.stderr


def test_the_marketplaces_word_goes_where_it_belongs(run: Callable[..., Result], service: Receiver) -> None:
    words = lines(
        {"shipmentPackageId": 1, "supplierId": 20815, "status": "Shipped"},
        {"shipmentPackageId": 2, "supplierId": SELLER, "status": "Returned", "lines": [{"lineId": 1, "quantity": 1}]},
        {"shipment_id": 3, "status": "shipped"},
        {"order_number": "A/1", "order_item_number": "A 1", "status": "delivered", "quantity": 1},
        {"shipmentPackageId": 4, "supplierId": 20815, "orderNumber": "4", "status": "Shipped", "lines": []},
    )
    result = run(words)
    assert (result.exit_code, "5 imported" in result.output) == (0, True)
    stage = "/integration/test/order/sellers/{}/shipment-packages/{}/status"
    assert sent(service)[:4] == [
        (stage.format(20815, 1), {"status": "Shipped", "lines": [], "params": {}}),
        (stage.format(SELLER, 2), {"status": "Returned", "lines": [{"lineId": 1, "quantity": 1}], "params": {}}),
        ("/v1/shipments/3/status", {"status": "shipped"}),
        ("/v1/orders/A%2F1/order_items/A%201/delivery", {"status": "delivered", "quantity": 1}),
    ]
    assert sent(service)[4][0] == "/integration/order/sellers/20815/orders"
    assert "5 skipped" in run(words).output


def test_the_same_command_again_sends_only_what_was_not_accepted(run: Callable[..., Result], service: Receiver) -> None:
    service.respond = answering({ORDERS: Answer(409)})
    assert run(lines(PACKAGE, ORDER)).exit_code == 1
    service.respond = answering({})
    result = run(lines(PACKAGE, ORDER))
    assert (result.exit_code, result.output) == (0, "1 imported, 1 skipped, 0 refused\n")
    assert sent(service) == [(PACKAGES, PACKAGE), (ORDERS, ORDER), (ORDERS, ORDER)]


def test_a_row_that_has_changed_is_another_row(run: Callable[..., Result], service: Receiver) -> None:
    run(lines(PACKAGE))
    run(lines({**PACKAGE, "note": 1}))
    assert len(sent(service)) == 2


def test_an_import_that_was_cut_off_goes_on_with_the_row_it_was_at(
    run: Callable[..., Result], service: Receiver, tmp_path: Path
) -> None:
    run(lines(PACKAGE, ORDER))
    (done,) = (tmp_path / "imports").iterdir()
    done.write_text(done.read_text()[:-30])
    assert "1 imported, 1 skipped" in run(lines(PACKAGE, ORDER)).output
    assert "0 imported, 2 skipped" in run(lines(PACKAGE, ORDER)).output
    assert len(sent(service)) == 3


def test_rows_are_sent_again_on_request_and_to_another_stack(
    run: Callable[..., Result], service: Receiver, tmp_path: Path
) -> None:
    run(lines(PACKAGE))
    assert "1 imported" in run(lines(PACKAGE), "--again").output
    local = json.loads((tmp_path / "local.json").read_text())
    local["sellers"][0]["api_key"] = "of-another-stack-at-the-same-address"
    (tmp_path / "local.json").write_text(json.dumps(local))
    assert "1 imported" in run(lines(PACKAGE)).output
    assert len(sent(service)) == 3


def test_a_service_that_is_busy_is_asked_again(run: Callable[..., Result], service: Receiver) -> None:
    answers = iter([Answer(429), Answer(503), Answer(200)])
    service.respond = lambda _: next(answers)
    assert run(lines(PACKAGE)).exit_code == 0


def test_a_row_that_the_service_stumbles_over_does_not_hold_up_the_others(
    run: Callable[..., Result], service: Receiver
) -> None:
    service.respond = answering({PACKAGES: Answer(500)})
    result = run(lines(PACKAGE, ORDER))
    assert (result.exit_code, "1 imported, 0 skipped, 1 refused" in result.output) == (1, True)


@pytest.mark.parametrize("status", [401, 403, 503])
def test_an_import_stops_where_no_other_row_would_fare_better(
    run: Callable[..., Result], service: Receiver, status: int
) -> None:
    service.respond = answering({PACKAGES: Answer(status)})
    result = run(lines(PACKAGE, ORDER))
    assert (result.exit_code, "Import stopped" in result.output) == (1, True)
    assert all(path == PACKAGES for path, _ in sent(service))


def test_a_token_that_expired_meanwhile_is_fetched_anew(run: Callable[..., Result], service: Receiver) -> None:
    answers = iter([TOKEN, Answer(200), Answer(401), TOKEN, Answer(200)])
    service.respond = lambda _: next(answers)
    assert run(lines(ORDER, {**ORDER, "order_number": "HG-2"})).exit_code == 0


def test_the_environment_names_another_service(
    run: Callable[..., Result], service: Receiver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "local.json").unlink()
    assert "CLEAVE_BASE_URL is not set" in run(lines(PACKAGE)).output
    monkeypatch.setenv("CLEAVE_BASE_URL", service.url)
    monkeypatch.setenv("CLEAVE_SELLER_ID", "20811")
    monkeypatch.setenv("CLEAVE_API_KEY", "key")
    assert "CLEAVE_API_SECRET is not set" in run(lines(PACKAGE)).output
    monkeypatch.setenv("CLEAVE_API_SECRET", "secret")
    assert run(lines(PACKAGE)).exit_code == 0
    assert "no credentials for a channel" in run(lines(ORDER)).output
