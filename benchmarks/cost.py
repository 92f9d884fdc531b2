"""What a million cancellations cost, from the counted units and the measured processor time."""

import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from cleave_cli.engine import running_engine
from cleave_cli.paths import StateDir

from benchmarks import prices
from benchmarks.events import cancel_event
from benchmarks.meter import Bill
from benchmarks.operations import accept_hepsiglobal, accept_trendyol, deliver, fan_out, split
from benchmarks.report import table
from benchmarks.scale import Scale
from benchmarks.warm import CONTEXT, put_usual, usual_app
from benchmarks.world import World, world

TITLE = "Dollars per million cancellations"
_BURST = 5
_EVENTS = 2  # the end of the old package, the birth of the new one
_INTRO = (
    "Counted units and this machine's processor time, by the prices and the formula in `benchmarks/prices.py`. One "
    "webhook; authorizer, logs and storage are left out, since they are the same for both. The usual way is compared "
    "by its accept alone: it has no split and no webhooks.\n"
)


@dataclass(frozen=True, slots=True)
class Step:
    """``times`` is how often it happens for each cancellation."""

    bill: Bill
    times: float = 1
    is_request: bool = False

    @property
    def dollars(self) -> tuple[float, float, float, float]:
        """Per million cancellations: API Gateway, Lambda, DynamoDB, queue."""
        return (
            self.times * (prices.API_REQUEST if self.is_request else 0),
            self.times * prices.lambda_dollars(self.bill.cpu, self.bill.round_trips),
            self.times * prices.database_dollars(self.bill.writes, self.bill.reads),
            self.times * prices.queue_dollars(self.bill.messages),
        )


def run(scale: Scale) -> str:
    """The section."""
    with TemporaryDirectory() as folder, running_engine(StateDir(Path(folder))) as engine:
        return _table(partial(_typical, engine.endpoint, scale.pick(1, 3, 9)))


def _table(typical: Callable[[Callable[[World], Bill]], Bill]) -> str:
    accept = Step(typical(accept_trendyol), is_request=True)
    item = Step(typical(accept_hepsiglobal), is_request=True)
    usual = Step(typical(_usual), is_request=True)
    one = Step(typical(partial(split, lines=5, quantity=6, cancellations=1)))
    burst = Step(typical(partial(split, lines=5, quantity=6, cancellations=_BURST)), times=1 / _BURST)
    told = [Step(typical(fan_out), times=_EVENTS), Step(typical(deliver), times=_EVENTS)]
    told_once = [Step(step.bill, times=_EVENTS / _BURST) for step in told]
    cases = {
        "accept, Cleave, Trendyol": [accept],
        "accept, Cleave, HepsiGlobal": [item],
        "accept, the usual way": [usual],
        "split": [one],
        "tell one webhook of two events": told,
        "**a cancellation from request to receiver**": [accept, one, *told],
        f"**the same in bursts of {_BURST} on one package**": [accept, burst, *told_once],
    }
    columns = ("what", "API Gateway", "Lambda", "DynamoDB", "queue", "sum")
    return _INTRO + "\n" + table(columns, [_row(name, steps) for name, steps in cases.items()])


def _row(name: str, steps: list[Step]) -> tuple[str, ...]:
    parts = [sum(each) for each in zip(*(step.dollars for step in steps), strict=True)]
    return (name, *(f"{part:.2f}" for part in (*parts, sum(parts))))


def _typical(endpoint: str, repeats: int, operation: Callable[[World], Bill]) -> Bill:
    """The bill with the median of processor times."""
    bills = []
    for _ in range(repeats):
        with world(endpoint) as one:
            operation(one)  # makes what is made once
            bills.append(operation(one))
    bills[0].cpu = median(bill.cpu for bill in bills)
    return bills[0]


def _usual(one: World) -> Bill:
    put_usual(one)
    app = usual_app()
    bill = Bill()
    for client in (app.table.meta.client, app.persistence.client):
        _charge(client, bill)
    app.handler(cancel_event(next(_quantities)), CONTEXT)  # makes what is made once
    bill.calls, bill.reads, bill.writes = [], 0, 0
    started = time.process_time()
    app.handler(cancel_event(next(_quantities)), CONTEXT)
    bill.cpu = time.process_time() - started
    return bill


_quantities = itertools.count(1)  # other content each time, or the decorator answers from what it stored


def _charge(client: Any, bill: Bill) -> None:  # noqa: ANN401 - boto3's clients
    def ask(params: dict[str, Any], **_: object) -> None:
        params["ReturnConsumedCapacity"] = "TOTAL"

    def charged(parsed: dict[str, Any], model: Any, **_: object) -> None:  # noqa: ANN401 - botocore's
        bill.calls.append(model.name)
        units = parsed["ConsumedCapacity"]["CapacityUnits"]
        if model.name == "GetItem":
            bill.reads += units
        else:
            bill.writes += units

    client.meta.events.register("before-parameter-build.dynamodb", ask)
    client.meta.events.register("after-call.dynamodb", charged)
