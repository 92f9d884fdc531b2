"""The service as a whole, over HTTP: the template deployed to the local engine, once for the session.

Fixtures:

``stack``         the running ``LocalStack``: ``base_url``, ``credentials``, ``deployment`` (outputs, a boto3
                  session as root, ``endpoint``), ``engine`` (its log); in a folder of its own
``self_paying``   ``SellerClient`` of the seller that pays the carrier itself (storefront DE)
``other_seller``  ``SellerClient`` of the seller for which the marketplace pays (storefront TR)
``channel``       ``ChannelClient``, the HepsiGlobal caller, with its token
``anonymous``     a bare ``httpx.Client`` at the base URL, without credentials
``table``         the service's own view of the deployed table, to look behind the API
``receiver``      a real HTTP receiver on 127.0.0.1, new for each test: ``url``, ``requests``, ``wait_for``,
                  and ``respond`` to program its answers
``client``        each of the clients that strangers have published, with the credentials of ``other_seller``

Everything under tests/e2e is marked ``e2e``. Tests share the stack: take orders with numbers of your own.
"""

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from cleave.table.table import Table
from cleave_cli.api import ChannelClient, SellerClient
from cleave_cli.paths import StateDir
from cleave_cli.receiver import Receiver, running_receiver
from cleave_cli.stack import LocalStack, local_stack

from tests.support.clients import NpmClient, PythonClient, RealClient, install_npm_client, npm_client
from tests.support.subscribing import webhooks_path

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything in this folder, so that no test can forget to."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    """The same start as ``cleave up``."""
    with local_stack(StateDir(tmp_path_factory.mktemp("stack"))) as running:
        yield running


@pytest.fixture(scope="session")
def self_paying(stack: LocalStack) -> Iterator[SellerClient]:
    """A seller whose new packages get no tracking number."""
    client = SellerClient(stack.base_url, stack.credentials.sellers[0])
    with closing(client.http):
        yield client


@pytest.fixture(scope="session")
def other_seller(stack: LocalStack) -> Iterator[SellerClient]:
    """A seller whose new packages get a tracking number of their own."""
    client = SellerClient(stack.base_url, stack.credentials.sellers[1])
    with closing(client.http):
        yield client


@pytest.fixture(scope="session")
def channel(stack: LocalStack) -> Iterator[ChannelClient]:
    """The HepsiGlobal caller."""
    client = ChannelClient(stack.base_url, stack.channel)
    with closing(client.http):
        yield client


@pytest.fixture(scope="session")
def anonymous(stack: LocalStack) -> Iterator[httpx.Client]:
    """A caller that shows nothing."""
    with httpx.Client(base_url=stack.base_url, timeout=30, trust_env=False) as client:
        yield client


@pytest.fixture(scope="session")
def table(stack: LocalStack) -> Table:
    """The deployed table, as root."""
    deployment = stack.deployment
    client = deployment.session.client("dynamodb", endpoint_url=deployment.endpoint)
    return Table(client, deployment.outputs["TableName"])


@pytest.fixture
def receiver(self_paying: SellerClient, other_seller: SellerClient) -> Iterator[Receiver]:
    """A receiver that nobody else's webhooks reach, since its port is its own; sellers' webhooks to it end with it."""
    with running_receiver() as running:
        yield running
        for seller in (self_paying, other_seller):
            for webhook in seller.http.get(webhooks_path(seller)).raise_for_status().json():
                if webhook["url"].startswith(running.url):
                    seller.http.delete(f"{webhooks_path(seller)}/{webhook['id']}").raise_for_status()


@pytest.fixture
def python(other_seller: SellerClient, monkeypatch: pytest.MonkeyPatch) -> Iterator[PythonClient]:
    """A published client in Python. It sends no storeFrontCode, as the other one, so the seller is one of Türkiye."""
    monkeypatch.setenv("NO_PROXY", "*")  # the client asks the environment; the engine is on this machine
    with closing(PythonClient(_base_url(other_seller), other_seller.seller)) as client:
        yield client


@pytest.fixture(scope="session")
def npm(other_seller: SellerClient, tmp_path_factory: pytest.TempPathFactory) -> Iterator[NpmClient]:
    """A published client in JavaScript."""
    if shutil.which("npm") is None:
        pytest.skip("there is no Node.js to run the npm client on")
    program = install_npm_client(tmp_path_factory.mktemp("npm"))
    with npm_client(program, _base_url(other_seller), other_seller.seller) as client:
        yield client


@pytest.fixture(params=["python", "npm"])
def client(request: pytest.FixtureRequest) -> RealClient:
    """Each test runs with each client."""
    found: RealClient = request.getfixturevalue(request.param)
    return found


def _base_url(seller: SellerClient) -> str:
    return str(seller.http.base_url).rstrip("/")
