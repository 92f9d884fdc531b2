"""What the stream's source gave up lies in a bucket, and one command brings it back."""

import io
import json
from collections import Counter
from typing import Any
from unittest import mock

import pytest
from cleave.application.split import due_work
from cleave_cli.errors import CleaveError
from cleave_cli.redrive import Redrive, Redriven, _check

from tests.support.failed_records import Bucket
from tests.support.orders import Shop, wire_package
from tests.support.stories import Units, check_settled, read_story
from tests.support.world import World, handler

SELLER = 601


class Functions:
    """Lambda, with the stream function."""

    def invoke(self, **request: str) -> dict[str, Any]:
        try:
            answer = handler("package_stream")(json.loads(request["Payload"]), None)
        except ValueError:
            return {"FunctionError": "Unhandled", "Payload": io.BytesIO(b"{}")}
        return {"Payload": io.BytesIO(json.dumps(answer).encode())}


def given_up(world: World) -> Bucket:
    stored = [json.dumps(each).encode() for each in world.stream.given_up]
    return Bucket({f"aws/lambda/esm/shard/2026/10/18/{place}": each for place, each in enumerate(stored)})


def redriven(bucket: Bucket) -> list[Redriven]:
    return list(Redrive(bucket, Functions(), "bucket", "stream")())  # type: ignore[arg-type] # fakes of both


def test_what_a_bug_kept_from_being_done_is_done_by_one_command_once_it_is_mended(world: World) -> None:
    shop = Shop(world, SELLER)
    shop.load([wire_package(1, "O", {1: 2}), wire_package(2, "O", {1: 2})])
    assert shop.cancel(1, {1: 1}, "first").status == shop.cancel(2, {1: 1}, "second").status == 200
    with mock.patch.object(due_work, "split_package", side_effect=ZeroDivisionError):
        world.split_and_tell()
        bucket = given_up(world)
        still = redriven(bucket)
    assert [batch.failed for batch in still] == [batch.records for batch in still]
    assert len(bucket.objects) == len(still) > 0
    done = redriven(bucket)
    assert [(batch.key, batch.failed) for batch in done] == [(batch.key, 0) for batch in still]
    assert bucket.objects == {}
    world.settle(1)
    story = read_story(world.table, SELLER, "O")
    accepted: dict[str, Counter[int] | None] = {key: Counter({1: 1}) for key in story.cancellations}
    check_settled(story, Units(Counter({1: 4}), Counter({1: 2}), accepted))


def test_a_batch_that_ends_the_function_stays_and_the_ones_behind_it_are_brought(world: World) -> None:
    shop = Shop(world, SELLER)
    shop.load([wire_package(1, "O", {1: 2})])
    shop.cancel(1, {1: 1}, "first")
    world.clock.step(30_000)
    world.flow()
    world.clock.step(30_000)
    world.split_and_tell()
    good = given_up(world).objects.popitem()[1]
    payload = json.dumps({"Records": [{"eventName": "INSERT"}]})
    no_batch = json.dumps({"requestContext": {}, "payload": payload}).encode()
    bucket = Bucket({"a/1": no_batch, "a/2": good})
    with mock.patch.object(
        Functions,
        "invoke",
        side_effect=[{"FunctionError": "Unhandled"}, Functions().invoke(Payload=json.loads(good)["payload"])],
    ):
        assert [(batch.key, batch.failed) for batch in redriven(bucket)] == [("a/1", 1), ("a/2", 0)]
    assert list(bucket.objects) == ["a/1"]


def test_a_batch_that_cannot_be_read_is_named_and_stays_and_the_others_are_brought(world: World) -> None:
    shop = Shop(world, SELLER)
    shop.load([wire_package(1, "O", {1: 2})])
    good = json.dumps({"requestContext": {}, "payload": json.dumps({"Records": []})}).encode()
    damaged = (b"", b"[]", b'{"payload": 7}', b'{"payload": "{"}', b'{"payload": "[]"}', b"\xff")
    bucket = Bucket({**{f"a/{place}": each for place, each in enumerate(damaged)}, "b/9": good})
    done = redriven(bucket)
    assert [each.words for each in done] == [
        *(f"a/{place} cannot be read" for place in range(len(damaged))),
        "b/9: 0 of 0 records done",
    ]
    assert list(bucket.objects) == [f"a/{place}" for place in range(len(damaged))]
    with pytest.raises(CleaveError, match="6 batches cannot be read"):
        _check(done)
