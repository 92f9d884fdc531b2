"""Who calls the API for `cleave deliveries`: the operator first, then whose webhook it is."""

import base64
from pathlib import Path

import httpx
import pytest
from cleave_cli import callers
from cleave_cli.callers import Owner, client_of, owner_of
from cleave_cli.credentials import Channel, Credentials, Seller, write_local_json
from cleave_cli.errors import CleaveError

SELLER, CHANNEL = Owner(seller=20811), Owner(channel="theirs")
NAMES = ("BASE_URL", "OPERATOR_KEY", "OPERATOR_SECRET", "API_KEY", "API_SECRET", "CLIENT_ID", "CLIENT_SECRET")


@pytest.fixture(autouse=True)
def nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.delenv(f"CLEAVE_{name}", raising=False)


def caller(http: httpx.Client) -> str:
    """Of a request that the client makes."""
    asked = http.build_request("GET", "/v1/webhooks")
    next(http.auth.sync_auth_flow(asked))  # type: ignore[union-attr] # it has a credential
    return base64.b64decode(asked.headers["Authorization"].removeprefix("Basic ")).decode()


def test_of_the_running_stack_it_is_its_operator(tmp_path: Path) -> None:
    made = Credentials([Seller(20811, "DE")], [Channel()])
    write_local_json(tmp_path / "local.json", "http://127.0.0.1:1", made)
    for owner in (SELLER, CHANNEL):
        http = client_of(None, tmp_path, owner)
        assert caller(http) == f"{made.operator.api_key}:{made.operator.api_secret}"
        assert http.params.get("channel") == owner.channel


def test_of_the_environment_an_operator_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(callers, "stack_url", lambda name: f"https://{name}.example.com")
    monkeypatch.setenv("CLEAVE_API_KEY", "key")
    monkeypatch.setenv("CLEAVE_API_SECRET", "secret")
    assert caller(client_of("stack", tmp_path, SELLER)) == "key:secret"
    with pytest.raises(CleaveError, match="CLEAVE_OPERATOR_KEY"):
        client_of("stack", tmp_path, CHANNEL)
    monkeypatch.setenv("CLEAVE_OPERATOR_KEY", "operator")
    monkeypatch.setenv("CLEAVE_OPERATOR_SECRET", "theirs")
    for owner in (SELLER, CHANNEL):
        http = client_of("stack", tmp_path, owner)
        assert (caller(http), str(http.base_url)) == ("operator:theirs", "https://stack.example.com")


def test_without_a_stack_it_says_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert owner_of(None, tmp_path, "webhook") == Owner()
    with pytest.raises(CleaveError, match="CLEAVE_BASE_URL"):
        client_of(None, tmp_path, SELLER)
    monkeypatch.setenv("CLEAVE_BASE_URL", "https://cleave.example.com")
    with pytest.raises(CleaveError, match="CLEAVE_OPERATOR_KEY"):
        client_of(None, tmp_path, SELLER)
