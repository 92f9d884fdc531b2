"""Batches of one shard that run at once, as the template allows them: an order's receiver still sees its order.

Lambda keeps the records of one item in order; packages of one order are different items, and may be in batches at once.
"""

import itertools
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from zlib import crc32

from tests.support.orders import Shop, wire_package
from tests.support.stories import check_settled, read_story, recorded_units
from tests.support.stream_source import Record, SourceConfig, StreamSource
from tests.support.template import resources
from tests.support.world import World, handler

ORDER = "O"
PACKAGES = range(1, 13)
ROUNDS, DELIVERERS, BATCH = 2, 4, 3


def batches_at_once() -> int:
    (source,) = resources("AWS::Serverless::Function")["PackageStreamFunction"]["Events"].values()
    factor: int = source["Properties"]["ParallelizationFactor"]
    return factor


def place_of(record: Record) -> int:
    """The batch in turn: Lambda takes a hash of the item's key."""
    image = record["dynamodb"]["NewImage"]
    return crc32(f"{image['pk']['S']}/{image['sk']['S']}".encode()) % batches_at_once()


def work_off_at_once(world: World) -> None:
    """Everything in the stream, in batches at once, while what comes of it is delivered."""
    config = SourceConfig.from_template()
    sources = [StreamSource(config, handler("package_stream")) for _ in range(batches_at_once())]
    for record in filter(config.lets_through, world.engine_stream.new_records()):
        sources[place_of(record)].take([record])
    done = threading.Event()
    begin = threading.Barrier(len(sources) + DELIVERERS)

    def split(source: StreamSource) -> None:
        begin.wait()
        source.drain(BATCH)

    def deliver() -> None:
        begin.wait()
        while not done.is_set() or world.queue.messages:
            deliver_one(world)

    with ThreadPoolExecutor(len(sources) + DELIVERERS) as threads:
        delivering = [threads.submit(deliver) for _ in range(DELIVERERS)]
        splitting = [threads.submit(split, source) for source in sources]
        try:
            for each in splitting:
                each.result()
        finally:
            done.set()
        for each in delivering:
            each.result()
    assert [source.given_up for source in sources] == [[]] * len(sources)


def deliver_one(world: World) -> None:
    try:
        message = world.queue.messages.pop()
    except IndexError:
        time.sleep(0.001)
        return
    event = {"Records": [{"messageId": str(message.number), "body": message.body}]}
    assert handler("deliver_webhook")(event, None) == {"batchItemFailures": []}


def dawdle_before_every_fourth_delivery(world: World) -> None:
    """So that later events of the order wait before it does, and are looked at meanwhile."""
    numbers = itertools.count(1)

    def interfere(request: dict[str, Any]) -> None:
        if request.get("Item", {}).get("pk", {}).get("S", "").startswith("WAITING#") and not next(numbers) % 4:
            time.sleep(0.3)

    world.breaker.interfere = interfere


def cancel_of_each(world: World, shop: Shop, number: int) -> None:
    """A unit of every live package of the order."""
    story = read_story(world.table, shop.seller_id, ORDER)
    for package_id in story.live:
        line_id = story.packages[package_id].package.lines[0].line_id
        assert shop.cancel(package_id, {line_id: 1}, f"{package_id}-{number}").status == 200


def test_a_receiver_sees_an_orders_events_in_their_order_however_batches_run_at_once(world: World) -> None:
    shop = Shop(world, 5001)
    assert shop.load([wire_package(each, ORDER, {each: 3}) for each in PACKAGES]).status == 200
    world.split_and_tell()
    assert shop.subscribe().status == 200
    dawdle_before_every_fourth_delivery(world)
    for number in range(ROUNDS):
        cancel_of_each(world, shop, number)
        work_off_at_once(world)
    requests = [each for each in world.receiver.requests if json.loads(each.body).get("content")]
    assert [int(each.headers["webhook-sequence"]) for each in requests] == list(range(1, len(requests) + 1))
    assert len(requests) == ROUNDS * len(PACKAGES) * 2, "the end of each package and the birth of the next one"
    story = read_story(world.table, shop.seller_id, ORDER)
    check_settled(story, recorded_units(story, dict.fromkeys(PACKAGES, 3)))
