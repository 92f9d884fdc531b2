"""The main job from start to end: import, cancel one unit in each dialect, watch the splits, receive the messages."""

import json
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import httpx

from cleave_cli.api import ChannelClient, SellerClient
from cleave_cli.console import console, step
from cleave_cli.errors import PromiseBrokenError
from cleave_cli.promises import Event, LineBalance, balances, end_then_birth, successors
from cleave_cli.receiver import Received, Receiver
from cleave_cli.samples import Package, Target, first_target, read_packages, sample_of
from cleave_cli.stack import LocalStack
from cleave_cli.story import balance_table, package_tree, webhook_table

DEADLINE_SECONDS = 30.0
POLL_SECONDS = 0.2


@dataclass(frozen=True)
class Case:
    """One seller's sample orders and the unit to cancel in them."""

    client: SellerClient
    dialect: str
    imported: Sequence[Package]
    target: Target

    @property
    def imported_of_order(self) -> list[Package]:
        """The packages of the order that the cancelled unit belongs to, as they were imported."""
        return [package for package in self.imported if package["orderNumber"] == self.target.order_number]

    def now(self) -> list[Package]:
        """Read the order's packages as they are."""
        return self.client.packages(self.target.order_number)


def run_demo(stack: LocalStack, receiver: Receiver) -> None:
    """Run the demo and print its story. Raises PromiseBrokenError if a promise does not hold."""
    trendyol = make_case(stack, 0, "Trendyol")
    hepsiglobal = make_case(stack, 1, "HepsiGlobal")
    cases = (trendyol, hepsiglobal)
    with step("Registering webhooks and importing the sample orders"):
        for case in cases:
            prepare(case, receiver)
    started = time.monotonic()
    with step("Cancelling one unit in the Trendyol dialect"):
        unit = [{"lineId": trendyol.target.line_id, "quantity": 1}]
        expect_success(trendyol.client.cancel(trendyol.target.package_id, unit))
    with step("Cancelling one unit in the HepsiGlobal dialect"):
        cancel_as_channel(stack, hepsiglobal.target)
    with step("Waiting for the splits"):
        for case in cases:
            wait_until(f"package {case.target.package_id} is split", partial(is_split, case))
    with step("Waiting for the webhooks"):
        for case in cases:
            wait_until(f"order {case.target.order_number} is told", partial(is_told, case, receiver))
    tell(cases, receiver, started)


def make_case(stack: LocalStack, index: int, dialect: str) -> Case:
    """Pick one seller of the stack, its sample orders, and a unit in them."""
    seller = stack.credentials.sellers[index]
    imported = read_packages(sample_of(seller))
    return Case(SellerClient(stack.base_url, seller), dialect, imported, first_target(imported))


def prepare(case: Case, receiver: Receiver) -> None:
    """Create the seller's webhook, then make a change that it reports."""
    expect_success(case.client.subscribe(f"{receiver.url}/{case.client.seller.seller_id}", secrets.token_hex(16)))
    expect_success(case.client.import_orders({"content": case.imported}))


def cancel_as_channel(stack: LocalStack, target: Target) -> None:
    """Cancel one unit the way HepsiGlobal does: no package named, a key of the caller's."""
    channel = ChannelClient(stack.base_url, stack.channel)
    expect_success(channel.cancel(1078354, target.order_number, target.item_number))


def expect_success(response: httpx.Response) -> None:
    """Stop the demo at a refusal, and show it."""
    if not response.is_success:
        request = response.request
        message = f"{request.method} {request.url.path} was answered {response.status_code}: {response.text}"
        raise PromiseBrokenError(message)


def wait_until(what: str, holds: Callable[[], bool]) -> None:
    """Poll until it holds. A promise that takes longer than the deadline counts as broken."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not holds():
        if time.monotonic() > deadline:
            raise PromiseBrokenError(f"Waited {DEADLINE_SECONDS:.0f} s in vain until {what}.")
        time.sleep(POLL_SECONDS)


def new_ids(case: Case) -> list[int]:
    """Return the ids of the packages that the cancel has made so far."""
    return [package["shipmentPackageId"] for package in successors(case.target.package_id, case.now())]


def is_split(case: Case) -> bool:
    """Tell whether the package has been replaced."""
    return bool(new_ids(case))


def is_told(case: Case, receiver: Receiver) -> bool:
    """Whether the webhooks reported the changes in their order."""
    return end_then_birth(case.target.package_id, new_ids(case), [event for _, _, event in told(receiver, case)])


def told(receiver: Receiver, case: Case) -> list[tuple[float, int, Event]]:
    """The messages of the seller's webhooks so far, with their times of arrival."""
    seller_id = case.client.seller.seller_id
    return [
        (request.arrived_at, seller_id, event)
        for request in receiver.requests
        if request.path == f"/{seller_id}"
        for event in events_of(request)
    ]


def events_of(request: Received) -> list[Event]:
    """Read a delivery: a page of whole packages."""
    content = json.loads(request.body)["content"]
    return [Event(package["shipmentPackageId"], package["status"]) for package in content]


def tell(cases: Sequence[Case], receiver: Receiver, started: float) -> None:
    """Print the outcome, and whether it adds up."""
    lines: list[LineBalance] = []
    for case in cases:
        now = case.now()
        lines += balances(case.imported_of_order, now)
        console.print()
        console.print(package_tree(title_of(case), case.imported_of_order, now))
    arrivals = sorted(arrival for case in cases for arrival in told(receiver, case))
    console.print()
    console.print(webhook_table([(at - started, seller_id, event) for at, seller_id, event in arrivals]))
    console.print(balance_table(lines))
    check(cases, lines)


def title_of(case: Case) -> str:
    """A title that names the request."""
    target, seller = case.target, case.client.seller
    asked = f"one unit of {target.line['stockCode']} cancelled in the {case.dialect} dialect"
    return f"Order {target.order_number} of seller {seller.seller_id}: {asked}"


def check(cases: Sequence[Case], lines: Sequence[LineBalance]) -> None:
    """Raise PromiseBrokenError if a line does not add up, or if other units than the requested ones are cancelled."""
    wrong = [str(line.line_id) for line in lines if not line.holds]
    if wrong:
        raise PromiseBrokenError(f"Ordered is not cancelled + live on line {', '.join(wrong)}.")
    cancelled = {line.line_id: line.cancelled for line in lines if line.cancelled}
    asked = {case.target.line_id: 1 for case in cases}
    if cancelled != asked:
        raise PromiseBrokenError(f"Asked for the units {asked} (line: units), but {cancelled} are cancelled.")
