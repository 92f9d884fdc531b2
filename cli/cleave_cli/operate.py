"""`cleave status` and `cleave requeue`: what waits anywhere in a stack, and dead letters back to their queue."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
from cleave import clock
from cleave.application.operate.gauges import read_gauges
from cleave.table.table import Table

from cleave_cli.affected import Affected, read_affected
from cleave_cli.console import console, grid
from cleave_cli.credentials import read_endpoint
from cleave_cli.deploy import STACK_NAME, engine_session, stack_outputs
from cleave_cli.options import FOLDER, JsonOption, StackOption, StateOption
from cleave_cli.paths import StateDir
from cleave_cli.reporting import reporting_errors

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient
    from rich.table import Table as Grid


@dataclass(frozen=True)
class Stack:
    """A deployed stack, on AWS or on the local engine."""

    session: boto3.Session
    endpoint: str | None
    outputs: dict[str, str]

    @property
    def table(self) -> Table:
        """Its table."""
        return Table(self.session.client("dynamodb", endpoint_url=self.endpoint), self.outputs["TableName"])

    @property
    def sqs(self) -> "SQSClient":
        """A client of its queues."""
        return self.session.client("sqs", endpoint_url=self.endpoint)

    @property
    def s3(self) -> "S3Client":
        """A client of its buckets."""
        return self.session.client("s3", endpoint_url=self.endpoint)


def find_stack(name: str | None, state: Path) -> Stack:
    """The stack on AWS by its name, or the running local one."""
    endpoint = read_endpoint(StateDir(state).local_json) if name is None else None
    session = boto3.Session() if endpoint is None else engine_session()
    outputs = stack_outputs(session.client("cloudformation", endpoint_url=endpoint), name or STACK_NAME)
    return Stack(session, endpoint, outputs)


@reporting_errors()
def status(
    as_json: JsonOption = False,  # noqa: FBT002 - a flag
    stack: StackOption = None,
    state: StateOption = FOLDER,
) -> None:
    """Show what waits, where, for how long, whom it concerns, and the runbook for each."""
    found, at = find_stack(stack, state), clock.now()
    counted, who = list(rows(found, at)), read_affected(found.table, at)
    if as_json:
        gauges = [{"what": what, "value": value, "runbook": runbook} for what, value, runbook in counted]
        console.print_json(data={"gauges": gauges, "affected": [each.as_document() for each in who]})
        return
    shown = grid("what waits", "", "runbook")
    for what, value, runbook in counted:
        shown.add_row(what, value, runbook)
    console.print(shown)
    if who:
        console.print(affected_grid(who))


def affected_grid(who: Sequence[Affected]) -> "Grid":
    """Those whom something concerns, the longest first."""
    shown = grid("since, UTC", "what", "whose", "which", "how")
    for each in who:
        shown.add_row(f"{each.since:%Y-%m-%d %H:%M:%S}", each.what, each.whose, each.which, each.how)
    return shown


def rows(stack: Stack, at: datetime) -> Iterator[tuple[str, str, str]]:
    """What is shown."""
    gauges = read_gauges(stack.table, at)
    yield "oldest accepted cancellation not applied", f"{gauges.cancellation:.0f} s", "pending-cancellations"
    yield "oldest event not handed to webhooks", f"{gauges.event:.0f} s", "pending-events"
    yield "batches that the stream gave up", str(failed_batches(stack)), "failed-records"
    yield "oldest delivery that waits for a receiver", f"{gauges.delivery:.0f} s", "waiting-deliveries"
    yield "receivers that fail", str(gauges.failing), "waiting-deliveries"
    yield "dead letters of the delivery queue", str(depth(stack, "DeliveryDeadLettersUrl")), "dead-letters"


def failed_batches(stack: Stack) -> int:
    """Objects in the bucket of what was given up, 1,000 at most."""
    return stack.s3.list_objects_v2(Bucket=stack.outputs["FailedRecordsBucket"])["KeyCount"]


def depth(stack: Stack, output: str) -> int:
    """Messages on a queue, about."""
    url = stack.outputs[output]
    answer = stack.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
    return int(answer["Attributes"]["ApproximateNumberOfMessages"])


@reporting_errors()
def requeue(stack: StackOption = None, state: StateOption = FOLDER) -> None:
    """Put dead letters back on the delivery queue; a message says where to look, so twice does no harm."""
    found = find_stack(stack, state)
    dead, alive = found.outputs["DeliveryDeadLettersUrl"], found.outputs["DeliveryQueueUrl"]
    moved = 0
    while messages := found.sqs.receive_message(QueueUrl=dead, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            found.sqs.send_message(QueueUrl=alive, MessageBody=message["Body"])
            found.sqs.delete_message(QueueUrl=dead, ReceiptHandle=message["ReceiptHandle"])
            moved += 1
    console.print(f"{moved} messages are back on the queue.")
