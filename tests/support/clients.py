"""Clients that strangers have published for the marketplace's API, unchanged but for their base URL."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from cleave_cli.credentials import Seller
from trendyol_sdk.api import TrendyolApiClient  # type: ignore[import-untyped] # published without types
from trendyol_sdk.exceptions import TrendyolAPIError  # type: ignore[import-untyped] # published without types
from trendyol_sdk.services import OrderIntegrationService  # type: ignore[import-untyped] # published without types

NPM_PROJECT = Path(__file__).parents[1] / "e2e/npm_client"
_OWN_MACHINE = {"NO_PROXY": "*", "no_proxy": "*"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """``data`` is what the client made of the body."""

    status: int
    data: Any


class RealClient(Protocol):
    """What both clients can do: list, and send what their own methods lack through their own transport."""

    def orders(self, **parameters: object) -> Outcome:
        """getShipmentPackages."""

    def send(self, method: str, path: str, body: object = None) -> Outcome:
        """Any request, with the client's headers, credentials and reading of answers."""


class PythonClient:
    """``trendyol-api-python-sdk``; it reads JSON from every answer."""

    def __init__(self, base_url: str, seller: Seller) -> None:
        self._base_url = base_url
        self.api = TrendyolApiClient(seller.api_key, seller.api_secret, seller.seller_id)
        self.service = OrderIntegrationService(self.api)
        self.service.base_url = f"{base_url}/sapigw/"

    def close(self) -> None:
        """The engine does not stop while a connection is open."""
        self.api._session.requests.close()

    def orders(self, **parameters: object) -> Outcome:
        return Outcome(200, self.service.get_shipment_packages(parameters))

    def send(self, method: str, path: str, body: object = None) -> Outcome:
        try:
            return Outcome(200, self.api.call(method, f"{self._base_url}{path}", params=body))
        except TrendyolAPIError as error:
            return Outcome(error._response.status_code, error._response.json())


class NpmClient:
    """``trendyol-api`` in a Node.js process of its own."""

    def __init__(self, base_url: str, process: subprocess.Popen[str]) -> None:
        self._base_url = base_url
        self._process = process

    def orders(self, **parameters: object) -> Outcome:
        (outcome,) = self.call("getOrders", parameters)
        return outcome

    def send(self, method: str, path: str, body: object = None) -> Outcome:
        arguments = [] if body is None else [body]
        (outcome,) = self.call(method.lower(), f"{self._base_url}{path}", *arguments)
        return outcome

    def call(self, method: str, *arguments: object) -> list[Outcome]:
        """One of the client's methods, or of the HTTP client that it hands out."""
        self.write({"method": method, "args": arguments})
        if self._process.stdout is None:
            raise TypeError("started without a pipe")
        return [Outcome(**outcome) for outcome in json.loads(self._process.stdout.readline())]

    def methods(self) -> set[str]:
        """The names of all that the client can do by itself."""
        return {str(outcome.data) for outcome in self.call("")}

    def write(self, document: object) -> None:
        """A line for the process."""
        if self._process.stdin is None:
            raise TypeError("started without a pipe")
        self._process.stdin.write(json.dumps(document) + "\n")
        self._process.stdin.flush()


def install_npm_client(folder: Path) -> Path:
    """Install what the lock file pins, its hashes checked, in a folder of its own; answers the program."""
    project = shutil.copytree(NPM_PROJECT, folder / "npm_client", ignore=shutil.ignore_patterns("node_modules"))
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"]
    subprocess.run(command, cwd=project, check=True, capture_output=True, timeout=60)  # noqa: S603 - a fixed command
    return project / "client.cjs"


@contextmanager
def npm_client(program: Path, base_url: str, seller: Seller) -> Iterator[NpmClient]:
    """The client, until the end of the context."""
    environment = {**os.environ, **_OWN_MACHINE}
    command = ["node", str(program)]
    with subprocess.Popen(  # noqa: S603 - our own program
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        client = NpmClient(base_url, process)
        settings = {"key": seller.api_key, "secret": seller.api_secret, "seller": seller.seller_id}
        client.write({**settings, "baseUrl": f"{base_url}/sapigw/"})
        yield client
        process.communicate(timeout=10)
