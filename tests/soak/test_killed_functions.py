"""Function processes of the deployed template are killed, with SIGKILL, while callers cancel in both dialects."""

import contextlib
import json
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from secrets import choice, randbelow

import httpx
import pytest
from cleave.table.table import Table
from cleave_cli.api import ChannelClient, SellerClient
from cleave_cli.engine import Engine
from cleave_cli.paths import LAMBDA_PYTHON
from cleave_cli.receiver import Receiver
from cleave_cli.stack import LocalStack

from tests.e2e.conftest import channel, other_seller, receiver, self_paying, table
from tests.e2e.test_main_job import import_package
from tests.support.processes import descendants, eventually
from tests.support.samples import Package, fresh_cancel_id
from tests.support.stories import (
    PromiseBrokenError,
    Story,
    Units,
    check_promises,
    check_settled,
    read_story,
    recorded_units,
)

__all__ = ["channel", "other_seller", "receiver", "self_paying", "table"]

ORDERS, KILLS = 12, 20
# A message whose function was killed is seen again after six minutes; then its track's lease has long ended.
PATIENCE_SECONDS = 600

pytestmark = pytest.mark.timeout(1200)


def function_processes(engine: Engine) -> list[int]:
    keeper = engine.process._process.pid  # nobody else needs to know it
    return [pid for pid, command in descendants(keeper).items() if command.startswith(str(LAMBDA_PYTHON))]


@contextmanager
def killing(engine: Engine) -> Iterator[list[int]]:
    """Kill one function process after the other for as long as the block runs."""
    killed: list[int] = []
    stop = threading.Event()

    def kill() -> None:
        while not stop.wait(1 + randbelow(3000) / 1000):  # or none would live long enough to do anything
            running = function_processes(engine)
            if running:
                victim = choice(running)
                with contextlib.suppress(ProcessLookupError):
                    os.kill(victim, signal.SIGKILL)
                    killed.append(victim)

    thread = threading.Thread(target=kill)
    thread.start()
    try:
        yield killed
    finally:
        stop.set()
        thread.join()


def until_answered(call: Callable[[], httpx.Response]) -> None:
    """As a caller does: a request that was not answered is repeated as it is."""
    seen: Counter[str] = Counter()

    def is_accepted() -> bool:
        try:
            answer = call()
        except httpx.TransportError as error:
            seen[repr(error)] += 1
            return False
        seen[f"{answer.status_code} {answer.text[:100]}"] += 1
        assert answer.status_code in {200, 429} or answer.status_code >= 500, answer.text
        return answer.status_code == 200

    assert eventually(is_accepted, within=120), seen


def run_schedules(stack: LocalStack) -> None:
    """The engine keeps no schedules; whatever comes of an invocation, the next one makes up for it."""
    functions = stack.deployment.session.client("lambda", endpoint_url=stack.deployment.endpoint)
    for function in functions.list_functions()["Functions"]:
        if "Reconcile" in function["FunctionName"]:
            functions.invoke(FunctionName=function["FunctionName"], Payload=b"{}")


def story_of(table: Table, seller: SellerClient, package: Package) -> tuple[Story, Units]:
    story = read_story(table, seller.seller.seller_id, package["orderNumber"])
    story.imported_history = len(package["packageHistories"])
    return story, recorded_units(story, {package["lines"][0]["lineId"]: 4})


def is_settled(table: Table, seller: SellerClient, package: Package) -> bool:
    story, units = story_of(table, seller, package)
    check_promises(story, units)
    with contextlib.suppress(PromiseBrokenError):
        check_settled(story, units)
        return True
    return False


def tellings(receiver: Receiver, package: Package) -> list[tuple[int, str]]:
    bodies = [json.loads(request.body) for request in receiver.requests]
    contents = [body["content"][0] for body in bodies if body["content"]]
    told = [each for each in contents if each["orderNumber"] == package["orderNumber"]]
    return list(dict.fromkeys((each["shipmentPackageId"], each["status"]) for each in told))


def test_what_was_accepted_is_applied_and_told_whatever_process_is_killed(
    stack: LocalStack, table: Table, other_seller: SellerClient, channel: ChannelClient, receiver: Receiver
) -> None:
    assert other_seller.subscribe(receiver.url, "key").status_code == 200
    packages = [import_package(other_seller, {"LAMP": 4}) for _ in range(ORDERS)]

    cancel_ids = {package["orderNumber"]: (fresh_cancel_id(), fresh_cancel_id()) for package in packages}

    def cancel(package: Package) -> None:
        number = package["orderNumber"]
        for cancel_id in cancel_ids[number]:
            until_answered(lambda cancel_id=cancel_id: channel.cancel(cancel_id, number, f"{number}_LAMP", 1))  # type: ignore[misc]

    with killing(stack.engine) as killed, ThreadPoolExecutor(4) as callers:
        list(callers.map(cancel, packages))
        while len(killed) < KILLS:
            list(callers.map(cancel, packages))  # a repeat is answered alike, and changes nothing
    for package in packages:
        assert len(story_of(table, other_seller, package)[0].cancellations) == 2
    started = time.monotonic()
    while not all(is_settled(table, other_seller, package) for package in packages):
        assert time.monotonic() - started < PATIENCE_SECONDS
        run_schedules(stack)
        time.sleep(5)

    def all_told() -> bool:
        run_schedules(stack)
        stories = [(package, story_of(table, other_seller, package)[0]) for package in packages]
        events = [[(each.package_id, each.status) for each in story.events] for _, story in stories]
        return [tellings(receiver, package) for package in packages] == events

    assert eventually(all_told, within=PATIENCE_SECONDS, every=5)
    print(f"\n{len(killed)} function processes killed, settled {time.monotonic() - started:.0f} s later")  # noqa: T201
