"""`cleave trigger` sends what subscribers get: each kind, signed, and as docs/openapi.json says."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from cleave.dialects.cloudevents.render import TURNED_OFF, type_of
from cleave.dialects.trendyol.webhooks import STATUSES
from cleave.domain.domain_events import Fact
from cleave.domain.subscription import ChannelEvent
from cleave_cli.listening.records import open_record
from cleave_cli.main import app
from cleave_cli.openapi.webhooks import schema_of_kind
from cleave_cli.paths import StateDir
from cleave_cli.receiver import Answer, Received, Receiver, running_receiver
from cleave_cli.told.catalogue import KINDS
from standardwebhooks import Webhook, WebhookVerificationError
from typer.testing import CliRunner, Result

from tests.support.documented import documented, errors
from tests.support.template import ROOT

SECRET = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="


def run(*arguments: str, **variables: str) -> Result:
    return CliRunner().invoke(app, ["trigger", *arguments], env={"CLEAVE_WEBHOOK_SECRET": "", **variables})


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with running_receiver() as receiver:
        yield receiver


def sent(receiver: Receiver, event: str, *more: str) -> Received:
    before = len(receiver.requests)
    done = run(event, "--to", f"{receiver.url}/hooks", "--secret", SECRET, *more)
    assert done.exit_code == 0, done.stderr
    (request,) = receiver.requests[before:]
    return request


def test_there_is_a_kind_for_everything_that_somebody_may_be_told() -> None:
    names = {f"trendyol.{status}" for status in STATUSES} | {f"hepsiglobal.{event}" for event in ChannelEvent}
    names |= {type_of(fact) for fact in Fact}
    assert names < set(KINDS)
    assert set(KINDS) - names == {
        *("trendyol.test", "hepsiglobal.test"),
        *("cleave.subscription.tested.v1", "cleave.subscription.turned_off.v1"),
    }


@pytest.mark.parametrize("event", KINDS)
def test_each_kind_is_sent_signed_and_as_documented(receiver: Receiver, event: str) -> None:
    request = sent(receiver, event)
    Webhook(SECRET).verify(request.body, dict(request.headers.items()))
    document = json.loads(request.body)
    assert errors(schema_of_kind(KINDS[event]), document) == []
    assert request.headers["User-Agent"] == "Cleave"


@pytest.mark.parametrize("event", [name for name, kind in KINDS.items() if kind.to_webhooks])
def test_the_document_says_how_each_kind_comes(receiver: Receiver, event: str) -> None:
    request = sent(receiver, event)
    ((method, operation),) = documented()["webhooks"][event].items()
    ((media_type, body),) = operation["requestBody"]["content"].items()
    assert (request.method.lower(), request.headers["Content-Type"]) == (method, media_type)
    assert f"`{request.path.removeprefix('/hooks')}`" in operation["description"] or request.path == "/hooks"
    names = {name.lower() for name in request.headers if name.lower().startswith("webhook-")}
    assert {each["name"] for each in operation["parameters"]} == names
    assert errors(body["schema"], json.loads(request.body)) == []
    example = body["examples"]["example"]["value"]
    assert errors(body["schema"], example) == []
    assert _shape(example) == _shape(json.loads(request.body))


def _shape(value: object) -> object:
    if isinstance(value, dict):
        return {key: _shape(each) for key, each in value.items()}
    return [_shape(each) for each in value] if isinstance(value, list) else type(value)


def test_only_what_goes_to_the_stages_own_bus_is_no_webhook_of_the_document() -> None:
    assert set(KINDS) - set(documented()["webhooks"]) == {type_of(TURNED_OFF)}


@pytest.mark.parametrize("name", [name for name in KINDS if name.startswith("cleave.")])
def test_an_event_fits_its_own_schema_too(receiver: Receiver, name: str) -> None:
    document = json.loads(sent(receiver, name).body)
    schemas = ROOT / "docs" / "schemas"
    envelope = json.loads((schemas / "cloudevent.json").read_text())
    data = json.loads((schemas / f"{name.removeprefix('cleave.')}.json").read_text())
    jsonschema.validate(document, envelope)
    jsonschema.validate(document["data"], data)
    assert (document["type"], document["dataschema"]) == (name, data["$id"])


def test_no_body_fits_the_schema_of_another_kind() -> None:
    """A schema that takes anything would let a wrong renderer through. Packages are of one shape in every status."""
    bodies = {name: _only(_only(each)["requestBody"]["content"]) for name, each in documented()["webhooks"].items()}
    examples = {name: body["examples"]["example"]["value"] for name, body in bodies.items()}
    for name, body in bodies.items():
        others = [other for other in bodies if other != name and not (name + other).count("trendyol.") > 1]
        assert [other for other in others if not errors(body["schema"], examples[other])] == [], name


def _only(values: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
    (value,) = values.values()
    return value


def test_what_happened_is_in_the_message(receiver: Receiver) -> None:
    cancelled: dict[str, Any] = json.loads(sent(receiver, "CANCELLED").body)["content"][0]
    assert [(line["orderLineItemStatusName"], line["quantity"]) for line in cancelled["lines"]] == [
        ("UnSupplied", 2),
        ("UnPacked", 1),
        ("UnPacked", 1),
    ]
    item = json.loads(sent(receiver, "order-cancel").body)
    assert (item["cancel_quantity"], item["reason"]) == (2, "out_of_stock")
    fact = json.loads(sent(receiver, "cleave.cancellation.applied.v1").body)["data"]
    assert (fact["lines"][0]["units"], fact["amountToGiveBack"], fact["successorIds"]) == (
        2,
        "54.00",
        [fact["packageId"] + 5],
    )


def test_no_message_is_taken_for_a_repeat_of_another(receiver: Receiver) -> None:
    ids = [sent(receiver, "created").headers["webhook-id"] for _ in range(2)]
    assert len(set(ids)) == 2


def test_a_wrong_secret_does_not_verify(receiver: Receiver) -> None:
    request = sent(receiver, "created")
    with pytest.raises(WebhookVerificationError):
        Webhook("whsec_" + "A" * 32).verify(request.body, dict(request.headers.items()))


def test_two_secrets_make_two_signatures(receiver: Receiver) -> None:
    other = "whsec_" + "QUJD" * 8
    request = sent(receiver, "created", "--secret", other)
    for secret in (SECRET, other):
        Webhook(secret).verify(request.body, dict(request.headers.items()))


def test_a_header_of_ones_own_is_sent_too(receiver: Receiver) -> None:
    assert sent(receiver, "created", "-H", "x-api-key: what-you-expect").headers["x-api-key"] == "what-you-expect"


def test_a_refusal_is_an_exit_status(receiver: Receiver) -> None:
    receiver.respond = lambda _: Answer(503)
    try:
        refused = run("created", "--to", receiver.url, "--secret", SECRET, "--json")
    finally:
        receiver.respond = lambda _: Answer()
    assert refused.exit_code == 1
    assert json.loads(refused.stdout)["answer"]["status"] == 503


def test_a_receiver_that_is_not_there_is_an_exit_status_and_a_reason() -> None:
    failed = run("created", "--to", "http://127.0.0.1:9", "--secret", SECRET, "--json")
    assert (failed.exit_code, json.loads(failed.stdout)["answer"]["status"]) == (1, None)
    assert "refused" in json.loads(failed.stdout)["answer"]["error"]


def test_without_more_it_goes_where_a_listener_forwards_to_signed_as_its_webhook_signs(
    receiver: Receiver, tmp_path: Path
) -> None:
    with open_record(StateDir(tmp_path), "http://127.0.0.1:1", 20811, f"{receiver.url}/app") as opened:
        opened.note("id", SECRET)
        before = len(receiver.requests)
        assert run("created", "--state", str(tmp_path)).exit_code == 0
        (request,) = receiver.requests[before:]
    assert request.path == "/app"
    Webhook(SECRET).verify(request.body, dict(request.headers.items()))
    for options in ((), ("--to", receiver.url)):
        nobody = run("created", *options, "--state", str(tmp_path))
        assert (nobody.exit_code, nobody.stdout) == (1, "")
        assert "cleave listen" in nobody.stderr


def test_all_kinds_are_listed_for_people_and_for_programs() -> None:
    plain, listed = run("--list"), run("--list", "--json")
    assert [name for name in KINDS if name not in plain.stdout] == []
    assert [each["event"] for each in json.loads(listed.stdout)] == list(KINDS)


def test_a_message_can_be_looked_at_without_being_sent() -> None:
    shown = json.loads(run("hepsiglobal.create-shipment", "--show", "--json").stdout)
    assert (shown["method"], shown["url"]) == ("POST", "https://hooks.example.com/cleave/webhooks/create-shipment")
    assert json.loads(shown["body"]) == shown["document"]
    assert run("created", "--show").stdout.startswith("POST https://hooks.example.com/cleave\nContent-Type:")


@pytest.mark.parametrize(("arguments", "status"), [((), 2), (("nothing.like-it",), 1), (("test", "--show"), 1)])
def test_what_names_no_kind_is_refused(arguments: tuple[str, ...], status: int) -> None:
    refused = run(*arguments)
    assert (refused.exit_code, refused.stdout) == (status, "")
    assert "--list" in refused.stderr


@pytest.mark.parametrize("wrong", [("--secret", "whsec_%"), ("--secret", SECRET, "-H", "no colon")])
def test_a_secret_or_header_that_is_none_is_refused(receiver: Receiver, wrong: tuple[str, ...]) -> None:
    before = len(receiver.requests)
    refused = run("created", "--to", receiver.url, *wrong)
    assert (refused.exit_code, len(receiver.requests)) == (1, before)


def test_the_documents_name_all_kinds() -> None:
    text = (ROOT / "docs" / "webhooks.md").read_text()
    named = {name if name.count(".") else f"trendyol.{name}" for name in re.findall(r"`([\w.-]+)`", text)}
    assert {name for name, kind in KINDS.items() if kind.to_webhooks} - named == set()
