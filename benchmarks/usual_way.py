"""Baseline (b), accepting a cancel the usual way, in this process."""

import importlib.util
import itertools
import json
import time
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from cleave.table.attributes import to_attributes

from benchmarks import builds
from benchmarks.events import LINE_ID, PACKAGE_ID, cancel_event
from benchmarks.meter import Bill, Call
from benchmarks.operations import order
from benchmarks.scale import to_nowhere
from benchmarks.world import SELLER, STOREFRONT, World

LEFT = 10**12
CONTEXT = SimpleNamespace(
    function_name="benchmark",
    memory_limit_in_mb=256,
    invoked_function_arn="arn:aws:lambda:eu-central-1:000000000000:function:benchmark",
    aws_request_id="00000000-0000-0000-0000-000000000000",
    get_remaining_time_in_millis=lambda: 10_000,
)
_quantities = itertools.count(1)  # other content each time, or the decorator answers from what it stored


def usual_app(form: str = "usual") -> Any:  # noqa: ANN401 - a module
    """Imported now that the environment names a table; ``form`` may be its ``best`` one."""
    spec = importlib.util.spec_from_file_location(f"{form}_app", builds.BASELINES / form / "app.py")
    if spec is None or spec.loader is None:
        raise ImportError(f"the {form} way is not there")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    to_nowhere(module.logger)
    return module


def put_usual(world: World) -> None:
    """A package as it was imported, with so many units that they never end."""
    key = {"pk": f"SELLER#{SELLER}", "sk": f"PACKAGE#{PACKAGE_ID}"}
    left = {str(LINE_ID): LEFT}
    imported = json.loads(json.dumps(order(world)), parse_float=Decimal)
    state = {"storefront": STOREFRONT, "status": "Created", "version": 1, "left": left, "waiting": list[object]()}
    package = {**imported, **key, **state}
    world.plain.put_item(TableName=world.table.name, Item=to_attributes(package))


def accept_usual(world: World) -> Bill:
    put_usual(world)
    app, bill = usual_app(), Bill()
    app.handler(cancel_event(next(_quantities)), CONTEXT)  # makes what is made once
    for client in (app.table.meta.client, app.persistence.client):
        _charge(client, bill)
    started = time.process_time()
    app.handler(cancel_event(next(_quantities)), CONTEXT)
    bill.cpu = time.process_time() - started
    return bill


def _charge(client: Any, bill: Bill) -> None:  # noqa: ANN401 - boto3's clients
    def ask(params: dict[str, Any], **_: object) -> None:
        params["ReturnConsumedCapacity"] = "TOTAL"

    def charged(parsed: dict[str, Any], model: Any, **_: object) -> None:  # noqa: ANN401 - botocore's
        units = {"all": float(parsed["ConsumedCapacity"]["CapacityUnits"])}
        is_read = model.name == "GetItem"
        bill.calls.append(Call(model.name, reads=units if is_read else {}, writes={} if is_read else units))

    client.meta.events.register("before-parameter-build.dynamodb", ask)
    client.meta.events.register("after-call.dynamodb", charged)
