"""`cleave status` and `cleave requeue`: a stack's backlogs, and dead letters back to their queue."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
from cleave import clock
from cleave.application.operate.pending import PendingPage, list_pending
from cleave.application.operate.receivers import failing_receivers
from cleave.application.operate.status import read_status
from cleave.dialects.operations import render_receiver, render_status
from cleave.dialects.pending import render_pending
from cleave.domain.health import Thresholds
from cleave.outbound.failed_batches import count_failed_batches, list_failed_batches
from cleave.outbound.queue import WakeQueue, count_messages
from cleave.table.table import Table

from cleave_cli.console import grid, show
from cleave_cli.credentials import read_endpoint
from cleave_cli.deploy import STACK_NAME, engine_session, read_stack
from cleave_cli.options import FOLDER, JsonOption, StackOption, StateOption
from cleave_cli.paths import StateDir
from cleave_cli.receivers import receivers_grid, show_unreadable
from cleave_cli.reporting import reporting_errors
from cleave_cli.times import shown_time

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient
    from rich.table import Table as Grid

type Document = Mapping[str, Any]

# Of each kind, in the terminal; `cleave` prints all of it with --json.
_MOST = 1000


@dataclass(frozen=True)
class Stack:
    """A deployed stack, on AWS or on the local engine."""

    session: boto3.Session
    endpoint: str | None
    outputs: dict[str, str]
    parameters: dict[str, str] = field(default_factory=dict)

    @property
    def thresholds(self) -> Thresholds:
        """The values above which its alarms go off."""
        return Thresholds(float(self.parameters["AlarmPendingSeconds"]), float(self.parameters["AlarmWaitingSeconds"]))

    @property
    def wake_queue(self) -> WakeQueue:
        """The queue by which its functions are asked to deliver."""
        return WakeQueue(self.sqs, self.outputs["DeliveryQueueUrl"])

    @property
    def table(self) -> Table:
        return Table(self.session.client("dynamodb", endpoint_url=self.endpoint), self.outputs["TableName"])

    @property
    def sqs(self) -> "SQSClient":
        return self.session.client("sqs", endpoint_url=self.endpoint)

    @property
    def s3(self) -> "S3Client":
        return self.session.client("s3", endpoint_url=self.endpoint)


def find_stack(name: str | None, state: Path) -> Stack:
    """The stack on AWS by its name, or the running local one."""
    endpoint = read_endpoint(StateDir(state).local_json) if name is None else None
    session = boto3.Session() if endpoint is None else engine_session()
    return Stack(
        session, endpoint, *read_stack(session.client("cloudformation", endpoint_url=endpoint), name or STACK_NAME)
    )


@reporting_errors()
def status(
    as_json: JsonOption = False,  # noqa: FBT002 - a flag
    stack: StackOption = None,
    state: StateOption = FOLDER,
) -> None:
    """Show whether the service is healthy, and each backlog with its age, owner and runbook."""
    found, at = find_stack(stack, state), clock.now()
    whole = read_all(found, at)
    grids = [gauges_grid(whole)]
    if whole["receivers"]:
        grids.append(receivers_grid(whole["receivers"]))
    if any(whole["pending"][kind] for kind in ("cancellations", "events", "unreadable")):
        grids.append(pending_grid(whole["pending"]))
    show(whole, *grids, as_json=as_json)


def read_all(stack: Stack, at: datetime) -> Document:
    """The answer of GET /v1/operations/status, failing ``receivers`` and ``pending`` work, as the endpoints return
    them."""
    table, bucket = stack.table, stack.outputs["FailedRecordsBucket"]
    failing = failing_receivers(table, at)
    show_unreadable(failing.unreadable)
    letters = count_messages(stack.sqs, stack.outputs["DeliveryDeadLettersUrl"])
    batches = count_failed_batches(stack.s3, bucket)
    gauges = read_status(table, at, stack.thresholds, failed_batches=batches, dead_letters=letters)
    pending = PendingPage(list_pending(table, at, size=_MOST).entries, None)
    return {
        **render_status(at, gauges),
        "receivers": [render_receiver(each) for each in failing.receivers],
        "pending": render_pending(pending, list_failed_batches(stack.s3, bucket)),
    }


def gauges_grid(whole: Document) -> "Grid":
    """Each gauge with its runbook and its alarm's threshold; unhealthy ones are red."""
    shown = grid("backlog", "", "runbook", "alarm")
    for each in whole["gauges"]:
        unit = " s" if each["unit"] == "seconds" else ""
        sign = "over" if unit else "from"
        alarm = "" if each["threshold"] is None else f"{sign} {each['threshold']:.0f}{unit}"
        style = None if each["healthy"] else "bold red"
        shown.add_row(each["label"], f"{each['value']:.0f}{unit}", each["runbook"], alarm, style=style)
    return shown


def pending_grid(pending: Document) -> "Grid":
    """Pending work by order, the longest first of each kind."""
    shown = grid("since, UTC", "what", "order", "seller", "which", "request")
    for since, *row in _pending_rows(pending):
        shown.add_row(shown_time(since), *row)
    return shown


def _pending_rows(pending: Document) -> Iterator[tuple[Any, ...]]:
    for each in pending["cancellations"]:
        of_order = (each["orderNumber"], str(each["sellerId"]))
        yield each["since"], "package waits", *of_order, f"package {each['packageId']}", each["correlationId"]
    for each in pending["events"]:
        of_order = (each["orderNumber"], str(each["sellerId"]))
        yield each["since"], "event waits", *of_order, f"event {each['sequence']}", each["correlationId"]
    for each in pending["unreadable"]:
        yield each["since"], "is damaged", "", "", each["item"], ""


@reporting_errors()
def requeue(
    as_json: JsonOption = False,  # noqa: FBT002 - a flag
    stack: StackOption = None,
    state: StateOption = FOLDER,
) -> None:
    """Put dead letters back on the delivery queue. Repeating it does no harm."""
    found = find_stack(stack, state)
    dead, alive = found.outputs["DeliveryDeadLettersUrl"], found.outputs["DeliveryQueueUrl"]
    moved = 0
    while messages := found.sqs.receive_message(QueueUrl=dead, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            found.sqs.send_message(QueueUrl=alive, MessageBody=message["Body"])
            found.sqs.delete_message(QueueUrl=dead, ReceiptHandle=message["ReceiptHandle"])
            moved += 1
    show({"moved": moved}, f"{moved} messages are back on the queue.", as_json=as_json)
