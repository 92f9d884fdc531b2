"""Receivers of webhooks: each has moods, and remembers what it was told and when."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from urllib3.exceptions import NewConnectionError, ProtocolError, ReadTimeoutError

from tests.simulation.clients import Air

_DEADLINE_MS = 10_000
_ODD_DATES = (
    "Mon, 01 Jan 99999999999999999999 00:00:00 GMT",
    "Mon, 99999999999999999999 Jan 2026 00:00:00 GMT",
    "Mon, 01 Jan 2026 00:00:00 +99999999999999999999",
    "99999999999999999999",
    "-1",
    "soon",
)


class Mood(StrEnum):
    """How a receiver answers."""

    WORKS = "works"
    FAILS = "fails"
    REFUSES = "refuses"
    BREAKS_OFF = "breaks off"
    SLOW = "slow"
    HANGS = "hangs"
    FLAKY = "flaky"
    GONE = "gone"
    BUSY = "busy"
    ODD = "odd"


@dataclass(frozen=True)
class Told:
    """One request that a receiver got. ``taken``: it answered 200, which the sender may never have learned."""

    webhook_id: str
    sequence: int
    at: float
    taken: bool
    document: Any


@dataclass
class SimulatedReceiver:
    """``url`` is where it listens."""

    url: str
    mood: Mood = Mood.WORKS
    told: list[Told] = field(default_factory=list)


@dataclass(frozen=True)
class Reply:
    """As urllib3's response, as far as it is read."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)

    def read(self, _: int) -> bytes:
        """An empty body."""
        return b""

    def close(self) -> None:
        """Nothing is open."""

    def release_conn(self) -> None:
        """Nothing is kept."""


@dataclass
class SimulatedPools:
    """In place of urllib3's pools."""

    air: Air
    receivers: dict[str, SimulatedReceiver] = field(default_factory=dict)

    def receiver(self, url: str) -> SimulatedReceiver:
        """The one that listens there."""
        return self.receivers.setdefault(url, SimulatedReceiver(url))

    def request(self, method: str, url: str, **request: Any) -> Reply:
        """As urllib3's."""
        del method
        receiver = self.receiver(url.removesuffix("/webhooks/order-cancel"))
        answer = self.air.carry("Request", lambda: {"reply": self._answer(receiver, request)}, {})
        reply: Reply | Exception = answer["reply"]
        if isinstance(reply, Exception):
            # One instance serves all runs. Its traceback would keep the frames of each, and with them a whole world.
            raise reply.with_traceback(None)
        return reply

    def _answer(self, receiver: SimulatedReceiver, request: Mapping[str, Any]) -> Reply | Exception:
        """Whether it was taken is decided when it answers: its mood may change meanwhile."""
        scheduler = self.air.scheduler
        rng = scheduler.current.rng
        scheduler.sleep(1 + rng.randrange(40) if receiver.mood is not Mood.SLOW else rng.randrange(9_000))
        reply = self._reply(receiver.mood)
        told = _told(request, scheduler.now, taken=isinstance(reply, Reply) and reply.status == 200)
        receiver.told.append(told)
        if isinstance(reply, ReadTimeoutError):
            scheduler.sleep(_DEADLINE_MS)
        return reply

    def _reply(self, mood: Mood) -> Reply | Exception:
        rng = self.air.scheduler.current.rng
        match mood:
            case Mood.FLAKY:
                return Reply(200 if rng.random() < 0.7 else 500)
            case Mood.FAILS:
                return Reply(rng.choice((500, 502, 503, 404, 302)))
            case Mood.BUSY:
                return Reply(rng.choice((429, 503)), {"Retry-After": str(rng.choice((1, 30, 600)))})
            case Mood.ODD:
                return Reply(503, {"Retry-After": rng.choice(_ODD_DATES)})
            case _:
                return _ALWAYS.get(mood, Reply(200))


_ALWAYS: Mapping[Mood, Reply | Exception] = {
    Mood.GONE: Reply(410),
    Mood.REFUSES: NewConnectionError(None, "refused"),  # type: ignore[arg-type] # nobody asks for the connection
    Mood.BREAKS_OFF: ProtocolError("broken off"),
    Mood.HANGS: ReadTimeoutError(None, "", "silent"),  # type: ignore[arg-type] # nobody asks for the pool
}


def _told(request: Mapping[str, Any], at: float, *, taken: bool) -> Told:
    headers = request["headers"]
    document = json.loads(request["body"])
    return Told(headers["webhook-id"], int(headers.get("webhook-sequence", 0)), at, taken, document)
