"""Whatever a receiver answers is a failed attempt with a schedule, is shown without secrets, and is logged nowhere."""

import base64
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from cleave_cli.receiver import Answer as Reply
from cleave_cli.receiver import Receiver

from functions.cancel_package.app import handler as cancel_package
from functions.create_webhook.app import handler as create
from functions.get_delivery.app import handler as get_delivery
from functions.list_deliveries.app import handler as list_deliveries
from functions.ping_webhook.app import handler as ping
from tests.support.gateway import Caller

SELLER: dict[str, object] = {"sellerId": 20811}
SECRET = 'ab/cd+ef"gh'
FORMS = {
    "JSON": json.dumps({"key": SECRET}).replace("/", "\\/"),
    "URL": f"?key={quote(SECRET, safe='')}",
    "base64": base64.b64encode(SECRET.encode()).decode(),
    "as it is": SECRET,
}


@pytest.fixture
def told(
    let_happen: Callable[[], None], receiver: Receiver, de_seller: Caller, load: Callable[[str], Any]
) -> Callable[[Reply], dict[str, Any]]:
    """The first delivery of a cancelled package, with its attempts, to a receiver that answers so; its webhook too."""
    body = {"url": f"{receiver.url}/hook?token={SECRET[:5]}", "authenticationType": "API_KEY", "apiKey": SECRET}

    def tell(reply: Reply) -> dict[str, Any]:
        receiver.respond = lambda _: reply
        path = {**SELLER, "webhookId": de_seller.call(create, body, path=SELLER).json["id"]}
        load("sample-orders")
        cancelled = {"lines": [{"lineId": 4765081101, "quantity": 1}], "reasonId": 500}
        assert de_seller.call(cancel_package, cancelled, path={**SELLER, "packageId": 3330811901}).status == 200
        let_happen()
        first = de_seller.call(list_deliveries, path=path).json["content"][0]
        one: dict[str, Any] = de_seller.call(get_delivery, path={**path, "deliveryId": first["id"]}).json
        return {**one, "tested": de_seller.call(ping, path=path).json}

    return tell


@pytest.mark.parametrize(
    "value",
    [
        "Mon, 01 Jan 99999999999999999999 00:00:00 GMT",
        "Mon, 99999999999999999999 Jan 2027 00:00:00 GMT",
        "Mon, 01 Jan 2027 99999999999999999999:00:00 GMT",
        "Mon, 01 Jan 2027 00:00:00 +99999999999999999999",
        "9" * 5000,
    ],
)
def test_a_pause_that_is_no_time_is_a_failed_attempt_like_any_other(
    told: Callable[[Reply], dict[str, Any]], value: str
) -> None:
    found = told(Reply(503, {"Retry-After": value}))
    assert (found["state"], found["attempts"], found["lastAnswer"]) == ("waiting", 1, "503")
    assert [each["status"] for each in found["attemptLog"]] == [503]
    assert (found["tested"]["ok"], found["tested"]["status"]) == (False, 503)


@pytest.mark.parametrize("form", FORMS)
def test_a_secret_that_a_receiver_repeats_is_neither_shown_nor_logged(
    told: Callable[[Reply], dict[str, Any]],
    form: str,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    found = told(Reply(500, body=f"bad key {FORMS[form]}".encode()))
    shown = found["attemptLog"][0]["answer"]
    assert shown in {"***", "bad key ***"}
    out, err = capfd.readouterr()
    for said in (SECRET, FORMS[form], "token="):
        assert said not in out + err + caplog.text
