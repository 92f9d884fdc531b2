"""Cleave on the local engine, as a service to be measured: this checkout, or another one's process."""

import itertools
import json
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cleave_cli.api import SellerClient
from cleave_cli.credentials import Seller
from cleave_cli.paths import StateDir
from cleave_cli.receiver import Received, Receiver
from cleave_cli.stack import local_stack

from tests.support.samples import Package, fresh_package

_LINES, _UNITS = 5, 6
_numbers = itertools.count(secrets.randbelow(10**9) * 1000)


@dataclass
class Cleave:
    """Implements ``benchmarks.load.Service``."""

    client: SellerClient
    packages: dict[str, Package] = field(default_factory=dict)

    def new_order(self) -> str:
        seller = self.client.seller
        quantities = {f"SKU-{number}": _UNITS for number in range(_LINES)}
        package = fresh_package(
            seller.seller_id, seller.store_front_code, quantities, seller_pays=True, number=next(_numbers)
        )
        self.client.import_orders({"content": [package]}).raise_for_status()
        number: str = package["orderNumber"]
        self.packages[number] = package
        return number

    def cancel(self, order: str, number: int) -> None:
        """A unit of one of the lines in turn."""
        package = self.packages[order]
        line = package["lines"][number % _LINES]
        self.client.cancel(package["shipmentPackageId"], [{"lineId": line["lineId"], "quantity": 1}]).raise_for_status()

    def order_of(self, request: Received) -> str:
        """By the package in it; a ping has none."""
        content = json.loads(request.body).get("content") or [{}]
        return str(content[0].get("orderNumber", ""))


@contextmanager
def this_cleave(receiver: Receiver) -> Iterator[Cleave]:
    """This checkout's, with an engine of its own."""
    with TemporaryDirectory() as folder, local_stack(StateDir(Path(folder))) as stack:
        yield _subscribed(stack.base_url, stack.credentials.sellers[0], receiver)


def cleave_of(local_json: Path, receiver: Receiver) -> Cleave:
    """The one that another process runs and has described in the file."""
    local: Mapping[str, Any] = json.loads(local_json.read_text())
    return _subscribed(local["base_url"], Seller(**local["sellers"][0]), receiver)


def _subscribed(base_url: str, seller: Seller, receiver: Receiver) -> Cleave:
    client = SellerClient(base_url, seller)
    client.subscribe(receiver.url, secrets.token_hex(16)).raise_for_status()
    return Cleave(client)
