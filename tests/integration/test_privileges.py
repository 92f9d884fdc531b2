"""What functions may do is what they do: their policies in the template against the calls that they make."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from io import StringIO

import pytest
from cleave.api import resources
from cleave.observability import logger
from cleave.store.credentials import Credential, Role, store_credential
from cleave.store.table import Table
from cleave_cli.receiver import Receiver

from tests.integration.conftest import FrozenClock
from tests.support.gateway import Caller
from tests.support.privileges import Grant, Used, granted, used_by
from tests.support.tour import Tour, run

MARK = "Zq7Zq7"
SECRET = ("secretsmanager:GetSecretValue", "TokenSecret")
SEND = ("sqs:SendMessage", "DeliveryQueue")


def on_table(*operations: str) -> set[Grant]:
    return {(f"dynamodb:{operation}", "Table") for operation in operations}


# What the tour does not come by; other tests do. The signing secret is read once for all functions of a process.
UNREACHED: dict[str, set[Grant]] = {
    "authorizer": {SECRET},
    "cancel_order_item": on_table("BatchGetItem"),
    "get_shipment_packages": {("dynamodb:Query", "Table/index/created"), ("dynamodb:Query", "Table/index/modified")},
    "get_shipment_packages_stream": {SECRET},
    "import_orders": on_table("UpdateItem"),
    "list_deliveries": {SECRET},
    "package_stream": {
        *on_table("GetItem"),
        ("s3:ListBucket", "FailedRecords"),  # Lambda's own, for records that failed
        ("s3:PutObject", "FailedRecords/*"),
    },
    "reconcile": {*on_table("BatchGetItem", "GetItem", "PutItem", "Query", "UpdateItem"), SEND},
    "replay_deliveries": {*on_table("PutItem", "Query", "UpdateItem"), SECRET, SEND},
    "sweep_deliveries": {*on_table("DeleteItem", "UpdateItem"), SEND},
}


@pytest.fixture
def told(
    table: Table, clock: FrozenClock, let_happen: Callable[[], None], receiver: Receiver, de_seller: Caller
) -> tuple[Used, str]:
    """What the functions called on a tour of the whole service, and what they logged."""
    clock.now = datetime.now(UTC).replace(microsecond=0)  # as PyJWT has its own
    channel = Caller("channel", (20811,), {}, "tour")
    store_credential(table, Credential("tour", Role.CHANNEL, frozenset({20811})), f"{MARK}-secret", clock())
    log = logging.StreamHandler(StringIO())
    log.setFormatter(logger.registered_formatter)
    logging.getLogger(logger.name).addHandler(log)
    clients = [resources.client(name) for name in ("dynamodb", "sqs", "kms", "secretsmanager")]
    with used_by(*clients) as used:
        run(Tour(de_seller, channel, receiver, let_happen, MARK))
    logging.getLogger(logger.name).removeHandler(log)
    return used, log.stream.getvalue()


@pytest.mark.soak  # moto copies the whole table for every transaction
@pytest.mark.timeout(400)
def test_a_tour_of_the_service_uses_what_is_granted_and_tells_nobody_what_it_was_told(
    told: tuple[Used, str], capsys: pytest.CaptureFixture[str]
) -> None:
    used, log = told
    for function, grants in granted().items():
        assert used.grants[function] <= grants, function
        assert grants - used.grants[function] == UNREACHED.get(function, set()), function
    assert log.count("request.answered") > 100
    for place in (log, "".join(used.messages), *capsys.readouterr()):
        assert MARK not in place
