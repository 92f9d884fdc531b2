"""`cleave verify` reads a whole table, finds nothing in one that the service wrote, and what somebody broke in it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from cleave.application.operate.verify import Verified, verify
from cleave.store import order_keys
from cleave.store.events import EventSummary, read_summaries
from cleave.table.requests import Delete, Put
from cleave_cli import verify as command
from cleave_cli.main import app
from typer.testing import CliRunner

from tests.proofs.killed_stories import FIRST, Orders
from tests.support.orders import Shop
from tests.support.world import World


@pytest.fixture
def job(world: World) -> Orders:
    """Everything that can happen to an order, done."""
    done = Orders(Shop(world, 801))
    done.run()
    other = Orders(Shop(world, 802))
    other.run()
    world.settle(1)
    return done


def test_what_the_service_wrote_is_in_order(world: World, job: Orders) -> None:
    found = verify(world.table, None, world.clock())
    assert found == Verified(orders=4, packages=16, cancellations=6, events=20)
    one = verify(world.table, job.order, world.clock())
    assert one == Verified(orders=1, packages=7, cancellations=3, events=9)
    assert verify(world.table, "another", world.clock()) == Verified()


def test_what_waits_is_no_fault(world: World, job: Orders) -> None:
    assert job.shop.cancel_item(job.order, f"{job.order}_3", 1, 77).status == 200
    found = verify(world.table, job.order, world.clock())
    assert (found.waiting, found.cancellations, found.findings) == (1, 4, [])
    due = [item for item in world.table.scan("pk, sk, due, expires_at") if "due" in item]
    assert [(item["pk"], item["sk"]) for item in due if "expires_at" in item] == []
    assert due


def test_what_somebody_broke_is_found_where_it_is(world: World, job: Orders) -> None:
    table, seller = world.table, job.shop.seller_id
    Orders(Shop(world, 803)).run()
    table.delete(Delete(order_keys.order(802, "O802")))
    item = table.get(order_keys.package(seller, FIRST))
    assert item is not None
    table.put(Put({**item, "document": b"damaged"}))
    part = table.get(order_keys.order(803, "O803"))
    assert part is not None
    table.put(Put({**part, "live": b"damaged"}))
    findings = verify(table, None, world.clock()).findings
    assert (seller, job.order, f"cannot be read: PACKAGE#{seller}#{FIRST} PACKAGE") in findings
    assert (803, "O803", "cannot be read: ORDER#O803 SELLER#803") in findings
    assert {number for _, number, _ in findings} == {job.order, "O802", "O803"}
    assert verify(table, "O803", world.clock()).findings == [each for each in findings if each[0] == 803]


def test_a_gap_without_an_end_is_named_by_its_beginning(world: World, job: Orders) -> None:
    part = world.table.get(order_keys.order(job.shop.seller_id, job.order))
    assert part is not None
    last = int(part["sequence"])
    world.table.put(Put({**part, "sequence": 10**30}))
    ((_, _, finding),) = verify(world.table, job.order, world.clock()).findings
    assert finding == f"events {list(range(last + 1, last + 101))} are missing or too many, of {10**30}"


def test_what_has_ended_but_is_not_deleted_yet_is_gone(world: World, job: Orders) -> None:
    del job
    found = verify(world.table, None, world.clock() + timedelta(days=731))
    assert (found.packages, found.events, found.findings) == (0, 0, [])


def test_the_command_says_what_is_not_in_order_and_fails(
    world: World, job: Orders, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Found:
        table = replace(world.table, name="another")

    monkeypatch.setattr(command, "find_stack", lambda *_: Found())
    arguments = ["verify", "--table", world.table.name]
    good = CliRunner().invoke(app, arguments)
    assert (good.exit_code, "Everything is in order." in good.output) == (0, True)
    assert "4 orders with 16 packages, 6 cancellations and 20 events" in " ".join(good.output.split())
    _, second, *_ = read_summaries(world.table, job.shop.seller_id, job.order)
    assert isinstance(second, EventSummary)
    world.table.delete(Delete(order_keys.event(job.shop.seller_id, job.order, second.first)))
    bad = CliRunner().invoke(app, arguments, env={"COLUMNS": "200"})
    assert (bad.exit_code, "are missing or too many" in bad.output) == (1, True)
    assert CliRunner().invoke(app, [*arguments, "--order", "x"]).exit_code == 1
