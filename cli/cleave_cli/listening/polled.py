"""Messages that cannot come to this machine: read from the deliveries of a webhook, each as it would be sent now."""

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
from cleave.clock import to_ms

from cleave_cli.console import notes
from cleave_cli.errors import CleaveError
from cleave_cli.forwarding import Message
from cleave_cli.listening.caller import Caller, answer_of

type Take = Callable[[Message], object]

_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 1.0, 30.0
# An event may be listed so long after it happened: its fan-out is not done yet.
_LATE = timedelta(minutes=10) // timedelta(milliseconds=1)
_UNAUTHORIZED, _TOO_MANY, _SERVER = 401, 429, 500


class Poller:
    """The deliveries of one webhook from a time on, each once, oldest first."""

    def __init__(self, caller: Caller, webhook: str, since_ms: int | None) -> None:
        self._caller = caller
        self._path = f"{caller.webhooks}/{webhook}/deliveries"
        self._since_ms = since_ms
        self._latest_ms = 0
        self._seen: dict[str, int] = {}
        self._http = caller.client()

    def close(self) -> None:
        """Raises nothing."""
        self._http.close()

    def new_messages(self) -> Iterator[Message]:
        """The messages not seen yet; one counts as seen when the next one is requested. Raises CleaveError."""
        for delivery in self._listed():
            if delivery["id"] not in self._seen and not delivery.get("unreadable"):
                found = answer_of(self._get(f"{self._path}/{delivery['id']}", {"message": "true"}))
                if "message" not in found:
                    raise CleaveError(f"The stack at {self._caller.base_url} is older than this program.")
                if found["message"] is not None:  # else its event is damaged
                    yield _message(found["message"])
                self._seen[delivery["id"]] = delivery["createdDate"]
                self._latest_ms = max(self._latest_ms, delivery["createdDate"])
        self._forget()

    def _listed(self) -> Iterator[dict[str, Any]]:
        since = max(self._started_ms(), self._latest_ms - _LATE)
        wanted: dict[str, Any] = {"since": since, "size": 200}
        while True:
            page = answer_of(self._get(self._path, wanted))
            yield from page["content"]
            if not page["hasMore"]:
                return
            wanted["cursor"] = page["nextCursor"]

    def _started_ms(self) -> int:
        """Without another time, when the API was asked first, by its own clock."""
        if self._since_ms is None:
            answer = self._get(self._path, {"size": 1})
            self._since_ms = to_ms(parsedate_to_datetime(answer.headers["date"]))
        return self._since_ms

    def _forget(self) -> None:
        self._seen = {name: at for name, at in self._seen.items() if at >= self._latest_ms - _LATE}

    def _get(self, path: str, params: dict[str, Any]) -> httpx.Response:
        """A channel's token ends in time; then another one is asked for."""
        answer = self._http.get(path, params=params)
        if answer.status_code == _UNAUTHORIZED and self._caller.seller is None:
            self._http.close()
            self._http = self._caller.client()
            answer = self._http.get(path, params=params)
        if answer.status_code == _TOO_MANY or answer.status_code >= _SERVER:
            answer.raise_for_status()
        return answer


def _message(shown: dict[str, Any]) -> Message:
    return Message(shown["method"], shown["path"], tuple(shown["headers"].items()), shown["body"].encode())


def poll(poller: Poller, take: Take) -> None:
    """For ever. Raises CleaveError where the webhook is gone, or is not the caller's."""
    pause = _PAUSE_SECONDS
    while True:
        try:
            for message in poller.new_messages():
                take(message)
            pause = _PAUSE_SECONDS
        except httpx.HTTPError as error:
            pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)
            notes.print(f"No good answer, asking again in {pause:.0f} s: {error!r}", markup=False, soft_wrap=True)
        time.sleep(pause)
