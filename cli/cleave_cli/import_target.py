"""An import's target and credentials: from the running local stack, or from environment variables."""

import os
import time
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any

import httpx

from cleave_cli.api import TIMEOUT_SECONDS
from cleave_cli.callers import seller_named
from cleave_cli.credentials import read_local_json
from cleave_cli.errors import CleaveError
from cleave_cli.import_requests import RowRequest, Senders
from cleave_cli.import_rows import Row

_TRIES = 6
_LONGEST_PAUSE_SECONDS = 30.0
_COMING_BACK_HELPS = frozenset({408, 429, 500, 502, 503, 504})


class NoAnswerError(CleaveError):
    """The service did not take or refuse a row, however often it was asked."""

    title = "Import stopped"


class ChannelAuth(httpx.Auth):
    """HepsiGlobal's Bearer token, fetched when first needed and again when it has expired."""

    requires_response_body = True

    def __init__(self, base_url: str, client_id: str, client_secret: str) -> None:
        self._url = f"{base_url}/v1/auth/token"
        self._grant = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": client_secret}
        self._token: str | None = None

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response]:
        """httpx's protocol: requests go out, responses come in."""
        is_fresh = self._token is None
        if is_fresh:
            yield from self._fetch()
        request.headers["Authorization"] = f"Bearer {self._token}"
        response = yield request
        if response.status_code == HTTPStatus.UNAUTHORIZED and not is_fresh:
            yield from self._fetch()
            request.headers["Authorization"] = f"Bearer {self._token}"
            yield request

    def _fetch(self) -> Generator[httpx.Request, httpx.Response]:
        response = yield httpx.Request("POST", self._url, json=self._grant)
        if response.status_code != HTTPStatus.OK:
            raise NoAnswerError(f"No token: {explain(response)}")
        self._token = response.json()["access_token"]


@dataclass(frozen=True)
class Target:
    """`sellers` maps a seller's id to its API key and secret; so are `channel` and `operator`, of whole services."""

    base_url: str
    sellers: Mapping[int, tuple[str, str]]
    channel: tuple[str, str] | None
    operator: tuple[str, str] | None = None

    @property
    def name(self) -> str:
        """Another one for every stack and caller, though two local stacks may have one address."""
        keys = sorted(
            [*(key for key, _ in self.sellers.values()), *(self.channel or ())[:1], *(self.operator or ())[:1]]
        )
        return " ".join([self.base_url, *keys])


def read_target(local_json: Path, base_url: str | None, environment: Mapping[str, str] = os.environ) -> Target:
    """Take what the environment names, and what it does not from the local stack's file.

    CLEAVE_BASE_URL, CLEAVE_SELLER_ID with CLEAVE_API_KEY and CLEAVE_API_SECRET, CLEAVE_CLIENT_ID with
    CLEAVE_CLIENT_SECRET, CLEAVE_OPERATOR_KEY with CLEAVE_OPERATOR_SECRET. Secrets are no options of the command line,
    where every user of the machine can read them.
    """
    address = base_url or environment.get("CLEAVE_BASE_URL")
    if address:
        _check_address(address)
        named = _sellers_named(environment), _channel_named(environment), _operator_named(environment)
        return Target(address.rstrip("/"), *named)
    if not local_json.exists():
        raise CleaveError(f"Nothing is running here (there is no {local_json}), and CLEAVE_BASE_URL is not set.")
    local = read_local_json(local_json)
    sellers = {each["seller_id"]: (each["api_key"], each["api_secret"]) for each in local["sellers"]}
    channels = [(each["client_id"], each["client_secret"]) for each in local["channels"]]
    return Target(local["base_url"].rstrip("/"), sellers, channels[0] if channels else None)


def _check_address(address: str) -> None:
    try:
        url = httpx.URL(address)
    except httpx.InvalidURL:
        url = httpx.URL()
    if url.scheme not in {"http", "https"} or not url.host:
        raise CleaveError(f"{address!r} is no base URL; it begins with https://.")


def _sellers_named(environment: Mapping[str, str]) -> dict[int, tuple[str, str]]:
    seller = seller_named(environment)
    if seller is None:
        return {}
    return {seller: (_needed(environment, "CLEAVE_API_KEY"), _needed(environment, "CLEAVE_API_SECRET"))}


def _channel_named(environment: Mapping[str, str]) -> tuple[str, str] | None:
    client_id = environment.get("CLEAVE_CLIENT_ID")
    names = "CLEAVE_CLIENT_ID", "CLEAVE_CLIENT_SECRET"
    return (_needed(environment, names[0]), _needed(environment, names[1])) if client_id else None


def _operator_named(environment: Mapping[str, str]) -> tuple[str, str] | None:
    key = environment.get("CLEAVE_OPERATOR_KEY")
    names = "CLEAVE_OPERATOR_KEY", "CLEAVE_OPERATOR_SECRET"
    return (_needed(environment, names[0]), _needed(environment, names[1])) if key else None


def _needed(environment: Mapping[str, str], name: str) -> str:
    value = environment.get(name)
    if not value:
        raise CleaveError(f"{name} is not set.")
    if not value.isprintable():  # bytes that are no text, too
        raise CleaveError(f"{name} has characters that no credential has.")
    return value


@dataclass
class Sender:
    """Sends rows over HTTP, each in its own request: the service accepts a whole row or nothing of it."""

    target: Target
    http: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=TIMEOUT_SECONDS, trust_env=False))

    def __post_init__(self) -> None:
        channel = self.target.channel
        auth = ChannelAuth(self.target.base_url, *channel) if channel else None
        self._senders = Senders(self.target.sellers, self.target.operator, auth)

    def send(self, row: Row) -> str | None:
        """Send a row; None if it is accepted now or was before, else why it is refused.

        Raises NoAnswerError where no other row would fare better: the service is not there, or refuses the caller.
        """
        if row.fault is not None:
            return row.fault
        request = self._senders.request(row)
        return request if isinstance(request, str) else self._answer(request)

    def _answer(self, wanted: RowRequest) -> str | None:
        url = f"{self.target.base_url}{wanted.path}"
        problem, status = "", None
        for attempt in range(_TRIES):
            if attempt:
                time.sleep(min(2.0**attempt / 2, _LONGEST_PAUSE_SECONDS))
            try:
                response = self.http.request(wanted.method, url, auth=wanted.auth, json=wanted.body)
            except httpx.TransportError as error:
                problem, status = f"{type(error).__name__}: {error}", None
                continue
            if response.status_code == HTTPStatus.OK:
                return None
            problem, status = explain(response), response.status_code
            if response.status_code in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
                raise NoAnswerError(problem)
            if response.status_code not in _COMING_BACK_HELPS:
                return problem
        if status == HTTPStatus.INTERNAL_SERVER_ERROR:
            return problem  # it is this row that the service stumbles over
        raise NoAnswerError(problem)


def explain(response: httpx.Response) -> str:
    """The refusals of an answer in either dialect, in one line."""
    try:
        errors = response.json()["errors"]
        texts = [f"{each['key']}: {_text_of(each)}" for each in errors]
    except (ValueError, KeyError, TypeError):
        texts = []
    return f"{response.status_code} {'; '.join(texts) or response.reason_phrase}"


def _text_of(error: Mapping[str, Any]) -> str:
    """Trendyol's message names the field itself, a problem's detail does not."""
    if "message" in error:
        return str(error["message"])
    return f"{error['field']}: {error['detail']}" if error.get("field") else str(error["detail"])
